import zlib from 'node:zlib';
import { BATCH_AT, LOG_OVERHEAD } from '../../../../src/protocol/records/batch.ts';
import {
  BATCH_HEADER_BYTES,
  type BatchMeta,
  type Compression,
  compress,
  compressionId,
  RecordBatch,
  singleBatch,
} from '../../../../src/protocol/records/index.ts';

const MB = 1024 * 1024;

/** Bytes that unpack to `megabytes` of zeros, made without unpacking them ever. */
export interface Bomb {
  readonly name: string;
  readonly codec: Compression;
  /** Whether the bytes say how large they are before anything is unpacked. */
  readonly isAnnounced: boolean;
  make(megabytes: number): Buffer;
}

export const BOMBS: readonly Bomb[] = [
  { name: 'gzip', codec: 'gzip', isAnnounced: false, make: gzipMember },
  {
    name: 'gzip of many members',
    codec: 'gzip',
    isAnnounced: false,
    make: (megabytes) => repeated(zlib.gzipSync(Buffer.alloc(MB)), megabytes),
  },
  { name: 'raw snappy', codec: 'snappy', isAnnounced: true, make: rawSnappy },
  { name: 'xerial snappy', codec: 'snappy', isAnnounced: true, make: (megabytes) => xerial(32 * 1024, megabytes) },
  { name: 'lz4', codec: 'lz4', isAnnounced: true, make: (megabytes) => lz4Frame(megabytes, null) },
  { name: 'lz4 with its size', codec: 'lz4', isAnnounced: true, make: (megabytes) => lz4Frame(megabytes, megabytes) },
  { name: 'lz4 with a false size', codec: 'lz4', isAnnounced: true, make: (megabytes) => lz4Frame(megabytes, 1) },
  { name: 'zstd', codec: 'zstd', isAnnounced: false, make: (megabytes) => zstdFrame(megabytes, null) },
  {
    name: 'zstd with its size',
    codec: 'zstd',
    isAnnounced: true,
    make: (megabytes) => zstdFrame(megabytes, megabytes),
  },
  { name: 'zstd with a false size', codec: 'zstd', isAnnounced: false, make: (megabytes) => zstdFrame(megabytes, 1) },
];

function repeated(bytes: Buffer, times: number): Buffer {
  return Buffer.concat(new Array<Buffer>(times).fill(bytes));
}

/** Deflated pieces that refer to nothing before them, one behind the other (RFC 1951). */
function gzipMember(megabytes: number): Buffer {
  const zeros = Buffer.alloc(MB);
  const piece = zlib.deflateRawSync(zeros, { finishFlush: zlib.constants.Z_FULL_FLUSH });
  const header = Buffer.from('1f8b0800000000000003', 'hex');
  let checksum = 0;
  for (let i = 0; i < megabytes; i++) checksum = zlib.crc32(zeros, checksum);
  const trailer = Buffer.alloc(8);
  trailer.writeUInt32LE(checksum);
  trailer.writeUInt32LE((megabytes * MB) >>> 0, 4);
  return Buffer.concat([header, repeated(piece, megabytes), Buffer.from([3, 0]), trailer]);
}

/** One literal zero, then copies of 64 bytes from one byte before, three bytes each. */
function rawSnappy(megabytes: number): Buffer {
  const byteCount = megabytes * MB;
  const claim: number[] = [];
  for (let rest = byteCount; ; rest = Math.floor(rest / 128)) {
    claim.push(rest > 127 ? (rest % 128) | 0x80 : rest);
    if (rest <= 127) break;
  }
  const copies = repeated(Buffer.from([((64 - 1) << 2) | 2, 1, 0]), byteCount / 64 - 1);
  const last = Buffer.from([((63 - 1) << 2) | 2, 1, 0]);
  return Buffer.concat([Buffer.from(claim), Buffer.from([0, 0]), copies, last]);
}

export function xerial(blockBytes: number, megabytes: number): Buffer {
  const [header, block] = [
    compress('snappy', Buffer.alloc(1)).subarray(0, 16),
    compress('snappy', Buffer.alloc(blockBytes)),
  ];
  return Buffer.concat([header, repeated(block.subarray(16), (megabytes * MB) / blockBytes)]);
}

/** Blocks of 4 MiB, each of them a literal zero and one match; RLE in all but name. `size`: what the header claims. */
function lz4Frame(megabytes: number, size: number | null): Buffer {
  const blockBytes = 4 * MB;
  // Token: one literal, a match of 4 bytes and more; the last five bytes of a block are literals.
  const matchBytes = blockBytes - 1 - 5;
  const lengths = Buffer.alloc(Math.floor((matchBytes - 19) / 255) + 1, 255);
  lengths[lengths.length - 1] = (matchBytes - 19) % 255;
  const block = Buffer.concat([Buffer.from([0x1f, 0, 1, 0]), lengths, Buffer.from([0x50, 0, 0, 0, 0, 0])]);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(block.length);
  const descriptor = Buffer.alloc(size === null ? 2 : 10);
  descriptor[0] = 0x60 | (size === null ? 0 : 0x08);
  descriptor[1] = 0x70;
  if (size !== null) descriptor.writeBigUInt64LE(BigInt(size * MB), 2);
  const header = Buffer.concat([
    Buffer.from('04224d18', 'hex'),
    descriptor,
    Buffer.from([(xxh32(descriptor) >>> 8) & 0xff]),
  ]);
  return Buffer.concat([header, repeated(Buffer.concat([length, block]), megabytes / 4), Buffer.alloc(4)]);
}

/** Of fewer than 16 bytes, seed 0 (xxHash specification). */
function xxh32(bytes: Buffer): number {
  const rotate = (value: number, by: number) => (value << by) | (value >>> (32 - by));
  let hash = (374761393 + bytes.length) | 0;
  let at = 0;
  for (; at + 4 <= bytes.length; at += 4) {
    hash = Math.imul(rotate((hash + Math.imul(bytes.readUInt32LE(at), 3266489917)) | 0, 17), 668265263);
  }
  for (; at < bytes.length; at++) {
    hash = Math.imul(rotate((hash + Math.imul(bytes[at] as number, 374761393)) | 0, 11), 2654435761);
  }
  hash = Math.imul(hash ^ (hash >>> 15), 2246822519);
  hash = Math.imul(hash ^ (hash >>> 13), 3266489917);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** Blocks of one repeated byte, four bytes for 128 KiB each (RFC 8878, 3.1.1.2). */
function zstdFrame(megabytes: number, size: number | null): Buffer {
  const blockCount = megabytes * 8;
  const blocks = Buffer.alloc(blockCount * 4);
  for (let i = 0; i < blockCount; i++) {
    blocks.writeUIntLE(((128 * 1024) << 3) | (1 << 1) | (i === blockCount - 1 ? 1 : 0), i * 4, 3);
  }
  const sizeBytes = Buffer.alloc(size === null ? 0 : 8);
  if (size !== null) sizeBytes.writeBigUInt64LE(BigInt(size * MB));
  const descriptor = Buffer.from([size === null ? 0 : 0xc0, 7 << 3]);
  return Buffer.concat([Buffer.from('28b52ffd', 'hex'), descriptor, sizeBytes, blocks]);
}

/** A batch of one record whose records are these packed bytes, with a checksum that is right. */
export function bombBatch(bomb: Bomb, megabytes: number, meta: BatchMeta = {}): Buffer {
  const head = singleBatch([{ timestampMs: 1_700_000_000_000, key: Buffer.from('k'), value: null }], meta);
  const batch = Buffer.concat([head.subarray(0, BATCH_HEADER_BYTES), bomb.make(megabytes)]);
  batch.writeInt32BE(batch.length - LOG_OVERHEAD, BATCH_AT.length);
  batch.writeInt16BE(compressionId(bomb.codec), BATCH_AT.attributes);
  new RecordBatch(batch).updateCrc();
  return batch;
}
