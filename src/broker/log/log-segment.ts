import { MalformedBytesError, type Offset, type TimestampMs } from '../../protocol/primitives.ts';
import { RecordBatch } from '../../protocol/records/batch.ts';
import { BatchReader, HeaderScan } from './batch-scan.ts';
import { type EntryFile } from './entry-file.ts';
import { SUFFIX, segmentPath } from './file-names.ts';
import { PooledFile } from './file-pool.ts';
import { type LogContext } from './log-context.ts';
import { type SegmentFiles, SegmentIndexes } from './segment-indexes.ts';
import { type LogConfig, type TimestampedOffset } from './types.ts';

/** int32 relative offsets: a segment spans no more than this. */
export const MAX_RELATIVE_OFFSET = 0x7fffffffn;

export interface BatchPlace {
  readonly position: number;
  readonly sizeInBytes: number;
}

/** One log file with its indexes (kafka 4.x LogSegment). Only the last segment of a log is written to. */
export class LogSegment {
  readonly baseOffset: Offset;
  readonly indexes: SegmentIndexes;
  /** Part of segment.ms by which this segment rolls earlier. */
  readonly rollJitterMs: number;

  private readonly context: LogContext;
  private readonly owner: { readonly config: LogConfig };
  private readonly log: PooledFile;
  private directory: string;
  private bytes: number;
  private createdMs: number;
  private modifiedMs: number;
  /** Largest timestamp of the first batch: segment.ms counts from it. Null until loaded or written. */
  private firstBatchMs: TimestampMs | null = null;
  private needsSync = false;
  /** Background syncs that have not ended: their bytes are not durable yet. */
  private syncsUnderWay = 0;

  constructor(context: LogContext, owner: { readonly config: LogConfig }, files: SegmentFiles) {
    const { directory, baseOffset, existing, state = '' } = files;
    this.context = context;
    this.owner = owner;
    this.directory = directory;
    this.baseOffset = baseOffset;
    this.rollJitterMs = Math.floor(context.random() * owner.config.segmentJitterMs);
    this.log = new PooledFile(context.pool, segmentPath(directory, baseOffset, SUFFIX.log + state));
    const status = existing.has(SUFFIX.log) ? context.fileSystem.status(this.log.path) : undefined;
    this.bytes = status?.sizeInBytes ?? 0;
    this.createdMs = context.clock.now();
    this.modifiedMs = status?.modifiedMs ?? this.createdMs;
    this.indexes = new SegmentIndexes(context, owner, this, files);
    if (status === undefined) this.log.create();
  }

  /** Of the log file. */
  get path(): string {
    return this.log.path;
  }

  get sizeInBytes(): number {
    return this.bytes;
  }

  get lastModifiedMs(): number {
    return this.modifiedMs;
  }

  hasRoomFor(lastOffset: Offset): boolean {
    return lastOffset - this.baseOffset <= MAX_RELATIVE_OFFSET;
  }

  /** Whether the segment must be closed before that append: size, age, full index or offset range (KIP-33 for the age). */
  shouldRoll(append: { byteCount: number; maxTimestampMs: TimestampMs; lastOffset: Offset }): boolean {
    const { segmentBytes, segmentMs, maxCompactionLagMs, cleanupPolicy } = this.owner.config;
    if (this.bytes > segmentBytes - append.byteCount) return true;
    // The active segment is never compacted, so it must not outlive max.compaction.lag.ms (KIP-354).
    const maxAgeMs = cleanupPolicy.compact ? Math.min(segmentMs, maxCompactionLagMs) : segmentMs;
    if (this.bytes > 0 && this.ageAt(append.maxTimestampMs) > maxAgeMs - this.rollJitterMs) return true;
    return this.indexes.isFull || !this.hasRoomFor(append.lastOffset);
  }

  private ageAt(timestampMs: TimestampMs): number {
    const firstMs = this.firstBatchTimestamp();
    return firstMs >= 0n ? Number(timestampMs - firstMs) : this.context.clock.now() - this.createdMs;
  }

  /** Largest timestamp of the first batch, -1 in an empty segment. max.compaction.lag.ms counts from it, too. */
  firstBatchTimestamp(): TimestampMs {
    if (this.firstBatchMs === null && this.bytes > 0) {
      const scan = this.scan(0);
      this.firstBatchMs = scan.next() ? scan.header.maxTimestamp : null;
    }
    return this.firstBatchMs ?? -1n;
  }

  /** Appends whole batches with one write. The first `byteCount` bytes of `records` must be exactly that. */
  append(records: Buffer, byteCount: number): void {
    let position = this.bytes;
    this.log.write(records, 0, byteCount, position);
    this.needsSync = true;
    this.bytes = position + byteCount;
    this.modifiedMs = this.context.clock.now();
    for (let at = 0; at < byteCount; ) {
      const batch = new RecordBatch(records, at);
      if (position === 0) this.firstBatchMs = batch.maxTimestamp;
      this.indexes.note(batch, position);
      at += batch.sizeInBytes;
      position += batch.sizeInBytes;
    }
  }

  /** What retention.ms and the cleaner compare: the largest record timestamp, else when the file was written. */
  largestTimestampMs(): number {
    const { timestampMs } = this.indexes.largest();
    return timestampMs >= 0n ? Number(timestampMs) : this.modifiedMs;
  }

  scan(from: number): HeaderScan {
    return new HeaderScan(this.context, this.log, from, this.bytes);
  }

  /** The batch that holds `offset` or the first one behind it; null when all batches end before it. */
  place(offset: Offset): BatchPlace | null {
    const scan = this.scan(this.indexes.positionBefore(offset));
    while (scan.next()) {
      if (scan.header.lastOffset >= offset) return { position: scan.position, sizeInBytes: scan.sizeInBytes };
    }
    return null;
  }

  /**
   * Exclusive end of what is stored here; the base offset when empty. Throws MalformedBytesError when something lies behind
   * the last whole batch: appends must not go there.
   */
  nextOffset(): Offset {
    const scan = this.scan(this.indexes.lastPosition());
    let next = this.baseOffset;
    while (scan.next()) next = scan.header.nextOffset;
    if (scan.position !== this.bytes) {
      throw new MalformedBytesError(`${this.bytes - scan.position} bytes behind the last batch of ${this.path}`);
    }
    return next;
  }

  /** Bytes [position, position + byteCount) in a new buffer. Throws MalformedBytesError when the file is shorter. */
  bytesAt(position: number, byteCount: number): Buffer {
    const target = Buffer.allocUnsafe(byteCount);
    const count = this.log.read(target, 0, byteCount, position);
    if (count !== byteCount) throw new MalformedBytesError(`${this.path} has no ${byteCount} bytes at ${position}`);
    return target;
  }

  reader(from = 0): BatchReader {
    return new BatchReader(this.log, from, this.bytes);
  }

  /** First record at or after the timestamp and at or above the offset. */
  findByTimestamp(timestampMs: TimestampMs, from: Offset): TimestampedOffset | null {
    const scan = this.scan(this.indexes.positionBeforeTimestamp(timestampMs, from));
    while (scan.next()) {
      if (scan.header.maxTimestamp < timestampMs || scan.header.lastOffset < from) continue;
      const found = this.findInBatch(scan, (recordMs, offset) => recordMs >= timestampMs && offset >= from);
      if (found !== null) return found;
    }
    return null;
  }

  /** The first record with the largest timestamp of the segment; null when empty. Source: KIP-734. */
  findLargestTimestamp(): TimestampedOffset | null {
    const { timestampMs, offset } = this.indexes.largest();
    const scan = this.scan(this.indexes.positionBefore(offset));
    while (scan.next()) {
      if (scan.header.maxTimestamp !== timestampMs) continue;
      return this.findInBatch(scan, (recordMs) => recordMs === timestampMs);
    }
    return null;
  }

  private findInBatch(
    place: BatchPlace,
    accepts: (timestampMs: TimestampMs, offset: Offset) => boolean,
  ): TimestampedOffset | null {
    const batch = new RecordBatch(this.bytesAt(place.position, place.sizeInBytes));
    const cursor = this.context.cursor;
    cursor.reset(batch);
    while (cursor.next()) {
      const timestampMs = cursor.timestamp();
      const offset = cursor.offset();
      if (accepts(timestampMs, offset)) return { timestampMs, offset, leaderEpoch: batch.partitionLeaderEpoch };
    }
    return null;
  }

  /**
   * Walks the whole segment as after a crash: makes all indexes anew and cuts the log behind the last batch that is whole,
   * unspoilt and in order. `visit` sees each batch that stays and may throw MalformedBytesError to cut before it; it fills
   * the transaction index. Returns the bytes cut and why.
   */
  recover(visit: (batch: RecordBatch) => void): { cutBytes: number; reason: string } {
    this.indexes.startRebuild();
    this.indexes.transactions.file.reset();
    const reader = this.reader();
    let validBytes = 0;
    let expected = this.baseOffset;
    let reason = 'incomplete batch';
    try {
      for (let batch = reader.next(); batch !== null; batch = reader.next()) {
        this.checkRecovered(batch, expected);
        visit(batch);
        this.indexes.note(batch, validBytes);
        expected = batch.nextOffset;
        validBytes = reader.end;
      }
    } catch (error) {
      if (!(error instanceof MalformedBytesError)) throw error;
      reason = error.message;
    }
    const cutBytes = this.bytes - validBytes;
    if (cutBytes > 0) this.cut(validBytes);
    // What the last process wrote may be in the page cache only.
    this.needsSync = true;
    return { cutBytes, reason };
  }

  private checkRecovered(batch: RecordBatch, expected: Offset): void {
    const { baseOffset, lastOffset } = batch;
    if (baseOffset < expected || lastOffset < baseOffset || !this.hasRoomFor(lastOffset)) {
      throw new MalformedBytesError(`record batch of offsets ${baseOffset} to ${lastOffset}, ${expected} expected`);
    }
    if (!batch.isCrcValid()) throw new MalformedBytesError(`record batch at offset ${baseOffset} fails its checksum`);
  }

  private cut(bytes: number): void {
    this.log.truncate(bytes);
    this.bytes = bytes;
    this.needsSync = true;
    if (bytes === 0) {
      this.firstBatchMs = null;
      this.createdMs = this.context.clock.now();
    }
  }

  /** Drops the batch that holds the offset and all behind it; returns the bytes cut. */
  truncateTo(offset: Offset): number {
    const place = this.place(offset);
    if (place === null) return 0;
    const cutBytes = this.bytes - place.position;
    // Indexes first: an entry that points behind the end would be worse than a missing one.
    this.indexes.truncateTo(offset, place.position === 0);
    this.cut(place.position);
    return cutBytes;
  }

  /** The log goes on here. */
  becomeActive(): void {
    this.indexes.becomeActive();
  }

  /** Nothing is appended any more: the time index gets its closing entry, descriptors and memory may go. */
  becomeInactive(): void {
    this.indexes.becomeInactive();
    this.log.close();
  }

  /** A rewritten segment is as old as its newest source: retention without timestamps goes by it. */
  setLastModified(modifiedMs: number): void {
    this.modifiedMs = modifiedMs;
  }

  /** Everything written so far becomes durable; true when that made a file whose directory must be synced, too. */
  async syncInBackground(): Promise<boolean> {
    const hasNewFile = this.indexes.save();
    const wasDirty = this.needsSync;
    this.needsSync = false;
    this.syncsUnderWay++;
    try {
      if (wasDirty) await this.log.syncInBackground();
      await this.indexes.syncInBackground();
    } finally {
      this.syncsUnderWay--;
    }
    return hasNewFile;
  }

  /** The same, blocking. */
  sync(): boolean {
    const hasNewFile = this.indexes.save();
    if (this.needsSync || this.syncsUnderWay > 0) this.log.sync();
    this.needsSync = false;
    this.indexes.sync();
    return hasNewFile;
  }

  /** The log is about to be closed: indexes get what they need for a start that trusts them. */
  finish(): void {
    this.indexes.finish();
  }

  /** Closes the files without writing anything: after an I/O failure, or before they go. */
  abandon(): void {
    this.indexes.abandon();
    this.log.close();
  }

  private files(): readonly [suffix: string, file: PooledFile | EntryFile][] {
    const { offsets, times, transactions } = this.indexes;
    return [
      [SUFFIX.log, this.log],
      [SUFFIX.offsetIndex, offsets.file],
      [SUFFIX.timeIndex, times.file],
      [SUFFIX.transactionIndex, transactions.file],
    ];
  }

  /** Gives all files another state suffix ('.deleted', '.swap', ''). */
  changeState(state: string): void {
    for (const [suffix, file] of this.files()) {
      file.renameTo(segmentPath(this.directory, this.baseOffset, suffix + state));
    }
  }

  remove(): void {
    this.abandon();
    this.needsSync = false;
    for (const [, file] of this.files()) file.remove();
  }

  /** What is in the index files is all there is. */
  saveIndexes(): void {
    this.indexes.save();
  }

  /** Copies of all files take over; what is in memory holds for them, too. */
  goOnIn(directory: string): void {
    for (const [, file] of this.files()) (file instanceof PooledFile ? file : file.file).close();
    this.movedTo(directory);
  }

  /** The directory was renamed. */
  movedTo(directory: string): void {
    this.directory = directory;
    for (const [suffix, file] of this.files()) {
      const pooled = file instanceof PooledFile ? file : file.file;
      pooled.movedTo(segmentPath(directory, this.baseOffset, suffix));
    }
  }
}
