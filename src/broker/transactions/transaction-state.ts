import { type ProducerId } from '../../protocol/primitives.ts';
import { SerialQueue } from '../../util/serial-queue.ts';
import { type TransactionVersion } from './types.ts';

/** Numbers as in TransactionLogValue.transactionStatus; names as the tools print them. */
export const TRANSACTION_STATES = {
  Empty: 0,
  Ongoing: 1,
  PrepareCommit: 2,
  PrepareAbort: 3,
  CompleteCommit: 4,
  CompleteAbort: 5,
  Dead: 6,
  PrepareEpochFence: 7,
} as const;
export type TransactionState = keyof typeof TRANSACTION_STATES;

const NAMES = new Map(Object.entries(TRANSACTION_STATES).map(([name, code]) => [code, name as TransactionState]));

export function transactionStateName(code: number): TransactionState | undefined {
  return NAMES.get(code as (typeof TRANSACTION_STATES)[TransactionState]);
}

/** Legal moves. A version 2 producer may abort a transaction it never began: Empty and Complete* lead to PrepareAbort. */
const MOVES: { readonly [S in TransactionState]: readonly TransactionState[] } = {
  Empty: ['Empty', 'Ongoing', 'PrepareAbort', 'Dead'],
  Ongoing: ['Ongoing', 'PrepareCommit', 'PrepareAbort', 'PrepareEpochFence'],
  PrepareEpochFence: ['PrepareAbort'],
  PrepareCommit: ['CompleteCommit'],
  PrepareAbort: ['CompleteAbort'],
  CompleteCommit: ['Empty', 'Ongoing', 'PrepareAbort', 'Dead'],
  CompleteAbort: ['Empty', 'Ongoing', 'PrepareAbort', 'Dead'],
  Dead: [],
};

export const NO_PRODUCER_EPOCH = -1;
export const NO_PRODUCER_ID = -1n;
/** The last epoch is kept for fencing: an id that reached the one before it gets a new producer id. */
const LAST_USABLE_EPOCH = 32767 - 1;

export function isEpochExhausted(epoch: number): boolean {
  return epoch >= LAST_USABLE_EPOCH;
}

/** What `__transaction_state` stores of a transactional id. Never changed in place: a new value follows an append. */
export interface TransactionValue {
  readonly state: TransactionState;
  readonly producerId: ProducerId;
  /** The id before the last change of ids; -1 means none. */
  readonly previousProducerId: ProducerId;
  /** The id to go on with once the transaction is complete; -1 means none. */
  readonly nextProducerId: ProducerId;
  readonly producerEpoch: number;
  readonly timeoutMs: number;
  /** "topic-partition" keys; sorted when written. */
  readonly partitions: ReadonlySet<string>;
  readonly startTimeMs: bigint;
  readonly lastUpdateMs: bigint;
  readonly clientVersion: TransactionVersion;
}

/** One transactional id: its stored value, and the queue in which everything that changes it runs. */
export class Transaction {
  readonly transactionalId: string;
  readonly queue = new SerialQueue();
  /** The epoch before the last bump its producer asked for, so that a repeated InitProducerId is recognised. Not stored. */
  lastProducerEpoch = NO_PRODUCER_EPOCH;
  value: TransactionValue;

  constructor(transactionalId: string, value: TransactionValue) {
    this.transactionalId = transactionalId;
    this.value = value;
  }
}

/** The value after a legal move; an illegal one throws, since it would be our bug. */
export function transition(
  value: TransactionValue,
  state: TransactionState,
  changes: Partial<Omit<TransactionValue, 'state'>>,
): TransactionValue {
  if (!MOVES[value.state].includes(state)) throw new Error(`transaction cannot go from ${value.state} to ${state}`);
  return { ...value, ...changes, state };
}
