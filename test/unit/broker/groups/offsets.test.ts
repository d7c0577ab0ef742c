import { GroupsWorld, subscription, TOPIC_ID } from './groups-world.ts';

const PRODUCER = { producerId: 7n, producerEpoch: 0 };
const offset = (value: bigint, partition = 0, topic = 't') => ({
  topic,
  partition,
  topicId: TOPIC_ID,
  offset: value,
  leaderEpoch: 3,
  metadata: `at ${value}`,
});

describe('committing offsets', () => {
  it('by a simple consumer creates an empty group without a protocol', async () => {
    const world = new GroupsWorld();
    expect(await world.commit('g', 5n, { offsets: [offset(5n)] })).toEqual(['NONE']);
    expect(world.coordinator.list({ states: [], types: [] }).groups).toEqual([
      { groupId: 'g', protocolType: '', state: 'Empty', type: 'classic' },
    ]);
    expect(await world.coordinator.fetchOffsets('g', null, false)).toEqual({
      error: 'NONE',
      topics: [
        { topic: 't', partitions: [{ partition: 0, error: 'NONE', offset: 5n, leaderEpoch: 3, metadata: 'at 5' }] },
      ],
    });
  });

  it('under an empty group id works, as it always has', async () => {
    const world = new GroupsWorld();
    expect(await world.commit('', 5n)).toEqual(['NONE']);
    expect(await world.offset('')).toBe(5n);
  });

  it('by a member needs its generation and a settled group', async () => {
    const world = new GroupsWorld();
    const { memberId } = await world.joinNow('g');
    const asMember = { memberId, generationId: 1 };
    expect(await world.commit('g', 1n, asMember)).toEqual(['REBALANCE_IN_PROGRESS']);
    await world.sync('g', { memberId, generationId: 1 } as never);
    expect(await world.commit('g', 2n, asMember)).toEqual(['NONE']);
    expect(await world.commit('g', 3n, { ...asMember, generationId: 2 })).toEqual(['ILLEGAL_GENERATION']);
    expect(await world.commit('g', 3n, { ...asMember, memberId: 'x' })).toEqual(['UNKNOWN_MEMBER_ID']);
    expect(await world.commit('g', 3n, { ...asMember, groupInstanceId: 'i' })).toEqual(['UNKNOWN_MEMBER_ID']);
    expect(await world.commit('g', 3n)).toEqual(['UNKNOWN_MEMBER_ID']);
    expect(await world.offset('g')).toBe(2n);
  });

  it('of the old generation is still accepted while members join again', async () => {
    const world = new GroupsWorld();
    const { memberId } = await world.stableGroup('g');
    world.join('g');
    await world.settle();
    expect(await world.state('g')).toBe('PreparingRebalance');
    expect(await world.commit('g', 9n, { memberId, generationId: 1 })).toEqual(['NONE']);
  });

  it('keeps the session of the member alive', async () => {
    const world = new GroupsWorld();
    const { memberId } = await world.stableGroup('g', { sessionTimeoutMs: 6000 });
    for (let i = 0; i < 4; i++) {
      await world.clock.advance(5000);
      await world.commit('g', BigInt(i), { memberId, generationId: 1 });
    }
    expect(await world.state('g')).toBe('Stable');
  });

  it('with a generation of an unknown group is refused', async () => {
    const world = new GroupsWorld();
    expect(await world.commit('g', 1n, { generationId: 3, memberId: 'm' })).toEqual(['GROUP_ID_NOT_FOUND']);
  });

  it('judges metadata partition by partition', async () => {
    const world = new GroupsWorld();
    const offsets = [
      { ...offset(1n), metadata: 'x'.repeat(4097) },
      { ...offset(2n, 1), metadata: 'é'.repeat(4096) },
    ];
    expect(await world.commit('g', 0n, { offsets })).toEqual(['OFFSET_METADATA_TOO_LARGE', 'NONE']);
    expect(await world.offset('g', 't', 0)).toBe(-1n);
    expect(await world.offset('g', 't', 1)).toBe(2n);
  });

  it('is not visible when it could not be written', async () => {
    const world = new GroupsWorld();
    await world.commit('g', 1n);
    world.failAppends = 'NOT_ENOUGH_REPLICAS_AFTER_APPEND';
    expect(await world.commit('g', 2n)).toEqual(['COORDINATOR_NOT_AVAILABLE']);
    expect(await world.offset('g')).toBe(1n);
    expect(await world.commit('new', 2n)).toEqual(['COORDINATOR_NOT_AVAILABLE']);
    expect(await world.state('new')).toBe('Dead');
  });

  it('writes all partitions of a request as one batch', async () => {
    const world = new GroupsWorld();
    await world.commit('g', 0n, { offsets: [offset(1n), offset(2n, 1), offset(3n, 0, 'u')] });
    expect(world.logOf('g').batchCount).toBe(1);
    expect(world.logOf('g').logEndOffset).toBe(3n);
  });

  it('is seen by a fetch that was asked for after it', async () => {
    const world = new GroupsWorld();
    const release = world.holdAppends();
    const committing = world.commit('g', 8n);
    const fetching = world.offset('g');
    await world.settle();
    release();
    expect(await fetching).toBe(8n);
    expect(await committing).toEqual(['NONE']);
  });
});

describe('fetching offsets', () => {
  it('of a topic that had the name before are not those of the one asked for by its id', async () => {
    const world = new GroupsWorld();
    await world.commit('g', 5n);
    const fetch = async (topicId?: string) => {
      const wanted = [{ topic: 't', ...(topicId === undefined ? {} : { topicId }), partitions: [0] }];
      return (await world.coordinator.fetchOffsets('g', wanted, false)).topics[0]?.partitions[0]?.offset;
    };
    expect([await fetch(TOPIC_ID), await fetch(), await fetch('AAAAAAAAAAAAAAAAAAAAAA')]).toEqual([5n, 5n, 5n]);
    expect(await fetch('IkJYMAz4Sh26GBji3YefaQ')).toBe(-1n);
  });

  it('of an unknown group, topic or partition finds nothing and no error', async () => {
    const world = new GroupsWorld();
    const nothing = { error: 'NONE', offset: -1n, leaderEpoch: -1, metadata: '' };
    const asked = [{ topic: 't', partitions: [0, 99] }];
    expect(await world.coordinator.fetchOffsets('g', asked, false)).toEqual({
      error: 'NONE',
      topics: [
        {
          topic: 't',
          partitions: [
            { ...nothing, partition: 0 },
            { ...nothing, partition: 99 },
          ],
        },
      ],
    });
    expect(await world.coordinator.fetchOffsets('g', null, true)).toEqual({ error: 'NONE', topics: [] });
  });
});

describe('offsets in transactions (KIP-447)', () => {
  const txnCommit = (world: GroupsWorld, value: bigint, changes: object = {}) =>
    world.coordinator.commitTransactionalOffsets({
      groupId: 'g',
      memberId: '',
      groupInstanceId: null,
      generationId: -1,
      ...PRODUCER,
      offsets: [offset(value)],
      ...changes,
    });
  const end = (world: GroupsWorld, outcome: 'commit' | 'abort') =>
    world.coordinator.completeTransaction(partitionOf(world), { ...PRODUCER, coordinatorEpoch: 0, outcome });
  const partitionOf = (world: GroupsWorld) => world.logs.indexOf(world.logOf('g'));

  it('are pending until the marker commits them', async () => {
    const world = new GroupsWorld();
    await world.commit('g', 1n);
    expect(await txnCommit(world, 5n)).toEqual(['NONE']);
    expect(await world.offset('g')).toBe(1n);
    expect(await world.offset('g', 't', 0, true)).toBe('UNSTABLE_OFFSET_COMMIT');
    expect(await world.offset('g', 't', 1, true)).toBe(-1n);
    expect(await end(world, 'commit')).toBe('NONE');
    expect(await world.offset('g', 't', 0, true)).toBe(5n);
  });

  it('are gone when the marker aborts them', async () => {
    const world = new GroupsWorld();
    await txnCommit(world, 5n);
    await end(world, 'abort');
    expect(await world.offset('g', 't', 0, true)).toBe(-1n);
  });

  it('do not replace what was committed after them', async () => {
    const world = new GroupsWorld();
    await txnCommit(world, 5n);
    await world.commit('g', 9n);
    await end(world, 'commit');
    expect(await world.offset('g')).toBe(9n);
  });

  it('survive a restart, open or ended', async () => {
    const world = new GroupsWorld();
    await world.commit('g', 1n);
    await txnCommit(world, 5n);
    await world.restart();
    expect(await world.offset('g', 't', 0, true)).toBe('UNSTABLE_OFFSET_COMMIT');
    await end(world, 'commit');
    await world.restart();
    expect(await world.offset('g', 't', 0, true)).toBe(5n);
  });

  it('are checked against the group, but not against its state', async () => {
    const world = new GroupsWorld();
    expect(await txnCommit(world, 1n, { groupId: '' })).toEqual(['INVALID_GROUP_ID']);
    expect(await txnCommit(world, 1n, { generationId: 4, memberId: 'm' })).toEqual(['ILLEGAL_GENERATION']);
    const { memberId } = await world.joinNow('g');
    expect(await txnCommit(world, 1n, { generationId: 1, memberId })).toEqual(['NONE']); // CompletingRebalance
    expect(await txnCommit(world, 1n, { generationId: 2, memberId })).toEqual(['ILLEGAL_GENERATION']);
    expect(await txnCommit(world, 1n, { generationId: 1, memberId: 'x' })).toEqual(['UNKNOWN_MEMBER_ID']);
    expect(await txnCommit(world, 1n)).toEqual(['NONE']); // a producer older than KIP-447 says nothing of its member
  });

  it('end nowhere in a partition that is not led here', async () => {
    const world = new GroupsWorld();
    world.leadershipChanged({ topic: '__consumer_offsets', partition: partitionOf(world), isLeader: false });
    expect(await end(world, 'commit')).toBe('NOT_COORDINATOR');
  });

  it('stay pending when the marker cannot be written', async () => {
    const world = new GroupsWorld();
    await txnCommit(world, 5n);
    world.failAppends = 'REQUEST_TIMED_OUT';
    expect(await end(world, 'commit')).toBe('COORDINATOR_NOT_AVAILABLE');
    expect(await world.offset('g', 't', 0, true)).toBe('UNSTABLE_OFFSET_COMMIT');
  });
});

describe('deleting offsets (KIP-496)', () => {
  const both = [
    { topic: 't', partition: 0 },
    { topic: 'u', partition: 0 },
  ];

  it('keeps those of topics the group is subscribed to', async () => {
    const world = new GroupsWorld();
    const { memberId } = await world.stableGroup('g');
    await world.commit('g', 0n, { memberId, generationId: 1, offsets: [offset(1n), offset(2n, 0, 'u')] });
    expect(await world.coordinator.deleteOffsets('g', both)).toEqual({
      error: 'NONE',
      partitions: ['GROUP_SUBSCRIBED_TO_TOPIC', 'NONE'],
    });
    expect(await world.offset('g')).toBe(1n);
    expect(await world.offset('g', 'u')).toBe(-1n);
    await world.leave('g', memberId);
    expect(await world.coordinator.deleteOffsets('g', both)).toEqual({ error: 'NONE', partitions: ['NONE', 'NONE'] });
    expect(await world.offset('g')).toBe(-1n);
  });

  it('of a group whose subscriptions nobody can read keeps all', async () => {
    const world = new GroupsWorld();
    await world.stableGroup('g', { protocols: [{ name: 'range', metadata: Buffer.from('?') }] });
    const { partitions } = await world.coordinator.deleteOffsets('g', both);
    expect(partitions).toEqual(['GROUP_SUBSCRIBED_TO_TOPIC', 'GROUP_SUBSCRIBED_TO_TOPIC']);
  });

  it('is refused for unknown groups and for members of another protocol type', async () => {
    const world = new GroupsWorld();
    expect(await world.coordinator.deleteOffsets('', both)).toEqual({ error: 'INVALID_GROUP_ID', partitions: [] });
    expect(await world.coordinator.deleteOffsets('g', both)).toEqual({ error: 'GROUP_ID_NOT_FOUND', partitions: [] });
    await world.stableGroup('g', { protocolType: 'connect' });
    expect(await world.coordinator.deleteOffsets('g', both)).toEqual({ error: 'NON_EMPTY_GROUP', partitions: [] });
  });

  it('writes tombstones only for what is there', async () => {
    const world = new GroupsWorld();
    await world.commit('g', 1n);
    await world.coordinator.deleteOffsets('g', both);
    expect(world.logOf('g').records().slice(1)).toEqual([
      { kind: 'offset', groupId: 'g', topic: 't', partition: 0, value: null },
    ]);
  });
});

describe('deleting groups', () => {
  it('removes an empty group with its offsets, in the log too', async () => {
    const world = new GroupsWorld();
    await world.commit('g', 0n, { offsets: [offset(1n), offset(2n, 1)] });
    expect(await world.coordinator.deleteGroups(['g', 'unknown'])).toEqual(['NONE', 'GROUP_ID_NOT_FOUND']);
    expect(await world.state('g')).toBe('Dead');
    expect(await world.offset('g')).toBe(-1n);
    expect(world.logOf('g').records().slice(2)).toMatchObject([
      { kind: 'offset', partition: 0, value: null },
      { kind: 'offset', partition: 1, value: null },
      { kind: 'group', groupId: 'g', value: null },
    ]);
    await world.restart();
    expect(await world.state('g')).toBe('Dead');
  });

  it('refuses a group with members', async () => {
    const world = new GroupsWorld();
    await world.stableGroup('g');
    expect(await world.coordinator.deleteGroups(['g'])).toEqual(['NON_EMPTY_GROUP']);
  });

  it('deletes nothing that it could not write', async () => {
    const world = new GroupsWorld();
    await world.commit('g', 1n);
    world.failAppends = 'KAFKA_STORAGE_ERROR';
    expect(await world.coordinator.deleteGroups(['g'])).toEqual(['NOT_COORDINATOR']);
    expect(await world.offset('g')).toBe(1n);
  });

  it('forgets the ids handed out and not used', async () => {
    const world = new GroupsWorld();
    const { memberId } = await world.join('g', { requiresKnownMemberId: true });
    await world.coordinator.deleteGroups(['g']);
    expect(await world.join('g', { memberId })).toMatchObject({ error: 'UNKNOWN_MEMBER_ID' });
  });

  it('splits many tombstones into batches of bounded size', async () => {
    const world = new GroupsWorld();
    const topic = 'n'.repeat(240);
    const offsets = Array.from({ length: 3000 }, (_, partition) => offset(1n, partition, topic));
    await world.commit('g', 0n, { offsets });
    await world.coordinator.deleteGroups(['g']);
    expect(world.logOf('g').batchCount).toBe(3);
    expect(world.logOf('g').logEndOffset).toBe(6001n);
  });
});

describe('offsets of a deleted topic', () => {
  const deleted = (topicId: string) => ({
    topics: [{ name: 't', topicId, kind: 'deleted' as const }],
    configs: [],
    brokersChanged: false,
  });

  it('are forgotten', async () => {
    const world = new GroupsWorld();
    await world.commit('g', 0n, { offsets: [offset(1n), offset(2n, 0, 'u')] });
    world.metadataChanged(deleted(TOPIC_ID));
    await world.settle();
    expect(await world.offset('g')).toBe(-1n);
    expect(await world.offset('g', 'u')).toBe(2n);
    await world.restart();
    expect(await world.offset('g')).toBe(-1n);
  });

  it('stay when they belong to another topic of that name', async () => {
    const world = new GroupsWorld();
    await world.commit('g', 1n);
    world.metadataChanged(deleted('UTD_7qH1QAex5Zi-DBt5RA'));
    await world.settle();
    expect(await world.offset('g')).toBe(1n);
  });
});

describe('expiry of offsets (KIP-211)', () => {
  const DAY_MS = 24 * 60 * 60_000;
  const week = { 'offsets.retention.check.interval.ms': String(DAY_MS) };

  it('counts from the commit for a simple consumer, and the group goes with its last offset', async () => {
    const world = new GroupsWorld(week);
    await world.commit('g', 1n);
    await world.clock.advance(3 * DAY_MS);
    await world.commit('g', 0n, { offsets: [offset(2n, 1)] });
    await world.clock.advance(4 * DAY_MS);
    expect(await world.offset('g')).toBe(-1n);
    expect(await world.offset('g', 't', 1)).toBe(2n);
    await world.clock.advance(3 * DAY_MS);
    expect(await world.state('g')).toBe('Dead');
    await world.restart();
    expect(await world.state('g')).toBe('Dead');
  });

  it('counts from the moment the group became empty', async () => {
    const world = new GroupsWorld(week);
    const { memberId } = await world.stableGroup('g', { sessionTimeoutMs: 1_800_000 });
    await world.commit('g', 1n, { memberId, generationId: 1 });
    for (let i = 0; i < 48 * 8; i++) {
      await world.clock.advance(1_799_999);
      await world.heartbeat('g', { memberId, generationId: 1 });
    }
    expect(await world.offset('g')).toBe(1n);
    await world.leave('g', memberId);
    await world.clock.advance(6 * DAY_MS);
    expect(await world.offset('g')).toBe(1n);
    await world.clock.advance(2 * DAY_MS);
    expect(await world.state('g')).toBe('Dead');
  });

  it('takes offsets of topics that a stable group is no longer subscribed to', async () => {
    const world = new GroupsWorld({ ...week, 'offsets.retention.minutes': '1' });
    const { memberId } = await world.stableGroup('g', { sessionTimeoutMs: 1_800_000 });
    await world.commit('g', 0n, { memberId, generationId: 1, offsets: [offset(1n), offset(2n, 0, 'u')] });
    for (let i = 0; i < 49; i++) {
      await world.clock.advance(1_799_999);
      await world.heartbeat('g', { memberId, generationId: 1 });
    }
    expect(await world.offset('g')).toBe(1n);
    expect(await world.offset('g', 'u')).toBe(-1n);
  });

  it('keeps offsets of members whose protocol it does not know', async () => {
    const world = new GroupsWorld({ ...week, 'offsets.retention.minutes': '1' });
    const metadata = subscription();
    const { memberId } = await world.stableGroup('g', {
      sessionTimeoutMs: 1_800_000,
      protocolType: 'connect',
      protocols: [{ name: 'range', metadata }],
    });
    expect(await world.commit('g', 1n, { memberId, generationId: 1 })).toEqual(['NONE']);
    for (let i = 0; i < 49; i++) {
      await world.clock.advance(1_799_999);
      await world.heartbeat('g', { memberId, generationId: 1 });
    }
    expect(await world.offset('g')).toBe(1n);
  });

  it('honours the retention an old client asked for', async () => {
    const world = new GroupsWorld(week);
    await world.commit('g', 1n, { retentionTimeMs: 1000 });
    await world.clock.advance(DAY_MS);
    expect(await world.offset('g')).toBe(-1n);
  });

  it('spares offsets under an open transaction', async () => {
    const world = new GroupsWorld({ ...week, 'offsets.retention.minutes': '1' });
    await world.commit('g', 1n);
    await world.coordinator.commitTransactionalOffsets({
      groupId: 'g',
      memberId: '',
      groupInstanceId: null,
      generationId: -1,
      ...PRODUCER,
      offsets: [offset(2n)],
    });
    await world.clock.advance(DAY_MS);
    expect(await world.offset('g')).toBe(1n);
  });

  it('removes an empty group that never held an offset', async () => {
    const world = new GroupsWorld(week);
    await world.leave('g', (await world.stableGroup('g')).memberId);
    await world.clock.advance(DAY_MS);
    expect(await world.state('g')).toBe('Dead');
  });

  it('ends with the coordinator', async () => {
    const world = new GroupsWorld(week);
    await world.commit('g', 1n);
    const { batchCount } = world.logOf('g');
    world.coordinator.close();
    await world.clock.advance(30 * DAY_MS);
    expect(world.logOf('g').batchCount).toBe(batchCount);
  });
});
