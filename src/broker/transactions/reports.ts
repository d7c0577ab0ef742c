import { type ErrorName, KafkaError } from '../../protocol/errors.ts';
import { parsePartitionKey } from './record-format.ts';
import { type TransactionShard } from './shard.ts';
import { NO_PRODUCER_EPOCH, TRANSACTION_STATES } from './transaction-state.ts';
import { type TransactionCoordinator, type TransactionDescription, type TransactionFilter } from './types.ts';

/** DescribeTransactions for one id, given its shard or why there is none. */
export function describeTransaction(
  transactionalId: string,
  shard: TransactionShard | ErrorName,
): TransactionDescription {
  const value = typeof shard === 'string' ? undefined : shard.transactions.get(transactionalId)?.value;
  let error: ErrorName = 'NONE';
  if (transactionalId === '') error = 'INVALID_REQUEST';
  else if (typeof shard === 'string') error = shard;
  else if (value === undefined) error = 'TRANSACTIONAL_ID_NOT_FOUND';
  return {
    transactionalId,
    error,
    state: value?.state ?? 'Empty',
    timeoutMs: value?.timeoutMs ?? 0,
    startTimeMs: value?.startTimeMs ?? 0n,
    producerId: value?.producerId ?? 0n,
    producerEpoch: value?.producerEpoch ?? 0,
    partitions: [...(value?.partitions ?? [])].map(parsePartitionKey),
  };
}

function compile(idPattern: string | null): RegExp | null {
  if (!idPattern) return null;
  try {
    return new RegExp(`^(?:${idPattern})$`, 'u');
  } catch (cause) {
    throw new KafkaError('INVALID_REGULAR_EXPRESSION', undefined, { cause });
  }
}

/** ListTransactions. Throws KafkaError INVALID_REGULAR_EXPRESSION. */
export function listTransactions(
  shards: readonly TransactionShard[],
  filter: TransactionFilter,
  nowMs: number,
): ReturnType<TransactionCoordinator['list']> {
  const unknownStates = filter.states.filter((name) => !(name in TRANSACTION_STATES));
  if (shards.some((shard) => shard.state === 'loading')) {
    return { error: 'COORDINATOR_LOAD_IN_PROGRESS', unknownStates, transactions: [] };
  }
  const pattern = compile(filter.idPattern);
  const now = BigInt(nowMs);
  const transactions = shards
    .filter((shard) => shard.state === 'active')
    .flatMap((shard) => [...shard.transactions.values()])
    .filter(({ transactionalId, value }) => {
      if (value.producerEpoch === NO_PRODUCER_EPOCH) return false; // begun, not stored yet
      if (filter.states.length > 0 && !filter.states.includes(value.state)) return false;
      if (filter.producerIds.length > 0 && !filter.producerIds.includes(value.producerId)) return false;
      // One that has not begun has started at -1, as in Kafka: long ago.
      if (filter.durationMs >= 0n && now - value.startTimeMs <= filter.durationMs) return false;
      return pattern?.test(transactionalId) ?? true;
    })
    .map(({ transactionalId, value }) => ({
      transactionalId,
      producerId: value.producerId,
      state: value.state,
    }));
  return { error: 'NONE', unknownStates, transactions };
}
