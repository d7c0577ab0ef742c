import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { type ToolCommand } from '../../src/cli/tool-command.ts';
import Configs from '../../src/commands/configs.ts';
import ConsoleProducer from '../../src/commands/console-producer.ts';
import ConsoleShareConsumer from '../../src/commands/console-share-consumer.ts';
import { runInProcess } from '../unit/commands/in-process.ts';
import { TestBroker } from './harness.ts';

describe('tools of share groups, on our broker', () => {
  let broker: TestBroker;
  let server: string[];
  beforeAll(async () => {
    broker = await TestBroker.start({
      properties: {
        'share.coordinator.state.topic.replication.factor': '1',
        'share.coordinator.state.topic.min.isr': '1',
        'group.share.min.heartbeat.interval.ms': '50',
        'group.share.heartbeat.interval.ms': '50',
        'group.share.assignment.interval.ms': '0',
      },
    });
    server = ['--bootstrap-server', `127.0.0.1:${broker.port}`];
  });
  afterAll(() => broker.stop());

  const run = (command: typeof ToolCommand, id: string, argv: readonly string[], face: 'exact' | 'comfort' = 'exact') =>
    runInProcess(command, id, [...server, ...argv], face);

  /** A topic with the numbers from 0, and a share group of the same name that begins with the first. */
  async function topicOf(count: number): Promise<string> {
    const topic = `t-${randomUUID()}`;
    await broker.createTopic(topic);
    const group = ['--entity-type', 'groups', '--entity-name', topic];
    await run(Configs, 'configs', ['--alter', ...group, '--add-config', 'share.auto.offset.reset=earliest']);
    const text = Array.from({ length: count }, (_, at) => `${at}\n`).join('');
    const argv = [...server, '--topic', topic];
    await runInProcess(ConsoleProducer, 'console-producer', argv, 'exact', Readable.from([Buffer.from(text)]));
    return topic;
  }

  const consume = (topic: string, argv: readonly string[], face?: 'exact' | 'comfort') =>
    run(ConsoleShareConsumer, 'console-share-consumer', ['--topic', topic, '--group', topic, ...argv], face);
  const WITH_COUNT = ['--formatter-property', 'print.delivery=true'];

  it('gives records back, rejects or accepts them', async () => {
    const topic = await topicOf(3);
    const released = await consume(topic, ['--max-messages', '2', '--release', ...WITH_COUNT]);
    expect(released).toMatchObject({ stdout: 'Delivery:1\t0\nDelivery:1\t1\n', code: 0 });
    expect(released.stderr).toBe('Processed a total of 2 messages\n');
    const rejected = await consume(topic, ['--max-messages', '1', '--reject', ...WITH_COUNT]);
    expect(rejected.stdout).toBe('Delivery:2\t0\n');
    const accepted = await consume(topic, ['--max-messages', '2', '--enable-systest-events']);
    expect(accepted.stdout).toBe('1\n2\nshutdown_complete\n');
    const rest = await consume(topic, ['--timeout-ms', '300']);
    expect(rest).toMatchObject({ stdout: '', code: 0 });
    expect(rest.log).toMatch(/ERROR Error processing message, terminating consumer process:.*\n.*TimeoutException/);
  });

  it('ends at what cannot be printed, or rejects it', async () => {
    const topic = await topicOf(2);
    const long = ['--value-deserializer', 'org.apache.kafka.common.serialization.LongDeserializer'];
    const ended = await consume(topic, long);
    expect(ended.log).toMatch(
      /ERROR Unknown error when running consumer:.*\n.*Size of data received by LongDeserializer/,
    );
    expect(ended).toMatchObject({ stderr: 'Processed a total of 1 messages\n', code: 1 });
    const rejected = await consume(topic, [...long, '--reject-message-on-error', '--max-messages', '2']);
    expect(rejected.log.match(/rejecting this message/g)).toHaveLength(2);
    expect(rejected).toMatchObject({ stderr: 'Processed a total of 2 messages\n', code: 0 });
  });

  it('refuses what Apache refuses, in its order', async () => {
    const failed = (argv: string[]) => run(ConsoleShareConsumer, 'console-share-consumer', argv);
    expect((await failed(['--group', 'g'])).stderr).toBe('--topic is a required argument\n');
    const topic = ['--topic', 't'];
    expect((await failed([...topic, '--release', '--reject'])).stderr).toMatch(
      /^At most one of --reject and --release/,
    );
    const groups = [...topic, '--group', 'a', '--command-property', 'group.id=b'];
    expect((await failed(groups)).stderr).toMatch(/Detected group ids: 'a', 'b'\n$/);
    const foreign = await failed([...topic, '--command-property', 'isolation.level=read_committed']);
    expect(foreign.log).toMatch(/ConfigException: isolation.level cannot be set when using a share group\.$/m);
  });
});
