import { type Offset } from '../../protocol/primitives.ts';
import { Delivery, InFlightBatch, isDone, RecordState, type RecordStateNumber } from './in-flight.ts';
import { highest } from './offset-order.ts';
import { type ShareState } from './types.ts';

/**
 * Far more than can be under way. A stored state is as good as who wrote it (WriteShareGroupState): what lies further off
 * is taken for records nobody looked at.
 */
const MAX_RESTORED_RECORDS = 1_000_000n;

/** The records between what is done for good and what nobody looked at yet. */
export class InFlightWindow {
  /** Nothing before it is delivered any more. */
  startOffset: Offset;
  /** The last record that was ever acquired; `startOffset` - 1 when there is none. */
  endOffset: Offset;
  /** Ascending, gapless from `startOffset` to `endOffset`; the first may begin before the start. */
  readonly batches: InFlightBatch[] = [];

  constructor(startOffset: Offset) {
    this.startOffset = startOffset;
    this.endOffset = startOffset - 1n;
  }

  /** As it was stored; what lies between the stored batches was never delivered. */
  static restored(startOffset: Offset, { stateBatches }: ShareState): InFlightWindow {
    const window = new InFlightWindow(startOffset);
    for (const { firstOffset, lastOffset, deliveryState, deliveryCount } of stateBatches) {
      if (lastOffset < window.startOffset || lastOffset < firstOffset) continue;
      if (lastOffset - startOffset >= MAX_RESTORED_RECORDS) break;
      const state = deliveryState === RecordState.ACQUIRED ? RecordState.AVAILABLE : deliveryState;
      const first = highest(firstOffset, startOffset);
      window.extend(first - 1n, new Delivery(RecordState.AVAILABLE, 0));
      window.extend(lastOffset, new Delivery(state as RecordStateNumber, deliveryCount));
    }
    window.advance();
    return window;
  }

  get size(): number {
    return Number(this.endOffset - this.startOffset) + 1;
  }

  /** Adds a batch from the end up to `lastOffset`; nothing when it is there already. */
  extend(lastOffset: Offset, delivery: Delivery): InFlightBatch | null {
    if (lastOffset <= this.endOffset) return null;
    const batch = new InFlightBatch(this.endOffset + 1n, lastOffset, delivery);
    this.batches.push(batch);
    this.endOffset = lastOffset;
    return batch;
  }

  /** Index of the batch that holds the offset, or of the first one behind it. */
  indexAt(offset: Offset): number {
    let low = 0;
    let high = this.batches.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.batches[middle] as InFlightBatch).lastOffset < offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Batches with records in the range (inclusive). */
  *within(firstOffset: Offset, lastOffset: Offset): Generator<InFlightBatch> {
    for (let i = this.indexAt(firstOffset); i < this.batches.length; i++) {
      const batch = this.batches[i] as InFlightBatch;
      if (batch.firstOffset > lastOffset) return;
      yield batch;
    }
  }

  /** The first record that can be delivered: a free one, or the first that nobody looked at. */
  nextFetchOffset(): Offset {
    for (const batch of this.within(this.startOffset, this.endOffset)) {
      for (const { firstOffset, delivery } of batch.runs(this.startOffset)) if (delivery.isFree) return firstOffset;
    }
    return this.endOffset + 1n;
  }

  /** Records from the start on that are done, while others before them are not. */
  doneCount(): number {
    let count = 0;
    for (const batch of this.within(this.startOffset, this.endOffset)) {
      for (const { firstOffset, lastOffset, delivery } of batch.runs(this.startOffset)) {
        if (isDone(delivery.state)) count += Number(lastOffset - firstOffset) + 1;
      }
    }
    return count;
  }

  /** Moves the start over what is done; true when it moved. */
  advance(): boolean {
    const before = this.startOffset;
    scan: for (const batch of this.within(this.startOffset, this.endOffset)) {
      for (const { lastOffset, delivery } of batch.runs(this.startOffset)) {
        if (!isDone(delivery.state) || delivery.isChanging) break scan;
        this.startOffset = lastOffset + 1n;
      }
    }
    this.batches.splice(0, this.indexAt(this.startOffset));
    return this.startOffset > before;
  }

  /** Free records in the range (inclusive) are no longer there. True when there were any. */
  archiveFree(firstOffset: Offset, lastOffset: Offset): boolean {
    let isAny = false;
    for (const batch of this.within(firstOffset, lastOffset)) {
      const isPart = batch.firstOffset < firstOffset || batch.lastOffset > lastOffset;
      if (batch.whole !== null && (!batch.whole.isFree || !isPart)) {
        if (batch.whole.isFree) {
          batch.whole.state = RecordState.ARCHIVED;
          isAny = true;
        }
        continue;
      }
      batch.split();
      for (const { delivery } of batch.runs(firstOffset, lastOffset)) {
        if (!delivery.isFree) continue;
        delivery.state = RecordState.ARCHIVED;
        isAny = true;
      }
    }
    return isAny;
  }

  /** The log now starts later. What members hold before the new start is theirs until they settle it. */
  moveStart(logStartOffset: Offset): boolean {
    if (logStartOffset <= this.startOffset) return false;
    this.archiveFree(this.startOffset, logStartOffset - 1n);
    this.startOffset = logStartOffset;
    if (this.endOffset < logStartOffset) {
      this.batches.length = 0;
      this.endOffset = logStartOffset - 1n;
    } else {
      this.batches.splice(0, this.indexAt(logStartOffset));
      this.advance();
    }
    return true;
  }
}
