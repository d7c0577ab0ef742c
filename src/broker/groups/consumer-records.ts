import { Reader, Writer } from '../../protocol/primitives.ts';
import {
  consumerGroupCurrentMemberAssignmentKey,
  consumerGroupCurrentMemberAssignmentValue,
  consumerGroupMemberMetadataKey,
  consumerGroupMemberMetadataValue,
  consumerGroupMetadataKey,
  consumerGroupMetadataValue,
  consumerGroupPartitionMetadataKey,
  consumerGroupPartitionMetadataValue,
  consumerGroupRegularExpressionKey,
  consumerGroupRegularExpressionValue,
  consumerGroupTargetAssignmentMemberKey,
  consumerGroupTargetAssignmentMemberValue,
  consumerGroupTargetAssignmentMetadataKey,
  consumerGroupTargetAssignmentMetadataValue,
} from '../../protocol/records/consumer-offsets.ts';
import { type Fields, type Input, type Table, type TableValue } from '../../protocol/schema.ts';

/** Values as they are written: null deletes. `member` is absent for what belongs to the whole group. */
interface GroupWide<Part extends string, V extends Table> {
  readonly kind: 'consumer';
  readonly part: Part;
  readonly groupId: string;
  readonly value: ValueOf<V> | null;
}
interface OfMember<Part extends string, V extends Table> extends GroupWide<Part, V> {
  readonly memberId: string;
}
interface OfRegex<Part extends string, V extends Table> extends GroupWide<Part, V> {
  readonly regularExpression: string;
}
type ValueOf<V> = V extends Table<infer F> ? Input<F> : never;

/** What `__consumer_offsets` holds of a KIP-848 group. Every value has version 0, whose tagged fields grow. */
export type ConsumerGroupRecord =
  | GroupWide<'epoch', typeof consumerGroupMetadataValue>
  | GroupWide<'topics', typeof consumerGroupPartitionMetadataValue>
  | OfMember<'member', typeof consumerGroupMemberMetadataValue>
  | GroupWide<'targetEpoch', typeof consumerGroupTargetAssignmentMetadataValue>
  | OfMember<'target', typeof consumerGroupTargetAssignmentMemberValue>
  | OfMember<'current', typeof consumerGroupCurrentMemberAssignmentValue>
  | OfRegex<'regex', typeof consumerGroupRegularExpressionValue>;

export type MemberMetadataValue = TableValue<typeof consumerGroupMemberMetadataValue>;

const VERSION = 0;

interface Tables {
  readonly type: number;
  readonly key: Table;
  readonly value: Table;
}

const TABLES: { readonly [part in ConsumerGroupRecord['part']]: Tables } = {
  epoch: tables(3, consumerGroupMetadataKey, consumerGroupMetadataValue),
  // Written before the hash took its place (kafka 4.0); only its tombstone still is.
  topics: tables(4, consumerGroupPartitionMetadataKey, consumerGroupPartitionMetadataValue),
  member: tables(5, consumerGroupMemberMetadataKey, consumerGroupMemberMetadataValue),
  targetEpoch: tables(6, consumerGroupTargetAssignmentMetadataKey, consumerGroupTargetAssignmentMetadataValue),
  target: tables(7, consumerGroupTargetAssignmentMemberKey, consumerGroupTargetAssignmentMemberValue),
  current: tables(8, consumerGroupCurrentMemberAssignmentKey, consumerGroupCurrentMemberAssignmentValue),
  regex: tables(16, consumerGroupRegularExpressionKey, consumerGroupRegularExpressionValue),
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

export function encodeConsumerRecord(record: ConsumerGroupRecord): { key: Buffer; value: Buffer | null } {
  const { kind: _kind, part, value, ...key } = record;
  const { type, ...of } = TABLES[part];
  return { key: encode(of.key, type, key), value: value === null ? null : encode(of.value, VERSION, value) };
}

/** Null for a key of another type, or a value of a version nobody knows yet. Throws MalformedBytesError. */
export function decodeConsumerRecord(type: number, key: Reader, value: Buffer | null): ConsumerGroupRecord | null {
  for (const [part, of] of Object.entries(TABLES)) {
    if (of.type !== type) continue;
    const fields = of.key.read(key, VERSION);
    const reader = value === null ? null : new Reader(value);
    if (reader !== null && reader.int16() !== VERSION) return null;
    const decoded = reader === null ? null : of.value.read(reader, VERSION);
    return { kind: 'consumer', part, ...fields, value: decoded } as unknown as ConsumerGroupRecord;
  }
  return null;
}
