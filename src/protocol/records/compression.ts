import { createRequire } from 'node:module';
import zlib from 'node:zlib';
import { once } from '../../util/once.ts';
import { MalformedBytesError } from '../primitives.ts';
import { compressLz4Frame, decompressLz4Frame } from './lz4-frame.ts';

/** Codec names in the order of their ids in a batch's attributes (protocol guide: compression ids and framing). */
export const COMPRESSION_NAMES = ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const;
export type Compression = (typeof COMPRESSION_NAMES)[number];

/**
 * More than this no batch is unpacked to: a batch of the largest default size holds it only as a bomb. Java unpacks as a
 * stream and needs no such bound.
 */
export const MAX_UNCOMPRESSED_BYTES = 256 * 1024 * 1024;

interface SnappyModule {
  compressSync(input: Uint8Array): Buffer;
  uncompressSync(input: Uint8Array, options: { asBuffer: true }): Buffer | string;
}

const snappy = once(() => createRequire(import.meta.url)('snappy') as SnappyModule);

/** Java writes snappy as xerial blocks: this magic, version 1, compatible with 1. */
const XERIAL_HEADER = Buffer.from('82534e415050590000000001' + '00000001', 'hex');
const XERIAL_BLOCK_BYTES = 32 * 1024;
const XERIAL_MAGIC_BYTES = 8;

export function compressionName(id: number): Compression {
  const name = COMPRESSION_NAMES[id];
  if (name === undefined) throw new MalformedBytesError(`compression id ${id}`);
  return name;
}

export function compressionId(name: Compression): number {
  return COMPRESSION_NAMES.indexOf(name);
}

/** `bytes` as one compressed block, framed as Java's producer frames it. `level` means something for gzip and zstd only. */
export function compress(codec: Compression, bytes: Buffer, level?: number): Buffer {
  switch (codec) {
    case 'none':
      return bytes;
    case 'gzip':
      return zlib.gzipSync(bytes, level === undefined ? {} : { level });
    case 'snappy':
      return compressXerial(bytes);
    case 'lz4':
      return compressLz4Frame(bytes);
    case 'zstd':
      return zlib.zstdCompressSync(
        bytes,
        level === undefined ? {} : { params: { [zlib.constants.ZSTD_c_compressionLevel]: level } },
      );
  }
}

/**
 * Unpacks what any Kafka producer wrote; never allocates more than `maxBytes` for the result. `none` returns `bytes`
 * itself. Throws MalformedBytesError.
 */
export function decompress(codec: Compression, bytes: Buffer, maxBytes = MAX_UNCOMPRESSED_BYTES): Buffer {
  if (codec === 'none') return bytes;
  try {
    switch (codec) {
      case 'gzip':
        return zlib.gunzipSync(bytes, { maxOutputLength: maxBytes });
      case 'zstd':
        return zlib.zstdDecompressSync(bytes, { maxOutputLength: maxBytes });
      case 'snappy':
        return isXerial(bytes) ? decompressXerial(bytes, maxBytes) : decompressRawSnappy(bytes, maxBytes);
      case 'lz4':
        return decompressLz4Frame(bytes, maxBytes);
    }
  } catch (cause) {
    if (cause instanceof MalformedBytesError) throw cause;
    throw new MalformedBytesError(`${codec} block: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
    });
  }
}

function compressXerial(bytes: Buffer): Buffer {
  const parts: Buffer[] = [XERIAL_HEADER];
  for (let at = 0; at < bytes.length; at += XERIAL_BLOCK_BYTES) {
    const block = snappy().compressSync(bytes.subarray(at, at + XERIAL_BLOCK_BYTES));
    const length = Buffer.allocUnsafe(4);
    length.writeInt32BE(block.length);
    parts.push(length, block);
  }
  return Buffer.concat(parts);
}

function isXerial(bytes: Buffer): boolean {
  return (
    bytes.length >= XERIAL_HEADER.length &&
    bytes.compare(XERIAL_HEADER, 0, XERIAL_MAGIC_BYTES, 0, XERIAL_MAGIC_BYTES) === 0
  );
}

function decompressXerial(bytes: Buffer, maxBytes: number): Buffer {
  const parts: Buffer[] = [];
  let byteCount = 0;
  for (let at = XERIAL_HEADER.length; at < bytes.length; ) {
    if (at + 4 > bytes.length) throw new MalformedBytesError('snappy block length cut short');
    const length = bytes.readInt32BE(at);
    at += 4;
    if (length < 0 || length > bytes.length - at) throw new MalformedBytesError(`snappy block of ${length} bytes`);
    const part = decompressRawSnappy(bytes.subarray(at, at + length), maxBytes - byteCount);
    byteCount += part.length;
    parts.push(part);
    at += length;
  }
  return parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts, byteCount);
}

function decompressRawSnappy(bytes: Buffer, maxBytes: number): Buffer {
  const declared = snappyLength(bytes);
  // A snappy element of 3 bytes makes at most 64: a larger claim is a lie, and the claim is what gets allocated.
  if (declared > maxBytes || declared > bytes.length * 22) {
    throw new MalformedBytesError(`snappy block of ${bytes.length} bytes claims ${declared}`);
  }
  return snappy().uncompressSync(bytes, { asBuffer: true }) as Buffer;
}

/** The uncompressed length a raw snappy block opens with (unsigned varint). */
function snappyLength(bytes: Buffer): number {
  let length = 0;
  for (let at = 0; at < 5; at++) {
    const byte = bytes[at];
    if (byte === undefined) break;
    length += (byte & 0x7f) * 2 ** (7 * at);
    if (byte < 0x80) return length;
  }
  throw new MalformedBytesError('snappy block without a length');
}
