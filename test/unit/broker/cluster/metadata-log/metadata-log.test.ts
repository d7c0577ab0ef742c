import { type TopicImage } from '../../../../../src/broker/cluster/index.ts';
import { AlterConfigOperation, ConfigResourceType } from '../../../../../src/protocol/enums.ts';
import { batches } from '../../../../../src/protocol/records/batch.ts';
import { type Change, MemoryFileSystem } from '../../log/memory-filesystem.ts';
import { ClusterWorld, fixture, kafkaDisk, putFile } from '../cluster-world.ts';

const DIRECTORY = '/logs/__cluster_metadata-0';
const LOG = `${DIRECTORY}/00000000000000000000.log`;

const names = (fileSystem: MemoryFileSystem) => fileSystem.list(DIRECTORY).sort();

describe('the metadata log', () => {
  it('brings everything back after a clean stop, with leaders in a new epoch', async () => {
    const world = await ClusterWorld.open();
    await world.createTopic('t', 2, { 'retention.ms': '5' });
    const { clusterId } = world.metadata;
    const before = world.metadata.topics.get('t') as TopicImage;
    await world.cluster.close();
    const again = await world.reopenAfterCrash();
    const after = again.metadata.topics.get('t') as TopicImage;
    expect([again.metadata.clusterId, after.topicId]).toEqual([clusterId, before.topicId]);
    expect(again.metadata.topicConfigValue('t', 'retention.ms')).toBe('5');
    // Without leader while the broker was away, then with: two epochs, as Kafka counts.
    expect(after.partitions[1]).toMatchObject({ leader: 1, isr: [1], leaderEpoch: 2, partitionEpoch: 2 });
    expect(after.partitions[1]?.eligibleLeaderReplicas).toEqual([]);
  });

  it('brings everything acknowledged back after a kill', async () => {
    const world = await ClusterWorld.open();
    await world.createTopic('t');
    const again = await world.reopenAfterCrash();
    expect(again.metadata.partition('t', 0)).toMatchObject({ leader: 1, isr: [1], leaderEpoch: 2 });
    expect(again.metadata.brokers.get(1)?.isFenced).toBe(false);
  });

  it('is forced to disk before a change is acknowledged', async () => {
    const world = await ClusterWorld.open();
    await world.createTopic('t');
    const ofLog = world.fileSystem.journal.filter((change) => change.path === LOG).map((change) => change.kind);
    expect(ofLog.slice(-2)).toEqual(['write', 'sync']);
  });

  it('goes on where Apache Kafka stopped', async () => {
    const world = await ClusterWorld.open({ fileSystem: kafkaDisk(), formats: false });
    expect([...world.metadata.topics.keys()].sort()).toEqual(['__consumer_offsets', 'auto', 'orders']);
    expect(world.metadata.partition('orders', 2)).toMatchObject({ leader: 1, leaderEpoch: 2 });
    expect(await world.controller.allocateProducerIds()).toEqual({ first: 1000n, count: 1000 });
    const epochs = [...batches(world.fileSystem.readFile(LOG))].map((batch) => batch.partitionLeaderEpoch);
    expect([...new Set(epochs)]).toEqual([1, 2]);
    expect(world.fileSystem.readFile(`${DIRECTORY}/quorum-state`).toString()).toContain('"leaderEpoch":2');
  });

  it('is cut behind the last whole batch, wherever a crash cut it', async () => {
    const world = await ClusterWorld.open();
    await world.createTopic('first');
    const content = world.fileSystem.readFile(LOG);
    await world.createTopic('second', 3);
    const whole = world.fileSystem.readFile(LOG);
    for (let length = content.length; length <= whole.length; length += length < whole.length - 20 ? 13 : 1) {
      const { journal } = world.fileSystem;
      const fileSystem = MemoryFileSystem.after(journal, journal.length);
      const file = fileSystem.open(LOG, 'update');
      file.truncate(length);
      file.close();
      const again = await ClusterWorld.open({ fileSystem, formats: false });
      const expected = length === whole.length ? ['first', 'second'] : ['first'];
      expect([length, [...again.metadata.topics.keys()]]).toEqual([length, expected]);
    }
  });

  it('can be opened after a crash at any change to the disk, without losing what was acknowledged', async () => {
    const world = await ClusterWorld.open({
      properties: { 'metadata.log.max.record.bytes.between.snapshots': '1', 'metadata.max.retention.bytes': '600' },
    });
    const acknowledged: number[] = [];
    for (const name of ['a', 'b', 'c']) {
      await world.createTopic(name);
      acknowledged.push(world.fileSystem.journal.length);
    }
    await world.cluster.close();
    const { journal } = world.fileSystem;
    const first = journal.findIndex((change) => change.kind === 'rename' && change.to.endsWith('meta.properties')) + 1;
    for (let count = first; count <= journal.length; count++) {
      for (const bytes of cutsOf(journal[count - 1] as Change)) {
        const fileSystem = MemoryFileSystem.after(journal, count, bytes);
        const again = await ClusterWorld.open({ fileSystem, formats: false });
        const least = acknowledged.filter((at) => at <= count).length;
        const found = [...again.metadata.topics.keys()];
        expect(found).toEqual(['a', 'b', 'c'].slice(0, found.length));
        expect([count, found.length]).toEqual([count, Math.max(found.length, least)]);
      }
    }
  });
});

/** How much of a last write may have arrived. */
function cutsOf(change: Change): number[] {
  if (change.kind !== 'write') return [Number.POSITIVE_INFINITY];
  const { length } = change.bytes;
  return [0, 1, Math.floor(length / 2), length - 1, length];
}

describe('what a new cluster writes first', () => {
  const bodies = (content: Buffer, count: number) =>
    [...batches(content)]
      .slice(0, count)
      .map((batch) => [batch.baseOffset, batch.attributes, batch.body().toString('hex')]);

  it('is what Apache Kafka writes: leader change, bootstrap transaction', async () => {
    const world = await ClusterWorld.open({}, false);
    const recorded = fixture('cluster-metadata/00000000000000000000.log');
    expect(bodies(world.fileSystem.readFile(LOG), 2)).toEqual(bodies(recorded, 2));
    expect(world.fileSystem.readFile(`${DIRECTORY}/partition.metadata`)).toEqual(
      fixture('cluster-metadata/partition.metadata'),
    );
  });

  it('and with a dynamic quorum: leader change with the voters', async () => {
    const fileSystem = new MemoryFileSystem();
    const checkpoint = '00000000000000000000-0000000000.checkpoint';
    putFile(fileSystem, '/logs/meta.properties', fixture('meta.properties'));
    putFile(fileSystem, `${DIRECTORY}/${checkpoint}`, fixture(`dynamic-quorum/${checkpoint}`));
    const properties = { 'controller.quorum.voters': '', 'controller.quorum.bootstrap.servers': '127.0.0.1:19193' };
    const world = await ClusterWorld.open({ fileSystem, properties, formats: false }, false);
    const recorded = fixture('dynamic-quorum/00000000000000000000.log');
    expect(bodies(world.fileSystem.readFile(LOG), 2)).toEqual(bodies(recorded, 2));
    expect(world.fileSystem.readFile(`${DIRECTORY}/quorum-state`)).toEqual(fixture('dynamic-quorum/quorum-state'));
  });
});

describe('snapshots', () => {
  const SMALL = { 'metadata.log.max.record.bytes.between.snapshots': '1500' };

  it('are written after as many bytes as configured, at most two kept, and carry a start alone', async () => {
    const world = await ClusterWorld.open({ properties: SMALL });
    for (let index = 0; index < 30; index++) await world.createTopic(`t${index}`);
    await world.cluster.close();
    const snapshots = names(world.fileSystem).filter((name) => name.endsWith('.checkpoint'));
    expect(snapshots).toHaveLength(2);
    const again = await world.reopenAfterCrash(SMALL);
    expect(again.metadata.topics.size).toBe(30);
  });

  it('let a log that has grown too large start anew behind them', async () => {
    const world = await ClusterWorld.open({ properties: { ...SMALL, 'metadata.max.retention.bytes': '1000' } });
    for (let index = 0; index < 30; index++) await world.createTopic(`t${index}`);
    expect(names(world.fileSystem)).not.toContain('00000000000000000000.log');
    const again = await world.reopenAfterCrash();
    expect(again.metadata.topics.size).toBe(30);
    await again.createTopic('more');
    expect((await again.reopenAfterCrash()).metadata.topics.size).toBe(31);
  });

  it('are written after a while when there is anything new', async () => {
    const world = await ClusterWorld.open({ properties: { 'metadata.log.max.snapshot.interval.ms': '1000' } });
    const count = () => names(world.fileSystem).filter((name) => name.endsWith('.checkpoint')).length;
    await world.createTopic('early');
    expect(count()).toBe(0);
    await world.clock.advance(1000);
    await world.createTopic('late');
    expect(count()).toBe(1);
  });

  it('that are spoilt are passed over for an older one', async () => {
    const world = await ClusterWorld.open({ properties: SMALL });
    for (let index = 0; index < 30; index++) await world.createTopic(`t${index}`);
    const { journal } = world.fileSystem;
    const fileSystem = MemoryFileSystem.after(journal, journal.length);
    const newest = names(fileSystem)
      .filter((name) => name.endsWith('.checkpoint'))
      .at(-1) as string;
    putFile(fileSystem, `${DIRECTORY}/${newest}`, Buffer.alloc(100));
    const again = await ClusterWorld.open({ fileSystem, formats: false });
    expect(again.metadata.topics.size).toBe(30);
    expect(again.logged.some((line) => line.startsWith('ERROR Snapshot '))).toBe(true);
  });

  it('that are all spoilt beside a cut log keep the broker from starting with less than it had', async () => {
    const world = await ClusterWorld.open({ properties: { ...SMALL, 'metadata.max.retention.bytes': '1000' } });
    for (let index = 0; index < 30; index++) await world.createTopic(`t${index}`);
    const { journal } = world.fileSystem;
    const fileSystem = MemoryFileSystem.after(journal, journal.length);
    for (const name of names(fileSystem).filter((one) => one.endsWith('.checkpoint'))) {
      putFile(fileSystem, `${DIRECTORY}/${name}`, Buffer.alloc(100));
    }
    await expect(ClusterWorld.open({ fileSystem, formats: false })).rejects.toThrow('no sound snapshot holds them');
  });
});

describe('producer ids', () => {
  it('come in blocks that nobody gets twice, over a kill', async () => {
    const world = await ClusterWorld.open();
    expect(await world.controller.allocateProducerIds()).toEqual({ first: 0n, count: 1000 });
    expect(await world.controller.allocateProducerIds()).toEqual({ first: 1000n, count: 1000 });
    const again = await world.reopenAfterCrash();
    expect(await again.controller.allocateProducerIds()).toEqual({ first: 2000n, count: 1000 });
  });
});

describe('a disk that refuses', () => {
  it('fails the change, leaves the image as it was, and keeps what was acknowledged', async () => {
    const world = await ClusterWorld.open();
    await world.createTopic('kept');
    world.fileSystem.refuse = (syscall, path) => (syscall === 'write' && path === LOG ? 'ENOSPC' : null);
    await expect(world.createTopic('lost')).rejects.toMatchObject({ error: 'KAFKA_STORAGE_ERROR' });
    expect([...world.metadata.topics.keys()]).toEqual(['kept']);
    world.fileSystem.refuse = () => null;
    const again = await world.reopenAfterCrash();
    expect([...again.metadata.topics.keys()]).toEqual(['kept']);
  });
});

describe('the cluster of a new node', () => {
  it('has the features, configs and registration of Apache Kafka 4.3.1', async () => {
    const world = await ClusterWorld.open();
    const { metadata } = world;
    expect(Object.fromEntries(metadata.features)).toEqual({
      'eligible.leader.replicas.version': 1,
      'group.version': 1,
      'metadata.version': 30,
      'share.version': 1,
      'streams.version': 1,
      'transaction.version': 2,
    });
    expect([...metadata.configsOf({ type: ConfigResourceType.BROKER, name: '' })]).toEqual([
      ['min.insync.replicas', '1'],
    ]);
    expect(metadata.brokers.get(1)).toEqual({
      brokerId: 1,
      brokerEpoch: 11n,
      rack: null,
      isFenced: false,
      endpoints: [{ listener: 'PLAINTEXT', host: '127.0.0.1', port: 19192, securityProtocol: 0 }],
    });
  });

  it('names its dynamic quorum and kraft.version 1 without fixed voters', async () => {
    const properties = { 'controller.quorum.voters': '', 'controller.quorum.bootstrap.servers': '127.0.0.1:19193' };
    const world = await ClusterWorld.open({ properties });
    expect(world.metadata.features.get('kraft.version')).toBe(1);
    expect(world.fileSystem.readFile(`${DIRECTORY}/quorum-state`).toString()).toContain('"data_version":1');
    const again = await world.reopenAfterCrash(properties);
    expect(again.metadata.features.get('kraft.version')).toBe(1);
  });

  it('tells listeners of each change once it is applied, in order', async () => {
    const world = await ClusterWorld.open();
    const seen: string[] = [];
    world.metadata.onChange((delta) => {
      for (const { kind, name } of delta.topics) seen.push(`${kind} ${name} ${world.metadata.topics.has(name)}`);
    });
    const resource = { type: ConfigResourceType.TOPIC, name: 't' };
    const alteration = { name: 'retention.ms', operation: AlterConfigOperation.SET, value: '1' };
    await Promise.all([
      world.createTopic('t'),
      world.controller.incrementalAlterConfigs(resource, [alteration], false),
      world.controller.createPartitions('t', 2, null, false),
      world.controller.deleteTopic({ name: 't' }),
    ]);
    expect(seen).toEqual(['created t true', 'config t true', 'partitions t true', 'deleted t false']);
    await world.cluster.close();
  });

  it('makes internal topics once, with the configs of Apache Kafka', async () => {
    const world = await ClusterWorld.open();
    const [one, other] = await Promise.all([
      world.controller.ensureInternalTopic('__consumer_offsets'),
      world.controller.ensureInternalTopic('__consumer_offsets'),
    ]);
    expect(one).toEqual(other);
    expect((one as TopicImage).partitions).toHaveLength(50);
    expect(Object.fromEntries(world.metadata.configsOf({ type: 2, name: '__consumer_offsets' }))).toEqual({
      'cleanup.policy': 'compact',
      'compression.type': 'producer',
      'segment.bytes': '104857600',
    });
  });
});
