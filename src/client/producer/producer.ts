import { type HeaderInput } from '../../protocol/records/batch-builder.ts';
import { type Clock } from '../../util/clock.ts';
import { type JavaError } from '../../util/java-error.ts';
import { type NamedLogger } from '../../util/log-lines.ts';
import { Accumulator } from './accumulator.ts';
import { BatchOutcomes, type ProducerCounters } from './batch-outcomes.ts';
import { type PartitionQueue } from './partition-queue.ts';
import { type FailureListener, type ProducerCluster, type RecordMetadata } from './ports.ts';
import { asJavaError, timeout } from './producer-errors.ts';
import { type ProducerSettings } from './producer-settings.ts';
import { type ProducerTopic } from './producer-topic.ts';
import { Sender } from './sender.ts';
import { type SequenceKeeper } from './sequence-keeper.ts';
import { type RandomIndex } from './sticky-partition.ts';
import { TopicDirectory } from './topic-directory.ts';

const LINE_FEED = 10;

export interface ProducerOptions {
  readonly settings: ProducerSettings;
  readonly cluster: ProducerCluster;
  readonly clock: Clock;
  readonly logger: NamedLogger;
  /** Hears of each record that fails and that no one waits for. */
  readonly onFailure: FailureListener;
  readonly random?: RandomIndex | undefined;
  /** Hears of the marks of delivered records, batch by batch: two numbers per record, in order. */
  readonly onMarks?: ((marks: readonly number[]) => void) | undefined;
  /** Null: neither idempotent nor transactional. */
  readonly identity: SequenceKeeper | null;
}

export interface ProducerRecord {
  readonly topic: string;
  /** Absent: the partitioner decides. */
  readonly partition?: number | undefined;
  /** Absent: now. */
  readonly timestampMs?: number | undefined;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers?: readonly HeaderInput[] | undefined;
}

/**
 * Writes records to a cluster: batched, compressed, retried and, unless configured otherwise, exactly once and in order per
 * partition. Buffers handed in are free again when the call (or its promise) returns. Calls for one topic must not overlap
 * where order matters.
 */
export class Producer {
  private readonly options: ProducerOptions;
  private readonly accumulator: Accumulator;
  private readonly outcomes: BatchOutcomes;
  private readonly topics: TopicDirectory;
  private readonly sender: Sender;

  constructor(options: ProducerOptions) {
    const { settings, cluster, clock, logger, onFailure, identity } = options;
    const random = options.random ?? ((bound: number) => Math.floor(Math.random() * bound));
    const wake = (): void => this.sender.wake();
    this.options = options;
    if (identity) identity.wake = wake;
    this.accumulator = new Accumulator(settings, clock, (queue) => identity?.checkAppend(queue));
    this.topics = new TopicDirectory({ settings, cluster, clock, random, wake });
    this.outcomes = new BatchOutcomes({
      settings,
      accumulator: this.accumulator,
      identity,
      clock,
      logger,
      onFailure,
      onMarks: options.onMarks,
      topicOf: (queue) => this.topics.of(queue),
      refresh: (topic) => this.topics.refreshSoon(topic),
    });
    this.sender = new Sender({
      settings,
      cluster,
      accumulator: this.accumulator,
      outcomes: this.outcomes,
      identity,
      topics: this.topics,
      clock,
    });
  }

  get counters(): ProducerCounters {
    return this.outcomes.counters;
  }

  /** buffer.memory and what is left of it. */
  get bufferBytes(): { readonly total: number; readonly available: number } {
    const { bufferBytes } = this.options.settings;
    return { total: bufferBytes, available: bufferBytes - this.accumulator.memory.usedBytes };
  }

  /** Asks for the producer id right away, so that it is there when the first batch is. */
  start(): void {
    this.sender.wake();
  }

  /**
   * Sends the lines of `chunk` from `start` to `end` (exclusive; a line feed stands before it), each as a record without a key.
   * Resolves when all are taken over: later only when buffer.memory is full or the topic is not known yet. Records that fail go to
   * the listener; one that cannot be taken within max.block.ms fails alone, as in Java.
   */
  async appendLines(topicName: string, chunk: Buffer, start: number, end: number): Promise<void> {
    let at = start;
    while (at < end) {
      const topic = this.topics.known(topicName) ?? (await this.openFor(topicName, -1, lineLength(chunk, at)));
      if (topic !== null) {
        at = this.accumulator.appendLines(topic, this.options.clock.now(), chunk, at, end);
        if (this.accumulator.hasNews) this.sender.wake();
        if (at >= end) return this.easePressure(topic);
        if (await this.makeRoom(topic, -1, lineLength(chunk, at))) continue;
      }
      at = chunk.indexOf(LINE_FEED, at) + 1;
    }
  }

  /**
   * Waits while more is on its way than the brokers need to be kept busy. Sources that produce faster than brokers take call it now
   * and then; no record fails for it.
   */
  async easePressure(topic: ProducerTopic): Promise<void> {
    const { accumulator } = this;
    const most = accumulator.comfortableBytes(topic);
    if (accumulator.memory.usedBytes > most) await this.hold(accumulator.memory.drained(most / 2));
  }

  /** Appends one record; as `appendLines` otherwise. */
  async append(record: ProducerRecord): Promise<void> {
    const { topic: topicName, key, value, headers } = record;
    const keyLength = key === null ? -1 : key.length;
    const valueLength = value === null ? -1 : value.length;
    const topic = this.topics.known(topicName) ?? (await this.openFor(topicName, keyLength, valueLength));
    if (topic === null) return;
    for (;;) {
      const refusal = this.accumulator.refusal(keyLength, valueLength, headers);
      if (refusal === undefined && this.tryAppend(topic, record)) return;
      if (!(await this.makeRoom(topic, keyLength, valueLength, headers))) return;
    }
  }

  /** Sends one record and waits for its acknowledgement. Rejects with JavaError. */
  async send(record: ProducerRecord): Promise<RecordMetadata> {
    const { accumulator, sender, options } = this;
    const { key, value, headers } = record;
    const keyLength = key === null ? -1 : key.length;
    const valueLength = value === null ? -1 : value.length;
    const topic = this.topics.known(record.topic) ?? (await this.hold(this.topics.open(record.topic)));
    const refusal = accumulator.refusal(keyLength, valueLength, headers);
    if (refusal) throw refusal;
    for (;;) {
      const timestampMs = record.timestampMs ?? options.clock.now();
      const batch = accumulator.append(topic, this.queueFor(topic, record), timestampMs, key, value, headers);
      if (batch !== null) {
        const { promise, resolve, reject } = Promise.withResolvers<RecordMetadata>();
        batch.expect(timestampMs, resolve, reject);
        sender.wake();
        return this.hold(promise);
      }
      sender.wake();
      await this.hold(accumulator.memory.room(accumulator.shortfallBytes, options.settings.maxBlockMs));
    }
  }

  /** For loops over many records: the topic once it is known, or null when one record failed for want of it. */
  openFor(topicName: string, keyLength: number, valueLength: number): Promise<ProducerTopic | null> {
    return this.hold(this.topics.open(topicName)).catch((error: unknown) => {
      this.report(topicName, keyLength, valueLength, asJavaError(error));
      return null;
    });
  }

  /** The topic, if it is known. */
  known(topicName: string): ProducerTopic | undefined {
    return this.topics.known(topicName);
  }

  /**
   * One record made of slices of `source` (a start below zero: null), without waiting and without making an object. False: ask
   * `makeRoom`, then try again. Call `wake` at the end of a run.
   */
  tryAppendSlices(
    topic: ProducerTopic,
    source: Buffer,
    keyStart: number,
    keyEnd: number,
    valueStart: number,
    valueEnd: number,
    timestampMs: number,
  ): boolean {
    const { accumulator } = this;
    const byteCount = keyEnd - keyStart + valueEnd - valueStart;
    if (byteCount >= accumulator.surelyAllowedBytes) {
      const keyLength = keyStart < 0 ? -1 : keyEnd - keyStart;
      if (accumulator.refusal(keyLength, valueStart < 0 ? -1 : valueEnd - valueStart)) return false;
    }
    return accumulator.appendSlices(topic, timestampMs, source, keyStart, keyEnd, valueStart, valueEnd) !== null;
  }

  /**
   * As tryAppendSlices for a value without a key, leaving a mark of two numbers with it: `onMarks` gets them back when the record is
   * delivered, without an object per record.
   */
  tryAppendMarked(topic: ProducerTopic, value: Buffer, timestampMs: number, mark: number, otherMark: number): boolean {
    const { accumulator } = this;
    if (value.length >= accumulator.surelyAllowedBytes && accumulator.refusal(-1, value.length)) return false;
    const batch = accumulator.appendSlices(topic, timestampMs, value, -1, -1, 0, value.length);
    batch?.mark(mark, otherMark);
    return batch !== null;
  }

  /** Lets the sender see what was appended. */
  wake(): void {
    if (this.accumulator.hasNews) this.sender.wake();
  }

  /**
   * Waits until a record of that size can be appended; false when it cannot, and was reported as failed: it is too large, or
   * max.block.ms passed.
   */
  async makeRoom(
    topic: ProducerTopic,
    keyLength: number,
    valueLength: number,
    headers?: readonly HeaderInput[],
  ): Promise<boolean> {
    const { accumulator, sender, options } = this;
    const refusal = accumulator.refusal(keyLength, valueLength, headers);
    if (refusal) {
      this.report(topic.name, keyLength, valueLength, refusal);
      return false;
    }
    const room = accumulator.memory.room(accumulator.shortfallBytes, options.settings.maxBlockMs);
    sender.wake();
    try {
      await this.hold(room);
      return true;
    } catch (error) {
      this.report(topic.name, keyLength, valueLength, asJavaError(error));
      return false;
    }
  }

  /** Resolves when every record appended so far is delivered or has failed. */
  flush(): Promise<void> {
    return this.hold(this.sender.flush());
  }

  /** As flush; nothing may be appended afterwards. The cluster stays open. */
  close(): Promise<void> {
    return this.hold(this.sender.close());
  }

  private tryAppend(topic: ProducerTopic, record: ProducerRecord): boolean {
    const { key, value, headers } = record;
    const timestampMs = record.timestampMs ?? this.options.clock.now();
    let queue: PartitionQueue;
    try {
      queue = this.queueFor(topic, record);
    } catch (error) {
      this.report(topic.name, key?.length ?? -1, value?.length ?? -1, asJavaError(error));
      return true;
    }
    const batch = this.accumulator.append(topic, queue, timestampMs, key, value, headers);
    if (this.accumulator.hasNews) this.sender.wake();
    return batch !== null;
  }

  private queueFor(topic: ProducerTopic, { partition, key }: ProducerRecord): PartitionQueue {
    if (partition === undefined) {
      return key !== null && topic.spreadsByKey ? topic.queueOfKey(key, 0, key.length) : topic.nextQueue();
    }
    const queue = topic.queue(partition);
    if (queue) return queue;
    const { maxBlockMs } = this.options.settings;
    throw timeout(
      `Partition ${partition} of topic ${topic.name} with partition count ${topic.partitionCount} ` +
        `is not present in metadata after ${maxBlockMs} ms.`,
    );
  }

  private report(topic: string, keyLength: number, valueLength: number, error: JavaError): void {
    this.counters.recordErrorTotal++;
    this.options.onFailure({ topic, partition: -1, keyLength, valueLength, error });
  }

  private hold<T>(work: Promise<T>): Promise<T> {
    return this.options.cluster.hold(work);
  }
}

function lineLength(chunk: Buffer, at: number): number {
  return chunk.indexOf(LINE_FEED, at) - at;
}
