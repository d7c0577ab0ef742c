/**
 * ListOffsets v1-11: the offset of a timestamp or of a sentinel, per partition. A sentinel below the version that brought
 * it, or unknown: UNSUPPORTED_VERSION. A partition named twice within a topic: INVALID_REQUEST, once. v2 isolation, v4 leader epochs.
 */
import { type ErrorName, Errors } from '../../protocol/errors.ts';
import { listOffsets } from '../../protocol/messages/02-list-offsets.ts';
import { type ApiRequest } from '../../protocol/schema.ts';
import { ListOffsetsTimestamp } from '../replicas/index.ts';
import { defineHandler } from './handler.ts';
import { hasPartitions } from './repeated.ts';

const READ_COMMITTED = 1;

const FIRST_VERSION = new Map<bigint, number>([
  [ListOffsetsTimestamp.LATEST, 1],
  [ListOffsetsTimestamp.EARLIEST, 1],
  [ListOffsetsTimestamp.MAX_TIMESTAMP, 7],
  [ListOffsetsTimestamp.EARLIEST_LOCAL, 8],
  [ListOffsetsTimestamp.LATEST_TIERED, 9],
  [ListOffsetsTimestamp.EARLIEST_PENDING_UPLOAD, 11],
]);

type ListOffsetsRequest = ApiRequest<typeof listOffsets>;

function isServed(timestampMs: bigint, apiVersion: number): boolean {
  return timestampMs >= 0n || apiVersion >= (FIRST_VERSION.get(timestampMs) ?? Number.POSITIVE_INFINITY);
}

export const listOffsetsHandler = defineHandler(listOffsets, ({ replicas }) => (request, { apiVersion }) => {
  const readCommitted = request.isolationLevel === READ_COMMITTED;
  const failure = (partitionIndex: number, error: ErrorName) => ({ partitionIndex, errorCode: Errors[error] });
  return {
    topics: request.topics.filter(hasPartitions).map(({ name, partitions }) => ({
      name,
      partitions: uniquePartitions(partitions).map(({ partitionIndex, currentLeaderEpoch, timestamp, isRepeated }) => {
        if (isRepeated) return failure(partitionIndex, 'INVALID_REQUEST');
        if (!isServed(timestamp, apiVersion)) return failure(partitionIndex, 'UNSUPPORTED_VERSION');
        const entry = { topic: name, partition: partitionIndex, timestampMs: timestamp, currentLeaderEpoch };
        const { error, timestampMs, offset, leaderEpoch } = replicas.offsetFor(entry, readCommitted);
        const found = { partitionIndex, errorCode: Errors[error], timestamp: timestampMs, offset };
        return apiVersion >= 4 ? { ...found, leaderEpoch } : found;
      }),
    })),
  };
});

/** Each partition once, in the order of the request. */
function uniquePartitions(partitions: ListOffsetsRequest['topics'][number]['partitions']) {
  const byIndex = new Map<number, (typeof partitions)[number] & { isRepeated: boolean }>();
  for (const one of partitions) {
    byIndex.set(one.partitionIndex, { ...one, isRepeated: byIndex.has(one.partitionIndex) });
  }
  return [...byIndex.values()];
}
