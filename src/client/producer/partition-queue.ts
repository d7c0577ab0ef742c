import { PartitionSequences } from './partition-sequences.ts';
import { type ProducerBatch } from './producer-batch.ts';

/** The batches of one partition that wait to be sent, oldest first; only the last one may be open. */
export class PartitionQueue {
  readonly topic: string;
  readonly partition: number;
  readonly sequences = new PartitionSequences();
  /** Batches sent and not answered. */
  onWireCount = 0;
  private readonly waiting: ProducerBatch[] = [];

  constructor(topic: string, partition: number) {
    this.topic = topic;
    this.partition = partition;
  }

  get isEmpty(): boolean {
    return this.waiting.length === 0;
  }

  get first(): ProducerBatch | undefined {
    return this.waiting[0];
  }

  /** More than one batch waits, so the first is as full as it gets. */
  get hasSeveral(): boolean {
    return this.waiting.length > 1;
  }

  /** The batch that still takes records. */
  get openBatch(): ProducerBatch | null {
    const last = this.waiting[this.waiting.length - 1];
    return last?.isOpen ? last : null;
  }

  add(batch: ProducerBatch): void {
    this.waiting.push(batch);
  }

  takeFirst(): ProducerBatch | undefined {
    return this.waiting.shift();
  }

  /** Back in front of everything; batches with sequence numbers find their place among others of their kind. */
  putBack(batch: ProducerBatch): void {
    let at = 0;
    if (batch.identity !== null) {
      const { waiting } = this;
      while (at < waiting.length && comesBefore(waiting[at] as ProducerBatch, batch)) at++;
    }
    this.waiting.splice(at, 0, batch);
  }

  remove(batch: ProducerBatch): void {
    const at = this.waiting.indexOf(batch);
    if (at >= 0) this.waiting.splice(at, 1);
  }

  batches(): readonly ProducerBatch[] {
    return this.waiting;
  }
}

/** Sequences wrap, so the difference decides, not the numbers. */
function comesBefore(waiting: ProducerBatch, batch: ProducerBatch): boolean {
  return waiting.identity !== null && ((waiting.baseSequence - batch.baseSequence) | 0) < 0;
}
