import { addToSequence, NO_SEQUENCE, RecordBatch } from '../../protocol/records/batch.ts';
import { type BatchBuilder, type HeaderInput } from '../../protocol/records/batch-builder.ts';
import { RecordCursor } from '../../protocol/records/record-cursor.ts';
import { type JavaError } from '../../util/java-error.ts';
import { type PartitionQueue } from './partition-queue.ts';
import { type FailedRecord, type RecordMetadata } from './ports.ts';
import { recordBytes } from './record-size.ts';

const LINE_FEED = 10;
const NO_MARKS: readonly number[] = [];

/** Someone waits for this record. */
export interface Delivery {
  /** The record's place in the batch, from 0. */
  readonly index: number;
  readonly timestampMs: number;
  readonly resolve: (metadata: RecordMetadata) => void;
  readonly reject: (error: JavaError) => void;
}

/** Which producer sent a batch; part of its bytes. */
export interface ProducerIdentity {
  readonly producerId: bigint;
  readonly producerEpoch: number;
}

/**
 * Records for one partition that travel, succeed and fail together. Open while records are appended; closed from the first
 * attempt to send, when its bytes are made.
 */
export class ProducerBatch {
  readonly queue: PartitionQueue;
  readonly createdMs: number;
  /** Counted against buffer.memory until the batch is done. */
  readonly memoryBytes: number;
  /** Uncompressed bytes it takes; a first record may be larger. */
  readonly limitBytes: number;
  /** Borrowed memory that the records were collected in: free again when the batch is done and off the wire. */
  readonly buffer: Buffer | undefined;
  isFull = false;
  isDone = false;
  /** Sent and not answered. */
  isOnWire = false;
  attempts = 0;
  /** Not before this time, after a failed attempt. */
  retryAtMs = 0;
  identity: ProducerIdentity | null = null;
  baseSequence = NO_SEQUENCE;
  /** The sequence was given anew after an epoch bump. */
  isSequenceReset = false;
  /** On the wire with the sequence it had before. */
  isSentStale = false;
  private markList: number[] | null = null;
  private readonly builder: BatchBuilder;
  private encoded: Buffer | null = null;
  private encodedCount = 0;
  private encodedIdentity: ProducerIdentity | null = null;
  private encodedSequence = NO_SEQUENCE;
  private deliveries: Delivery[] | null = null;
  /** Of the first record: what the others' deltas count from. */
  private baseTimestampMs = 0;

  constructor(
    queue: PartitionQueue,
    options: {
      builder: BatchBuilder;
      createdMs: number;
      memoryBytes: number;
      limitBytes: number;
      buffer?: Buffer | undefined;
    },
  ) {
    this.queue = queue;
    this.buffer = options.buffer;
    this.builder = options.builder;
    this.createdMs = options.createdMs;
    this.memoryBytes = options.memoryBytes;
    this.limitBytes = options.limitBytes;
  }

  /** Two numbers for each record that was marked, in order. */
  get marks(): readonly number[] {
    return this.markList ?? NO_MARKS;
  }

  /** Leaves two numbers with the record appended last; either all records of a batch are marked or none. */
  mark(one: number, other: number): void {
    this.markList ??= [];
    this.markList.push(one, other);
  }

  get isEncoded(): boolean {
    return this.encoded !== null;
  }

  get isOpen(): boolean {
    return this.encoded === null && !this.isFull;
  }

  get recordCount(): number {
    return this.encoded === null ? this.builder.recordCount : this.encodedCount;
  }

  /** Uncompressed while open, as it travels afterwards. */
  get sizeInBytes(): number {
    return this.encoded === null ? this.builder.sizeInBytes : this.encoded.length;
  }

  /** Sequence of the record behind the last one. */
  get nextSequence(): number {
    return addToSequence(this.baseSequence, this.recordCount);
  }

  /** Whether a record still fits; closes the batch when not. The first one always does. */
  makeRoom(timestampMs: number, keyLength: number, valueLength: number, headers?: readonly HeaderInput[]): boolean {
    if (!this.isOpen) return false;
    const count = this.builder.recordCount;
    if (count === 0) {
      this.baseTimestampMs = timestampMs;
      return true;
    }
    const needed = recordBytes(timestampMs - this.baseTimestampMs, count, keyLength, valueLength, headers);
    if (this.builder.sizeInBytes + needed <= this.limitBytes) return true;
    this.isFull = true;
    return false;
  }

  append(timestampMs: number, key: Buffer | null, value: Buffer | null, headers?: readonly HeaderInput[]): void {
    this.builder.append(timestampMs, key, value, headers);
    if (this.builder.sizeInBytes >= this.limitBytes) this.isFull = true;
  }

  /** Appends a record made of slices of `source`; a start below zero means null. Room was made before. */
  appendSlices(
    timestampMs: number,
    source: Buffer,
    keyStart: number,
    keyEnd: number,
    valueStart: number,
    valueEnd: number,
  ): void {
    this.builder.appendSlices(timestampMs, source, keyStart, keyEnd, valueStart, valueEnd);
    if (this.builder.sizeInBytes >= this.limitBytes) this.isFull = true;
  }

  /** Tells the record appended last who waits for it. */
  expect(timestampMs: number, resolve: Delivery['resolve'], reject: Delivery['reject']): void {
    this.deliveries ??= [];
    this.deliveries.push({ index: this.builder.recordCount - 1, timestampMs, resolve, reject });
  }

  /**
   * Appends the lines of `chunk` from `start` on while they fit; a line feed stands before `end`, behind the last line. Stops
   * before a line longer than `maxLineBytes`. Returns where it stopped: `start` itself when not one line was taken.
   */
  appendLines(timestampMs: number, chunk: Buffer, start: number, end: number, maxLineBytes: number): number {
    const { builder, limitBytes } = this;
    if (builder.recordCount === 0) this.baseTimestampMs = timestampMs;
    const next = builder.appendLines(timestampMs, chunk, start, end, limitBytes, maxLineBytes);
    if (builder.sizeInBytes >= limitBytes) this.isFull = true;
    else if (next < end && chunk.indexOf(LINE_FEED, next) - next <= maxLineBytes) this.isFull = true;
    return next;
  }

  /** The bytes to send, made on the first call; later only a changed identity or sequence is written into them. */
  encode(isTransactional: boolean): Buffer {
    const { identity, baseSequence } = this;
    const producerId = identity === null ? -1n : identity.producerId;
    const producerEpoch = identity === null ? -1 : identity.producerEpoch;
    this.isSentStale = false;
    if (this.encoded === null) {
      this.isFull = true;
      this.encodedCount = this.builder.recordCount;
      this.encoded = this.builder.build({ producerId, producerEpoch, baseSequence, isTransactional });
    } else if (this.encodedIdentity !== identity || this.encodedSequence !== baseSequence) {
      const batch = new RecordBatch(this.encoded);
      batch.producerId = producerId;
      batch.producerEpoch = producerEpoch;
      batch.baseSequence = baseSequence;
      batch.updateCrc();
    }
    this.encodedIdentity = identity;
    this.encodedSequence = baseSequence;
    return this.encoded;
  }

  /** Everyone who waits is told; the offsets follow from the first one's. */
  succeed(baseOffset: bigint, logAppendTimeMs: bigint): void {
    this.isDone = true;
    if (this.deliveries === null) return;
    for (const { index, timestampMs, resolve } of this.deliveries) {
      resolve({
        partition: this.queue.partition,
        offset: baseOffset < 0n ? -1n : baseOffset + BigInt(index),
        timestampMs: logAppendTimeMs < 0n ? BigInt(timestampMs) : logAppendTimeMs,
      });
    }
  }

  /** Everyone who waits is told; `report` hears of the records nobody waits for. */
  fail(errorOf: (index: number) => JavaError, report: (record: FailedRecord) => void): void {
    this.isDone = true;
    const waiting = new Map((this.deliveries ?? []).map((delivery) => [delivery.index, delivery]));
    if (waiting.size === this.recordCount) {
      for (const { index, reject } of waiting.values()) reject(errorOf(index));
      return;
    }
    const { topic, partition } = this.queue;
    const cursor = this.cursor();
    for (let index = 0; cursor.next(); index++) {
      const error = errorOf(index);
      const delivery = waiting.get(index);
      if (delivery) delivery.reject(error);
      else report({ topic, partition, keyLength: cursor.keyLength, valueLength: cursor.valueLength, error });
    }
  }

  /**
   * The same records in batches of at most about `limitBytes` each, and never in one: for a batch that the broker found too
   * large. This one is done with.
   */
  split(limitBytes: number, newBuilder: (bytes: number) => BatchBuilder): ProducerBatch[] {
    const parts: ProducerBatch[] = [];
    const mostRecords = Math.ceil(this.recordCount / 2);
    const cursor = this.cursor();
    let part: ProducerBatch | null = null;
    let memoryLeft = this.memoryBytes;
    for (let index = 0; cursor.next(); index++) {
      const timestampMs = Number(cursor.timestamp());
      const headers = cursor.headers();
      if (
        part === null ||
        part.recordCount === mostRecords ||
        !part.makeRoom(timestampMs, cursor.keyLength, cursor.valueLength, headers)
      ) {
        const memoryBytes: number = Math.min(memoryLeft, limitBytes);
        memoryLeft -= memoryBytes;
        part = new ProducerBatch(this.queue, {
          builder: newBuilder(limitBytes),
          createdMs: this.createdMs,
          memoryBytes,
          limitBytes,
        });
        part.attempts = this.attempts;
        part.identity = this.identity;
        part.isSequenceReset = this.isSequenceReset;
        if (this.baseSequence !== NO_SEQUENCE) part.baseSequence = addToSequence(this.baseSequence, index);
        parts.push(part);
      }
      part.append(timestampMs, cursor.key(), cursor.value(), headers);
      const delivery = this.deliveries?.find((one) => one.index === index);
      if (delivery) part.expect(delivery.timestampMs, delivery.resolve, delivery.reject);
      if (this.markList) part.mark(this.markList[index * 2] as number, this.markList[index * 2 + 1] as number);
    }
    this.isDone = true;
    for (const one of parts) one.isFull = true;
    return parts;
  }

  private cursor(): RecordCursor {
    const cursor = new RecordCursor();
    cursor.reset(new RecordBatch(this.encode(false)));
    return cursor;
  }
}
