import { type PartitionImage, type TopicImage } from '../../../../src/broker/cluster/index.ts';
import { produceHandler } from '../../../../src/broker/handlers/00-produce.ts';
import { fetchHandler } from '../../../../src/broker/handlers/01-fetch.ts';
import { type ConnectionContext, type Handler, type Rooms } from '../../../../src/broker/handlers/index.ts';
import { noQuotas } from '../../../../src/broker/quotas/index.ts';
import { Errors } from '../../../../src/protocol/errors.ts';
import { produce } from '../../../../src/protocol/messages/00-produce.ts';
import { fetch } from '../../../../src/protocol/messages/01-fetch.ts';
import { Reader } from '../../../../src/protocol/primitives.ts';
import { singleBatch } from '../../../../src/protocol/records/index.ts';
import { type Api } from '../../../../src/protocol/schema.ts';
import { ManualClock } from '../../../../src/util/clock.ts';
import { silentLogger } from '../../../../src/util/logger.ts';

const TOPIC_ID = 'MkU3OEVBNTcwNTJENDM2Qg';
const PARTITION = { partition: 0, leader: 2, leaderEpoch: 7 } as PartitionImage;
const TOPIC: TopicImage = { name: 't', topicId: TOPIC_ID, isInternal: false, partitions: [PARTITION] };
const CONNECTION: ConnectionContext = {
  id: 'test',
  listenerName: 'OUTSIDE',
  clientHost: '/127.0.0.1',
  principal: 'User:ANONYMOUS',
  closed: new AbortController().signal,
  throttle: () => undefined,
  closeAfterAnswer: () => undefined,
  park: () => undefined,
};
const NO_OFFSETS = { highWatermark: -1n, lastStableOffset: -1n, logStartOffset: -1n };

/** Broker 2 leads t-0; this is broker 1. */
const rooms = {
  cluster: {
    topics: new Map([['t', TOPIC]]),
    topicById: () => TOPIC,
    partition: () => PARTITION,
    brokers: new Map([
      [
        2,
        {
          rack: 'r2',
          endpoints: [
            { listener: 'INSIDE', host: 'in', port: 1 },
            { listener: 'OUTSIDE', host: 'out', port: 9 },
          ],
        },
      ],
    ]),
    topicConfigValue: () => 'producer',
    brokerConfigValue: () => '1000',
  },
  replicas: {
    append: async () => [{ error: 'NOT_LEADER_OR_FOLLOWER' }],
    fetch: async () => [
      {
        topic: 't',
        partition: 0,
        error: 'FENCED_LEADER_EPOCH',
        ...NO_OFFSETS,
        records: Buffer.alloc(0),
        abortedTransactions: null,
      },
    ],
  },
  quotas: noQuotas,
  clock: new ManualClock(),
  logger: silentLogger,
} as unknown as Rooms;

async function ask<A extends Api>(handler: Handler, api: A, apiVersion: number, request: object) {
  const given = api.request.read(new Reader(api.request.encode(request as never, apiVersion)), apiVersion);
  const answer = await handler.bind(rooms)(given, {
    apiVersion,
    clientId: null,
    requestBytes: 100,
    connection: CONNECTION,
  });
  return api.response.read(new Reader(api.response.encode(answer as never, apiVersion)), apiVersion) as never;
}

describe('a client that asks the wrong broker', () => {
  const hint = { currentLeader: { leaderId: 2, leaderEpoch: 7 } };
  const none = { currentLeader: { leaderId: -1, leaderEpoch: -1 } };
  const endpoint = { nodeId: 2, host: 'out', port: 9, rack: 'r2' };
  const records = singleBatch([{ timestampMs: 1, key: null, value: Buffer.from('v') }]);

  it.each([
    [9, none, []],
    [10, hint, [endpoint]],
    [13, hint, [endpoint]],
  ])('is told by Produce v%d who leads, on its own listener', async (version, expected, nodeEndpoints) => {
    const topic = version >= 13 ? { topicId: TOPIC_ID } : { name: 't' };
    const request = { acks: -1, topicData: [{ ...topic, partitionData: [{ index: 0, records }] }] };
    expect(await ask(produceHandler, produce, version, request)).toMatchObject({
      responses: [{ partitionResponses: [{ errorCode: Errors.NOT_LEADER_OR_FOLLOWER, ...expected }] }],
      nodeEndpoints,
    });
  });

  it.each([
    [11, none, []],
    [12, hint, []],
    [16, hint, [endpoint]],
  ])('is told by Fetch v%d as far as that version can', async (version, expected, nodeEndpoints) => {
    const topic = version >= 13 ? { topicId: TOPIC_ID } : { topic: 't' };
    const request = { topics: [{ ...topic, partitions: [{ partition: 0, fetchOffset: 0n, partitionMaxBytes: 100 }] }] };
    expect(await ask(fetchHandler, fetch, version, request)).toMatchObject({
      responses: [{ partitions: [{ errorCode: Errors.FENCED_LEADER_EPOCH, ...expected }] }],
      nodeEndpoints,
    });
  });
});
