import { alterPartitionReassignments as alterApi } from '../../protocol/messages/45-alter-partition-reassignments.ts';
import { listPartitionReassignments as listApi } from '../../protocol/messages/46-list-partition-reassignments.ts';
import { type Cluster } from '../cluster.ts';
import { callAdmin } from './call.ts';
import { failureOf, type Outcome, throwIfFailed } from './outcome.ts';
import { type TopicPartition } from './partition-leaders.ts';

export interface PartitionReassignment {
  readonly topic: string;
  readonly partition: number;
  readonly replicas: readonly number[];
  readonly addingReplicas: readonly number[];
  readonly removingReplicas: readonly number[];
}

/** Partitions on the move: of these topics (partitions by topic), or all. */
export function listPartitionReassignments(
  cluster: Cluster,
  partitions: ReadonlyMap<string, readonly number[]> | 'all' = 'all',
): Promise<PartitionReassignment[]> {
  return callAdmin(cluster, {
    name: 'listPartitionReassignments',
    api: listApi,
    target: 'controller',
    request: {
      timeoutMs: cluster.settings.requestTimeoutMs,
      topics:
        partitions === 'all' ? null : [...partitions].map(([name, partitionIndexes]) => ({ name, partitionIndexes })),
    },
    handle(response) {
      throwIfFailed(response.errorCode, response.errorMessage);
      return response.topics.flatMap(({ name, partitions: moving }) =>
        moving.map(({ partitionIndex, ...replicas }) => ({ topic: name, partition: partitionIndex, ...replicas })),
      );
    },
  });
}

export interface NewReplicas extends TopicPartition {
  /** Null ends a reassignment that is under way. */
  readonly replicas: readonly number[] | null;
}

/** Moves partitions to other brokers; outcomes in the order of the answer. */
export function alterPartitionReassignments(
  cluster: Cluster,
  partitions: readonly NewReplicas[],
  { allowReplicationFactorChange = true } = {},
): Promise<(TopicPartition & Outcome)[]> {
  return callAdmin(cluster, {
    name: 'alterPartitionReassignments',
    api: alterApi,
    target: 'controller',
    ...(allowReplicationFactorChange ? {} : { minVersion: 1 }),
    request: (version) => ({
      timeoutMs: cluster.settings.requestTimeoutMs,
      ...(version >= 1 ? { allowReplicationFactorChange } : {}),
      topics: [...Map.groupBy(partitions, ({ topic }) => topic)].map(([name, all]) => ({
        name,
        partitions: all.map(({ partition, replicas }) => ({
          partitionIndex: partition,
          replicas: replicas === null ? null : [...replicas],
        })),
      })),
    }),
    handle({ errorCode, errorMessage, responses }) {
      throwIfFailed(errorCode, errorMessage);
      return responses.flatMap(({ name, partitions: answered }) =>
        answered.map((one) => {
          const error = failureOf(one.errorCode, one.errorMessage);
          return { topic: name, partition: one.partitionIndex, error };
        }),
      );
    },
  });
}
