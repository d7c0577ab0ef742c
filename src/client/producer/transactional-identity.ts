import { ERRORS, type ErrorName, Errors, KafkaError } from '../../protocol/errors.ts';
import { initProducerId } from '../../protocol/messages/22-init-producer-id.ts';
import { addPartitionsToTxn } from '../../protocol/messages/24-add-partitions-to-txn.ts';
import { endTxn } from '../../protocol/messages/26-end-txn.ts';
import { type Clock } from '../../util/clock.ts';
import { JavaError } from '../../util/java-error.ts';
import { CoordinatorCalls } from './coordinator-calls.ts';
import { type PartitionQueue } from './partition-queue.ts';
import { type ProducerCluster } from './ports.ts';
import { type ProducerBatch, type ProducerIdentity } from './producer-batch.ts';
import { asJavaError, javaErrorOf } from './producer-errors.ts';
import { type ProducerSettings } from './producer-settings.ts';
import { type ProducerState, ProducerStateMachine } from './producer-state.ts';
import { type SequenceKeeper } from './sequence-keeper.ts';

/** Versions before transactions v2 (KIP-890): partitions are added by a request of their own, the epoch stays. */
const LAST_V1_PRODUCE = 11;
const LAST_V1_END_TXN = 4;
const LAST_V1_ADD_PARTITIONS = 3;

/** Errors after which another producer owns the transactional id, or this one may not use it. */
const FATAL = new Set<ErrorName>([
  'PRODUCER_FENCED',
  'INVALID_PRODUCER_EPOCH',
  'TRANSACTIONAL_ID_AUTHORIZATION_FAILED',
  'CLUSTER_AUTHORIZATION_FAILED',
  'INVALID_PRODUCER_ID_MAPPING',
  'INVALID_TXN_STATE',
  'UNSUPPORTED_VERSION',
]);

export interface TransactionalOptions {
  readonly settings: ProducerSettings;
  readonly cluster: ProducerCluster;
  readonly clock: Clock;
}

/**
 * A producer with a transactional id: its state, its epoch, the partitions of the transaction under way. Serves brokers with
 * transactions v1 and v2. Source: KIP-98, KIP-360, KIP-890.
 */
export class TransactionalIdentity implements SequenceKeeper {
  wake: () => void = () => undefined;
  readonly transactionalId: string;
  readonly waitsUntilMs = 0;
  private readonly state = new ProducerStateMachine();
  private readonly settings: ProducerSettings;
  private readonly coordinator: CoordinatorCalls;
  private readonly cluster: ProducerCluster;
  private identity: ProducerIdentity | null = null;
  private isVersion2 = false;
  private lastError: JavaError | null = null;
  /** An error left sequences in doubt: the next transaction needs another epoch. */
  private needsNewEpoch = false;
  private readonly added = new Set<PartitionQueue>();
  private readonly toAdd = new Set<PartitionQueue>();
  private isAdding = false;

  constructor({ settings, cluster, clock }: TransactionalOptions) {
    this.transactionalId = settings.transactionalId ?? '';
    this.settings = settings;
    this.cluster = cluster;
    this.coordinator = new CoordinatorCalls(this.transactionalId, settings, cluster, clock);
  }

  get maxProduceVersion(): number | undefined {
    return this.isVersion2 ? undefined : LAST_V1_PRODUCE;
  }

  get fatalError(): JavaError | null {
    return this.state.is('FATAL_ERROR') ? this.lastError : null;
  }

  get unsentError(): JavaError | null {
    if (this.state.is('ABORTABLE_ERROR')) return this.lastError;
    if (!this.state.is('ABORTING_TRANSACTION')) return null;
    return this.lastError ?? javaErrorOf('TRANSACTION_ABORTABLE', 'Failing batch since transaction was aborted');
  }

  checkAppend({ topic, partition }: PartitionQueue): void {
    if (this.state.is('IN_TRANSACTION')) return;
    const what = `Cannot add partition ${topic}-${partition} to transaction`;
    throw illegalState(
      this.identity === null
        ? `${what} before completing a call to initTransactions`
        : `${what} while in state  ${this.state.current}`,
    );
  }

  prepare(): boolean {
    return this.identity !== null && this.fatalError === null;
  }

  admit(queue: PartitionQueue, batch: ProducerBatch): boolean {
    const { sequences } = queue;
    if (batch.identity !== null) return sequences.first === batch;
    if (this.unsentError) return false;
    if (!this.added.has(queue)) {
      if (!this.isVersion2) {
        this.toAdd.add(queue);
        this.addPartitions();
        return false;
      }
      // The broker adds the partition itself when the first batch arrives.
      this.added.add(queue);
    }
    if (sequences.identity !== this.identity) {
      if (sequences.hasBatches) return false;
      sequences.restart(this.identity as ProducerIdentity);
    }
    return true;
  }

  acknowledge(batch: ProducerBatch, baseOffset: bigint): void {
    batch.queue.sequences.acknowledge(batch, baseOffset);
  }

  abandon(batch: ProducerBatch, error: JavaError): void {
    if (batch.identity !== null) batch.queue.sequences.remove(batch);
    this.fail(error, isFatalClass(error));
    this.needsNewEpoch = true;
  }

  mayRetry(batch: ProducerBatch, error: ErrorName): boolean {
    if (error === 'OUT_OF_ORDER_SEQUENCE_NUMBER') return !batch.queue.sequences.isNext(batch);
    return ERRORS[error].retriable && !FATAL.has(error);
  }

  /** Gets producer id and epoch; a transaction that an earlier producer of this id left open is aborted. Throws JavaError. */
  async initialize(): Promise<void> {
    this.move('INITIALIZING', ['UNINITIALIZED']);
    await this.orFatal(async () => {
      this.isVersion2 = (await this.cluster.transactionVersion()) >= 2;
      await this.askForEpoch(
        'InitTransactions timed out - did not complete coordinator discovery or receive the InitProducerId response within max.block.ms.',
      );
    });
    this.state.transition('READY');
  }

  begin(): void {
    this.checkErrors();
    this.move('IN_TRANSACTION', ['READY']);
  }

  /** Ends the transaction; `flush` brings everything appended to an end first. Throws JavaError. */
  async commit(flush: () => Promise<void>): Promise<void> {
    this.checkErrors();
    this.move('COMMITTING_TRANSACTION', ['IN_TRANSACTION']);
    await flush();
    this.checkErrors();
    await this.end(
      true,
      'CommitTransaction timed out - did not complete EndTxn with the transaction coordinator within max.block.ms',
    );
    this.state.transition('READY');
  }

  /** Gives the transaction up: what was not sent fails, what was sent becomes invisible. Throws JavaError. */
  async abort(flush: () => Promise<void>): Promise<void> {
    if (this.fatalError) this.checkErrors();
    this.move('ABORTING_TRANSACTION', ['IN_TRANSACTION', 'ABORTABLE_ERROR']);
    await flush();
    await this.end(
      false,
      'AbortTransaction timed out - did not complete EndTxn(abort) with the transaction coordinator within max.block.ms',
    );
    if (this.needsNewEpoch && !this.isVersion2) {
      await this.orFatal(() => this.askForEpoch('Timed out while asking for a new producer epoch'));
    }
    this.needsNewEpoch = false;
    this.lastError = null;
    this.state.transition('READY');
  }

  private async end(committed: boolean, expired: string): Promise<void> {
    const hasPartitions = this.added.size > 0;
    this.added.clear();
    this.toAdd.clear();
    if (!hasPartitions) return;
    await this.orFatal(async () => {
      const request = { transactionalId: this.transactionalId, ...(this.identity as ProducerIdentity), committed };
      const maxVersion = this.isVersion2 ? undefined : LAST_V1_END_TXN;
      const answer = await this.coordinator.call(endTxn, request, expired, maxVersion);
      if (answer.producerId >= 0n) this.adopt(answer);
    });
  }

  private async askForEpoch(expired: string): Promise<void> {
    const known = this.identity ?? { producerId: -1n, producerEpoch: -1 };
    const { transactionTimeoutMs } = this.settings;
    const request = { transactionalId: this.transactionalId, transactionTimeoutMs, ...known };
    this.adopt(await this.coordinator.call(initProducerId, request, expired));
  }

  private adopt({ producerId, producerEpoch }: ProducerIdentity): void {
    this.identity = { producerId, producerEpoch };
  }

  /** Transactions v1: tells the coordinator about the partitions before their first batches go out. */
  private addPartitions(): void {
    if (this.isAdding) return;
    this.isAdding = true;
    // After this turn of the loop, so that all partitions of one look at the queues go into one request.
    void Promise.resolve()
      .then(() => this.sendPartitions())
      .catch((error: unknown) => {
        const failure = asJavaError(error);
        this.fail(failure, error instanceof KafkaError && FATAL.has(error.error));
      })
      .finally(() => {
        this.isAdding = false;
        this.wake();
      });
  }

  private async sendPartitions(): Promise<void> {
    const adding = [...this.toAdd];
    const topics = Map.groupBy(adding, ({ topic }) => topic);
    const { producerId, producerEpoch } = this.identity as ProducerIdentity;
    const request = {
      v3AndBelowTransactionalId: this.transactionalId,
      v3AndBelowProducerId: producerId,
      v3AndBelowProducerEpoch: producerEpoch,
      v3AndBelowTopics: Array.from(topics, ([name, queues]) => ({
        name,
        partitions: queues.map(({ partition }) => partition),
      })),
    };
    const errorOf = (answer: {
      resultsByTopicV3AndBelow: { resultsByPartition: { partitionErrorCode: number }[] }[];
    }) =>
      answer.resultsByTopicV3AndBelow
        .flatMap(({ resultsByPartition }) => resultsByPartition)
        .map(({ partitionErrorCode }) => partitionErrorCode)
        .find((code) => code !== Errors.NONE && code !== Errors.OPERATION_NOT_ATTEMPTED) ?? Errors.NONE;
    const expired = 'Timed out while adding partitions to the transaction';
    await this.coordinator.call(addPartitionsToTxn, request, expired, LAST_V1_ADD_PARTITIONS, errorOf);
    for (const queue of adding) {
      this.toAdd.delete(queue);
      this.added.add(queue);
    }
  }

  private checkErrors(): void {
    if (this.state.is('FATAL_ERROR') || this.state.is('ABORTABLE_ERROR')) {
      throw new JavaError(
        'org.apache.kafka.common.KafkaException',
        'Cannot execute transactional method because we are in an error state',
        this.lastError,
      );
    }
  }

  private move(next: ProducerState, from: readonly ProducerState[]): void {
    const { current } = this.state;
    if (!from.includes(current)) {
      const text = `TransactionalId ${this.transactionalId}: Invalid transition attempted from state ${current} to state ${next}`;
      throw illegalState(text);
    }
    this.state.transition(next);
  }

  private fail(error: JavaError, isFatal: boolean): void {
    if (this.state.is('FATAL_ERROR')) return;
    if (isFatal) {
      this.lastError = error;
      this.state.transition('FATAL_ERROR');
    } else if (this.state.is('IN_TRANSACTION') || this.state.is('COMMITTING_TRANSACTION')) {
      this.lastError = error;
      this.state.transition('ABORTABLE_ERROR');
    }
  }

  private async orFatal(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      const isFatal = error instanceof KafkaError && FATAL.has(error.error);
      const failure =
        error instanceof KafkaError && error.error === 'INVALID_PRODUCER_EPOCH'
          ? javaErrorOf('PRODUCER_FENCED', ERRORS.PRODUCER_FENCED.text)
          : asJavaError(error);
      this.fail(failure, isFatal);
      throw failure;
    }
  }
}

const FATAL_CLASSES = new Set([...FATAL].map((name) => javaErrorOf(name).className));

function isFatalClass(error: JavaError): boolean {
  return FATAL_CLASSES.has(error.className);
}

function illegalState(text: string): JavaError {
  return new JavaError('java.lang.IllegalStateException', text);
}
