import { requireAll } from '../client/admin/outcome.ts';
import { deleteTopics as deleteNamed } from '../client/admin/topics.ts';
import { type Cluster } from '../client/index.ts';
import { requireTopics, type TopicSelection } from './topics/find-topics.ts';

/** Names of the topics that are gone now. */
export async function deleteTopics(
  cluster: Cluster,
  selection: TopicSelection,
  isAbsenceAllowed: boolean,
): Promise<string[]> {
  const names = await requireTopics(cluster, selection, isAbsenceAllowed);
  if (names.length > 0) requireAll(await deleteNamed(cluster, names));
  return names;
}
