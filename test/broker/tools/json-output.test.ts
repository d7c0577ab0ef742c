import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { Validator } from '@cfworker/json-schema';
import { type ToolCommand } from '../../../src/cli/tool-command.ts';
import { runInProcess } from '../../unit/commands/in-process.ts';
import { TestBroker } from '../harness.ts';

const root = join(dirname(fileURLToPath(import.meta.url)), '../../..');

/** Tools that report nothing of their own: they move records, or start and stop a server. */
const SILENT = ['completion', 'console-producer', 'server-start', 'server-stop'];

function schemaOf(id: string): Record<string, unknown> {
  return JSON.parse(readFileSync(join(root, 'schemas', `${id}.json`), 'utf8'));
}

function complaints(id: string, document: unknown): string[] {
  const { valid, errors } = new Validator(schemaOf(id), '2020-12', false).validate(document);
  return valid ? [] : errors.map(({ instanceLocation, error }) => `${instanceLocation}: ${error}`);
}

/** Every key of the schemas that a program may rely on. */
function keysOf(schema: unknown): string[] {
  if (typeof schema !== 'object' || schema === null) return [];
  const { properties } = schema as { properties?: object };
  return [...Object.keys(properties ?? {}), ...Object.values(schema).flatMap(keysOf)];
}

async function call(id: string, argv: readonly string[], stdin = '') {
  const { default: command } = (await import(join(root, 'src/commands', `${id}.ts`))) as {
    default: typeof ToolCommand;
  };
  return runInProcess(command, id, argv, 'comfort', Readable.from([Buffer.from(stdin, 'latin1')]));
}

const QUICK_SHARE_GROUPS = {
  'share.coordinator.state.topic.replication.factor': '1',
  'share.coordinator.state.topic.min.isr': '1',
  'group.share.min.heartbeat.interval.ms': '50',
  'group.share.heartbeat.interval.ms': '50',
  'group.share.assignment.interval.ms': '0',
};

/** The documents of `klamm ID ARGV --output json`; each fits the schema. */
async function documents(id: string, ...argv: string[]): Promise<unknown[]> {
  const { stdout, stderr, code } = await call(id, [...argv, '--output', 'json']);
  const found = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown);
  expect({ argv, found, stderr, complaints: found.flatMap((one) => complaints(id, one)) }).toMatchObject({
    complaints: [],
  });
  expect({ argv, code, stderr }).toMatchObject({ code: 0 });
  return found;
}

describe('schemas', () => {
  it('are there for every command that reports something', () => {
    const ids = readdirSync(join(root, 'src/commands')).map((name) => name.replace(/\.ts$/, ''));
    const missing = ids.filter((id) => !SILENT.includes(id) && !existsSync(join(root, 'schemas', `${id}.json`)));
    expect(missing).toEqual([]);
  });

  it('name their keys in camelCase and belong to a command', () => {
    const files = readdirSync(join(root, 'schemas'));
    for (const file of files) {
      const id = file.replace(/\.json$/, '');
      const schema = schemaOf(id);
      expect(existsSync(join(root, 'src/commands', `${id}.ts`))).toBe(true);
      expect(schema).toMatchObject({
        $schema: 'https://json-schema.org/draft/2020-12/schema',
        $id: `urn:klamm:schema:${id}`,
      });
      expect(keysOf(schema).filter((key) => !/^[a-z][A-Za-z0-9]*$/.test(key))).toEqual([]);
    }
  });

  it('refuse keys that are not promised, and keys that are missing', () => {
    expect(complaints('get-offsets', [{ topic: 'a', partition: 0, offset: 5, colour: 'red' }])).not.toEqual([]);
    expect(complaints('get-offsets', [{ topic: 'a', partition: 0 }])).not.toEqual([]);
    expect(complaints('get-offsets', [{ topic: 'a', partition: 0, offset: '9223372036854775807' }])).toEqual([]);
  });
});

describe('--output json', () => {
  let broker: TestBroker;
  let directory: string;
  let b: string[];
  beforeAll(async () => {
    broker = await TestBroker.start({ properties: { 'klamm.metrics.port': '0', ...QUICK_SHARE_GROUPS } });
    b = broker.bootstrapOption;
    directory = mkdtempSync(join(tmpdir(), 'klamm-json-'));
    await documents(
      'topics',
      ...b,
      '--create',
      '--topic',
      'json',
      '--partitions',
      '2',
      '--config',
      'retention.ms=900000000',
    );
    const argv = [...b, '--topic', 'json', '--reader-property', 'parse.key=true'];
    await call('console-producer', argv, 'k1\tv1\nk2\t\xff\xfe\n');
  });
  afterAll(async () => {
    rmSync(directory, { recursive: true });
    await broker.stop();
  });

  const file = (name: string, text: string): string => {
    const path = join(directory, name);
    writeFileSync(path, text);
    return path;
  };

  it('topics', async () => {
    expect(await documents('topics', ...b, '--create', '--topic', 'json', '--if-not-exists')).toEqual([null]);
    expect(await documents('topics', ...b, '--list')).toEqual([[{ name: 'json' }]]);
    const [described] = await documents('topics', ...b, '--describe', '--topic', 'json');
    expect(described).toMatchObject([
      { name: 'json', partitionCount: 2, partitions: [{ leaderId: 1 }, { leaderId: 1 }] },
    ]);
    expect(await documents('topics', ...b, '--alter', '--topic', 'json', '--partitions', '3')).toEqual([
      [{ name: 'json', partitionCount: 3 }],
    ]);
    await documents('topics', ...b, '--create', '--topic', 'gone');
    expect(await documents('topics', ...b, '--delete', '--topic', 'gone')).toEqual([[{ name: 'gone' }]]);
  });

  it('records and the groups that read them', async () => {
    const argv = ['--topic', 'json', '--from-beginning', '--max-messages', '2', '--group', 'readers'];
    const records = (await documents('console-consumer', ...b, ...argv)) as { key: string }[];
    expect(records.find(({ key }) => key === 'k1')).toMatchObject({ value: 'v1', timestampType: 'CreateTime' });
    // The same bytes that went in, though they are not UTF-8.
    expect(records.find(({ key }) => key === 'k2')).toMatchObject({ value: { base64: '//4=' } });
    const group = { groupId: 'readers', state: 'Empty' };
    expect(await documents('groups', ...b, '--list')).toMatchObject([[group]]);
    expect(await documents('consumer-groups', ...b, '--list')).toMatchObject([[group]]);
    const describe = ['--describe', '--group', 'readers'];
    expect(await documents('consumer-groups', ...b, ...describe)).toMatchObject([
      [{ ...group, partitions: [{}, {}, {}] }],
    ]);
    expect(await documents('consumer-groups', ...b, ...describe, '--members')).toMatchObject([
      [{ ...group, members: [] }],
    ]);
    expect(await documents('consumer-groups', ...b, ...describe, '--state')).toMatchObject([
      [{ coordinator: { id: 1 } }],
    ]);
    const reset = [
      '--reset-offsets',
      '--group',
      'readers',
      '--topic',
      'json',
      '--to-earliest',
      '--dry-run',
      '--export',
    ];
    expect(await documents('consumer-groups', ...b, ...reset)).toMatchObject([[{ groupId: 'readers' }]]);
    const forget = ['--delete-offsets', '--group', 'readers', '--topic', 'json'];
    expect(await documents('consumer-groups', ...b, ...forget)).toMatchObject([{ outcome: 'NONE' }]);
    expect(await documents('consumer-groups', ...b, '--delete', '--group', 'readers')).toMatchObject([
      [{ isDeleted: true }],
    ]);
    expect(await documents('consumer-groups', '--validate-regex', 'a.*')).toMatchObject([{ isValid: true }]);
  });

  it('offsets, deleted records, directories, leaders', async () => {
    expect(await documents('get-offsets', ...b, '--topic', 'json')).toMatchObject([[{ topic: 'json' }, {}, {}]]);
    const plan = file('plan.json', '{"partitions":[{"topic":"json","partition":0,"offset":0}],"version":1}');
    expect(await documents('delete-records', ...b, '--offset-json-file', plan)).toEqual([
      [{ topic: 'json', partition: 0, lowWatermark: 0, error: null }],
    ]);
    expect(await documents('log-dirs', ...b, '--describe', '--topic-list', 'json')).toMatchObject([[{ broker: 1 }]]);
    const election = ['--election-type', 'preferred', '--topic', 'json', '--partition', '0'];
    expect(await documents('leader-election', ...b, ...election)).toMatchObject([[{ result: 'not needed' }]]);
  });

  it('configurations', async () => {
    const topic = ['--topic', 'json'];
    expect(await documents('configs', ...b, '--describe', ...topic)).toMatchObject([
      [{ kind: 'configs', name: 'json' }],
    ]);
    expect(await documents('configs', ...b, '--describe', '--all', '--broker', '1')).toMatchObject([
      [{ kind: 'configs' }],
    ]);
    expect(await documents('configs', ...b, '--alter', ...topic, '--add-config', 'retention.ms=5000')).toEqual([
      [{ kind: 'altered', entities: [{ type: 'topics', name: 'json' }] }],
    ]);
    expect(await documents('configs', ...b, '--describe', '--topic', 'none')).toMatchObject([[{ kind: 'missing' }]]);
  });

  it('the cluster and its brokers', async () => {
    expect(await documents('cluster', 'cluster-id', ...b)).toHaveLength(1);
    expect(await documents('cluster', 'list-endpoints', ...b)).toMatchObject([[{ id: 1, port: broker.port }]]);
    expect(await documents('broker-api-versions', ...b)).toMatchObject([[{ id: 1, apis: expect.anything() }]]);
  });

  it('storage', async () => {
    expect(await documents('storage', 'random-uuid')).toMatchObject([{ uuid: expect.stringMatching(/^[\w-]{22}$/) }]);
    expect(await documents('storage', 'version-mapping')).toMatchObject([
      [{ name: 'metadata.version' }, {}, {}, {}, {}, {}, {}],
    ]);
    await documents('storage', 'feature-dependencies', '--feature', 'group.version=1');
    const config = file(
      'server.properties',
      `process.roles=broker,controller\nnode.id=1\ncontroller.listener.names=C\nlisteners=PLAINTEXT://127.0.0.1:0,C://127.0.0.1:0\n` +
        `controller.quorum.voters=1@127.0.0.1:1\nlistener.security.protocol.map=C:PLAINTEXT,PLAINTEXT:PLAINTEXT\nlog.dirs=${directory}/data\n`,
    );
    const format = ['format', '-c', config, '-t', 'MkU3OEVBNTcwNTJENDM2Qg'];
    expect(await documents('storage', ...format)).toMatchObject([{ directories: [{ path: `${directory}/data` }] }]);
    expect(await documents('storage', 'info', '-c', config)).toMatchObject([{ problems: [], metadata: { nodeId: 1 } }]);
  });

  it('sums and events of tools that send', async () => {
    const many = ['--topic', 'json', '--num-records', '20', '--throughput', '-1', '--record-size', '5'];
    const warm = ['--warmup-records', '10'];
    expect(await documents('producer-perf-test', ...b, ...many, ...warm)).toMatchObject([
      { event: 'total', records: 20 },
      { event: 'steadyState', records: 10 },
    ]);
    const events = await documents('verifiable-producer', ...b, '--topic', 'json', '--max-messages', '1');
    expect(events.at(-1)).toMatchObject({ name: 'tool_data', sent: 1, acked: 1, targetThroughput: -1 });
  });

  it('klamm itself', async () => {
    await documents('version');
    await documents('help');
    expect(await documents('status', ...b)).toMatchObject([[{ brokers: [{ id: 1 }], traffic: null }]]);
    const metrics = `localhost:${broker.running.metrics?.port}`;
    expect(await documents('status', ...b, '--metrics', metrics, '--look-ms', '10')).toMatchObject([
      [{ traffic: { health: 'ok' } }],
    ]);
  });

  it('rates and latencies', async () => {
    const count = ['--topic', 'json', '--num-records', '2'];
    expect(await documents('consumer-perf-test', ...b, ...count)).toMatchObject([
      { event: 'total', rebalanceTimeMs: expect.any(Number) },
    ]);
    const sizes = ['--producer-acks', '1', '--record-size', '1'];
    const latencies = await documents('e2e-latency', ...b, '--topic', 'latency', '--num-records', '2', ...sizes);
    expect(latencies).toMatchObject([{ event: 'progress', index: 0 }, { event: 'total' }]);
    const reading = ['--group-id', 'verifiers', '--topic', 'json', '--max-messages', '1', '--verbose'];
    expect(await documents('verifiable-consumer', ...b, ...reading)).toContainEqual(
      expect.objectContaining({ name: 'record_data', partition: expect.any(Number) }),
    );
  });

  it('records of a share group', async () => {
    const group = ['--entity-type', 'groups', '--entity-name', 'sharers'];
    await documents('configs', ...b, '--alter', ...group, '--add-config', 'share.auto.offset.reset=earliest');
    const argv = ['--topic', 'json', '--group', 'sharers', '--max-messages', '1'];
    expect(await documents('console-share-consumer', ...b, ...argv)).toMatchObject([
      { topic: 'json', deliveryCount: 1 },
    ]);
    const sharers = ['--group', 'sharers'];
    expect(await documents('share-groups', ...b, '--list')).toEqual([[{ groupId: 'sharers', state: 'Empty' }]]);
    for (const view of ['--offsets', '--members', '--state']) {
      const described = await documents('share-groups', ...b, '--describe', ...sharers, view);
      expect(described).toMatchObject([[{ groupId: 'sharers' }]]);
    }
    const reset = ['--reset-offsets', ...sharers, '--topic', 'json', '--to-latest', '--dry-run'];
    expect(await documents('share-groups', ...b, ...reset)).toMatchObject([{ offsets: [{}, {}, {}] }]);
    const forget = ['--delete-offsets', ...sharers, '--topic', 'json'];
    expect(await documents('share-groups', ...b, ...forget)).toMatchObject([{ topics: [{ isDeleted: true }] }]);
    expect(await documents('share-groups', ...b, '--delete', ...sharers)).toMatchObject([[{ isDeleted: true }]]);
  });
});
