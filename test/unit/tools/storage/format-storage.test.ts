import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type FormatStorageOptions,
  formatStorage,
  formattedText,
  infoText,
  storageInfo,
} from '../../../../src/tools/storage/index.ts';
import { systemClock } from '../../../../src/util/clock.ts';
import { JavaError } from '../../../../src/util/java-error.ts';

const ID = 'MkU3OEVBNTcwNTJENDM2Qg';
const FIXED = 'controller.quorum.voters=1@127.0.0.1:9093\n';
const DYNAMIC = 'controller.quorum.bootstrap.servers=127.0.0.1:9093\n';
const BOTH = 'PLAINTEXT://127.0.0.1:9092,CONTROLLER://127.0.0.1:9093';
const FEATURES = [
  "'metadata.version', featureLevel=30",
  "'eligible.leader.replicas.version', featureLevel=1",
  "'group.version', featureLevel=1",
  "'share.version', featureLevel=1",
  "'streams.version', featureLevel=1",
  "'transaction.version', featureLevel=2",
].map((feature) => `ApiMessageAndVersion(FeatureLevelRecord(name=${feature}) at version 0)`);
const BOOTSTRAP = `Bootstrap metadata: BootstrapMetadata(records=[${FEATURES.join(', ')}], metadataVersionLevel=30, source=format command)\n`;

// Texts as kafka-storage of Apache Kafka 4.3.1 printed them.
describe('kafka-storage', () => {
  let directory: string;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'klamm-storage-'));
  });

  afterEach(() => {
    rmSync(directory, { recursive: true, force: true });
  });

  function properties({ quorum = FIXED, roles = 'broker,controller', listeners = BOTH, dirs = ['data'] } = {}): string {
    const file = join(directory, 's.properties');
    const logDirs = dirs.map((name) => join(directory, name)).join(',');
    writeFileSync(
      file,
      `process.roles=${roles}\nnode.id=1\n${quorum}controller.listener.names=CONTROLLER\nlisteners=${listeners}\nlog.dirs=${logDirs}\n`,
    );
    return file;
  }

  const format = (configFile: string, options: Partial<FormatStorageOptions> = {}) =>
    formatStorage(
      {
        configFile,
        clusterId: ID,
        ignoreFormatted: false,
        releaseVersion: undefined,
        features: [],
        scramCredentials: [],
        quorum: null,
        ...options,
      },
      systemClock,
    );

  function refusal(act: () => unknown): [string, string] {
    try {
      act();
    } catch (error) {
      if (error instanceof JavaError) return [error.className, error.message.replaceAll(directory, 'DIR')];
      throw error;
    }
    throw new Error('nothing was refused');
  }

  it('formats, refuses to do it twice, passes over what is formatted, and tells clusters apart', () => {
    const file = properties();
    expect(formattedText(format(file)).replaceAll(directory, 'DIR')).toBe(
      `${BOOTSTRAP}Formatting metadata directory DIR/data with metadata.version 4.3-IV0.\n`,
    );
    expect(readdirSync(join(directory, 'data')).sort()).toEqual(['bootstrap.checkpoint', 'meta.properties']);
    expect(refusal(() => format(file))).toEqual([
      'kafka.tools.TerseFailure',
      'Log directory DIR/data is already formatted. Use --ignore-formatted to ignore this directory and format the others.',
    ]);
    expect(formattedText(format(file, { ignoreFormatted: true }))).toBe(
      'All of the log directories are already formatted.\n',
    );
    expect(refusal(() => format(file, { ignoreFormatted: true, clusterId: 'another' }))).toEqual([
      'java.lang.RuntimeException',
      `Invalid cluster.id in: DIR/data/meta.properties. Expected another, but read ${ID}`,
    ]);
  });

  it('gives each of several directories an id of its own', () => {
    format(properties({ dirs: ['d1', 'd2'] }));
    const ids = ['d1', 'd2'].map(
      (name) => /^directory\.id=(.*)$/m.exec(readFileSync(join(directory, name, 'meta.properties'), 'latin1'))?.[1],
    );
    expect(new Set(ids).size).toBe(2);
    expect(existsSync(join(directory, 'd2', 'bootstrap.checkpoint'))).toBe(true);
  });

  it('starts a dynamic quorum with a voter of the metadata directory', () => {
    const file = properties({ quorum: DYNAMIC });
    expect(format(file, { quorum: 'standalone' }).directories.map(({ kind }) => kind)).toEqual([
      'dynamic metadata voter',
    ]);
    expect(readdirSync(join(directory, 'data', '__cluster_metadata-0'))).toEqual([
      '00000000000000000000-0000000000.checkpoint',
    ]);
  });

  it.each<[what: string, Parameters<typeof properties>[0], Partial<FormatStorageOptions>, text: string]>([
    [
      'a controller without voters that says nothing of them',
      { quorum: DYNAMIC },
      {},
      'Because controller.quorum.voters is not set on this controller, you must specify one of the following: --standalone, --initial-controllers, or --no-initial-controllers.',
    ],
    [
      'fixed voters and a dynamic quorum',
      {},
      { quorum: 'standalone' },
      'You cannot specify controller.quorum.voters and format the node with --initial-controllers or --standalone. If you want to use dynamic quorum, please remove controller.quorum.voters and specify controller.quorum.bootstrap.servers instead.',
    ],
    [
      'a quorum on a broker',
      { quorum: DYNAMIC, roles: 'broker', listeners: 'PLAINTEXT://127.0.0.1:9092' },
      { quorum: 'standalone' },
      'You can only use --standalone on a controller.',
    ],
    [
      'a release and a metadata.version',
      {},
      { releaseVersion: '4.0', features: ['metadata.version=29'] },
      'Use --release-version instead of --feature metadata.version=X to avoid ambiguity.',
    ],
    [
      'credentials in a release that has none',
      {},
      { releaseVersion: '3.4-IV0', scramCredentials: ['SCRAM-SHA-256=[name=a,password=x]'] },
      'SCRAM is only supported in metadata.version 3.5-IV2 or later.',
    ],
    [
      'kraft.version 1 with fixed voters',
      {},
      { features: ['kraft.version=1'] },
      'Cannot set kraft.version to 1 unless controller.quorum.voters is empty and one of the flags --standalone, --initial-controllers, or --no-initial-controllers is used. For dynamic controllers support, try using one of --standalone, --initial-controllers, or --no-initial-controllers and removing controller.quorum.voters.',
    ],
  ])('refuses %s', (_what, parts, options, text) => {
    const file = properties(parts);
    expect(refusal(() => format(file, options))).toEqual(['kafka.tools.TerseFailure', text]);
    expect(existsSync(join(directory, 'data'))).toBe(false);
  });

  const info = (file: string) =>
    infoText(storageInfo(file))
      .replaceAll(directory, 'DIR')
      .replace(/directory\.id=[^,]*/, 'directory.id=ID');

  it('tells what directories hold, and what is wrong with them', () => {
    const file = properties({ dirs: ['d1', 'd2', 'd3'] });
    mkdirSync(join(directory, 'd3'));
    expect(info(file)).toBe(
      'Found log directory:\n  DIR/d3\n\nFound problems:\n  DIR/d1 does not exist\n  DIR/d2 does not exist\n  DIR/d3 is not formatted.\n\n',
    );
    format(file);
    const found = 'Found log directories:\n  DIR/d1\n  DIR/d2\n  DIR/d3\n\n';
    const metadata = `Found metadata: {cluster.id=${ID}, directory.id=ID, node.id=1, version=1}\n\n`;
    expect(info(file)).toBe(found + metadata);
    for (const [name, from, to] of [
      ['d2', 'node.id=1', 'node.id=2'],
      ['d3', ID, 'foo'],
    ] as const) {
      const path = join(directory, name, 'meta.properties');
      writeFileSync(path, readFileSync(path, 'latin1').replace(from, to));
    }
    const mismatched = ['node', 'cluster'].map((what) => `  Mismatched ${what} IDs between storage directories.\n`);
    expect(info(file)).toBe(`${found}${metadata}Found problems:\n${mismatched.join('')}\n`);
    writeFileSync(join(directory, 'd3', 'meta.properties'), 'version=7\n');
    expect(info(file)).toContain('  Error loading DIR/d3/meta.properties: Unknown meta.properties version number 7\n');
  });
});
