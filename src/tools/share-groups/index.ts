// Owns: what kafka-share-groups does: list, describe, delete, delete offsets, reset offsets of share groups.
// In: typed options and an open cluster. Out: typed results; texts as Apache's tool prints them (exact-text.ts).
// Throws JavaError, UsageError, KafkaError.

export type { ShareGroupDescription, ShareGroupOffset } from '../../client/admin/share-groups.ts';
export { type DeletedShareGroups, deleteShareGroups } from './delete-share-groups.ts';
export { type DescribedOffsets, describeGroups, describeOffsets } from './describe-share-groups.ts';
export * from './exact-text.ts';
export { listShareGroups, SHARE_GROUP_STATES } from './list-share-groups.ts';
export { type DeletedShareOffsets, deleteOffsets, type ResetTarget, resetOffsets } from './share-group-offsets.ts';
