// Owns: share groups' delivery states, kept in `__share_group_state` in Kafka's record formats, and what members hold now.
// In: fetches and acknowledgements from handlers, leadership changes from replicas, deleted topics and configs from cluster, time.
// Out: acquired records, outcomes of acknowledgements, record batches appended through replicas.
export type * from './observer.ts';
export { sharePersister } from './persister.ts';
export { createShareCoordinator, type ShareCoordinatorOptions } from './share-coordinator.ts';
export { createShareGroups, type ShareGroupsOptions } from './share-groups.ts';
export type * from './types.ts';
