import { describeTopics } from '../client/admin/describe-topics.ts';
import { requireAll } from '../client/admin/outcome.ts';
import { createPartitions } from '../client/admin/topics.ts';
import { type Cluster } from '../client/index.ts';
import { requireTopics, type TopicSelection } from './topics/find-topics.ts';

export { parseReplicaAssignment, parseTopicConfigs } from './topics/new-topic-options.ts';

export interface AlterTopicsOptions extends TopicSelection {
  /** Partitions afterwards. */
  readonly partitionCount: number;
  /** Replicas by partition, the existing ones included. */
  readonly assignment?: readonly (readonly number[])[] | undefined;
  readonly isAbsenceAllowed: boolean;
}

export interface AlteredTopic {
  readonly name: string;
  readonly partitionCount: number;
}

/** Adds partitions. */
export async function alterTopics(cluster: Cluster, options: AlterTopicsOptions): Promise<AlteredTopic[]> {
  const { partitionCount, assignment, isAbsenceAllowed } = options;
  const names = await requireTopics(cluster, options, isAbsenceAllowed);
  if (names.length === 0) return [];
  const existing = assignment ? requireAll(await describeTopics(cluster, names)) : [];
  const partitions = new Map(existing.map((one) => [one.name, one.partitions.length]));
  const increases = names.map((name) => ({
    name,
    partitionCount,
    assignment: assignment?.slice(partitions.get(name)),
  }));
  requireAll(await createPartitions(cluster, increases));
  return names.map((name) => ({ name, partitionCount }));
}
