import { NO_SEQUENCE } from '../../protocol/records/batch.ts';
import { type ProducerBatch, type ProducerIdentity } from './producer-batch.ts';

/**
 * The sequence numbers of one partition, as an idempotent producer counts them. Batches that have one stay listed until they
 * are done, those waiting for a retry included: a retried batch goes out only as the first of the list, which keeps the order.
 */
export class PartitionSequences {
  /** Whose sequence numbers these are; null before the first batch. */
  identity: ProducerIdentity | null = null;
  private nextSequence = 0;
  private lastAckedSequence = NO_SEQUENCE;
  private lastAckedOffset = -1n;
  /** A batch was given up that the broker may have: what follows it tells. */
  private unresolvedNext: number | null = null;
  /** In order of sequence. */
  private readonly listed: ProducerBatch[] = [];

  get hasBatches(): boolean {
    return this.listed.length > 0;
  }

  get isUnresolved(): boolean {
    return this.unresolvedNext !== null;
  }

  /** A batch sent under the identity before is not answered yet: nothing new may overtake its second attempt. */
  get awaitsStaleAnswer(): boolean {
    return this.listed.some((batch) => batch.isSentStale);
  }

  get first(): ProducerBatch | undefined {
    return this.listed[0];
  }

  get lastOffset(): bigint {
    return this.lastAckedOffset;
  }

  /** Gives the batch the next numbers. */
  assign(batch: ProducerBatch): void {
    batch.identity = this.identity;
    batch.baseSequence = this.nextSequence;
    this.nextSequence = batch.nextSequence;
    this.listed.push(batch);
  }

  isNext(batch: ProducerBatch): boolean {
    const expected = this.lastAckedSequence === NO_SEQUENCE ? 0 : next(this.lastAckedSequence);
    return batch.baseSequence === expected;
  }

  isNextAfterUnresolved(batch: ProducerBatch): boolean {
    return this.unresolvedNext === batch.baseSequence;
  }

  acknowledge(batch: ProducerBatch, baseOffset: bigint): void {
    this.remove(batch);
    if (batch.identity !== this.identity) return;
    const last = previous(batch.nextSequence);
    if (this.lastAckedSequence === NO_SEQUENCE || sequenceDistance(last, this.lastAckedSequence) > 0)
      this.lastAckedSequence = last;
    const lastOffset = baseOffset < 0n ? -1n : baseOffset + BigInt(batch.recordCount - 1);
    if (lastOffset > this.lastAckedOffset) this.lastAckedOffset = lastOffset;
  }

  remove(batch: ProducerBatch): void {
    const at = this.listed.indexOf(batch);
    if (at >= 0) this.listed.splice(at, 1);
  }

  /** `parts` take the place of a batch that was split; their sequences follow each other. */
  replace(batch: ProducerBatch, parts: readonly ProducerBatch[]): void {
    const at = this.listed.indexOf(batch);
    if (at >= 0) this.listed.splice(at, 1, ...parts);
  }

  markUnresolved(batch: ProducerBatch): void {
    if (batch.identity !== this.identity) return;
    const { nextSequence } = batch;
    if (this.unresolvedNext === null || sequenceDistance(nextSequence, this.unresolvedNext) > 0)
      this.unresolvedNext = nextSequence;
  }

  /**
   * Once nothing is listed any more: true when the broker went on past the given-up batch, so that no number is missing; false
   * when there may be a gap (the epoch must be bumped); undefined when there is nothing to decide yet.
   */
  resolve(): boolean | undefined {
    if (this.unresolvedNext === null || this.listed.length > 0) return undefined;
    const isWhole = next(this.lastAckedSequence) === this.nextSequence;
    if (isWhole) this.unresolvedNext = null;
    return isWhole;
  }

  /** Starts at 0 under a new identity; listed batches get new numbers, to be written into them when they are sent again. */
  restart(identity: ProducerIdentity): void {
    this.identity = identity;
    this.nextSequence = 0;
    this.lastAckedSequence = NO_SEQUENCE;
    this.unresolvedNext = null;
    for (const batch of this.listed) {
      batch.identity = identity;
      batch.baseSequence = this.nextSequence;
      batch.isSequenceReset = true;
      batch.isSentStale = batch.isOnWire;
      this.nextSequence = batch.nextSequence;
    }
  }
}

/** Above 0 when `one` comes after `other`: they are 31 bits wide, so the difference decides, not the numbers. */
export function sequenceDistance(one: number, other: number): number {
  return ((one - other) << 1) >> 1;
}

/** Sequences wrap from 2147483647 to 0; before the first stands -1. */
function next(sequence: number): number {
  return sequence === 0x7fffffff ? 0 : sequence + 1;
}

function previous(sequence: number): number {
  return sequence === 0 ? 0x7fffffff : sequence - 1;
}
