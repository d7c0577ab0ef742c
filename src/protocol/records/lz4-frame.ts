/**
 * LZ4 frames. Written here block by block, because Java's reader and writer use 64 KiB blocks without checksums (FLG 0x60,
 * BD 0x40; protocol guide: compression) and the native package picks its own sizes.
 */
import { createRequire } from 'node:module';
import { once } from '../../util/once.ts';
import { MalformedBytesError } from '../primitives.ts';
import { UnpackedTooLargeError } from './unpacked-size.ts';

interface Lz4Module {
  /** A little-endian int32 with the uncompressed size, then the raw block. */
  compressSync(data: Buffer): Buffer;
  decompressFrameSync(data: Buffer): Buffer;
}

const lz4 = once(() => createRequire(import.meta.url)('lz4-napi') as Lz4Module);

const MAGIC = 0x184d2204;
/** Magic, version 1 with independent blocks, 64 KiB blocks, and the header checksum that belongs to these two bytes. */
const FRAME_HEADER = Buffer.from('04224d18604082', 'hex');
const END_MARK = Buffer.alloc(4);
const BLOCK_BYTES = 64 * 1024;
const UNCOMPRESSED_BIT = 0x80000000;
/** One byte of a match length makes at most 255 bytes. */
const MAX_RATIO = 255;

export function compressLz4Frame(bytes: Buffer): Buffer {
  const parts: Buffer[] = [FRAME_HEADER];
  for (let at = 0; at < bytes.length; at += BLOCK_BYTES) {
    const plain = bytes.subarray(at, at + BLOCK_BYTES);
    const block = lz4().compressSync(plain);
    if (block.length - 4 < plain.length) {
      // The size that the package put in front gives its place to the block length of the frame.
      block.writeUInt32LE(block.length - 4, 0);
      parts.push(block);
    } else {
      const length = Buffer.allocUnsafe(4);
      length.writeUInt32LE((plain.length | UNCOMPRESSED_BIT) >>> 0);
      parts.push(length, plain);
    }
  }
  parts.push(END_MARK);
  return Buffer.concat(parts);
}

/** Unpacks one frame after walking its blocks: what they could grow to must fit `maxBytes`. */
export function decompressLz4Frame(bytes: Buffer, maxBytes: number): Buffer {
  const end = walkFrame(bytes, maxBytes);
  const plain = lz4().decompressFrameSync(end === bytes.length ? bytes : bytes.subarray(0, end));
  if (plain.length > maxBytes) throw new UnpackedTooLargeError('lz4', maxBytes);
  return plain;
}

/** Checks the frame's structure and returns where it ends. */
function walkFrame(bytes: Buffer, maxBytes: number): number {
  if (bytes.length < 7 || bytes.readUInt32LE(0) !== MAGIC) throw new MalformedBytesError('not an lz4 frame');
  const flags = bytes[4] as number;
  const blockSizeId = ((bytes[5] as number) >>> 4) & 7;
  if (blockSizeId < 4) throw new MalformedBytesError(`lz4 block size id ${blockSizeId}`);
  const blockBytes = 1 << (8 + 2 * blockSizeId);
  const blockChecksumBytes = flags & 0x10 ? 4 : 0;
  let at = 7 + (flags & 0x08 ? 8 : 0) + (flags & 0x01 ? 4 : 0);
  // Every block but the last is full as a rule, so the bound is refused only when it is a block too high.
  const bound = maxBytes + blockBytes;
  for (let most = 0; ; ) {
    if (at + 4 > bytes.length) throw new MalformedBytesError('lz4 frame cut short');
    const length = bytes.readUInt32LE(at);
    at += 4;
    if (length === 0) break;
    const stored = length & 0x7fffffff;
    if (stored > blockBytes || stored + blockChecksumBytes > bytes.length - at) {
      throw new MalformedBytesError(`lz4 block of ${stored} bytes`);
    }
    at += stored + blockChecksumBytes;
    most += length >= UNCOMPRESSED_BIT ? stored : Math.min(blockBytes, stored * MAX_RATIO);
    if (most > bound) throw new UnpackedTooLargeError('lz4', maxBytes);
  }
  at += flags & 0x04 ? 4 : 0;
  if (at > bytes.length) throw new MalformedBytesError('lz4 frame cut short');
  return at;
}
