import { createRequire } from 'node:module';
import zlib from 'node:zlib';
import { once } from '../../util/once.ts';
import { MalformedBytesError } from '../primitives.ts';
import { compressLz4Frame, decompressLz4Frame } from './lz4-frame.ts';
import { MAX_UNCOMPRESSED_BYTES, UnpackedTooLargeError } from './unpacked-size.ts';

/** Codec names in the order of their ids in a batch's attributes (protocol guide: compression ids and framing). */
export const COMPRESSION_NAMES = ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const;
export type Compression = (typeof COMPRESSION_NAMES)[number];

interface SnappyModule {
  compressSync(input: Uint8Array): Buffer;
  uncompressSync(input: Uint8Array, options: { asBuffer: true }): Buffer | string;
}

const snappy = once(() => createRequire(import.meta.url)('snappy') as SnappyModule);

/** Java writes snappy as xerial blocks: this magic, version 1, compatible with 1. */
const XERIAL_HEADER = Buffer.from('82534e415050590000000001' + '00000001', 'hex');
const XERIAL_BLOCK_BYTES = 32 * 1024;
const XERIAL_MAGIC_BYTES = 8;
/** Writers fill blocks of 32 KiB, or of 1 KiB at least; each block is a call that costs as much as unpacking a kilobyte. */
const XERIAL_FREE_BLOCKS = 1000;
const XERIAL_MIN_AVERAGE_BYTES = 64;

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
 * Unpacks what any Kafka producer wrote; never allocates more than `maxBytes` for the result, and nothing where the bytes
 * say beforehand that it will be more. `none` returns `bytes` itself. Throws MalformedBytesError, UnpackedTooLargeError.
 */
export function decompress(codec: Compression, bytes: Buffer, maxBytes = MAX_UNCOMPRESSED_BYTES): Buffer {
  if (codec === 'none') return bytes;
  try {
    switch (codec) {
      case 'gzip':
        return zlib.gunzipSync(bytes, { maxOutputLength: maxBytes });
      case 'zstd':
        if (zstdContentBytes(bytes) > maxBytes) throw new UnpackedTooLargeError(codec, maxBytes);
        return zlib.zstdDecompressSync(bytes, { maxOutputLength: maxBytes });
      case 'snappy':
        return isXerial(bytes) ? decompressXerial(bytes, maxBytes) : decompressRawSnappy(bytes, maxBytes);
      case 'lz4':
        return decompressLz4Frame(bytes, maxBytes);
    }
  } catch (cause) {
    if (cause instanceof MalformedBytesError) throw cause;
    if ((cause as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') {
      throw new UnpackedTooLargeError(codec, maxBytes, { cause });
    }
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

/** Looks at all blocks before the first is unpacked, then unpacks them into one buffer. */
function decompressXerial(bytes: Buffer, maxBytes: number): Buffer {
  let byteCount = 0;
  let blockCount = 0;
  for (const block of xerialBlocks(bytes)) {
    byteCount += checkedSnappyLength(block);
    blockCount++;
    if (blockCount > XERIAL_FREE_BLOCKS && byteCount < blockCount * XERIAL_MIN_AVERAGE_BYTES) {
      throw new MalformedBytesError(`${blockCount} snappy blocks for ${byteCount} bytes`);
    }
    if (byteCount > maxBytes) throw new UnpackedTooLargeError('snappy', maxBytes);
  }
  const unpacked = Buffer.allocUnsafe(byteCount);
  let at = 0;
  for (const block of xerialBlocks(bytes)) at += unpackSnappy(block).copy(unpacked, at);
  return unpacked;
}

function* xerialBlocks(bytes: Buffer): Generator<Buffer> {
  for (let at = XERIAL_HEADER.length; at < bytes.length; ) {
    if (at + 4 > bytes.length) throw new MalformedBytesError('snappy block length cut short');
    const length = bytes.readInt32BE(at);
    at += 4;
    if (length < 0 || length > bytes.length - at) throw new MalformedBytesError(`snappy block of ${length} bytes`);
    yield bytes.subarray(at, at + length);
    at += length;
  }
}

function decompressRawSnappy(bytes: Buffer, maxBytes: number): Buffer {
  if (checkedSnappyLength(bytes) > maxBytes) throw new UnpackedTooLargeError('snappy', maxBytes);
  return unpackSnappy(bytes);
}

function unpackSnappy(block: Buffer): Buffer {
  return snappy().uncompressSync(block, { asBuffer: true }) as Buffer;
}

/** What a raw block claims, which is what gets allocated. An element of 3 bytes makes at most 64: a larger claim is a lie. */
function checkedSnappyLength(block: Buffer): number {
  const declared = snappyLength(block);
  if (declared > block.length * 22) {
    throw new MalformedBytesError(`snappy block of ${block.length} bytes claims ${declared}`);
  }
  return declared;
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

const ZSTD_MAGIC = 0xfd2fb528;
const ZSTD_DICTIONARY_ID_BYTES = [0, 1, 2, 4] as const;

/** What the first zstd frame says it holds (RFC 8878, 3.1.1.1); 0 when it does not say. */
function zstdContentBytes(bytes: Buffer): number {
  if (bytes.length < 18 || bytes.readUInt32LE(0) !== ZSTD_MAGIC) return 0;
  const descriptor = bytes[4] as number;
  const isSingleSegment = (descriptor & 0x20) !== 0;
  const at = 5 + (isSingleSegment ? 0 : 1) + (ZSTD_DICTIONARY_ID_BYTES[descriptor & 3] as number);
  switch (descriptor >>> 6) {
    case 0:
      return isSingleSegment ? (bytes[at] as number) : 0;
    case 1:
      return bytes.readUInt16LE(at) + 256;
    case 2:
      return bytes.readUInt32LE(at);
    default:
      return Number(bytes.readBigUInt64LE(at));
  }
}
