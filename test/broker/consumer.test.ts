import { parseConsumerConfig } from '../../src/client/configs/consumer.ts';
import { type Consumer, openConsumer } from '../../src/client/consumer/index.ts';
import { Cluster } from '../../src/client/index.ts';
import { produce } from '../../src/protocol/messages/00-produce.ts';
import { describeGroups } from '../../src/protocol/messages/15-describe-groups.ts';
import { Reader } from '../../src/protocol/primitives.ts';
import { consumerProtocolAssignment } from '../../src/protocol/records/clients.ts';
import { BatchBuilder, COMPRESSION_NAMES, type Compression } from '../../src/protocol/records/index.ts';
import { systemClock } from '../../src/util/clock.ts';
import { type NamedLogger } from '../../src/util/log-lines.ts';
import { freePort } from '../ports.ts';
import { TestBroker } from './harness.ts';

const quiet: NamedLogger = { log: () => undefined, named: () => quiet };

describe('our consumer on our broker', () => {
  let broker: TestBroker;
  const opened: Consumer[] = [];

  beforeAll(async () => {
    // The address has to outlive a restart.
    const listeners = `PLAINTEXT://127.0.0.1:${await freePort()},CONTROLLER://127.0.0.1:0`;
    broker = await TestBroker.start({ properties: { listeners } });
  });
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((one) => one.close()));
  });
  afterAll(() => broker.stop());

  async function open(properties: Record<string, string> = {}): Promise<Consumer> {
    const config = parseConsumerConfig(
      new Map(
        Object.entries({
          'bootstrap.servers': broker.address,
          'key.deserializer': 'none',
          'value.deserializer': 'none',
          'auto.offset.reset': 'earliest',
          'heartbeat.interval.ms': '100',
          ...properties,
        }),
      ),
    );
    const options = {
      config: config.values,
      clientId: 'test',
      kind: 'consumer',
      logger: quiet,
      clock: systemClock,
    } as const;
    const consumer = await openConsumer(await Cluster.open(options), config, { usesGroup: 'group.id' in properties });
    opened.push(consumer);
    return consumer;
  }

  async function write(topic: string, partition: number, values: readonly string[], compression: Compression = 'none') {
    const client = await broker.connect();
    const builder = new BatchBuilder({ compression });
    for (const value of values) builder.append(Date.now(), null, Buffer.from(value));
    const partitionData = [{ index: partition, records: builder.build() }];
    const { responses } = await client.send(produce, 9, {
      acks: -1,
      timeoutMs: 5000,
      topicData: [{ name: topic, partitionData }],
    });
    expect(responses[0]?.partitionResponses[0]?.errorCode).toBe(0);
  }

  async function take(consumer: Consumer, count: number): Promise<string[]> {
    const values: string[] = [];
    while (values.length < count) {
      const records = await consumer.poll(20_000);
      if (!records) throw new Error(`only ${values.length} of ${count} records came`);
      while (values.length < count && records.next()) values.push(String(records.cursor.value()));
    }
    return values;
  }

  /** Partitions by member, as the coordinator sees them. */
  async function assignments(groupId: string): Promise<number[][]> {
    const client = await broker.connect();
    const { groups } = await client.send(describeGroups, 5, { groups: [groupId] });
    return (groups[0]?.members ?? []).map((member) => {
      const reader = new Reader(member.memberAssignment);
      if (reader.remaining === 0) return [];
      reader.int16();
      const { assignedPartitions } = consumerProtocolAssignment.read(reader, 0);
      return assignedPartitions.flatMap((one) => one.partitions);
    });
  }

  it.each(COMPRESSION_NAMES)('reads records of codec %s', async (compression) => {
    const topic = `codec-${compression}`;
    await broker.createTopic(topic);
    const values = Array.from({ length: 500 }, (_, i) => `line ${i} of some text that repeats`);
    await write(topic, 0, values, compression);
    const consumer = await open();
    consumer.assign([{ topic, partition: 0, start: 'earliest' }]);
    expect(await take(consumer, 500)).toEqual(values);
  });

  it('goes on where the group stopped, record by record', async () => {
    await broker.createTopic('resumed', 1);
    await write('resumed', 0, ['a', 'b', 'c', 'd', 'e']);
    const first = await open({ 'group.id': 'resuming' });
    first.subscribe(['resumed']);
    expect(await take(first, 2)).toEqual(['a', 'b']);
    await first.close();
    const second = await open({ 'group.id': 'resuming' });
    second.subscribe(['resumed']);
    expect(await take(second, 3)).toEqual(['c', 'd', 'e']);
  });

  it('shares the partitions with a second member, and takes them back when it leaves', async () => {
    await broker.createTopic('shared', 4);
    const one = await open({ 'group.id': 'sharing' });
    one.subscribe(['shared']);
    for (let partition = 0; partition < 4; partition++) await write('shared', partition, [`first ${partition}`]);
    expect((await take(one, 4)).sort()).toEqual(['first 0', 'first 1', 'first 2', 'first 3']);
    const two = await open({ 'group.id': 'sharing' });
    two.subscribe(['shared']);
    const meanwhile = one.poll(20_000);
    const waiting = two.poll(20_000);
    while ((await assignments('sharing')).filter((one) => one.length === 2).length < 2) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    for (let partition = 0; partition < 4; partition++) await write('shared', partition, [`second ${partition}`]);
    const values = async (consumer: Consumer, pending: ReturnType<Consumer['poll']>) => {
      const records = await pending;
      const found: string[] = [];
      while (records?.next()) found.push(String(records.cursor.value()));
      return [...found, ...(await take(consumer, 2 - found.length))];
    };
    const [mine, theirs] = await Promise.all([values(one, meanwhile), values(two, waiting)]);
    expect([...mine, ...theirs].sort()).toEqual(['second 0', 'second 1', 'second 2', 'second 3']);
    await two.close();
    for (let partition = 0; partition < 4; partition++) await write('shared', partition, [`third ${partition}`]);
    expect((await take(one, 4)).sort()).toEqual(['third 0', 'third 1', 'third 2', 'third 3']);
  });

  it('starts over from the reset policy when its offset was deleted or never was', async () => {
    await broker.createTopic('range');
    await write('range', 0, ['a', 'b']);
    const consumer = await open();
    consumer.assign([{ topic: 'range', partition: 0, start: 99n }]);
    expect(await take(consumer, 2)).toEqual(['a', 'b']);
  });

  it('goes on after the broker came back', async () => {
    await broker.createTopic('restarted');
    await write('restarted', 0, ['before']);
    const consumer = await open();
    consumer.assign([{ topic: 'restarted', partition: 0, start: 'earliest' }]);
    expect(await take(consumer, 1)).toEqual(['before']);
    await broker.restart();
    await write('restarted', 0, ['after']);
    expect(await take(consumer, 1)).toEqual(['after']);
  });
});
