import { type Offset } from '../../protocol/primitives.ts';
import { lowest } from './offset-order.ts';
import { type CompletedTransaction } from './producer-append.ts';

interface DecidedTransaction {
  readonly firstOffset: Offset;
  /** Of the marker. */
  readonly lastOffset: Offset;
}

/**
 * First offsets of the transactions that hold the last stable offset back: those without a marker, and those whose marker
 * is above the high watermark. Both lists rise by first offset. Source: kafka 4.x ProducerStateManager.
 */
export class TransactionOffsets {
  private ongoing: Offset[] = [];
  private unreplicated: DecidedTransaction[] = [];

  clear(): void {
    this.ongoing = [];
    this.unreplicated = [];
  }

  begin(firstOffset: Offset): void {
    insertSorted(this.ongoing, firstOffset, (one) => one);
  }

  complete({ firstOffset, lastOffset }: CompletedTransaction): void {
    const at = this.ongoing.indexOf(firstOffset);
    if (at < 0) return;
    this.ongoing.splice(at, 1);
    insertSorted(this.unreplicated, { firstOffset, lastOffset }, (one) => one.firstOffset);
  }

  /** The last stable offset once that transaction is completed and replicated. */
  lastStableOffsetAfter(completed: CompletedTransaction): Offset {
    return this.ongoing.find((offset) => offset !== completed.firstOffset) ?? completed.lastOffset + 1n;
  }

  /** Null when nothing holds the last stable offset back. */
  get firstUnstable(): Offset | null {
    const ongoing = this.ongoing[0] ?? null;
    const unreplicated = this.unreplicated[0]?.firstOffset ?? null;
    if (ongoing === null || unreplicated === null) return ongoing ?? unreplicated;
    return lowest(ongoing, unreplicated);
  }

  /** Markers below the end are decided: replicated, or below the log start offset. */
  forgetDecidedBelow(end: Offset): void {
    if (this.unreplicated.length === 0) return;
    this.unreplicated = this.unreplicated.filter(({ lastOffset }) => lastOffset >= end);
  }
}

function insertSorted<T>(list: T[], one: T, key: (one: T) => Offset): void {
  let at = list.length;
  while (at > 0 && key(list[at - 1] as T) > key(one)) at--;
  list.splice(at, 0, one);
}
