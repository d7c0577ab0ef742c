import { MalformedBytesError, type Offset, type TimestampMs } from '../primitives.ts';
import { BATCH_HEADER_BYTES, type RecordBatch } from './batch.ts';
import { compressionName, decompress } from './compression.ts';
import { MAX_UNCOMPRESSED_BYTES } from './unpacked-size.ts';

export interface RecordHeader {
  readonly key: string;
  readonly value: Buffer | null;
}

const EMPTY = Buffer.alloc(0);

/**
 * Walks the records of one batch after another; a record is where the cursor stands, never an object. Everything is
 * checked against the ends of the record and of the batch. One cursor serves any number of batches.
 */
export class RecordCursor {
  /** What key and value positions count in: the batch's buffer, or the unpacked records. Valid until the next reset. */
  data: Buffer = EMPTY;
  offsetDelta = 0;
  timestampDelta: number | bigint = 0;
  keyStart = 0;
  /** -1 is a null key. */
  keyLength = -1;
  valueStart = 0;
  /** -1 is a null value. */
  valueLength = -1;
  headerCount = 0;

  private batch: RecordBatch | null = null;
  private position = 0;
  private end = 0;
  private remaining = 0;
  private headersStart = 0;
  private recordEnd = 0;
  private base: Offset = 0n;

  /**
   * Goes before the first record of a batch; unpacks it when a codec is set. Throws MalformedBytesError, UnpackedTooLargeError.
   * @param maxBytes bound of the unpacked records
   */
  reset(batch: RecordBatch, maxBytes = MAX_UNCOMPRESSED_BYTES): void {
    const compression = compressionName(batch.compression);
    if (compression === 'none') {
      this.data = batch.buffer;
      this.position = batch.at + BATCH_HEADER_BYTES;
      this.end = batch.at + batch.sizeInBytes;
    } else {
      this.data = batch.recordCount === 0 ? EMPTY : decompress(compression, batch.body(), maxBytes);
      this.position = 0;
      this.end = this.data.length;
    }
    this.batch = batch;
    this.base = batch.baseOffset;
    this.remaining = batch.recordCount;
    if (this.remaining < 0) throw new MalformedBytesError(`record count ${this.remaining}`);
  }

  /** Steps to the next record; false behind the last one. Throws MalformedBytesError. */
  next(): boolean {
    if (this.remaining === 0) {
      if (this.position !== this.end) throw new MalformedBytesError('bytes left behind the last record of a batch');
      return false;
    }
    this.remaining--;
    const data = this.data;
    const length = this.varint(this.end);
    const start = this.position;
    if (length < 0 || length > this.end - start) throw new MalformedBytesError(`record of ${length} bytes at ${start}`);
    const recordEnd = start + length;
    this.recordEnd = recordEnd;
    this.position = start + 1; // attributes: no bit is in use
    // Timestamps of one batch are close together: one to five bytes in nearly every record.
    this.timestampDelta = this.varlong(recordEnd);
    this.offsetDelta = this.varint(recordEnd);
    const keyLength = this.varint(recordEnd);
    this.keyStart = this.position;
    this.keyLength = keyLength;
    if (keyLength > 0) this.skip(keyLength, recordEnd);
    else if (keyLength < -1) throw new MalformedBytesError(`key of ${keyLength} bytes`);
    const valueLength = this.varint(recordEnd);
    this.valueStart = this.position;
    this.valueLength = valueLength;
    if (valueLength > 0) this.skip(valueLength, recordEnd);
    else if (valueLength < -1) throw new MalformedBytesError(`value of ${valueLength} bytes`);
    if (this.position === recordEnd - 1 && data[this.position] === 0) {
      this.headerCount = 0;
      this.position = recordEnd;
    } else {
      const headerCount = this.varint(recordEnd);
      // A header takes two bytes at least.
      if (headerCount < 0 || headerCount * 2 > recordEnd - this.position) {
        throw new MalformedBytesError(`header count ${headerCount}`);
      }
      if (headerCount === 0 && this.position !== recordEnd)
        throw new MalformedBytesError('record longer than its fields');
      this.headerCount = headerCount;
    }
    this.headersStart = this.position;
    this.position = recordEnd;
    return true;
  }

  offset(): Offset {
    return this.base + BigInt(this.offsetDelta);
  }

  /** The record's own time, or the broker's when the topic stamps LogAppendTime. */
  timestamp(): TimestampMs {
    const batch = this.batch as RecordBatch;
    return batch.isLogAppendTime ? batch.maxTimestamp : batch.baseTimestamp + BigInt(this.timestampDelta);
  }

  /** A view on `data`. */
  key(): Buffer | null {
    return this.keyLength < 0 ? null : this.data.subarray(this.keyStart, this.keyStart + this.keyLength);
  }

  /** A view on `data`. */
  value(): Buffer | null {
    return this.valueLength < 0 ? null : this.data.subarray(this.valueStart, this.valueStart + this.valueLength);
  }

  /** Values are views on `data`. Throws MalformedBytesError. */
  headers(): RecordHeader[] {
    const headers: RecordHeader[] = [];
    this.eachHeader((keyStart, keyEnd, valueStart, valueLength) => {
      headers.push({
        key: this.data.toString('utf8', keyStart, keyEnd),
        value: valueLength < 0 ? null : this.data.subarray(valueStart, valueStart + valueLength),
      });
    });
    return headers;
  }

  /** The same check as `headers` without making anything. Throws MalformedBytesError. */
  checkHeaders(): void {
    if (this.headerCount > 0) this.eachHeader(() => undefined);
  }

  private eachHeader(visit: (keyStart: number, keyEnd: number, valueStart: number, valueLength: number) => void): void {
    const saved = this.position;
    const end = this.recordEnd;
    this.position = this.headersStart;
    try {
      for (let left = this.headerCount; left > 0; left--) {
        const keyLength = this.varint(end);
        if (keyLength < 0) throw new MalformedBytesError(`header key of ${keyLength} bytes`);
        const keyStart = this.position;
        this.skip(keyLength, end);
        const valueLength = this.varint(end);
        if (valueLength < -1) throw new MalformedBytesError(`header value of ${valueLength} bytes`);
        const valueStart = this.position;
        if (valueLength > 0) this.skip(valueLength, end);
        visit(keyStart, keyStart + keyLength, valueStart, valueLength);
      }
      if (this.position !== end) throw new MalformedBytesError('record longer than its fields');
    } finally {
      this.position = saved;
    }
  }

  private skip(byteCount: number, end: number): void {
    if (byteCount > end - this.position) {
      throw new MalformedBytesError(`${byteCount} bytes wanted at ${this.position}, ${end - this.position} left`);
    }
    this.position += byteCount;
  }

  /** Zigzag varint of an int32. */
  private varint(end: number): number {
    const data = this.data;
    let at = this.position;
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      if (at >= end) break;
      const byte = data[at++] as number;
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) {
        this.position = at;
        return (value >>> 1) ^ -(value & 1);
      }
    }
    throw new MalformedBytesError(`varint cut short or longer than 5 bytes at ${this.position}`);
  }

  /** Zigzag varlong: a number below 2^52, else a bigint. */
  private varlong(end: number): number | bigint {
    const data = this.data;
    let at = this.position;
    let low = 0;
    let shift = 0;
    for (; shift < 28; shift += 7) {
      if (at >= end) throw new MalformedBytesError(`varlong cut short at ${this.position}`);
      const byte = data[at++] as number;
      low |= (byte & 0x7f) << shift;
      if (byte < 0x80) {
        this.position = at;
        return (low >>> 1) ^ -(low & 1);
      }
    }
    let value = BigInt(low);
    for (; shift < 70; shift += 7) {
      if (at >= end) throw new MalformedBytesError(`varlong cut short at ${this.position}`);
      const byte = data[at++] as number;
      value |= BigInt(byte & 0x7f) << BigInt(shift);
      if (byte < 0x80) {
        this.position = at;
        const zigzag = BigInt.asUintN(64, value);
        const delta = BigInt.asIntN(64, (zigzag >> 1n) ^ -(zigzag & 1n));
        return delta >= Number.MIN_SAFE_INTEGER && delta <= Number.MAX_SAFE_INTEGER ? Number(delta) : delta;
      }
    }
    throw new MalformedBytesError(`varlong longer than 10 bytes at ${this.position}`);
  }
}
