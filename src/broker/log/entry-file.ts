import { PooledFile } from './file-pool.ts';
import { type LogContext } from './log-context.ts';
import { type Evictable } from './second-chance.ts';

const MIN_CAPACITY_ENTRIES = 16;

/** An index file is not what Kafka's format says; the segment can rebuild it from its log. */
export class CorruptIndexError extends Error {
  override name = 'CorruptIndexError';
}

export interface EntryFileOptions {
  readonly entryBytes: number;
  readonly maxBytes: number;
  readonly exists: boolean;
  /** Without entries there is no file. */
  readonly isOptional?: boolean;
  /** Throws CorruptIndexError for entries that contradict each other or their segment. */
  readonly check: (entries: Buffer, count: number) => void;
}

/**
 * A file of equal-sized entries behind a buffer. Entries are read in one go at the first use; new ones stay in memory until
 * `save`, so that an append to the log costs one system call. Losing unsaved entries is harmless: they can only belong to
 * the part of the log behind the recovery point, which a start after a crash indexes anew.
 */
export class EntryFile implements Evictable {
  wasUsed = false;
  readonly file: PooledFile;
  private readonly context: LogContext;
  private readonly entryBytes: number;
  private readonly maxEntries: number;
  private readonly check: (entries: Buffer, count: number) => void;
  /** Null while not loaded. */
  private buffer: Buffer | null;
  private entryCount = 0;
  /** Entries that are in the file; never more than `entryCount`. */
  private savedCount = 0;
  private existsOnDisk: boolean;
  private readonly isOptional: boolean;
  /** The file holds changes that may not survive a power failure. */
  private needsSync = false;
  /** Entries were taken back: those on disk may contradict what comes. */
  private mustSync = false;
  /** An index that still grows is not dropped, whatever is saved. */
  private growing: boolean;

  constructor(context: LogContext, path: string, options: EntryFileOptions) {
    this.context = context;
    this.file = new PooledFile(context.pool, path);
    this.entryBytes = options.entryBytes;
    this.maxEntries = Math.floor(options.maxBytes / options.entryBytes);
    this.check = options.check;
    this.existsOnDisk = options.exists;
    this.isOptional = options.isOptional ?? false;
    this.buffer = options.exists ? null : Buffer.alloc(0);
    this.growing = !options.exists;
  }

  get count(): number {
    if (this.buffer === null) this.load();
    return this.entryCount;
  }

  get sizeInBytes(): number {
    return this.count * this.entryBytes;
  }

  get capacityEntries(): number {
    return this.maxEntries;
  }

  get isSaved(): boolean {
    if (!this.existsOnDisk) return this.isOptional && this.entryCount === 0;
    return this.buffer === null || this.savedCount === this.entryCount;
  }

  get isEvictable(): boolean {
    return !this.growing && this.isSaved;
  }

  evict(): void {
    this.buffer = null;
  }

  /** The entries, valid until the next append. */
  get entries(): Buffer {
    this.wasUsed = true;
    if (this.buffer === null) this.load();
    return this.buffer as Buffer;
  }

  private load(): void {
    const status = this.context.fileSystem.status(this.file.path);
    if (status === undefined) throw new CorruptIndexError(`${this.file.path} is missing`);
    const size = status.sizeInBytes;
    if (size % this.entryBytes !== 0) {
      throw new CorruptIndexError(`${this.file.path} has ${size} bytes, not a multiple of ${this.entryBytes}`);
    }
    const buffer = Buffer.allocUnsafeSlow(size);
    if (size > 0 && this.file.read(buffer, 0, size, 0) !== size) {
      throw new CorruptIndexError(`${this.file.path} ended while it was read`);
    }
    this.check(buffer, size / this.entryBytes);
    this.buffer = buffer;
    this.entryCount = size / this.entryBytes;
    this.savedCount = this.entryCount;
    if (!this.growing) this.makeEvictable();
  }

  private makeEvictable(): void {
    if (this.buffer === null) return;
    const size = this.entryCount * this.entryBytes;
    // The room for growth goes back.
    if (this.buffer.length > size) this.buffer = Buffer.from(this.buffer.subarray(0, size));
    this.context.indexes.add(this, size);
  }

  /** Where the next entry goes: an offset in the buffer this call returns room in. */
  grow(): { buffer: Buffer; at: number } {
    let buffer = this.entries;
    const at = this.entryCount * this.entryBytes;
    if (at + this.entryBytes > buffer.length) {
      const capacity = Math.max(this.entryCount * 2, MIN_CAPACITY_ENTRIES) * this.entryBytes;
      const grown = Buffer.allocUnsafeSlow(capacity);
      buffer.copy(grown, 0, 0, at);
      buffer = grown;
      this.buffer = grown;
    }
    this.entryCount++;
    return { buffer, at };
  }

  truncateTo(count: number): void {
    if (count >= this.count) return;
    this.entryCount = count;
    if (this.savedCount > count) {
      this.savedCount = count;
      this.file.truncate(count * this.entryBytes);
      this.needsSync = true;
      this.mustSync = true;
    }
  }

  /** Empties the index without looking at what is in it. */
  reset(): void {
    this.context.indexes.delete(this);
    this.buffer = Buffer.alloc(0);
    this.entryCount = 0;
    this.savedCount = 0;
    const hasEntries = this.existsOnDisk && (this.context.fileSystem.status(this.file.path)?.sizeInBytes ?? 0) > 0;
    if (hasEntries) this.file.truncate(0);
    this.needsSync = hasEntries;
    this.mustSync = hasEntries;
  }

  /** Writes what is only in memory; makes the file when there is none, and says so. */
  save(): boolean {
    if (this.isSaved) return false;
    const isNew = !this.existsOnDisk;
    this.file.create();
    this.existsOnDisk = true;
    const from = this.savedCount * this.entryBytes;
    const end = this.entryCount * this.entryBytes;
    if (end > from) this.file.write(this.buffer as Buffer, from, end - from, from);
    this.savedCount = this.entryCount;
    this.needsSync = true;
    if (!this.growing) this.makeEvictable();
    return isNew;
  }

  /** What is saved becomes durable. */
  async syncInBackground(): Promise<void> {
    if (!this.takeSyncNeed()) return;
    await this.file.syncInBackground();
  }

  sync(): void {
    if (this.takeSyncNeed()) this.file.sync();
  }

  /**
   * A single entry that can be had from the log again (all but aborted transactions can) is not worth a sync: losing it
   * costs a look at one interval, and there may be 10,000 small partitions to close.
   */
  private takeSyncNeed(): boolean {
    const isNeeded = this.needsSync && (this.isOptional || this.mustSync || this.count > 1);
    this.needsSync = false;
    this.mustSync = false;
    return isNeeded;
  }

  /** Saves, and from now on the entries may be dropped from memory. */
  becomeInactive(): void {
    this.save();
    this.growing = false;
    this.file.close();
    this.makeEvictable();
  }

  /** A truncated log goes on writing to a segment that was inactive. */
  becomeActive(): void {
    this.growing = true;
    this.context.indexes.delete(this);
  }

  close(): void {
    this.context.indexes.delete(this);
    this.file.close();
  }

  renameTo(path: string): void {
    this.file.renameTo(path);
  }

  remove(): void {
    this.context.indexes.delete(this);
    this.file.remove();
    this.buffer = Buffer.alloc(0);
    this.existsOnDisk = false;
    this.needsSync = false;
  }
}
