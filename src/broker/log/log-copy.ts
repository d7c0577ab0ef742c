import { MalformedBytesError, type Offset } from '../../protocol/primitives.ts';
import { RecordBatch, wholeBatchBytes } from '../../protocol/records/batch.ts';
import {
  CHECKPOINT,
  PARTITION_METADATA,
  parseSegmentName,
  SEGMENT_SUFFIXES,
  SUFFIX,
  segmentPath,
} from './file-names.ts';
import { type FileSystem, isStorageError } from './filesystem.ts';
import { type LogSegment } from './log-segment.ts';
import { type DiskPartitionLog } from './partition-log.ts';

/** The copy's disk failed, not the log's. */
export class CopyFailed extends Error {
  override name = 'CopyFailed';
  override readonly cause: NodeJS.ErrnoException;

  constructor(cause: NodeJS.ErrnoException) {
    super(cause.message, { cause });
    this.cause = cause;
  }
}

/** The log is shorter than its copy: it was cut meanwhile, and may have been written anew behind the cut. */
export class CopyOutdated extends Error {
  override name = 'CopyOutdated';
}

/** Throws CopyFailed for storage errors. */
export function onCopy<T>(act: () => T): T {
  try {
    return act();
  } catch (error) {
    throw isStorageError(error) ? new CopyFailed(error) : error;
  }
}

const INDEX_SUFFIXES = SEGMENT_SUFFIXES.filter((suffix) => suffix !== SUFFIX.log);
const STEP_BYTES = 512 * 1024;

/** A file that grows at its end, and as much of it as was copied. */
class FileCopy {
  bytes = 0;
  private readonly fileSystem: FileSystem;
  private readonly from: string;
  private readonly to: string;
  private exists = false;
  /** Of the copy. */
  private durableBytes = -1;

  constructor(fileSystem: FileSystem, from: string, to: string) {
    this.fileSystem = fileSystem;
    this.from = from;
    this.to = to;
  }

  /** Null when there is no such file. */
  get size(): number | null {
    return this.fileSystem.status(this.from)?.sizeInBytes ?? null;
  }

  read(byteCount: number): Buffer {
    const file = this.fileSystem.open(this.from, 'read');
    try {
      const bytes = Buffer.allocUnsafe(byteCount);
      return bytes.subarray(0, file.read(bytes, 0, byteCount, this.bytes));
    } finally {
      file.close();
    }
  }

  write(bytes: Buffer): void {
    onCopy(() => {
      const file = this.fileSystem.open(this.to, 'create');
      try {
        this.exists = true;
        if (bytes.length > 0) file.write(bytes, 0, bytes.length, this.bytes);
      } finally {
        file.close();
      }
    });
    this.bytes += bytes.length;
  }

  /** Copies what is missing of a file that need not be there. */
  catchUp(): void {
    const size = this.size;
    if (size === null) return;
    if (size < this.bytes) throw new CopyOutdated(this.from);
    while (!this.exists || this.bytes < size) {
      const bytes = this.read(Math.min(size - this.bytes, STEP_BYTES));
      this.write(bytes);
      if (bytes.length === 0) break;
    }
  }

  get isDurable(): boolean {
    return !this.exists || this.durableBytes === this.bytes;
  }

  async syncInBackground(): Promise<void> {
    const { bytes } = this;
    const file = onCopy(() => this.fileSystem.open(this.to, 'update'));
    try {
      await file.syncInBackground();
    } catch (error) {
      throw isStorageError(error) ? new CopyFailed(error) : error;
    } finally {
      file.close();
    }
    this.durableBytes = bytes;
  }

  sync(): void {
    onCopy(() => {
      const file = this.fileSystem.open(this.to, 'update');
      try {
        file.sync();
      } finally {
        file.close();
      }
    });
    this.durableBytes = this.bytes;
  }

  remove(): void {
    onCopy(() => this.fileSystem.remove(this.to));
  }
}

/** One segment's files: the log in slices of whole batches, the indexes behind it. */
class SegmentCopy {
  readonly log: FileCopy;
  readonly indexes: readonly FileCopy[];
  /** Exclusive end of the batches copied. */
  copiedTo: Offset;
  /** Closed, and all there. */
  isComplete = false;
  private readonly segment: LogSegment;

  constructor(fileSystem: FileSystem, segment: LogSegment, from: string, to: string) {
    const { baseOffset } = segment;
    const copyOf = (suffix: string) =>
      new FileCopy(fileSystem, segmentPath(from, baseOffset, suffix), segmentPath(to, baseOffset, suffix));
    this.segment = segment;
    this.log = copyOf(SUFFIX.log);
    this.indexes = INDEX_SUFFIXES.map(copyOf);
    this.copiedTo = baseOffset;
  }

  get missingBytes(): number {
    return this.segment.sizeInBytes - this.log.bytes;
  }

  get files(): readonly FileCopy[] {
    return [this.log, ...this.indexes];
  }

  /** Copies batches of about that many bytes; answers how many, 0 when there were none left. */
  copyBatches(maxBytes: number): number {
    const { missingBytes } = this;
    if (missingBytes < 0) throw new CopyOutdated(this.segment.path);
    if (missingBytes === 0) return 0;
    let bytes = this.log.read(Math.min(missingBytes, maxBytes));
    let whole = this.takeBatches(bytes);
    if (whole === 0 && bytes.length < missingBytes && bytes.length >= 12) {
      // A batch that is larger than a slice.
      bytes = this.log.read(Math.min(missingBytes, Math.max(bytes.readInt32BE(8) + 12, bytes.length)));
      whole = this.takeBatches(bytes);
    }
    // What is no batch was spoilt before: it goes along as it is.
    const slice = whole > 0 ? bytes.subarray(0, whole) : bytes;
    this.log.write(slice);
    if (slice.length === 0) throw new CopyOutdated(this.segment.path);
    return slice.length;
  }

  private takeBatches(bytes: Buffer): number {
    let end = 0;
    try {
      for (let size = wholeBatchBytes(bytes, 0); size > 0; size = wholeBatchBytes(bytes, end)) {
        this.copiedTo = new RecordBatch(bytes, end).nextOffset;
        end += size;
      }
    } catch (error) {
      if (!(error instanceof MalformedBytesError)) throw error;
    }
    return end;
  }

  copyIndexes(isActive: boolean): void {
    if (isActive) this.segment.saveIndexes();
    // Also an empty log is a file.
    if (this.log.bytes === 0) this.log.catchUp();
    for (const file of this.indexes) file.catchUp();
    this.isComplete = !isActive;
  }
}

/**
 * A partition's log in another directory, byte for byte: the same segments, so that what is in memory of the one holds for
 * the other. Grows in slices, of which none blocks for long. Throws CopyFailed for storage errors of the copy, others for the
 * log's, and CopyOutdated when it has to be begun anew.
 */
export class LogCopy {
  readonly path: string;
  private readonly fileSystem: FileSystem;
  private readonly log: DiskPartitionLog;
  private readonly segments = new Map<LogSegment, SegmentCopy>();
  /** Snapshots, leader epochs, topic id: by name; copied anew when they may have changed. */
  private readonly snapshots = new Map<string, FileCopy>();
  private readonly truncations: number;

  constructor(fileSystem: FileSystem, log: DiskPartitionLog, path: string) {
    this.fileSystem = fileSystem;
    this.log = log;
    this.path = path;
    this.truncations = log.segments.truncations;
  }

  get sizeInBytes(): number {
    let bytes = 0;
    for (const { log } of this.segments.values()) bytes += log.bytes;
    return bytes;
  }

  /** Exclusive end of the records copied. */
  get endOffset(): Offset {
    let end = this.log.segments.first.baseOffset;
    for (const { copiedTo } of this.segments.values()) if (copiedTo > end) end = copiedTo;
    return end;
  }

  /** Of batches. */
  get missingBytes(): number {
    return this.log.sizeInBytes - this.currentSegments().reduce((bytes, { log }) => bytes + log.bytes, 0);
  }

  private currentSegments(): SegmentCopy[] {
    return this.log.segments.all.map((segment) => this.copyOf(segment));
  }

  private copyOf(segment: LogSegment): SegmentCopy {
    const known = this.segments.get(segment);
    if (known) return known;
    const copy = new SegmentCopy(this.fileSystem, segment, this.log.path, this.path);
    this.segments.set(segment, copy);
    return copy;
  }

  private checkCurrent(): void {
    if (this.log.segments.truncations !== this.truncations) throw new CopyOutdated(this.log.name);
  }

  /** Copies the next batches, about that many bytes, oldest first; answers how many, 0 when there are none left. */
  copyBatches(maxBytes: number): number {
    this.checkCurrent();
    const { active, all } = this.log.segments;
    let copied = 0;
    for (const segment of all) {
      const copy = this.copyOf(segment);
      if (copy.isComplete) continue;
      while (copied < maxBytes && copy.missingBytes !== 0) copied += copy.copyBatches(maxBytes - copied);
      if (copied >= maxBytes) break;
      if (segment !== active) copy.copyIndexes(false);
    }
    return copied;
  }

  /** Makes durable what is copied, and the indexes beside it. */
  async syncInBackground(): Promise<void> {
    this.copyIndexes();
    this.copySnapshots();
    for (const file of this.files()) if (!file.isDurable) await file.syncInBackground();
  }

  private *files(): Iterable<FileCopy> {
    for (const { files } of this.segments.values()) yield* files;
    yield* this.snapshots.values();
  }

  private copyIndexes(): void {
    const { active, all } = this.log.segments;
    for (const segment of all) {
      const copy = this.copyOf(segment);
      if (!copy.isComplete && copy.missingBytes === 0) copy.copyIndexes(segment === active);
    }
  }

  /** Answers the names of all files there are. */
  private copySnapshots(): ReadonlySet<string> {
    const names = new Set(this.fileSystem.list(this.log.path));
    for (const name of names) {
      const parsed = parseSegmentName(name);
      if (parsed?.suffix !== SUFFIX.snapshot || parsed.state !== '' || this.snapshots.has(name)) continue;
      const copy = new FileCopy(this.fileSystem, `${this.log.path}/${name}`, `${this.path}/${name}`);
      this.snapshots.set(name, copy);
      copy.catchUp();
    }
    return names;
  }

  /** Everything, durable: a name away from being the log. Blocks, so little may be missing. Called between flushes. */
  complete(): void {
    while (this.copyBatches(STEP_BYTES) > 0);
    this.copyIndexes();
    this.removeGone(this.copySnapshots());
    for (const file of this.files()) if (!file.isDurable) file.sync();
    for (const name of [CHECKPOINT.leaderEpoch, PARTITION_METADATA]) {
      const file = new FileCopy(this.fileSystem, `${this.log.path}/${name}`, `${this.path}/${name}`);
      file.catchUp();
      if (!file.isDurable) file.sync();
    }
    onCopy(() => this.fileSystem.syncDirectory(this.path));
  }

  /** What retention has taken from the log meanwhile. */
  private removeGone(names: ReadonlySet<string>): void {
    const current = new Set(this.log.segments.all);
    for (const [segment, copy] of [...this.segments]) {
      if (current.has(segment)) continue;
      for (const file of copy.files) file.remove();
      this.segments.delete(segment);
    }
    for (const [name, copy] of [...this.snapshots]) {
      if (names.has(name)) continue;
      copy.remove();
      this.snapshots.delete(name);
    }
  }
}
