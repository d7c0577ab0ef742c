import { randomUUID } from 'node:crypto';
import { type ToolCommand } from '../../../src/cli/tool-command.ts';
import ConsumerPerfTest from '../../../src/commands/consumer-perf-test.ts';
import E2eLatency from '../../../src/commands/e2e-latency.ts';
import VerifiableConsumer from '../../../src/commands/verifiable-consumer.ts';
import { runInProcess } from '../../unit/commands/in-process.ts';
import { TestBroker } from '../harness.ts';
import { numbers, produceLines } from './produce-lines.ts';

const NUMBER = /-?[0-9]+\.[0-9]+/g;

describe('tools that consume, on our broker', () => {
  let broker: TestBroker;
  let server: string[];
  beforeAll(async () => {
    broker = await TestBroker.start();
    server = broker.bootstrapOption;
  });
  afterAll(() => broker.stop());

  const run = (command: typeof ToolCommand, id: string, argv: readonly string[], face: 'exact' | 'comfort' = 'exact') =>
    runInProcess(command, id, [...server, ...argv], face);

  async function topicOf(count: number): Promise<string> {
    const topic = `t-${randomUUID()}`;
    await produceLines(broker, topic, numbers(count));
    return topic;
  }

  describe('consumer-perf-test', () => {
    const perf = (argv: readonly string[], face?: 'exact' | 'comfort') =>
      run(ConsumerPerfTest, 'consumer-perf-test', argv, face);

    it('counts whole polls of max.poll.records', async () => {
      const topic = await topicOf(700);
      const { stdout, code } = await perf(['--topic', topic, '--num-records', '10', '--hide-header']);
      expect(stdout.split(', ')[4]).toBe('500');
      expect(code).toBe(0);
      const seven = ['--command-property', 'max.poll.records=7'];
      const few = await perf(['--topic', topic, '--num-records', '10', '--hide-header', ...seven]);
      expect(few.stdout.split(', ')[4]).toBe('14');
    });

    it('warns on stdout when too few came, and klamm fails', async () => {
      const topic = await topicOf(3);
      const argv = ['--topic', topic, '--num-records', '4', '--timeout', '500', '--hide-header'];
      const exact = await perf(argv);
      expect(exact.stdout).toMatch(/^WARNING: Exiting .*timeout \(500 ms\) exceeded.*\n.*, 3, /);
      expect(exact.code).toBe(0);
      const comfort = await perf(argv, 'comfort');
      expect(comfort.stderr).toMatch(/^WARNING: Exiting/m);
      expect(comfort.code).toBe(1);
    });

    it('tells of every poll with a short interval, and of no whole', async () => {
      const topic = await topicOf(1100);
      const argv = ['--topic', topic, '--num-records', '1100', '--show-detailed-stats', '--reporting-interval', '1'];
      const { stdout } = await perf(argv);
      const [header, ...rows] = stdout.trimEnd().split('\n');
      expect(header).toMatch(/^time, threadId, /);
      expect(rows.map((row) => row.split(', ').slice(1, 2))).toEqual(rows.map(() => ['0']));
      expect(Number(rows[0]?.split(', ')[4])).toBe(1);
    });

    it('prints metrics sorted, after an empty line', async () => {
      const topic = await topicOf(5);
      const { stdout } = await perf(['--topic', topic, '--num-records', '5', '--print-metrics', '--hide-header']);
      const [, empty, title, ...rows] = stdout.trimEnd().split('\n');
      expect([empty, title]).toEqual(['', expect.stringMatching(/^Metric Name +Value$/)]);
      expect(rows).toEqual([...rows].sort());
      expect(rows.find((row) => row.includes('records-consumed-total'))).toMatch(/ : 5\.000$/);
    });
  });

  describe('e2e-latency', () => {
    const latency = (argv: readonly string[]) => runInProcess(E2eLatency, 'e2e-latency', argv, 'exact');

    it('makes the topic, sends and reads', async () => {
      const topic = `t-${randomUUID()}`;
      const argv = [...server, '--topic', topic, '--num-records', '3', '--producer-acks', 'all', '--record-size', '4'];
      const sizes = ['--record-key-size', '2', '--num-headers', '2', '--record-header-key-size', '3'];
      const { stdout, code } = await latency([...argv, ...sizes, '--record-header-size', '-1']);
      expect(stdout.replace(NUMBER, 'N').replace(/= \d+/g, '= N')).toBe(
        `Topic "${topic}" does not exist. Will create topic with 1 partition(s) and replication factor = N\n` +
          '0\tN\nAvg latency: N ms\nPercentiles: 50th = N, 99th = N, Nth = N\n',
      );
      expect(code).toBe(0);
    });

    it('takes words in place of options, with a warning, and counts them first', async () => {
      const topic = await topicOf(1);
      const { stdout } = await latency([server[1] as string, topic, '1', '1', '8']);
      expect(stdout).toMatch(/^WARNING: Positional argument usage is deprecated .*\n0\t/);
      const asked = await latency(['--version']);
      expect(asked).toMatchObject({ stdout: '', code: 1 });
      expect(asked.stderr).toMatch(/^Invalid number of arguments\. Expected 5 or 6 .* but got 1\./);
      expect((await latency(['--topic', 'x', '--version'])).stdout).toBe('4.3.1\n');
    });
  });

  describe('verifiable-consumer', () => {
    const consume = async (argv: readonly string[]) => {
      const { stdout, ...rest } = await run(VerifiableConsumer, 'verifiable-consumer', argv);
      const events = stdout.split('\n').filter((line) => line !== '');
      return { events: events.map((line) => JSON.parse(line.replace(/"timestamp":\d+,/, ''))), ...rest };
    };

    it.each([['classic'], ['consumer']])('tells of partitions, records and commits (%s)', async (protocol) => {
      const topic = await topicOf(3);
      const argv = ['--topic', topic, '--group-id', topic, '--group-protocol', protocol, '--max-messages', '2'];
      const { events, code } = await consume([...argv, '--verbose']);
      const place = { topic, partition: 0 };
      expect(events).toEqual([
        { name: 'startup_complete' },
        { name: 'partitions_assigned', partitions: [place] },
        { name: 'record_data', key: null, value: '0', ...place, offset: 0 },
        { name: 'record_data', key: null, value: '1', ...place, offset: 1 },
        { name: 'records_consumed', count: 3, partitions: [{ ...place, count: 2, minOffset: 0, maxOffset: 1 }] },
        { name: 'offsets_committed', offsets: [{ ...place, offset: 2 }], success: true },
        { name: 'partitions_revoked', partitions: [place] },
        { name: 'shutdown_complete' },
        { name: 'shutdown_requested' },
      ]);
      expect(code).toBe(0);
      // A KIP-848 group waits a while before it assigns anew.
      if (protocol !== 'classic') return;
      const again = await consume([...argv.slice(0, -1), '1']);
      expect(again.events[2]).toMatchObject({ name: 'records_consumed', count: 1, partitions: [{ minOffset: 2 }] });
    });

    it('logs why it cannot go on and ends as if all were well', async () => {
      const topic = await topicOf(1);
      const argv = ['--topic', topic, '--group-id', topic, '--reset-policy', 'none'];
      const { events, log, code } = await consume(argv);
      expect(log).toMatch(
        /ERROR Error during processing, terminating consumer process: {2}\(org.apache.kafka.tools.VerifiableConsumer\)\n.*NoOffsetForPartitionException: Undefined offset/,
      );
      expect(events.at(-1)).toEqual({ name: 'shutdown_requested' });
      expect(code).toBe(0);
      expect(
        (await runInProcess(VerifiableConsumer, 'verifiable-consumer', [...server, ...argv], 'comfort')).code,
      ).toBe(1);
    });

    it('refuses settings as argparse and the client do', async () => {
      const argv = ['--topic', 't', '--group-id', 'g'];
      const missing = await consume([...argv, '--command-config', 'no-such-file']);
      expect(missing).toMatchObject({ stderr: expect.stringMatching(/error: no-such-file\n$/), code: 1 });
      const unknown = await consume([...argv, '--group-protocol', 'new']);
      expect(unknown.stderr).toMatch(/IllegalArgumentException: No enum constant .*GroupProtocol\.NEW$/m);
    });
  });
});
