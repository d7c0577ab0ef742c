// Owns: the replicas of this node: leadership, high watermark, fetches and appends that wait.
// In: cluster metadata (which partitions), logs, requests of handlers and coordinators by topic and partition.
// Out: results per partition, changes of leadership for the coordinators.

export type { AppendResult } from '../log/index.ts';
export { coordinatorErrorOf } from './coordinator-error.ts';
export { type FetchContext, FetchSessions, type RequestedPartition } from './fetch-sessions.ts';
export { ListOffsetsTimestamp } from './list-offsets.ts';
export { LocalReplicaManager, type ReplicaManagerOptions } from './replica-manager.ts';
export { topicLogConfig } from './topic-log-config.ts';
export type {
  Failure,
  FetchEntry,
  FetchResult,
  LogDirDescription,
  ProduceEntry,
  ReplicaManager,
  TopicPartition,
} from './types.ts';
