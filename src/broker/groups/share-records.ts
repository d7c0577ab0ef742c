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
import { type TableValue } from '../../protocol/schema.ts';
import { PartRecords, tables } from './record-tables.ts';

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

export const shareRecords = new PartRecords<ShareGroupRecord>('share', {
  member: tables(10, shareGroupMemberMetadataKey, shareGroupMemberMetadataValue),
  epoch: tables(11, shareGroupMetadataKey, shareGroupMetadataValue),
  targetEpoch: tables(12, shareGroupTargetAssignmentMetadataKey, shareGroupTargetAssignmentMetadataValue),
  target: tables(13, shareGroupTargetAssignmentMemberKey, shareGroupTargetAssignmentMemberValue),
  current: tables(14, shareGroupCurrentMemberAssignmentKey, shareGroupCurrentMemberAssignmentValue),
  statePartitions: tables(15, shareGroupStatePartitionMetadataKey, shareGroupStatePartitionMetadataValue),
});
