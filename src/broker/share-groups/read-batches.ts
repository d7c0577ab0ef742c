import { type ProducerId } from '../../protocol/primitives.ts';
import { batches } from '../../protocol/records/batch.ts';
import { readControlType } from '../../protocol/records/control-types.ts';
import { RecordCursor } from '../../protocol/records/record-cursor.ts';
import { type FetchResult } from '../replicas/index.ts';
import { type BatchRange } from './acquisition.ts';

export interface ReadBatches {
  readonly ranges: readonly BatchRange[];
  /** Batches of aborted transactions; empty unless they were read committed. */
  readonly aborted: readonly BatchRange[];
}

/** Where the batches of a read lie, and which of them belong to aborted transactions. */
export function readBatches({ records, abortedTransactions }: FetchResult): ReadBatches {
  const ranges: BatchRange[] = [];
  const aborted: BatchRange[] = [];
  const pending = [...(abortedTransactions ?? [])].sort((one, other) => (one.firstOffset < other.firstOffset ? -1 : 1));
  const open = new Set<ProducerId>();
  const cursor = new RecordCursor();
  for (const batch of batches(records)) {
    const range = { firstOffset: batch.baseOffset, lastOffset: batch.lastOffset };
    ranges.push(range);
    if (abortedTransactions === null || abortedTransactions.length === 0) continue;
    while (pending[0] !== undefined && pending[0].firstOffset <= range.lastOffset) {
      open.add((pending.shift() as { producerId: ProducerId }).producerId);
    }
    if (batch.isControl) {
      cursor.reset(batch);
      const key = cursor.next() ? cursor.key() : null;
      if (key !== null && readControlType(key) === 'abort') open.delete(batch.producerId);
    } else if (batch.isTransactional && open.has(batch.producerId)) aborted.push(range);
  }
  return { ranges, aborted };
}

/** The bytes from the batch that holds the first of the acquired records to the one that holds the last. */
export function sliceAcquired(records: Buffer, acquired: readonly BatchRange[]): Buffer {
  const first = acquired[0]?.firstOffset;
  const last = acquired.at(-1)?.lastOffset;
  if (first === undefined || last === undefined) return records.subarray(0, 0);
  let start = -1;
  let end = 0;
  for (const batch of batches(records)) {
    if (batch.lastOffset < first) continue;
    if (batch.baseOffset > last) break;
    if (start === -1) start = batch.at;
    end = batch.at + batch.sizeInBytes;
  }
  return start === -1 ? records.subarray(0, 0) : records.subarray(start, end);
}
