import {
  CloseConnectionError,
  GATES,
  guarded,
  type Handle,
  handlers,
  type Rooms,
} from '../../../../src/broker/handlers/index.ts';
import { createAuthorizer } from '../../../../src/broker/security/index.ts';
import { AclOperation, AclPermissionType, PatternType, ResourceType } from '../../../../src/protocol/enums.ts';
import { Errors } from '../../../../src/protocol/errors.ts';
import * as apis from '../../../../src/protocol/messages/index.ts';
import { Reader } from '../../../../src/protocol/primitives.ts';
import { type Api } from '../../../../src/protocol/schema.ts';
import { ClusterWorld } from '../cluster/cluster-world.ts';

type Allowed = readonly [operation: keyof typeof AclOperation, resource: keyof typeof ResourceType, name?: string];
type Answer = Record<string, unknown>;

/** Sends a request as alice; the handler behind the gate echoes what it was asked. */
async function ask(
  allowed: readonly Allowed[],
  name: string,
  version: number,
  request: object,
  echo: (asked: never) => Answer | null,
) {
  const world = await ClusterWorld.open();
  await world.createTopic('open', 2);
  await world.createTopic('shut');
  const config = {
    className: 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
    superUsers: '',
    allowEveryoneIfNoAclIsFound: 'false',
  };
  const authorizer = createAuthorizer(config, world.metadata);
  await world.controller.createAcls(
    allowed.map(([operation, resource, resourceName = 'kafka-cluster']) => ({
      resourceType: ResourceType[resource],
      resourceName,
      patternType: PatternType.LITERAL,
      principal: 'User:alice',
      host: '127.0.0.1',
      operation: AclOperation[operation],
      permissionType: AclPermissionType.ALLOW,
    })),
  );
  const api = Object.values(apis as unknown as Record<string, Api>).find((one) => one.name === name) as Api;
  const asked: unknown[] = [];
  const handle = ((given: never) => {
    asked.push(given);
    return echo(given);
  }) as unknown as Handle<Api>;
  const rooms = { authorizer, cluster: world.metadata } as unknown as Rooms;
  const decoded = api.request.read(new Reader(api.request.encode(request as never, version)), version);
  const connection = { principal: 'User:alice', clientHost: '/127.0.0.1', id: 'c', listenerName: 'L' };
  const context = { apiVersion: version, clientId: 'x', connection } as unknown as Parameters<Handle<Api>>[1];
  const response = await guarded(api, handle, rooms)(decoded as never, context);
  // Over its bytes, as a client sees it.
  const seen =
    response === null
      ? null
      : (api.response.read(new Reader(api.response.encode(response as never, version)), version) as Answer);
  return { seen, asked };
}

const names = (all: unknown) =>
  (all as { name: string | null; errorCode: number }[]).map((one) => [one.name, one.errorCode]);

describe('gates', () => {
  it('stand before every handler, one each', () => {
    const guardedKeys = GATES.map(({ api }) => api.key);
    expect(new Set(guardedKeys).size).toBe(guardedKeys.length);
    expect(handlers.map(({ api }) => api.name).filter((name) => !GATES.some(({ api }) => api.name === name))).toEqual(
      [],
    );
  });

  it('ask for WRITE on each topic, and let the others through', async () => {
    const partition = (index: number) => ({ index, records: Buffer.alloc(0) });
    const request = {
      acks: 1,
      topicData: [
        { name: 'shut', partitionData: [partition(0)] },
        { name: 'open', partitionData: [partition(0), partition(1)] },
      ],
    };
    const echo = ({ topicData }: { topicData: { name: string; partitionData: { index: number }[] }[] }) => ({
      responses: topicData.map(({ name, partitionData }) => ({
        name,
        partitionResponses: partitionData.map(({ index }) => ({ index })),
      })),
    });
    const { seen } = await ask([['WRITE', 'TOPIC', 'open']], 'Produce', 9, request, echo);
    expect(seen?.responses).toMatchObject([
      {
        name: 'shut',
        partitionResponses: [{ index: 0, errorCode: Errors.TOPIC_AUTHORIZATION_FAILED, baseOffset: -1n }],
      },
      { name: 'open', partitionResponses: [{ errorCode: 0 }, { errorCode: 0 }] },
    ]);
    const silent = ask([['WRITE', 'TOPIC', 'open']], 'Produce', 9, { ...request, acks: 0 }, () => null);
    await expect(silent).rejects.toThrow(CloseConnectionError);
    const asTransaction = { ...request, transactionalId: 't' };
    const { seen: refused, asked } = await ask([['WRITE', 'TOPIC', 'open']], 'Produce', 9, asTransaction, echo);
    expect(asked).toEqual([]);
    expect(JSON.stringify(refused, (_, value) => (typeof value === 'bigint' ? `${value}` : value))).toContain(
      `"errorCode":${Errors.TRANSACTIONAL_ID_AUTHORIZATION_FAILED}`,
    );
  });

  // Apache Kafka 4.3.1: AuthorizerIntegrationTest.testZeroTopicIdForProduceVersionFrom13ToNewest.
  it('leave topic ids that nobody knows to Produce, the zero id too', async () => {
    const partitionData = [{ index: 0, records: Buffer.alloc(0) }];
    const ids = ['AAAAAAAAAAAAAAAAAAAAAA', 'AAAAAAAAAAAAAAAAAAAAAQ'];
    const request = { acks: 1, topicData: ids.map((topicId) => ({ topicId, partitionData })) };
    const { asked } = await ask([], 'Produce', 13, request, () => ({ responses: [] }));
    expect(asked).toMatchObject([{ topicData: ids.map((topicId) => ({ topicId })) }]);
  });

  // Apache Kafka 4.3.1: AuthorizerIntegrationTest.testAuthorizationWithTopicNotExisting.
  it.each([1, 6])('tell who may describe a topic that there is none to delete, v%i', async (version) => {
    const topicNames = ['open', 'gone'];
    const request = version < 6 ? { topicNames } : { topics: topicNames.map((name) => ({ name })) };
    const passed = async (allowed: readonly Allowed[]) => {
      const { asked, seen } = await ask(allowed, 'DeleteTopics', version, request, () => ({ responses: [] }));
      const [{ topicNames: left, topics }] = asked as [{ topicNames: string[]; topics: { name: string }[] }];
      return [version < 6 ? left : topics.map(({ name }) => name), names(seen?.responses)];
    };
    const denied = Errors.TOPIC_AUTHORIZATION_FAILED;
    expect(await passed([['DESCRIBE', 'TOPIC', 'gone']])).toEqual([['gone'], [['open', denied]]]);
    expect(await passed([['DESCRIBE', 'TOPIC', 'open']])).toEqual([
      [],
      [
        ['open', denied],
        ['gone', denied],
      ],
    ]);
  });

  it('let a silent handler be silent', async () => {
    const { seen } = await ask([], 'Produce', 9, { acks: 0, topicData: [] }, () => null);
    expect(seen).toBeNull();
  });

  describe('of Metadata', () => {
    const found = (topics: { name: string }[] | null) => ({
      topics: (topics ?? [{ name: 'open' }, { name: 'shut' }]).map(({ name }) => ({ name })),
    });

    it('leave out what may not be seen, when all is asked for', async () => {
      const { seen } = await ask([['READ', 'TOPIC', 'open']], 'Metadata', 9, { topics: null }, ({ topics }) =>
        found(topics),
      );
      expect(names(seen?.topics)).toEqual([['open', 0]]);
    });

    it('refuse by name what may not be seen, and what may not be made', async () => {
      const request = {
        topics: [{ name: 'open' }, { name: 'shut' }, { name: 'new' }],
        includeTopicAuthorizedOperations: true,
      };
      const allowed: Allowed[] = [
        ['READ', 'TOPIC', 'open'],
        ['WRITE', 'TOPIC', 'new'],
      ];
      const { seen } = await ask(allowed, 'Metadata', 9, { ...request, allowAutoTopicCreation: true }, ({ topics }) =>
        found(topics),
      );
      const denied = Errors.TOPIC_AUTHORIZATION_FAILED;
      expect(names(seen?.topics)).toEqual([
        ['shut', denied],
        ['new', denied],
        ['open', 0],
      ]);
      const operations = (1 << AclOperation.READ) | (1 << AclOperation.DESCRIBE);
      expect(seen?.topics).toMatchObject([{}, {}, { topicAuthorizedOperations: operations }]);
      const makers: Allowed[] = [...allowed, ['CREATE', 'CLUSTER']];
      const { asked } = await ask(makers, 'Metadata', 9, { ...request, allowAutoTopicCreation: true }, ({ topics }) =>
        found(topics),
      );
      expect(asked).toMatchObject([{ topics: [{ name: 'open' }, { name: 'new' }] }]);
    });

    it('do not take "none of these" for "all" in version 0', async () => {
      const { seen } = await ask([], 'Metadata', 0, { topics: [{ name: 'shut' }] }, () => found(null));
      expect(names(seen?.topics)).toEqual([['shut', Errors.TOPIC_AUTHORIZATION_FAILED]]);
    });
  });

  it('ask for IDEMPOTENT_WRITE, or WRITE on any topic (KIP-679)', async () => {
    const init = (allowed: Allowed[]) =>
      ask(allowed, 'InitProducerId', 4, { transactionalId: null }, () => ({ producerId: 7n, producerEpoch: 0 }));
    expect((await init([])).seen).toMatchObject({ errorCode: Errors.CLUSTER_AUTHORIZATION_FAILED, producerId: -1n });
    expect((await init([['IDEMPOTENT_WRITE', 'CLUSTER']])).seen).toMatchObject({ producerId: 7n });
    expect((await init([['WRITE', 'TOPIC', 'any']])).seen).toMatchObject({ producerId: 7n });
  });

  it('ask for the group before the topics when offsets are committed', async () => {
    const partitions = [{ partitionIndex: 0 }];
    const request = {
      groupId: 'g',
      topics: [
        { name: 'open', partitions },
        { name: 'shut', partitions },
      ],
    };
    const commit = (allowed: Allowed[]) =>
      ask(allowed, 'OffsetCommit', 8, request, ({ topics }: { topics: { name: string }[] }) => ({
        topics: topics.map(({ name }) => ({ name, partitions })),
      }));
    const codes = ({ seen }: { seen: Answer | null }) =>
      ((seen as Answer).topics as { name: string; partitions: { errorCode: number }[] }[]).map((one) => [
        one.name,
        one.partitions[0]?.errorCode,
      ]);
    expect(codes(await commit([['READ', 'TOPIC', 'open']]))).toEqual([
      ['open', Errors.GROUP_AUTHORIZATION_FAILED],
      ['shut', Errors.GROUP_AUTHORIZATION_FAILED],
    ]);
    expect(
      codes(
        await commit([
          ['READ', 'TOPIC', 'open'],
          ['READ', 'GROUP', 'g'],
        ]),
      ),
    ).toEqual([
      ['shut', Errors.TOPIC_AUTHORIZATION_FAILED],
      ['open', 0],
    ]);
  });

  it('show the groups that may be described, or all to who may describe the cluster', async () => {
    const list = (allowed: Allowed[]) =>
      ask(allowed, 'ListGroups', 4, {}, () => ({ groups: [{ groupId: 'a' }, { groupId: 'b' }] }));
    expect((await list([['READ', 'GROUP', 'b']])).seen).toMatchObject({ groups: [{ groupId: 'b' }] });
    expect((await list([['DESCRIBE', 'CLUSTER']])).seen).toMatchObject({
      groups: [{ groupId: 'a' }, { groupId: 'b' }],
    });
  });

  it('hide a group whose members have topics that may not be seen', async () => {
    const assignment = { topicPartitions: [{ topicName: 'shut', partitions: [0] }] };
    const group = { groupId: 'g', members: [{ memberId: 'm', assignment }] };
    const describeGroup = (allowed: Allowed[]) =>
      ask(allowed, 'ConsumerGroupDescribe', 0, { groupIds: ['g'] }, ({ groupIds }: { groupIds: string[] }) => ({
        groups: groupIds.map(() => group),
      }));
    expect((await describeGroup([])).seen).toMatchObject({
      groups: [{ errorCode: Errors.GROUP_AUTHORIZATION_FAILED }],
    });
    expect((await describeGroup([['READ', 'GROUP', 'g']])).seen).toMatchObject({
      groups: [{ errorCode: Errors.TOPIC_AUTHORIZATION_FAILED, members: [] }],
    });
    const { seen } = await describeGroup([
      ['READ', 'GROUP', 'g'],
      ['DESCRIBE', 'TOPIC', 'shut'],
    ]);
    expect(seen).toMatchObject({ groups: [{ errorCode: 0, members: [{ memberId: 'm' }] }] });
  });

  it.each([
    ['CreateAcls', 3, { creations: [{ principal: 'User:a', host: '*' }] }, 'ALTER', 'results'],
    ['AlterClientQuotas', 1, { entries: [{ entity: [], ops: [] }] }, 'ALTER_CONFIGS', 'entries'],
    ['AlterUserScramCredentials', 0, { deletions: [{ name: 'u', mechanism: 1 }] }, 'ALTER', 'results'],
  ] as [string, number, object, 'ALTER', string][])(
    'ask for the cluster: %s',
    async (name, version, request, operation, field) => {
      const refused = await ask([], name, version, request, () => ({}));
      expect(refused.asked).toEqual([]);
      expect(refused.seen?.[field]).toMatchObject([{ errorCode: Errors.CLUSTER_AUTHORIZATION_FAILED }]);
      expect((await ask([[operation, 'CLUSTER']], name, version, request, () => ({}))).asked).toHaveLength(1);
    },
  );

  it('say which operation the cluster was to be asked for', async () => {
    await expect(ask([], 'DescribeAcls', 3, {}, () => ({}))).rejects.toThrow(
      /^Request Request\(.+\) needs DESCRIBE permission\.$/,
    );
  });

  // Apache Kafka 4.3.1: AuthorizerIntegrationTest.testWriteShareGroupStateWithoutClusterAcl and its neighbours.
  it.each([
    ['InitializeShareGroupState', 0, null],
    ['ReadShareGroupState', 0, 'Cluster authorization failed.'],
    ['WriteShareGroupState', 0, 'Cluster authorization failed.'],
    ['DeleteShareGroupState', 0, null],
    ['ReadShareGroupStateSummary', 0, 'Cluster authorization failed.'],
  ])('refuse %s partition by partition', async (name, version, errorMessage) => {
    const topicId = 'AAAAAAAAAAAAAAAAAAAAAQ';
    const request = { groupId: 'g', topics: [{ topicId, partitions: [{ partition: 0 }, { partition: 3 }] }] };
    const { seen } = await ask([], name, version, request, () => ({}));
    const said = { errorCode: Errors.CLUSTER_AUTHORIZATION_FAILED, errorMessage };
    expect(seen).toMatchObject({
      results: [
        {
          topicId,
          partitions: [
            { partition: 0, ...said },
            { partition: 3, ...said },
          ],
        },
      ],
    });
  });

  it('refuse a key that nobody thought of', async () => {
    await expect(ask([], 'AssignReplicasToDirs', 0, {}, () => ({}))).rejects.toMatchObject({
      error: 'CLUSTER_AUTHORIZATION_FAILED',
    });
  });
});
