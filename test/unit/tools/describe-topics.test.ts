import { metadata } from '../../../src/protocol/messages/03-metadata.ts';
import { describeConfigs } from '../../../src/protocol/messages/32-describe-configs.ts';
import { listPartitionReassignments } from '../../../src/protocol/messages/46-list-partition-reassignments.ts';
import { describeCluster } from '../../../src/protocol/messages/60-describe-cluster.ts';
import { describeTopicPartitions } from '../../../src/protocol/messages/75-describe-topic-partitions.ts';
import { describeTopics, topicText } from '../../../src/tools/describe-topics.ts';
import { type FakeApi, FakeBroker, fakeApi, openCluster } from '../client/fake-broker.ts';

const ID = 'AAAAAAAAAAAAAAAAAAAAAQ';
interface Partition {
  partitionIndex: number;
  leaderId: number;
  replicaNodes: number[];
  isrNodes: number[];
}
const partition = (
  partitionIndex: number,
  leaderId: number,
  replicaNodes: number[],
  isrNodes: number[],
): Partition => ({
  partitionIndex,
  leaderId,
  replicaNodes,
  isrNodes,
});

describe('topics described', () => {
  let broker: FakeBroker;
  let topics: Record<string, Partition[]>;
  let moving: object[];
  let configs: object[];

  const apis = (isOld: boolean): FakeApi[] => [
    fakeApi(metadata, ({ topics: asked }: { topics: { name: string | null; topicId: string }[] | null }) => ({
      brokers: [{ nodeId: 1, host: '127.0.0.1', port: broker.port }],
      controllerId: 1,
      topics: (asked ?? Object.keys(topics).map((name) => ({ name, topicId: ID }))).map(({ name, topicId }) => {
        const found = name ?? (topicId === ID ? 'a' : null);
        const partitions = found === null ? undefined : topics[found];
        return { name: found, topicId: ID, errorCode: partitions ? 0 : 3, partitions: partitions ?? [] };
      }),
    })),
    fakeApi(describeConfigs, ({ resources }: { resources: { resourceName: string }[] }) => ({
      results: resources.map(({ resourceName }) => ({ resourceType: 2, resourceName, configs })),
    })),
    fakeApi(describeCluster, () => ({ clusterId: 'c', brokers: [{ brokerId: 1 }, { brokerId: 2 }] })),
    fakeApi(listPartitionReassignments, () => ({ topics: moving })),
    ...(isOld ? [] : [fakeApi(describeTopicPartitions, pages)]),
  ];
  /** Two partitions per answer at most. */
  const pages = (body: {
    topics: { name: string }[];
    cursor: { topicName: string; partitionIndex: number } | null;
  }) => {
    const all = body.topics.flatMap(({ name }) => (topics[name] ?? []).map((one) => ({ name, one })));
    const { cursor } = body;
    const from = cursor
      ? all.findIndex(({ name, one }) => name === cursor.topicName && one.partitionIndex === cursor.partitionIndex)
      : 0;
    const page = all.slice(from, from + 2);
    const next = all[from + 2];
    return {
      topics: [...Map.groupBy(page, ({ name }) => name)].map(([name, ones]) => ({
        name,
        topicId: ID,
        partitions: ones.map(({ one }) => one),
      })),
      nextCursor: next ? { topicName: next.name, partitionIndex: next.one.partitionIndex } : null,
    };
  };
  const describeThem = async (options: Partial<Parameters<typeof describeTopics>[1]> = {}) => {
    const cluster = await openCluster(broker.address);
    try {
      return await describeTopics(cluster, { isAbsenceAllowed: false, reports: [], overriddenOnly: false, ...options });
    } finally {
      cluster.close();
    }
  };

  beforeEach(async () => {
    topics = { a: [partition(0, 1, [1, 2], [1, 2])] };
    moving = [];
    configs = [{ name: 'min.insync.replicas', value: '2', configSource: 5 }];
    broker = await FakeBroker.start([]);
    broker.answerWith(apis(false));
  });
  afterEach(() => broker.stop());

  it('puts the pages of one answer together', async () => {
    topics = { a: [0, 1, 2, 3, 4].map((index) => partition(index, 1, [1], [1])) };
    const [topic] = await describeThem();
    expect(topic?.partitions.map((one) => one.partition)).toEqual([0, 1, 2, 3, 4]);
    expect(broker.requests.filter(({ api }) => api === 'DescribeTopicPartitions')).toHaveLength(3);
  });

  it('asks Metadata where the broker knows nothing better; there are no eligible leader replicas then', async () => {
    broker.answerWith(apis(true));
    const [topic] = await describeThem();
    expect(topicText(topic!)).toBe(
      `Topic: a\tTopicId: ${ID}\tPartitionCount: 1\tReplicationFactor: 2\tConfigs: \n` +
        '\tTopic: a\tPartition: 0\tLeader: 1\tReplicas: 1,2\tIsr: 1,2\tElr: N/A\tLastKnownElr: N/A\n',
    );
  });

  // Origin: kafka-topics of Apache Kafka 4.3.1; a HashMap of OpenJDK 17.
  it('comes in the order of a HashMap, configurations too', async () => {
    topics = Object.fromEntries(
      ['zeta', 'alpha', 'mid', 'beta']
        .map((word) => `order-${word}`)
        .map((name) => [name, [partition(0, 1, [1], [1])]]),
    );
    configs = ['retention.ms', 'cleanup.policy', 'min.insync.replicas'].map((name) => ({
      name,
      value: '1',
      configSource: 1,
    }));
    const found = await describeThem();
    expect(found.map(({ name }) => name)).toEqual(['order-zeta', 'order-beta', 'order-alpha', 'order-mid']);
    expect(found[0]?.configs.map(({ name }) => name)).toEqual([
      'cleanup.policy',
      'min.insync.replicas',
      'retention.ms',
    ]);
  });

  it('shows no leader, and what is on the move', async () => {
    topics = { a: [partition(0, -1, [1, 2, 3], [1])] };
    moving = [
      {
        name: 'a',
        partitions: [{ partitionIndex: 0, replicas: [1, 2, 3], addingReplicas: [3], removingReplicas: [1] }],
      },
    ];
    const [topic] = await describeThem();
    expect(topic?.replicationFactor).toBe(2);
    expect(topicText(topic!).split('\n')[1]).toBe(
      '\tTopic: a\tPartition: 0\tLeader: none\tReplicas: 1,2,3\tIsr: 1\tAdding Replicas: 3\tRemoving Replicas: 1\tElr: \tLastKnownElr: ',
    );
  });

  it.each([
    ['under-replicated', [1, 3]],
    ['unavailable', [2, 3]],
    ['under-min-isr', [1, 2, 3]],
    ['at-min-isr', [0, 2]],
  ] as const)('reports %s partitions alone', async (report, partitions) => {
    topics = {
      a: [
        partition(0, 1, [1, 2], [1, 2]),
        partition(1, 1, [1, 2], [1]),
        partition(2, -1, [1, 2], [1, 2]),
        // Node 9 is known to nobody.
        partition(3, 9, [9, 2], [9]),
      ],
    };
    const [topic] = await describeThem({ reports: [report] });
    expect(topic?.isSummarized).toBe(false);
    expect(topic?.partitions.map((one) => one.partition)).toEqual(partitions);
  });

  it('shows topics with configurations of their own, without partitions', async () => {
    expect(await describeThem({ overriddenOnly: true })).toEqual([
      expect.objectContaining({ isSummarized: false, partitions: [] }),
    ]);
    configs = [{ name: 'retention.ms', value: '5', configSource: 1 }];
    expect(await describeThem({ overriddenOnly: true })).toEqual([expect.objectContaining({ isSummarized: true })]);
  });

  it('misses a topic by name and by id', async () => {
    await expect(describeThem({ topic: 'b' })).rejects.toThrow("Topic 'b' does not exist as expected");
    expect(await describeThem({ topic: 'b', isAbsenceAllowed: true })).toEqual([]);
    const other = 'BBBBBBBBBBBBBBBBBBBBBA';
    await expect(describeThem({ topicId: other })).rejects.toThrow(`TopicId '${other}' does not exist as expected`);
    expect(await describeThem({ topicId: ID })).toEqual([expect.objectContaining({ name: 'a' })]);
  });
});
