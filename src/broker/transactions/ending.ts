import { type ErrorName } from '../../protocol/errors.ts';
import {
  isEpochExhausted,
  NO_PRODUCER_EPOCH,
  NO_PRODUCER_ID,
  type Transaction,
  type TransactionValue,
  transition,
} from './transaction-state.ts';
import { type TransactionalProducer, type TransactionVersion } from './types.ts';

export type Outcome = 'commit' | 'abort';

/** What an EndTxn has to do: nothing more (an answer), or prepare the value that is stored next. */
export type EndDecision =
  | { readonly kind: 'answer'; readonly error: ErrorName }
  | { readonly kind: 'end'; readonly prepared: TransactionValue };

const answer = (error: ErrorName): EndDecision => ({ kind: 'answer', error });

/**
 * The value in which the outcome is decided. Version 2 bumps the epoch with it, so the markers fence what still travels;
 * an exhausted epoch brings a new producer id at completion. Source: KIP-890, kafka 4.x TransactionMetadata.
 */
export function prepareEnd(
  value: TransactionValue,
  outcome: Outcome,
  options: { bumpEpoch: boolean; version: TransactionVersion; nextProducerId: bigint; nowMs: number },
): TransactionValue {
  const neverBegan = value.state !== 'Ongoing' && value.state !== 'PrepareEpochFence';
  return transition(value, outcome === 'commit' ? 'PrepareCommit' : 'PrepareAbort', {
    producerEpoch: options.bumpEpoch ? value.producerEpoch + 1 : value.producerEpoch,
    nextProducerId: options.bumpEpoch ? options.nextProducerId : NO_PRODUCER_ID,
    clientVersion: options.version,
    lastUpdateMs: BigInt(options.nowMs),
    ...(neverBegan ? { startTimeMs: BigInt(options.nowMs), partitions: new Set<string>() } : {}),
  });
}

/** The value once every marker is written. */
export function completeEnd(value: TransactionValue, nowMs: number): TransactionValue {
  const changesId = value.nextProducerId !== NO_PRODUCER_ID;
  return transition(value, value.state === 'PrepareCommit' ? 'CompleteCommit' : 'CompleteAbort', {
    partitions: new Set(),
    startTimeMs: value.startTimeMs,
    lastUpdateMs: BigInt(nowMs),
    previousProducerId: changesId ? value.producerId : value.previousProducerId,
    producerId: changesId ? value.nextProducerId : value.producerId,
    producerEpoch: changesId ? 0 : value.producerEpoch,
    nextProducerId: NO_PRODUCER_ID,
  });
}

/** The request repeats an end that already bumped the epoch (or changed the id): its answer got lost. */
function isRetryAfterBump(value: TransactionValue, producer: TransactionalProducer): boolean {
  if (value.clientVersion !== 2) return false;
  if (value.producerId === producer.producerId) return value.producerEpoch === producer.producerEpoch + 1;
  return (
    value.previousProducerId === producer.producerId &&
    isEpochExhausted(producer.producerEpoch) &&
    value.producerEpoch === 0
  );
}

/** Kafka 4.x TransactionCoordinator.endTransaction, as a table of states and outcomes. */
export function decideEnd(
  { value }: Transaction,
  producer: TransactionalProducer,
  outcome: Outcome,
  options: { version: TransactionVersion; nextProducerId: bigint; nowMs: number },
): EndDecision {
  const isVersion2 = options.version === 2;
  const retry = isVersion2 && isRetryAfterBump(value, producer);
  if (value.producerId !== producer.producerId && !retry) return answer('INVALID_PRODUCER_ID_MAPPING');
  if (value.producerEpoch !== producer.producerEpoch && !retry) return answer('PRODUCER_FENCED');
  const end = (): EndDecision => ({
    kind: 'end',
    prepared: prepareEnd(value, outcome, { ...options, bumpEpoch: isVersion2 }),
  });
  switch (value.state) {
    case 'Ongoing':
      return retry ? answer('PRODUCER_FENCED') : end();
    case 'CompleteCommit':
    case 'CompleteAbort': {
      const sameOutcome = (value.state === 'CompleteCommit') === (outcome === 'commit');
      if (!isVersion2 || retry) return answer(sameOutcome ? 'NONE' : 'INVALID_TXN_STATE');
      return outcome === 'abort' ? end() : answer('INVALID_TXN_STATE');
    }
    case 'PrepareCommit':
      return answer(outcome === 'commit' ? 'CONCURRENT_TRANSACTIONS' : 'INVALID_TXN_STATE');
    case 'PrepareAbort':
      return answer(outcome === 'abort' ? 'CONCURRENT_TRANSACTIONS' : 'INVALID_TXN_STATE');
    case 'Empty':
      return isVersion2 && outcome === 'abort' && !retry ? end() : answer('INVALID_TXN_STATE');
    case 'PrepareEpochFence':
    case 'Dead':
      return answer('UNKNOWN_SERVER_ERROR');
  }
}

/** What InitProducerId has to do with a known id. */
export type InitDecision =
  | { readonly kind: 'answer'; readonly error: ErrorName }
  | { readonly kind: 'store'; readonly next: TransactionValue; readonly lastProducerEpoch: number }
  | { readonly kind: 'abortFirst' };

/** Kafka 4.x TransactionCoordinator.prepareInitProducerIdTransit; KIP-360 for callers that name their id and epoch. */
export function decideInit(
  transaction: Transaction,
  request: { timeoutMs: number; producerId: bigint; producerEpoch: number },
  options: { newProducerId: bigint; nowMs: number },
): InitDecision {
  const { value } = transaction;
  const expectsId = request.producerId !== NO_PRODUCER_ID;
  const expectsEpoch = request.producerEpoch !== NO_PRODUCER_EPOCH;
  if (expectsId && value.producerEpoch !== NO_PRODUCER_EPOCH && request.producerId !== value.producerId) {
    const isOldExhausted = request.producerId === value.previousProducerId && isEpochExhausted(request.producerEpoch);
    if (!isOldExhausted) return { kind: 'answer', error: 'PRODUCER_FENCED' };
  }
  if (value.state === 'PrepareCommit' || value.state === 'PrepareAbort' || value.state === 'PrepareEpochFence') {
    return { kind: 'answer', error: 'CONCURRENT_TRANSACTIONS' };
  }
  if (value.state === 'Dead') return { kind: 'answer', error: 'UNKNOWN_SERVER_ERROR' };
  const sameId = request.producerId === value.producerId;
  const known =
    !expectsEpoch ||
    value.producerEpoch === NO_PRODUCER_EPOCH ||
    !sameId ||
    request.producerEpoch === value.producerEpoch ||
    request.producerEpoch === transaction.lastProducerEpoch;
  if (!known) return { kind: 'answer', error: 'PRODUCER_FENCED' };
  if (value.state === 'Ongoing') return { kind: 'abortFirst' };
  const changes = {
    timeoutMs: request.timeoutMs,
    partitions: new Set<string>(),
    startTimeMs: -1n,
    lastUpdateMs: BigInt(options.nowMs),
    nextProducerId: NO_PRODUCER_ID,
  };
  if (isEpochExhausted(value.producerEpoch)) {
    const next = transition(value, 'Empty', {
      ...changes,
      previousProducerId: value.producerId,
      producerId: options.newProducerId,
      producerEpoch: 0,
    });
    return { kind: 'store', next, lastProducerEpoch: expectsEpoch ? value.producerEpoch : NO_PRODUCER_EPOCH };
  }
  // A repeated call keeps the epoch, but what ended is over: the state is Empty again.
  if (expectsEpoch && sameId && request.producerEpoch === transaction.lastProducerEpoch) {
    return { kind: 'store', next: transition(value, 'Empty', changes), lastProducerEpoch: request.producerEpoch };
  }
  return {
    kind: 'store',
    next: transition(value, 'Empty', { ...changes, producerEpoch: value.producerEpoch + 1 }),
    lastProducerEpoch: expectsEpoch ? value.producerEpoch : NO_PRODUCER_EPOCH,
  };
}
