/**
 * ListOffsets v1-11: the offset of a timestamp or of a sentinel, per partition. A sentinel below the version that brought
 * it, or unknown: UNSUPPORTED_VERSION. A partition named twice: INVALID_REQUEST. v2 isolation, v4 leader epochs.
 */
import { type ErrorName, Errors } from '../../protocol/errors.ts';
import { listOffsets } from '../../protocol/messages/02-list-offsets.ts';
import { ListOffsetsTimestamp } from '../replicas/index.ts';
import { defineHandler } from './handler.ts';

const READ_COMMITTED = 1;

const FIRST_VERSION = new Map<bigint, number>([
  [ListOffsetsTimestamp.LATEST, 1],
  [ListOffsetsTimestamp.EARLIEST, 1],
  [ListOffsetsTimestamp.MAX_TIMESTAMP, 7],
  [ListOffsetsTimestamp.EARLIEST_LOCAL, 8],
  [ListOffsetsTimestamp.LATEST_TIERED, 9],
  [ListOffsetsTimestamp.EARLIEST_PENDING_UPLOAD, 11],
]);

function isServed(timestampMs: bigint, apiVersion: number): boolean {
  return timestampMs >= 0n || apiVersion >= (FIRST_VERSION.get(timestampMs) ?? Number.POSITIVE_INFINITY);
}

export const listOffsetsHandler = defineHandler(listOffsets, ({ replicas }) => (request, { apiVersion }) => {
  const readCommitted = request.isolationLevel === READ_COMMITTED;
  const counts = new Map<string, number>();
  for (const { name, partitions } of request.topics) {
    for (const { partitionIndex } of partitions) {
      const key = `${name}-${partitionIndex}`;
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
  }
  const failure = (partitionIndex: number, error: ErrorName) => ({ partitionIndex, errorCode: Errors[error] });
  return {
    topics: request.topics.map(({ name, partitions }) => ({
      name,
      partitions: partitions.map(({ partitionIndex, currentLeaderEpoch, timestamp }) => {
        if ((counts.get(`${name}-${partitionIndex}`) ?? 0) > 1) return failure(partitionIndex, 'INVALID_REQUEST');
        if (!isServed(timestamp, apiVersion)) return failure(partitionIndex, 'UNSUPPORTED_VERSION');
        const entry = { topic: name, partition: partitionIndex, timestampMs: timestamp, currentLeaderEpoch };
        const { error, timestampMs, offset, leaderEpoch } = replicas.offsetFor(entry, readCommitted);
        return { partitionIndex, errorCode: Errors[error], timestamp: timestampMs, offset, leaderEpoch };
      }),
    })),
  };
});
