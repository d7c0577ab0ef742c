import { addPartitionsToTxnHandler } from '../../../../src/broker/handlers/24-add-partitions-to-txn.ts';
import { addOffsetsToTxnHandler } from '../../../../src/broker/handlers/25-add-offsets-to-txn.ts';
import { endTxnHandler } from '../../../../src/broker/handlers/26-end-txn.ts';
import { type Handler, type RequestContext, type Rooms } from '../../../../src/broker/handlers/index.ts';
import { Errors } from '../../../../src/protocol/errors.ts';
import { Reader } from '../../../../src/protocol/primitives.ts';

const PRODUCER = { transactionalId: 'txn', producerId: 7n, producerEpoch: 1 };
const rooms = {
  cluster: { partition: () => ({ partition: 0 }) },
  transactions: {
    addPartitions: async () => 'PRODUCER_FENCED',
    addOffsets: async () => 'PRODUCER_FENCED',
    end: async () => ({ error: 'PRODUCER_FENCED', producerId: -1n, producerEpoch: -1 }),
  },
} as unknown as Rooms;

/** Asks as a client would: request and answer take the way over their bytes. */
async function ask<T>({ api, bind }: Handler, apiVersion: number, request: object): Promise<T> {
  const decoded = api.request.read(new Reader(api.request.encode(request as never, apiVersion)), apiVersion);
  const answer = await bind(rooms)(decoded as never, { apiVersion } as RequestContext);
  return api.response.read(new Reader(api.response.encode(answer as never, apiVersion)), apiVersion) as T;
}

// KIP-588; kafka 4.x KafkaApis: clients below that version do not know PRODUCER_FENCED.
describe('a fenced producer', () => {
  it.each([
    [1, 'INVALID_PRODUCER_EPOCH' as const],
    [2, 'PRODUCER_FENCED' as const],
  ])('hears of it in the words of version %i', async (version, error) => {
    const offsets = await ask<{ errorCode: number }>(addOffsetsToTxnHandler, version, { ...PRODUCER, groupId: 'g' });
    expect(offsets.errorCode).toBe(Errors[error]);
    const end = await ask<{ errorCode: number }>(endTxnHandler, version, { ...PRODUCER, committed: true });
    expect(end.errorCode).toBe(Errors[error]);
    const partitions = await ask<{
      resultsByTopicV3AndBelow: { resultsByPartition: { partitionErrorCode: number }[] }[];
    }>(addPartitionsToTxnHandler, version, {
      v3AndBelowTransactionalId: 'txn',
      v3AndBelowProducerId: 7n,
      v3AndBelowProducerEpoch: 1,
      v3AndBelowTopics: [{ name: 't', partitions: [0] }],
    });
    expect(partitions.resultsByTopicV3AndBelow[0]?.resultsByPartition[0]?.partitionErrorCode).toBe(Errors[error]);
  });
});
