import { MalformedBytesError, Reader } from '../../../protocol/primitives.ts';
import { batches, type RecordBatch } from '../../../protocol/records/batch.ts';
import { type RecordInput, singleBatch } from '../../../protocol/records/batch-builder.ts';
import {
  kRaftVersionRecord,
  snapshotFooterRecord,
  snapshotHeaderRecord,
  votersRecord,
} from '../../../protocol/records/clients.ts';
import { type ControlType, controlKey, readControlType } from '../../../protocol/records/control-records.ts';
import { RecordCursor } from '../../../protocol/records/record-cursor.ts';
import { type TableInput, type TableValue } from '../../../protocol/schema.ts';
import { decodeMetadataRecord, encodeMetadataRecord, type MetadataRecord } from './metadata-records.ts';

/** The quorum as records say it; a quorum fixed by controller.quorum.voters has none (kraft.version 0). */
export interface KRaftQuorum {
  readonly kRaftVersion: number;
  readonly voters: TableValue<typeof votersRecord>['voters'];
}

export interface Snapshot {
  readonly records: readonly MetadataRecord[];
  /** Of the last batch of the log that the snapshot holds; 0 in a bootstrap file. */
  readonly lastContainedLogTimestamp: bigint;
  readonly quorum: KRaftQuorum | null;
}

/** Exclusive end of the log part a snapshot replaces, and the epoch of its last record. */
export interface SnapshotId {
  readonly endOffset: bigint;
  readonly epoch: number;
}

const NAME = /^(\d{20})-(\d{10})\.checkpoint$/;

export function snapshotName({ endOffset, epoch }: SnapshotId): string {
  return `${endOffset.toString().padStart(20, '0')}-${String(epoch).padStart(10, '0')}.checkpoint`;
}

export function parseSnapshotName(name: string): SnapshotId | null {
  const match = NAME.exec(name);
  return match && { endOffset: BigInt(match[1] as string), epoch: Number(match[2]) };
}

/** Records of one batch of a snapshot (kafka RecordsSnapshotWriter). */
const BATCH_RECORDS = 1024;

function control(type: ControlType, value: Buffer, timestampMs: number): RecordInput {
  return { timestampMs, key: controlKey(type), value };
}

/** The control records that state the quorum, behind a snapshot's header or a leader's first record. */
export function quorumRecords(quorum: KRaftQuorum | null, timestampMs: number): RecordInput[] {
  if (quorum === null) return [];
  const { kRaftVersion, voters } = quorum;
  const value: TableInput<typeof votersRecord> = { voters };
  return [
    control('kRaftVersion', kRaftVersionRecord.encode({ kRaftVersion }, 0), timestampMs),
    control('kRaftVoters', votersRecord.encode(value, 0), timestampMs),
  ];
}

/** A snapshot's bytes: header, records, footer. `now` is asked once per batch. */
export function encodeSnapshot(
  content: Omit<Snapshot, 'records'> & { records: Iterable<MetadataRecord> },
  epoch: number,
  now: () => number,
): Buffer {
  const parts: Buffer[] = [];
  let baseOffset = 0n;
  const add = (records: readonly RecordInput[], isControl: boolean) => {
    parts.push(singleBatch(records, { baseOffset, partitionLeaderEpoch: epoch, isControl }));
    baseOffset += BigInt(records.length);
  };
  const { lastContainedLogTimestamp } = content;
  const startMs = now();
  const header = snapshotHeaderRecord.encode({ lastContainedLogTimestamp }, 0);
  add([control('snapshotHeader', header, startMs), ...quorumRecords(content.quorum, startMs)], true);
  let values: Buffer[] = [];
  const addValues = () => {
    if (values.length === 0) return;
    const timestampMs = now();
    add(
      values.map((value) => ({ timestampMs, key: null, value })),
      false,
    );
    values = [];
  };
  for (const one of content.records) {
    values.push(encodeMetadataRecord(one));
    if (values.length === BATCH_RECORDS) addValues();
  }
  addValues();
  add([control('snapshotFooter', snapshotFooterRecord.encode({}, 0), now())], true);
  return Buffer.concat(parts);
}

/** What one batch of the metadata log or of a snapshot holds. Throws MalformedBytesError, also on a wrong checksum. */
export function readBatch(
  batch: RecordBatch,
  cursor: RecordCursor,
  visit: {
    control(type: ControlType | null, value: Buffer): void;
    record(record: MetadataRecord, offset: bigint): void;
  },
): void {
  if (!batch.isCrcValid())
    throw new MalformedBytesError(`checksum of the batch at offset ${batch.baseOffset} is wrong`);
  cursor.reset(batch);
  while (cursor.next()) {
    const value = cursor.value();
    if (value === null) throw new MalformedBytesError(`record without a value at offset ${cursor.offset()}`);
    if (!batch.isControl) visit.record(decodeMetadataRecord(value), cursor.offset());
    else visit.control(readControlType(cursor.key() ?? Buffer.alloc(0)), value);
  }
}

/** The quorum a log or snapshot states, collected from its control records. */
export class QuorumReader {
  private kRaftVersion = 0;
  private voters: KRaftQuorum['voters'] = [];

  read(type: ControlType | null, value: Buffer): void {
    if (type === 'kRaftVersion') this.kRaftVersion = kRaftVersionRecord.read(new Reader(value), 0).kRaftVersion;
    if (type === 'kRaftVoters') this.voters = votersRecord.read(new Reader(value), 0).voters;
  }

  take({ kRaftVersion, voters }: KRaftQuorum): void {
    this.kRaftVersion = kRaftVersion;
    this.voters = voters;
  }

  get quorum(): KRaftQuorum | null {
    return this.kRaftVersion === 0 ? null : { kRaftVersion: this.kRaftVersion, voters: this.voters };
  }
}

/** Throws MalformedBytesError, also when the footer is missing: the file was not finished. */
export function decodeSnapshot(content: Buffer): Snapshot {
  const records: MetadataRecord[] = [];
  const quorum = new QuorumReader();
  const cursor = new RecordCursor();
  let lastContainedLogTimestamp = 0n;
  let isFinished = false;
  for (const batch of batches(content)) {
    readBatch(batch, cursor, {
      control(type, value) {
        quorum.read(type, value);
        if (type === 'snapshotHeader') {
          lastContainedLogTimestamp = snapshotHeaderRecord.read(new Reader(value), 0).lastContainedLogTimestamp;
        }
        if (type === 'snapshotFooter') isFinished = true;
      },
      record: (one) => records.push(one),
    });
  }
  if (!isFinished) throw new MalformedBytesError('snapshot without a footer');
  return { records, lastContainedLogTimestamp, quorum: quorum.quorum };
}
