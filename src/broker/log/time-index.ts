import { type Offset, type TimestampMs } from '../../protocol/primitives.ts';
import { CorruptIndexError, EntryFile } from './entry-file.ts';
import { type LogContext } from './log-context.ts';

/** int64 timestamp, int32 offset relative to the segment's base (kafka 4.x TimeIndex). */
const ENTRY_BYTES = 12;

/**
 * Largest timestamps so far: an entry (timestamp, offset) says that no record of the segment up to that offset is later.
 * Timestamps rise strictly. The last entry of a closed segment holds its largest timestamp.
 */
export class TimeIndex {
  readonly file: EntryFile;
  private readonly baseOffset: Offset;

  constructor(context: LogContext, path: string, options: { baseOffset: Offset; maxBytes: number; exists: boolean }) {
    const { baseOffset, maxBytes, exists } = options;
    this.baseOffset = baseOffset;
    this.file = new EntryFile(context, path, { entryBytes: ENTRY_BYTES, maxBytes, exists, check: checkRising });
  }

  /** One place stays free for the entry a segment gets when it is closed. */
  get isFull(): boolean {
    return this.file.count >= this.file.capacityEntries - 1;
  }

  /** (-1, base offset) without entries. */
  get last(): { timestampMs: TimestampMs; offset: Offset } {
    const count = this.file.count;
    return count === 0 ? { timestampMs: -1n, offset: this.baseOffset } : this.entry(count - 1);
  }

  private entry(index: number): { timestampMs: TimestampMs; offset: Offset } {
    const entries = this.file.entries;
    const at = index * ENTRY_BYTES;
    return {
      timestampMs: entries.readBigInt64BE(at),
      offset: this.baseOffset + BigInt(entries.readInt32BE(at + 8)),
    };
  }

  /** Only when the timestamp is later than the last one. */
  maybeAppend(timestampMs: TimestampMs, offset: Offset): void {
    const count = this.file.count;
    const lastMs = count === 0 ? -1n : this.file.entries.readBigInt64BE((count - 1) * ENTRY_BYTES);
    if (timestampMs <= lastMs) return;
    const { buffer, at } = this.file.grow();
    buffer.writeBigInt64BE(timestampMs, at);
    buffer.writeInt32BE(Number(offset - this.baseOffset), at + 8);
  }

  /** Offset of the last entry at or before the timestamp; the base offset without one. */
  lookup(timestampMs: TimestampMs): Offset {
    const entries = this.file.entries;
    let low = 0;
    let high = this.file.count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (entries.readBigInt64BE(middle * ENTRY_BYTES) <= timestampMs) low = middle + 1;
      else high = middle;
    }
    return low === 0 ? this.baseOffset : this.entry(low - 1).offset;
  }

  /** Drops entries at or above the offset. */
  truncateTo(offset: Offset): void {
    let count = this.file.count;
    while (count > 0 && this.entry(count - 1).offset >= offset) count--;
    this.file.truncateTo(count);
  }
}

function checkRising(entries: Buffer, count: number): void {
  let lastMs = -1n;
  let lastOffset = -1;
  for (let at = 0; at < count * ENTRY_BYTES; at += ENTRY_BYTES) {
    const timestampMs = entries.readBigInt64BE(at);
    const offset = entries.readInt32BE(at + 8);
    if (timestampMs <= lastMs || offset < lastOffset) {
      throw new CorruptIndexError(`time index entry ${at / ENTRY_BYTES} (${timestampMs}, ${offset}) does not rise`);
    }
    lastMs = timestampMs;
    lastOffset = offset;
  }
}
