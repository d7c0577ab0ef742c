import { type Rooms } from '../../../../src/broker/handlers/handler.ts';
import { verifyTransaction } from '../../../../src/broker/handlers/transactional-produce.ts';
import { type ErrorName } from '../../../../src/protocol/errors.ts';
import { singleBatch } from '../../../../src/protocol/records/batch-builder.ts';

const records = singleBatch([{ timestampMs: 1, key: null, value: Buffer.from('v') }], {
  producerId: 7n,
  producerEpoch: 1,
  baseSequence: 0,
  isTransactional: true,
});
const [A, B] = ['a', 'b'].map((topic) => ({ topic, partition: 0, records }));
const entries = [A as NonNullable<typeof A>, B as NonNullable<typeof B>];

interface World {
  /** What the coordinator says of every partition it is asked about. */
  readonly answer?: ErrorName;
  /** Topics whose log has a transaction of this producer open. */
  readonly open?: readonly string[];
  readonly isVerifying?: boolean;
}

/** Errors by topic, texts, and what the coordinator was asked. */
async function verify(apiVersion: number, { answer = 'NONE', open = [], isVerifying = true }: World) {
  const asked: string[] = [];
  const ask = (how: string, partitions: readonly { topic: string }[]) => {
    asked.push(...partitions.map(({ topic }) => `${how} ${topic}`));
    return answer;
  };
  const rooms = {
    cluster: { partition: () => ({}), brokerConfigValue: () => String(isVerifying) },
    replicas: { beginVerification: ({ topic }: { topic: string }) => (open.includes(topic) ? null : {}) },
    transactions: {
      addPartitions: async (_: unknown, partitions: typeof entries) => ask('add', partitions),
      verifyPartitions: (_: unknown, partitions: typeof entries) => {
        const error = ask('verify', partitions);
        return { error, partitions: partitions.map(() => error) };
      },
    },
  } as unknown as Rooms;
  const { failures, guarded } = await verifyTransaction('tx', entries, apiVersion, rooms);
  const told = [...failures].map(([{ topic }, failure]) => ({ topic, ...failure }));
  return { told, asked, guardedCount: guarded.size };
}

// Apache Kafka 4.3.1, KIP-890.
describe('batches of a transaction', () => {
  it('are asked about up to version 11, and join the transaction from 12 on', async () => {
    expect(await verify(11, {})).toEqual({ told: [], asked: ['verify a', 'verify b'], guardedCount: 2 });
    expect(await verify(12, {})).toEqual({ told: [], asked: ['add a', 'add b'], guardedCount: 2 });
  });

  it('go on where the log knows the transaction', async () => {
    expect((await verify(11, { open: ['a'] })).asked).toEqual(['verify b']);
    expect((await verify(12, { open: ['a', 'b'] })).asked).toEqual([]);
  });

  it('are taken as they come without verification, and join nothing', async () => {
    const world = { isVerifying: false, answer: 'INVALID_TXN_STATE' } as const;
    expect(await verify(11, world)).toEqual({ told: [], asked: [], guardedCount: 0 });
    expect(await verify(12, world)).toEqual({ told: [], asked: [], guardedCount: 0 });
  });

  const unverifiable = 'Unable to verify the partition has been added to the transaction. Underlying error:';
  it.each<[answer: ErrorName, version: number, error: ErrorName, text: string | undefined]>([
    ['INVALID_TXN_STATE', 10, 'INVALID_TXN_STATE', 'Partition was not added to the transaction'],
    ['INVALID_TXN_STATE', 11, 'TRANSACTION_ABORTABLE', undefined],
    ['CONCURRENT_TRANSACTIONS', 11, 'NOT_ENOUGH_REPLICAS', `${unverifiable} CONCURRENT_TRANSACTIONS`],
    ['CONCURRENT_TRANSACTIONS', 12, 'CONCURRENT_TRANSACTIONS', undefined],
    ['NOT_COORDINATOR', 12, 'NOT_ENOUGH_REPLICAS', `${unverifiable} NOT_COORDINATOR`],
    ['PRODUCER_FENCED', 12, 'INVALID_PRODUCER_EPOCH', undefined],
  ])('hear of %s in version %i as %s', async (answer, version, error, text) => {
    const { told } = await verify(version, { answer, open: ['b'] });
    expect(told).toEqual([{ topic: 'a', error, ...(text === undefined ? {} : { text }) }]);
  });
});
