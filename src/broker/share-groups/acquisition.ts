import { type Offset } from '../../protocol/primitives.ts';
import { Delivery, type InFlightBatch, RecordState } from './in-flight.ts';
import { type InFlightWindow } from './in-flight-window.ts';
import { highest, lowest } from './offset-order.ts';

/** Where a record batch of the log lies; both inclusive. */
export interface BatchRange {
  readonly firstOffset: Offset;
  readonly lastOffset: Offset;
}

export interface AcquiredRecords extends BatchRange {
  readonly deliveryCount: number;
}

export interface Acquirer {
  readonly memberId: string;
  readonly lockedUntilMs: number;
  /** With `isStrict` the last word; else batches of the log are acquired whole. */
  readonly maxRecords: number;
  readonly isStrict: boolean;
  /** New records are handed out in pieces of about so many, cut where batches of the log end. */
  readonly batchSize: number;
  readonly deliveryCountLimit: number;
  readonly maxRecordLocks: number;
}

/**
 * Acquires what is free among batches read from `fetchOffset` on (kafka 4.x SharePartition.acquire). Records that were
 * delivered often come in ever smaller pieces, the last attempt alone: one bad record does not take its neighbours along.
 */
export function acquireRecords(
  window: InFlightWindow,
  fetchOffset: Offset,
  batches: readonly BatchRange[],
  acquirer: Acquirer,
): AcquiredRecords[] {
  const [firstBatch] = batches;
  const lastBatch = batches.at(-1);
  if (firstBatch === undefined || lastBatch === undefined || lastBatch.lastOffset < window.startOffset) return [];
  let { lastOffset } = lastBatch;
  let room = Math.min(acquirer.maxRecords, acquirer.maxRecordLocks - window.size);
  if (room <= 0) {
    // No new records; but what is free among the old ones may go out.
    if (fetchOffset > window.endOffset) return [];
    room = Math.min(acquirer.maxRecords, Number(window.endOffset - fetchOffset) + 1);
    lastOffset = lowest(lastOffset, window.endOffset);
  }
  if (room <= 0) return [];
  // What a fetch from there did not find is gone: compacted, or the log starts later.
  if (firstBatch.firstOffset > fetchOffset) {
    window.archiveFree(fetchOffset, firstBatch.firstOffset - 1n);
    window.advance();
  }
  const firstOffset = highest(firstBatch.firstOffset, window.startOffset);
  const acquired: AcquiredRecords[] = [];
  let count = 0;
  for (const batch of window.within(firstOffset, lastOffset)) {
    if (count >= room) return acquired;
    const isThrottled = isWorn(batch, firstOffset, lastOffset, acquirer.deliveryCountLimit);
    if (isThrottled && count > 0) return acquired;
    const isWhole = batch.firstOffset >= firstOffset && batch.lastOffset <= lastOffset;
    const isTooLarge = acquirer.isStrict && batch.size > room - count;
    const { whole } = batch;
    if (whole !== null && !whole.isFree) continue;
    if (whole !== null && isWhole && !isTooLarge && !isThrottled) {
      whole.acquire(acquirer.memberId, acquirer.lockedUntilMs);
      acquired.push({ ...rangeOf(batch), deliveryCount: whole.deliveryCount });
      count += batch.size;
      continue;
    }
    const some = acquireSome(batch, firstOffset, lastOffset, room - count, acquirer);
    acquired.push(...merged(some));
    count += some.length;
    if (isThrottled && some.length > 0) return acquired;
  }
  if (count < room && window.endOffset < lastOffset) {
    acquired.push(...acquireNew(window, lastOffset, batches, room - count, acquirer));
  }
  return acquired;
}

function rangeOf({ firstOffset, lastOffset }: InFlightBatch): BatchRange {
  return { firstOffset, lastOffset };
}

/** Deliveries from which on records come in smaller pieces. */
function throttleLimit(deliveryCountLimit: number): number {
  return Math.max(2, Math.ceil(deliveryCountLimit / 2));
}

function isWorn(batch: InFlightBatch, firstOffset: Offset, lastOffset: Offset, deliveryCountLimit: number): boolean {
  const limit = throttleLimit(deliveryCountLimit);
  for (const { delivery } of batch.runs(firstOffset, lastOffset)) {
    if (delivery.isFree && delivery.deliveryCount >= limit) return true;
  }
  return false;
}

function acquireSome(
  batch: InFlightBatch,
  firstOffset: Offset,
  lastOffset: Offset,
  room: number,
  { memberId, lockedUntilMs, isStrict, deliveryCountLimit }: Acquirer,
): AcquiredRecords[] {
  const acquired: AcquiredRecords[] = [];
  const limit = throttleLimit(deliveryCountLimit);
  let pieceSize = Number.POSITIVE_INFINITY;
  batch.split();
  for (const { firstOffset: offset, delivery } of batch.runs(firstOffset, lastOffset)) {
    if (!delivery.isFree) continue;
    const { deliveryCount } = delivery;
    const isLastAttempt = deliveryCountLimit > 2 && deliveryCount === deliveryCountLimit - 1;
    if (isLastAttempt && acquired.length > 0) break;
    if (deliveryCount >= limit && pieceSize === Number.POSITIVE_INFINITY) {
      pieceSize = Math.max(1, Math.floor(batch.size / 2 ** (deliveryCount - limit + 1)));
    }
    delivery.acquire(memberId, lockedUntilMs);
    acquired.push({ firstOffset: offset, lastOffset: offset, deliveryCount: delivery.deliveryCount });
    if (isLastAttempt || acquired.length >= pieceSize || (isStrict && acquired.length >= room)) break;
  }
  return acquired;
}

/** Neighbours with the same count as one. */
function merged(records: readonly AcquiredRecords[]): AcquiredRecords[] {
  const result: AcquiredRecords[] = [];
  for (const one of records) {
    const last = result.at(-1);
    if (last?.lastOffset === one.firstOffset - 1n && last.deliveryCount === one.deliveryCount) {
      result[result.length - 1] = { ...last, lastOffset: one.lastOffset };
    } else result.push(one);
  }
  return result;
}

/** Records nobody had yet, from the end of the window on; holes of a compacted log belong to the batch behind them. */
function acquireNew(
  window: InFlightWindow,
  lastOffset: Offset,
  batches: readonly BatchRange[],
  room: number,
  acquirer: Acquirer,
): AcquiredRecords[] {
  const first = window.endOffset + 1n;
  const lastWanted = first + BigInt(room) - 1n;
  // A batch of the log is not cut: its last record is the client's last, too.
  const enclosing = batches.find((batch) => batch.lastOffset >= lastWanted)?.lastOffset ?? lastOffset;
  const last = lowest(enclosing, lastOffset);
  const acquire = () => {
    const delivery = new Delivery(RecordState.AVAILABLE, 0);
    delivery.acquire(acquirer.memberId, acquirer.lockedUntilMs);
    return delivery;
  };
  if (acquirer.isStrict && last > lastWanted) {
    const batch = window.extend(last, acquire()) as InFlightBatch;
    for (const delivery of batch.split().slice(room)) {
      delivery.state = RecordState.AVAILABLE;
      delivery.deliveryCount = 0;
      delivery.memberId = '';
    }
    return [{ firstOffset: first, lastOffset: lastWanted, deliveryCount: 1 }];
  }
  const acquired: AcquiredRecords[] = [];
  const cut = (pieceLast: Offset) => {
    const batch = window.extend(pieceLast, acquire());
    if (batch !== null) acquired.push({ ...rangeOf(batch), deliveryCount: 1 });
  };
  if (!acquirer.isStrict && Number(last - first) + 1 > acquirer.batchSize) {
    for (const { firstOffset } of batches) {
      if (firstOffset > last) break;
      if (firstOffset - (window.endOffset + 1n) >= BigInt(acquirer.batchSize)) cut(firstOffset - 1n);
    }
  }
  cut(last);
  return acquired;
}
