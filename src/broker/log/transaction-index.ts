import { type Offset, type ProducerId } from '../../protocol/primitives.ts';
import { CorruptIndexError, EntryFile } from './entry-file.ts';
import { type LogContext } from './log-context.ts';

/** int16 version 0, then int64 producer id, first offset, last offset, last stable offset (kafka 4.x AbortedTxn). */
const ENTRY_BYTES = 34;

/** An aborted transaction: its data lies from the first offset to the marker at the last offset. */
export interface AbortedEntry {
  readonly producerId: ProducerId;
  readonly firstOffset: Offset;
  readonly lastOffset: Offset;
  /** The last stable offset that held once the marker was written. */
  readonly lastStableOffset: Offset;
}

/** Aborted transactions whose marker lies in the segment, by rising last offset. The file exists only when it is needed. */
export class TransactionIndex {
  readonly file: EntryFile;

  constructor(context: LogContext, path: string, exists: boolean) {
    this.file = new EntryFile(context, path, {
      entryBytes: ENTRY_BYTES,
      maxBytes: Number.MAX_SAFE_INTEGER,
      exists,
      isOptional: true,
      check: checkEntries,
    });
  }

  get isEmpty(): boolean {
    return this.file.count === 0;
  }

  append(entry: AbortedEntry): void {
    const { buffer, at } = this.file.grow();
    buffer.writeInt16BE(0, at);
    buffer.writeBigInt64BE(entry.producerId, at + 2);
    buffer.writeBigInt64BE(entry.firstOffset, at + 10);
    buffer.writeBigInt64BE(entry.lastOffset, at + 18);
    buffer.writeBigInt64BE(entry.lastStableOffset, at + 26);
  }

  private entry(index: number): AbortedEntry {
    const entries = this.file.entries;
    const at = index * ENTRY_BYTES;
    return {
      producerId: entries.readBigInt64BE(at + 2),
      firstOffset: entries.readBigInt64BE(at + 10),
      lastOffset: entries.readBigInt64BE(at + 18),
      lastStableOffset: entries.readBigInt64BE(at + 26),
    };
  }

  all(): AbortedEntry[] {
    return Array.from({ length: this.file.count }, (_, index) => this.entry(index));
  }

  /** Adds what concerns [from, end) to `found`; true when no later entry can concern it. */
  collect(from: Offset, end: Offset, found: AbortedEntry[]): boolean {
    for (let index = 0; index < this.file.count; index++) {
      const entry = this.entry(index);
      if (entry.lastOffset >= from && entry.firstOffset < end) found.push(entry);
      if (entry.lastStableOffset >= end) return true;
    }
    return false;
  }

  /** Drops entries whose marker is at or above the offset. */
  truncateTo(offset: Offset): void {
    let count = this.file.count;
    while (count > 0 && this.entry(count - 1).lastOffset >= offset) count--;
    this.file.truncateTo(count);
  }
}

function checkEntries(entries: Buffer, count: number): void {
  let lastOffset = -1n;
  for (let at = 0; at < count * ENTRY_BYTES; at += ENTRY_BYTES) {
    const version = entries.readInt16BE(at);
    const markerOffset = entries.readBigInt64BE(at + 18);
    if (version < 0 || markerOffset <= lastOffset) {
      throw new CorruptIndexError(`transaction index entry ${at / ENTRY_BYTES} is not valid`);
    }
    lastOffset = markerOffset;
  }
}
