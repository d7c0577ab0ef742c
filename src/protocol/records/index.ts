/**
 * Record batches: bytes of the log and of produce and fetch, read by cursor and written by builder, without an object per
 * record. In: buffers of batches, slices of values. Out: buffers of batches, positions of keys and values.
 * Importing one file of this folder directly is fine where start-up time counts.
 */
export * from './batch.ts';
export * from './batch-builder.ts';
export {
  COMPRESSION_NAMES,
  type Compression,
  compress,
  compressionId,
  compressionName,
  decompress,
} from './compression.ts';
export * from './control-records.ts';
export { crc32c } from './crc32c.ts';
export { RecordCursor, type RecordHeader } from './record-cursor.ts';
