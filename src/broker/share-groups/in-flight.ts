import { type Offset } from '../../protocol/primitives.ts';
import { highest, lowest } from './offset-order.ts';

/** Delivery states of a record, by their number on disk and on the wire (KIP-932). */
export const RecordState = { AVAILABLE: 0, ACQUIRED: 1, ACKNOWLEDGED: 2, ARCHIVING: 3, ARCHIVED: 4 } as const;
export type RecordStateNumber = (typeof RecordState)[keyof typeof RecordState];

export function isDone(state: RecordStateNumber): boolean {
  return state >= RecordState.ACKNOWLEDGED;
}

/** Who has a record, or a whole batch of them, and how often it was delivered. */
export class Delivery {
  state: RecordStateNumber;
  deliveryCount: number;
  /** Empty unless acquired. */
  memberId = '';
  /** When an acquired record falls back. */
  lockedUntilMs = 0;
  /** A change is being stored: until then nobody else may have the record. */
  isChanging = false;

  constructor(state: RecordStateNumber, deliveryCount: number) {
    this.state = state;
    this.deliveryCount = deliveryCount;
  }

  get isFree(): boolean {
    return this.state === RecordState.AVAILABLE && !this.isChanging;
  }

  acquire(memberId: string, lockedUntilMs: number): void {
    this.state = RecordState.ACQUIRED;
    this.deliveryCount++;
    this.memberId = memberId;
    this.lockedUntilMs = lockedUntilMs;
  }

  /** The end of an acquisition; a record that was delivered often enough is not offered again. */
  settle(state: RecordStateNumber, deliveryCountLimit: number): void {
    this.state = settledState(this, state, deliveryCountLimit);
    this.memberId = '';
  }

  copy(): Delivery {
    const copy = new Delivery(this.state, this.deliveryCount);
    copy.memberId = this.memberId;
    copy.lockedUntilMs = this.lockedUntilMs;
    return copy;
  }
}

/** What an acquired record becomes. */
export function settledState(
  { deliveryCount }: Delivery,
  state: RecordStateNumber,
  deliveryCountLimit: number,
): RecordStateNumber {
  const isSpent = state === RecordState.AVAILABLE && deliveryCount >= deliveryCountLimit;
  return isSpent ? RecordState.ARCHIVED : state;
}

/**
 * Records that were acquired together first. They share one delivery until somebody treats some of them differently; from
 * then on each has its own. `lastOffset` is inclusive.
 */
export class InFlightBatch {
  readonly firstOffset: Offset;
  readonly lastOffset: Offset;
  private shared: Delivery | null;
  private single: Delivery[] | null = null;

  constructor(firstOffset: Offset, lastOffset: Offset, delivery: Delivery) {
    this.firstOffset = firstOffset;
    this.lastOffset = lastOffset;
    this.shared = delivery;
  }

  get size(): number {
    return Number(this.lastOffset - this.firstOffset) + 1;
  }

  /** Null when the records go their own ways. */
  get whole(): Delivery | null {
    return this.shared;
  }

  split(): Delivery[] {
    if (this.single === null) {
      const { shared } = this;
      this.single = Array.from({ length: this.size }, () => (shared as Delivery).copy());
      this.shared = null;
    }
    return this.single;
  }

  at(offset: Offset): Delivery {
    return this.shared ?? (this.single?.[Number(offset - this.firstOffset)] as Delivery);
  }

  /** Runs of records with the delivery they share, within the offsets given (inclusive). */
  *runs(firstOffset = this.firstOffset, lastOffset = this.lastOffset): Generator<Run> {
    const first = highest(firstOffset, this.firstOffset);
    const last = lowest(lastOffset, this.lastOffset);
    if (this.shared !== null) {
      if (first <= last) yield { firstOffset: first, lastOffset: last, delivery: this.shared };
      return;
    }
    for (let offset = first; offset <= last; offset++) {
      yield { firstOffset: offset, lastOffset: offset, delivery: this.at(offset) };
    }
  }
}

export interface Run {
  readonly firstOffset: Offset;
  readonly lastOffset: Offset;
  readonly delivery: Delivery;
}
