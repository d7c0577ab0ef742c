import { randomUUID } from 'node:crypto';
import { type ToolCommand } from '../../../src/cli/tool-command.ts';
import Configs from '../../../src/commands/configs.ts';
import ConsoleShareConsumer from '../../../src/commands/console-share-consumer.ts';
import ShareGroups from '../../../src/commands/share-groups.ts';
import VerifiableShareConsumer from '../../../src/commands/verifiable-share-consumer.ts';
import { deleteTopics } from '../../../src/protocol/messages/20-delete-topics.ts';
import { describeShareGroupOffsets } from '../../../src/protocol/messages/90-describe-share-group-offsets.ts';
import { runInProcess } from '../../unit/commands/in-process.ts';
import { TestBroker } from '../harness.ts';
import { numbers, produceLines } from './produce-lines.ts';

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
    server = broker.bootstrapOption;
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
    await produceLines(broker, topic, numbers(count));
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

  it('outlives a deleted topic, though the broker refuses its fetches as a whole', async () => {
    const topic = await topicOf(1);
    const consumed = consume(topic, ['--timeout-ms', '1000']);
    const client = await broker.connect();
    const isDone = async () => {
      const { groups } = await client.send(describeShareGroupOffsets, 1, {
        groups: [{ groupId: topic, topics: null }],
      });
      return groups[0]?.topics[0]?.partitions[0]?.lag === 0n;
    };
    while (!(await isDone()));
    await client.send(deleteTopics, 6, { topics: [{ name: topic }], timeoutMs: 5000 });
    const { stdout, log } = await consumed;
    expect(stdout).toBe('0\n');
    expect(log).toMatch(/TimeoutException/);
    expect(log).not.toContain('UnknownServerException');
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

  describe('share-groups', () => {
    const groups = (argv: readonly string[], face?: 'exact' | 'comfort') =>
      run(ShareGroups, 'share-groups', argv, face);

    it('tells how far a group has come, resets and deletes it', async () => {
      const topic = await topicOf(3);
      await consume(topic, ['--max-messages', '2']);
      const group = ['--group', topic];
      const columns = (text: string) =>
        text
          .trim()
          .split('\n')
          .map((line) => line.trimEnd().split(/ {2,}| (?=0)/));
      const offsets = await groups(['--describe', ...group]);
      // The start is stored when a snapshot is; the lag counts what is not done.
      expect(columns(offsets.stdout).at(-1)?.slice(-2)).toEqual(['0', '1']);
      expect(offsets.stdout).toMatch(/^\nGROUP +TOPIC +PARTITION {2}START-OFFSET {2}LAG\n/);
      const state = await groups(['--describe', ...group, '--state', '--verbose']);
      expect(state.stdout).toMatch(/ 127\.0\.0\.1:\d+ {2}\(1\) +Empty +\d+ +\d+ +0\n$/);
      expect(state.stderr).toBe(`\nShare group '${topic}' has no active members.\n`);
      expect((await groups(['--describe', ...group, '--members'])).stdout).toBe('');
      const reset = await groups(['--reset-offsets', ...group, '--all-topics', '--to-earliest', '--execute']);
      expect(reset.stdout).toBe(
        `\nGROUP${' '.repeat(topic.length - 4)}TOPIC${' '.repeat(topic.length - 4)}PARTITION  NEW-OFFSET\n${topic} ${topic} 0          0\n`,
      );
      expect((await consume(topic, ['--max-messages', '1'])).stdout).toBe('0\n');
      const forgotten = await groups(['--delete-offsets', ...group, '--topic', topic, '--topic', 'nowhere']);
      expect(forgotten.stdout).toMatch(/^\nTOPIC +STATUS\nnowhere +Error: .*\n.* Successful\n$/);
      const deleted = await groups(['--delete', ...group, '--group', 'stranger']);
      expect(deleted.stdout).toBe(
        `\nError: Deletion of some share groups failed:\n* Group 'stranger' could not be deleted due to: ` +
          `java.lang.IllegalArgumentException: Group 'stranger' is not a share group.\n\n` +
          `These share groups were deleted successfully: '${topic}'\n`,
      );
      expect((await groups(['--list'])).stdout).not.toContain(topic);
    });

    it('fails as Apache does: 0 under its name, 1 under klamm', async () => {
      const missing = await groups(['--describe', '--group', 'stranger']);
      expect(missing).toMatchObject({ code: 0 });
      expect(missing.stdout).toBe(
        '\nError: Executing share group command failed due to org.apache.kafka.common.errors.GroupIdNotFoundException: Group stranger not found.\n',
      );
      const honest = await groups(['--delete', '--group', 'stranger'], 'comfort');
      expect(honest.code).toBe(1);
    });

    it.each([
      [['--describe'], 'Option [describe] takes one of these options: [all-groups], [group]'],
      [['--delete'], 'Option [delete] takes the options [group] or [all-groups]'],
      [['--delete', '--group', 'x', '--topic', 'y'], 'Option [delete] does not take the option: [topic]'],
      [['--list', '--group', 'x'], `Option "[group]" can't be used with option "[list]"`],
      [['--reset-offsets', '--group', 'x'], 'Option [reset-offsets] takes the option: [execute] or [dry-run]'],
      [['--list', '--state', 'odd'], "Invalid state list 'odd'. Valid states are: Empty, Stable, Dead"],
    ])('refuses %j', async (argv, sentence) => {
      expect(await groups(argv)).toMatchObject({ stderr: `${sentence}\n`, list: true, code: 1 });
    });
  });

  it.each([['auto'], ['sync']])(
    'verifiable-share-consumer tells of records and acknowledgements (%s)',
    async (mode) => {
      const topic = await topicOf(2);
      const argv = [
        '--topic',
        topic,
        '--group-id',
        `${topic}-v`,
        '--max-messages',
        '2',
        '--acknowledgement-mode',
        mode,
      ];
      const id = 'verifiable-share-consumer';
      const more = ['--offset-reset-strategy', 'earliest', '--verbose'];
      const { stdout, code } = await run(VerifiableShareConsumer, id, [...argv, ...more]);
      const events = stdout.trim().split('\n');
      const place = { topic, partition: 0 };
      expect(events.map((line) => JSON.parse(line.replace(/"timestamp":\d+,/, '')))).toEqual([
        { name: 'startup_complete' },
        { name: 'offset_reset_strategy_set', offsetResetStrategy: 'earliest' },
        { name: 'record_data', key: null, value: '0', ...place, offset: 0 },
        { name: 'record_data', key: null, value: '1', ...place, offset: 1 },
        { name: 'records_consumed', count: 2, partitions: [{ ...place, count: 2, offsets: [0, 1] }] },
        {
          name: 'offsets_acknowledged',
          count: 2,
          partitions: [{ ...place, count: 2, offsets: [0, 1] }],
          success: true,
        },
        { name: 'shutdown_complete' },
      ]);
      expect(code).toBe(0);
    },
  );
});
