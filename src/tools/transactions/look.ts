import { readFile } from 'node:fs/promises';
import { partitionName, type TopicPartition } from '../../client/admin/partition-leaders.ts';
import { type ActiveProducer, describeProducers as describe } from '../../client/admin/producers.ts';
import {
  describeTransactions,
  fenceProducer,
  type ListTransactionsFilter,
  listTransactions as list,
  type TransactionDescription,
  type TransactionListing,
} from '../../client/admin/transactions.ts';
import { type Cluster } from '../../client/index.ts';
import { KafkaError } from '../../protocol/errors.ts';
import { JavaError } from '../../util/java-error.ts';
import { type ToolContext } from '../../util/tool-context.ts';
import { type ClusterAddress, withSession } from '../admin-session.ts';
import { inPartitionOrder } from '../consumer-groups/topic-partitions.ts';
import { orFail } from './failure.ts';

/** Opens the cluster for one subcommand. */
export async function withTransactions<T>(
  address: ClusterAddress,
  context: ToolContext,
  work: (cluster: Cluster) => Promise<T>,
): Promise<T> {
  const { configFile } = address;
  if (configFile !== undefined) await orFail('Failed to load admin client properties', () => reading(configFile));
  return withSession(address, context, work);
}

/** Java names a file that is not there by its path alone. */
async function reading(file: string): Promise<void> {
  try {
    await readFile(file);
  } catch (error) {
    const isDirectory = (error as NodeJS.ErrnoException).code === 'EISDIR';
    throw new JavaError('java.io.IOException', isDirectory ? 'Is a directory' : file, error);
  }
}

export function listTransactions(cluster: Cluster, filter: ListTransactionsFilter): Promise<TransactionListing[]> {
  return orFail('Failed to list transactions', () => list(cluster, filter));
}

export interface DescribedTransaction extends TransactionDescription {
  readonly transactionalId: string;
  /** Null: none is under way. */
  readonly durationMs: bigint | null;
}

export function describeTransaction(cluster: Cluster, transactionalId: string): Promise<DescribedTransaction> {
  return orFail(`Failed to describe transaction state of transactional-id \`${transactionalId}\``, async () => {
    const found = (await describeTransactions(cluster, [transactionalId])).get(transactionalId);
    if (found === undefined || found instanceof KafkaError) throw found ?? new KafkaError('TRANSACTIONAL_ID_NOT_FOUND');
    const durationMs = found.startTimeMs === null ? null : BigInt(cluster.clock.now()) - found.startTimeMs;
    return { ...found, transactionalId, durationMs, partitions: inPartitionOrder(found.partitions) };
  });
}

export function describeProducers(
  cluster: Cluster,
  partition: TopicPartition,
  brokerId: number | undefined,
): Promise<ActiveProducer[]> {
  const whom = brokerId === undefined ? 'leader' : `broker ${brokerId}`;
  const sentence = `Failed to describe producers for partition ${partitionName(partition)} on ${whom}`;
  return orFail(sentence, async () => {
    const [outcome] = await describe(cluster, [partition], brokerId);
    if (outcome?.error) throw outcome.error;
    return outcome?.value ?? [];
  });
}

export function forceTerminate(cluster: Cluster, transactionalId: string): Promise<void> {
  const sentence = `Failed to force terminate transactionalId \`${transactionalId}\``;
  return orFail(sentence, () => fenceProducer(cluster, transactionalId));
}
