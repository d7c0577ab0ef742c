import { randomUUID } from 'node:crypto';
import { parseConsumerConfig } from '../../src/client/configs/consumer.ts';
import { type TopicPartition } from '../../src/client/consumer/assigned-partition.ts';
import { assignorsByClassName } from '../../src/client/consumer/assignors/by-class-name.ts';
import { ClassicMember } from '../../src/client/consumer/classic-member.ts';
import { type GroupMember, type MemberEvents } from '../../src/client/consumer/group-member.ts';
import { KafkaJsMember } from '../../src/client/consumer/kafkajs-member.ts';
import { Cluster } from '../../src/client/index.ts';
import { systemClock } from '../../src/util/clock.ts';
import { type NamedLogger } from '../../src/util/log-lines.ts';
import { TestBroker } from './harness.ts';

const quiet: NamedLogger = { log: () => undefined, named: () => quiet };

/** What a member owns now, and a wait for it to change. */
class Holder implements MemberEvents {
  owned: number[] = [];
  lostCount = 0;
  failure: unknown = null;
  private changed = Promise.withResolvers<void>();

  onAssigned(partitions: readonly TopicPartition[]): void {
    this.owned = partitions.map((one) => one.partition);
    this.tell();
  }
  async onRevoked(partitions: readonly TopicPartition[]): Promise<void> {
    const gone = new Set(partitions.map((one) => one.partition));
    this.owned = this.owned.filter((one) => !gone.has(one));
    this.tell();
  }
  onLost(): void {
    this.owned = [];
    this.lostCount++;
    this.tell();
  }
  onFailure(error: unknown): void {
    this.failure = error;
    this.tell();
  }
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await this.changed.promise;
  }
  private tell(): void {
    this.changed.resolve();
    this.changed = Promise.withResolvers<void>();
  }
}

describe('classic groups of members of different kinds', () => {
  let broker: TestBroker;
  const closing: (() => Promise<void>)[] = [];
  beforeAll(async () => {
    broker = await TestBroker.start();
  });
  afterEach(async () => {
    for (const close of closing.splice(0)) await close();
  });
  afterAll(() => broker.stop());

  type Make = (cluster: Cluster, events: MemberEvents, groupId: string) => GroupMember;
  const common = { sessionTimeoutMs: 10_000, rebalanceTimeoutMs: 10_000, heartbeatIntervalMs: 50 };
  const ours =
    (assignor: string, groupInstanceId: string | null = null): Make =>
    (cluster, events, groupId) =>
      new ClassicMember({
        cluster,
        events,
        groupId,
        groupInstanceId,
        rack: '',
        assignors: assignorsByClassName([`org.apache.kafka.clients.consumer.${assignor}`]),
        ...common,
      });
  const kafkajs: Make = (cluster, events, groupId) =>
    new KafkaJsMember({ cluster, events, groupId, metadataMaxAgeMs: 300_000, ...common });

  async function join(make: Make, topic: string) {
    const config = parseConsumerConfig(
      new Map([
        ['bootstrap.servers', broker.address],
        ['key.deserializer', 'none'],
        ['value.deserializer', 'none'],
      ]),
    );
    const options = { config: config.values, clientId: 'test', kind: 'consumer', logger: quiet, clock: systemClock };
    const cluster = await Cluster.open(options as never);
    await cluster.metadata.refresh([topic]);
    const holder = new Holder();
    const member = make(cluster, holder, topic);
    member.subscribe([topic]);
    let isClosed = false;
    const close = async () => {
      if (isClosed) return;
      isClosed = true;
      await member.close();
      cluster.close();
    };
    closing.push(close);
    return { holder, member, close };
  }

  const newTopic = async (): Promise<string> => {
    const topic = `g-${randomUUID()}`;
    await broker.createTopic(topic, 4);
    return topic;
  };

  it.each([
    ['ours leads', ours('RangeAssignor'), kafkajs],
    ['kafkajs leads', kafkajs, ours('RangeAssignor')],
  ])('share by ranges: %s', async (_title, first, second) => {
    const topic = await newTopic();
    const one = await join(first, topic);
    await one.holder.until(() => one.holder.owned.length === 4);
    const other = await join(second, topic);
    await other.holder.until(() => other.holder.owned.length === 2);
    await one.holder.until(() => one.holder.owned.length === 2);
    expect([...one.holder.owned, ...other.holder.owned].sort()).toEqual([0, 1, 2, 3]);
    await other.close();
    await one.holder.until(() => one.holder.owned.length === 4);
  });

  it('move partitions in two steps when they rebalance incrementally', async () => {
    const topic = await newTopic();
    const one = await join(ours('CooperativeStickyAssignor'), topic);
    await one.holder.until(() => one.holder.owned.length === 4);
    const other = await join(ours('CooperativeStickyAssignor'), topic);
    await other.holder.until(() => other.holder.owned.length === 2);
    expect(one.holder.owned).toEqual([0, 1]);
    expect(other.holder.owned).toEqual([2, 3]);
  });

  it('keep the partitions of a static member for it, and fence the one it replaces', async () => {
    const topic = await newTopic();
    const first = await join(ours('RangeAssignor', 'i'), topic);
    await first.holder.until(() => first.holder.owned.length === 4);
    const second = await join(ours('RangeAssignor', 'i'), topic);
    await second.holder.until(() => second.holder.owned.length === 4);
    expect(second.member.identity).toMatchObject({ generationOrEpoch: 1, groupInstanceId: 'i' });
    await first.holder.until(() => first.holder.failure !== null);
    expect(first.holder.failure).toMatchObject({ error: 'FENCED_INSTANCE_ID' });
  });
});
