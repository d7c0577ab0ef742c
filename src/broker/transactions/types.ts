import { type ErrorName } from '../../protocol/errors.ts';
import { type ProducerId } from '../../protocol/primitives.ts';
import { type TopicPartition } from '../replicas/index.ts';
import { type TransactionState } from './transaction-state.ts';

/** A producer as its requests name it. */
export interface TransactionalProducer {
  readonly transactionalId: string;
  readonly producerId: ProducerId;
  readonly producerEpoch: number;
}

export interface InitializedProducer {
  readonly error: ErrorName;
  /** -1 with an error. */
  readonly producerId: ProducerId;
  readonly producerEpoch: number;
}

export interface TransactionDescription {
  readonly transactionalId: string;
  readonly error: ErrorName;
  readonly state: TransactionState;
  readonly timeoutMs: number;
  /** -1 without an open transaction. */
  readonly startTimeMs: bigint;
  readonly producerId: ProducerId;
  readonly producerEpoch: number;
  readonly partitions: readonly TopicPartition[];
}

export interface TransactionFilter {
  /** Names as printed: `CompleteCommit`. Empty lets everything pass. */
  readonly states: readonly string[];
  readonly producerIds: readonly ProducerId[];
  /** Open for longer than this; -1 lets everything pass. */
  readonly durationMs: bigint;
  /** A regular expression over the whole id; null or empty lets everything pass. */
  readonly idPattern: string | null;
}

/** KIP-890: version 2 clients leave adding partitions to the broker and get a new epoch with every end. */
export type TransactionVersion = 1 | 2;

/**
 * The coordinator of the transactional ids whose `__transaction_state` partition this node leads. Failures are values.
 * A change is answered after its record was appended; calls of one id take effect in their order.
 */
export interface TransactionCoordinator {
  /** An id nobody else gets, for an idempotent producer too. After a restart a new block of ids begins. */
  newProducerId(): Promise<ProducerId>;
  /** InitProducerId with an id; a known (producerId, epoch) asks for a bump, -1 for whatever comes (KIP-360). */
  initProducerId(request: {
    transactionalId: string;
    timeoutMs: number;
    producerId: ProducerId;
    producerEpoch: number;
  }): Promise<InitializedProducer>;
  addPartitions(
    producer: TransactionalProducer,
    partitions: readonly TopicPartition[],
    version: TransactionVersion,
  ): Promise<ErrorName>;
  /** Adds the partition of `__consumer_offsets` that holds the group. */
  addOffsets(producer: TransactionalProducer, groupId: string, version: TransactionVersion): Promise<ErrorName>;
  /** Whether the partitions belong to the open transaction: INVALID_TXN_STATE for each that does not. */
  verifyPartitions(
    producer: TransactionalProducer,
    partitions: readonly TopicPartition[],
  ): { readonly error: ErrorName; readonly partitions: readonly ErrorName[] };
  verifyOffsets(producer: TransactionalProducer, groupId: string): ErrorName;
  /** Answers when markers are in every partition. With version 2 the answer names the producer's next id and epoch. */
  end(
    producer: TransactionalProducer,
    outcome: 'commit' | 'abort',
    version: TransactionVersion,
  ): Promise<InitializedProducer>;
  describe(transactionalIds: readonly string[]): TransactionDescription[];
  list(filter: TransactionFilter): {
    readonly error: ErrorName;
    readonly unknownStates: readonly string[];
    readonly transactions: readonly { transactionalId: string; producerId: ProducerId; state: TransactionState }[];
  };
  close(): void;
}
