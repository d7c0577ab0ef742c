import { describeTopics } from '../../client/admin/describe-topics.ts';
import { partitionName, type TopicPartition } from '../../client/admin/partition-leaders.ts';
import { type ActiveProducer, describeProducers } from '../../client/admin/producers.ts';
import { listTopics } from '../../client/admin/topics.ts';
import {
  describeTransactions,
  listTransactions,
  type TransactionDescription,
} from '../../client/admin/transactions.ts';
import { type Cluster } from '../../client/index.ts';
import { KafkaError } from '../../protocol/errors.ts';
import { type ProducerId } from '../../protocol/primitives.ts';
import { inHashOrder } from '../../util/java-hash-map.ts';
import { inPartitionOrder } from '../consumer-groups/topic-partitions.ts';
import { orFail, TransactionsFailure } from './failure.ts';

const MINUTE_MS = 60_000;
/** How many topics and partitions one request asks about. */
const BATCH = 500;

export interface HangingSearch {
  readonly topic: string | undefined;
  readonly partition: number | undefined;
  readonly brokerId: number | undefined;
  readonly maxTransactionTimeoutMinutes: number;
}

export interface OpenTransaction extends TopicPartition, ActiveProducer {
  readonly durationMinutes: number;
}

/**
 * Open transactions older than any may be, which no coordinator knows of: nothing will ever end them.
 * Source: TransactionsCommand.FindHangingTransactionsCommand.
 */
export async function findHanging(cluster: Cluster, search: HangingSearch): Promise<OpenTransaction[]> {
  const candidates = await openTransactions(cluster, search, await partitionsToSearch(cluster, search));
  if (candidates.length === 0) return [];
  const byProducer = Map.groupBy(candidates, ({ producerId }) => producerId);
  const producerIds = inHashOrder([...byProducer.keys()], longHash);
  const owners = await transactionalIds(cluster, producerIds);
  const known = await descriptions(cluster, [...owners.values()]);
  return producerIds.flatMap((producerId) => {
    const owner = owners.get(producerId);
    const transaction = owner === undefined ? undefined : known.get(owner);
    const mine = new Set(transaction?.partitions.map(partitionName));
    return byProducer.get(producerId)!.filter((one) => !mine.has(partitionName(one)));
  });
}

/** Throws TransactionsFailure: the search must have an end. */
export function checkSearch({ topic, partition, brokerId }: HangingSearch): void {
  if (topic === undefined && brokerId === undefined) {
    throw new TransactionsFailure(
      'The `find-hanging` command requires either --topic or --broker-id to limit the scope of the search',
    );
  }
  if (partition !== undefined && topic === undefined) {
    throw new TransactionsFailure('The --partition argument requires --topic to be provided');
  }
}

async function partitionsToSearch(cluster: Cluster, search: HangingSearch): Promise<TopicPartition[]> {
  const { topic, partition, brokerId } = search;
  if (topic !== undefined && partition !== undefined) return [{ topic, partition }];
  const topics = topic === undefined ? await orFail('Failed to list topics', () => allTopics(cluster)) : [topic];
  const found: TopicPartition[] = [];
  for (const names of inBatches(topics)) {
    await orFail(`Failed to describe ${names.length} topics`, async () => {
      for (const { name, partitions, error } of await describeTopics(cluster, names)) {
        if (error) throw error;
        const here = partitions.filter(({ replicas }) => brokerId === undefined || replicas.includes(brokerId));
        found.push(...here.map((one) => ({ topic: name, partition: one.partition })));
      }
    });
  }
  return found;
}

async function allTopics(cluster: Cluster): Promise<string[]> {
  return inHashOrder(
    (await listTopics(cluster)).map(({ name }) => name),
    (name) => name,
  );
}

async function openTransactions(
  cluster: Cluster,
  { brokerId, maxTransactionTimeoutMinutes }: HangingSearch,
  partitions: readonly TopicPartition[],
): Promise<OpenTransaction[]> {
  const found: OpenTransaction[] = [];
  for (const batch of inBatches(partitions)) {
    const whom = brokerId === undefined ? 'Optional.empty' : `Optional[${brokerId}]`;
    await orFail(`Failed to describe producers for ${batch.length} partitions on broker ${whom}`, async () => {
      const outcomes = await describeProducers(cluster, batch, brokerId);
      const nowMs = BigInt(cluster.clock.now());
      const oldestMs = nowMs - BigInt(maxTransactionTimeoutMinutes) * BigInt(MINUTE_MS);
      const described = batch.map((partition, index) => {
        const outcome = outcomes[index]!;
        if (outcome.error) throw outcome.error;
        return { ...partition, producers: outcome.value };
      });
      for (const { topic, partition, producers } of inPartitionOrder(described)) {
        for (const producer of producers) {
          if (producer.transactionStartOffset === null || producer.lastTimestampMs >= oldestMs) continue;
          const durationMinutes = Number((nowMs - producer.lastTimestampMs) / BigInt(MINUTE_MS));
          found.push({ topic, partition, ...producer, durationMinutes });
        }
      }
    });
  }
  return found;
}

function transactionalIds(cluster: Cluster, producerIds: readonly ProducerId[]): Promise<Map<ProducerId, string>> {
  return orFail(`Failed to list transactions for ${producerIds.length} producers`, async () => {
    const listings = await listTransactions(cluster, { producerIds });
    const asked = new Set(producerIds);
    return new Map(
      listings.filter(({ producerId }) => asked.has(producerId)).map((one) => [one.producerId, one.transactionalId]),
    );
  });
}

/** Ids that vanished in the meantime are left out. */
async function descriptions(cluster: Cluster, ids: readonly string[]): Promise<Map<string, TransactionDescription>> {
  return orFail(`Failed to describe ${ids.length} transactions`, async () => {
    const found = new Map<string, TransactionDescription>();
    if (ids.length === 0) return found;
    for (const [id, description] of await describeTransactions(cluster, ids)) {
      if (!(description instanceof KafkaError)) found.set(id, description);
      else if (description.error !== 'TRANSACTIONAL_ID_NOT_FOUND') throw description;
    }
    return found;
  });
}

function inBatches<T>(all: readonly T[]): T[][] {
  return Array.from({ length: Math.ceil(all.length / BATCH) }, (_, at) => all.slice(at * BATCH, (at + 1) * BATCH));
}

/** java.lang.Long.hashCode */
function longHash(value: bigint): number {
  return Number(BigInt.asIntN(32, value ^ (BigInt.asUintN(64, value) >> 32n)));
}
