import { type Handler, handlers, type RequestContext, type Rooms } from '../../../../src/broker/handlers/index.ts';
import { noQuotas } from '../../../../src/broker/quotas/index.ts';
import { type FetchedSharePartition } from '../../../../src/broker/share-groups/index.ts';
import { Errors } from '../../../../src/protocol/errors.ts';
import { shareGroupHeartbeat } from '../../../../src/protocol/messages/76-share-group-heartbeat.ts';
import { shareGroupDescribe } from '../../../../src/protocol/messages/77-share-group-describe.ts';
import { shareFetch } from '../../../../src/protocol/messages/78-share-fetch.ts';
import { shareAcknowledge } from '../../../../src/protocol/messages/79-share-acknowledge.ts';
import { describeShareGroupOffsets } from '../../../../src/protocol/messages/90-describe-share-group-offsets.ts';
import { alterShareGroupOffsets } from '../../../../src/protocol/messages/91-alter-share-group-offsets.ts';
import { deleteShareGroupOffsets } from '../../../../src/protocol/messages/92-delete-share-group-offsets.ts';
import { Reader } from '../../../../src/protocol/primitives.ts';
import { type Api, type ApiRequestInput, type ApiResponse } from '../../../../src/protocol/schema.ts';

const TOPIC_ID = 'MkU3OEVBNTcwNTJENDM2Qg';

/** Sends a request the way dispatch does: through its encoded form and back, at one version. */
async function send<A extends Api>(
  rooms: object,
  api: A,
  apiVersion: number,
  request: ApiRequestInput<A>,
): Promise<ApiResponse<A>> {
  const decoded = api.request.read(new Reader(api.request.encode(request, apiVersion)), apiVersion);
  const closed = new AbortController().signal;
  const connection = {
    principal: 'User:ANONYMOUS',
    listenerName: 'PLAINTEXT',
    clientHost: '/127.0.0.1',
    closed,
    throttle: () => undefined,
  };
  const context = { apiVersion, clientId: 'client', connection } as unknown as RequestContext;
  const handler = handlers.find((one) => one.api === (api as Api)) as Handler;
  const quotas = { ...noQuotas, ...(rooms as { quotas?: object }).quotas };
  const response = await handler.bind({ ...rooms, quotas } as unknown as Rooms)(decoded, context);
  return api.response.read(new Reader(api.response.encode(response ?? {}, apiVersion)), apiVersion) as ApiResponse<A>;
}

function cluster(shareVersion: number) {
  const endpoint = { listener: 'PLAINTEXT', host: 'h', port: 9 };
  return {
    features: new Map([['share.version', shareVersion]]),
    brokerConfigValue: () => '57671680',
    topicById: (topicId: string) => (topicId === TOPIC_ID ? { name: 't' } : undefined),
    partition: () => ({ leader: 2, leaderEpoch: 7 }),
    brokers: new Map([[2, { brokerId: 2, rack: null, endpoints: [endpoint] }]]),
  };
}

const fetched = (one: Partial<FetchedSharePartition>): FetchedSharePartition => ({
  topicId: TOPIC_ID,
  partition: 0,
  error: 'NONE',
  acknowledgeError: 'NONE',
  acknowledgeText: null,
  records: Buffer.alloc(0),
  acquired: [],
  ...one,
});

// Recorded from Apache Kafka 4.3.1 with share.version=0.
describe('with share groups off', () => {
  const off = { cluster: cluster(0) };
  const errorCode = Errors.UNSUPPORTED_VERSION;

  it('members are told so', async () => {
    const member = { groupId: 'g', memberId: 'm' };
    expect(await send(off, shareGroupHeartbeat, 1, member)).toMatchObject({ errorCode, errorMessage: null });
    expect(await send(off, shareFetch, 2, member)).toMatchObject({ errorCode, responses: [] });
    expect(await send(off, shareAcknowledge, 2, member)).toMatchObject({ errorCode, responses: [] });
  });

  it('administrators are told so', async () => {
    const described = await send(off, shareGroupDescribe, 1, { groupIds: ['g', 'h'] });
    expect(described.groups.map((one) => [one.groupId, one.errorCode])).toEqual([
      ['g', errorCode],
      ['h', errorCode],
    ]);
    const offsets = await send(off, describeShareGroupOffsets, 1, { groups: [{ groupId: 'g', topics: null }] });
    expect(offsets.groups).toMatchObject([{ groupId: 'g', topics: [], errorCode }]);
    const errorMessage = 'The version of API is not supported.';
    expect(await send(off, alterShareGroupOffsets, 0, { groupId: 'g' })).toMatchObject({ errorCode, errorMessage });
    expect(await send(off, deleteShareGroupOffsets, 0, { groupId: 'g' })).toMatchObject({ errorCode, errorMessage });
  });
});

describe('ShareFetch', () => {
  const request = { groupId: 'g', memberId: 'm', maxRecords: 1, batchSize: 1 };

  it.each([1, 2])('v%i answers by topic, with the lock’s duration', async (version) => {
    const partitions = [
      fetched({ acquired: [{ firstOffset: 3n, lastOffset: 5n, deliveryCount: 2 }] }),
      fetched({ partition: 1, acknowledgeError: 'INVALID_RECORD_STATE', acknowledgeText: 'why' }),
    ];
    const shareGroups = { fetch: async () => ({ error: 'NONE', lockDurationMs: 30_000, partitions }) };
    const answer = await send({ cluster: cluster(1), shareGroups }, shareFetch, version, request);
    expect(answer).toMatchObject({ errorCode: 0, acquisitionLockTimeoutMs: 30_000, nodeEndpoints: [] });
    expect(answer.responses).toMatchObject([
      {
        topicId: TOPIC_ID,
        partitions: [
          { partitionIndex: 0, errorCode: 0, acquiredRecords: [{ firstOffset: 3n, lastOffset: 5n, deliveryCount: 2 }] },
          {
            partitionIndex: 1,
            errorCode: 0,
            acknowledgeErrorCode: Errors.INVALID_RECORD_STATE,
            acknowledgeErrorMessage: 'why',
          },
        ],
      },
    ]);
  });

  it('delays a member that fetched more than its quota, and gives it what it acquired', async () => {
    const partitions = [
      fetched({ records: Buffer.alloc(500), acquired: [{ firstOffset: 0n, lastOffset: 0n, deliveryCount: 1 }] }),
    ];
    const limits: number[] = [];
    const fetch = async ({ maxBytes }: { maxBytes: number }) => {
      limits.push(maxBytes);
      return { error: 'NONE', lockDurationMs: 1, partitions };
    };
    const quotas = {
      chargeDelivered: (_: unknown, byteCount: number) => byteCount,
      fetchableBytes: () => 700.5,
    };
    const rooms = { cluster: cluster(1), shareGroups: { fetch }, quotas };
    const answer = await send(rooms, shareFetch, 2, { ...request, maxBytes: 1000 });
    expect(limits).toEqual([700]);
    expect(answer.throttleTimeMs).toBe(500);
    expect(answer.responses[0]?.partitions[0]?.acquiredRecords).toHaveLength(1);
  });

  it('tells who leads now, and how to reach it', async () => {
    const partitions = [fetched({ error: 'NOT_LEADER_OR_FOLLOWER' })];
    const shareGroups = { fetch: async () => ({ error: 'NONE', lockDurationMs: 1, partitions }) };
    const answer = await send({ cluster: cluster(1), shareGroups }, shareFetch, 2, request);
    expect(answer.responses[0]?.partitions[0]?.currentLeader).toEqual({ leaderId: 2, leaderEpoch: 7 });
    expect(answer.nodeEndpoints).toEqual([{ nodeId: 2, host: 'h', port: 9, rack: null }]);
  });
});

describe('ShareAcknowledge', () => {
  it.each([1, 2])('v%i hands batches over and answers by partition', async (version) => {
    let asked: unknown;
    const acknowledge = async (request: unknown) => {
      asked = request;
      const result = { topicId: TOPIC_ID, partition: 4, error: 'INVALID_REQUEST', text: 'past' };
      return { error: 'NONE', lockDurationMs: 15_000, partitions: [result] };
    };
    const acknowledgementBatches = [{ firstOffset: 1n, lastOffset: 2n, acknowledgeTypes: [1] }];
    const topics = [{ topicId: TOPIC_ID, partitions: [{ partitionIndex: 4, acknowledgementBatches }] }];
    const rooms = { cluster: cluster(1), shareGroups: { acknowledge } };
    const request = { groupId: 'g', memberId: 'm', shareSessionEpoch: 3, topics };
    const answer = await send(rooms, shareAcknowledge, version, request);
    expect(asked).toMatchObject({
      groupId: 'g',
      memberId: 'm',
      sessionEpoch: 3,
      isRenew: false,
      partitions: [{ topicId: TOPIC_ID, partition: 4, acknowledgements: acknowledgementBatches }],
    });
    expect(answer.acquisitionLockTimeoutMs).toBe(version === 2 ? 15_000 : 0);
    expect(answer.responses).toMatchObject([
      {
        topicId: TOPIC_ID,
        partitions: [{ partitionIndex: 4, errorCode: Errors.INVALID_REQUEST, errorMessage: 'past' }],
      },
    ]);
  });

  it('answers errors of the session at the top', async () => {
    const acknowledge = async () => ({ error: 'SHARE_SESSION_NOT_FOUND', lockDurationMs: 0, partitions: [] });
    const answer = await send({ cluster: cluster(1), shareGroups: { acknowledge } }, shareAcknowledge, 2, {
      groupId: 'g',
      memberId: 'm',
    });
    expect(answer).toMatchObject({ errorCode: Errors.SHARE_SESSION_NOT_FOUND, responses: [] });
  });
});
