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
import { type Input, type Table, type TableValue } from '../../protocol/schema.ts';
import { PartRecords, tables } from './record-tables.ts';

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

export const consumerRecords = new PartRecords<ConsumerGroupRecord>('consumer', {
  epoch: tables(3, consumerGroupMetadataKey, consumerGroupMetadataValue),
  // Written before the hash took its place (kafka 4.0); only its tombstone still is.
  topics: tables(4, consumerGroupPartitionMetadataKey, consumerGroupPartitionMetadataValue),
  member: tables(5, consumerGroupMemberMetadataKey, consumerGroupMemberMetadataValue),
  targetEpoch: tables(6, consumerGroupTargetAssignmentMetadataKey, consumerGroupTargetAssignmentMetadataValue),
  target: tables(7, consumerGroupTargetAssignmentMemberKey, consumerGroupTargetAssignmentMemberValue),
  current: tables(8, consumerGroupCurrentMemberAssignmentKey, consumerGroupCurrentMemberAssignmentValue),
  regex: tables(16, consumerGroupRegularExpressionKey, consumerGroupRegularExpressionValue),
});
