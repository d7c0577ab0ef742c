import { ERRORS, type ErrorName, Errors, errorName, KafkaError } from '../../protocol/errors.ts';
import { type Clock } from '../../util/clock.ts';
import { type JavaError } from '../../util/java-error.ts';
import { exponentialBackoffMs } from '../settings.ts';
import { type PartitionQueue } from './partition-queue.ts';
import { type ProducerCluster } from './ports.ts';
import { type ProducerBatch, type ProducerIdentity } from './producer-batch.ts';
import { asJavaError, javaErrorOf } from './producer-errors.ts';
import { type ProducerSettings } from './producer-settings.ts';
import { ProducerStateMachine } from './producer-state.ts';
import { type SequenceKeeper } from './sequence-keeper.ts';

const LAST_EPOCH = 0x7fff;
/** An idempotent producer has no transactions, so none may time out. */
const NO_TRANSACTION_TIMEOUT_MS = 0x7fffffff;

export interface IdentityOptions {
  readonly settings: ProducerSettings;
  readonly cluster: ProducerCluster;
  readonly clock: Clock;
}

/**
 * Who an idempotent producer is for its brokers: producer id and epoch, and what to do about answers that speak of sequences.
 * Epochs of a producer without transactions are raised here, without asking. Source: KIP-98, KIP-360.
 */
export class IdempotentIdentity implements SequenceKeeper {
  wake: () => void = () => undefined;
  readonly transactionalId = null;
  readonly maxProduceVersion = undefined;
  readonly unsentError = null;
  readonly state = new ProducerStateMachine();
  private readonly options: IdentityOptions;
  private identity: ProducerIdentity | null = null;
  private failures = 0;
  private retryAtMs = 0;
  private fatal: JavaError | null = null;
  /** Partitions whose listed batches get new sequences once the epoch is raised. */
  private readonly toRestart = new Set<PartitionQueue>();
  private readonly unresolved = new Set<PartitionQueue>();

  constructor(options: IdentityOptions) {
    this.options = options;
  }

  get fatalError(): JavaError | null {
    return this.fatal;
  }

  get waitsUntilMs(): number {
    return this.state.is('UNINITIALIZED') ? this.retryAtMs : 0;
  }

  checkAppend(): void {
    // Without transactions every record may go at any time.
  }

  prepare(): boolean {
    if (this.fatal) return false;
    for (const queue of this.unresolved) {
      const isWhole = queue.sequences.resolve();
      if (isWhole === undefined) continue;
      this.unresolved.delete(queue);
      if (!isWhole) this.toRestart.add(queue);
    }
    if (this.toRestart.size > 0 && this.identity) this.raiseEpoch(this.identity);
    if (this.identity) return true;
    if (this.state.is('UNINITIALIZED') && this.options.clock.now() >= this.retryAtMs) this.initialize();
    return false;
  }

  admit(queue: PartitionQueue, batch: ProducerBatch): boolean {
    const { sequences } = queue;
    if (batch.identity !== null) return sequences.first === batch;
    if (sequences.identity !== this.identity) {
      if (sequences.hasBatches) return false;
      sequences.restart(this.identity as ProducerIdentity);
    }
    return !sequences.isUnresolved && !sequences.awaitsStaleAnswer;
  }

  acknowledge(batch: ProducerBatch, baseOffset: bigint): void {
    batch.queue.sequences.acknowledge(batch, baseOffset);
  }

  abandon(batch: ProducerBatch, _error: JavaError, mayHaveArrived: boolean): void {
    const { queue } = batch;
    if (batch.identity === null) return;
    queue.sequences.remove(batch);
    if (mayHaveArrived) {
      queue.sequences.markUnresolved(batch);
      if (queue.sequences.isUnresolved) this.unresolved.add(queue);
    } else this.toRestart.add(queue);
  }

  mayRetry(batch: ProducerBatch, error: ErrorName, logStartOffset: bigint): boolean {
    const { queue } = batch;
    const { sequences } = queue;
    if (error === 'UNKNOWN_PRODUCER_ID') {
      // The broker forgot this producer: retention took its records, or the log was cut.
      const isKnownReason = logStartOffset < 0n || batch.isSequenceReset;
      if (!isKnownReason) this.toRestart.add(queue);
      return true;
    }
    if (error === 'OUT_OF_ORDER_SEQUENCE_NUMBER') {
      // Only the batch that is next in line proves a gap; the others wait for those before them.
      if (!sequences.isUnresolved && (batch.isSequenceReset || !sequences.isNext(batch))) return true;
      if (!sequences.isUnresolved || sequences.isNextAfterUnresolved(batch)) this.toRestart.add(queue);
      return true;
    }
    return ERRORS[error].retriable;
  }

  private raiseEpoch({ producerId, producerEpoch }: ProducerIdentity): void {
    if (producerEpoch >= LAST_EPOCH) {
      this.identity = null;
      this.state.transition('UNINITIALIZED');
      return;
    }
    this.identity = { producerId, producerEpoch: producerEpoch + 1 };
    this.restartQueues(this.identity);
  }

  private restartQueues(identity: ProducerIdentity): void {
    for (const queue of this.toRestart) {
      queue.sequences.restart(identity);
      this.unresolved.delete(queue);
    }
    this.toRestart.clear();
  }

  private initialize(): void {
    this.state.transition('INITIALIZING');
    void this.askForProducerId().then(
      (identity) => {
        this.failures = 0;
        this.identity = identity;
        this.state.transition('READY');
        this.restartQueues(identity);
        this.wake();
      },
      (error: unknown) => {
        this.onRefused(error);
        this.wake();
      },
    );
  }

  private async askForProducerId(): Promise<ProducerIdentity> {
    const { cluster, settings } = this.options;
    const answer = await cluster.initProducerId(
      { transactionalId: null, transactionTimeoutMs: NO_TRANSACTION_TIMEOUT_MS },
      settings.requestTimeoutMs,
    );
    if (answer.errorCode !== Errors.NONE) throw new KafkaError(errorName(answer.errorCode));
    return { producerId: answer.producerId, producerEpoch: answer.producerEpoch };
  }

  private onRefused(error: unknown): void {
    const isFinal = error instanceof KafkaError ? !error.isRetriable : isFinalFailure(error);
    if (isFinal) {
      this.state.transition('FATAL_ERROR');
      this.fatal =
        error instanceof KafkaError && error.error === 'CLUSTER_AUTHORIZATION_FAILED'
          ? javaErrorOf('CLUSTER_AUTHORIZATION_FAILED', 'The producer is not authorized to do idempotent sends')
          : asJavaError(error);
      return;
    }
    const { retryBackoffMs, retryBackoffMaxMs } = this.options.settings;
    this.failures++;
    this.retryAtMs = this.options.clock.now() + exponentialBackoffMs(retryBackoffMs, retryBackoffMaxMs, this.failures);
    this.state.transition('UNINITIALIZED');
  }
}

function isFinalFailure(error: unknown): boolean {
  return !(error instanceof Error && 'isRetriable' in error && error.isRetriable === true);
}
