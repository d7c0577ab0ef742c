import { type Offset } from '../../protocol/primitives.ts';
import { RecordBatch, wholeBatchBytes } from '../../protocol/records/batch.ts';
import { type RecordCursor } from '../../protocol/records/record-cursor.ts';
import { type TopicPartition } from '../consumer/assigned-partition.ts';

/** Offsets that are ours to process for a while, both inclusive. */
export interface AcquiredRange {
  readonly firstOffset: Offset;
  readonly lastOffset: Offset;
  readonly deliveryCount: number;
}

/**
 * The acquired records of one partition out of one answer. Walk: `while (records.next()) use(records.cursor)`. Records that belong to
 * others, and control records, are passed over.
 */
export class ShareRecords {
  readonly partition: TopicPartition;
  readonly cursor: RecordCursor;
  /** How often `next` has said yes. */
  handedOut = 0;
  /** Of the record the cursor stands on: 1 for the first time. */
  deliveryCount = 0;
  private readonly buffer: Buffer;
  private readonly acquired: readonly AcquiredRange[];
  private readonly onGap: (offset: Offset) => void;
  private at = 0;
  private batch: RecordBatch | null = null;
  /** Index in `acquired`, and the next offset in it that was not seen yet. */
  private range = 0;
  private expected: Offset | null = null;

  /** `onGap` hears of acquired offsets at which there is no record to process. */
  constructor(
    partition: TopicPartition,
    buffer: Buffer,
    acquired: readonly AcquiredRange[],
    cursor: RecordCursor,
    onGap: (offset: Offset) => void,
  ) {
    this.partition = partition;
    this.buffer = buffer;
    this.acquired = acquired;
    this.cursor = cursor;
    this.onGap = onGap;
  }

  get currentBatch(): RecordBatch {
    return this.batch as RecordBatch;
  }

  /** How many offsets were acquired. */
  get acquiredCount(): number {
    return this.acquired.reduce((sum, one) => sum + Number(one.lastOffset - one.firstOffset) + 1, 0);
  }

  /** Steps to the next acquired record. Throws MalformedBytesError. */
  next(): boolean {
    for (;;) {
      while (this.batch !== null && !this.batch.isControl && this.cursor.next()) {
        if (!this.isAcquired(this.cursor.offset())) continue;
        this.handedOut++;
        return true;
      }
      const size = wholeBatchBytes(this.buffer, this.at);
      if (size === 0) break;
      this.batch = new RecordBatch(this.buffer, this.at);
      this.at += size;
      if (!this.batch.isControl) this.cursor.reset(this.batch);
    }
    this.skipTo(null);
    return false;
  }

  private isAcquired(offset: Offset): boolean {
    this.skipTo(offset);
    const range = this.acquired[this.range];
    if (!range || offset < range.firstOffset) return false;
    this.expected = offset + 1n;
    this.deliveryCount = range.deliveryCount;
    return true;
  }

  /** Tells of the gaps before that offset; null: of all that is left. */
  private skipTo(offset: Offset | null): void {
    for (let range = this.acquired[this.range]; range; range = this.acquired[this.range]) {
      const end = offset === null || offset > range.lastOffset ? range.lastOffset + 1n : offset;
      let gap = this.expected ?? range.firstOffset;
      for (; gap < end; gap++) this.onGap(gap);
      if (end <= range.lastOffset) {
        this.expected = gap;
        return;
      }
      this.range++;
      this.expected = null;
    }
  }
}
