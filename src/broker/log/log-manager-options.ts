import { type Uuid } from '../../protocol/primitives.ts';
import { type Clock } from '../../util/clock.ts';
import { type Logger } from '../../util/logger.ts';
import { type CleanerOptions } from './cleaner/log-cleaner.ts';
import { type FileSystem } from './filesystem.ts';
import { type LogConfig, type PartitionLog } from './types.ts';

/** Intervals of background work in milliseconds, after Kafka's broker configs; Infinity leaves a task out. */
export interface LogIntervals {
  /** log.retention.check.interval.ms */
  readonly retentionCheckMs: number;
  /** How often flush.ms is looked at (log.flush.scheduler.interval.ms). */
  readonly flushCheckMs: number;
  /** log.flush.offset.checkpoint.interval.ms */
  readonly recoveryPointCheckpointMs: number;
  /** log.flush.start.offset.checkpoint.interval.ms */
  readonly logStartCheckpointMs: number;
  /** replica.high.watermark.checkpoint.interval.ms */
  readonly highWatermarkCheckpointMs: number;
  /** producer.id.expiration.check.interval.ms */
  readonly producerExpirationCheckMs: number;
  /** log.initial.task.delay.ms */
  readonly initialDelayMs: number;
}

export interface Placement {
  readonly topicId: Uuid;
  readonly directoryId: Uuid;
}

export interface LogManagerOptions {
  readonly logDirs: readonly string[];
  readonly clock: Clock;
  readonly logger: Logger;
  /** For logs found on disk until getOrCreate or updateConfig brings their topic's own values. */
  readonly defaultConfig: LogConfig;
  readonly intervals?: Partial<LogIntervals>;
  readonly cleaner?: Partial<CleanerOptions>;
  readonly fileSystem?: FileSystem;
  readonly random?: () => number;
  /** Descriptors kept open for segments and indexes; all others are opened when needed. */
  readonly maxOpenFiles?: number;
  /** Memory for indexes of segments that are not written to. */
  readonly maxIndexBytes?: number;
  /** Goes into the clean shutdown marker; -1 when unknown. */
  readonly brokerEpoch?: () => bigint;
  /** Gets no new logs (KIP-1066); asked again and again. */
  readonly isCordoned?: (logDir: string) => boolean;
  /** For moves between directories, looked at again and again; infinite when absent. */
  readonly moveBytesPerSecond?: () => number;
  /** Where the metadata say a partition is; undefined when they know nothing of it. */
  readonly placementOf?: (topic: string, partition: number) => Placement | undefined;
  /** A log has moved to another directory. */
  readonly onMoved?: (log: PartitionLog) => void;
  /** Throws why a directory is to be left alone: it is offline then. */
  readonly checkUsable?: (logDir: string) => void;
  /** A directory failed after it was opened. */
  readonly onOffline?: (logDir: string) => void;
}

export const DEFAULT_INTERVALS: LogIntervals = {
  retentionCheckMs: 300_000,
  flushCheckMs: 1_000,
  recoveryPointCheckpointMs: 60_000,
  logStartCheckpointMs: 60_000,
  highWatermarkCheckpointMs: 5_000,
  producerExpirationCheckMs: 600_000,
  initialDelayMs: 30_000,
};
/** Unless told otherwise. */
export const BOUNDS = { openFiles: 1024, indexBytes: 64 * 1024 * 1024 } as const;
