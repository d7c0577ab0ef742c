import { createTopicsHandler } from '../../../../src/broker/handlers/19-create-topics.ts';
import { describeQuorumHandler } from '../../../../src/broker/handlers/55-describe-quorum.ts';
import { listConfigResourcesHandler } from '../../../../src/broker/handlers/74-list-config-resources.ts';
import { type Handler, type RequestContext, type Rooms } from '../../../../src/broker/handlers/index.ts';
import { noQuotas } from '../../../../src/broker/quotas/index.ts';
import { AlterConfigOperation, ConfigResourceType, ConfigSource } from '../../../../src/protocol/enums.ts';
import { Errors } from '../../../../src/protocol/errors.ts';
import { Reader, ZERO_UUID } from '../../../../src/protocol/primitives.ts';
import { ClusterWorld } from '../cluster/cluster-world.ts';

const CALLER = { clientId: null, connection: { principal: 'User:ANONYMOUS' } };

/** Asks as a client would: request and answer take the way over their bytes. */
function asker({ metadata, controller, clock }: ClusterWorld) {
  const rooms = { cluster: metadata, controller, clock, quotas: noQuotas } as unknown as Rooms;
  return async <T>(handler: Handler, apiVersion: number, request: object): Promise<T> => {
    const { api } = handler;
    const decoded = api.request.read(new Reader(api.request.encode(request as never, apiVersion)), apiVersion);
    const answer = await handler.bind(rooms)(decoded as never, { apiVersion, ...CALLER } as unknown as RequestContext);
    return api.response.read(new Reader(api.response.encode(answer as never, apiVersion)), apiVersion) as T;
  };
}

const topic = (name: string, parts: object = {}) => ({ name, numPartitions: -1, replicationFactor: -1, ...parts });

interface Created {
  topics: {
    name: string;
    errorCode: number;
    errorMessage: string | null;
    numPartitions: number;
    configs: Config[] | null;
  }[];
}
interface Config {
  name: string;
  value: string | null;
  configSource: number;
}

describe('CreateTopics', () => {
  it('judges each topic on its own and answers its configs with their sources', async () => {
    const world = await ClusterWorld.open();
    const ask = asker(world);
    const request = {
      topics: [
        topic('plain', { configs: [{ name: 'retention.ms', value: '5' }] }),
        topic('twice'),
        topic('twice'),
        topic('bad/name'),
        topic('both', {
          assignments: [
            { partitionIndex: 0, brokerIds: [1] },
            { partitionIndex: 0, brokerIds: [1] },
          ],
        }),
      ],
    };
    const { topics } = await ask<Created>(createTopicsHandler, 7, request);
    expect(topics.map(({ name, errorCode, errorMessage }) => [name, errorCode, errorMessage?.slice(0, 60)])).toEqual([
      ['plain', Errors.NONE, undefined],
      ['twice', Errors.INVALID_REQUEST, 'Duplicate topic name.'],
      ['bad/name', Errors.INVALID_TOPIC_EXCEPTION, "Topic name is invalid: 'bad/name' contains one or more chara"],
      ['both', Errors.INVALID_REPLICA_ASSIGNMENT, 'Found multiple manual partition assignments for partition 0'],
    ]);
    const configs = topics[0]?.configs as Config[];
    // As many as Apache Kafka 4.3.1 answers.
    expect(configs).toHaveLength(33);
    const of = (name: string) => configs.find((one) => one.name === name);
    expect(of('retention.ms')).toMatchObject({ value: '5', configSource: ConfigSource.TOPIC_CONFIG });
    expect(of('min.insync.replicas')).toMatchObject({ configSource: ConfigSource.DYNAMIC_DEFAULT_BROKER_CONFIG });
    expect([...world.metadata.topics.keys()]).toEqual(['plain']);
  });

  it('only validates when asked to, with the same answer', async () => {
    const world = await ClusterWorld.open();
    const request = { topics: [topic('t', { numPartitions: 3 })], validateOnly: true };
    const { topics } = await asker(world)<Created>(createTopicsHandler, 6, request);
    expect(topics[0]).toMatchObject({ errorCode: Errors.NONE, numPartitions: 3 });
    expect(topics[0]?.configs).toHaveLength(33);
    expect(world.metadata.topics.size).toBe(0);
  });

  it('refuses a request for more partitions than one may ask for', async () => {
    const world = await ClusterWorld.open();
    const request = { topics: [topic('a', { numPartitions: 9_999 }), topic('b', { numPartitions: 2 })] };
    const { topics } = await asker(world)<Created>(createTopicsHandler, 5, request);
    expect(topics.map(({ errorCode }) => errorCode)).toEqual([Errors.POLICY_VIOLATION, Errors.POLICY_VIOLATION]);
  });
});

describe('DescribeQuorum', () => {
  it('tells leader, epoch, offsets and voters of the metadata partition alone', async () => {
    const world = await ClusterWorld.open();
    const { logEndOffset } = world.metadata.quorum;
    const request = {
      topics: [
        { topicName: '__cluster_metadata', partitions: [{ partitionIndex: 0 }, { partitionIndex: 1 }] },
        { topicName: 'orders', partitions: [{ partitionIndex: 0 }] },
      ],
    };
    expect(await asker(world)(describeQuorumHandler, 2, request)).toMatchObject({
      errorCode: Errors.NONE,
      topics: [
        {
          partitions: [
            {
              errorCode: Errors.NONE,
              leaderId: 1,
              leaderEpoch: 1,
              highWatermark: logEndOffset,
              currentVoters: [{ replicaId: 1, replicaDirectoryId: ZERO_UUID, logEndOffset }],
              observers: [],
            },
            { errorCode: Errors.UNKNOWN_TOPIC_OR_PARTITION },
          ],
        },
        { partitions: [{ errorCode: Errors.UNKNOWN_TOPIC_OR_PARTITION }] },
      ],
      nodes: [{ nodeId: 1, listeners: [{ name: 'CONTROLLER', host: '127.0.0.1', port: 19193 }] }],
    });
  });

  it.each([0, 1])('answers v%i, which cannot carry addresses', async (version) => {
    const world = await ClusterWorld.open();
    const request = { topics: [{ topicName: '__cluster_metadata', partitions: [{ partitionIndex: 0 }] }] };
    expect(await asker(world)(describeQuorumHandler, version, request)).toMatchObject({
      errorCode: Errors.NONE,
      topics: [{ partitions: [{ leaderId: 1, currentVoters: [{ replicaId: 1 }] }] }],
    });
  });
});

describe('ListConfigResources', () => {
  let ask: ReturnType<typeof asker>;

  beforeAll(async () => {
    const world = await ClusterWorld.open();
    ask = asker(world);
    await world.createTopic('t');
    for (const [type, name, key, value] of [
      [ConfigResourceType.GROUP, 'g', 'consumer.session.timeout.ms', '50000'],
      [ConfigResourceType.CLIENT_METRICS, 'm', 'interval.ms', '10000'],
    ] as const) {
      const set = { name: key, operation: AlterConfigOperation.SET, value };
      await world.controller.incrementalAlterConfigs({ type, name }, [set], false);
    }
  });

  const listed = async (apiVersion: number, resourceTypes: number[]) => {
    const { errorCode, configResources } = await ask<{
      errorCode: number;
      configResources: { resourceName: string; resourceType: number }[];
    }>(listConfigResourcesHandler, apiVersion, apiVersion === 0 ? {} : { resourceTypes });
    return [errorCode, ...configResources.map(({ resourceName, resourceType }) => `${resourceType} ${resourceName}`)];
  };

  it('v0 lists client metrics subscriptions', async () => {
    expect(await listed(0, [])).toEqual([Errors.NONE, '16 m']);
  });

  it('v1 lists what is asked for, and all when nothing is', async () => {
    expect(await listed(1, [ConfigResourceType.GROUP])).toEqual([Errors.NONE, '32 g']);
    expect(await listed(1, [])).toEqual([Errors.NONE, '2 t', '4 1', '8 1', '16 m', '32 g']);
  });

  it('refuses a type that nobody can list', async () => {
    expect(await listed(1, [7])).toEqual([Errors.UNSUPPORTED_VERSION]);
  });
});
