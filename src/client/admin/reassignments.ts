import { listPartitionReassignments as listApi } from '../../protocol/messages/46-list-partition-reassignments.ts';
import { type Cluster } from '../cluster.ts';
import { callAdmin } from './call.ts';
import { throwIfFailed } from './outcome.ts';

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
