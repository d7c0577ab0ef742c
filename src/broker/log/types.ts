import { type ErrorName } from '../../protocol/errors.ts';
import { type Offset, type ProducerId, type TimestampMs, type Uuid } from '../../protocol/primitives.ts';

/** The effective values of a topic's log settings; names as in Kafka's topic configs, in camelCase. */
export interface LogConfig {
  readonly segmentBytes: number;
  readonly segmentMs: number;
  readonly segmentJitterMs: number;
  readonly segmentIndexBytes: number;
  readonly indexIntervalBytes: number;
  readonly maxMessageBytes: number;
  /** -1 means no limit. */
  readonly retentionMs: number;
  readonly retentionBytes: number;
  readonly cleanupPolicy: { readonly compact: boolean; readonly delete: boolean };
  readonly deleteRetentionMs: number;
  readonly minCompactionLagMs: number;
  readonly maxCompactionLagMs: number;
  readonly minCleanableDirtyRatio: number;
  readonly fileDeleteDelayMs: number;
  /** Flush after this many records / milliseconds; Infinity leaves it to the operating system. */
  readonly flushMessages: number;
  readonly flushMs: number;
  readonly compressionType: 'producer' | 'uncompressed' | 'gzip' | 'snappy' | 'lz4' | 'zstd';
  /** compression.gzip.level or compression.zstd.level, as compressionType asks (KIP-390); the codec's own when absent. */
  readonly compressionLevel?: number | undefined;
  readonly messageTimestampType: 'CreateTime' | 'LogAppendTime';
  readonly messageTimestampBeforeMaxMs: number;
  readonly messageTimestampAfterMaxMs: number;
  readonly unknownProducerExpirationMs: number;
}

/** Who appends: clients' batches are validated and get offsets; coordinators and the controller may write control batches. */
export type AppendOrigin = 'client' | 'coordinator' | 'controller' | 'replication';

export interface RecordError {
  readonly batchIndex: number;
  readonly text: string;
}

/**
 * Handed out when the check begins whether a partition belongs to a producer's open transaction, asked for when the batch
 * comes: in between nobody may have ended that transaction (KIP-890).
 */
export interface VerificationGuard {
  readonly producerId: ProducerId;
}

/** A failure is a value: it goes into the partition's slot of the response. */
export interface AppendFailure {
  readonly error: Exclude<ErrorName, 'NONE'>;
  readonly text?: string;
  readonly recordErrors?: readonly RecordError[];
  /** Told where the log itself refused the records. */
  readonly logStartOffset?: Offset;
}

export interface Appended {
  readonly error: 'NONE';
  readonly baseOffset: Offset;
  readonly lastOffset: Offset;
  /** -1 unless the topic stamps LogAppendTime. */
  readonly logAppendTimeMs: TimestampMs;
  readonly logStartOffset: Offset;
  /** True when the batch was one of the producer's last five: nothing was written. */
  readonly isDuplicate: boolean;
}

export type AppendResult = Appended | AppendFailure;

export interface AbortedTransaction {
  readonly producerId: ProducerId;
  readonly firstOffset: Offset;
}

export interface LogRead {
  /** Whole batches starting with the one that holds the offset, except that the last may be cut by maxBytes only if it is
   * not the first. The caller owns the buffer. */
  readonly records: Buffer;
  /** Set by readCommitted reads. */
  readonly abortedTransactions: readonly AbortedTransaction[] | null;
}

export interface TimestampedOffset {
  readonly timestampMs: TimestampMs;
  readonly offset: Offset;
  readonly leaderEpoch: number;
}

export interface ActiveProducer {
  readonly producerId: ProducerId;
  readonly producerEpoch: number;
  readonly lastSequence: number;
  readonly lastTimestampMs: TimestampMs;
  readonly coordinatorEpoch: number;
  /** -1 without an open transaction. */
  readonly currentTransactionStartOffset: Offset;
}

/** One partition's log. Appends and reads are synchronous, so that a check and the act it guards are never parted. */
export interface PartitionLog {
  readonly topic: string;
  readonly partition: number;
  readonly topicId: Uuid;
  /** `<log dir>/<topic>-<partition>`. */
  readonly path: string;
  readonly logDir: string;
  readonly config: LogConfig;
  /** Set after an I/O failure: appends and reads answer KAFKA_STORAGE_ERROR. */
  readonly isOffline: boolean;
  readonly logStartOffset: Offset;
  /** Exclusive: the offset the next record gets. */
  readonly logEndOffset: Offset;
  /** Owned by the replicas room, kept here because retention, compaction and the last stable offset depend on it. */
  readonly highWatermark: Offset;
  /** First offset of the oldest open transaction, else the high watermark. */
  readonly lastStableOffset: Offset;
  readonly latestLeaderEpoch: number;
  /** Bytes of all segments. */
  readonly sizeInBytes: number;

  updateConfig(config: LogConfig): void;
  advanceHighWatermark(offset: Offset): void;
  /**
   * Assigns offsets in place: the buffer belongs to the log until the call returns. A `guard` (or null, for a transaction
   * that was open here) that does not hold any more refuses a transactional batch with INVALID_TXN_STATE.
   */
  appendAsLeader(
    records: Buffer,
    options: {
      leaderEpoch: number;
      origin: AppendOrigin;
      apiVersion?: number;
      verificationGuard?: VerificationGuard | null | undefined;
    },
  ): AppendResult;
  /** Null when that producer's transaction is open here already. */
  beginVerification(producerId: ProducerId, producerEpoch: number): VerificationGuard | null;
  appendAsFollower(records: Buffer): AppendResult;
  /** `endOffset` is exclusive (high watermark, last stable offset or log end). Throws KafkaError OFFSET_OUT_OF_RANGE. */
  read(
    offset: Offset,
    options: { maxBytes: number; minOneBatch: boolean; endOffset: Offset; readCommitted: boolean },
  ): LogRead;
  /** First record whose timestamp is at or after the given one; null when there is none. Source: ListOffsets. */
  offsetForTimestamp(timestampMs: TimestampMs): TimestampedOffset | null;
  /** The record with the largest timestamp; null in an empty log. Source: ListOffsets -3, KIP-734. */
  offsetOfMaxTimestamp(): TimestampedOffset | null;
  leaderEpochForOffset(offset: Offset): number;
  /** Largest epoch <= the given one with its exclusive end offset; epoch -1 and offset -1 when unknown. */
  endOffsetForLeaderEpoch(leaderEpoch: number): { leaderEpoch: number; endOffset: Offset };
  assignLeaderEpoch(leaderEpoch: number, startOffset: Offset): void;
  /** DeleteRecords: raises the log start offset. Throws OFFSET_OUT_OF_RANGE above the high watermark. */
  deleteRecordsBefore(offset: Offset): Offset;
  truncateTo(offset: Offset): void;
  truncateFullyAndStartAt(offset: Offset): void;
  activeProducers(): ActiveProducer[];
  /** Whether that producer, with that epoch, has a transaction without a marker here. */
  hasOngoingTransaction(producerId: ProducerId, producerEpoch: number): boolean;
  /** Durable up to the log end offset at the time of the call. */
  flush(): Promise<void>;
}

/** The copy of a log that moves to another directory. */
export interface FutureLog {
  readonly topic: string;
  readonly partition: number;
  readonly logDir: string;
  readonly sizeInBytes: number;
  /** Records of the log that are not copied yet. */
  readonly offsetLag: Offset;
}

/** All logs of a broker over its log directories: creation, recovery, retention, cleaning, checkpoints. */
export interface LogManager {
  readonly logDirs: readonly string[];
  readonly offlineLogDirs: readonly string[];
  /** Whether it takes no new logs, be they made there or moved there (KIP-1066). */
  isCordoned(logDir: string): boolean;
  get(topic: string, partition: number): PartitionLog | undefined;
  /** Places a new log in the online directory with the fewest logs, as Kafka does. */
  getOrCreate(
    topic: string,
    partition: number,
    topicId: Uuid,
    config: LogConfig,
    options?: { isNew?: boolean },
  ): PartitionLog;
  /** Renames to `<topic>-<partition>.<uuid>-delete` at once; files go after file.delete.delay.ms. */
  delete(topic: string, partition: number): void;
  all(): Iterable<PartitionLog>;
  /**
   * Moves a log to another directory in the background (KIP-113); the PartitionLog stays the same object. A directory it
   * is in already, or on its way to, is fine: the first gives up a move under way. LOG_DIR_NOT_FOUND, KAFKA_STORAGE_ERROR,
   * UNKNOWN_TOPIC_OR_PARTITION.
   */
  move(topic: string, partition: number, logDir: string): ErrorName;
  /** A log that is created later goes to that directory, if it is one and works then. */
  prefer(topic: string, partition: number, logDir: string): void;
  futures(): Iterable<FutureLog>;
  /** Directory id (meta.properties directory.id) of a log directory, for KRaft's partition records. */
  directoryId(logDir: string): Uuid;
  /** Background work: retention, flush, recovery-point / log-start-offset / high-watermark checkpoints, cleaner. */
  start(): void;
  /** Flushes everything, writes checkpoints and producer snapshots, then the clean shutdown marker. */
  close(): Promise<void>;
}
