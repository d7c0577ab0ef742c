import { type Offset } from '../../../protocol/primitives.ts';
import { type LogSegment } from '../log-segment.ts';
import { type DiskPartitionLog } from '../partition-log.ts';

export interface CleanableRange {
  /** Everything below was cleaned before. */
  readonly firstDirtyOffset: Offset;
  /** Exclusive end of what may be cleaned now. */
  readonly endOffset: Offset;
  readonly dirtyRatio: number;
  /** The ratio is high enough, or max.compaction.lag.ms is over. */
  readonly isDue: boolean;
  /** The checkpoint was not within the log: it counts from the log's start again. */
  readonly wasReset: boolean;
}

/**
 * What of a log may be cleaned and whether it is worth it: whole inactive segments below the last stable offset that are
 * older than min.compaction.lag.ms. Source: kafka 4.x LogCleanerManager.cleanableOffsets, maxCompactionDelay.
 */
export function cleanableRange(log: DiskPartitionLog, cleanedTo: Offset | undefined, nowMs: number): CleanableRange {
  const { config, logStartOffset, logEndOffset } = log;
  const segments = log.segments.all;
  const wasReset = cleanedTo !== undefined && (cleanedTo < logStartOffset || cleanedTo > logEndOffset);
  const firstDirtyOffset = cleanedTo === undefined || wasReset ? logStartOffset : cleanedTo;
  const dirty = segments.slice(log.segments.floorIndex(firstDirtyOffset), -1);
  let endOffset = log.segments.active.baseOffset;
  if (log.lastStableOffset < endOffset) endOffset = log.lastStableOffset;
  if (config.minCompactionLagMs > 0) {
    const young = dirty.find((segment) => segment.largestTimestampMs() > nowMs - config.minCompactionLagMs);
    if (young && young.baseOffset < endOffset) endOffset = young.baseOffset;
  }
  if (endOffset < firstDirtyOffset) endOffset = firstDirtyOffset;
  const cleanBytes = bytesOf(segments.filter((segment) => segment.baseOffset < firstDirtyOffset));
  const dirtyBytes = bytesOf(
    dirty.filter((segment) => segment.baseOffset >= firstDirtyOffset && segment.baseOffset < endOffset),
  );
  const dirtyRatio = cleanBytes + dirtyBytes === 0 ? 0 : dirtyBytes / (cleanBytes + dirtyBytes);
  const isOverdue = dirtyBytes > 0 && isPastMaxLag(dirty, nowMs, config.maxCompactionLagMs);
  const isDue = isOverdue || (dirtyBytes > 0 && dirtyRatio > config.minCleanableDirtyRatio);
  return { firstDirtyOffset, endOffset, dirtyRatio, isDue, wasReset };
}

function bytesOf(segments: readonly LogSegment[]): number {
  return segments.reduce((bytes, segment) => bytes + segment.sizeInBytes, 0);
}

function isPastMaxLag(dirty: readonly LogSegment[], nowMs: number, maxCompactionLagMs: number): boolean {
  return dirty.some((segment) => {
    const firstMs = Number(segment.firstBatchTimestamp());
    return firstMs > 0 && firstMs < nowMs - maxCompactionLagMs;
  });
}
