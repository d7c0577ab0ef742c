import { listTopics } from '../../client/admin/topics.ts';
import { type Cluster } from '../../client/index.ts';
import { JavaError } from '../../util/java-error.ts';
import { isInternalTopic } from '../internal-topics.ts';
import { includeList } from '../topic-filter.ts';

export interface TopicSelection {
  /** Java regular expression over whole names; absent: every topic. */
  readonly topic?: string | undefined;
  readonly excludesInternal?: boolean;
}

/** Names that the selection takes, sorted. */
export async function findTopics(cluster: Cluster, selection: TopicSelection): Promise<string[]> {
  const { topic, excludesInternal = false } = selection;
  const all = await listTopics(cluster);
  const names = all
    .filter(({ isInternal }) => !(excludesInternal && isInternal))
    .map(({ name }) => name)
    .sort();
  const isWanted =
    topic === undefined
      ? (name: string) => !(excludesInternal && isInternalTopic(name))
      : includeList(topic, excludesInternal);
  return names.filter(isWanted);
}

/** As findTopics; naming a topic that is not there is an error, unless the caller takes that as nothing to do. */
export async function requireTopics(
  cluster: Cluster,
  selection: TopicSelection,
  isAbsenceAllowed: boolean,
): Promise<string[]> {
  const names = await findTopics(cluster, selection);
  if (selection.topic !== undefined && names.length === 0 && !isAbsenceAllowed) {
    throw new JavaError('java.lang.IllegalArgumentException', `Topic '${selection.topic}' does not exist as expected`);
  }
  return names;
}
