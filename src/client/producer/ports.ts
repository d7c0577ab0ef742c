import { type KafkaError } from '../../protocol/errors.ts';
import { type produce } from '../../protocol/messages/00-produce.ts';
import { type initProducerId } from '../../protocol/messages/22-init-producer-id.ts';
import { type TimestampMs, type Uuid } from '../../protocol/primitives.ts';
import { type Api, type ApiRequestInput, type ApiResponse, type Fields } from '../../protocol/schema.ts';
import { type JavaError } from '../../util/java-error.ts';

export type ProduceRequest = ApiRequestInput<typeof produce>;
export type ProduceResponse = ApiResponse<typeof produce>;

export interface ProduceAnswer {
  readonly response: ProduceResponse;
  /** Java's log lines name it. */
  readonly correlationId: number;
}

/** A topic as the last metadata answer had it; a new object after every change. */
export interface TopicMetadata {
  /** ZERO_UUID when the brokers know no topic ids. */
  readonly topicId: Uuid;
  /** Node id of each partition's leader, by partition; -1 where there is none. */
  readonly leaders: readonly number[];
}

/**
 * The cluster as the producer sees it. Calls reject with KafkaError (an answer with a code), ConnectionError (never sent),
 * DisconnectError and TimeoutError (perhaps carried out), or another ClientError.
 */
export interface ProducerCluster {
  /** `request` is asked for the body once the version is known; resolves null when acks is 0 and the bytes are sent. */
  produce(
    nodeId: number,
    request: (version: number) => ProduceRequest,
    options: { acks: number; timeoutMs: number; maxVersion: number | undefined },
  ): Promise<ProduceAnswer | null>;
  initProducerId(
    request: ApiRequestInput<typeof initProducerId>,
    timeoutMs: number,
  ): Promise<ApiResponse<typeof initProducerId>>;
  /** Node id; throws KafkaError, retriable ones included. */
  findTransactionCoordinator(transactionalId: string): Promise<number>;
  call<Q extends Fields, R extends Fields>(
    api: Api<Q, R>,
    request: ApiRequestInput<Api<Q, R>>,
    nodeId: number,
    options: { timeoutMs: number; maxVersion: number | undefined },
  ): Promise<ApiResponse<Api<Q, R>>>;
  /** The cluster's finalized level of transaction.version: 2 where partitions add themselves (KIP-890). */
  transactionVersion(): Promise<number>;
  topic(name: string): TopicMetadata | undefined;
  /** What the last metadata answer said against this topic. */
  topicError(name: string): KafkaError | undefined;
  /** Asks for these topics; a topic that does not exist is created where brokers do that. */
  refresh(topics: readonly string[]): Promise<void>;
  /** Keeps the process alive until the work is done: timers alone do not. */
  hold<T>(work: Promise<T>): Promise<T>;
}

/** Where a record went. */
export interface RecordMetadata {
  readonly partition: number;
  /** -1 when the broker was not asked (acks 0) or had the record already. */
  readonly offset: bigint;
  /** The broker's time, or the record's own. */
  readonly timestampMs: TimestampMs;
}

/** A record that will not arrive; lengths in bytes, -1 is null. */
export interface FailedRecord {
  readonly topic: string;
  readonly partition: number;
  readonly keyLength: number;
  readonly valueLength: number;
  readonly error: JavaError;
}

/** Told about every record that fails and is not waited for by `send`. Must not throw. */
export type FailureListener = (record: FailedRecord) => void;
