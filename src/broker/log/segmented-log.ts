import { MalformedBytesError, type Offset, type TimestampMs } from '../../protocol/primitives.ts';
import { RecordBatch, wholeBatchBytes } from '../../protocol/records/batch.ts';
import { SerialQueue } from '../../util/serial-queue.ts';
import { SUFFIX } from './file-names.ts';
import { type LogContext } from './log-context.ts';
import { type BatchPlace, LogSegment } from './log-segment.ts';
import { lowest } from './offset-order.ts';
import { type AbortedEntry } from './transaction-index.ts';
import { type LogConfig, type TimestampedOffset } from './types.ts';

/** Small files beside the segments that a flush must not leave behind: leader epochs, producer snapshots. */
export interface FlushedAlong {
  /** Makes durable what has to be below `end`. True when the directory must be synced, too. */
  syncInBackground(end: Offset): Promise<boolean>;
  sync(end: Offset): boolean;
}

const EMPTY = Buffer.alloc(0);
const NO_FILES: ReadonlySet<string> = new Set();

export interface SegmentRead {
  /** Whole batches. */
  readonly records: Buffer;
  /** Behind the last batch; the offset asked for when there is none. */
  readonly nextOffset: Offset;
}

/**
 * The segments of a partition and their common end (kafka 4.x LocalLog). Knows nothing of producers, epochs and high
 * watermarks. There is always at least one segment.
 */
export class SegmentedLog {
  readonly context: LogContext;
  readonly owner: { readonly config: LogConfig };
  directory: string;
  /** Rising by base offset; only the last one is written to. */
  private segments: LogSegment[];
  /** Offset of the next record. */
  nextOffset: Offset;
  /** Everything below is durable: where a start after a crash begins to look. */
  recoveryPoint: Offset;
  lastFlushedMs: number;
  /** Files came or went since the directory was last synced. */
  private isDirectoryDirty: boolean;
  /** Where the log begins on disk, whatever a power failure takes: removals above are not durable yet. */
  private durableStart: Offset;
  private readonly along: readonly FlushedAlong[];
  private readonly wasClean: boolean;
  private readonly initialOffset: Offset;
  private readonly flushes = new SerialQueue();
  /** A flush that began before the last one promises nothing of what was written since. */
  private truncationCount = 0;

  constructor(
    context: LogContext,
    owner: { readonly config: LogConfig },
    state: {
      directory: string;
      segments: LogSegment[];
      nextOffset: Offset;
      recoveryPoint: Offset;
      along: readonly FlushedAlong[];
      /** A clean stop left it: the directory is as a power failure would leave it. */
      isDurable: boolean;
    },
  ) {
    this.context = context;
    this.owner = owner;
    this.directory = state.directory;
    this.segments = state.segments;
    this.nextOffset = state.nextOffset;
    this.recoveryPoint = state.recoveryPoint;
    this.along = state.along;
    this.wasClean = state.isDurable;
    this.initialOffset = state.nextOffset;
    this.isDirectoryDirty = !state.isDurable;
    this.durableStart = state.isDurable ? this.first.baseOffset : 0n;
    this.lastFlushedMs = context.clock.now();
    this.active.becomeActive();
  }

  get all(): readonly LogSegment[] {
    return this.segments;
  }

  get active(): LogSegment {
    return this.segments[this.segments.length - 1] as LogSegment;
  }

  get first(): LogSegment {
    return this.segments[0] as LogSegment;
  }

  get sizeInBytes(): number {
    let bytes = 0;
    for (const segment of this.segments) bytes += segment.sizeInBytes;
    return bytes;
  }

  /** As a clean stop left it: there is nothing to write down. */
  get isUntouched(): boolean {
    return (
      !this.isDirectoryDirty && this.wasClean && this.nextOffset === this.initialOffset && this.truncationCount === 0
    );
  }

  /** A log start offset above this one must be in a checkpoint: segments below may come back. */
  get durableStartOffset(): Offset {
    return this.durableStart;
  }

  /** Index of the last segment that begins at or below the offset; 0 when all begin above it. */
  floorIndex(offset: Offset): number {
    let low = 0;
    let high = this.segments.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if ((this.segments[middle] as LogSegment).baseOffset <= offset) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** Appends whole batches of which the last ends at `lastOffset`. */
  append(records: Buffer, byteCount: number, lastOffset: Offset): void {
    this.active.append(records, byteCount);
    this.nextOffset = lastOffset + 1n;
  }

  /**
   * Closes the active segment and goes on in a new one that begins at the log's end or, before a hole too large for an index,
   * above it. An empty segment that begins there is kept.
   */
  roll(baseOffset: Offset): void {
    const active = this.active;
    if (active.sizeInBytes === 0 && active.baseOffset === baseOffset) return;
    // A segment must not be found without the ones before it. All but a log's first roll find this done.
    this.syncDirectory();
    active.becomeInactive();
    this.addActive(baseOffset);
  }

  private addActive(baseOffset: Offset): void {
    const files = { directory: this.directory, baseOffset, existing: NO_FILES };
    const segment = new LogSegment(this.context, this.owner, files);
    segment.becomeActive();
    this.segments.push(segment);
    this.isDirectoryDirty = true;
  }

  /** Batches from the one that holds `offset`, below `endOffset`, out of one segment. */
  read(offset: Offset, options: { maxBytes: number; minOneBatch: boolean; endOffset: Offset }): SegmentRead {
    const nothing = { records: EMPTY, nextOffset: offset };
    if (offset >= options.endOffset) return nothing;
    for (let index = this.floorIndex(offset); index < this.segments.length; index++) {
      const segment = this.segments[index] as LogSegment;
      const place = segment.place(offset);
      if (place === null) continue;
      const available = this.endPosition(index, options.endOffset) - place.position;
      const wanted = Math.min(available, Math.max(options.maxBytes, options.minOneBatch ? place.sizeInBytes : 0));
      return wanted < place.sizeInBytes ? nothing : wholeBatches(segment, place, wanted);
    }
    return nothing;
  }

  /** Position in a segment behind the last batch that ends below the offset. */
  private endPosition(index: number, endOffset: Offset): number {
    const segment = this.segments[index] as LogSegment;
    const next = this.segments[index + 1];
    if (endOffset >= (next?.baseOffset ?? this.nextOffset)) return segment.sizeInBytes;
    return segment.place(endOffset)?.position ?? segment.sizeInBytes;
  }

  /** First record at or after the timestamp and at or above the offset. */
  findByTimestamp(timestampMs: TimestampMs, from: Offset): TimestampedOffset | null {
    for (const segment of this.segments) {
      if (segment.indexes.largest().timestampMs < timestampMs) continue;
      const found = segment.findByTimestamp(timestampMs, from);
      if (found !== null) return found;
    }
    return null;
  }

  findLargestTimestamp(): TimestampedOffset | null {
    let latest = this.first;
    for (const segment of this.segments) {
      if (segment.indexes.largest().timestampMs > latest.indexes.largest().timestampMs) latest = segment;
    }
    return latest.findLargestTimestamp();
  }

  /** Aborted transactions with data in [from, end). */
  abortedTransactions(from: Offset, end: Offset): AbortedEntry[] {
    const found: AbortedEntry[] = [];
    for (let index = this.floorIndex(from); index < this.segments.length; index++) {
      if ((this.segments[index] as LogSegment).indexes.transactions.collect(from, end, found)) break;
    }
    return found;
  }

  /** First step of a truncation: the recovery point must be lower, on disk too, before anything is cut. */
  prepareTruncation(offset: Offset): void {
    this.truncationCount++;
    if (this.recoveryPoint > offset) this.recoveryPoint = offset;
  }

  /** Drops the batch that holds the offset and everything behind it. */
  truncateTo(offset: Offset): void {
    const from = this.floorIndex(offset) + 1;
    // Newest first: a crash in between must not leave a hole.
    const gone = this.segments.slice(from).reverse();
    for (const segment of gone) this.discard(segment);
    this.segments.length = from;
    const active = this.active;
    active.truncateTo(offset);
    if (gone.length > 0) active.becomeActive();
    this.nextOffset = offset;
    // What is appended now must not meet records or segments that come back.
    active.sync();
    this.syncDirectory();
  }

  truncateFullyAndStartAt(offset: Offset): void {
    const gone = this.segments;
    // The new file first when it is another one: a crash in between must not lose the offset.
    if (gone.some((segment) => segment.baseOffset === offset)) {
      for (const segment of [...gone].reverse()) this.discard(segment);
      this.segments = [];
      this.addActive(offset);
    } else {
      this.segments = [];
      this.addActive(offset);
      for (const segment of [...gone].reverse()) this.discard(segment);
    }
    this.nextOffset = offset;
    this.recoveryPoint = offset;
    this.syncDirectory();
  }

  /** Removes the oldest segments; the caller leaves at least one, and has made the log's new start durable. */
  removeOldest(count: number): LogSegment[] {
    // A successor made a moment ago must not be lost with its predecessors.
    this.syncDirectory();
    const gone = this.segments.slice(0, count);
    for (const segment of gone) this.discard(segment);
    this.segments = this.segments.slice(count);
    return gone;
  }

  private discard(segment: LogSegment): void {
    segment.abandon();
    segment.changeState(SUFFIX.deleted);
    this.isDirectoryDirty = true;
    this.context.removals.add(this.owner.config.fileDeleteDelayMs, () => segment.remove());
  }

  /** Puts a rewritten segment in the place of the given ones, all in one piece also over a crash (see LogLoader). */
  replace(cleaned: LogSegment, old: readonly LogSegment[]): void {
    cleaned.sync();
    // A swap is complete when nothing is called cleaned any more, so that must have been seen on disk first.
    this.isDirectoryDirty = true;
    this.syncDirectory();
    cleaned.changeState(SUFFIX.swap);
    this.isDirectoryDirty = true;
    this.syncDirectory();
    for (const segment of old) this.discard(segment);
    // None of them may come back beside the one that takes their place.
    this.syncDirectory();
    cleaned.changeState('');
    this.isDirectoryDirty = true;
    const index = this.segments.indexOf(old[0] as LogSegment);
    this.segments.splice(index, old.length, cleaned);
  }

  /** Makes durable what is in the log now, or only below `end`. Calls take turns. */
  flush(wanted: Offset = this.nextOffset): Promise<void> {
    return this.flushes.run(async () => {
      // The log may have been cut since: what was wanted then is gone, and other records may come to its offsets.
      const end = lowest(wanted, this.nextOffset);
      if (end <= this.recoveryPoint && !this.isDirectoryDirty) return;
      const { truncationCount } = this;
      for (const one of this.along) if (await one.syncInBackground(end)) this.isDirectoryDirty = true;
      for (const segment of this.segments.slice(this.floorIndex(this.recoveryPoint))) {
        if (segment.baseOffset >= end || !this.segments.includes(segment)) continue;
        if (await segment.syncInBackground()) this.isDirectoryDirty = true;
      }
      await this.syncDirectoryInBackground();
      if (truncationCount === this.truncationCount) this.noteFlushed(end);
    });
  }

  private async syncDirectoryInBackground(): Promise<void> {
    if (!this.isDirectoryDirty) return;
    this.isDirectoryDirty = false;
    const start = this.first.baseOffset;
    await this.context.fileSystem.syncDirectoryInBackground(this.directory);
    if (start > this.durableStart) this.durableStart = start;
  }

  /** The same, blocking: flush.messages asks for durability before the append is answered. */
  flushNow(): void {
    for (const one of this.along) if (one.sync(this.nextOffset)) this.isDirectoryDirty = true;
    for (const segment of this.segments.slice(this.floorIndex(this.recoveryPoint))) {
      if (segment.sync()) this.isDirectoryDirty = true;
    }
    this.syncDirectory();
    this.noteFlushed(this.nextOffset);
  }

  private noteFlushed(end: Offset): void {
    if (end > this.recoveryPoint) this.recoveryPoint = end;
    this.lastFlushedMs = this.context.clock.now();
  }

  private syncDirectory(): void {
    if (!this.isDirectoryDirty) return;
    this.context.fileSystem.syncDirectory(this.directory);
    this.isDirectoryDirty = false;
    this.durableStart = this.first.baseOffset;
  }

  /** Grows with each truncation: what was copied before need not be the beginning of this log any more. */
  get truncations(): number {
    return this.truncationCount;
  }

  /** Runs an act while no flush holds a file. */
  betweenFlushes<T>(act: () => T): Promise<T> {
    return this.flushes.run(act);
  }

  /** Copies of all files, durable in another directory, take over. */
  goOnIn(directory: string): void {
    this.directory = directory;
    for (const segment of this.segments) segment.goOnIn(directory);
    this.isDirectoryDirty = false;
    this.durableStart = this.first.baseOffset;
    this.noteFlushed(this.nextOffset);
  }

  movedTo(directory: string): void {
    this.directory = directory;
    for (const segment of this.segments) segment.movedTo(directory);
  }

  /** Writes out and syncs everything, then closes the files. */
  async close(): Promise<void> {
    this.active.finish();
    await this.flush();
    // A log that was flushed already may have got a closing index entry.
    await this.flushes.run(async () => {
      if (await this.active.syncInBackground()) this.isDirectoryDirty = true;
      await this.syncDirectoryInBackground();
    });
    this.abandon();
  }

  /** Lets go of the files without writing: after an I/O failure, or when the log is deleted. */
  abandon(): void {
    for (const segment of this.segments) segment.abandon();
  }
}

/**
 * Reads `wanted` bytes from a place and leaves out a batch that is cut at the end. A spoilt batch ends them, too; throws
 * MalformedBytesError when it is the first: what disks did to it is not handed on.
 */
function wholeBatches(segment: LogSegment, place: BatchPlace, wanted: number): SegmentRead {
  const bytes = segment.bytesAt(place.position, wanted);
  let end = 0;
  let last = 0;
  for (let size = wholeBatchBytes(bytes, 0); size > 0; size = wholeBatchBytes(bytes, end)) {
    const batch = new RecordBatch(bytes, end);
    if (!batch.isCrcValid()) {
      if (end > 0) break;
      throw new MalformedBytesError(`record batch at offset ${batch.baseOffset} of ${segment.path} fails its checksum`);
    }
    last = end;
    end += size;
  }
  return { records: bytes.subarray(0, end), nextOffset: new RecordBatch(bytes, last).nextOffset };
}
