import { copyFileSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { Validator } from '@cfworker/json-schema';
import DumpLog from '../../../../src/commands/dump-log.ts';
import { runInProcess } from '../../commands/in-process.ts';
import { BOMBS, bombBatch } from '../../protocol/records/bombs.ts';

// Files of a broker of Apache Kafka 4.3.1; the texts beside them are what its kafka-dump-log prints for them.
const fixtures = fileURLToPath(new URL('../../../fixtures/dump-log/', import.meta.url));
const SEGMENT = '00000000000000000000';

const run = (argv: readonly string[], face: 'exact' | 'comfort' = 'exact') =>
  runInProcess(DumpLog, 'dump-log', argv, face);

const files = (...names: string[]) => ['--files', names.map((name) => fixtures + name).join(',')];

describe('kafka-dump-log', () => {
  const topic = ['log', 'index', 'timeindex', 'txnindex'].map((ending) => `topic/${SEGMENT}.${ending}`);

  it.each([
    ['topic', [...files(...topic, 'topic/00000000000000000150.snapshot'), '--print-data-log']],
    ['offsets', [...files(`offsets/${SEGMENT}.log`), '--offsets-decoder']],
    ['transactions', [...files(`transactions/${SEGMENT}.log`), '--transaction-log-decoder']],
    ['share', [...files(`share/${SEGMENT}.log`), '--share-group-state-decoder']],
    ['metadata', [...files('metadata/bootstrap.checkpoint', `metadata/${SEGMENT}.log`), '--cluster-metadata-decoder']],
  ])('shows %s as Kafka does', async (name, argv) => {
    const { stdout, stderr, code } = await run(argv);
    expect(stdout.replaceAll(fixtures, '')).toBe(readFileSync(`${fixtures}${name}.txt`, 'utf8'));
    expect({ stderr, code }).toEqual({ stderr: '', code: 0 });
  });

  it('shows batches alone unless records are asked for', async () => {
    const lines = (text: string) => text.trimEnd().split('\n');
    const whole = lines(readFileSync(`${fixtures}topic.txt`, 'utf8')).slice(0, 33);
    const batches = whole.filter((line) => !line.startsWith('|'));
    expect(lines((await run(files(`topic/${SEGMENT}.log`))).stdout).slice(1)).toEqual(batches.slice(1));
    const deep = lines((await run([...files(`topic/${SEGMENT}.log`), '--deep-iteration'])).stdout);
    expect(deep.slice(1)).toEqual(whole.slice(1).map((line) => line.replace(/ key: .*| payload: .*/, '')));
    const bare = lines(
      (await run([...files(`topic/${SEGMENT}.log`), '--print-data-log', '--skip-record-metadata'])).stdout,
    );
    expect(bare.filter((line) => line.startsWith('|')).slice(0, 2)).toEqual([
      '| key: k1 payload: value one',
      '| key: k2 payload: déjà',
    ]);
  });

  it('reads no more than --max-bytes', async () => {
    const { stdout } = await run([...files(`topic/${SEGMENT}.log`), '--max-bytes', '300']);
    expect(stdout.match(/^baseOffset: \d+/gm)).toEqual(['baseOffset: 0', 'baseOffset: 2']);
  });

  it('decodes keys and values by class', async () => {
    const decoder = 'org.apache.kafka.tools.api.IntegerDecoder';
    const { stdout } = await run([
      ...files(`topic/${SEGMENT}.log`),
      '--value-decoder-class',
      decoder,
      '--max-bytes',
      '110',
    ]);
    expect(stdout).toContain('key: k1 payload: 1986096245\n');
    expect(await run([...files(`topic/${SEGMENT}.log`), '--key-decoder-class', 'a.B'])).toMatchObject({
      stderr:
        'Exception in thread "main" java.lang.RuntimeException: Failed to load decoder class\nCaused by: java.lang.ClassNotFoundException: a.B\n',
      code: 1,
    });
  });

  it.each(['offsets', 'transaction-log', 'cluster-metadata', 'remote-log-metadata', 'share-group-state'])(
    'the %s decoder says which records it cannot read',
    async (name) => {
      const { stdout } = await run([...files(`topic/${SEGMENT}.log`), `--${name}-decoder`, '--max-bytes', '110']);
      const reason = {
        'cluster-metadata':
          'payload: Error at 0, skipping. Could not deserialize metadata record due to unknown frame version 118(only frame version 1 is supported)',
        'remote-log-metadata':
          'payload: Error at offset 0, skipping. Could not deserialize metadata record due to unknown frame version 118(only frame version 1 is supported)',
      }[name];
      expect(stdout).toContain(reason ?? 'key: Unknown record type 27441 at offset 0, skipping.\n');
    },
  );

  it('prints JSON lines under klamm that fit the schema', async () => {
    const schema = JSON.parse(readFileSync(new URL('../../../../schemas/dump-log.json', import.meta.url), 'utf8'));
    const validator = new Validator(schema, '2020-12');
    const all = [...topic, 'topic/00000000000000000150.snapshot', 'metadata/bootstrap.checkpoint', 'topic.txt'];
    const { stdout } = await run([...files(...all), '--print-data-log', '--output', 'json'], 'comfort');
    const documents = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { kind: string });
    expect(documents.filter((one) => !validator.validate(one).valid)).toEqual([]);
    expect(new Set(documents.map(({ kind }) => kind)).size).toBeGreaterThanOrEqual(8);
    expect(documents).toContainEqual(expect.objectContaining({ kind: 'record', key: 'k2', payload: 'déjà' }));
  });
});

describe('kafka-dump-log and files that are not sound', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(`${tmpdir()}/klamm-dump-`);
    for (const ending of ['log', 'index', 'timeindex', 'txnindex']) {
      copyFileSync(`${fixtures}topic/${SEGMENT}.${ending}`, `${directory}/${SEGMENT}.${ending}`);
    }
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  const path = (ending: string) => `${directory}/${SEGMENT}.${ending}`;

  it('counts the bytes behind the last whole batch', async () => {
    truncateSync(path('log'), 300);
    expect((await run(['--files', path('log')])).stdout).toContain(
      `Found 61 invalid bytes at the end of ${SEGMENT}.log\n`,
    );
    expect((await run(['--files', path('log'), '--max-bytes', '2147483646'])).stdout).not.toContain('invalid bytes');
  });

  it('says which batches fail their checksum', async () => {
    const bytes = readFileSync(path('log'));
    bytes.writeUInt8(bytes.readUInt8(100) ^ 1, 100);
    writeFileSync(path('log'), bytes);
    expect((await run(['--files', path('log')])).stdout.match(/isvalid: \w+/g)?.slice(0, 2)).toEqual([
      'isvalid: false',
      'isvalid: true',
    ]);
  });

  it('tells at the end where indexes and segment differ, and klamm fails then', async () => {
    writeFileSync(path('index'), Buffer.from('0000000400000000', 'hex'));
    const complaint = `Mismatches in :${path('index')}\n  Index offset: 4, log offset: 1\n`;
    expect(await run(['--files', path('index')])).toMatchObject({ stderr: complaint, code: 0 });
    expect(await run(['--files', path('index'), '--verify-index-only'])).toMatchObject({
      stdout: `Dumping ${path('index')}\n`,
      stderr: complaint,
    });
    expect(await run(['--files', path('index')], 'comfort')).toMatchObject({ code: 1 });

    const entry = Buffer.alloc(24);
    entry.writeBigInt64BE(7n, 0);
    entry.writeInt32BE(1, 8);
    entry.writeBigInt64BE(5n, 12);
    entry.writeInt32BE(3, 20);
    writeFileSync(path('timeindex'), entry);
    const { stderr } = await run(['--files', path('timeindex')]);
    expect(stderr).toMatch(
      /^Found timestamp mismatch in :.*\n {2}Index timestamp: 7, log timestamp: \d+\n {2}Index timestamp: 5,/,
    );
    expect(stderr).toContain(
      `Found out of order timestamp in :${path('timeindex')}\n  Index timestamp: 5, Previously indexed timestamp: 7\n`,
    );
  });

  it('checks indexes as a broker does', async () => {
    expect((await run(['--files', path('index'), '--index-sanity-check'])).stdout).toContain(' passed sanity check.\n');
    truncateSync(path('index'), 19);
    expect((await run(['--files', path('index'), '--index-sanity-check'])).stderr).toBe(
      `Exception in thread "main" org.apache.kafka.storage.internals.log.CorruptIndexException: Index file ${path('index')} is corrupt, found 19 bytes which is neither positive nor a multiple of 8\n`,
    );
    truncateSync(path('index'), 0);
    expect((await run(['--files', path('index')])).stdout).toContain(`${path('index')} is empty.\n`);
  });

  it('says why a producer snapshot cannot be read', async () => {
    const snapshot = `${directory}/5.snapshot`;
    const bytes = readFileSync(`${fixtures}topic/00000000000000000150.snapshot`);
    const told = async (content: Buffer) => {
      writeFileSync(snapshot, content);
      return (await run(['--files', snapshot])).stderr;
    };
    expect(await told(bytes.subarray(0, 10))).toBe(
      'Snapshot failed schema validation: Tried to allocate a collection of size 3, but there are only 0 bytes remaining.\n',
    );
    expect(await told(Buffer.from([0, 2]))).toBe(
      'Snapshot failed schema validation: Snapshot contained an unknown file version 2\n',
    );
    bytes.writeUInt8(bytes.readUInt8(20) ^ 1, 20);
    expect(await told(bytes)).toMatch(
      /^Snapshot is corrupt \(CRC is no longer valid\)\. Stored crc: \d+\. Computed crc: \d+\n$/,
    );
  });

  it.each([
    ['5.log', 'java.nio.file.NoSuchFileException: '],
    ['nofile.log', 'java.lang.NumberFormatException: For input string: "nofile"\n'],
    ['x.checkpoint', 'java.lang.StringIndexOutOfBoundsException: begin 0, end 20, length 12\n'],
  ])('fails on %s', async (name, text) => {
    const { stderr, code } = await run(['--files', `${directory}/${name}`]);
    expect(stderr).toContain(`Exception in thread "main" ${text}`);
    expect(code).toBe(1);
  });

  it.each(BOMBS.filter(({ isAnnounced }) => isAnnounced))('does not unpack what is too large: $name', async (bomb) => {
    const bombed = `${directory}/${SEGMENT}.log`;
    writeFileSync(bombed, bombBatch(bomb, 320));
    const { stdout, stderr, code } = await run(['--files', bombed, '--print-data-log']);
    expect(stdout).toContain('baseOffset: 0 lastOffset: 0 count: 1');
    expect(stderr).toMatch(/^Exception in thread "main" .*block of more than 268435456 bytes/);
    expect(code).toBe(1);
  });

  it('passes over files of no kind it knows', async () => {
    expect(await run(['--files', `${directory}/partition.metadata,${directory}/plain`])).toMatchObject({
      stderr: `Ignoring unknown file ${directory}/partition.metadata\nIgnoring unknown file ${directory}/plain\n`,
      code: 0,
    });
  });
});
