import { type ErrorName } from '../../protocol/errors.ts';
import { type ProducerId } from '../../protocol/primitives.ts';
import { type Timer } from '../../util/clock.ts';
import { SerialQueue } from '../../util/serial-queue.ts';
import { type Controller } from '../cluster/index.ts';
import { type ReplicaManager, type TopicPartition } from '../replicas/index.ts';
import { decideEnd, decideInit, type Outcome, prepareEnd } from './ending.ts';
import { type MarkerOptions, MarkerWriter, OFFSETS_TOPIC } from './markers.ts';
import { partitionKey } from './record-format.ts';
import { describeTransaction, listTransactions } from './reports.ts';
import { TRANSACTIONS_TOPIC, TransactionShard } from './shard.ts';
import { isEpochExhausted, NO_PRODUCER_EPOCH, NO_PRODUCER_ID, Transaction, transition } from './transaction-state.ts';
import {
  type InitializedProducer,
  type TransactionalProducer,
  type TransactionCoordinator,
  type TransactionDescription,
  type TransactionFilter,
  type TransactionVersion,
} from './types.ts';

export interface TransactionCoordinatorOptions extends MarkerOptions {
  readonly controller: Controller;
  readonly replicas: ReplicaManager;
  /** The hash rule shared with groups: partition of an id among so many. */
  readonly partitionForKey: (key: string, partitionCount: number) => number;
}

const failedInit = (error: ErrorName): InitializedProducer => ({
  error,
  producerId: NO_PRODUCER_ID,
  producerEpoch: NO_PRODUCER_EPOCH,
});

/** Follows kafka 4.x TransactionCoordinator; markers are written before an answer, so no client waits for them in vain. */
class Coordinator implements TransactionCoordinator {
  private readonly options: TransactionCoordinatorOptions;
  private readonly shards = new Map<number, TransactionShard>();
  private readonly timers = new Set<Timer>();
  private readonly markers: MarkerWriter;
  private readonly producerIds = new SerialQueue();
  private nextProducerId: ProducerId = 0n;
  /** Exclusive end of the block the controller gave. */
  private producerIdsEnd: ProducerId = 0n;
  private isClosed = false;

  constructor(options: TransactionCoordinatorOptions) {
    this.options = options;
    this.markers = new MarkerWriter(options);
    options.replicas.onLeadershipChange(({ topic, partition, isLeader }) => {
      if (topic === TRANSACTIONS_TOPIC) this.setLeadership(partition, isLeader);
    });
    this.every('transaction.abort.timed.out.transaction.cleanup.interval.ms', () => this.abortTimedOut());
    this.every('transaction.remove.expired.transaction.cleanup.interval.ms', () => this.removeExpired());
  }

  private configNumber(name: string): number {
    return Number(this.options.metadata.brokerConfigValue(name));
  }

  private every(intervalConfig: string, task: () => Promise<void>): void {
    if (this.isClosed) return;
    const timer = this.options.clock.after(this.configNumber(intervalConfig), () => {
      this.timers.delete(timer);
      task()
        .catch((cause) => this.options.logger.log('ERROR', 'transaction housekeeping failed', cause))
        .finally(() => this.every(intervalConfig, task));
    });
    this.timers.add(timer);
  }

  private setLeadership(partition: number, isLeader: boolean): void {
    const known = this.shards.get(partition);
    if (known) known.state = 'closed';
    this.shards.delete(partition);
    if (!isLeader) return;
    const shard = new TransactionShard(partition, this.options);
    this.shards.set(partition, shard);
    this.load(shard).catch((cause) => {
      if (shard.state === 'loading') shard.state = 'closed';
      this.options.logger.log('ERROR', `cannot load ${TRANSACTIONS_TOPIC}-${partition}`, cause);
    });
  }

  private async load(shard: TransactionShard): Promise<void> {
    await shard.load();
    await this.resume(shard);
  }

  /** A restart between decision and markers: the decision stands, the markers are written now. */
  private async resume(shard: TransactionShard): Promise<void> {
    for (const transaction of [...shard.transactions.values()]) {
      const { state } = transaction.value;
      if (state !== 'PrepareCommit' && state !== 'PrepareAbort') continue;
      await transaction.queue.run(() => this.markers.complete(shard, transaction));
    }
  }

  private shardOf(transactionalId: string): TransactionShard | ErrorName {
    const topic = this.options.metadata.topics.get(TRANSACTIONS_TOPIC);
    if (!topic) return 'NOT_COORDINATOR';
    const shard = this.shards.get(this.options.partitionForKey(transactionalId, topic.partitions.length));
    if (!shard || shard.state === 'closed') return 'NOT_COORDINATOR';
    return shard.state === 'loading' ? 'COORDINATOR_LOAD_IN_PROGRESS' : shard;
  }

  async initProducerId(request: {
    transactionalId: string;
    timeoutMs: number;
    producerId: ProducerId;
    producerEpoch: number;
  }): Promise<InitializedProducer> {
    if (request.transactionalId === '') return failedInit('INVALID_REQUEST');
    if (request.timeoutMs <= 0 || request.timeoutMs > this.configNumber('transaction.max.timeout.ms')) {
      return failedInit('INVALID_TRANSACTION_TIMEOUT');
    }
    const shard = this.shardOf(request.transactionalId);
    if (typeof shard === 'string') return failedInit(shard);
    const transaction = shard.transactions.get(request.transactionalId) ?? (await this.begin(shard, request));
    return transaction.queue.run(() => this.initialize(shard, transaction, request));
  }

  /** A new id, known from now on but stored only by what follows. */
  private async begin(
    shard: TransactionShard,
    request: { transactionalId: string; timeoutMs: number },
  ): Promise<Transaction> {
    const producerId = await this.newProducerId();
    const raced = shard.transactions.get(request.transactionalId);
    if (raced) return raced;
    const transaction = new Transaction(request.transactionalId, {
      state: 'Empty',
      producerId,
      previousProducerId: NO_PRODUCER_ID,
      nextProducerId: NO_PRODUCER_ID,
      producerEpoch: NO_PRODUCER_EPOCH,
      timeoutMs: request.timeoutMs,
      partitions: new Set(),
      startTimeMs: -1n,
      lastUpdateMs: BigInt(this.options.clock.now()),
      clientVersion: 1,
    });
    shard.transactions.set(request.transactionalId, transaction);
    return transaction;
  }

  newProducerId(): Promise<ProducerId> {
    return this.producerIds.run(async () => {
      if (this.nextProducerId === this.producerIdsEnd) {
        const { first, count } = await this.options.controller.allocateProducerIds();
        this.nextProducerId = first;
        this.producerIdsEnd = first + BigInt(count);
      }
      return this.nextProducerId++;
    });
  }

  private async initialize(
    shard: TransactionShard,
    transaction: Transaction,
    request: { timeoutMs: number; producerId: ProducerId; producerEpoch: number },
  ): Promise<InitializedProducer> {
    const nowMs = this.options.clock.now();
    const newProducerId = isEpochExhausted(transaction.value.producerEpoch)
      ? await this.newProducerId()
      : NO_PRODUCER_ID;
    const decision = decideInit(transaction, request, { newProducerId, nowMs });
    if (decision.kind === 'answer') return failedInit(decision.error);
    if (decision.kind === 'abortFirst') {
      const error = await this.fence(shard, transaction);
      return failedInit(error === 'NONE' ? 'CONCURRENT_TRANSACTIONS' : error);
    }
    if (decision.kind === 'store') {
      const error = await shard.store(transaction, decision.next);
      if (error !== 'NONE') return failedInit(error);
      transaction.lastProducerEpoch = decision.lastProducerEpoch;
    }
    const { producerId, producerEpoch } = transaction.value;
    return { error: 'NONE', producerId, producerEpoch };
  }

  /** Aborts an open transaction under a bumped epoch, so that its producer is fenced. */
  private async fence(shard: TransactionShard, transaction: Transaction): Promise<ErrorName> {
    const { value } = transaction;
    const nextProducerId = isEpochExhausted(value.producerEpoch) ? await this.newProducerId() : NO_PRODUCER_ID;
    const fenced = transition(value, 'PrepareEpochFence', {});
    const nowMs = this.options.clock.now();
    const error = await shard.store(
      transaction,
      prepareEnd(fenced, 'abort', { bumpEpoch: true, version: value.clientVersion, nextProducerId, nowMs }),
    );
    if (error !== 'NONE') return error;
    transaction.lastProducerEpoch = NO_PRODUCER_EPOCH;
    return this.markers.complete(shard, transaction);
  }

  addPartitions(
    producer: TransactionalProducer,
    partitions: readonly TopicPartition[],
    version: TransactionVersion,
  ): Promise<ErrorName> {
    if (producer.transactionalId === '') return Promise.resolve('INVALID_REQUEST');
    return this.withTransaction(producer, async (shard, transaction) => {
      const { value } = transaction;
      const fenced = this.checkProducer(transaction, producer);
      if (fenced !== 'NONE') return fenced;
      const keys = partitions.map((one) => partitionKey(one.topic, one.partition));
      if (value.state === 'Ongoing' && keys.every((key) => value.partitions.has(key))) return 'NONE';
      const now = BigInt(this.options.clock.now());
      const isOpen = value.state === 'Ongoing';
      return shard.store(
        transaction,
        transition(value, 'Ongoing', {
          partitions: new Set(isOpen ? [...value.partitions, ...keys] : keys),
          startTimeMs: isOpen ? value.startTimeMs : now,
          lastUpdateMs: now,
          clientVersion: version,
        }),
      );
    });
  }

  private checkProducer({ value }: Transaction, producer: TransactionalProducer): ErrorName {
    if (value.producerId !== producer.producerId) return 'INVALID_PRODUCER_ID_MAPPING';
    if (value.producerEpoch !== producer.producerEpoch) return 'PRODUCER_FENCED';
    if (value.state === 'PrepareCommit' || value.state === 'PrepareAbort') return 'CONCURRENT_TRANSACTIONS';
    return 'NONE';
  }

  private withTransaction(
    producer: TransactionalProducer,
    task: (shard: TransactionShard, transaction: Transaction) => Promise<ErrorName>,
  ): Promise<ErrorName> {
    const shard = this.shardOf(producer.transactionalId);
    if (typeof shard === 'string') return Promise.resolve(shard);
    const transaction = shard.transactions.get(producer.transactionalId);
    if (!transaction) return Promise.resolve('INVALID_PRODUCER_ID_MAPPING');
    return transaction.queue.run(() => task(shard, transaction));
  }

  private offsetsPartition(groupId: string): TopicPartition | null {
    const topic = this.options.metadata.topics.get(OFFSETS_TOPIC);
    if (!topic) return null;
    return { topic: OFFSETS_TOPIC, partition: this.options.partitionForKey(groupId, topic.partitions.length) };
  }

  async addOffsets(producer: TransactionalProducer, groupId: string, version: TransactionVersion): Promise<ErrorName> {
    let partition = this.offsetsPartition(groupId);
    if (partition === null) {
      const made = await this.options.controller.ensureInternalTopic(OFFSETS_TOPIC);
      if ('error' in made) return 'COORDINATOR_NOT_AVAILABLE';
      partition = this.offsetsPartition(groupId);
    }
    if (partition === null) return 'COORDINATOR_NOT_AVAILABLE';
    return this.addPartitions(producer, [partition], version);
  }

  verifyPartitions(
    producer: TransactionalProducer,
    partitions: readonly TopicPartition[],
  ): { error: ErrorName; partitions: readonly ErrorName[] } {
    const all = (error: ErrorName) => ({ error, partitions: partitions.map(() => error) });
    const shard = this.shardOf(producer.transactionalId);
    if (typeof shard === 'string') return all(shard);
    const transaction = shard.transactions.get(producer.transactionalId);
    if (!transaction) return all('INVALID_PRODUCER_ID_MAPPING');
    const { value } = transaction;
    const fenced = this.checkProducer(transaction, producer);
    if (fenced !== 'NONE') return all(fenced);
    const isIn = (one: TopicPartition) =>
      value.state === 'Ongoing' && value.partitions.has(partitionKey(one.topic, one.partition));
    return { error: 'NONE', partitions: partitions.map((one) => (isIn(one) ? 'NONE' : 'INVALID_TXN_STATE')) };
  }

  verifyOffsets(producer: TransactionalProducer, groupId: string): ErrorName {
    const partition = this.offsetsPartition(groupId);
    if (partition === null) return 'INVALID_TXN_STATE';
    return this.verifyPartitions(producer, [partition]).partitions[0] ?? 'INVALID_TXN_STATE';
  }

  async end(
    producer: TransactionalProducer,
    outcome: Outcome,
    version: TransactionVersion,
  ): Promise<InitializedProducer> {
    if (producer.transactionalId === '') return failedInit('INVALID_REQUEST');
    const shard = this.shardOf(producer.transactionalId);
    if (typeof shard === 'string') return failedInit(shard);
    const transaction = shard.transactions.get(producer.transactionalId);
    if (!transaction) return failedInit('INVALID_PRODUCER_ID_MAPPING');
    return transaction.queue.run(async () => {
      const exhausts = version === 2 && isEpochExhausted(transaction.value.producerEpoch);
      const nextProducerId = exhausts ? await this.newProducerId() : NO_PRODUCER_ID;
      const nowMs = this.options.clock.now();
      const decision = decideEnd(transaction, producer, outcome, { version, nextProducerId, nowMs });
      let error: ErrorName = decision.kind === 'answer' ? decision.error : 'NONE';
      if (decision.kind === 'end') {
        const epochBefore = transaction.value.producerEpoch;
        error = await shard.store(transaction, decision.prepared);
        if (error === 'NONE') {
          // An InitProducerId with the epoch before is one whose client lost this answer.
          if (version === 2) transaction.lastProducerEpoch = epochBefore;
          error = await this.markers.complete(shard, transaction);
        }
      }
      if (error !== 'NONE') return failedInit(error);
      return { error, producerId: transaction.value.producerId, producerEpoch: transaction.value.producerEpoch };
    });
  }

  private *activeTransactions(): Generator<[TransactionShard, Transaction]> {
    for (const shard of this.shards.values()) {
      if (shard.state !== 'active') continue;
      for (const transaction of [...shard.transactions.values()]) yield [shard, transaction];
    }
  }

  private async abortTimedOut(): Promise<void> {
    const isTimedOut = ({ value }: Transaction) =>
      value.state === 'Ongoing' && value.startTimeMs + BigInt(value.timeoutMs) < BigInt(this.options.clock.now());
    for (const [shard, transaction] of this.activeTransactions()) {
      if (!isTimedOut(transaction)) continue;
      const { transactionalId, value } = transaction;
      this.options.logger.log('INFO', `transaction of ${transactionalId} timed out after ${value.timeoutMs} ms`);
      await transaction.queue.run(async () => {
        if (isTimedOut(transaction)) await this.fence(shard, transaction);
      });
    }
  }

  private async removeExpired(): Promise<void> {
    const idleMs = BigInt(this.configNumber('transactional.id.expiration.ms'));
    const idle = new Set(['Empty', 'CompleteCommit', 'CompleteAbort']);
    const isExpired = ({ value }: Transaction) =>
      idle.has(value.state) && value.lastUpdateMs + idleMs <= BigInt(this.options.clock.now());
    for (const [shard, transaction] of this.activeTransactions()) {
      if (!isExpired(transaction)) continue;
      await transaction.queue.run(async () => {
        if (isExpired(transaction)) await shard.store(transaction, null);
      });
    }
  }

  describe(transactionalIds: readonly string[]): TransactionDescription[] {
    return transactionalIds.map((transactionalId) =>
      describeTransaction(transactionalId, this.shardOf(transactionalId)),
    );
  }

  list(filter: TransactionFilter): ReturnType<TransactionCoordinator['list']> {
    return listTransactions([...this.shards.values()], filter, this.options.clock.now());
  }

  close(): void {
    this.isClosed = true;
    for (const timer of this.timers) timer.cancel();
    this.markers.close();
    for (const shard of this.shards.values()) shard.state = 'closed';
  }
}

export function createTransactionCoordinator(options: TransactionCoordinatorOptions): TransactionCoordinator {
  return new Coordinator(options);
}
