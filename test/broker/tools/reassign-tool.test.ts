import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { Validator } from '@cfworker/json-schema';
import ReassignPartitions from '../../../src/commands/reassign-partitions.ts';
import { ConfigResourceType } from '../../../src/protocol/enums.ts';
import { Errors } from '../../../src/protocol/errors.ts';
import { describeConfigs } from '../../../src/protocol/messages/32-describe-configs.ts';
import { alterReplicaLogDirs } from '../../../src/protocol/messages/34-alter-replica-log-dirs.ts';
import { alterPartitionReassignments } from '../../../src/protocol/messages/45-alter-partition-reassignments.ts';
import { runInProcess } from '../../unit/commands/in-process.ts';
import { TestBroker } from '../harness.ts';

// Texts and codes recorded from Apache Kafka 4.3.1, one node.
describe('reassigning partitions of one node', () => {
  let broker: TestBroker;
  let directory: string;
  beforeAll(async () => {
    broker = await TestBroker.start();
    directory = mkdtempSync(`${tmpdir()}/klamm-reassign-`);
    await broker.createTopic('a', 2);
  });
  afterAll(async () => {
    rmSync(directory, { recursive: true });
    await broker.stop();
  });

  const run = (argv: readonly string[], face: 'exact' | 'comfort' = 'exact') => {
    const server = broker.bootstrapOption;
    return runInProcess(ReassignPartitions, 'reassign-partitions', [...server, ...argv], face);
  };
  const file = (text: string): string => {
    writeFileSync(`${directory}/plan.json`, text);
    return `${directory}/plan.json`;
  };
  const plan = (...partitions: object[]) => file(JSON.stringify({ version: 1, partitions }));
  const one = (more: object = {}) => ({ topic: 'a', partition: 0, replicas: [1], ...more });
  const execute = (path: string, ...more: string[]) => run(['--execute', '--reassignment-json-file', path, ...more]);
  const verify = (path: string, ...more: string[]) => run(['--verify', '--reassignment-json-file', path, ...more]);

  async function dynamicConfigs(resourceType: number, resourceName: string): Promise<string[]> {
    const client = await broker.connect();
    const resources = [{ resourceType, resourceName, configurationKeys: null }];
    const { results } = await client.send(describeConfigs, 4, { resources });
    const throttles = (results[0]?.configs ?? []).filter(({ name }) => /throttled|alter\.log\.dirs/.test(name));
    return throttles
      .filter(({ configSource }) => configSource !== 5)
      .map(({ name, value }) => `${name}=${value}`)
      .sort();
  }

  it('starts a plan that changes nothing, and says that it is done', async () => {
    const path = plan(one(), one({ partition: 1 }));
    const now = JSON.stringify({
      version: 1,
      partitions: [0, 1].map((partition) => ({ ...one({ partition }), log_dirs: [broker.logDir] })),
    });
    expect(await execute(path)).toMatchObject({
      stdout: `Current partition replica assignment\n\n${now}\n\nSave this to use as the --reassignment-json-file option during rollback\nSuccessfully started partition reassignments for a-0,a-1\n`,
      code: 0,
    });
    expect((await verify(path)).stdout).toBe(
      'Status of partition reassignment:\nReassignment of partition a-0 is completed.\nReassignment of partition a-1 is completed.\n\nClearing broker-level throttles on broker 1\nClearing topic-level throttles on topic a\n',
    );
    expect((await run(['--list'])).stdout).toBe('No partition reassignments found.\n');
    expect((await run(['--cancel', '--reassignment-json-file', path, '--preserve-throttles'])).stdout).toBe(
      'None of the specified partition reassignments are active.\nNone of the specified partition moves are active.',
    );
  });

  it('sets throttles, and removes them when all is done', async () => {
    const path = plan(one(), one({ partition: 1 }));
    const { stdout } = await execute(path, '--throttle', '1000000');
    expect(stdout).toContain(
      'Warning: You must run --verify periodically, until the reassignment completes, to ensure the throttle is removed.\nThe inter-broker throttle limit was set to 1000000 B/s\n',
    );
    const onTopic = ['follower.replication.throttled.replicas=', 'leader.replication.throttled.replicas=0:1,1:1'];
    expect(await dynamicConfigs(ConfigResourceType.TOPIC, 'a')).toEqual(onTopic);
    expect(await dynamicConfigs(ConfigResourceType.BROKER, '1')).toEqual([
      'follower.replication.throttled.rate=1000000',
      'leader.replication.throttled.rate=1000000',
    ]);
    await verify(path, '--preserve-throttles');
    expect(await dynamicConfigs(ConfigResourceType.TOPIC, 'a')).toEqual(onTopic);
    await verify(path);
    expect(await dynamicConfigs(ConfigResourceType.TOPIC, 'a')).toEqual([]);
    expect(await dynamicConfigs(ConfigResourceType.BROKER, '1')).toEqual([]);
  });

  it('knows its own directory, and no other', async () => {
    const here = plan(one({ log_dirs: [broker.logDir] }));
    expect((await execute(here)).stdout).toContain(
      `Successfully started moving log directory to ${broker.logDir} for replica a-0 with broker 1 \n`,
    );
    expect((await verify(here)).stdout).toContain('Reassignment of replica a-0-1 completed successfully.\n');
    const elsewhere = plan(one({ log_dirs: ['/elsewhere'] }));
    const { stdout, code } = await execute(elsewhere);
    expect(stdout).toContain(
      'Error: Failed to alter dir for a-0-1\norg.apache.kafka.tools.AdminCommandFailedException: Failed to alter dir for a-0-1\nCaused by: java.util.concurrent.ExecutionException: org.apache.kafka.common.errors.LogDirNotFoundException: The user-specified log directory is not found in the broker config.\n',
    );
    expect(code).toBe(1);
    expect((await verify(elsewhere)).stdout).toContain(
      `Partition a-0 on broker 1 is not being moved from log dir ${broker.logDir} to /elsewhere.\n`,
    );
  });

  it.each([
    [[one({ replicas: [7] })], 'Unknown broker id 7'],
    [
      [one({ replicas: [1, 1] })],
      'Partition replica lists may not contain duplicate entries: a-0 contains multiple entries for 1',
    ],
    [[one(), one()], 'Partition reassignment contains duplicate topic partitions: a-0'],
    [[], 'Partition reassignment list cannot be empty'],
    [[one({ replicas: [] })], 'Partition replica list cannot be empty'],
    [
      [one({ topic: 'none' })],
      'org.apache.kafka.common.errors.UnknownTopicOrPartitionException: Topic none not found.',
    ],
    [
      [one({ partition: 9 })],
      'org.apache.kafka.common.errors.UnknownTopicOrPartitionException: Unable to find partition: a-9',
    ],
    [
      [one({ log_dirs: ['/x', '/y'] })],
      'Size of replicas list [1] is different from size of log dirs list [/x, /y] for partition a-0',
    ],
  ])('refuses the plan %j', async (partitions, text) => {
    const { stdout, stderr, code } = await execute(plan(...partitions));
    expect({ line: stdout.split('\n')[0], stderr, code }).toEqual({ line: `Error: ${text}`, stderr: '', code: 1 });
  });

  it('says what is wrong with a file', async () => {
    const firstLines = async (text: string) => (await execute(file(text))).stdout.split('\n').slice(0, 2);
    expect(await firstLines('{"version":2}')).toEqual([
      'Error: Not supported version field value 2',
      'org.apache.kafka.tools.AdminOperationException: Not supported version field value 2',
    ]);
    expect(await firstLines('xx')).toEqual([
      "Error: Unrecognized token 'xx': was expecting (JSON String, Number, Array, Object or token 'null', 'true' or 'false')",
      ' at [Source: REDACTED (`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION` disabled); line: 1, column: 1]',
    ]);
    expect((await execute(`${directory}/none`)).stdout).toBe(
      `Error: Unable to read file ${directory}/none\njava.io.IOException: Unable to read file ${directory}/none\nCaused by: java.nio.file.NoSuchFileException: ${directory}/none\n\n`,
    );
  });

  it('proposes plans', async () => {
    const propose = (topics: object, brokers: string) =>
      run(['--generate', '--topics-to-move-json-file', file(JSON.stringify(topics)), '--broker-list', brokers]);
    const topics = { topics: [{ topic: 'a' }], version: 1 };
    const lines = (await propose(topics, '1')).stdout.split('\n');
    expect(lines[3]).toBe('Proposed partition reassignment configuration');
    expect(JSON.parse(lines[4] ?? '')).toEqual({
      version: 1,
      partitions: [one({ log_dirs: ['any'] }), one({ partition: 1, log_dirs: ['any'] })],
    });
    expect((await propose(topics, '7')).stdout.split('\n')[0]).toBe(
      'Error: All brokers are currently fenced, or have all their log directories cordoned.',
    );
    expect((await propose(topics, '1,1')).stdout).toContain('Error: Broker list contains duplicate entries: [1]\n');
    expect((await propose(topics, 'x')).stdout).toContain('Error: For input string: "x"\n');
    expect((await propose({ topics: [...topics.topics, ...topics.topics] }, '1')).stdout).toContain(
      'Error: List of topics to reassign contains duplicate entries: [a]\n',
    );
  });

  it.each([
    [[], 'Command must include exactly one action: --generate, --execute, --verify, --cancel, --list'],
    [
      ['--list', '--verify'],
      'Command must include exactly one action: --generate, --execute, --verify, --cancel, --list',
    ],
    [['--verify'], 'Missing required argument "[reassignment-json-file]"'],
    [['--generate'], 'Missing required argument "[topics-to-move-json-file]"'],
    [['--list', '--throttle', '5'], 'Option "[throttle]" can\'t be used with action "[list]"'],
    [
      ['--list', '--bootstrap-controller', 'x:1'],
      "Please don't specify both --bootstrap-server and --bootstrap-controller",
    ],
  ])('refuses the options %j', async (argv, text) => {
    expect(await run(argv)).toMatchObject({ stderr: `${text}\n`, list: true, code: 1 });
  });

  it('prints JSON lines under klamm that fit the schema', async () => {
    const schema = JSON.parse(
      readFileSync(new URL('../../../schemas/reassign-partitions.json', import.meta.url), 'utf8'),
    );
    const validator = new Validator(schema, '2020-12');
    const path = plan(one({ log_dirs: [broker.logDir] }));
    for (const argv of [['--execute', '--throttle', '5'], ['--verify'], ['--cancel']]) {
      const { stdout } = await run([...argv, '--reassignment-json-file', path, '--output', 'json'], 'comfort');
      const documents = stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown);
      expect(documents.map((document) => validator.validate(document).valid)).not.toContain(false);
    }
    const { stdout } = await run(['--list', '--output', 'json'], 'comfort');
    expect(JSON.parse(stdout)).toEqual({ kind: 'reassignments', partitions: [] });
  });

  it('answers AlterPartitionReassignments partition by partition', async () => {
    const client = await broker.connect();
    const ask = async (
      name: string,
      partitionIndex: number,
      replicas: number[] | null,
      allowReplicationFactorChange = true,
    ) => {
      const topics = [{ name, partitions: [{ partitionIndex, replicas }] }];
      const answer = await client.send(alterPartitionReassignments, 1, { topics, allowReplicationFactorChange });
      const { errorCode, errorMessage } = answer.responses[0]?.partitions[0] ?? {};
      return [errorCode, errorMessage];
    };
    expect(await ask('a', 0, [1])).toEqual([Errors.NONE, null]);
    expect(await ask('a', 0, null)).toEqual([Errors.NO_REASSIGNMENT_IN_PROGRESS, null]);
    expect(await ask('a', 9, [1])).toEqual([Errors.UNKNOWN_TOPIC_OR_PARTITION, 'Unable to find partition a:9.']);
    expect(await ask('none', 0, null)).toEqual([
      Errors.UNKNOWN_TOPIC_OR_PARTITION,
      'Unable to find a topic named none.',
    ]);
    const refused = Errors.INVALID_REPLICA_ASSIGNMENT;
    const text = 'The manual partition assignment includes';
    expect(await ask('a', 0, [])).toEqual([refused, `${text} an empty replica list.`]);
    expect(await ask('a', 0, [1, 1])).toEqual([refused, `${text} the broker 1 more than once.`]);
    expect(await ask('a', 0, [1, 7], false)).toEqual([refused, `${text} broker 7, but no such broker is registered.`]);
  });

  it('answers AlterReplicaLogDirs replica by replica', async () => {
    const client = await broker.connect();
    const ask = async (path: string, name: string, partition: number) => {
      const dirs = [{ path, topics: [{ name, partitions: [partition] }] }];
      return (await client.send(alterReplicaLogDirs, 2, { dirs })).results[0]?.partitions[0]?.errorCode;
    };
    expect(await ask(broker.logDir, 'a', 0)).toBe(Errors.NONE);
    expect(await ask('/elsewhere', 'a', 0)).toBe(Errors.LOG_DIR_NOT_FOUND);
    expect(await ask(broker.logDir, 'a', 9)).toBe(Errors.UNKNOWN_TOPIC_OR_PARTITION);
    expect(await ask(broker.logDir, 'none', 0)).toBe(Errors.UNKNOWN_TOPIC_OR_PARTITION);
  });
});
