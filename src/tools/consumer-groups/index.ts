// Owns: what kafka-consumer-groups and kafka-groups do: list, describe, delete, delete offsets, reset offsets, check a regex.
// In: typed options and the ports of a tool. Actions run inside `withGroups`, which opens and closes the cluster.
// Out: typed results and notices; texts as Apache's tools print them (exact-text.ts). Throws JavaError, UsageError, KafkaError.

export * from './delete-groups.ts';
export {
  type ConsumerGroupDescription,
  describeGroups,
  describeOffsets,
  type GroupMember,
  type GroupOffsets,
  type OffsetRow,
} from './describe-groups.ts';
export * from './exact-text.ts';
export * from './list-groups.ts';
export { type ResetNotice, type ResetPorts, type ResetRequest, resetOffsets } from './reset-offsets.ts';
export { exportPlan, type PlannedOffset, type ResetPlan } from './reset-plan.ts';
export type { ResetTarget } from './reset-targets.ts';
export * from './tables.ts';
export { validateRegex } from './validate-regex.ts';
