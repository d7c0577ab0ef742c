import { MalformedBytesError, type Offset, Reader, type Uuid, Writer, ZERO_UUID } from '../../protocol/primitives.ts';
import {
  groupMetadataKey,
  groupMetadataValue,
  offsetCommitKey,
  offsetCommitValue,
} from '../../protocol/records/consumer-offsets.ts';
import { type Fields, type Input, includesVersion, type Table, type TableValue } from '../../protocol/schema.ts';
import { type ConsumerGroupRecord, consumerRecords } from './consumer-records.ts';
import { type ShareGroupRecord, shareRecords } from './share-records.ts';

/** Record types of classic groups and of offsets; those of KIP-848 groups are in consumer-records, of share groups in share-records. */
const LEGACY_OFFSET_COMMIT = 0;
const OFFSET_COMMIT = 1;
const GROUP_METADATA = 2;

/** Versions as 4.3.1 writes them. A value with an expiry needs version 1, the only one that has the field. */
const OFFSET_COMMIT_VERSION = 4;
const OFFSET_COMMIT_WITH_EXPIRY_VERSION = 1;
const GROUP_METADATA_VERSION = 3;

export interface CommittedOffset {
  readonly offset: Offset;
  /** -1 means none. */
  readonly leaderEpoch: number;
  readonly metadata: string;
  readonly commitTimestampMs: number;
  /** Null: the broker's retention decides. */
  readonly expireTimestampMs: number | null;
  /** The zero id when it was not known at commit time. */
  readonly topicId: Uuid;
}

export interface OffsetRecord {
  readonly kind: 'offset';
  readonly groupId: string;
  readonly topic: string;
  readonly partition: number;
  /** Null deletes. */
  readonly value: CommittedOffset | null;
}

export type GroupMetadataValue = TableValue<typeof groupMetadataValue>;

export interface GroupRecord {
  readonly kind: 'group';
  readonly groupId: string;
  /** Null deletes. */
  readonly value: GroupMetadataValue | null;
}

export type CoordinatorRecord = OffsetRecord | GroupRecord | ConsumerGroupRecord | ShareGroupRecord;

/** int16 id or version, then the struct. */
function encode<F extends Fields>(table: Table<F>, prefix: number, value: Input<F>, version: number): Buffer {
  const writer = new Writer();
  writer.int16(prefix);
  table.write(writer, value, version);
  return writer.toBuffer();
}

export function encodeRecord(record: CoordinatorRecord): { key: Buffer; value: Buffer | null } {
  if (record.kind === 'consumer') return consumerRecords.encode(record);
  if (record.kind === 'share') return shareRecords.encode(record);
  if (record.kind === 'group') {
    const { groupId, value } = record;
    return {
      key: encode(groupMetadataKey, GROUP_METADATA, { group: groupId }, 0),
      value: value === null ? null : encode(groupMetadataValue, GROUP_METADATA_VERSION, value, GROUP_METADATA_VERSION),
    };
  }
  const { groupId, topic, partition, value } = record;
  const key = encode(offsetCommitKey, OFFSET_COMMIT, { group: groupId, topic, partition }, 0);
  if (value === null) return { key, value: null };
  const version = value.expireTimestampMs === null ? OFFSET_COMMIT_VERSION : OFFSET_COMMIT_WITH_EXPIRY_VERSION;
  const fields = {
    offset: value.offset,
    leaderEpoch: value.leaderEpoch,
    metadata: value.metadata,
    commitTimestamp: BigInt(value.commitTimestampMs),
    expireTimestamp: value.expireTimestampMs === null ? -1n : BigInt(value.expireTimestampMs),
    topicId: value.topicId,
  };
  return { key, value: encode(offsetCommitValue, version, fields, version) };
}

function decodeOffset(version: number, reader: Reader): CommittedOffset {
  const value = offsetCommitValue.read(reader, version);
  return {
    offset: value.offset,
    leaderEpoch: value.leaderEpoch,
    metadata: value.metadata,
    commitTimestampMs: Number(value.commitTimestamp),
    expireTimestampMs: value.expireTimestamp === -1n ? null : Number(value.expireTimestamp),
    topicId: value.topicId ?? ZERO_UUID,
  };
}

function readVersion(reader: Reader, { name, versions }: Pick<Table, 'name' | 'versions'>): number {
  const version = reader.int16();
  if (!includesVersion(versions, version)) throw new MalformedBytesError(`${name} version ${version}`);
  return version;
}

/**
 * Null for record types that belong to other kinds of groups. Buffers in the result are views on `value`.
 * Throws MalformedBytesError.
 */
export function decodeRecord(key: Buffer, value: Buffer | null): CoordinatorRecord | null {
  const keyReader = new Reader(key);
  const type = keyReader.int16();
  if (type === LEGACY_OFFSET_COMMIT || type === OFFSET_COMMIT) {
    const { group: groupId, topic, partition } = offsetCommitKey.read(keyReader, 0);
    if (value === null) return { kind: 'offset', groupId, topic, partition, value: null };
    const reader = new Reader(value);
    const version = readVersion(reader, offsetCommitValue);
    return { kind: 'offset', groupId, topic, partition, value: decodeOffset(version, reader) };
  }
  if (type === GROUP_METADATA) {
    const { group: groupId } = groupMetadataKey.read(keyReader, 0);
    if (value === null) return { kind: 'group', groupId, value: null };
    const reader = new Reader(value);
    const version = readVersion(reader, groupMetadataValue);
    return { kind: 'group', groupId, value: groupMetadataValue.read(reader, version) };
  }
  return consumerRecords.decode(type, keyReader, value) ?? shareRecords.decode(type, keyReader, value);
}
