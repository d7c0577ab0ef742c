import { type Uuid } from '../../protocol/primitives.ts';
import { partitionOfKey } from './murmur2.ts';
import { PartitionQueue } from './partition-queue.ts';
import { type TopicMetadata } from './ports.ts';
import { type ProducerSettings } from './producer-settings.ts';
import { type RandomIndex, StickyPartition } from './sticky-partition.ts';

/** Estimated sizes of compressed batches are this much pessimistic. Source: Java's CompressionRatioEstimator and MemoryRecordsBuilder. */
const RATIO_MARGIN = 1.05;
const RATIO_UP = 0.05;
const RATIO_DOWN = 0.005;

/** How many times batch.size a batch of a hard-pressed partition may take. */
const GROWTH = 8;

/** One topic being written to: its partitions' queues, and which partition the next record goes to. */
export class ProducerTopic {
  readonly name: string;
  private metadata: TopicMetadata;
  private readonly settings: ProducerSettings;
  private readonly queues: PartitionQueue[] = [];
  private readonly sticky: StickyPartition;
  private available: readonly number[] = [];
  private roundRobin = 0;
  private compressionRatio = 1;
  private mayGrow: boolean;

  constructor(name: string, metadata: TopicMetadata, settings: ProducerSettings, random: RandomIndex) {
    this.name = name;
    this.settings = settings;
    this.sticky = new StickyPartition(settings.batchBytes, random);
    this.metadata = metadata;
    this.mayGrow = settings.mayGrowBatches;
    this.update(metadata);
  }

  get topicId(): Uuid {
    return this.metadata.topicId;
  }

  get partitionCount(): number {
    return this.queues.length;
  }

  /** Takes over a newer answer; partitions are never taken away, their records would be lost. */
  update(metadata: TopicMetadata): void {
    this.metadata = metadata;
    for (let partition = this.queues.length; partition < metadata.leaders.length; partition++) {
      this.queues.push(new PartitionQueue(this.name, partition));
    }
    const available: number[] = [];
    for (const [partition, leader] of metadata.leaders.entries()) if (leader >= 0) available.push(partition);
    this.available = available;
  }

  /** Node id, or -1. */
  leader(partition: number): number {
    return this.metadata.leaders[partition] ?? -1;
  }

  queue(partition: number): PartitionQueue | undefined {
    return this.queues[partition];
  }

  queueOfKey(bytes: Buffer, start: number, end: number): PartitionQueue {
    return this.queues[partitionOfKey(bytes, start, end, this.queues.length)] as PartitionQueue;
  }

  get spreadsByKey(): boolean {
    return this.settings.partitioning === 'default';
  }

  /** The queue of the next record without a key; asked again for every batch at least. */
  nextQueue(): PartitionQueue {
    return this.queues[this.nextPartition()] as PartitionQueue;
  }

  private nextPartition(): number {
    const { sticky, queues, available } = this;
    if (this.settings.partitioning === 'round-robin') {
      const turn = this.roundRobin++ & 0x7fffffff;
      return available.length > 0 ? (available[turn % available.length] as number) : turn % queues.length;
    }
    const queue = queues[sticky.current];
    if (queue === undefined || sticky.isUsedUp(queue.openBatch?.limitBytes ?? 0))
      return sticky.draw(available, queues.length);
    return sticky.current;
  }

  /** Counts what went to the queue of `nextQueue`. */
  addProduced(byteCount: number): void {
    this.sticky.addProduced(byteCount);
  }

  /**
   * Uncompressed bytes that the next batch of this queue may take to end up near batch.size. A batch.size nobody asked for grows while
   * the broker cannot keep up: five requests are on their way, and more is waiting than the next ones would take.
   */
  batchLimitBytes(queue: PartitionQueue): number {
    const { batchBytes, bufferBytes, maxRequestBytes, compression, maxInFlightRequests } = this.settings;
    const isPressed =
      this.mayGrow && queue.onWireCount >= maxInFlightRequests && queue.waitingBytes >= batchBytes * GROWTH;
    const grownBytes = Math.min(batchBytes * GROWTH, maxRequestBytes, bufferBytes / GROWTH);
    const bytes = isPressed ? Math.max(batchBytes, grownBytes) : batchBytes;
    return compression === 'none' ? bytes : Math.floor(bytes / (this.compressionRatio * RATIO_MARGIN));
  }

  /** Learns from a batch: quickly that records compress worse, slowly that they compress better. */
  observeCompression(plainBytes: number, compressedBytes: number): void {
    if (this.settings.compression === 'none') return;
    const observed = compressedBytes / plainBytes;
    if (observed > this.compressionRatio) {
      this.compressionRatio = Math.max(this.compressionRatio + RATIO_UP, observed);
    } else if (observed < this.compressionRatio) {
      this.compressionRatio = Math.max(this.compressionRatio - RATIO_DOWN, observed);
    }
  }

  /** A batch came out larger than the broker takes: back to the cautious estimate. */
  expectSmallBatches(): void {
    this.mayGrow = false;
    this.compressionRatio = Math.max(1, this.compressionRatio);
  }
}
