import { type PartitionImage, type TopicImage } from '../../../../src/broker/cluster/index.ts';
import { MemoryFileSystem } from '../log/memory-filesystem.ts';
import { ClusterWorld } from './cluster-world.ts';

const properties = { 'log.dirs': '/a,/b', 'metadata.log.dir': '/a' };
const UNASSIGNED = 'AAAAAAAAAAAAAAAAAAAAAQ';

function directoryId(world: ClusterWorld, logDir: string): string {
  const text = world.fileSystem.readFile(`${logDir}/meta.properties`).toString();
  return /directory\.id=(\S+)/.exec(text)?.[1] as string;
}

/** KIP-858: partitions know the directories of their replicas. */
describe('a broker with several log directories', () => {
  async function placed() {
    const world = await ClusterWorld.open({ properties });
    const { topicId, partitions } = (await world.createTopic('t', 2)) as TopicImage;
    const [a, b] = [directoryId(world, '/a'), directoryId(world, '/b')];
    expect(partitions.map(({ directories }) => directories)).toEqual([[UNASSIGNED], [UNASSIGNED]]);
    await world.cluster.assignReplicasToDirs([
      { topicId, partition: 0, directoryId: a },
      { topicId, partition: 1, directoryId: b },
    ]);
    return { world, a, b, topicId };
  }
  const partition = (world: ClusterWorld, index: number) => world.metadata.partition('t', index) as PartitionImage;

  it('records where replicas are, once, and finds it again', async () => {
    const { world, a, b, topicId } = await placed();
    expect([0, 1].map((index) => partition(world, index).directories)).toEqual([[a], [b]]);
    const changes = world.fileSystem.journal.length;
    await world.cluster.assignReplicasToDirs([{ topicId, partition: 0, directoryId: a }]);
    expect(world.fileSystem.journal.length).toBe(changes);
    const again = await world.reopenAfterCrash(properties);
    expect([0, 1].map((index) => partition(again, index).directories)).toEqual([[a], [b]]);
    expect([0, 1].map((index) => partition(again, index).leader)).toEqual([1, 1]);
  });

  it('gives up the partitions of a directory that fails, and puts new ones into the other', async () => {
    const { world, a } = await placed();
    await world.cluster.logDirFailed('/b');
    expect([0, 1].map((index) => partition(world, index).leader)).toEqual([1, -1]);
    expect(partition(world, 1)).toMatchObject({ isr: [], eligibleLeaderReplicas: [1] });
    const { partitions } = (await world.createTopic('later')) as TopicImage;
    expect(partitions[0]?.directories).toEqual([a]);
  });

  it('leads them again when the directory is back, and not before', async () => {
    const { world } = await placed();
    await world.cluster.logDirFailed('/b');
    const { journal } = world.fileSystem;
    const broken = MemoryFileSystem.after(journal, journal.length);
    broken.refuse = (_, path) => (path.startsWith('/b') ? 'EIO' : null);
    const without = await ClusterWorld.open({ properties, fileSystem: broken, formats: false });
    expect([0, 1].map((index) => partition(without, index).leader)).toEqual([1, -1]);
    const whole = MemoryFileSystem.after(broken.journal, broken.journal.length);
    const again = await ClusterWorld.open({ properties, fileSystem: whole, formats: false });
    expect([0, 1].map((index) => partition(again, index).leader)).toEqual([1, 1]);
  });
});
