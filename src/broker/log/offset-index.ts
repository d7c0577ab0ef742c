import { type Offset } from '../../protocol/primitives.ts';
import { CorruptIndexError, EntryFile } from './entry-file.ts';
import { type LogContext } from './log-context.ts';

/** int32 offset relative to the segment's base, int32 position of the batch (kafka 4.x OffsetIndex). */
const ENTRY_BYTES = 8;

/** Sparse map from the last offset of a batch to the batch's position; offsets and positions only rise. */
export class OffsetIndex {
  readonly file: EntryFile;
  private readonly baseOffset: Offset;

  /** `logBytes` tells the size of the segment's log, which bounds the positions a sound index may hold. */
  constructor(
    context: LogContext,
    path: string,
    options: { baseOffset: Offset; maxBytes: number; exists: boolean; logBytes: () => number },
  ) {
    this.baseOffset = options.baseOffset;
    this.file = new EntryFile(context, path, {
      entryBytes: ENTRY_BYTES,
      maxBytes: options.maxBytes,
      exists: options.exists,
      check: (entries, count) => checkRising(entries, count, options.logBytes()),
    });
  }

  get isFull(): boolean {
    return this.file.count >= this.file.capacityEntries;
  }

  append(offset: Offset, position: number): void {
    const { buffer, at } = this.file.grow();
    buffer.writeInt32BE(Number(offset - this.baseOffset), at);
    buffer.writeInt32BE(position, at + 4);
  }

  /** Number of entries with an offset at or below the given one. */
  private countUpTo(offset: Offset): number {
    const entries = this.file.entries;
    const relative = offset - this.baseOffset;
    const target = relative > 0x7fffffffn ? 0x7fffffff : Number(relative);
    let low = 0;
    let high = this.file.count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (entries.readInt32BE(middle * ENTRY_BYTES) <= target) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Where to start looking for the batch that holds `offset`: at that batch or before it. */
  lookup(offset: Offset): number {
    const count = this.countUpTo(offset);
    return count === 0 ? 0 : this.file.entries.readInt32BE((count - 1) * ENTRY_BYTES + 4);
  }

  /** Position of the last indexed batch, 0 without one. */
  lastPosition(): number {
    const count = this.file.count;
    return count === 0 ? 0 : this.file.entries.readInt32BE((count - 1) * ENTRY_BYTES + 4);
  }

  /** Drops entries at or above the offset. */
  truncateTo(offset: Offset): void {
    this.file.truncateTo(this.countUpTo(offset - 1n));
  }
}

function checkRising(entries: Buffer, count: number, logBytes: number): void {
  let lastOffset = -1;
  let lastPosition = 0;
  for (let at = 0; at < count * ENTRY_BYTES; at += ENTRY_BYTES) {
    const offset = entries.readInt32BE(at);
    const position = entries.readInt32BE(at + 4);
    // The first batch needs no entry: position 0 is what a file reads as whose bytes a crash took.
    if (offset <= lastOffset || position <= lastPosition) {
      throw new CorruptIndexError(`offset index entry ${at / ENTRY_BYTES} (${offset}, ${position}) does not rise`);
    }
    lastOffset = offset;
    lastPosition = position;
  }
  if (count > 0 && lastPosition >= logBytes) {
    throw new CorruptIndexError(`offset index points to ${lastPosition} in a log of ${logBytes} bytes`);
  }
}
