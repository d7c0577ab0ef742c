import { type ErrorName } from '../../protocol/errors.ts';
import { type ProducerId } from '../../protocol/primitives.ts';
import { transactionMarker } from '../../protocol/records/control-records.ts';
import { type Clock, type Timer } from '../../util/clock.ts';
import { type Logger } from '../../util/logger.ts';
import { type ClusterMetadata } from '../cluster/index.ts';
import { type ReplicaManager, type TopicPartition } from '../replicas/index.ts';
import { completeEnd, type Outcome } from './ending.ts';
import { parsePartitionKey } from './record-format.ts';
import { type TransactionShard } from './shard.ts';
import { type Transaction } from './transaction-state.ts';

export const OFFSETS_TOPIC = '__consumer_offsets';
const MARKER_RETRY_MS = 1000;
const MARKER_TIMEOUT_MS = 5000;
const PRODUCE_VERSION = 13;

export interface TransactionMarkerCall {
  readonly producerId: ProducerId;
  readonly producerEpoch: number;
  readonly coordinatorEpoch: number;
  readonly outcome: Outcome;
}

export interface MarkerOptions {
  readonly metadata: ClusterMetadata;
  readonly replicas: Pick<ReplicaManager, 'append'>;
  /** Writes the marker into a partition of `__consumer_offsets`: the groups room owns what is pending there. */
  readonly completeOffsets: (partition: number, marker: TransactionMarkerCall) => Promise<ErrorName>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Ends decided transactions: a marker into each partition, then the completed state. */
export class MarkerWriter {
  private readonly options: MarkerOptions;
  private readonly retries = new Set<Timer>();
  private isClosed = false;

  constructor(options: MarkerOptions) {
    this.options = options;
  }

  /** Runs in the transaction's queue. A marker that cannot be written is tried again later: the decision stands. */
  async complete(shard: TransactionShard, transaction: Transaction): Promise<ErrorName> {
    const { value } = transaction;
    const marker: TransactionMarkerCall = {
      producerId: value.producerId,
      producerEpoch: value.producerEpoch,
      coordinatorEpoch: shard.coordinatorEpoch,
      outcome: value.state === 'PrepareCommit' ? 'commit' : 'abort',
    };
    const targets = [...value.partitions].map(parsePartitionKey);
    const answers = await Promise.all(targets.map((target) => this.write(target, marker)));
    const failure = answers.find((error) => error !== 'NONE');
    if (failure !== undefined) {
      this.options.logger.log('WARN', `markers of ${transaction.transactionalId} could not be written: ${failure}`);
      this.retryLater(shard, transaction);
      return 'NONE';
    }
    return shard.store(transaction, completeEnd(value, this.options.clock.now()));
  }

  private async write(target: TopicPartition, marker: TransactionMarkerCall): Promise<ErrorName> {
    const { topic, partition } = target;
    if (!this.options.metadata.partition(topic, partition)) return 'NONE'; // deleted meanwhile
    if (topic === OFFSETS_TOPIC) return this.options.completeOffsets(partition, marker);
    const records = transactionMarker(marker.outcome, this.options.clock.now(), marker);
    const [result] = await this.options.replicas.append([{ topic, partition, records }], {
      acks: -1,
      timeoutMs: MARKER_TIMEOUT_MS,
      origin: 'coordinator',
      apiVersion: PRODUCE_VERSION,
    });
    return result?.error ?? 'UNKNOWN_SERVER_ERROR';
  }

  private retryLater(shard: TransactionShard, transaction: Transaction): void {
    if (this.isClosed) return;
    const timer = this.options.clock.after(MARKER_RETRY_MS, () => {
      this.retries.delete(timer);
      if (shard.state !== 'active') return;
      transaction.queue
        .run(() => this.complete(shard, transaction))
        .catch((cause) => this.options.logger.log('ERROR', `cannot end ${transaction.transactionalId}`, cause));
    });
    this.retries.add(timer);
  }

  close(): void {
    this.isClosed = true;
    for (const timer of this.retries) timer.cancel();
  }
}
