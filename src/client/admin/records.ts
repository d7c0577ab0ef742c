import { deleteRecords as deleteRecordsApi } from '../../protocol/messages/21-delete-records.ts';
import { type Offset } from '../../protocol/primitives.ts';
import { type Table } from '../../protocol/schema.ts';
import { type Cluster } from '../cluster.ts';
import { failureOf } from './outcome.ts';
import { callLeaders, failed, type PartitionOutcome, partitionName, type TopicPartition } from './partition-leaders.ts';

export interface RecordsToDelete extends TopicPartition {
  /** First offset that stays; -1: the high watermark, nothing stays. */
  readonly beforeOffset: Offset;
}

type Q = (typeof deleteRecordsApi)['request'] extends Table<infer F> ? F : never;
type R = (typeof deleteRecordsApi)['response'] extends Table<infer F> ? F : never;

/** Moves the start of logs; the value is the new start. Outcomes in the order asked for. */
export function deleteRecords(
  cluster: Cluster,
  deletions: readonly RecordsToDelete[],
): Promise<PartitionOutcome<Offset>[]> {
  return callLeaders<RecordsToDelete, Q, R, Offset>(cluster, deletions, {
    name: 'deleteRecords',
    api: deleteRecordsApi,
    request: (group) => ({
      topics: [...Map.groupBy(group, ({ topic }) => topic)].map(([name, partitions]) => ({
        name,
        partitions: partitions.map(({ partition, beforeOffset }) => ({
          partitionIndex: partition,
          offset: beforeOffset,
        })),
      })),
      timeoutMs: cluster.settings.requestTimeoutMs,
    }),
    handle: (response) =>
      new Map(
        response.topics.flatMap(({ name, partitions }) =>
          partitions.map(({ partitionIndex, errorCode, lowWatermark }) => {
            const error = failureOf(errorCode);
            const key = partitionName({ topic: name, partition: partitionIndex });
            return [key, error ? failed(error) : { value: lowWatermark, error: null }] as const;
          }),
        ),
      ),
  });
}
