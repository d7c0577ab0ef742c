import { KafkaError } from '../../protocol/errors.ts';
import { type ProducerId } from '../../protocol/primitives.ts';
import { BATCH_HEADER_BYTES, NO_PRODUCER_ID, RecordBatch } from '../../protocol/records/batch.ts';
import { type CompletedTransaction, type ProducerAppend } from './producer-append.ts';
import { type CachedBatch } from './producer-entry.ts';
import { type ProducerState } from './producer-state.ts';
import { type TransactionIndex } from './transaction-index.ts';
import { type AppendOrigin, type VerificationGuard } from './types.ts';

/** What an append changes in the producer state; nothing is stored before `commit`. */
export interface ProducerUpdate {
  /** Set when the append repeats a batch: then there is nothing to write. */
  readonly duplicate: CachedBatch | undefined;
  readonly appends: readonly ProducerAppend[];
  readonly completed: readonly CompletedTransaction[];
}

const NOTHING: ProducerUpdate = { duplicate: undefined, appends: [], completed: [] };

/** Refuses a transactional batch whose transaction was ended since it was verified. Throws KafkaError INVALID_TXN_STATE. */
export function checkVerified(
  producers: ProducerState,
  records: Buffer,
  { origin, verificationGuard }: { origin: AppendOrigin; verificationGuard?: VerificationGuard | null | undefined },
): void {
  if (verificationGuard === undefined || origin !== 'client' || records.length < BATCH_HEADER_BYTES) return;
  const batch = new RecordBatch(records);
  if (!batch.isTransactional || producers.isVerified(batch, verificationGuard)) return;
  throw new KafkaError('INVALID_TXN_STATE', `batch of producer ${batch.producerId} outside its transaction`);
}

/** Checks batches with their final offsets against the producers' states. Throws as ProducerAppend.add does. */
export function checkProducers(
  producers: ProducerState,
  records: Buffer,
  byteCount: number,
  origin: AppendOrigin,
): ProducerUpdate {
  const first = new RecordBatch(records);
  if (first.sizeInBytes === byteCount && first.producerId === NO_PRODUCER_ID) return NOTHING;
  const appends = new Map<ProducerId, ProducerAppend>();
  const completed: CompletedTransaction[] = [];
  for (let at = 0; at < byteCount; ) {
    const batch = new RecordBatch(records, at);
    at += batch.sizeInBytes;
    const { producerId } = batch;
    if (producerId === NO_PRODUCER_ID) continue;
    if (origin === 'client') {
      const duplicate = producers.get(producerId)?.findDuplicate(batch);
      if (duplicate) return { ...NOTHING, duplicate };
    }
    const append = appends.get(producerId) ?? producers.prepare(producerId, origin);
    appends.set(producerId, append);
    const ended = append.add(batch);
    if (ended) completed.push(ended);
  }
  return { duplicate: undefined, appends: [...appends.values()], completed };
}

/** Stores an update whose batches are written; aborted transactions go into the index of the segment with the marker. */
export function commitProducers(producers: ProducerState, update: ProducerUpdate, index: TransactionIndex): void {
  for (const append of update.appends) producers.commit(append);
  for (const completed of update.completed) completeTransaction(producers, completed, index);
}

export function completeTransaction(
  producers: ProducerState,
  completed: CompletedTransaction,
  index: TransactionIndex,
): void {
  const { producerId, firstOffset, lastOffset, isAborted } = completed;
  if (isAborted) {
    const lastStableOffset = producers.transactions.lastStableOffsetAfter(completed);
    index.append({ producerId, firstOffset, lastOffset, lastStableOffset });
  }
  producers.transactions.complete(completed);
}
