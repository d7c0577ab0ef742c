import { type Offset, type TimestampMs } from '../../protocol/primitives.ts';
import { RecordBatch } from '../../protocol/records/batch.ts';
import { type RecordCursor } from '../../protocol/records/record-cursor.ts';
import { type AppendTarget, checkBatches, checkHeader, checkSize, refuse } from './append-validation.ts';
import { validateRecords } from './record-validation.ts';
import { type AppendOrigin, type VerificationGuard } from './types.ts';

/** Batches that are ready to be written: validated, converted, with offsets and leader epoch in place. */
export interface PreparedAppend {
  readonly records: Buffer;
  readonly byteCount: number;
  readonly lastOffset: Offset;
  readonly maxTimestampMs: TimestampMs;
  readonly logAppendTimeMs: TimestampMs;
}

export interface LeaderAppendOptions {
  readonly leaderEpoch: number;
  readonly origin: AppendOrigin;
  readonly apiVersion?: number;
  readonly verificationGuard?: VerificationGuard | null | undefined;
}

/**
 * Validates batches for a leader's log and gives them their offsets, in place unless the topic's codec asks for another
 * buffer. Refuses as checkBatches, checkHeader and validateRecords do, and with RECORD_LIST_TOO_LARGE.
 */
export function prepareLeaderAppend(
  records: Buffer,
  log: AppendTarget,
  options: LeaderAppendOptions & { baseOffset: Offset; nowMs: number; cursor: RecordCursor },
): PreparedAppend {
  const { leaderEpoch, origin, apiVersion, nowMs, cursor } = options;
  const { config } = log;
  const { byteCount, batchCount } = checkBatches(records, log, origin, apiVersion);
  const converted: Buffer[] = [];
  let isConverted = false;
  let offset = options.baseOffset;
  let maxTimestampMs = -1n;
  for (let at = 0; at < byteCount; ) {
    const given = new RecordBatch(records, at);
    at += given.sizeInBytes;
    checkHeader(given, origin);
    const batch = validateRecords(given, cursor, log, nowMs);
    if (batch !== given) {
      isConverted = true;
      checkSize(batch.sizeInBytes, config.maxMessageBytes);
    }
    batch.baseOffset = offset;
    batch.partitionLeaderEpoch = leaderEpoch;
    offset = batch.nextOffset;
    const batchMs = batch.maxTimestamp;
    if (batchMs > maxTimestampMs) maxTimestampMs = batchMs;
    if (isConverted || batchCount > 1) converted.push(batch.bytes());
  }
  const prepared = !isConverted
    ? records
    : converted.length === 1
      ? (converted[0] as Buffer)
      : Buffer.concat(converted);
  const preparedBytes = isConverted ? prepared.length : byteCount;
  if (preparedBytes > config.segmentBytes) {
    refuse('RECORD_LIST_TOO_LARGE', `append of ${preparedBytes} bytes to segments of ${config.segmentBytes}`);
  }
  return {
    records: prepared,
    byteCount: preparedBytes,
    lastOffset: offset - 1n,
    maxTimestampMs,
    logAppendTimeMs: config.messageTimestampType === 'LogAppendTime' ? BigInt(nowMs) : -1n,
  };
}
