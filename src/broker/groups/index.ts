// Owns: consumer groups and their committed offsets, kept in `__consumer_offsets` in Kafka's record formats.
// In: group requests from handlers, leadership changes from replicas, deleted topics and configs from cluster, time.
// Out: answers (some after a rebalance), record batches appended through replicas.
export { createGroupCoordinator, type GroupCoordinatorOptions } from './coordinator.ts';
export { GROUP_STATES, type GroupState } from './group-state.ts';
export { partitionForKey } from './partitioning.ts';
export type * from './types.ts';
