import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { HARMS, type HarmName, readmeWithTable } from '../../../scripts/face-table.ts';
import { FACE_DIFFERENCES, type FaceName } from '../../../src/cli/face/face-differences.ts';
import { plainLogger } from '../../../src/cli/face/plain-logger.ts';
import ConsoleConsumer from '../../../src/commands/console-consumer.ts';
import ConsoleProducer from '../../../src/commands/console-producer.ts';
import ConsumerGroups from '../../../src/commands/consumer-groups.ts';
import ConsumerPerfTest from '../../../src/commands/consumer-perf-test.ts';
import DeleteRecords from '../../../src/commands/delete-records.ts';
import DumpLog from '../../../src/commands/dump-log.ts';
import ProducerPerfTest from '../../../src/commands/producer-perf-test.ts';
import Topics from '../../../src/commands/topics.ts';
import VerifiableProducer from '../../../src/commands/verifiable-producer.ts';
import { singleBatch } from '../../../src/protocol/records/index.ts';
import { systemClock } from '../../../src/util/clock.ts';
import { fastClock, type Printed, runInProcess } from '../../unit/commands/in-process.ts';
import { TestBroker } from '../harness.ts';

/** Rows that are matters of taste, not of harm. */
const TASTE = [
  'optionsBeforeWords',
  'versionText',
  'tables',
  'colour',
  'questions',
  'outputOption',
  'serverOutputBesideLogFile',
];
type Tool = Parameters<typeof runInProcess>[0];
const NOWHERE = ['--bootstrap-server', '127.0.0.1:1'];

async function call(tool: Tool, id: string, argv: readonly string[], stdin = '', clock = systemClock) {
  const run = (face: FaceName): Promise<Printed> =>
    runInProcess(tool, id, argv, face, Readable.from([Buffer.from(stdin, 'latin1')]), clock);
  return { exact: await run('exact'), comfort: await run('comfort') };
}

describe('where the faces part', () => {
  let broker: TestBroker;
  let b: string[];
  let folder: string;
  beforeAll(async () => {
    broker = await TestBroker.start({ properties: { 'auto.create.topics.enable': 'false' } });
    b = broker.bootstrapOption;
    folder = mkdtempSync(join(tmpdir(), 'klamm-faces-'));
    await broker.createTopic('bytes');
    await broker.createTopic('small', 1, { 'max.message.bytes': '100' });
  });
  afterAll(async () => {
    rmSync(folder, { recursive: true });
    await broker.stop();
  });

  const file = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };

  const CHECKS: Readonly<Record<HarmName, () => Promise<void> | string>> = {
    'deprecation-on-stdout': async () => {
      const argv = [...b, '--topic', 'bytes', '--property', 'print.key=true', '--max-messages', '0'];
      const { exact, comfort } = await call(ConsoleConsumer, 'console-consumer', argv);
      expect(exact.stdout).toMatch(/^Option --property is deprecated/);
      expect(comfort.stdout).toBe('');
      expect(comfort.stderr).toMatch(/^Option --property is deprecated/);
    },
    'undelivered-records': async () => {
      const big = `${'x'.repeat(200)}\n`;
      const produced = await call(ConsoleProducer, 'console-producer', [...b, '--topic', 'small'], big);
      expect([produced.exact.code, produced.comfort.code]).toEqual([0, 1]);
      const many = ['--topic', 'small', '--num-records', '2', '--throughput', '-1', '--record-size', '200'];
      const measured = await call(ProducerPerfTest, 'producer-perf-test', [...b, ...many]);
      expect([measured.exact.code, measured.comfort.code]).toEqual([0, 1]);
      const config = file('tiny.properties', 'max.request.size=10');
      const one = ['--topic', 'small', '--max-messages', '1', '--command-config', config];
      const verified = await call(VerifiableProducer, 'verifiable-producer', [...b, ...one]);
      expect([verified.exact.code, verified.comfort.code]).toEqual([0, 1]);
    },
    'waits-for-each-record': async () => {
      const argv = [...NOWHERE, '--topic', 'a', '--max-block-ms', '30'];
      const { exact, comfort } = await call(ConsoleProducer, 'console-producer', argv, '1\n2\n3\n');
      const told = (log: string): number => log.match(/not present in metadata/g)?.length ?? 0;
      expect([told(exact.log), exact.code]).toEqual([3, 0]);
      expect(told(comfort.log)).toBeLessThan(2);
      expect(comfort.code).toBe(1);
    },
    'input-is-changed': async () => {
      await call(ConsoleProducer, 'console-producer', [...b, '--topic', 'bytes'], 'a\rb\xff\n');
      const argv = [...b, '--topic', 'bytes', '--from-beginning', '--max-messages', '3', '--output', 'json'];
      const { stdout } = await runInProcess(ConsoleConsumer, 'console-consumer', argv, 'comfort');
      const values = stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line).value);
      expect(values).toEqual(['a', 'b\ufffd', { base64: Buffer.from('a\rb\xff', 'latin1').toString('base64') }]);
    },
    'nothing-to-read': async () => {
      const argv = [...NOWHERE, '--topic', 'a', '--timeout-ms', '50'];
      const { exact, comfort } = await call(ConsoleConsumer, 'console-consumer', argv);
      expect(exact.log).toContain('ERROR Error processing message, terminating consumer process: ');
      expect(exact.code).toBe(0);
      expect(comfort.stderr).toContain('there was no partition to read from');
      expect(comfort.code).toBe(1);
    },
    'group-failures': async () => {
      const argv = [...b, '--reset-offsets', '--group', 'g', '--topic', 'none', '--to-earliest', '--dry-run'];
      const { exact, comfort } = await call(ConsumerGroups, 'consumer-groups', argv);
      expect(exact.stdout).toMatch(/^\nError: /);
      expect(exact.code).toBe(0);
      expect(comfort.stdout).toBe('');
      expect(comfort.code).toBe(1);
    },
    'group-is-not-there': async () => {
      for (const argv of [
        [...b, '--describe', '--group', 'none'],
        [...b, '--delete', '--group', 'none'],
        ['--validate-regex', '('],
      ]) {
        const { exact, comfort } = await call(ConsumerGroups, 'consumer-groups', argv);
        expect({ argv, codes: [exact.code, comfort.code] }).toEqual({ argv, codes: [0, 1] });
      }
    },
    'partial-results': async () => {
      const plan = file('plan.json', '{"partitions":[{"topic":"bytes","partition":0,"offset":99}]}');
      const { exact, comfort } = await call(DeleteRecords, 'delete-records', [...b, '--offset-json-file', plan]);
      expect([exact.code, comfort.code]).toEqual([0, 1]);
    },
    'too-few-records': async () => {
      await broker.createTopic('few');
      const argv = [...b, '--topic', 'few', '--num-records', '9', '--timeout', '100'];
      const { exact, comfort } = await call(ConsumerPerfTest, 'consumer-perf-test', argv);
      expect(exact.stdout).toContain('WARNING: Exiting before consuming the expected number of records');
      expect(comfort.stdout).not.toContain('WARNING');
      expect([exact.code, comfort.code]).toEqual([0, 1]);
    },
    'broken-files': async () => {
      const segment = singleBatch([{ timestampMs: 0, key: null, value: Buffer.from('x'), headers: [] }], {
        baseOffset: 0n,
      });
      writeFileSync(join(folder, '00000000000000000000.log'), segment);
      // Relative offset 7 at position 0, where offset 0 is.
      const entry = Buffer.from([0, 0, 0, 7, 0, 0, 0, 0]);
      writeFileSync(join(folder, '00000000000000000000.index'), entry);
      const argv = ['--files', join(folder, '00000000000000000000.index')];
      const { exact, comfort } = await call(DumpLog, 'dump-log', argv);
      expect(exact.stderr).toContain('Mismatches in');
      expect([exact.code, comfort.code]).toEqual([0, 1]);
    },
    'failures-on-stdout': async () => {
      const argv = [...b, '--describe', '--topic', 'none'];
      const { exact, comfort } = await call(Topics, 'topics', argv);
      expect(exact.stdout).toMatch(/^Error while executing topic command : /);
      expect(comfort.stdout).toBe('');
      expect([exact.code, comfort.code]).toEqual([1, 1]);
    },
    'words-passed-over': async () => {
      const { exact, comfort } = await call(Topics, 'topics', [...b, '--list', 'stray']);
      expect(exact.stderr).toBe('');
      expect(comfort.stderr).toBe('klamm topics: passed over: stray\n');
    },
    'help-is-a-failure': async () => {
      const { exact, comfort } = await call(Topics, 'topics', ['--help']);
      expect([exact.list, exact.stdout, exact.code]).toEqual([true, '', 1]);
      expect(comfort.stdout).toContain('--bootstrap-server');
      expect([comfort.stderr, comfort.code]).toEqual(['', 0]);
    },
    'log-on-stderr': async () => {
      const argv = [...b, '--topic', 'bytes', '--max-messages', '0'];
      const { exact, comfort } = await call(ConsoleConsumer, 'console-consumer', argv);
      expect(exact.stderr).toMatch(/^The consumer rebalance protocol/);
      expect(comfort.stderr).toBe('Processed a total of 0 messages\n');
      const lines: string[] = [];
      const logger = plainLogger((line) => void lines.push(line));
      for (let attempt = 0; attempt < 3; attempt++) logger.log('WARN', 'cannot connect');
      expect(lines).toEqual(['warning: cannot connect\n']);
    },
    'long-wait': async () => {
      const { exact, comfort } = await call(Topics, 'topics', [...NOWHERE, '--list'], '', fastClock());
      expect(exact.stdout).toContain('Timed out waiting for a node assignment');
      const attempts = (log: string): number => log.match(/could not be established/g)?.length ?? 0;
      expect(attempts(comfort.log)).toBeLessThan(attempts(exact.log));
      expect([exact.code, comfort.code]).toEqual([1, 1]);
    },
    // Needs servers of its own.
    'stops-all-servers': () => 'test/cli/server.test.ts',
  };

  it.each(Object.keys(HARMS) as HarmName[])('%s', async (name) => {
    const elsewhere = await CHECKS[name]();
    if (elsewhere === undefined) return;
    const text = readFileSync(new URL(`../../../${elsewhere}`, import.meta.url), 'utf8');
    expect(text).toContain('Several servers run');
    expect(text).toContain('kafka-server-stop');
  });
});

describe('the table in the README', () => {
  it('is up to date (npm run generate)', () => {
    const { is, should } = readmeWithTable();
    expect(is).toBe(should);
  });

  it('and the table of differences in the source agree', () => {
    const told = new Set(Object.values(HARMS).flatMap(({ rows }) => [...rows] as string[]));
    const silent = Object.keys(FACE_DIFFERENCES).filter((row) => !told.has(row) && !TASTE.includes(row));
    expect(silent).toEqual([]);
  });
});
