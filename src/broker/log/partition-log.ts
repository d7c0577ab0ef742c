import { KafkaError } from '../../protocol/errors.ts';
import { type Offset, type ProducerId, type TimestampMs, type Uuid } from '../../protocol/primitives.ts';
import { RecordBatch } from '../../protocol/records/batch.ts';
import { checkBatches, checkFollowerOffsets, maxTimestampOf } from './append-validation.ts';
import { CHECKPOINT } from './file-names.ts';
import { type LeaderAppendOptions, type PreparedAppend, prepareLeaderAppend } from './leader-append.ts';
import { type LeaderEpochs } from './leader-epochs.ts';
import { type LogContext } from './log-context.ts';
import { type PartitionLogState } from './log-loader.ts';
import { type LogSegment, MAX_RELATIVE_OFFSET } from './log-segment.ts';
import { highest, lowest } from './offset-order.ts';
import { rebuildProducers } from './producer-replay.ts';
import { type ProducerState } from './producer-state.ts';
import { checkProducers, checkVerified, commitProducers } from './producer-update.ts';
import { expiredSegments } from './retention.ts';
import { type SegmentedLog } from './segmented-log.ts';
import { type DirectoryState, StorageGuard } from './storage-guard.ts';
import {
  type ActiveProducer,
  type AppendOrigin,
  type AppendResult,
  type LogConfig,
  type LogRead,
  type PartitionLog,
  type TimestampedOffset,
  type VerificationGuard,
} from './types.ts';

/** Without producers in it, such a log is read again at a start as soon as a snapshot is. */
const SHORT_LOG_BYTES = 64 * 1024;

/** A partition's log on disk: segments, producers, epochs and offsets held together (kafka 4.x UnifiedLog). */
export class DiskPartitionLog implements PartitionLog {
  readonly topic: string;
  readonly partition: number;
  topicId: Uuid;
  /** Of the cleaner's and the manager's use; everybody else goes through the methods. */
  readonly segments: SegmentedLog;
  readonly producers: ProducerState;
  private readonly context: LogContext;
  private directory: DirectoryState;
  private readonly guard: StorageGuard;
  private readonly owner: { config: LogConfig };
  private readonly leaderEpochs: LeaderEpochs;
  private startOffset: Offset;
  private watermark: Offset;
  private expiryReason = '';

  constructor(context: LogContext, state: PartitionLogState) {
    this.context = context;
    this.topic = state.topic;
    this.partition = state.partition;
    this.topicId = state.topicId;
    this.directory = state.directory;
    this.owner = state.owner;
    this.segments = state.segments;
    this.producers = state.producers;
    this.leaderEpochs = state.leaderEpochs;
    this.startOffset = state.logStartOffset;
    this.watermark = state.highWatermark;
    this.guard = new StorageGuard(state.directory, context.logger, this.name);
  }

  get name(): string {
    return `${this.topic}-${this.partition}`;
  }

  get path(): string {
    return this.segments.directory;
  }

  get logDir(): string {
    return this.directory.path;
  }

  get config(): LogConfig {
    return this.owner.config;
  }

  get isDeleted(): boolean {
    return this.guard.isClosed;
  }

  get isOffline(): boolean {
    return this.directory.isOffline;
  }

  get logStartOffset(): Offset {
    return this.startOffset;
  }

  get logEndOffset(): Offset {
    return this.segments.nextOffset;
  }

  get highWatermark(): Offset {
    return this.watermark;
  }

  get lastStableOffset(): Offset {
    const unstable = this.producers.transactions.firstUnstable;
    if (unstable === null || unstable >= this.watermark) return this.watermark;
    return highest(unstable, this.startOffset);
  }

  get latestLeaderEpoch(): number {
    return this.leaderEpochs.latest;
  }

  get sizeInBytes(): number {
    return this.segments.sizeInBytes;
  }

  /** Everything below is durable. */
  get recoveryPoint(): Offset {
    return this.segments.recoveryPoint;
  }

  updateConfig(config: LogConfig): void {
    this.owner.config = config;
  }

  advanceHighWatermark(offset: Offset): void {
    const bounded = lowest(offset, this.logEndOffset);
    if (bounded <= this.watermark) return;
    this.watermark = bounded;
    this.producers.transactions.forgetDecidedBelow(bounded);
  }

  appendAsLeader(records: Buffer, options: LeaderAppendOptions): AppendResult {
    return this.guard.append(() => {
      const baseOffset = this.logEndOffset;
      const nowMs = this.context.clock.now();
      const { cursor } = this.context;
      checkVerified(this.producers, records, options);
      const prepared = prepareLeaderAppend(records, this, { ...options, baseOffset, nowMs, cursor });
      return this.write(prepared, baseOffset, options.origin);
    });
  }

  appendAsFollower(records: Buffer): AppendResult {
    return this.guard.append(() => {
      const { byteCount } = checkBatches(records, this, 'replication', undefined);
      const lastOffset = checkFollowerOffsets(records, byteCount, this.logEndOffset);
      const maxTimestampMs = maxTimestampOf(records, byteCount);
      const append = { records, byteCount, lastOffset, maxTimestampMs, logAppendTimeMs: -1n };
      return this.write(append, new RecordBatch(records).baseOffset, 'replication');
    });
  }

  /** Nothing in memory changes before the bytes are written. */
  private write(append: PreparedAppend, baseOffset: Offset, origin: AppendOrigin): AppendResult {
    const { records, byteCount, lastOffset, logAppendTimeMs } = append;
    const update = checkProducers(this.producers, records, byteCount, origin);
    const logStartOffset = this.startOffset;
    if (update.duplicate) {
      const { firstOffset, timestampMs, lastOffset: last } = update.duplicate;
      const found = { baseOffset: firstOffset, lastOffset: last, logAppendTimeMs: timestampMs };
      return { error: 'NONE', ...found, logStartOffset, isDuplicate: true };
    }
    // Segments join, so that a start after a crash sees a lost end; only a hole too large for an index parts them.
    const isHoleTooLarge = lastOffset - this.logEndOffset > MAX_RELATIVE_OFFSET;
    if (this.segments.active.shouldRoll(append)) this.roll(isHoleTooLarge ? baseOffset : this.logEndOffset);
    this.segments.append(records, byteCount, lastOffset);
    for (let at = 0; at < byteCount; ) {
      const batch = new RecordBatch(records, at);
      this.leaderEpochs.assign(batch.partitionLeaderEpoch, batch.baseOffset);
      at += batch.sizeInBytes;
    }
    this.leaderEpochs.save();
    commitProducers(this.producers, update, this.segments.active.indexes.transactions);
    this.producers.mapEndOffset = lastOffset + 1n;
    if (Number(this.logEndOffset - this.recoveryPoint) >= this.config.flushMessages) {
      this.directory.syncEntries();
      this.segments.flushNow();
    }
    return { error: 'NONE', baseOffset, lastOffset, logAppendTimeMs, logStartOffset, isDuplicate: false };
  }

  /** Goes on in a new segment; what is behind becomes durable in the background. `nextBaseOffset` may leave a hole. */
  roll(nextBaseOffset: Offset = this.logEndOffset): void {
    this.segments.roll(nextBaseOffset);
    this.producers.mapEndOffset = this.logEndOffset;
    this.producers.takeSnapshot();
    const end = this.segments.active.baseOffset;
    // A failure is reported by the guard and takes the directory offline; nobody waits for this flush.
    this.guard.runAsync('flush', () => this.flushTo(end)).catch(() => undefined);
  }

  read(
    offset: Offset,
    options: { maxBytes: number; minOneBatch: boolean; endOffset: Offset; readCommitted: boolean },
  ): LogRead {
    return this.guard.run('read', () => {
      if (offset < this.startOffset || offset > this.logEndOffset) {
        const range = `${this.startOffset} to ${this.logEndOffset}`;
        throw new KafkaError('OFFSET_OUT_OF_RANGE', `offset ${offset} of ${this.name} is not within ${range}`);
      }
      const { records, nextOffset } = this.segments.read(offset, options);
      if (!options.readCommitted) return { records, abortedTransactions: null };
      const found = records.length === 0 ? [] : this.segments.abortedTransactions(offset, nextOffset);
      return {
        records,
        abortedTransactions: found.map(({ producerId, firstOffset }) => ({ producerId, firstOffset })),
      };
    });
  }

  offsetForTimestamp(timestampMs: TimestampMs): TimestampedOffset | null {
    return this.guard.run('look-up by time', () => this.segments.findByTimestamp(timestampMs, this.startOffset));
  }

  offsetOfMaxTimestamp(): TimestampedOffset | null {
    return this.guard.run('look-up by time', () => this.segments.findLargestTimestamp());
  }

  leaderEpochForOffset(offset: Offset): number {
    return this.leaderEpochs.epochAt(offset);
  }

  endOffsetForLeaderEpoch(leaderEpoch: number): { leaderEpoch: number; endOffset: Offset } {
    return this.leaderEpochs.endOffsetFor(leaderEpoch, this.logEndOffset);
  }

  assignLeaderEpoch(leaderEpoch: number, startOffset: Offset): void {
    this.guard.run('leader epoch change', () => this.leaderEpochs.assign(leaderEpoch, startOffset));
  }

  deleteRecordsBefore(offset: Offset): Offset {
    return this.guard.run('record deletion', () => {
      const wanted = offset === -1n ? this.watermark : offset;
      if (wanted < 0n || wanted > this.watermark) {
        const text = `offset ${wanted} of ${this.name} is above the high watermark ${this.watermark}`;
        throw new KafkaError('OFFSET_OUT_OF_RANGE', text);
      }
      if (wanted > this.startOffset) this.directory.noteLogStartMoved();
      this.raiseLogStart(wanted);
      return this.startOffset;
    });
  }

  private raiseLogStart(offset: Offset): void {
    if (offset <= this.startOffset) return;
    this.startOffset = offset;
    this.leaderEpochs.truncateFromStart(offset);
    this.producers.logStartMovedTo(offset);
  }

  truncateTo(offset: Offset): void {
    this.guard.run('truncation', () => {
      if (offset < 0n) throw new RangeError(`cannot truncate ${this.name} to ${offset}`);
      if (offset >= this.logEndOffset) {
        this.leaderEpochs.truncateFromEnd(this.logEndOffset);
        return;
      }
      if (offset < this.segments.first.baseOffset) {
        this.startAnewAt(offset);
        return;
      }
      this.context.logger.log('INFO', `Truncating ${this.name} from ${this.logEndOffset} to ${offset}`);
      this.segments.prepareTruncation(offset);
      this.directory.noteTruncated(this.name, offset);
      this.segments.truncateTo(offset);
      this.leaderEpochs.truncateFromEnd(offset);
      this.startOffset = lowest(this.startOffset, offset);
      this.watermark = lowest(this.watermark, offset);
      rebuildProducers(this.producers, this.segments.all, this.segments.first.baseOffset, offset);
      this.producers.transactions.forgetDecidedBelow(this.watermark);
    });
  }

  truncateFullyAndStartAt(offset: Offset): void {
    this.guard.run('truncation', () => this.startAnewAt(offset));
  }

  private startAnewAt(offset: Offset): void {
    this.context.logger.log('INFO', `Emptying ${this.name}, which goes on at offset ${offset}`);
    this.segments.prepareTruncation(offset);
    this.directory.noteTruncated(this.name, offset);
    this.segments.truncateFullyAndStartAt(offset);
    this.leaderEpochs.clear();
    this.producers.startAnewAt(offset);
    this.startOffset = offset;
    this.watermark = offset;
    this.directory.noteLogStartMoved();
  }

  beginVerification(producerId: ProducerId, producerEpoch: number): VerificationGuard | null {
    return this.producers.beginVerification(producerId, producerEpoch);
  }

  activeProducers(): ActiveProducer[] {
    return this.producers.active();
  }

  hasOngoingTransaction(producerId: ProducerId, producerEpoch: number): boolean {
    return this.producers.hasOngoingTransaction(producerId, producerEpoch);
  }

  flush(): Promise<void> {
    return this.guard.runAsync('flush', () => this.flushTo(this.logEndOffset));
  }

  private async flushTo(end: Offset): Promise<void> {
    await this.directory.syncEntriesInBackground();
    await this.segments.flush(end);
  }

  /** flush.ms: whether unflushed records have waited long enough. */
  isFlushDue(nowMs: number): boolean {
    const sinceMs = nowMs - this.segments.lastFlushedMs;
    // Below zero the clock was set back: nobody knows how long it has been.
    return this.logEndOffset > this.recoveryPoint && (sinceMs >= this.config.flushMs || sinceMs < 0);
  }

  /**
   * Retention, first half: raises the log start above the oldest segments that the topic gives up; true when there are any.
   * The new start must be durable before `removeExpired`: segments may go in any order when power fails.
   * Source: kafka 4.x UnifiedLog.deleteOldSegments.
   */
  expire(): boolean {
    return this.guard.run('retention', () => {
      const { segments, config, highWatermark, logStartOffset, logEndOffset, sizeInBytes } = this;
      const state = { config, segments: segments.all, highWatermark, logStartOffset, logEndOffset, sizeInBytes };
      const { count, reason } = expiredSegments(state, this.context);
      this.expiryReason = reason;
      if (count === 0) return false;
      if (count === segments.all.length) this.roll();
      this.raiseLogStart((segments.all[count] as LogSegment).baseOffset);
      return true;
    });
  }

  /** Second half: the segments below the log start go. */
  removeExpired(): void {
    this.guard.run('retention', () => {
      const { segments, startOffset } = this;
      const count = segments.floorIndex(startOffset);
      if (count === 0) return;
      const gone = segments.removeOldest(count);
      for (const { baseOffset } of gone) this.producers.removeSnapshot(baseOffset);
      const bases = gone.map(({ baseOffset }) => baseOffset).join(', ');
      this.context.logger.log('INFO', `Deleting segments of ${this.name} from offsets ${bases}: ${this.expiryReason}`);
    });
  }

  /** The cleaner puts a rewritten segment in the place of others. */
  replaceSegments(cleaned: LogSegment, old: readonly LogSegment[]): void {
    this.segments.replace(cleaned, old);
    for (const { baseOffset } of old) {
      if (baseOffset !== cleaned.baseOffset) this.producers.removeSnapshot(baseOffset);
    }
  }

  removeExpiredProducers(): void {
    this.producers.removeExpired(this.context.clock.now());
  }

  /** Everything on disk and durable, files closed; a start may then trust what it finds. */
  async close(): Promise<void> {
    await this.guard.runAsync('close', async () => {
      if (this.segments.isUntouched) {
        this.segments.abandon();
        return;
      }
      await this.directory.syncEntriesInBackground();
      await this.segments.close();
      // Not synced: a snapshot that a power failure took is made up for by a replay, which is cheap in a short log.
      if (!this.producers.isEmpty || this.sizeInBytes > SHORT_LOG_BYTES) this.producers.takeSnapshot();
    });
  }

  /** Lets go of the files without writing. */
  abandon(): void {
    this.segments.abandon();
  }

  /** The directory was renamed, for deletion: appends and reads answer UNKNOWN_TOPIC_OR_PARTITION from now on. */
  deletedTo(path: string): void {
    this.guard.isClosed = true;
    this.segments.abandon();
    this.segments.movedTo(path);
    this.smallFilesMovedTo(path);
  }

  /** Durable copies of all files take over, in another log directory: nothing else changes. Called between flushes. */
  goOnIn(directory: DirectoryState, path: string): void {
    this.directory = directory;
    this.guard.movedTo(directory);
    this.segments.goOnIn(path);
    this.smallFilesMovedTo(path);
  }

  private smallFilesMovedTo(path: string): void {
    this.producers.movedTo(path);
    this.leaderEpochs.movedTo(`${path}/${CHECKPOINT.leaderEpoch}`);
  }
}
