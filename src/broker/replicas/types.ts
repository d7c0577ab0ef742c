import { type ErrorName } from '../../protocol/errors.ts';
import { type Offset, type ProducerId, type TimestampMs, type Uuid } from '../../protocol/primitives.ts';
import {
  type AbortedTransaction,
  type AppendOrigin,
  type AppendResult,
  type PartitionLog,
  type VerificationGuard,
} from '../log/index.ts';

export interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
}

/** The log directory a replica of this node is in. */
export interface ReplicaPlacement {
  readonly topicId: Uuid;
  readonly partition: number;
  readonly directoryId: Uuid;
}

/** Why something is not: any error but NONE. */
export type Failure = Exclude<ErrorName, 'NONE'>;

export interface ProduceEntry extends TopicPartition {
  readonly records: Buffer | null;
  /** Of a transactional batch whose transaction was checked before. */
  readonly verificationGuard?: VerificationGuard | null | undefined;
}

export interface FetchEntry extends TopicPartition {
  readonly topicId: Uuid;
  readonly fetchOffset: Offset;
  /** -1 unchecked. */
  readonly currentLeaderEpoch: number;
  /** Epoch of the last record the reader has; -1 unchecked. KIP-595. */
  readonly lastFetchedEpoch: number;
  readonly maxBytes: number;
}

export interface FetchResult extends TopicPartition {
  readonly error: ErrorName;
  readonly highWatermark: Offset;
  readonly lastStableOffset: Offset;
  readonly logStartOffset: Offset;
  readonly abortedTransactions: readonly AbortedTransaction[] | null;
  readonly records: Buffer;
  /** Where the reader's log and this one part; then there are no records. */
  readonly divergingEpoch?: { readonly epoch: number; readonly endOffset: Offset };
}

export interface HostedPartitionSize extends TopicPartition {
  readonly sizeInBytes: number;
  /** Of a copy that is to become the replica: records it lacks; else 0. */
  readonly offsetLag: Offset;
  readonly isFuture: boolean;
}

/** A log directory and what lies in it. Sizes of the disk are null where the system does not tell. */
export interface LogDirDescription {
  readonly path: string;
  readonly isOffline: boolean;
  readonly partitions: readonly HostedPartitionSize[];
  readonly totalBytes: bigint | null;
  readonly usableBytes: bigint | null;
}

/** Leadership, high watermark and delayed operations of the partitions this node hosts. */
export interface ReplicaManager {
  /** The log of a partition led here, or why not (UNKNOWN_TOPIC_OR_PARTITION, NOT_LEADER_OR_FOLLOWER, KAFKA_STORAGE_ERROR). */
  leaderLog(topic: string, partition: number, currentLeaderEpoch?: number): PartitionLog | Failure;
  /**
   * For a transactional batch that is about to be checked; goes with its entry to `append`. Null when the transaction is
   * open in the partition, undefined when the partition is not led here (which `append` tells).
   */
  beginVerification(
    partition: TopicPartition,
    producerId: ProducerId,
    producerEpoch: number,
  ): VerificationGuard | null | undefined;
  /** Results in the order of the entries. acks -1 waits for the ISR up to the timeout. */
  append(
    entries: readonly ProduceEntry[],
    options: { acks: number; timeoutMs: number; origin: AppendOrigin; apiVersion: number },
  ): Promise<AppendResult[]>;
  /** Long poll: answers when minBytes are there, an entry failed, maxWaitMs passed or `signal` fired. */
  fetch(
    entries: readonly FetchEntry[],
    options: {
      maxWaitMs: number;
      minBytes: number;
      maxBytes: number;
      readCommitted: boolean;
      replicaId: number;
      signal?: AbortSignal;
    },
  ): Promise<FetchResult[]>;
  /** ListOffsets: a timestamp or one of the negative sentinels. */
  offsetFor(
    entry: TopicPartition & { readonly timestampMs: TimestampMs; readonly currentLeaderEpoch: number },
    readCommitted: boolean,
  ): { error: ErrorName; timestampMs: TimestampMs; offset: Offset; leaderEpoch: number };
  /**
   * Begins to move a replica to another log directory, or says why not: LOG_DIR_NOT_FOUND, KAFKA_STORAGE_ERROR,
   * INVALID_REPLICA_ASSIGNMENT for a cordoned directory, NOT_LEADER_OR_FOLLOWER, UNKNOWN_TOPIC_OR_PARTITION; one that is created later goes there. Source: KIP-113.
   */
  moveReplica(partition: TopicPartition, logDir: string): ErrorName;
  /** Log directories with the partitions hosted here, not only those led here. */
  describeLogDirs(): LogDirDescription[];
  /** Called when this node starts or stops leading a partition (coordinators load and unload their topics); a listener
   * that comes late is told what is led already. Listeners run synchronously. */
  onLeadershipChange(listener: (change: TopicPartition & { readonly isLeader: boolean }) => void): void;
}
