import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import LogDirs from '../../src/commands/log-dirs.ts';
import ReassignPartitions from '../../src/commands/reassign-partitions.ts';
import { ConfigResourceType } from '../../src/protocol/enums.ts';
import { Errors } from '../../src/protocol/errors.ts';
import { produce } from '../../src/protocol/messages/00-produce.ts';
import { fetch } from '../../src/protocol/messages/01-fetch.ts';
import { deleteRecords } from '../../src/protocol/messages/21-delete-records.ts';
import { alterReplicaLogDirs } from '../../src/protocol/messages/34-alter-replica-log-dirs.ts';
import { describeLogDirs } from '../../src/protocol/messages/35-describe-log-dirs.ts';
import { incrementalAlterConfigs } from '../../src/protocol/messages/44-incremental-alter-configs.ts';
import { batches, RecordCursor, singleBatch } from '../../src/protocol/records/index.ts';
import { runInProcess } from '../unit/commands/in-process.ts';
import { TestBroker } from './harness.ts';
import { type RawClient } from './raw-client.ts';

const RATE = 'replica.alter.log.dirs.io.max.bytes.per.second';

// Texts and answers recorded from Apache Kafka 4.3.1 with two log.dirs.
describe('a broker with two log directories', () => {
  let broker: TestBroker;
  let client: RawClient;
  let root: string;
  let dirs: readonly [string, string];
  beforeAll(async () => {
    root = mkdtempSync(`${tmpdir()}/klamm-dirs-`);
    dirs = [`${root}/a`, `${root}/b`];
    broker = await TestBroker.start({ properties: { 'log.dirs': dirs.join() } });
  });
  afterAll(async () => {
    await broker.stop();
    rmSync(root, { recursive: true });
  });
  beforeEach(async () => {
    client = await broker.connect();
  });

  async function setRate(value: string | null): Promise<void> {
    const change = { name: RATE, configOperation: value === null ? 1 : 0, value };
    const resources = [{ resourceType: ConfigResourceType.BROKER, resourceName: '1', configs: [change] }];
    await client.send(incrementalAlterConfigs, 1, { resources });
  }

  async function move(topic: string, partition: number, path: string): Promise<number | undefined> {
    const request = { dirs: [{ path, topics: [{ name: topic, partitions: [partition] }] }] };
    return (await client.send(alterReplicaLogDirs, 2, request)).results[0]?.partitions[0]?.errorCode;
  }

  /** Index of the directory -> the replicas of a topic in it. */
  async function places(topic: string): Promise<string[]> {
    const { results } = await client.send(describeLogDirs, 4, { topics: null });
    return results.flatMap(({ logDir, topics }) =>
      topics
        .filter(({ name }) => name === topic)
        .flatMap(({ partitions }) =>
          partitions.map(({ partitionIndex, isFutureKey }) => {
            return `${partitionIndex} in ${dirs.indexOf(logDir)}${isFutureKey ? ' future' : ''}`;
          }),
        ),
    );
  }

  const place = async (topic: string): Promise<number> => Number((await places(topic))[0]?.split(' ').at(2));
  const other = (index: number): string => dirs[1 - index] as string;

  async function append(topic: string, values: readonly string[]): Promise<void> {
    const records = singleBatch(
      values.map((value) => ({ timestampMs: Date.now(), key: null, value: Buffer.from(value) })),
    );
    const topicData = [{ name: topic, partitionData: [{ index: 0, records }] }];
    const { responses } = await client.send(produce, 9, { acks: -1, timeoutMs: 5000, topicData });
    expect(responses[0]?.partitionResponses[0]?.errorCode).toBe(Errors.NONE);
  }

  async function values(topic: string, from = 0n): Promise<string[]> {
    const found: string[] = [];
    const cursor = new RecordCursor();
    for (let fetchOffset = from; ; ) {
      const partitions = [{ partition: 0, fetchOffset, partitionMaxBytes: 1 << 20 }];
      const request = { maxWaitMs: 0, minBytes: 0, maxBytes: 50 << 20, topics: [{ topic, partitions }] };
      const { records, errorCode } = (await client.send(fetch, 12, request)).responses[0]!.partitions[0]!;
      expect(errorCode).toBe(Errors.NONE);
      const read = [...batches(records ?? Buffer.alloc(0))];
      if (read.length === 0) return found;
      for (const batch of read) {
        cursor.reset(batch);
        while (cursor.next()) if (cursor.offset() >= from) found.push((cursor.value() as Buffer).toString());
        fetchOffset = batch.nextOffset;
      }
    }
  }

  async function settled(topic: string): Promise<void> {
    while ((await places(topic)).length > 1) await new Promise((go) => setTimeout(go, 5));
  }

  it('moves a partition under a producer and a consumer, and finds it there after a restart', async () => {
    await broker.createTopic('busy', 1, { 'segment.bytes': '1048576' });
    const padding = 'x'.repeat(2000);
    const written: string[] = [];
    const write = async (count: number) => {
      const batch = Array.from({ length: count }, (_, at) => `${written.length + at} ${padding}`);
      await append('busy', batch);
      written.push(...batch);
    };
    for (let at = 0; at < 20; at++) await write(100);
    const from = await place('busy');
    const consumer = await broker.connect();
    const partitions = [{ partition: 0, fetchOffset: 2000n, partitionMaxBytes: 1 << 20 }];
    const poll = { maxWaitMs: 20_000, minBytes: 1, maxBytes: 50 << 20, topics: [{ topic: 'busy', partitions }] };
    await setRate('1000000');
    expect(await move('busy', 0, other(from))).toBe(Errors.NONE);
    expect(await places('busy')).toEqual(from === 0 ? ['0 in 0', '0 in 1 future'] : ['0 in 0 future', '0 in 1']);
    const woken = consumer.send(fetch, 12, poll);
    for (let at = 0; at < 20; at++) await write(3);
    // A producer may be faster than that rate, and a move ends when it has caught up.
    await setRate(null);
    while ((await places('busy')).length > 1) await write(3);
    expect(written.length).toBeGreaterThan(2003);
    expect((await woken).responses[0]?.partitions[0]?.records?.length).toBeGreaterThan(6000);
    expect(await place('busy')).toBe(1 - from);
    // Waits in the new place as it did in the old one.
    const next = consumer.send(fetch, 12, {
      ...poll,
      topics: [{ topic: 'busy', partitions: [{ ...partitions[0]!, fetchOffset: BigInt(written.length) }] }],
    });
    await write(1);
    expect((await next).responses[0]?.partitions[0]?.records?.length).toBeGreaterThan(2000);
    expect(await values('busy')).toEqual(written);
    expect(readdirSync(other(from))).toContain('busy-0');
    expect(readdirSync(dirs[from] as string)).not.toContain('busy-0');
    await broker.restart();
    client = await broker.connect();
    expect(await place('busy')).toBe(1 - from);
    expect(await values('busy')).toEqual(written);
    expect(broker.logged).toEqual([]);
  });

  it('answers a move of what it has not, and creates it there later', async () => {
    await broker.createTopic('here');
    expect(await move('here', 0, '/nowhere')).toBe(Errors.LOG_DIR_NOT_FOUND);
    expect(await move('here', 1, dirs[0])).toBe(Errors.UNKNOWN_TOPIC_OR_PARTITION);
    expect(await move('none', 0, '/nowhere')).toBe(Errors.LOG_DIR_NOT_FOUND);
    expect(await move('__cluster_metadata', 0, dirs[1])).toBe(Errors.UNKNOWN_TOPIC_OR_PARTITION);
    // "-0", a point, 32 characters and "-future" must fit into 255.
    expect(await move('x'.repeat(214), 0, '/nowhere')).toBe(Errors.INVALID_TOPIC_EXCEPTION);
    expect(await move('x'.repeat(213), 0, '/nowhere')).toBe(Errors.LOG_DIR_NOT_FOUND);
    for (const partition of [0, 1, 2]) {
      expect(await move('later', partition, dirs[1])).toBe(Errors.UNKNOWN_TOPIC_OR_PARTITION);
    }
    await broker.createTopic('later', 3);
    expect(await places('later')).toEqual(['0 in 1', '1 in 1', '2 in 1']);
  });

  it('goes on with a move after a restart; DeleteRecords does not wait for it', async () => {
    await broker.createTopic('slow');
    for (let at = 0; at < 40; at++) await append('slow', [`${at} ${'x'.repeat(5000)}`]);
    const from = await place('slow');
    await setRate('1000');
    expect(await move('slow', 0, other(from))).toBe(Errors.NONE);
    const request = { topics: [{ name: 'slow', partitions: [{ partitionIndex: 0, offset: 30n }] }], timeoutMs: 5000 };
    const deleted = await client.send(deleteRecords, 2, request);
    expect(deleted.topics[0]?.partitions[0]).toMatchObject({ lowWatermark: 30n, errorCode: Errors.NONE });
    await broker.restart();
    client = await broker.connect();
    expect((await places('slow')).filter((one) => one.endsWith('future'))).toHaveLength(1);
    await append('slow', ['last']);
    await setRate(null);
    await settled('slow');
    expect(await place('slow')).toBe(1 - from);
    await broker.restart();
    client = await broker.connect();
    const found = await values('slow', 30n);
    expect([found.length, found[0]?.split(' ')[0], found.at(-1)]).toEqual([11, '30', 'last']);
    await client.send(deleteRecords, 2, request);
  });

  it('moves nothing to a cordoned directory, and makes nothing there (KIP-1066)', async () => {
    const set = async (value: string) => {
      const configs = [{ name: 'cordoned.log.dirs', configOperation: value === '' ? 1 : 0, value }];
      const resources = [{ resourceType: ConfigResourceType.BROKER, resourceName: '1', configs }];
      await client.send(incrementalAlterConfigs, 1, { resources });
    };
    await set(dirs[0]);
    await broker.createTopic('cord', 3);
    expect(await places('cord')).toEqual(['0 in 1', '1 in 1', '2 in 1']);
    expect(await move('cord', 0, dirs[0])).toBe(Errors.INVALID_REPLICA_ASSIGNMENT);
    expect(await move('nix', 0, dirs[0])).toBe(Errors.INVALID_REPLICA_ASSIGNMENT);
    await set(dirs[1]);
    expect(await move('cord', 0, dirs[1])).toBe(Errors.INVALID_REPLICA_ASSIGNMENT);
    await set('');
    expect(await move('cord', 0, dirs[1])).toBe(Errors.NONE);
  });

  it("says in the tools' words where a replica is on its way", async () => {
    await broker.createTopic('w');
    await append(
      'w',
      Array.from({ length: 100 }, () => 'x'.repeat(2000)),
    );
    const from = await place('w');
    const [here, there] = [dirs[from] as string, other(from)];
    const server = broker.bootstrapOption;
    const run = async (logDir: string, ...argv: string[]) => {
      const plan = { version: 1, partitions: [{ topic: 'w', partition: 0, replicas: [1], log_dirs: [logDir] }] };
      writeFileSync(`${root}/plan.json`, JSON.stringify(plan));
      const rest = ['--reassignment-json-file', `${root}/plan.json`];
      return (await runInProcess(ReassignPartitions, 'reassign-partitions', [...server, ...argv, ...rest])).stdout;
    };
    const describe = async () => {
      const argv = [...server, '--describe', '--topic-list', 'w'];
      const line = (await runInProcess(LogDirs, 'log-dirs', argv)).stdout.trim().split('\n').at(-1) as string;
      return line.replace(/"(size|offsetLag)":\d+/g, '"$1":N');
    };
    const entry = (isFuture: boolean) => `{"partition":"w-0","size":N,"offsetLag":N,"isFuture":${isFuture}}`;
    const head = 'Status of partition reassignment:\nReassignment of partition w-0 is completed.\n';
    const now = `{"version":1,"partitions":[{"topic":"w","partition":0,"replicas":[1],"log_dirs":["${here}"]}]}`;
    expect(await run(there, '--execute', '--replica-alter-log-dirs-throttle', '1000')).toBe(
      `Current partition replica assignment\n\n${now}\n\nSave this to use as the --reassignment-json-file option during rollback\nWarning: You must run --verify periodically, until the reassignment completes, to ensure the throttle is removed.\nThe replica-alter-dir throttle limit was set to 1000 B/s\nSuccessfully started partition reassignment for w-0\nSuccessfully started moving log directory to ${there} for replica w-0 with broker 1 \n`,
    );
    expect(await run(there, '--verify', '--preserve-throttles')).toBe(
      `${head}Reassignment of replica w-0-1 is still in progress.\n`,
    );
    // Directories come in the order of Java's hash of their names.
    const described = await describe();
    for (const [isFuture, logDir] of [
      [false, here],
      [true, there],
    ] as const) {
      expect(described).toContain(`{"partitions":[${entry(isFuture)}],"error":null,"logDir":"${logDir}"}`);
    }
    expect(await run(here, '--verify', '--preserve-throttles')).toBe(
      `${head}Partition w-0 on broker 1 is being moved to log dir ${there} instead of ${here}.\n`,
    );
    await setRate('100000000');
    await settled('w');
    expect(await run(there, '--verify')).toBe(
      `${head}Reassignment of replica w-0-1 completed successfully.\nClearing broker-level throttles on broker 1\nClearing topic-level throttles on topic w\n`,
    );
  });
});
