import { parseServerConfig, prepareLogDirectories } from '../../../../../src/broker/cluster/index.ts';
import { decodeSnapshot } from '../../../../../src/broker/cluster/metadata-log/snapshot-file.ts';
import { metaPropertiesContent } from '../../../../../src/broker/cluster/node/meta-properties.ts';
import { ManualClock } from '../../../../../src/util/clock.ts';
import { JavaError } from '../../../../../src/util/java-error.ts';
import { silentLogger } from '../../../../../src/util/logger.ts';
import { MemoryFileSystem } from '../../log/memory-filesystem.ts';
import { PROPERTIES, putFile } from '../cluster-world.ts';

const IDS = ['CYSEzGNPjt5NRg8nGGd4Xg', 'tFd5yJS2mEVvTUb5DCorFw'] as const;

function meta(clusterId: string, nodeId: number, directoryId: string): string {
  return metaPropertiesContent({ clusterId, nodeId, directoryId }, 0).toString();
}

function prepare(files: Record<string, string>, properties: Record<string, string> = {}, formats = false) {
  const fileSystem = new MemoryFileSystem();
  for (const [path, content] of Object.entries(files)) putFile(fileSystem, path, Buffer.from(content));
  const given = { ...PROPERTIES, 'log.dirs': '/d1,/d2', ...properties };
  const config = parseServerConfig(new Map(Object.entries(given)));
  const clock = new ManualClock();
  return { fileSystem, ...prepareLogDirectories(config, { clock, logger: silentLogger, fileSystem, formats }) };
}

const SOUND = {
  '/d1/meta.properties': meta('c', 1, IDS[0]),
  '/d2/meta.properties': meta('c', 1, IDS[1]),
};

// Refusals as Apache Kafka 4.3.1 worded them when it was started on such directories.
describe('log directories', () => {
  it.each<
    [what: string, files: Record<string, string>, properties: Record<string, string>, javaClass: string, text: string]
  >([
    ['none formatted', {}, {}, 'java.lang.RuntimeException', 'No readable meta.properties files found.'],
    [
      'one not formatted',
      { '/d1/meta.properties': SOUND['/d1/meta.properties'] },
      {},
      'java.lang.RuntimeException',
      'No `meta.properties` found in /d2 (have you run `kafka-storage.sh` to format the directory?)',
    ],
    [
      'of another node',
      SOUND,
      { 'node.id': '2', 'controller.quorum.voters': '2@127.0.0.1:19193' },
      'java.lang.RuntimeException',
      "Stored node id 1 doesn't match previous node id 2 in /d1/meta.properties. If you moved your data, make sure your configured node id matches. If you intend to create a new node, you should remove all data in your data directories.",
    ],
    [
      'of two clusters',
      { ...SOUND, '/d2/meta.properties': meta('other', 1, IDS[1]) },
      {},
      'java.lang.RuntimeException',
      'Invalid cluster.id in: /d2/meta.properties. Expected c, but read other',
    ],
    [
      'that are copies of each other',
      { ...SOUND, '/d2/meta.properties': meta('c', 1, IDS[0]) },
      {},
      'java.lang.RuntimeException',
      `Duplicate directory ID Optional[${IDS[0]}] found. It was the ID of /d1, but also of /d2`,
    ],
    [
      'with the metadata log in the wrong one',
      { ...SOUND, '/d2/__cluster_metadata-0/partition.metadata': '' },
      {},
      'org.apache.kafka.common.KafkaException',
      'Found unexpected metadata location in data directory `/d2/__cluster_metadata-0` (the configured metadata directory is /d1).',
    ],
    [
      'whose metadata directory cannot be read',
      { ...SOUND, '/d1/meta.properties': 'version=9\n' },
      {},
      'java.lang.RuntimeException',
      'Encountered I/O error in metadata log directory /d1. Cannot continue.',
    ],
  ])('%s are refused', (_what, files, properties, javaClass, text) => {
    let refusal: unknown;
    try {
      prepare(files, properties);
    } catch (error) {
      refusal = error;
    }
    expect(refusal).toBeInstanceOf(JavaError);
    const { className, message } = refusal as JavaError;
    expect([className, message]).toEqual([javaClass, text]);
  });

  it('that are sound are known by their ids', () => {
    const { clusterId, directoryIds } = prepare(SOUND);
    expect([clusterId, Object.fromEntries(directoryIds)]).toEqual(['c', { '/d1': IDS[0], '/d2': IDS[1] }]);
  });

  it('with an unreadable one beside go on without it', () => {
    const { directoryIds } = prepare({ ...SOUND, '/d2/meta.properties': 'version=1\ncluster.id=c\n' });
    expect([...directoryIds.keys()]).toEqual(['/d1']);
  });

  it('without an id get one, as Kafka does', () => {
    const bare = SOUND['/d2/meta.properties'].replace(/directory\.id=.*\n/, '');
    const { fileSystem, directoryIds } = prepare({ ...SOUND, '/d2/meta.properties': bare });
    const id = directoryIds.get('/d2');
    expect(fileSystem.readFile('/d2/meta.properties').toString()).toContain(`directory.id=${id}\n`);
  });

  it('are formatted where that is wanted, new ones for the cluster of the others', () => {
    const { fileSystem, clusterId, directoryIds } = prepare(
      { '/d1/meta.properties': SOUND['/d1/meta.properties'] },
      {},
      true,
    );
    expect([clusterId, directoryIds.size]).toEqual(['c', 2]);
    const levels = decodeSnapshot(fileSystem.readFile('/d2/bootstrap.checkpoint')).records.map(({ value }) => value);
    expect(levels[0]).toEqual({ name: 'metadata.version', featureLevel: 30 });
    expect(prepare({}, {}, true).clusterId).toMatch(/^[A-Za-z0-9_][A-Za-z0-9_-]{21}$/);
  });

  it('are formatted again by no crash in between: meta.properties comes last', () => {
    const { fileSystem } = prepare({}, {}, true);
    const { journal } = fileSystem;
    const at = journal.findIndex((change) => change.kind === 'rename' && change.to === '/d1/meta.properties');
    const before = MemoryFileSystem.after(journal, at + 1);
    expect(before.status('/d1/bootstrap.checkpoint')?.sizeInBytes).toBe(411);
  });
});
