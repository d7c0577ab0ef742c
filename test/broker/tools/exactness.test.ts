import { readdirSync, readFileSync, statSync } from 'node:fs';
import { Validator } from '@cfworker/json-schema';
import ConsumerGroups from '../../../src/commands/consumer-groups.ts';
import LogDirs from '../../../src/commands/log-dirs.ts';
import ProducerPerfTest from '../../../src/commands/producer-perf-test.ts';
import { produce } from '../../../src/protocol/messages/00-produce.ts';
import { BatchBuilder } from '../../../src/protocol/records/index.ts';
import { runInProcess } from '../../unit/commands/in-process.ts';
import { TestBroker } from '../harness.ts';
import { produceLines } from './produce-lines.ts';

const HOUR_MS = 3_600_000;

describe('figures of the tools', () => {
  let broker: TestBroker;
  let b: string[];
  beforeAll(async () => {
    broker = await TestBroker.start();
    b = broker.bootstrapOption;
  });
  afterAll(() => broker.stop());

  it('log-dirs tells the bytes of the segments, batch headers and all segments included', async () => {
    await broker.createTopic('sizes', 2, { 'segment.bytes': '1048576' });
    const lines = Array.from({ length: 4000 }, (_, at) => `${at}\t${'x'.repeat(500 + (at % 1000))}\n`).join('');
    await produceLines(broker, 'sizes', lines, ['--reader-property', 'parse.key=true']);
    const { stdout } = await runInProcess(LogDirs, 'log-dirs', [...b, '--describe', '--topic-list', 'sizes']);
    const told = JSON.parse(stdout.split('\n')[2] ?? '').brokers[0].logDirs[0].partitions;
    const expected = [1, 0].map((partition) => {
      const folder = `${broker.logDir}/sizes-${partition}`;
      const segments = readdirSync(folder).filter((name) => name.endsWith('.log'));
      expect(segments.length).toBeGreaterThan(1);
      const size = segments.reduce((sum, name) => sum + statSync(`${folder}/${name}`).size, 0);
      return { partition: `sizes-${partition}`, size, offsetLag: 0, isFuture: false };
    });
    expect(told).toEqual(expect.arrayContaining(expected));
    expect(told).toHaveLength(2);
  });

  it('reset-offsets finds the first record at or after a moment, by duration and by date in any zone', async () => {
    await broker.createTopic('times', 2);
    const nowMs = Date.now();
    const client = await broker.connect();
    const agesMs = [[3, 2, 0.5, 0], [5]];
    for (const [index, ages] of agesMs.entries()) {
      const builder = new BatchBuilder();
      for (const age of ages) builder.append(nowMs - age * HOUR_MS, null, Buffer.from('x'));
      const { responses } = await client.send(produce, 3, {
        transactionalId: null,
        acks: -1,
        timeoutMs: 10_000,
        topicData: [{ name: 'times', partitionData: [{ index, records: builder.build() }] }],
      });
      expect(responses[0]?.partitionResponses[0]?.errorCode).toBe(0);
    }
    const at = (moment: number, zone: string, shiftMs: number): string =>
      new Date(moment + shiftMs).toISOString().replace('Z', zone);
    const moment = nowMs - HOUR_MS;
    const targets = [
      ['--by-duration', 'PT1H'],
      ['--by-duration', 'P0DT0H60M'],
      ['--to-datetime', at(moment, '', 0)],
      ['--to-datetime', at(moment, 'Z', 0)],
      ['--to-datetime', at(moment, '+05:30', 5.5 * HOUR_MS)],
      ['--to-datetime', at(moment, '-11', -11 * HOUR_MS)],
    ];
    for (const target of targets) {
      const argv = [...b, '--reset-offsets', '--group', 'g', '--topic', 'times', ...target, '--dry-run', '--export'];
      const { stdout } = await runInProcess(ConsumerGroups, 'consumer-groups', argv);
      // Partition 1 has nothing that late: its end.
      expect({ target, lines: stdout.trim().split('\n').sort() }).toEqual({
        target,
        lines: [
          'Warn: Partition 1 from topic times is empty. Falling back to latest known offset.',
          'times,0,2',
          'times,1,1',
        ],
      });
    }
    const exact = ['--to-datetime', at(nowMs - 2 * HOUR_MS, 'Z', 0)];
    const argv = [...b, '--reset-offsets', '--group', 'g', '--topic', 'times:0', ...exact, '--dry-run', '--export'];
    expect((await runInProcess(ConsumerGroups, 'consumer-groups', argv)).stdout.trim()).toBe('times,0,1');
  });

  it('producer-perf-test --print-metrics has all rows of Java, with what was really sent', async () => {
    const fixture = new URL('../../fixtures/java/producer-metrics.json', import.meta.url);
    const { names } = JSON.parse(readFileSync(fixture, 'utf8')) as { names: string[] };
    await broker.createTopic('s');
    const argv = [
      ...b,
      '--topic',
      's',
      '--num-records',
      '40',
      '--record-size',
      '1000',
      '--throughput',
      '-1',
      '--print-metrics',
    ];
    const { stdout } = await runInProcess(ProducerPerfTest, 'producer-perf-test', argv);
    const rows = stdout.split('\n').flatMap((line) => {
      const [, name, value] = /^(\S+?:\S+?:\{.*?\}) +: (\S+)$/.exec(line) ?? [];
      return name === undefined ? [] : [[name, value] as const];
    });
    expect(rows.map(([name]) => name).sort()).toEqual([...names].sort());
    const values = new Map(rows.map(([name, value]) => [name.replace(/client-id=[^,}]*(, )?/, ''), Number(value)]));
    const of = (name: string): number => values.get(name) ?? Number.NaN;
    expect(of('kafka-metrics-count:count:{}')).toBe(names.length);
    expect(of('producer-metrics:record-send-total:{}')).toBe(40);
    expect(of('producer-topic-metrics:record-send-total:{topic=s}')).toBe(40);
    const segment = statSync(`${broker.logDir}/s-0/00000000000000000000.log`).size;
    expect(of('producer-topic-metrics:byte-total:{topic=s}')).toBe(segment);
    const sent = of('producer-node-metrics:outgoing-byte-total:{node-id=node-1}');
    expect(sent).toBeGreaterThan(segment);
    expect(of('producer-metrics:outgoing-byte-total:{}')).toBe(
      sent + of('producer-node-metrics:outgoing-byte-total:{node-id=node--1}'),
    );
    expect(of('producer-metrics:response-total:{}')).toBe(of('producer-metrics:request-total:{}'));
    // A window that has not been counts as one without records.
    const rate = of('producer-metrics:record-send-rate:{}');
    expect(rate).toBeGreaterThan(0);
    expect(rate).toBeLessThan(40 / 30);
    expect(of('producer-metrics:connection-count:{}')).toBeGreaterThan(0);
    expect(of('producer-metrics:io-time-ns-total:{}')).toBeGreaterThan(0);
  });

  it('and as JSON the same, one row per line', async () => {
    const argv = [
      ...b,
      '--topic',
      's',
      '--num-records',
      '4',
      '--record-size',
      '10',
      '--throughput',
      '-1',
      '--print-metrics',
    ];
    const { stdout } = await runInProcess(
      ProducerPerfTest,
      'producer-perf-test',
      [...argv, '--output', 'json'],
      'comfort',
    );
    const schema = JSON.parse(
      readFileSync(new URL('../../../schemas/producer-perf-test.json', import.meta.url), 'utf8'),
    );
    const documents = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    const validator = new Validator(schema, '2020-12', false);
    expect(documents.filter((one) => !validator.validate(one).valid)).toEqual([]);
    expect(documents).toContainEqual({
      event: 'metric',
      group: 'producer-metrics',
      name: 'record-send-total',
      tags: { 'client-id': 'perf-producer-client' },
      value: 4,
    });
  });
});
