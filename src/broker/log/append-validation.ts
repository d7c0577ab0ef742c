import { MalformedBytesError, type Offset, type TimestampMs } from '../../protocol/primitives.ts';
import { MAGIC, NO_PRODUCER_ID, RecordBatch, wholeBatchBytes } from '../../protocol/records/batch.ts';
import { type AppendFailure, type AppendOrigin, type LogConfig } from './types.ts';

/** An append that is refused; the reason goes into the partition's slot. */
export class RefusedAppend extends Error {
  override name = 'RefusedAppend';
  readonly failure: AppendFailure;

  /** `detail` is for the log: Kafka sends a text of its own only with record errors. */
  constructor(failure: AppendFailure, detail: string, options?: ErrorOptions) {
    super(detail, options);
    this.failure = failure;
  }
}

export function refuse(error: AppendFailure['error'], detail: string, options?: ErrorOptions): never {
  throw new RefusedAppend({ error }, detail, options);
}

/** Whole batches at the head of a buffer, checked as far as bytes alone allow. */
export interface CheckedBatches {
  readonly byteCount: number;
  readonly batchCount: number;
}

export interface AppendTarget {
  readonly topic: string;
  readonly partition: number;
  readonly config: LogConfig;
}

const ZSTD = 4;
/** Produce v7 brought zstd (KIP-110). */
const FIRST_ZSTD_PRODUCE = 7;

/**
 * Lengths, magic, size limit and checksum of every batch; from a client exactly one batch. An incomplete tail is left out,
 * as Kafka does. Refuses with INVALID_RECORD, UNSUPPORTED_COMPRESSION_TYPE, MESSAGE_TOO_LARGE or CORRUPT_MESSAGE.
 * Source: kafka 4.x ProduceRequest.validateRecords, UnifiedLog.analyzeAndValidateRecords.
 */
export function checkBatches(
  records: Buffer,
  log: AppendTarget,
  origin: AppendOrigin,
  apiVersion: number | undefined,
): CheckedBatches {
  let byteCount = 0;
  let batchCount = 0;
  for (;;) {
    const size = batchSizeAt(records, byteCount);
    if (size === 0) break;
    const batch = new RecordBatch(records, byteCount);
    if (batch.magic !== MAGIC) refuseMagic(batch.magic);
    byteCount += size;
    batchCount++;
  }
  if (batchCount === 0) refuse('INVALID_RECORD', 'no record batch');
  if (origin === 'client') {
    if (batchCount > 1) refuse('INVALID_RECORD', `${batchCount} record batches`);
    const { compression } = new RecordBatch(records);
    if (compression === ZSTD && apiVersion !== undefined && apiVersion < FIRST_ZSTD_PRODUCE) {
      refuse('UNSUPPORTED_COMPRESSION_TYPE', `zstd with produce version ${apiVersion}`);
    }
  }
  for (let at = 0; at < byteCount; ) {
    const batch = new RecordBatch(records, at);
    const size = batch.sizeInBytes;
    if (origin === 'client' && batch.baseOffset !== 0n) {
      refuse('INVALID_RECORD', `base offset ${batch.baseOffset} in a produced batch`);
    }
    if (origin !== 'replication') checkSize(size, log.config.maxMessageBytes);
    if (!batch.isCrcValid()) refuse('CORRUPT_MESSAGE', `record batch fails its checksum ${batch.crc}`);
    at += size;
  }
  return { byteCount, batchCount };
}

/** Formats of old are invalid records, unknown ones are corrupt, as Apache Kafka 4.3.1 answers. */
function refuseMagic(magic: number): never {
  const detail = `record batch of magic ${magic}`;
  if (magic >= 0 && magic < MAGIC) refuse('INVALID_RECORD', detail);
  const text = `Invalid magic found in record: ${magic}`;
  throw new RefusedAppend({ error: 'CORRUPT_MESSAGE', text }, detail);
}

/** max.message.bytes counts the whole batch. */
export function checkSize(byteCount: number, maxBytes: number): void {
  if (byteCount > maxBytes) refuse('MESSAGE_TOO_LARGE', `record batch of ${byteCount} bytes, ${maxBytes} are allowed`);
}

function batchSizeAt(records: Buffer, at: number): number {
  try {
    return wholeBatchBytes(records, at);
  } catch (error) {
    if (error instanceof MalformedBytesError) refuse('CORRUPT_MESSAGE', error.message);
    throw error;
  }
}

/** What the header of a batch that gets offsets here must say (kafka 4.x LogValidator). Refuses with INVALID_RECORD. */
export function checkHeader(batch: RecordBatch, origin: AppendOrigin): void {
  const { lastOffsetDelta, recordCount, producerId, baseSequence } = batch;
  if (lastOffsetDelta < 0) refuse('INVALID_RECORD', `last offset delta ${lastOffsetDelta}`);
  if (recordCount <= 0 || recordCount !== lastOffsetDelta + 1) {
    refuse('INVALID_RECORD', `${recordCount} records for ${lastOffsetDelta + 1} offsets`);
  }
  if (origin !== 'client') return;
  if (batch.isControl) refuse('INVALID_RECORD', 'control batch from a client');
  if (producerId !== NO_PRODUCER_ID && baseSequence < 0) {
    refuse('INVALID_RECORD', `sequence ${baseSequence} of producer ${producerId}`);
  }
}

/** Batches that came from a leader: offsets rise and go on from the log's end; answers the last. Refuses otherwise. */
export function checkFollowerOffsets(records: Buffer, byteCount: number, logEndOffset: Offset): Offset {
  let expected = logEndOffset;
  for (let at = 0; at < byteCount; ) {
    const batch = new RecordBatch(records, at);
    if (batch.baseOffset < expected || batch.lastOffset < batch.baseOffset) {
      refuse('UNKNOWN_SERVER_ERROR', `offset ${batch.baseOffset} in an append of a follower, ${expected} expected`);
    }
    expected = batch.nextOffset;
    at += batch.sizeInBytes;
  }
  return expected - 1n;
}

/** Largest timestamp of whole batches. */
export function maxTimestampOf(records: Buffer, byteCount: number): TimestampMs {
  let largest = -1n;
  for (let at = 0; at < byteCount; ) {
    const batch = new RecordBatch(records, at);
    if (batch.maxTimestamp > largest) largest = batch.maxTimestamp;
    at += batch.sizeInBytes;
  }
  return largest;
}
