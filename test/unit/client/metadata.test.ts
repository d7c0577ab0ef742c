import { metadata as metadataApi } from '../../../src/protocol/messages/03-metadata.ts';
import { FakeBroker, fakeApi, keptLog, openCluster } from './fake-broker.ts';

const ID = 'AAAAAAAAAAAAAAAAAAAAAQ';
const OTHER_ID = 'AAAAAAAAAAAAAAAAAAAAAg';

const partition = (leaderId: number, leaderEpoch: number) => ({ partitionIndex: 0, leaderId, leaderEpoch });

describe('metadata', () => {
  let broker: FakeBroker;
  let topics: object[];
  let asked: unknown[];
  beforeEach(async () => {
    topics = [];
    asked = [];
    broker = await FakeBroker.start([
      fakeApi(metadataApi, (body: { topics: unknown }) => {
        asked.push(body);
        const brokers = [1, 2].map((nodeId) => ({ nodeId, host: '127.0.0.1', port: broker.port }));
        return { brokers, controllerId: 2, clusterId: 'c', topics };
      }),
    ]);
  });
  afterEach(() => broker.stop());

  it('knows leaders, ids and names, and keeps a newer leader against older news', async () => {
    const cluster = await openCluster(broker.address);
    const { metadata } = cluster;
    topics = [{ name: 'a', topicId: ID, partitions: [partition(1, 5)] }];
    await metadata.refresh(['a']);
    expect(metadata.leader('a', 0)).toEqual({ node: 1, leaderEpoch: 5 });
    expect(metadata.topicId('a')).toBe(ID);
    expect(metadata.topicName(ID)).toBe('a');
    expect(metadata.controllerId).toBe(2);

    metadata.updateLeader('a', 0, 2, 6);
    expect(metadata.leader('a', 0)).toEqual({ node: 2, leaderEpoch: 6 });
    await metadata.refresh(['a']);
    expect(metadata.leader('a', 0)).toEqual({ node: 2, leaderEpoch: 6 });

    topics = [{ name: 'a', topicId: OTHER_ID, partitions: [partition(1, 0)] }];
    await metadata.refresh(['a']);
    expect(metadata.leader('a', 0)).toEqual({ node: 1, leaderEpoch: 0 });
    cluster.close();
  });

  it('asks only when something is missing, stale or old', async () => {
    const cluster = await openCluster(broker.address);
    topics = [{ name: 'a', topicId: ID, partitions: [partition(1, 5)] }];
    await cluster.metadata.ensure(['a'], { allowAutoTopicCreation: true });
    await cluster.metadata.ensure(['a']);
    expect(asked).toEqual([expect.objectContaining({ allowAutoTopicCreation: true })]);
    cluster.metadata.markStale();
    await cluster.metadata.ensure(['a']);
    expect(asked).toHaveLength(2);
    topics = [{ name: 'a', topicId: ID, partitions: [partition(-1, 6)] }];
    cluster.metadata.markStale();
    await cluster.metadata.ensure(['a']);
    await cluster.metadata.ensure(['a']);
    expect(asked).toHaveLength(4);
    expect(cluster.metadata.leader('a', 0)).toBeUndefined();
    cluster.close();
  });

  it('warns of troubles that pass, as Java does, unless the caller cares', async () => {
    const logger = keptLog();
    const cluster = await openCluster(broker.address, {}, { logger });
    topics = [
      { name: 'x', errorCode: 3 },
      { name: 'y', errorCode: 5 },
      { name: 'z', errorCode: 17 },
    ];
    const answer = await cluster.metadata.refresh(['x', 'y', 'z']);
    expect(answer.topics.map(({ name, error }) => `${name} ${error}`)).toEqual([
      'x UNKNOWN_TOPIC_OR_PARTITION',
      'y LEADER_NOT_AVAILABLE',
      'z INVALID_TOPIC_EXCEPTION',
    ]);
    expect(logger.lines).toEqual([
      'WARN [AdminClient clientId=test-1] The metadata response from the cluster reported a recoverable issue with correlation id 2 : {x=UNKNOWN_TOPIC_OR_PARTITION, y=LEADER_NOT_AVAILABLE} (NetworkClient)',
    ]);
    await cluster.metadata.refresh(['x'], { isQuiet: true });
    expect(logger.lines).toHaveLength(1);
    cluster.close();
  });

  it('asks for everything or for the brokers alone', async () => {
    const cluster = await openCluster(broker.address);
    await cluster.metadata.refresh('all');
    await cluster.metadata.refresh([]);
    expect(asked).toEqual([expect.objectContaining({ topics: null }), expect.objectContaining({ topics: [] })]);
    cluster.close();
  });
});
