import { type Offset, type ProducerId, type TimestampMs } from '../../protocol/primitives.ts';
import { NO_PRODUCER_EPOCH, NO_SEQUENCE, type RecordBatch } from '../../protocol/records/batch.ts';

/** Batches per producer that are remembered, so that a client with five requests in flight may retry any of them. */
export const CACHED_BATCHES = 5;

export interface CachedBatch {
  readonly firstSequence: number;
  readonly lastSequence: number;
  readonly firstOffset: Offset;
  readonly lastOffset: Offset;
  readonly timestampMs: TimestampMs;
}

/** What a partition knows of one producer (kafka 4.x ProducerStateEntry). */
export class ProducerEntry {
  readonly producerId: ProducerId;
  producerEpoch = NO_PRODUCER_EPOCH;
  coordinatorEpoch = -1;
  lastTimestampMs: TimestampMs = -1n;
  /** First offset of the open transaction, null without one. */
  transactionFirstOffset: Offset | null = null;
  /** Oldest first, at most CACHED_BATCHES, all of the current epoch. */
  batches: readonly CachedBatch[] = [];

  constructor(producerId: ProducerId) {
    this.producerId = producerId;
  }

  copy(): ProducerEntry {
    const copy = new ProducerEntry(this.producerId);
    copy.producerEpoch = this.producerEpoch;
    copy.coordinatorEpoch = this.coordinatorEpoch;
    copy.lastTimestampMs = this.lastTimestampMs;
    copy.transactionFirstOffset = this.transactionFirstOffset;
    copy.batches = this.batches;
    return copy;
  }

  get lastBatch(): CachedBatch | undefined {
    return this.batches.at(-1);
  }

  get lastSequence(): number {
    return this.lastBatch?.lastSequence ?? NO_SEQUENCE;
  }

  /** The cached batch that this one repeats. */
  findDuplicate(batch: RecordBatch): CachedBatch | undefined {
    if (batch.producerEpoch !== this.producerEpoch) return undefined;
    const { baseSequence, lastSequence } = batch;
    return this.batches.find((one) => one.firstSequence === baseSequence && one.lastSequence === lastSequence);
  }

  /** A new epoch starts its sequences anew. */
  setEpoch(producerEpoch: number): void {
    if (producerEpoch === this.producerEpoch) return;
    this.producerEpoch = producerEpoch;
    this.batches = [];
  }

  addBatch(producerEpoch: number, batch: CachedBatch): void {
    this.setEpoch(producerEpoch);
    const kept = this.batches.length < CACHED_BATCHES ? this.batches : this.batches.slice(1);
    this.batches = [...kept, batch];
    this.lastTimestampMs = batch.timestampMs;
  }
}
