import { MembersWorld } from './members-world.ts';
import { TOPIC_ID } from './share-world.ts';

const ACCEPT = 1;
const RELEASE = 2;
const REJECT = 3;
const RENEW = 4;
const settle = async () => {
  for (let i = 0; i < 6; i++) await new Promise((resolve) => setImmediate(resolve));
};

describe('a member that fetches', () => {
  it('acquires what is there, once', async () => {
    const world = new MembersWorld();
    world.append(5);
    expect(await world.fetch('m')).toBe('0: 0-4x1');
    expect(await world.fetch('m')).toBe('');
    expect(await world.fetch('n')).toBe('0:');
  });

  it('starts where the stored state says, else as share.auto.offset.reset says', async () => {
    const world = new MembersWorld();
    world.append(5);
    world.makeState(0, 3n);
    expect(await world.fetch('m')).toBe('0: 3-4x1');
    const late = new MembersWorld();
    late.groupConfigs.set('share.auto.offset.reset', 'latest');
    late.append(5);
    expect(await late.fetch('m')).toBe('0:');
    late.append(1);
    expect(await late.fetch('m')).toBe('0: 5-5x1');
  });

  it('gets the records of the first partition whose state is read, the next ones with its next fetch', async () => {
    const world = new MembersWorld();
    world.append(5, 0);
    world.append(5, 1);
    const partitions = [0, 1].map((partition) => ({ topicId: TOPIC_ID, partition, acknowledgements: [] }));
    expect(await world.fetch('m', { partitions })).toBe('0: 0-4x1, 1:');
    expect(await world.fetch('m')).toBe('1: 0-4x1');
  });

  it('waits for records, for releases of others, and no longer than it said', async () => {
    const world = new MembersWorld();
    await world.fetch('m');
    const first = world.fetch('m', { maxWaitMs: 1000 });
    await settle();
    world.append(2);
    expect(await first).toBe('0: 0-1x1');

    await world.fetch('n');
    const second = world.fetch('n', { maxWaitMs: 1000 });
    await settle();
    await world.acknowledge('m', 0, 0, RELEASE);
    expect(await second).toBe('0: 0-0x2');

    const third = world.fetch('n', { maxWaitMs: 1000 });
    await settle();
    await world.clock.advance(1000);
    expect(await third).toBe('');
  });

  it('waits for room when enough is under way', async () => {
    const world = new MembersWorld({ 'group.share.partition.max.record.locks': '100' });
    world.append(100);
    world.append(3);
    expect(await world.fetch('m')).toBe('0: 0-99x1');
    const waiting = world.fetch('m', { maxWaitMs: 1000 });
    await settle();
    const other = world.fetch('n', { maxWaitMs: 1000 });
    await settle();
    await world.shareGroups.acknowledge({
      ...world.request('m'),
      partitions: [
        {
          topicId: TOPIC_ID,
          partition: 0,
          acknowledgements: [{ firstOffset: 0n, lastOffset: 49n, acknowledgeTypes: [ACCEPT] }],
        },
      ],
    });
    const answers = await Promise.race([waiting, other]);
    expect(answers).toContain('100-102x1');
    await world.clock.advance(1000);
    await Promise.all([waiting, other]);
  });

  it('is answered when the broker stops', async () => {
    const world = new MembersWorld();
    await world.fetch('m');
    const waiting = world.fetch('m', { maxWaitMs: 1000 });
    await settle();
    world.shareGroups.close();
    expect(await waiting).toMatch(/^(0: NOT_LEADER_OR_FOLLOWER)?$/);
  });

  it('is told of partitions that cannot be read', async () => {
    const world = new MembersWorld();
    world.states.delete('g/1');
    const partitions = [
      { topicId: TOPIC_ID, partition: 1, acknowledgements: [] },
      { topicId: TOPIC_ID, partition: 9, acknowledgements: [] },
    ];
    expect(await world.fetch('m', { partitions, maxWaitMs: 1000 })).toBe(
      '1: UNKNOWN_SERVER_ERROR, 9: UNKNOWN_TOPIC_OR_PARTITION',
    );
  });

  // Apache Kafka 4.3.1 answers so; it tells nobody which topic it was.
  it('is refused as a whole while its session holds a topic id that nobody knows, but its acknowledgements count', async () => {
    const world = new MembersWorld();
    world.append(2);
    await world.fetch('m');
    const unknown = { topicId: 'A'.repeat(22), partition: 0 };
    const acknowledgements = [{ firstOffset: 0n, lastOffset: 0n, acknowledgeTypes: [ACCEPT] }];
    const partitions = [
      { ...unknown, acknowledgements: [] },
      { topicId: TOPIC_ID, partition: 0, acknowledgements },
    ];
    expect(await world.fetch('m', { partitions })).toBe('UNKNOWN_SERVER_ERROR');
    expect(world.stored).toBe('0, 1: 0-0 2x1');
    expect(await world.fetch('m')).toBe('UNKNOWN_SERVER_ERROR');
    world.append(1);
    expect(await world.fetch('m', { forgotten: [unknown] })).toBe('0: 2-2x1');
    expect(await world.fetch('m', { isModeKnown: false })).toBe('UNKNOWN_SERVER_ERROR');
    expect(await world.fetch('m')).toBe('');
  });

  it('hears nothing of new partitions when it wants no records or no bytes', async () => {
    const world = new MembersWorld();
    world.append(1);
    expect(await world.fetch('m', { maxBytes: 0 })).toBe('');
    expect(await world.fetch('n', { maxRecords: 0 })).toBe('');
    expect(await world.fetch('m')).toBe('0: 0-0x1');
  });

  it('gets no more records than it asked for from all partitions together', async () => {
    const world = new MembersWorld();
    world.append(3, 0);
    world.append(3, 1);
    const partitions = [0, 1].map((partition) => ({ topicId: TOPIC_ID, partition, acknowledgements: [] }));
    expect(await world.fetch('m', { partitions, maxRecords: 3 })).toBe('0: 0-2x1, 1:');
    expect(await world.fetch('m', { maxRecords: 3 })).toBe('1: 0-2x1');
  });

  it('does not get records of aborted transactions', async () => {
    const world = new MembersWorld();
    world.groupConfigs.set('share.isolation.level', 'read_committed');
    world.append(2, 0, { producerId: 7n, producerEpoch: 0, baseSequence: 0, isTransactional: true });
    world.append(2, 0);
    world.abortedTransactions = [{ producerId: 7n, firstOffset: 0n }];
    expect(await world.fetch('m')).toBe('0: 2-3x1');
    expect(await world.acknowledge('m', 2, 3, ACCEPT)).toBe('NONE');
    expect(world.stored).toBe('2, 2: 2-3 2x1');
  });
});

describe('acknowledgements', () => {
  it('are stored before they are answered', async () => {
    const world = new MembersWorld();
    world.append(6);
    await world.fetch('m');
    expect(await world.acknowledge('m', 0, 1, ACCEPT)).toBe('NONE');
    expect(world.stored).toBe('0, 2: 0-1 2x1');
    expect(await world.acknowledge('m', 2, 2, RELEASE)).toBe('NONE');
    expect(await world.acknowledge('m', 3, 5, REJECT)).toBe('NONE');
    expect(world.stored).toBe('2, 3: 2-2 0x1 3-5 4x1');
    expect(await world.fetch('m')).toBe('0: 2-2x2');
  });

  it('may come with the next fetch', async () => {
    const world = new MembersWorld();
    world.append(2);
    await world.fetch('m');
    const acknowledgements = [{ firstOffset: 0n, lastOffset: 1n, acknowledgeTypes: [RELEASE, ACCEPT] }];
    const partitions = [{ topicId: TOPIC_ID, partition: 0, acknowledgements }];
    expect(await world.fetch('m', { partitions })).toBe('0: 0-0x2');
    expect(await world.fetch('m', { partitions })).toBe('0: INVALID_RECORD_STATE');
  });

  it('leave records as they were when they cannot be stored', async () => {
    const world = new MembersWorld();
    world.append(2);
    await world.fetch('m');
    world.failWrites = 'COORDINATOR_NOT_AVAILABLE';
    expect(await world.acknowledge('m', 0, 1, ACCEPT)).toBe('COORDINATOR_NOT_AVAILABLE');
    world.failWrites = null;
    expect(await world.acknowledge('m', 0, 1, ACCEPT)).toBe('NONE');
  });

  it('of the same records do not overtake each other', async () => {
    const world = new MembersWorld();
    world.append(2);
    await world.fetch('m');
    const release = world.holdWrites();
    const first = world.acknowledge('m', 0, 1, ACCEPT);
    await settle();
    expect(await world.acknowledge('m', 0, 0, RELEASE)).toBe('INVALID_RECORD_STATE');
    release();
    expect(await first).toBe('NONE');
  });

  it('archive a record that was delivered often enough', async () => {
    const world = new MembersWorld({ 'group.share.delivery.count.limit': '2' });
    world.append(1);
    expect(await world.fetch('m')).toBe('0: 0-0x1');
    await world.acknowledge('m', 0, 0, RELEASE);
    expect(await world.fetch('m')).toBe('0: 0-0x2');
    await world.acknowledge('m', 0, 0, RELEASE);
    expect(world.stored).toBe('0, 1: 0-0 4x2');
    expect(await world.fetch('m')).toBe('');
  });

  it('are refused for a partition that nobody of the group reads', async () => {
    const world = new MembersWorld();
    await world.fetch('m', { partitions: [] });
    const acknowledgements = [{ firstOffset: 0n, lastOffset: 0n, acknowledgeTypes: [ACCEPT] }];
    const partitions = [0, 9].map((partition) => ({ topicId: TOPIC_ID, partition, acknowledgements }));
    const answer = await world.shareGroups.acknowledge({ ...world.request('m'), partitions });
    expect(answer.partitions.map(({ error, text }) => [error, text])).toEqual([
      ['UNKNOWN_TOPIC_OR_PARTITION', 'This server does not host this topic-partition.'],
      ['UNKNOWN_TOPIC_OR_PARTITION', null],
    ]);
  });

  it('are not answered where there are none', async () => {
    const world = new MembersWorld();
    await world.fetch('m');
    const partitions = [{ topicId: TOPIC_ID, partition: 0, acknowledgements: [] }];
    expect((await world.shareGroups.acknowledge({ ...world.request('m'), partitions })).partitions).toEqual([]);
  });
});

describe('acquisition locks', () => {
  it('run out, and the records go to somebody else', async () => {
    const world = new MembersWorld();
    world.append(2);
    await world.fetch('m');
    await world.fetch('n');
    await world.clock.advance(29_999);
    expect(await world.fetch('n')).toBe('');
    await world.clock.advance(1);
    expect(world.stored).toBe('0, 0: 0-1 0x1');
    expect(await world.fetch('n')).toBe('0: 0-1x2');
    expect(await world.acknowledge('m', 0, 1, ACCEPT)).toBe('INVALID_RECORD_STATE');
  });

  it('are renewed one by one', async () => {
    const world = new MembersWorld();
    world.append(2);
    await world.fetch('m');
    await world.fetch('n');
    await world.clock.advance(20_000);
    expect(await world.acknowledge('m', 0, 0, RENEW)).toBe('NONE');
    await world.clock.advance(10_000);
    expect(await world.fetch('n')).toBe('0: 1-1x2');
    await world.clock.advance(20_000);
    expect(await world.fetch('n')).toBe('0: 0-0x2');
  });

  it('follow the group’s own duration', async () => {
    const world = new MembersWorld();
    world.groupConfigs.set('share.record.lock.duration.ms', '15000');
    world.append(1);
    await world.fetch('m');
    await world.clock.advance(15_000);
    expect(await world.fetch('m')).toBe('0: 0-0x2');
  });

  it('do not run out while an acknowledgement is being stored', async () => {
    const world = new MembersWorld();
    world.append(1);
    await world.fetch('m');
    const release = world.holdWrites();
    const acknowledged = world.acknowledge('m', 0, 0, ACCEPT);
    await settle();
    await world.clock.advance(60_000);
    release();
    expect(await acknowledged).toBe('NONE');
    expect(await world.fetch('m')).toBe('');
  });
});

describe('the end of a session', () => {
  it('frees what the member holds', async () => {
    const world = new MembersWorld();
    world.append(4);
    await world.fetch('m');
    await world.fetch('n');
    expect(await world.fetch('m', { sessionEpoch: -1 })).toBe('');
    expect(await world.fetch('n')).toBe('0: 0-3x2');
    expect(await world.fetch('m', { sessionEpoch: 1 })).toBe('SHARE_SESSION_NOT_FOUND');
  });

  it('leaves the locks of partitions that the session had forgotten', async () => {
    const world = new MembersWorld();
    world.append(4);
    await world.fetch('n');
    await world.acknowledge('n', 0, 3, RELEASE);
    await world.fetch('m');
    await world.fetch('m', { forgotten: [{ topicId: TOPIC_ID, partition: 0 }] });
    await world.fetch('m', { sessionEpoch: -1 });
    expect(await world.fetch('n')).toBe('');
    await world.clock.advance(30_000);
    expect(await world.fetch('n')).toBe('0: 0-3x3');
  });

  it('comes with the end of its connection', async () => {
    const world = new MembersWorld();
    world.append(4);
    await world.fetch('m');
    await world.fetch('n');
    world.connections.get('m')?.abort();
    await settle();
    expect(await world.fetch('n')).toBe('0: 0-3x2');
  });

  it('may bring the last acknowledgements', async () => {
    const world = new MembersWorld();
    world.append(4);
    await world.fetch('m');
    expect(await world.acknowledge('m', 0, 1, ACCEPT, -1)).toBe('NONE');
    expect(await world.fetch('n')).toBe('0: 2-3x2');
  });

  it('of the last member makes the group read its state anew', async () => {
    const world = new MembersWorld();
    world.append(4);
    await world.fetch('m');
    await world.fetch('m', { sessionEpoch: -1 });
    world.makeState(0, 3n, 2);
    expect(await world.fetch('m', { sessionEpoch: 0 })).toBe('0: 3-3x1');
  });
});

describe('what changes outside', () => {
  it('a state made anew fences who has the old one; the next fetch reads the new one', async () => {
    const world = new MembersWorld();
    world.append(4);
    await world.fetch('m');
    world.makeState(0, 2n, 9);
    expect(await world.acknowledge('m', 0, 3, ACCEPT)).toBe('NOT_LEADER_OR_FOLLOWER');
    expect(await world.fetch('m')).toBe('0: 2-3x1');
  });

  it('deleted records are passed over', async () => {
    const world = new MembersWorld();
    world.append(2);
    world.append(2);
    await world.fetch('m');
    await world.acknowledge('m', 0, 3, RELEASE);
    (world.logs[0] as { start: bigint }).start = 2n;
    (world.logs[0] as { batches: Buffer[] }).batches.shift();
    expect(await world.fetch('m')).toBe('0: 2-3x2');
  });

  it('a lost or deleted partition is forgotten', async () => {
    const world = new MembersWorld();
    world.append(1);
    await world.fetch('m');
    world.leadershipChanged({ topic: 't', partition: 0, isLeader: false });
    expect(await world.acknowledge('m', 0, 0, ACCEPT)).toBe('UNKNOWN_TOPIC_OR_PARTITION');
    await world.fetch('m');
    world.metadataChanged({
      topics: [{ name: 't', topicId: TOPIC_ID, kind: 'deleted' }],
      configs: [],
      brokersChanged: false,
    });
    expect(await world.acknowledge('m', 0, 0, ACCEPT)).toBe('UNKNOWN_TOPIC_OR_PARTITION');
  });
});

describe('requests that make no sense', () => {
  it.each([
    ['acknowledgements before there is a session', { sessionEpoch: 0 }, 'INVALID_REQUEST'],
    ['an epoch without a session', { sessionEpoch: 3 }, 'SHARE_SESSION_NOT_FOUND'],
    ['the end of no session', { sessionEpoch: -1 }, 'SHARE_SESSION_NOT_FOUND'],
    ['a renewal that waits for records', { sessionEpoch: 1, isRenew: true }, 'INVALID_REQUEST'],
  ])('are refused: %s', async (_, request, error) => {
    const acknowledgements = [{ firstOffset: 0n, lastOffset: 0n, acknowledgeTypes: [ACCEPT] }];
    const partitions = [{ topicId: TOPIC_ID, partition: 0, acknowledgements }];
    expect(await new MembersWorld().fetch('m', { ...request, partitions })).toBe(error);
  });

  it('are refused: acknowledgements that would open a session', async () => {
    expect(await new MembersWorld().acknowledge('m', 0, 0, ACCEPT)).toBe('INVALID_SHARE_SESSION_EPOCH');
  });

  it('are refused when there are too many sessions', async () => {
    const world = new MembersWorld({ 'group.share.max.share.sessions': '1' });
    await world.fetch('m');
    expect(await world.fetch('n')).toBe('SHARE_SESSION_LIMIT_REACHED');
  });
});
