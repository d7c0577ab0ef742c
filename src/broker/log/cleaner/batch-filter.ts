import { type Offset, type ProducerId, Reader, type TimestampMs } from '../../../protocol/primitives.ts';
import {
  ATTRIBUTES,
  BATCH_AT,
  BATCH_HEADER_BYTES,
  LOG_OVERHEAD,
  NO_PRODUCER_ID,
  RecordBatch,
} from '../../../protocol/records/batch.ts';
import { compress, compressionName } from '../../../protocol/records/compression.ts';
import { type RecordCursor } from '../../../protocol/records/record-cursor.ts';
import { varintBytes, varlongBytes, writeVarint, writeVarlong } from '../../../protocol/records/varint.ts';
import { type CleanedTransactions } from './cleaned-transactions.ts';
import { type OffsetMap } from './offset-map.ts';

/** The batch that a producer's state rests on: by its last offset, or the last marker when there is no data. */
export interface LastOfProducer {
  readonly lastDataOffset: Offset | null;
  readonly producerEpoch: number;
}

export interface FilterOptions {
  readonly map: OffsetMap;
  readonly transactions: CleanedTransactions;
  readonly lastOfProducers: ReadonlyMap<ProducerId, LastOfProducer>;
  readonly cursor: RecordCursor;
  readonly nowMs: number;
  readonly deleteRetentionMs: number;
}

/**
 * Decides what compaction keeps of each batch: of a key the last record, tombstones and decided markers until their delete
 * horizon, nothing of aborted transactions. Source: kafka 4.x Cleaner, KIP-98, KIP-534 (delete horizon).
 */
export class BatchFilter {
  private readonly options: FilterOptions;

  constructor(options: FilterOptions) {
    this.options = options;
  }

  /** The batch itself, a smaller one or, when `mustStay` or a producer's state asks for it, an empty one; else null. */
  apply(batch: RecordBatch, mustStay: boolean): Buffer | null {
    const { transactions, nowMs, deleteRetentionMs } = this.options;
    const mayDiscard = transactions.mayDiscard(batch);
    const horizonMs = batch.hasDeleteHorizon ? batch.baseTimestamp : null;
    const isHorizonPast = horizonMs !== null && horizonMs <= BigInt(nowMs);
    const dropsAll = batch.isControl ? mayDiscard && isHorizonPast : mayDiscard;
    const kept = dropsAll ? { indexes: [], hasTombstones: false } : this.keptRecords(batch, isHorizonPast);
    if (kept.indexes.length === 0) {
      if (this.isLastOfProducer(batch)) return emptied(batch, batch.maxTimestamp);
      return mustStay ? emptied(batch, -1n) : null;
    }
    // A marker without data starts to wait for its end as a tombstone does.
    const needsHorizon = horizonMs === null && (kept.hasTombstones || (batch.isControl && mayDiscard));
    if (kept.indexes.length === batch.recordCount && !needsHorizon) return batch.bytes();
    const newHorizonMs = needsHorizon ? BigInt(nowMs + deleteRetentionMs) : horizonMs;
    return rewritten(batch, this.options.cursor, new Set(kept.indexes), newHorizonMs);
  }

  private isLastOfProducer(batch: RecordBatch): boolean {
    if (batch.producerId === NO_PRODUCER_ID) return false;
    const last = this.options.lastOfProducers.get(batch.producerId);
    if (last === undefined) return false;
    if (last.lastDataOffset !== null) return batch.lastOffset === last.lastDataOffset;
    return batch.isControl && batch.producerEpoch === last.producerEpoch;
  }

  private keptRecords(batch: RecordBatch, isHorizonPast: boolean): { indexes: number[]; hasTombstones: boolean } {
    const { cursor, map } = this.options;
    const indexes: number[] = [];
    let hasTombstones = false;
    cursor.reset(batch);
    for (let index = 0; cursor.next(); index++) {
      if (!batch.isControl && !this.isKept(cursor, map, isHorizonPast)) continue;
      indexes.push(index);
      if (cursor.valueLength < 0) hasTombstones = true;
    }
    return { indexes, hasTombstones };
  }

  private isKept(cursor: RecordCursor, map: OffsetMap, isHorizonPast: boolean): boolean {
    const offset = cursor.offset();
    if (offset > map.latestOffset) return true;
    const key = cursor.key();
    // Only left from before the topic was compacted.
    if (key === null) return false;
    return offset >= map.get(key) && (cursor.valueLength >= 0 || !isHorizonPast);
  }
}

/** Header only: keeps a producer's last sequence, or the offsets' end, without the records. */
function emptied(batch: RecordBatch, maxTimestamp: TimestampMs): Buffer {
  const empty = Buffer.from(batch.buffer.subarray(batch.at, batch.at + BATCH_HEADER_BYTES));
  const { logAppendTime, transactional, control } = ATTRIBUTES;
  empty.writeInt16BE(batch.attributes & (logAppendTime | transactional | control), BATCH_AT.attributes);
  empty.writeBigInt64BE(-1n, BATCH_AT.baseTimestamp);
  empty.writeBigInt64BE(maxTimestamp, BATCH_AT.maxTimestamp);
  return finish(empty, 0);
}

function finish(batch: Buffer, recordCount: number): Buffer {
  batch.writeInt32BE(batch.length - LOG_OVERHEAD, BATCH_AT.length);
  batch.writeInt32BE(recordCount, BATCH_AT.recordCount);
  new RecordBatch(batch).updateCrc();
  return batch;
}

/**
 * A batch with some of the records of another one. Offsets, sequences and codec stay; timestamps count from the delete
 * horizon if there is one, else from the first record kept.
 */
function rewritten(
  batch: RecordBatch,
  cursor: RecordCursor,
  kept: ReadonlySet<number>,
  horizonMs: TimestampMs | null,
): Buffer {
  cursor.reset(batch);
  const { data } = cursor;
  const records: Buffer[] = [];
  let position = batch.compression === 0 ? batch.at + BATCH_HEADER_BYTES : 0;
  let baseTimestamp = horizonMs;
  let maxTimestamp = -1n;
  for (let index = 0; cursor.next(); index++) {
    const reader = new Reader(data, position);
    const length = reader.varint();
    position = reader.position + length;
    if (!kept.has(index)) continue;
    const timestamp = batch.baseTimestamp + BigInt(cursor.timestampDelta);
    baseTimestamp ??= timestamp;
    if (timestamp > maxTimestamp) maxTimestamp = timestamp;
    records.push(encodeRecord(cursor, Number(timestamp - baseTimestamp), position));
  }
  const plain = Buffer.concat(records);
  const body = compress(compressionName(batch.compression), plain);
  const result = Buffer.concat([batch.buffer.subarray(batch.at, batch.at + BATCH_HEADER_BYTES), body]);
  const horizonBit = horizonMs === null ? 0 : ATTRIBUTES.deleteHorizon;
  result.writeInt16BE((batch.attributes & ~ATTRIBUTES.deleteHorizon) | horizonBit, BATCH_AT.attributes);
  result.writeBigInt64BE(baseTimestamp ?? -1n, BATCH_AT.baseTimestamp);
  if (!batch.isLogAppendTime) result.writeBigInt64BE(maxTimestamp, BATCH_AT.maxTimestamp);
  return finish(result, kept.size);
}

/** The record the cursor stands at, with another timestamp delta; `end` is where it ends in the cursor's data. */
function encodeRecord(cursor: RecordCursor, timestampDelta: number, end: number): Buffer {
  const { data, offsetDelta, keyStart, keyLength, valueStart, valueLength } = cursor;
  const keyEnd = keyStart + Math.max(keyLength, 0);
  const valueEnd = valueStart + Math.max(valueLength, 0);
  const prefixBytes = 1 + varlongBytes(timestampDelta) + varintBytes(offsetDelta);
  const keyBytes = varintBytes(keyLength) + keyEnd - keyStart;
  const valueBytes = varintBytes(valueLength) + valueEnd - valueStart;
  const length = prefixBytes + keyBytes + valueBytes + end - valueEnd;
  const record = Buffer.allocUnsafe(varintBytes(length) + length);
  let at = writeVarint(record, 0, length);
  record[at++] = 0;
  at = writeVarlong(record, at, timestampDelta);
  at = writeVarint(record, at, offsetDelta);
  at = writeVarint(record, at, keyLength);
  at += data.copy(record, at, keyStart, keyEnd);
  at = writeVarint(record, at, valueLength);
  at += data.copy(record, at, valueStart, valueEnd);
  data.copy(record, at, valueEnd, end);
  return record;
}
