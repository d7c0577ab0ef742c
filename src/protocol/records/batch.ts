import { MalformedBytesError, type Offset, type ProducerId, type TimestampMs } from '../primitives.ts';
import { crc32c } from './crc32c.ts';

/** Record batch v2, magic 2, the only format (protocol guide: record batch). */
export const MAGIC = 2;
export const BATCH_HEADER_BYTES = 61;
/** baseOffset and the length field: what the length does not count. */
export const LOG_OVERHEAD = 12;
export const NO_PRODUCER_ID: ProducerId = -1n;
export const NO_PRODUCER_EPOCH = -1;
export const NO_SEQUENCE = -1;

/** Where the fields lie. */
export const BATCH_AT = {
  baseOffset: 0,
  length: 8,
  partitionLeaderEpoch: 12,
  magic: 16,
  crc: 17,
  attributes: 21,
  lastOffsetDelta: 23,
  baseTimestamp: 27,
  maxTimestamp: 35,
  producerId: 43,
  producerEpoch: 51,
  baseSequence: 53,
  recordCount: 57,
} as const;

export const ATTRIBUTES = {
  compressionMask: 0x07,
  logAppendTime: 0x08,
  transactional: 0x10,
  control: 0x20,
  deleteHorizon: 0x40,
} as const;

/** Sequence numbers wrap from 2147483647 to 0. */
export function addToSequence(sequence: number, increment: number): number {
  return sequence > 0x7fffffff - increment ? increment - (0x7fffffff - sequence) - 1 : sequence + increment;
}

/**
 * A view of one batch inside a buffer it does not own; reads on demand, writes in place. The caller has made sure that
 * the whole batch is there (`batches` does).
 */
export class RecordBatch {
  readonly buffer: Buffer;
  readonly at: number;

  constructor(buffer: Buffer, at = 0) {
    this.buffer = buffer;
    this.at = at;
  }

  get baseOffset(): Offset {
    return this.buffer.readBigInt64BE(this.at);
  }

  /** Outside the CRC. */
  set baseOffset(offset: Offset) {
    this.buffer.writeBigInt64BE(offset, this.at);
  }

  /** Bytes of the whole batch, the two fields before the length's count included. */
  get sizeInBytes(): number {
    return LOG_OVERHEAD + this.buffer.readInt32BE(this.at + BATCH_AT.length);
  }

  get partitionLeaderEpoch(): number {
    return this.buffer.readInt32BE(this.at + BATCH_AT.partitionLeaderEpoch);
  }

  /** Outside the CRC. */
  set partitionLeaderEpoch(epoch: number) {
    this.buffer.writeInt32BE(epoch, this.at + BATCH_AT.partitionLeaderEpoch);
  }

  get magic(): number {
    return this.buffer.readInt8(this.at + BATCH_AT.magic);
  }

  get crc(): number {
    return this.buffer.readUInt32BE(this.at + BATCH_AT.crc);
  }

  get attributes(): number {
    return this.buffer.readInt16BE(this.at + BATCH_AT.attributes);
  }

  /** Codec id, 0 to 4 when the batch is sound. */
  get compression(): number {
    return this.attributes & ATTRIBUTES.compressionMask;
  }

  get isLogAppendTime(): boolean {
    return (this.attributes & ATTRIBUTES.logAppendTime) !== 0;
  }

  get isTransactional(): boolean {
    return (this.attributes & ATTRIBUTES.transactional) !== 0;
  }

  get isControl(): boolean {
    return (this.attributes & ATTRIBUTES.control) !== 0;
  }

  /** baseTimestamp then is the time at which tombstones may go. */
  get hasDeleteHorizon(): boolean {
    return (this.attributes & ATTRIBUTES.deleteHorizon) !== 0;
  }

  get lastOffsetDelta(): number {
    return this.buffer.readInt32BE(this.at + BATCH_AT.lastOffsetDelta);
  }

  get lastOffset(): Offset {
    return this.baseOffset + BigInt(this.lastOffsetDelta);
  }

  /** The offset to go on from, also when compaction left holes. */
  get nextOffset(): Offset {
    return this.lastOffset + 1n;
  }

  get baseTimestamp(): TimestampMs {
    return this.buffer.readBigInt64BE(this.at + BATCH_AT.baseTimestamp);
  }

  get maxTimestamp(): TimestampMs {
    return this.buffer.readBigInt64BE(this.at + BATCH_AT.maxTimestamp);
  }

  get producerId(): ProducerId {
    return this.buffer.readBigInt64BE(this.at + BATCH_AT.producerId);
  }

  /** Inside the CRC: call updateCrc when all patches are made. */
  set producerId(id: ProducerId) {
    this.buffer.writeBigInt64BE(id, this.at + BATCH_AT.producerId);
  }

  get producerEpoch(): number {
    return this.buffer.readInt16BE(this.at + BATCH_AT.producerEpoch);
  }

  /** Inside the CRC: call updateCrc when all patches are made. */
  set producerEpoch(epoch: number) {
    this.buffer.writeInt16BE(epoch, this.at + BATCH_AT.producerEpoch);
  }

  get baseSequence(): number {
    return this.buffer.readInt32BE(this.at + BATCH_AT.baseSequence);
  }

  /** Inside the CRC: call updateCrc when all patches are made. */
  set baseSequence(sequence: number) {
    this.buffer.writeInt32BE(sequence, this.at + BATCH_AT.baseSequence);
  }

  get lastSequence(): number {
    const base = this.baseSequence;
    return base === NO_SEQUENCE ? NO_SEQUENCE : addToSequence(base, this.lastOffsetDelta);
  }

  get recordCount(): number {
    return this.buffer.readInt32BE(this.at + BATCH_AT.recordCount);
  }

  isCrcValid(): boolean {
    return this.crc === this.computeCrc();
  }

  updateCrc(): void {
    this.buffer.writeUInt32BE(this.computeCrc(), this.at + BATCH_AT.crc);
  }

  private computeCrc(): number {
    return crc32c(this.buffer, this.at + BATCH_AT.attributes, this.at + this.sizeInBytes);
  }

  /** Stamps the batch with the broker's time; the CRC is made anew. */
  setLogAppendTime(timestampMs: TimestampMs): void {
    this.buffer.writeInt16BE(this.attributes | ATTRIBUTES.logAppendTime, this.at + BATCH_AT.attributes);
    this.buffer.writeBigInt64BE(timestampMs, this.at + BATCH_AT.maxTimestamp);
    this.updateCrc();
  }

  /** Records as stored (one compressed block if a codec is set): a view. */
  body(): Buffer {
    return this.buffer.subarray(this.at + BATCH_HEADER_BYTES, this.at + this.sizeInBytes);
  }

  /** The whole batch: a view. */
  bytes(): Buffer {
    return this.buffer.subarray(this.at, this.at + this.sizeInBytes);
  }
}

/**
 * Size of the whole batch at `at`, or 0 when the buffer ends before the batch does. Throws MalformedBytesError when the
 * length is smaller than any batch.
 */
export function wholeBatchBytes(buffer: Buffer, at: number, end = buffer.length): number {
  if (end - at < LOG_OVERHEAD) return 0;
  const size = LOG_OVERHEAD + buffer.readInt32BE(at + BATCH_AT.length);
  if (size < BATCH_HEADER_BYTES) throw new MalformedBytesError(`record batch of ${size} bytes at ${at}`);
  return size > end - at ? 0 : size;
}

/** The whole batches of a buffer, in order; an incomplete tail is ignored. Throws MalformedBytesError. */
export function* batches(buffer: Buffer): Generator<RecordBatch> {
  for (let at = 0; ; ) {
    const size = wholeBatchBytes(buffer, at);
    if (size === 0) return;
    yield new RecordBatch(buffer, at);
    at += size;
  }
}
