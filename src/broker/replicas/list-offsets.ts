import { type ErrorName } from '../../protocol/errors.ts';
import { type Offset, type TimestampMs } from '../../protocol/primitives.ts';
import { type PartitionLog } from '../log/index.ts';

export interface FoundOffset {
  readonly error: ErrorName;
  readonly timestampMs: TimestampMs;
  readonly offset: Offset;
  readonly leaderEpoch: number;
}

/** Timestamps with a meaning. Source: ListOffsets, KIP-734 (max timestamp), KIP-405, KIP-1005 and KIP-1023 (tiers). */
export const ListOffsetsTimestamp = {
  LATEST: -1n,
  EARLIEST: -2n,
  MAX_TIMESTAMP: -3n,
  EARLIEST_LOCAL: -4n,
  LATEST_TIERED: -5n,
  EARLIEST_PENDING_UPLOAD: -6n,
} as const;

export function noOffset(error: ErrorName): FoundOffset {
  return { error, timestampMs: -1n, offset: -1n, leaderEpoch: -1 };
}

function at(offset: Offset, leaderEpoch: number): FoundOffset {
  return { error: 'NONE', timestampMs: -1n, offset, leaderEpoch };
}

/** No record at or after a timestamp is no error: offset -1. Without tiers, all of the log is local and nothing tiered. */
export function findOffset(log: PartitionLog, timestampMs: TimestampMs, readCommitted: boolean): FoundOffset {
  const end = readCommitted ? log.lastStableOffset : log.highWatermark;
  switch (timestampMs) {
    case ListOffsetsTimestamp.LATEST:
      return at(end, log.latestLeaderEpoch);
    case ListOffsetsTimestamp.EARLIEST:
    case ListOffsetsTimestamp.EARLIEST_LOCAL:
      return at(log.logStartOffset, log.leaderEpochForOffset(log.logStartOffset));
    case ListOffsetsTimestamp.LATEST_TIERED:
    case ListOffsetsTimestamp.EARLIEST_PENDING_UPLOAD:
      return noOffset('NONE');
    default:
  }
  if (timestampMs < ListOffsetsTimestamp.EARLIEST_PENDING_UPLOAD) return noOffset('UNSUPPORTED_VERSION');
  const isMax = timestampMs === ListOffsetsTimestamp.MAX_TIMESTAMP;
  const found = isMax ? log.offsetOfMaxTimestamp() : log.offsetForTimestamp(timestampMs);
  return found === null || found.offset >= end ? noOffset('NONE') : { error: 'NONE', ...found };
}
