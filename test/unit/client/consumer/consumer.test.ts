import { parseConsumerConfig } from '../../../../src/client/configs/consumer.ts';
import { Consumer } from '../../../../src/client/consumer/consumer.ts';
import { type GroupMember, type MemberEvents } from '../../../../src/client/consumer/group-member.ts';
import { Errors } from '../../../../src/protocol/errors.ts';
import { fetch } from '../../../../src/protocol/messages/01-fetch.ts';
import { listOffsets } from '../../../../src/protocol/messages/02-list-offsets.ts';
import { offsetCommit } from '../../../../src/protocol/messages/08-offset-commit.ts';
import { offsetFetch } from '../../../../src/protocol/messages/09-offset-fetch.ts';
import { offsetForLeaderEpoch } from '../../../../src/protocol/messages/23-offset-for-leader-epoch.ts';
import { singleBatch } from '../../../../src/protocol/records/index.ts';
import { FakeCluster } from './fake-cluster.ts';

const TOPIC_ID = 'AAAAAAAAAAAAAAAAAAAAAQ';
const IDENTITY = { protocol: 'classic', memberId: 'm-1', generationOrEpoch: 3, groupInstanceId: null } as const;

interface FetchedPartition {
  partition: number;
  fetchOffset: bigint;
}

/** Logs by partition, served in answers of three records. */
class FakeLogs {
  readonly ends: bigint[];
  readonly starts: bigint[];
  constructor(...ends: number[]) {
    this.ends = ends.map(BigInt);
    this.starts = ends.map(() => 0n);
  }

  read(partition: number, offset: bigint) {
    const end = this.ends[partition] as bigint;
    const shape = {
      partitionIndex: partition,
      highWatermark: end,
      preferredReadReplica: -1,
      currentLeader: { leaderId: -1 },
    };
    if (offset > end || offset < (this.starts[partition] as bigint)) {
      return { ...shape, errorCode: Errors.OFFSET_OUT_OF_RANGE, records: null };
    }
    const count = Math.min(3, Number(end - offset));
    const records = Array.from({ length: count }, (_, i) => ({
      timestampMs: 1,
      key: null,
      value: Buffer.from(`${partition}:${offset + BigInt(i)}`),
    }));
    return {
      ...shape,
      errorCode: Errors.NONE,
      records: count === 0 ? Buffer.alloc(0) : singleBatch(records, { baseOffset: offset, partitionLeaderEpoch: 0 }),
    };
  }
}

function setUp(logs: FakeLogs, properties: Record<string, string> = {}) {
  const cluster = new FakeCluster();
  cluster.topics.set('T', { id: TOPIC_ID, leaders: logs.ends.map(() => 1) });
  const idle: (() => void)[] = [];
  cluster.answer(fetch, async ({ topics }) => {
    const asked = topics as unknown as { topicId: string; partitions: FetchedPartition[] }[];
    const responses = asked.map(({ topicId, partitions }) => ({
      topicId,
      partitions: partitions.map((one) => logs.read(one.partition, one.fetchOffset)),
    }));
    const isEmpty = responses.every((one) => one.partitions.every((two) => two.records?.length === 0));
    // A long poll: only the test can end it.
    if (isEmpty) await new Promise<void>((resolve) => idle.push(resolve));
    return { responses };
  });
  cluster.answer(offsetForLeaderEpoch, ({ topics }) => ({
    topics: (topics as unknown as { topic: string; partitions: { partition: number }[] }[]).map((one) => ({
      topic: one.topic,
      partitions: one.partitions.map(({ partition }) => ({ partition, errorCode: 0, endOffset: logs.ends[partition] })),
    })),
  }));
  cluster.answer(listOffsets, ({ topics }) => ({
    topics: (topics as unknown as { name: string; partitions: { partitionIndex: number; timestamp: bigint }[] }[]).map(
      (topic) => ({
        name: topic.name,
        partitions: topic.partitions.map(({ partitionIndex, timestamp }) => ({
          partitionIndex,
          errorCode: 0,
          offset: timestamp === -2n ? logs.starts[partitionIndex] : timestamp === -1n ? logs.ends[partitionIndex] : -1n,
          leaderEpoch: 0,
        })),
      }),
    ),
  }));
  const config = parseConsumerConfig(
    new Map(
      Object.entries({
        'bootstrap.servers': 'h:9092',
        'key.deserializer': 'x',
        'value.deserializer': 'x',
        'auto.offset.reset': 'earliest',
        ...properties,
      }),
    ),
  );
  const members: { topics: string[]; events: MemberEvents; isClosed: boolean }[] = [];
  const consumer = new Consumer({
    cluster: cluster.asCluster(),
    config,
    isPatient: true,
    createMember: (events): GroupMember => {
      const member = { topics: [] as string[], events, isClosed: false };
      members.push(member);
      return {
        identity: IDENTITY,
        subscribe: (topics) => {
          member.topics = [...topics];
        },
        close: async () => {
          member.isClosed = true;
        },
      };
    },
  });
  const wake = () => {
    for (const resolve of idle.splice(0)) resolve();
  };
  return { cluster, consumer, members, wake };
}

async function take(consumer: Consumer, limit: number): Promise<string[]> {
  const values: string[] = [];
  while (values.length < limit) {
    const records = await consumer.poll(1000);
    if (!records) break;
    while (values.length < limit && records.next()) values.push(String(records.cursor.value()));
  }
  return values;
}

const settle = () => new Promise((resolve) => setImmediate(resolve));

async function until(condition: () => boolean): Promise<void> {
  for (let turn = 0; !condition(); turn++) {
    if (turn > 5000) throw new Error(`waited in vain for ${condition}`);
    await settle();
  }
}

function committed(cluster: FakeCluster): string[] {
  return cluster.sent
    .filter((one) => one.api === 'OffsetCommit')
    .map(({ request }) => {
      const { memberId, generationIdOrMemberEpoch, topics } = request as unknown as {
        memberId: string;
        generationIdOrMemberEpoch: number;
        topics: { partitions: { partitionIndex: number; committedOffset: bigint; committedLeaderEpoch: number }[] }[];
      };
      const offsets = topics.flatMap((one) =>
        one.partitions.map((two) => `${two.partitionIndex}@${two.committedOffset}/${two.committedLeaderEpoch}`),
      );
      return `${memberId} ${generationIdOrMemberEpoch} ${offsets.join(' ')}`;
    });
}

describe('chosen partitions', () => {
  it('reads all of them side by side, each in order', async () => {
    const { consumer } = setUp(new FakeLogs(7, 0, 5));
    consumer.assign([0, 1, 2].map((partition) => ({ topic: 'T', partition, start: 'earliest' as const })));
    const values = await take(consumer, 12);
    for (const [partition, count] of [
      [0, 7],
      [2, 5],
    ] as const) {
      const own = values.filter((one) => one.startsWith(`${partition}:`));
      expect(own).toEqual(Array.from({ length: count }, (_, i) => `${partition}:${i}`));
    }
    await consumer.close();
  });

  it('starts at an offset, at the end, or at the start', async () => {
    const { consumer, cluster } = setUp(new FakeLogs(9, 9));
    consumer.assign([
      { topic: 'T', partition: 0, start: 8n },
      { topic: 'T', partition: 1, start: 'latest' },
    ]);
    expect(await take(consumer, 1)).toEqual(['0:8']);
    await until(() => cluster.sent.some((one) => one.api === 'ListOffsets'));
    await consumer.close();
  });

  it('answers null when nothing comes in time', async () => {
    const { consumer, cluster } = setUp(new FakeLogs(0));
    consumer.assign([{ topic: 'T', partition: 0, start: 0n }]);
    const polled = consumer.poll(500);
    await settle();
    await cluster.clock.advance(500);
    expect(await polled).toBeNull();
    await consumer.close();
  });

  it('goes on from the reset policy when the offset is out of range', async () => {
    const { consumer } = setUp(new FakeLogs(4));
    consumer.assign([{ topic: 'T', partition: 0, start: 99n }]);
    expect(await take(consumer, 4)).toEqual(['0:0', '0:1', '0:2', '0:3']);
    await consumer.close();
  });

  it('goes back to where the log of a new leader parted from what was read (KIP-320)', async () => {
    const logs = new FakeLogs(6);
    const { consumer, cluster, wake } = setUp(logs);
    consumer.assign([{ topic: 'T', partition: 0, start: 0n }]);
    expect(await take(consumer, 6)).toHaveLength(6);
    await settle();
    // The new leader lacks the last two records, and gets others in their place.
    logs.ends[0] = 4n;
    cluster.leaderEpoch = 1;
    wake();
    await until(() => cluster.sent.some((one) => one.api === 'OffsetForLeaderEpoch'));
    await settle();
    logs.ends[0] = 6n;
    wake();
    expect(await take(consumer, 2)).toEqual(['0:4', '0:5']);
    await consumer.close();
  });

  it('says so when there is no policy to go back by', async () => {
    const logs = new FakeLogs(3);
    const { consumer, cluster, wake } = setUp(logs, { 'auto.offset.reset': 'none' });
    consumer.assign([{ topic: 'T', partition: 0, start: 0n }]);
    expect(await take(consumer, 3)).toHaveLength(3);
    await settle();
    logs.ends[0] = 1n;
    cluster.leaderEpoch = 1;
    wake();
    await expect(consumer.poll(1000)).rejects.toThrow('Detected log truncation with diverging offsets {T-0=1}');
    await consumer.close();
  });

  it('fails with the exception of Java when the policy is none', async () => {
    const { consumer } = setUp(new FakeLogs(4), { 'auto.offset.reset': 'none' });
    consumer.assign([{ topic: 'T', partition: 0, start: 99n }]);
    await expect(consumer.poll(1000)).rejects.toThrow(
      'Fetch position FetchPosition{offset=99, offsetEpoch=Optional.empty, currentLeader=LeaderAndEpoch{leader=Optional[h:9092 (id: 1 rack: null isFenced: false)], epoch=0}} is out of range for partition T-0',
    );
    await consumer.close();
  });

  it('by_duration falls back to the end when no record is that young', async () => {
    const { consumer, cluster } = setUp(new FakeLogs(4), {
      'auto.offset.reset': 'by_duration:PT1H',
      'group.id': 'g',
      'enable.auto.commit': 'false',
    });
    consumer.assign([{ topic: 'T', partition: 0, start: { youngerThanMs: 3_600_000 } }]);
    await until(() => consumer.isReading);
    const asked = cluster.sent.filter((one) => one.api === 'ListOffsets');
    expect(asked).toHaveLength(2);
    await consumer.close();
  });

  it('waits for a topic that does not exist yet', async () => {
    const { consumer, cluster } = setUp(new FakeLogs(2));
    const topic = cluster.topics.get('T');
    cluster.topics.delete('T');
    consumer.assign([{ topic: 'T', partition: 0, start: 'earliest' }]);
    await until(() => cluster.refreshes === 1);
    if (topic) cluster.topics.set('T', topic);
    await until(() => cluster.isBackingOff);
    await cluster.clock.advance(100);
    expect(await take(consumer, 2)).toEqual(['0:0', '0:1']);
    await consumer.close();
  });

  it('asks for metadata and follows the leader when it moved', async () => {
    const logs = new FakeLogs(3);
    const { consumer, cluster } = setUp(logs);
    const serve = cluster.answers.get(fetch.key);
    cluster.answer(fetch, async (request, node) => {
      if (node === 2) return serve?.(request, node);
      const partition = { ...logs.read(0, 0n), errorCode: Errors.NOT_LEADER_OR_FOLLOWER, records: null };
      return {
        responses: [
          { topicId: TOPIC_ID, partitions: [{ ...partition, currentLeader: { leaderId: 2, leaderEpoch: 1 } }] },
        ],
      };
    });
    consumer.assign([{ topic: 'T', partition: 0, start: 0n }]);
    expect(await take(consumer, 3)).toEqual(['0:0', '0:1', '0:2']);
    expect(cluster.refreshes).toBeGreaterThan(1);
    await consumer.close();
  });

  it('keeps what is fetched ahead bounded when nobody polls', async () => {
    const { consumer, cluster } = setUp(new FakeLogs(1_000_000));
    const serve = cluster.answers.get(fetch.key);
    const value = Buffer.alloc(700_000);
    cluster.answer(fetch, async (request, node) => {
      const answer = (await serve?.(request, node)) as { responses: { partitions: { records: Buffer }[] }[] };
      const [partition] = answer.responses[0]?.partitions ?? [];
      const offset = (request.topics as unknown as { partitions: FetchedPartition[] }[])[0]?.partitions[0]?.fetchOffset;
      if (partition)
        partition.records = singleBatch([{ timestampMs: 1, key: null, value }], { baseOffset: offset ?? 0n });
      return answer;
    });
    consumer.assign([{ topic: 'T', partition: 0, start: 0n }]);
    await consumer.poll(1000);
    for (let i = 0; i < 50; i++) await settle();
    const before = cluster.sent.filter((one) => one.api === 'Fetch').length;
    expect(before).toBeLessThanOrEqual(4);
    await consumer.poll(1000);
    for (let i = 0; i < 50; i++) await settle();
    expect(cluster.sent.filter((one) => one.api === 'Fetch').length).toBeLessThanOrEqual(before + 2);
    await consumer.close();
  });
});

describe('as a member of a group', () => {
  const group = { 'group.id': 'g' };

  function withCommitted(cluster: FakeCluster, offset: bigint): void {
    cluster.answer(offsetFetch, () => ({
      groups: [
        {
          groupId: 'g',
          errorCode: 0,
          topics: [
            {
              name: 'T',
              topicId: TOPIC_ID,
              partitions: [
                { partitionIndex: 0, committedOffset: offset, committedLeaderEpoch: 0, metadata: '', errorCode: 0 },
              ],
            },
          ],
        },
      ],
    }));
    cluster.answer(offsetCommit, () => ({ topics: [] }));
  }

  it('subscribes with the topics that exist, and begins at the committed offset', async () => {
    const { consumer, cluster, members } = setUp(new FakeLogs(5), group);
    withCommitted(cluster, 3n);
    consumer.subscribe(['T']);
    await until(() => members[0]?.topics.length === 1);
    members[0]?.events.onAssigned([{ topic: 'T', partition: 0 }]);
    expect(await take(consumer, 2)).toEqual(['0:3', '0:4']);
    await consumer.close();
    expect(committed(cluster)).toEqual(['m-1 3 0@5/0']);
    expect(members[0]?.isClosed).toBe(true);
    expect(cluster.isClosed).toBe(true);
  });

  it('commits what was walked, not what was fetched; a rest forgets the leader epoch', async () => {
    const { consumer, cluster, members } = setUp(new FakeLogs(50), group);
    withCommitted(cluster, -1n);
    consumer.subscribe(['T']);
    members[0]?.events.onAssigned([{ topic: 'T', partition: 0 }]);
    await take(consumer, 7);
    await consumer.close();
    expect(committed(cluster)).toEqual(['m-1 3 0@7/-1']);
  });

  it('commits before a partition is given up, and reads no more of it', async () => {
    const { consumer, cluster, members } = setUp(new FakeLogs(50), group);
    withCommitted(cluster, -1n);
    consumer.subscribe(['T']);
    const events = members[0]?.events as MemberEvents;
    events.onAssigned([{ topic: 'T', partition: 0 }]);
    const records = await consumer.poll(1000);
    records?.next();
    records?.next();
    await events.onRevoked([{ topic: 'T', partition: 0 }]);
    expect(committed(cluster)).toEqual(['m-1 3 0@2/0']);
    expect(records?.next()).toBe(false);
    const polled = consumer.poll(100);
    await settle();
    await cluster.clock.advance(100);
    expect(await polled).toBeNull();
    await consumer.close();
    expect(committed(cluster)).toHaveLength(1);
  });

  it('commits every auto.commit.interval.ms', async () => {
    const { consumer, cluster, members } = setUp(new FakeLogs(2), group);
    withCommitted(cluster, 0n);
    consumer.subscribe(['T']);
    members[0]?.events.onAssigned([{ topic: 'T', partition: 0 }]);
    await take(consumer, 2);
    await cluster.clock.advance(5000);
    await settle();
    expect(committed(cluster)).toEqual(['m-1 3 0@2/0']);
    await consumer.close();
  });

  it('commits nothing when that is off', async () => {
    const { consumer, cluster, members } = setUp(new FakeLogs(2), { ...group, 'enable.auto.commit': 'false' });
    withCommitted(cluster, 0n);
    consumer.subscribe(['T']);
    const events = members[0]?.events as MemberEvents;
    events.onAssigned([{ topic: 'T', partition: 0 }]);
    await take(consumer, 2);
    await events.onRevoked([{ topic: 'T', partition: 0 }]);
    await consumer.close();
    expect(committed(cluster)).toEqual([]);
  });

  it('fails without a committed offset when the policy is none', async () => {
    const { consumer, cluster, members } = setUp(new FakeLogs(2), { ...group, 'auto.offset.reset': 'none' });
    withCommitted(cluster, -1n);
    consumer.subscribe(['T']);
    members[0]?.events.onAssigned([{ topic: 'T', partition: 0 }]);
    await expect(consumer.poll(1000)).rejects.toThrow('Undefined offset with no reset policy for partitions: [T-0]');
    await consumer.close();
  });

  it('fails for a topic whose name is impossible', async () => {
    const { consumer, cluster } = setUp(new FakeLogs(2), group);
    cluster.unknownError = 'INVALID_TOPIC_EXCEPTION';
    consumer.subscribe(['a b']);
    await expect(consumer.poll(1000)).rejects.toThrow('Invalid topics: [a b]');
    await consumer.close();
  });

  it('subscribes anew when another topic matches the pattern', async () => {
    const { consumer, cluster, members } = setUp(new FakeLogs(2), group);
    consumer.subscribe((name) => name.startsWith('T'));
    await until(() => members[0]?.topics.join() === 'T');
    cluster.topics.set('T2', { id: 'AAAAAAAAAAAAAAAAAAAAAg', leaders: [1] });
    cluster.topics.set('other', { id: 'AAAAAAAAAAAAAAAAAAAAAw', leaders: [1] });
    await cluster.clock.advance(300_000);
    await until(() => members[0]?.topics.join() === 'T,T2');
    await consumer.close();
  });
});
