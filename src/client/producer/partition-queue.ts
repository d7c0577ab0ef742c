import { PartitionSequences, sequenceDistance } from './partition-sequences.ts';
import { type ProducerBatch } from './producer-batch.ts';

const COMPACT_AFTER = 256;

/** The batches of one partition that wait to be sent, oldest first; only the last one may be open. */
export class PartitionQueue {
  readonly topic: string;
  readonly partition: number;
  readonly sequences = new PartitionSequences();
  /** Batches sent and not answered. */
  onWireCount = 0;
  /** What the waiting batches count against buffer.memory. */
  waitingBytes = 0;
  /** Those before `head` are gone: taking one from the front costs the same however many wait. */
  private waiting: ProducerBatch[] = [];
  private head = 0;

  constructor(topic: string, partition: number) {
    this.topic = topic;
    this.partition = partition;
  }

  get isEmpty(): boolean {
    return this.waiting.length === this.head;
  }

  get first(): ProducerBatch | undefined {
    return this.waiting[this.head];
  }

  /** More than one batch waits, so the first is as full as it gets. */
  get hasSeveral(): boolean {
    return this.waiting.length > this.head + 1;
  }

  /** The batch that still takes records. */
  get openBatch(): ProducerBatch | null {
    const last = this.isEmpty ? undefined : this.waiting[this.waiting.length - 1];
    return last?.isOpen ? last : null;
  }

  add(batch: ProducerBatch): void {
    this.waiting.push(batch);
    this.waitingBytes += batch.memoryBytes;
  }

  takeFirst(): ProducerBatch | undefined {
    const first = this.waiting[this.head];
    if (first === undefined) return undefined;
    this.head++;
    this.waitingBytes -= first.memoryBytes;
    if (this.head === this.waiting.length || this.head >= COMPACT_AFTER) this.compact();
    return first;
  }

  /** Back in front of everything; batches with sequence numbers find their place among others of their kind. */
  putBack(batch: ProducerBatch): void {
    this.compact();
    const { waiting } = this;
    let at = 0;
    if (batch.identity !== null) {
      while (at < waiting.length && comesBefore(waiting[at] as ProducerBatch, batch)) at++;
    }
    waiting.splice(at, 0, batch);
    this.waitingBytes += batch.memoryBytes;
  }

  remove(batch: ProducerBatch): void {
    this.compact();
    const at = this.waiting.indexOf(batch);
    if (at < 0) return;
    this.waiting.splice(at, 1);
    this.waitingBytes -= batch.memoryBytes;
  }

  batches(): readonly ProducerBatch[] {
    this.compact();
    return this.waiting;
  }

  private compact(): void {
    if (this.head === 0) return;
    this.waiting = this.waiting.slice(this.head);
    this.head = 0;
  }
}

function comesBefore(waiting: ProducerBatch, batch: ProducerBatch): boolean {
  return waiting.identity !== null && sequenceDistance(waiting.baseSequence, batch.baseSequence) < 0;
}
