import { partitionName, type TopicPartition } from '../../client/admin/partition-leaders.ts';
import { abortSpecText, abortTransaction, describeProducers } from '../../client/admin/producers.ts';
import { type Cluster } from '../../client/index.ts';
import { type Offset, type ProducerId } from '../../protocol/primitives.ts';
import { orFail, TransactionsFailure } from './failure.ts';

/** How a transaction is pointed at: by where it begins, or by its producer. The start wins. */
export interface HangingTransaction extends TopicPartition {
  readonly startOffset: Offset | undefined;
  readonly producerId: ProducerId | undefined;
  readonly producerEpoch: number | undefined;
  readonly coordinatorEpoch: number | undefined;
}

const UNIDENTIFIED =
  'The transaction to abort must be identified either with --start-offset (for brokers on 3.0 or above) or with --producer-id, --producer-epoch, and --coordinator-epoch (for older brokers)';

/** Ends a transaction in one partition. Source: TransactionsCommand.AbortTransactionCommand. */
export async function abortHanging(cluster: Cluster, transaction: HangingTransaction): Promise<void> {
  const { topic, partition } = transaction;
  const spec = { topic, partition, ...(await producerOf(cluster, transaction)) };
  await orFail(`Failed to abort transaction ${abortSpecText(spec)}`, () => abortTransaction(cluster, spec));
}

async function producerOf(cluster: Cluster, transaction: HangingTransaction) {
  const { startOffset, producerId, producerEpoch, coordinatorEpoch } = transaction;
  if (startOffset !== undefined) return openedAt(cluster, transaction, startOffset);
  if (producerId === undefined) throw new TransactionsFailure(UNIDENTIFIED);
  if (producerEpoch === undefined) throw new TransactionsFailure('Missing required argument --producer-epoch');
  if (coordinatorEpoch === undefined) throw new TransactionsFailure('Missing required argument --coordinator-epoch');
  // A producer whose first transaction hangs has never met a coordinator's epoch.
  return { producerId, producerEpoch, coordinatorEpoch: Math.max(0, coordinatorEpoch) };
}

async function openedAt(cluster: Cluster, { topic, partition }: TopicPartition, startOffset: Offset) {
  const name = partitionName({ topic, partition });
  const producers = await orFail(`Failed to validate producer state for partition ${name}`, async () => {
    const [outcome] = await describeProducers(cluster, [{ topic, partition }]);
    if (outcome?.error) throw outcome.error;
    return outcome?.value ?? [];
  });
  const found = producers.find(({ transactionStartOffset }) => transactionStartOffset === startOffset);
  if (!found) {
    const text = `Could not find any open transactions starting at offset ${startOffset} on partition ${name}`;
    throw new TransactionsFailure(text);
  }
  const { producerId, producerEpoch, coordinatorEpoch } = found;
  return { producerId, producerEpoch, coordinatorEpoch: Math.max(0, coordinatorEpoch) };
}
