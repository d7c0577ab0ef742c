import { type Offset, type ProducerId } from '../../../protocol/primitives.ts';
import { type RecordBatch } from '../../../protocol/records/batch.ts';
import { readControlType } from '../../../protocol/records/control-types.ts';
import { type RecordCursor } from '../../../protocol/records/record-cursor.ts';
import { type AbortedEntry, type TransactionIndex } from '../transaction-index.ts';

interface OngoingAborted {
  readonly entry: AbortedEntry;
  hasBatches: boolean;
}

/**
 * Follows the transactions of a log in the order of its batches: which data is of aborted ones, and which markers have no
 * data left. Source: kafka 4.x CleanedTransactionMetadata.
 */
export class CleanedTransactions {
  private readonly cursor: RecordCursor;
  private readonly committed = new Set<ProducerId>();
  private readonly aborted = new Map<ProducerId, OngoingAborted>();
  /** Rising by first offset. */
  private coming: AbortedEntry[] = [];
  private index: TransactionIndex | null = null;

  constructor(cursor: RecordCursor) {
    this.cursor = cursor;
  }

  /** Aborted transactions that keep their marker go into the index of the segment that is written. */
  writeTo(index: TransactionIndex): void {
    this.index = index;
  }

  add(entries: readonly AbortedEntry[]): void {
    const known = new Set(this.coming.map(({ producerId, firstOffset }) => `${producerId}@${firstOffset}`));
    const fresh = entries.filter(({ producerId, firstOffset }) => !known.has(`${producerId}@${firstOffset}`));
    this.coming = [...this.coming, ...fresh].sort((a, b) => (a.firstOffset < b.firstOffset ? -1 : 1));
  }

  /** True when the batch's records may be dropped: aborted data, or a marker whose transaction has no batches left. */
  mayDiscard(batch: RecordBatch): boolean {
    this.begin(batch.lastOffset);
    return batch.isControl ? this.endTransaction(batch) : this.isAborted(batch);
  }

  private begin(upTo: Offset): void {
    for (let next = this.coming[0]; next !== undefined && next.firstOffset <= upTo; next = this.coming[0]) {
      this.coming.shift();
      if (!this.aborted.has(next.producerId)) this.aborted.set(next.producerId, { entry: next, hasBatches: false });
    }
  }

  private isAborted(batch: RecordBatch): boolean {
    if (!batch.isTransactional) return false;
    const ongoing = this.aborted.get(batch.producerId);
    if (ongoing === undefined) {
      this.committed.add(batch.producerId);
      return false;
    }
    ongoing.hasBatches = true;
    return true;
  }

  private endTransaction(batch: RecordBatch): boolean {
    this.cursor.reset(batch);
    // An emptied marker was cleaned before.
    if (!this.cursor.next()) return true;
    const key = this.cursor.key();
    const type = key && readControlType(key);
    if (type === 'commit') return !this.committed.delete(batch.producerId);
    if (type !== 'abort') return false;
    const ongoing = this.aborted.get(batch.producerId);
    this.aborted.delete(batch.producerId);
    if (!ongoing?.hasBatches) return true;
    this.index?.append(ongoing.entry);
    return false;
  }
}
