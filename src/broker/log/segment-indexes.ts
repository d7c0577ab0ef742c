import { type Offset, type TimestampMs } from '../../protocol/primitives.ts';
import { type RecordBatch } from '../../protocol/records/batch.ts';
import { type HeaderScan } from './batch-scan.ts';
import { CorruptIndexError, type EntryFile } from './entry-file.ts';
import { SUFFIX, segmentPath } from './file-names.ts';
import { type LogContext, SCAN_BYTES } from './log-context.ts';
import { OffsetIndex } from './offset-index.ts';
import { highest } from './offset-order.ts';
import { TimeIndex } from './time-index.ts';
import { TransactionIndex } from './transaction-index.ts';
import { type LogConfig } from './types.ts';

export interface SegmentFiles {
  readonly directory: string;
  readonly baseOffset: Offset;
  /** Suffixes of the files that are there; none for a new segment. */
  readonly existing: ReadonlySet<string>;
  /** '' or '.cleaned'. */
  readonly state?: string;
}

/** The log file the indexes belong to. */
export interface IndexedLog {
  readonly path: string;
  readonly sizeInBytes: number;
  scan(from: number): HeaderScan;
}

export interface LargestTimestamp {
  readonly timestampMs: TimestampMs;
  /** Last offset of the batch that holds it. */
  readonly offset: Offset;
}

/**
 * The three indexes of a segment. Look-ups find a missing or corrupt offset or time index out and make it anew from the
 * log; what cannot be found out that way (the transaction index) is checked when the log is opened.
 */
export class SegmentIndexes {
  readonly offsets: OffsetIndex;
  readonly times: TimeIndex;
  readonly transactions: TransactionIndex;
  private readonly context: LogContext;
  private readonly owner: { readonly config: LogConfig };
  private readonly log: IndexedLog;
  private readonly baseOffset: Offset;
  private bytesSinceEntry = 0;
  /** Offset and time index are loaded, repaired if need be. */
  private isReady: boolean;
  /** Null until somebody asks. */
  private largestSoFar: LargestTimestamp | null;

  constructor(context: LogContext, owner: { readonly config: LogConfig }, log: IndexedLog, files: SegmentFiles) {
    const { directory, baseOffset, existing, state = '' } = files;
    const maxBytes = owner.config.segmentIndexBytes;
    const path = (suffix: string) => segmentPath(directory, baseOffset, suffix + state);
    this.context = context;
    this.owner = owner;
    this.log = log;
    this.baseOffset = baseOffset;
    this.isReady = !existing.has(SUFFIX.log);
    this.largestSoFar = existing.has(SUFFIX.log) ? null : { timestampMs: -1n, offset: baseOffset };
    this.offsets = new OffsetIndex(context, path(SUFFIX.offsetIndex), {
      baseOffset,
      maxBytes,
      exists: existing.has(SUFFIX.offsetIndex),
      logBytes: () => log.sizeInBytes,
    });
    const exists = existing.has(SUFFIX.timeIndex);
    this.times = new TimeIndex(context, path(SUFFIX.timeIndex), { baseOffset, maxBytes, exists });
    this.transactions = new TransactionIndex(
      context,
      path(SUFFIX.transactionIndex),
      existing.has(SUFFIX.transactionIndex),
    );
  }

  get files(): readonly EntryFile[] {
    return [this.offsets.file, this.times.file, this.transactions.file];
  }

  get isFull(): boolean {
    this.makeReady();
    return this.offsets.isFull || this.times.isFull;
  }

  /** Of offset and time index, as the cleaner counts when it joins segments. */
  get largestFileBytes(): number {
    return Math.max(this.offsets.file.sizeInBytes, this.times.file.sizeInBytes);
  }

  /** Takes note of a batch at the end of the log (kafka 4.x LogSegment.append: index entries per batch). */
  note(batch: RecordBatch, position: number): void {
    this.makeReady();
    const maxTimestamp = batch.maxTimestamp;
    let largest = this.largest();
    if (maxTimestamp > largest.timestampMs) {
      largest = { timestampMs: maxTimestamp, offset: batch.lastOffset };
      this.largestSoFar = largest;
    }
    if (this.bytesSinceEntry > this.owner.config.indexIntervalBytes) {
      this.offsets.append(batch.lastOffset, position);
      this.times.maybeAppend(largest.timestampMs, largest.offset);
      this.bytesSinceEntry = 0;
    }
    this.bytesSinceEntry += batch.sizeInBytes;
  }

  private makeReady(): void {
    if (this.isReady) return;
    this.isReady = true;
    this.repairing(() => [this.offsets.file.count, this.times.file.count]);
    this.largest();
  }

  /** Timestamp -1 in an empty segment. */
  largest(): LargestTimestamp {
    this.largestSoFar ??= this.repairing(() => this.loadLargest());
    return this.largestSoFar;
  }

  /** The last entry, or something later in the bytes that entry does not cover. */
  private loadLargest(): LargestTimestamp {
    let largest: LargestTimestamp = this.times.last;
    const scan = this.log.scan(this.times.file.count === 0 ? 0 : this.offsets.lookup(largest.offset));
    while (scan.next()) {
      const { maxTimestamp, lastOffset } = scan.header;
      if (maxTimestamp > largest.timestampMs) largest = { timestampMs: maxTimestamp, offset: lastOffset };
    }
    return largest;
  }

  /** Where to start looking for the batch that holds the offset. */
  positionBefore(offset: Offset): number {
    // One read shows all of a short log: no need of its index.
    if (this.log.sizeInBytes <= SCAN_BYTES) return 0;
    return this.repairing(() => this.offsets.lookup(offset));
  }

  /** Where to start looking for a record at or after the timestamp and at or above the offset. */
  positionBeforeTimestamp(timestampMs: TimestampMs, from: Offset): number {
    return this.repairing(() => {
      const offset = this.times.lookup(timestampMs);
      return this.offsets.lookup(highest(offset, from));
    });
  }

  lastPosition(): number {
    if (this.log.sizeInBytes <= SCAN_BYTES) return 0;
    return this.repairing(() => this.offsets.lastPosition());
  }

  private repairing<T>(lookup: () => T): T {
    try {
      return lookup();
    } catch (error) {
      if (!(error instanceof CorruptIndexError)) throw error;
      this.context.logger.log('WARN', `${error.message}; rebuilding the indexes of ${this.log.path}`);
      this.rebuild();
      return lookup();
    }
  }

  /** Makes offset and time index anew from batch headers. */
  rebuild(): void {
    this.startRebuild();
    const scan = this.log.scan(0);
    while (scan.next()) this.note(scan.header, scan.position);
    this.finish();
  }

  /** Empties offset and time index: `note` is then called for every batch of the log. */
  startRebuild(): void {
    this.isReady = true;
    this.offsets.file.reset();
    this.times.file.reset();
    this.largestSoFar = { timestampMs: -1n, offset: this.baseOffset };
    this.bytesSinceEntry = 0;
  }

  /** The last entry of a closed segment is its largest timestamp. */
  private addClosingEntry(): void {
    const { timestampMs, offset } = this.largest();
    this.times.maybeAppend(timestampMs, offset);
  }

  /** Drops what lies at or above the offset. `isEmpty` tells that nothing of the log is left. */
  truncateTo(offset: Offset, isEmpty: boolean): void {
    this.offsets.truncateTo(offset);
    this.times.truncateTo(offset);
    this.transactions.truncateTo(offset);
    this.largestSoFar = isEmpty ? { timestampMs: -1n, offset: this.baseOffset } : null;
    this.bytesSinceEntry = 0;
  }

  becomeInactive(): void {
    this.addClosingEntry();
    for (const file of this.files) file.becomeInactive();
  }

  /** The first append loads offset and time index: most of many logs get none. */
  becomeActive(): void {
    for (const file of this.files) file.becomeActive();
    this.isReady = false;
  }

  /** True when an index that is missed only by its absence became a file. */
  save(): boolean {
    this.offsets.file.save();
    this.times.file.save();
    return this.transactions.file.save();
  }

  async syncInBackground(): Promise<void> {
    for (const file of this.files) await file.syncInBackground();
  }

  sync(): void {
    for (const file of this.files) file.sync();
  }

  /** The state a clean stop leaves behind, and a rebuild. */
  finish(): void {
    this.addClosingEntry();
    this.save();
  }

  /** Closes without writing. */
  abandon(): void {
    for (const file of this.files) file.close();
  }
}
