import { BatchBuilder, type HeaderInput } from '../../protocol/records/batch-builder.ts';
import { type Clock } from '../../util/clock.ts';
import { type JavaError } from '../../util/java-error.ts';
import { BufferMemory } from './buffer-memory.ts';
import { type PartitionQueue } from './partition-queue.ts';
import { ProducerBatch } from './producer-batch.ts';
import { recordTooLarge } from './producer-errors.ts';
import { type ProducerSettings } from './producer-settings.ts';
import { type ProducerTopic } from './producer-topic.ts';
import { longestPlainValue, serializedUpperBound } from './record-size.ts';

const LINE_FEED = 10;
const COMFORTABLE_BYTES = 2 * 1024 * 1024;
/** Five in flight and some more to follow. */
const PIPELINE_BATCHES = 8;
const KEPT_BUFFER_SIZES = 4;
/** The builder reserves a record's length at its longest before it knows it. */
const BUILDER_SLACK_BYTES = 8;
/** No record without headers has more bytes around its key and value. */
const CAUTIOUS_OVERHEAD_BYTES = 128;

/** Records become batches here: appending never waits, and never makes an object for a record without a key. */
export class Accumulator {
  readonly memory: BufferMemory;
  /** Queues that hold batches, in the order in which they began to. */
  readonly active = new Set<PartitionQueue>();
  /** A batch was begun or filled since the sender looked last. */
  hasNews = false;
  /** Batches that neither arrived nor failed yet. */
  incompleteCount = 0;
  /** What was missing when an append last returned for want of memory. */
  shortfallBytes = 0;
  /** By size; together never more than buffer.memory has room for. */
  private readonly freeBuffers = new Map<number, Buffer[]>();
  private readonly settings: ProducerSettings;
  private readonly clock: Clock;
  /** Key and value of fewer bytes together need not be asked about. */
  readonly surelyAllowedBytes: number;
  private readonly maxLineBytes: number;
  private readonly checkAppend: (queue: PartitionQueue) => void;

  /** @param checkAppend throws when no batch may be begun: outside of a transaction */
  constructor(settings: ProducerSettings, clock: Clock, checkAppend: (queue: PartitionQueue) => void) {
    this.checkAppend = checkAppend;
    this.settings = settings;
    this.clock = clock;
    this.memory = new BufferMemory(settings.bufferBytes, settings.batchBytes, clock);
    this.surelyAllowedBytes = Math.min(settings.maxRequestBytes, settings.bufferBytes) - CAUTIOUS_OVERHEAD_BYTES;
    this.maxLineBytes = longestPlainValue(Math.min(settings.maxRequestBytes, settings.bufferBytes));
  }

  /** Why a record may not be sent at all; undefined when it may. */
  refusal(keyLength: number, valueLength: number, headers?: readonly HeaderInput[]): JavaError | undefined {
    const { maxRequestBytes, bufferBytes } = this.settings;
    const byteCount = serializedUpperBound(keyLength, valueLength, headers);
    const sentence = `The message is ${byteCount} bytes when serialized which is larger than`;
    if (byteCount > maxRequestBytes) {
      return recordTooLarge(
        `${sentence} ${maxRequestBytes}, which is the value of the max.request.size configuration.`,
      );
    }
    if (byteCount > bufferBytes) {
      return recordTooLarge(
        `${sentence} the total memory buffer you have configured with the buffer.memory configuration.`,
      );
    }
    return undefined;
  }

  /**
   * Appends the lines of `chunk` from `start` to `end` (exclusive; a line feed stands before it) as records without a key.
   * Returns where it stopped: before `end` when memory is short or the next line is too long for any batch. Nothing is kept of
   * the chunk.
   */
  appendLines(topic: ProducerTopic, timestampMs: number, chunk: Buffer, start: number, end: number): number {
    let at = start;
    while (at < end) {
      const queue = topic.nextQueue();
      let batch = queue.openBatch;
      if (batch === null) {
        const length = chunk.indexOf(LINE_FEED, at) - at;
        if (length > this.maxLineBytes) return at;
        batch = this.beginBatch(topic, queue, -1, length);
        if (batch === null) return at;
      }
      const sizeBefore = batch.sizeInBytes;
      const next = batch.appendLines(timestampMs, chunk, at, end, this.maxLineBytes);
      topic.addProduced(batch.sizeInBytes - sizeBefore);
      if (batch.isFull) this.hasNews = true;
      else if (next === at) return at;
      at = next;
    }
    return at;
  }

  /** Appends one record; returns its batch, or null when memory is short. The caller has asked `refusal`. */
  append(
    topic: ProducerTopic,
    queue: PartitionQueue,
    timestampMs: number,
    key: Buffer | null,
    value: Buffer | null,
    headers?: readonly HeaderInput[],
  ): ProducerBatch | null {
    const keyLength = key === null ? -1 : key.length;
    const valueLength = value === null ? -1 : value.length;
    const batch = this.batchFor(topic, queue, timestampMs, keyLength, valueLength, headers);
    if (batch === null) return null;
    const sizeBefore = batch.sizeInBytes;
    batch.append(timestampMs, key, value, headers);
    if (key === null || !topic.spreadsByKey) topic.addProduced(batch.sizeInBytes - sizeBefore);
    if (batch.isFull) this.hasNews = true;
    return batch;
  }

  /**
   * Appends one record made of slices of `source`; a start below zero means null. Returns its batch, or null when memory is short.
   * The caller has asked `refusal`. Nothing is kept of the source.
   */
  appendSlices(
    topic: ProducerTopic,
    timestampMs: number,
    source: Buffer,
    keyStart: number,
    keyEnd: number,
    valueStart: number,
    valueEnd: number,
  ): ProducerBatch | null {
    const isKeyed = keyStart >= 0 && topic.spreadsByKey;
    const queue = isKeyed ? topic.queueOfKey(source, keyStart, keyEnd) : topic.nextQueue();
    const keyLength = keyStart < 0 ? -1 : keyEnd - keyStart;
    const valueLength = valueStart < 0 ? -1 : valueEnd - valueStart;
    const batch = this.batchFor(topic, queue, timestampMs, keyLength, valueLength);
    if (batch === null) return null;
    const sizeBefore = batch.sizeInBytes;
    batch.appendSlices(timestampMs, source, keyStart, keyEnd, valueStart, valueEnd);
    if (!isKeyed) topic.addProduced(batch.sizeInBytes - sizeBefore);
    if (batch.isFull) this.hasNews = true;
    return batch;
  }

  /** The open batch if the record fits, else a new one. */
  private batchFor(
    topic: ProducerTopic,
    queue: PartitionQueue,
    timestampMs: number,
    keyLength: number,
    valueLength: number,
    headers?: readonly HeaderInput[],
  ): ProducerBatch | null {
    const open = queue.openBatch;
    if (open?.makeRoom(timestampMs, keyLength, valueLength, headers)) return open;
    this.hasNews = true;
    const batch = this.beginBatch(topic, queue, keyLength, valueLength, headers);
    batch?.makeRoom(timestampMs, keyLength, valueLength, headers);
    return batch;
  }

  /**
   * How much may wait for this topic before a source of records should pause: enough to keep every partition's pipeline full, far
   * less than buffer.memory, so that memory stays small and warm however large the input is.
   */
  comfortableBytes(topic: ProducerTopic): number {
    const { batchBytes, bufferBytes } = this.settings;
    const pipelinedBytes = PIPELINE_BATCHES * batchBytes * topic.partitionCount;
    return Math.min(bufferBytes, Math.max(COMFORTABLE_BYTES, pipelinedBytes));
  }

  newBuilder = (byteCount: number, buffer?: Buffer): BatchBuilder => {
    const { compression, compressionLevel } = this.settings;
    const capacity = byteCount + BUILDER_SLACK_BYTES;
    return new BatchBuilder({ compression, level: compressionLevel, capacity, buffer });
  };

  /** A batch is done and nothing reads its bytes any more: its memory serves another one. */
  release(batch: ProducerBatch): void {
    this.incompleteCount--;
    if (batch.buffer && !batch.isOnWire) this.returnBuffer(batch.buffer);
    this.memory.give(batch.memoryBytes);
  }

  private borrowBuffer(byteCount: number): Buffer {
    return this.freeBuffers.get(byteCount)?.pop() ?? Buffer.allocUnsafeSlow(byteCount);
  }

  /** With a codec sizes differ from batch to batch: only a few of each are worth keeping. */
  private returnBuffer(buffer: Buffer): void {
    const same = this.freeBuffers.get(buffer.length);
    if (same) same.push(buffer);
    else if (this.freeBuffers.size < KEPT_BUFFER_SIZES) this.freeBuffers.set(buffer.length, [buffer]);
  }

  private beginBatch(
    topic: ProducerTopic,
    queue: PartitionQueue,
    keyLength: number,
    valueLength: number,
    headers?: readonly HeaderInput[],
  ): ProducerBatch | null {
    this.checkAppend(queue);
    const { batchBytes, bufferBytes } = this.settings;
    const limitBytes = topic.batchLimitBytes(queue);
    // With a codec more than batch.size is collected: it counts as long as it is there.
    const collectedBytes = Math.max(batchBytes, Math.min(limitBytes, bufferBytes));
    const memoryBytes = Math.max(collectedBytes, serializedUpperBound(keyLength, valueLength, headers));
    if (!this.memory.take(memoryBytes)) {
      this.shortfallBytes = memoryBytes;
      return null;
    }
    const buffer = memoryBytes === collectedBytes ? this.borrowBuffer(memoryBytes + BUILDER_SLACK_BYTES) : undefined;
    const batch = new ProducerBatch(queue, {
      builder: this.newBuilder(memoryBytes, buffer),
      buffer,
      createdMs: this.clock.now(),
      memoryBytes,
      limitBytes,
    });
    queue.add(batch);
    this.active.add(queue);
    this.incompleteCount++;
    this.hasNews = true;
    return batch;
  }
}
