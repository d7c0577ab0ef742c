import { ClusterWorld } from '../unit/broker/cluster/cluster-world.ts';
import { MemoryFileSystem } from '../unit/broker/log/memory-filesystem.ts';
import { Violation } from './check-log.ts';
import { type SeededRandom } from './seeded-random.ts';
import { type Check } from './simulate.ts';

/** Snapshots after each change, and a log that is emptied behind them. */
const PROPERTIES = { 'metadata.log.max.record.bytes.between.snapshots': '400', 'metadata.max.retention.bytes': '600' };
const TOPICS = ['a', 'b', 'c', 'd', 'e'];

export interface MetadataRun {
  readonly journal: MemoryFileSystem['journal'];
  readonly check: Check;
}

/** Topics, configs and producer ids of a controller: what was answered is there after a crash, in order. */
export async function metadataWorkload(random: SeededRandom): Promise<MetadataRun> {
  const fileSystem = new MemoryFileSystem();
  fileSystem.makeDirectory('/logs');
  fileSystem.syncDirectory('/');
  let world = await ClusterWorld.open({ fileSystem, properties: PROPERTIES });
  const { journal } = fileSystem;
  const opened = journal.length;
  const created: number[] = [];
  const producerIds: { at: number; first: bigint }[] = [];
  for (const name of TOPICS) {
    await world.createTopic(name, 1 + random.below(3), { 'retention.ms': `${name.charCodeAt(0)}` });
    created.push(journal.length);
    if (random.below(2) === 0) {
      const { first } = await world.controller.allocateProducerIds();
      producerIds.push({ at: journal.length, first });
    }
    if (random.below(3) > 0) continue;
    if (random.below(2) === 0) await world.cluster.close();
    world = await ClusterWorld.open({ fileSystem, formats: false, properties: PROPERTIES });
  }
  await world.cluster.close();
  const check: Check = async (disk, { changes }, deep) => {
    // Before the first answer nothing was promised, not even a formatted directory.
    if (changes < opened) return;
    const again = await ClusterWorld.open({ fileSystem: disk, formats: false, properties: PROPERTIES });
    const found = [...again.metadata.topics.keys()].sort();
    const promised = created.filter((at) => at <= changes).length;
    if (`${found}` !== `${TOPICS.slice(0, found.length)}`) throw new Violation(`topics ${found}`);
    if (found.length < promised) throw new Violation(`${promised} topics were answered, ${found.length} are there`);
    for (const name of found) {
      const value = again.metadata.topicConfigValue(name, 'retention.ms');
      if (value !== `${name.charCodeAt(0)}`) throw new Violation(`retention.ms of ${name} is ${value}`);
    }
    const given = producerIds.findLast(({ at }) => at <= changes)?.first ?? -1n;
    const { first } = await again.controller.allocateProducerIds();
    if (first <= given) throw new Violation(`producer ids from ${first} were given before (${given})`);
    if (!deep) return;
    await again.createTopic('z');
    await again.cluster.close();
    const third = await ClusterWorld.open({ fileSystem: disk, formats: false, properties: PROPERTIES });
    if (third.metadata.topics.size !== found.length + 1) throw new Violation('a topic is gone after a clean stop');
  };
  return { journal, check };
}
