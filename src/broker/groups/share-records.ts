import { Reader, Writer } from '../../protocol/primitives.ts';
import {
  shareGroupCurrentMemberAssignmentKey,
  shareGroupCurrentMemberAssignmentValue,
  shareGroupMemberMetadataKey,
  shareGroupMemberMetadataValue,
  shareGroupMetadataKey,
  shareGroupMetadataValue,
  shareGroupStatePartitionMetadataKey,
  shareGroupStatePartitionMetadataValue,
  shareGroupTargetAssignmentMemberKey,
  shareGroupTargetAssignmentMemberValue,
  shareGroupTargetAssignmentMetadataKey,
  shareGroupTargetAssignmentMetadataValue,
} from '../../protocol/records/consumer-offsets.ts';
import { type Fields, type Input, type Table, type TableValue } from '../../protocol/schema.ts';

/** Values as they are decoded; null deletes. */
interface GroupWide<Part extends string, V> {
  readonly kind: 'share';
  readonly part: Part;
  readonly groupId: string;
  readonly value: TableValue<V> | null;
}
interface OfMember<Part extends string, V> extends GroupWide<Part, V> {
  readonly memberId: string;
}

/** What `__consumer_offsets` holds of a share group (KIP-932). Every value has version 0, whose tagged fields grow. */
export type ShareGroupRecord =
  | GroupWide<'epoch', typeof shareGroupMetadataValue>
  | OfMember<'member', typeof shareGroupMemberMetadataValue>
  | GroupWide<'targetEpoch', typeof shareGroupTargetAssignmentMetadataValue>
  | OfMember<'target', typeof shareGroupTargetAssignmentMemberValue>
  | OfMember<'current', typeof shareGroupCurrentMemberAssignmentValue>
  | GroupWide<'statePartitions', typeof shareGroupStatePartitionMetadataValue>;

const VERSION = 0;

interface Tables {
  readonly type: number;
  readonly key: Table;
  readonly value: Table;
}

const TABLES: { readonly [part in ShareGroupRecord['part']]: Tables } = {
  member: tables(10, shareGroupMemberMetadataKey, shareGroupMemberMetadataValue),
  epoch: tables(11, shareGroupMetadataKey, shareGroupMetadataValue),
  targetEpoch: tables(12, shareGroupTargetAssignmentMetadataKey, shareGroupTargetAssignmentMetadataValue),
  target: tables(13, shareGroupTargetAssignmentMemberKey, shareGroupTargetAssignmentMemberValue),
  current: tables(14, shareGroupCurrentMemberAssignmentKey, shareGroupCurrentMemberAssignmentValue),
  statePartitions: tables(15, shareGroupStatePartitionMetadataKey, shareGroupStatePartitionMetadataValue),
};

function tables<K extends Fields, V extends Fields>(type: number, key: Table<K>, value: Table<V>): Tables {
  return { type, key: key as unknown as Table, value: value as unknown as Table };
}

function encode(table: Table, prefix: number, value: object): Buffer {
  const writer = new Writer();
  writer.int16(prefix);
  table.write(writer, value as Input<Fields>, VERSION);
  return writer.toBuffer();
}

export function encodeShareRecord(record: ShareGroupRecord): { key: Buffer; value: Buffer | null } {
  const { kind: _kind, part, value, ...key } = record;
  const { type, ...of } = TABLES[part];
  return { key: encode(of.key, type, key), value: value === null ? null : encode(of.value, VERSION, value) };
}

/** Null for a key of another type, or a value of a version nobody knows yet. Throws MalformedBytesError. */
export function decodeShareRecord(type: number, key: Reader, value: Buffer | null): ShareGroupRecord | null {
  for (const [part, of] of Object.entries(TABLES)) {
    if (of.type !== type) continue;
    const fields = of.key.read(key, VERSION);
    const reader = value === null ? null : new Reader(value);
    if (reader !== null && reader.int16() !== VERSION) return null;
    const decoded = reader === null ? null : of.value.read(reader, VERSION);
    return { kind: 'share', part, ...fields, value: decoded } as unknown as ShareGroupRecord;
  }
  return null;
}
