import { basename, resolve } from 'node:path';
import { Reader } from '../../protocol/primitives.ts';
import { addToSequence, type RecordBatch } from '../../protocol/records/batch.ts';
import {
  endTxnMarker,
  kRaftVersionRecord,
  leaderChangeMessage,
  snapshotFooterRecord,
  snapshotHeaderRecord,
  votersRecord,
} from '../../protocol/records/clients.ts';
import { COMPRESSION_NAMES } from '../../protocol/records/compression.ts';
import { RecordCursor } from '../../protocol/records/record-cursor.ts';
import { type Table } from '../../protocol/schema.ts';
import { tableJson } from '../../protocol/table-json.ts';
import { JavaError } from '../../util/java-error.ts';
import { BatchFile, type PlacedBatch } from './batch-file.ts';
import { type Complaints } from './complaints.ts';
import { type ParsedRecord, type RecordParser } from './decoders.ts';
import { type BatchEvent, type ControlFacts, type DumpEvent, type RecordMetadata } from './events.ts';

export interface RecordOptions {
  /** Records one by one, too. */
  readonly isDeep: boolean;
  readonly hasMetadata: boolean;
  /** Absent: contents are not shown. */
  readonly parser: RecordParser | undefined;
  /** Absent: the whole file, and what follows its last whole batch is told. */
  readonly maxBytes: number | undefined;
}

/** Batches of a segment or of a snapshot of the metadata log. Source: DumpLogSegments.dumpLog. */
export function* dumpRecords(file: string, options: RecordOptions, complaints: Complaints): Generator<DumpEvent> {
  const records = new BatchFile(file);
  try {
    const previous = { offset: -1n };
    let validBytes = 0;
    for (const placed of records.batches(0, options.maxBytes)) {
      yield batchEvent(placed);
      if (options.isDeep) yield* recordEvents(placed.batch, file, options, previous, complaints);
      validBytes += placed.batch.sizeInBytes;
    }
    const bytes = records.sizeBytes - validBytes;
    if (bytes > 0 && options.maxBytes === undefined) yield { kind: 'trailing bytes', file: basename(file), bytes };
  } finally {
    records.close();
  }
}

function batchEvent({ batch, position }: PlacedBatch): BatchEvent {
  return {
    kind: 'batch',
    baseOffset: batch.baseOffset,
    lastOffset: batch.lastOffset,
    count: batch.recordCount,
    baseSequence: batch.baseSequence,
    lastSequence: batch.lastSequence,
    producerId: batch.producerId,
    producerEpoch: batch.producerEpoch,
    partitionLeaderEpoch: batch.partitionLeaderEpoch,
    isTransactional: batch.isTransactional,
    isControl: batch.isControl,
    deleteHorizonMs: batch.hasDeleteHorizon ? batch.baseTimestamp : null,
    position,
    timestampType: batch.isLogAppendTime ? 'LogAppendTime' : 'CreateTime',
    maxTimestampMs: batch.maxTimestamp,
    sizeBytes: batch.sizeInBytes,
    magic: batch.magic,
    compression: codecName(batch),
    crc: batch.crc,
    isValid: batch.isCrcValid(),
  };
}

function codecName({ compression }: RecordBatch): string {
  const name = COMPRESSION_NAMES[compression];
  if (name !== undefined) return name;
  throw new JavaError('java.lang.IllegalArgumentException', `Unknown compression type id: ${compression}`);
}

function* recordEvents(
  batch: RecordBatch,
  file: string,
  { hasMetadata, parser }: RecordOptions,
  previous: { offset: bigint },
  complaints: Complaints,
): Generator<DumpEvent> {
  const cursor = new RecordCursor();
  cursor.reset(batch);
  while (cursor.next()) {
    const offset = cursor.offset();
    if (offset !== previous.offset + 1n) {
      complaints.add('offsets not consecutive', resolve(file), previous.offset, offset);
    }
    previous.offset = offset;
    const metadata = hasMetadata ? recordMetadata(batch, cursor) : null;
    let content: ParsedRecord | undefined;
    try {
      if (parser && !batch.isControl) content = parser({ offset, key: cursor.key(), value: cursor.value() });
    } catch (error) {
      if (metadata) yield { kind: 'unreadable record', metadata };
      throw error;
    }
    yield { kind: 'record', metadata, key: content?.key ?? null, payload: content?.payload ?? null };
  }
}

function recordMetadata(batch: RecordBatch, cursor: RecordCursor): RecordMetadata {
  const { baseSequence } = batch;
  return {
    offset: cursor.offset(),
    timestampType: batch.isLogAppendTime ? 'LogAppendTime' : 'CreateTime',
    timestampMs: batch.isLogAppendTime ? batch.maxTimestamp : cursor.timestamp(),
    keySize: cursor.keyLength,
    valueSize: cursor.valueLength,
    sequence: baseSequence === -1 ? -1 : addToSequence(baseSequence, cursor.offsetDelta),
    headerKeys: cursor.headers().map(({ key }) => key),
    control: batch.isControl ? controlFacts(cursor.key(), cursor.value()) : null,
  };
}

const CONTROL_NAMES = [
  'ABORT',
  'COMMIT',
  'LEADER_CHANGE',
  'SNAPSHOT_HEADER',
  'SNAPSHOT_FOOTER',
  'KRAFT_VERSION',
  'KRAFT_VOTERS',
] as const;
const CONTROL_TABLES: Readonly<Record<string, Table>> = {
  LEADER_CHANGE: leaderChangeMessage,
  SNAPSHOT_HEADER: snapshotHeaderRecord,
  SNAPSHOT_FOOTER: snapshotFooterRecord,
  KRAFT_VERSION: kRaftVersionRecord,
  KRAFT_VOTERS: votersRecord,
};

/** Source: DumpLogSegments.printControlRecord. */
function controlFacts(key: Buffer | null, value: Buffer | null): ControlFacts {
  const reader = new Reader(key ?? Buffer.alloc(0));
  reader.int16();
  const typeId = reader.int16();
  const type = CONTROL_NAMES[typeId] ?? 'UNKNOWN';
  const facts = { type, typeId, coordinatorEpoch: null, json: null };
  if (type === 'UNKNOWN' || value === null) return facts;
  const table = CONTROL_TABLES[type];
  if (!table) return { ...facts, coordinatorEpoch: endTxnMarker.read(new Reader(value, 2), 0).coordinatorEpoch };
  // All of them begin with their version.
  const version = Math.min(value.length < 2 ? 0 : value.readInt16BE(0), table.versions.last);
  return { ...facts, json: tableJson(table, table.read(new Reader(value), version), version) };
}
