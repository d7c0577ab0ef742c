// The load of a round: plain producers, transactional producers and a consumer group, until the broker dies under them. Each writes
// down what it attempted and what was acknowledged, for verify.mjs to compare.
import { Kafka, logLevel } from 'kafkajs';

export const PARTITIONS = 3;
const BATCH = 300;
/** Records of a transaction in each partition. */
export const PER_PARTITION = 20;

export const GROUP = 'torture-group';
export const TRANSACTIONAL_GROUP = 'torture-transactional-group';
export const TRANSACTIONAL_IDS = ['one', 'two'];

/** For what follows a restart: coordinators load their logs first. */
export const PATIENT = { retries: 30, initialRetryTime: 100, maxRetryTime: 300 };

export function client(port, retry = { retries: 0 }) {
  return new Kafka({
    brokers: [`127.0.0.1:${port}`],
    logLevel: logLevel.NOTHING,
    connectionTimeout: 3000,
    requestTimeout: 20_000,
    retry,
  });
}

/** What is known of a pair of topics: they last a few rounds, so that reading all of them stays quick. */
export function newGeneration(number) {
  return {
    plain: `torture-${number}`,
    transactional: `torture-tx-${number}`,
    attempted: new Array(PARTITIONS).fill(0),
    /** Of each partition: [first, end) pairs. */
    acknowledged: Array.from({ length: PARTITIONS }, () => []),
    /** Transactional id -> outcome of each transaction: committed, aborted or unknown. */
    transactions: new Map(TRANSACTIONAL_IDS.map((id) => [id, []])),
    /** Of each partition: what the group last tried to commit, and what was acknowledged. */
    offsetAttempted: new Array(PARTITIONS).fill(-1),
    offsetCommitted: new Array(PARTITIONS).fill(-1),
  };
}

/** Joins the group before the load begins, for a dead member of the round before holds the join up. */
export async function joinGroup(port, generation, state) {
  const consumer = client(port, PATIENT).consumer({
    groupId: GROUP,
    sessionTimeout: 6000,
    rebalanceTimeout: 1500,
    heartbeatInterval: 500,
    maxWaitTimeInMs: 100,
    retry: { ...PATIENT, restartOnFailure: async () => false },
  });
  const joined = new Promise((resolve) => consumer.on(consumer.events.GROUP_JOIN, resolve));
  // The promise of commitOffsets is kept even when the consumer has given up; the event tells of an answer.
  consumer.on(consumer.events.COMMIT_OFFSETS, ({ payload }) => {
    for (const { partition, offset } of payload.topics.flatMap(({ partitions }) => partitions)) {
      generation.offsetCommitted[partition] = Math.max(generation.offsetCommitted[partition], Number(offset));
      state.offsetCommits++;
    }
  });
  await consumer.connect();
  await consumer.subscribe({ topics: [generation.plain], fromBeginning: true });
  await consumer.run({
    autoCommit: false,
    eachBatchAutoResolve: true,
    eachBatch: async ({ batch }) => {
      const next = Number(batch.lastOffset()) + 1;
      const { partition } = batch;
      if (!state.isRunning) return;
      generation.offsetAttempted[partition] = Math.max(generation.offsetAttempted[partition], next);
      await consumer.commitOffsets([{ topic: generation.plain, partition, offset: String(next) }]);
    },
  });
  return { consumer, joined };
}

export async function producePlain(port, generation, state) {
  const producer = client(port).producer({ retry: { retries: 0 } });
  state.clients.push(producer);
  await producer.connect();
  await Promise.all(
    generation.acknowledged.map(async (mine, partition) => {
      while (state.isRunning) {
        const first = generation.attempted[partition];
        const messages = Array.from({ length: BATCH }, (_, i) => ({ partition, value: `${partition}:${first + i}` }));
        generation.attempted[partition] += BATCH;
        try {
          await producer.send({ topic: generation.plain, acks: -1, messages });
        } catch {
          return; // killed: this send was not acknowledged
        }
        mine.push(first, first + BATCH);
      }
    }),
  );
}

/** A producer of that id: what an earlier one of it left open is aborted when it returns. */
export async function transactionalProducer(port, id) {
  const producer = client(port, PATIENT).producer({
    transactionalId: id,
    idempotent: true,
    maxInFlightRequests: 1,
    transactionTimeout: 60_000,
  });
  await producer.connect();
  await (await producer.transaction()).abort();
  return producer;
}

/** Transactions over all partitions, each with the group's offset set to its number. */
export async function produceTransactions(producer, id, generation, state) {
  const outcomes = generation.transactions.get(id);
  while (state.isRunning) {
    const number = outcomes.length;
    outcomes.push('unknown');
    try {
      const transaction = await producer.transaction();
      for (let partition = 0; partition < PARTITIONS; partition++) {
        const messages = Array.from({ length: PER_PARTITION }, (_, i) => ({
          partition,
          value: `${id}:${number}:${i}`,
        }));
        await transaction.send({ topic: generation.transactional, acks: -1, messages });
      }
      const partition = TRANSACTIONAL_IDS.indexOf(id);
      await transaction.sendOffsets({
        consumerGroupId: TRANSACTIONAL_GROUP,
        topics: [{ topic: generation.transactional, partitions: [{ partition, offset: String(number) }] }],
      });
      const ending = Math.random() < 0.3 ? 'aborted' : 'committed';
      if (ending === 'aborted') await transaction.abort();
      else await transaction.commit();
      outcomes[number] = ending;
    } catch {
      return; // killed: nobody knows how this one ended
    }
  }
}
