import { addOffsetsToTxnHandler } from '../../../../src/broker/handlers/25-add-offsets-to-txn.ts';
import { txnOffsetCommitHandler } from '../../../../src/broker/handlers/28-txn-offset-commit.ts';
import { type RequestContext, type Rooms } from '../../../../src/broker/handlers/index.ts';
import { type ErrorName, Errors } from '../../../../src/protocol/errors.ts';
import { txnOffsetCommit } from '../../../../src/protocol/messages/28-txn-offset-commit.ts';
import { Reader } from '../../../../src/protocol/primitives.ts';

/** The error of a commit of one offset, where the coordinator says this of the transaction. */
async function commit(
  apiVersion: number,
  answer: ErrorName,
  { isVerifying = true, committed = 'NONE' as ErrorName, isKnown = true } = {},
): Promise<number | undefined> {
  const rooms = {
    cluster: {
      topics: new Map(),
      partition: () => (isKnown ? {} : undefined),
      brokerConfigValue: () => String(isVerifying),
    },
    transactions: { addOffsets: async () => answer, verifyOffsets: () => answer },
    groups: { commitTransactionalOffsets: async () => (isKnown ? [committed] : []) },
  } as unknown as Rooms;
  const request = {
    transactionalId: 'tx',
    groupId: 'g',
    topics: [{ name: 't', partitions: [{ partitionIndex: 0, committedOffset: 5n }] }],
  };
  const decoded = txnOffsetCommit.request.read(
    new Reader(txnOffsetCommit.request.encode(request, apiVersion)),
    apiVersion,
  );
  const response = await txnOffsetCommitHandler.bind(rooms)(decoded as never, { apiVersion } as RequestContext);
  return (response as { topics: { partitions: { errorCode: number }[] }[] }).topics[0]?.partitions[0]?.errorCode;
}

// Apache Kafka 4.3.1.
describe('offsets of a transaction', () => {
  it.each<[version: number, answer: ErrorName, error: ErrorName]>([
    [3, 'INVALID_TXN_STATE', 'INVALID_TXN_STATE'],
    [4, 'INVALID_TXN_STATE', 'TRANSACTION_ABORTABLE'],
    [4, 'PRODUCER_FENCED', 'INVALID_PRODUCER_EPOCH'],
    [5, 'PRODUCER_FENCED', 'INVALID_PRODUCER_EPOCH'],
    [5, 'CONCURRENT_TRANSACTIONS', 'CONCURRENT_TRANSACTIONS'],
  ])('in version %i: %s is told as %s', async (version, answer, error) => {
    expect(await commit(version, answer)).toBe(Errors[error]);
  });

  it('without verification are taken up to version 4; version 5 adds the partition all the same', async () => {
    expect(await commit(3, 'INVALID_TXN_STATE', { isVerifying: false })).toBe(0);
    expect(await commit(4, 'INVALID_TXN_STATE', { isVerifying: false })).toBe(0);
    expect(await commit(5, 'CONCURRENT_TRANSACTIONS', { isVerifying: false })).toBe(Errors.CONCURRENT_TRANSACTIONS);
  });

  it.each<[version: number, error: ErrorName]>([
    [1, 'COORDINATOR_NOT_AVAILABLE'],
    [2, 'COORDINATOR_LOAD_IN_PROGRESS'],
  ])('in version %i of a group that is loading: %s', async (version, error) => {
    expect(await commit(version, 'NONE', { committed: 'COORDINATOR_LOAD_IN_PROGRESS' })).toBe(Errors[error]);
  });

  it('of unknown partitions alone leave the transaction as it is', async () => {
    expect(await commit(5, 'PRODUCER_FENCED', { isKnown: false })).toBe(Errors.UNKNOWN_TOPIC_OR_PARTITION);
  });

  it('may belong to a group whose id is empty', async () => {
    const asked: string[] = [];
    const transactions = { addOffsets: async (_: unknown, groupId: string) => asked.push(`[${groupId}]`) && 'NONE' };
    const handle = addOffsetsToTxnHandler.bind({ transactions } as unknown as Rooms);
    expect(await handle({ transactionalId: 'tx', groupId: '' } as never, { apiVersion: 3 } as RequestContext)).toEqual({
      errorCode: 0,
    });
    expect(asked).toEqual(['[]']);
  });
});
