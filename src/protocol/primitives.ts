/** Signed 64-bit numbers of the protocol are bigints, so that no value a peer may send loses a digit. */
export type Offset = bigint;
/** Milliseconds since the epoch; -1 means none. */
export type TimestampMs = bigint;
/** -1 means none. */
export type ProducerId = bigint;
/** 22 characters of unpadded base64url (16 bytes). */
export type Uuid = string;

export const ZERO_UUID: Uuid = 'AAAAAAAAAAAAAAAAAAAAAA';

/** Bytes that are not what the protocol says: truncated, negative lengths, counts that cannot fit. */
export class MalformedBytesError extends Error {
  override name = 'MalformedBytesError';
}

/**
 * Elements that all arrays of one request may have together: decoded, an element of two bytes is an object of a hundred,
 * and a frame may hold tens of millions. Ten times the partitions a broker is good for; Kafka has no such bound.
 */
export const MAX_REQUEST_ELEMENTS = 100_000;

/**
 * Reads protocol primitives from a buffer it does not own. Every read is checked against the end; a failure throws
 * MalformedBytesError. `bytes` and `slice` return views on the same memory. Source: protocol guide, encoding.
 */
export class Reader {
  readonly buffer: Buffer;
  position: number;
  readonly end: number;
  /** Array elements that may be read still. */
  private elementsLeft: number;

  constructor(buffer: Buffer, position = 0, end = buffer.length, maxElements = Number.POSITIVE_INFINITY) {
    this.buffer = buffer;
    this.position = position;
    this.end = end;
    this.elementsLeft = maxElements;
  }

  get remaining(): number {
    return this.end - this.position;
  }

  private take(byteCount: number): number {
    const at = this.position;
    if (byteCount < 0 || byteCount > this.end - at) {
      throw new MalformedBytesError(`${byteCount} bytes wanted at ${at}, ${this.end - at} left`);
    }
    this.position = at + byteCount;
    return at;
  }

  /** Before an array is made: its elements must be able to be there, and there must not be too many in all. */
  checkCount(count: number, minElementBytes: number): void {
    this.elementsLeft -= count;
    if (count * minElementBytes > this.end - this.position || this.elementsLeft < 0) {
      throw new MalformedBytesError(`count ${count}`);
    }
  }

  bool(): boolean {
    return this.buffer[this.take(1)] !== 0;
  }

  int8(): number {
    return this.buffer.readInt8(this.take(1));
  }

  uint8(): number {
    return this.buffer[this.take(1)] as number;
  }

  int16(): number {
    return this.buffer.readInt16BE(this.take(2));
  }

  uint16(): number {
    return this.buffer.readUInt16BE(this.take(2));
  }

  int32(): number {
    return this.buffer.readInt32BE(this.take(4));
  }

  uint32(): number {
    return this.buffer.readUInt32BE(this.take(4));
  }

  int64(): bigint {
    return this.buffer.readBigInt64BE(this.take(8));
  }

  float64(): number {
    return this.buffer.readDoubleBE(this.take(8));
  }

  uuid(): Uuid {
    const at = this.take(16);
    return this.buffer.toString('base64url', at, at + 16);
  }

  /** Unsigned varint of at most 5 bytes, as an unsigned 32-bit number. */
  uvarint(): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.uint8();
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value >>> 0;
    }
    throw new MalformedBytesError(`varint longer than 5 bytes at ${this.position}`);
  }

  /** Zigzag varint, 32 bits. */
  varint(): number {
    const value = this.uvarint();
    return (value >>> 1) ^ -(value & 1);
  }

  /** Zigzag varlong, 64 bits. */
  varlong(): bigint {
    let low = 0;
    let shift = 0;
    for (; shift < 28; shift += 7) {
      const byte = this.uint8();
      low |= (byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt((low >>> 1) ^ -(low & 1));
    }
    let value = BigInt(low);
    for (; shift < 70; shift += 7) {
      const byte = this.uint8();
      value |= BigInt(byte & 0x7f) << BigInt(shift);
      if (byte < 0x80) {
        value = BigInt.asUintN(64, value);
        return BigInt.asIntN(64, (value >> 1n) ^ -(value & 1n));
      }
    }
    throw new MalformedBytesError(`varlong longer than 10 bytes at ${this.position}`);
  }

  /** A view of the next bytes. */
  slice(byteCount: number): Buffer {
    const at = this.take(byteCount);
    return this.buffer.subarray(at, at + byteCount);
  }

  utf8(byteCount: number): string {
    const at = this.take(byteCount);
    return this.buffer.toString('utf8', at, at + byteCount);
  }

  skip(byteCount: number): void {
    this.take(byteCount);
  }
}

const EXTERNAL_BYTES = 2048;

/**
 * Collects protocol primitives. Large buffers handed to `raw` are referenced, not copied: they must not change until
 * the result of `finish` has been written.
 */
export class Writer {
  private chunk: Buffer;
  private start = 0;
  private at = 0;
  private readonly parts: Buffer[] = [];
  private partBytes = 0;

  constructor(sizeHint = 256) {
    this.chunk = Buffer.allocUnsafe(sizeHint);
  }

  get byteLength(): number {
    return this.partBytes + (this.at - this.start);
  }

  private ensure(byteCount: number): number {
    const at = this.at;
    if (at + byteCount > this.chunk.length) {
      this.flush();
      this.chunk = Buffer.allocUnsafe(Math.max(byteCount, Math.min(this.chunk.length * 2, 1 << 20), 256));
      this.start = 0;
      this.at = byteCount;
      return 0;
    }
    this.at = at + byteCount;
    return at;
  }

  private flush(): void {
    if (this.at > this.start) {
      this.parts.push(this.chunk.subarray(this.start, this.at));
      this.partBytes += this.at - this.start;
      this.start = this.at;
    }
  }

  bool(value: boolean): void {
    const at = this.ensure(1);
    this.chunk[at] = value ? 1 : 0;
  }

  int8(value: number): void {
    const at = this.ensure(1);
    this.chunk.writeInt8(value, at);
  }

  int16(value: number): void {
    const at = this.ensure(2);
    this.chunk.writeInt16BE(value, at);
  }

  uint16(value: number): void {
    const at = this.ensure(2);
    this.chunk.writeUInt16BE(value, at);
  }

  int32(value: number): void {
    const at = this.ensure(4);
    this.chunk.writeInt32BE(value, at);
  }

  uint32(value: number): void {
    const at = this.ensure(4);
    this.chunk.writeUInt32BE(value, at);
  }

  int64(value: bigint): void {
    const at = this.ensure(8);
    this.chunk.writeBigInt64BE(value, at);
  }

  float64(value: number): void {
    const at = this.ensure(8);
    this.chunk.writeDoubleBE(value, at);
  }

  uuid(value: Uuid): void {
    const at = this.ensure(16);
    if (this.chunk.write(value, at, 16, 'base64url') !== 16) throw new RangeError(`not a uuid: ${value}`);
  }

  uvarint(value: number): void {
    let rest = value >>> 0;
    while (rest > 0x7f) {
      const at = this.ensure(1);
      this.chunk[at] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    const at = this.ensure(1);
    this.chunk[at] = rest;
  }

  varint(value: number): void {
    this.uvarint((value << 1) ^ (value >> 31));
  }

  varlong(value: bigint): void {
    let rest = BigInt.asUintN(64, (value << 1n) ^ (value >> 63n));
    while (rest > 0x7fn) {
      const at = this.ensure(1);
      this.chunk[at] = Number(rest & 0x7fn) | 0x80;
      rest >>= 7n;
    }
    const at = this.ensure(1);
    this.chunk[at] = Number(rest);
  }

  utf8(value: string, byteCount: number): void {
    const at = this.ensure(byteCount);
    this.chunk.write(value, at, byteCount, 'utf8');
  }

  /** Bytes without a length before them. */
  raw(bytes: Buffer): void {
    if (bytes.length >= EXTERNAL_BYTES) {
      this.flush();
      this.parts.push(bytes);
      this.partBytes += bytes.length;
      return;
    }
    const at = this.ensure(bytes.length);
    bytes.copy(this.chunk, at);
  }

  /** Everything written so far, in order. The writer must not be used afterwards. */
  finish(): Buffer[] {
    this.flush();
    return this.parts;
  }

  /** Everything written so far as one buffer. The writer must not be used afterwards. */
  toBuffer(): Buffer {
    const parts = this.finish();
    return parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts);
  }
}
