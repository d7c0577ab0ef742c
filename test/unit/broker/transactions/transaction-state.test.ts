import {
  TRANSACTION_STATES,
  type TransactionState,
  type TransactionValue,
  transition,
} from '../../../../src/broker/transactions/transaction-state.ts';

const value = (state: TransactionState): TransactionValue => ({
  state,
  producerId: 1n,
  previousProducerId: -1n,
  nextProducerId: -1n,
  producerEpoch: 0,
  timeoutMs: 1,
  partitions: new Set(),
  startTimeMs: -1n,
  lastUpdateMs: 0n,
  clientVersion: 1,
});

describe('moves of a transaction', () => {
  const illegal: [TransactionState, TransactionState][] = [
    ['Empty', 'PrepareCommit'],
    ['Empty', 'CompleteCommit'],
    ['Ongoing', 'Empty'],
    ['Ongoing', 'CompleteAbort'],
    ['PrepareCommit', 'PrepareAbort'],
    ['PrepareCommit', 'Ongoing'],
    ['PrepareAbort', 'CompleteCommit'],
    ['CompleteCommit', 'CompleteAbort'],
    ['PrepareEpochFence', 'PrepareCommit'],
  ];
  it.each(illegal)('%s to %s is refused', (from, to) => {
    expect(() => transition(value(from), to, {})).toThrow(`cannot go from ${from} to ${to}`);
  });

  it('leads nowhere from Dead', () => {
    for (const to of Object.keys(TRANSACTION_STATES)) {
      expect(() => transition(value('Dead'), to as TransactionState, {})).toThrow();
    }
  });
});
