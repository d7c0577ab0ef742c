import { type Offset } from '../../protocol/primitives.ts';
import { type LogContext } from './log-context.ts';
import { type LogSegment } from './log-segment.ts';
import { type LogConfig } from './types.ts';

export interface RetentionState {
  readonly config: LogConfig;
  readonly segments: readonly LogSegment[];
  readonly highWatermark: Offset;
  readonly logStartOffset: Offset;
  readonly logEndOffset: Offset;
  readonly sizeInBytes: number;
}

export type RetentionContext = Pick<LogContext, 'clock' | 'logger' | 'warned'>;

export interface Expired {
  /** Number of the oldest segments that go; may be all of them. */
  readonly count: number;
  readonly reason: string;
}

/**
 * Which of the oldest segments retention gives up: older than retention.ms, surplus over retention.bytes, or wholly below
 * the log start offset. Only the last counts when the topic is just compacted. Never anything at or above the high
 * watermark. Source: kafka 4.x UnifiedLog.deleteOldSegments.
 */
export function expiredSegments(state: RetentionState, context: RetentionContext): Expired {
  const { config, logStartOffset } = state;
  const nowMs = context.clock.now();
  if (config.cleanupPolicy.delete && config.retentionMs >= 0) warnOfFuture(state.segments, nowMs, context);
  const candidates: Expired[] = [
    {
      count: countOldest(state, (_, next) => next !== undefined && next.baseOffset <= logStartOffset),
      reason: `they lie below the log start offset ${logStartOffset}`,
    },
  ];
  if (config.cleanupPolicy.delete) {
    candidates.push(
      {
        count: config.retentionMs < 0 ? 0 : countOldest(state, (one) => isOlder(one, nowMs, config.retentionMs)),
        reason: `their records are older than retention.ms=${config.retentionMs}`,
      },
      { count: countSurplus(state), reason: `the log is larger than retention.bytes=${config.retentionBytes}` },
    );
  }
  return candidates.reduce((most, one) => (one.count > most.count ? one : most));
}

/** Records from the future, or a clock that was set back: retention.ms waits until the clock has caught up. */
function warnOfFuture(segments: readonly LogSegment[], nowMs: number, { logger, warned }: RetentionContext): void {
  const segment = segments.find((one) => one.largestTimestampMs() > nowMs);
  if (segment === undefined || warned.has(segment)) return;
  warned.add(segment);
  const ahead = `${segment.largestTimestampMs() - nowMs} ms ahead of the clock`;
  logger.log('WARN', `${segment.path} holds a record ${ahead}: retention.ms does not apply to it before`);
}

function isOlder(segment: LogSegment, nowMs: number, retentionMs: number): boolean {
  return nowMs - segment.largestTimestampMs() > retentionMs;
}

function countSurplus(state: RetentionState): number {
  const { retentionBytes } = state.config;
  if (retentionBytes < 0) return 0;
  let surplus = state.sizeInBytes - retentionBytes;
  return countOldest(state, (segment) => {
    if (surplus - segment.sizeInBytes < 0) return false;
    surplus -= segment.sizeInBytes;
    return true;
  });
}

function countOldest(
  state: RetentionState,
  isExpired: (segment: LogSegment, next: LogSegment | undefined) => boolean,
): number {
  const { segments, highWatermark, logEndOffset } = state;
  let count = 0;
  for (const segment of segments) {
    const next = segments[count + 1];
    if (highWatermark < (next?.baseOffset ?? logEndOffset)) break;
    if (next === undefined && segment.sizeInBytes === 0) break;
    if (!isExpired(segment, next)) break;
    count++;
  }
  return count;
}
