import { MalformedBytesError, type TimestampMs } from '../../protocol/primitives.ts';
import { ATTRIBUTES, BATCH_AT, BATCH_HEADER_BYTES, LOG_OVERHEAD, RecordBatch } from '../../protocol/records/batch.ts';
import {
  COMPRESSION_NAMES,
  type Compression,
  compress,
  compressionId,
  compressionName,
} from '../../protocol/records/compression.ts';
import { type RecordCursor } from '../../protocol/records/record-cursor.ts';
import { UnpackedTooLargeError } from '../../protocol/records/unpacked-size.ts';
import { type AppendTarget, RefusedAppend, refuse } from './append-validation.ts';
import { type LogConfig, type RecordError } from './types.ts';

const LONG_MAX = 0x7fffffffffffffffn;
/** Kafka shows this many record errors in the text of the whole batch. */
const SHOWN_ERRORS = 3;
/** So many are told apart: a packed batch may hold millions of records, and each error is an object with a text. */
const TOLD_ERRORS = 10_000;
/** What producers may make us unpack; honest batches larger than this need a larger max.message.bytes. */
const MAX_PRODUCED_BYTES = 128 * 1024 * 1024;

interface RecordFault extends RecordError {
  readonly error: 'INVALID_TIMESTAMP' | 'INVALID_RECORD';
}

/**
 * Walks the records of a batch that is about to be appended: they must be whole, dense in their offsets, in time and, on a
 * compacted topic, keyed. Corrects or stamps the batch's timestamps; unpacks and packs when the topic's codec is not the
 * batch's. Returns the batch to append: the same buffer, or a new one after a conversion.
 * Refuses with INVALID_RECORD, INVALID_TIMESTAMP (both with record errors), as Kafka does for a codec it cannot unpack with
 * UNKNOWN_SERVER_ERROR, and what unpacks to too much with MESSAGE_TOO_LARGE (Kafka unpacks without end). Source: kafka 4.x LogValidator. Unlike Kafka, offset deltas with holes are refused in uncompressed
 * batches too: Kafka stores them and its readers then see offsets that overlap.
 */
export function validateRecords(
  batch: RecordBatch,
  cursor: RecordCursor,
  log: AppendTarget,
  nowMs: number,
): RecordBatch {
  const { config } = log;
  try {
    cursor.reset(batch, maxUnpackedBytes(config));
  } catch (cause) {
    // Java's producer splits such a batch and sends the parts.
    if (cause instanceof UnpackedTooLargeError) refuse('MESSAGE_TOO_LARGE', cause.message, { cause });
    if (!(cause instanceof MalformedBytesError)) throw cause;
    refuse('UNKNOWN_SERVER_ERROR', `records cannot be unpacked: ${cause.message}`, { cause });
  }
  const stampsAppendTime = config.messageTimestampType === 'LogAppendTime';
  const baseMs = Number(batch.baseTimestamp);
  const lowestMs = nowMs - config.messageTimestampBeforeMaxMs;
  const highestMs = nowMs + config.messageTimestampAfterMaxMs;
  const needsKey = config.cleanupPolicy.compact;
  let maxDelta: number | bigint = 0;
  let index = 0;
  let isFaulty = stampsAppendTime && batch.isLogAppendTime;
  try {
    while (cursor.next()) {
      const delta = cursor.timestampDelta;
      if (index === 0 || delta > maxDelta) maxDelta = delta;
      const timestampMs = baseMs + Number(delta);
      if ((timestampMs < lowestMs || timestampMs > highestMs) && !stampsAppendTime && timestampMs !== -1)
        isFaulty = true;
      if (needsKey && cursor.keyLength < 0) isFaulty = true;
      if (cursor.offsetDelta !== index) {
        throw new MalformedBytesError(`offset delta ${cursor.offsetDelta} of record ${index}`);
      }
      if (cursor.headerCount > 0) cursor.checkHeaders();
      index++;
    }
  } catch (cause) {
    if (!(cause instanceof MalformedBytesError)) throw cause;
    refuse('INVALID_RECORD', cause.message, { cause });
  }
  if (isFaulty) refuseFaults(findFaults(batch, cursor, log, nowMs));
  const target = convertedTo(config, batch, cursor.data);
  if (stampsAppendTime) target.setLogAppendTime(BigInt(nowMs));
  else correctMaxTimestamp(target, index, maxDelta);
  return target;
}

/** The header of a CreateTime batch must not lie: clients filter and the time index trusts it. */
function correctMaxTimestamp(batch: RecordBatch, recordCount: number, maxDelta: number | bigint): void {
  let maxTimestamp: TimestampMs = recordCount === 0 ? -1n : batch.baseTimestamp + BigInt(maxDelta);
  if (maxTimestamp < -1n) maxTimestamp = -1n;
  if (batch.maxTimestamp === maxTimestamp && !batch.isLogAppendTime) return;
  const { buffer, at } = batch;
  buffer.writeInt16BE(batch.attributes & ~ATTRIBUTES.logAppendTime, at + BATCH_AT.attributes);
  buffer.writeBigInt64BE(BigInt.asIntN(64, maxTimestamp), at + BATCH_AT.maxTimestamp);
  batch.updateCrc();
}

function maxUnpackedBytes({ maxMessageBytes }: LogConfig): number {
  return Math.max(MAX_PRODUCED_BYTES, maxMessageBytes);
}

function* findFaults(
  batch: RecordBatch,
  cursor: RecordCursor,
  log: AppendTarget,
  nowMs: number,
): Generator<RecordFault> {
  const { config, topic, partition } = log;
  const now = BigInt(nowMs);
  const lowest = now - toLong(config.messageTimestampBeforeMaxMs);
  const highest = now + toLong(config.messageTimestampAfterMaxMs);
  cursor.reset(batch, maxUnpackedBytes(config));
  for (let batchIndex = 0; cursor.next(); batchIndex++) {
    const timestamp = cursor.timestamp();
    if (config.cleanupPolicy.compact && cursor.keyLength < 0) {
      const text = `Compacted topic cannot accept message without key in topic partition ${topic}-${partition}`;
      yield { error: 'INVALID_RECORD', batchIndex, text };
    } else if (config.messageTimestampType === 'CreateTime') {
      if (timestamp === -1n || (timestamp >= lowest && timestamp <= highest)) continue;
      const text =
        `Timestamp ${timestamp} of message with offset ${cursor.offset()} is out of range. ` +
        `The timestamp should be within [${lowest}, ${highest}]`;
      yield { error: 'INVALID_TIMESTAMP', batchIndex, text };
    } else if (batch.isLogAppendTime) {
      const sizes = `key=${Math.max(cursor.keyLength, 0)} bytes, value=${Math.max(cursor.valueLength, 0)} bytes`;
      const text =
        `Invalid timestamp type in message DefaultRecord(offset=${cursor.offset()}, timestamp=${timestamp}, ${sizes}). ` +
        'Producer should not set timestamp type to LogAppendTime.';
      yield { error: 'INVALID_TIMESTAMP', batchIndex, text };
    }
  }
}

/** Infinity stands for Java's largest long. */
function toLong(value: number): bigint {
  return value >= Number(LONG_MAX) ? LONG_MAX : BigInt(value);
}

function refuseFaults(faults: Iterable<RecordFault>): void {
  const recordErrors: RecordError[] = [];
  let count = 0;
  let isTimeInvalid = false;
  for (const { error, batchIndex, text } of faults) {
    count++;
    if (error === 'INVALID_TIMESTAMP') isTimeInvalid = true;
    if (count <= TOLD_ERRORS) recordErrors.push({ batchIndex, text });
  }
  if (count === 0) return;
  if (isTimeInvalid) {
    const text = 'One or more records have been rejected due to invalid timestamp';
    throw new RefusedAppend({ error: 'INVALID_TIMESTAMP', text, recordErrors }, text);
  }
  const shown = recordErrors
    .slice(0, SHOWN_ERRORS)
    .map(({ batchIndex, text }) => `RecordError(batchIndex=${batchIndex}, message='${text}')`);
  const text =
    `One or more records have been rejected due to ${count} record errors in total, and only showing ` +
    `the first three errors at most: [${shown.join(', ')}]`;
  throw new RefusedAppend({ error: 'INVALID_RECORD', text, recordErrors }, text);
}

/** `records` are the batch's records unpacked: a view of its buffer when it had no codec, which then holds more. */
function convertedTo(config: LogConfig, batch: RecordBatch, records: Buffer): RecordBatch {
  const { compressionType: wanted, compressionLevel } = config;
  if (wanted === 'producer') return batch;
  const from = compressionName(batch.compression);
  const to = wanted === 'uncompressed' ? 'none' : COMPRESSION_NAMES.find((name) => name === wanted);
  if (to === undefined || to === from) return batch;
  return new RecordBatch(repack(batch, from === 'none' ? batch.body() : records, to, compressionLevel));
}

/** The same records under another codec: only attributes, length and checksum of the header change. */
function repack(batch: RecordBatch, records: Buffer, codec: Compression, level: number | undefined): Buffer {
  const body = compress(codec, records, level);
  const packed = Buffer.allocUnsafe(BATCH_HEADER_BYTES + body.length);
  batch.buffer.copy(packed, 0, batch.at, batch.at + BATCH_HEADER_BYTES);
  body.copy(packed, BATCH_HEADER_BYTES);
  packed.writeInt32BE(packed.length - LOG_OVERHEAD, BATCH_AT.length);
  const attributes = (batch.attributes & ~ATTRIBUTES.compressionMask) | compressionId(codec);
  packed.writeInt16BE(attributes, BATCH_AT.attributes);
  new RecordBatch(packed).updateCrc();
  return packed;
}
