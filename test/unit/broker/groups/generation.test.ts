import { type JoinResult } from '../../../../src/broker/groups/index.ts';
import { GroupsWorld, subscription } from './groups-world.ts';

/** Leader and follower of a stable group, generation 2. */
async function pair(world: GroupsWorld, groupId = 'g'): Promise<[JoinResult, JoinResult]> {
  const leader = await world.stableGroup(groupId);
  const joining = world.join(groupId);
  await world.settle();
  const again = await world.join(groupId, { memberId: leader.memberId });
  const follower = await joining;
  const waiting = world.sync(groupId, follower);
  await world.sync(groupId, again, { [again.memberId]: 'leader', [follower.memberId]: 'follower' });
  await waiting;
  return [again, follower];
}

describe('SyncGroup', () => {
  it('hands everybody the assignment that the leader made', async () => {
    const world = new GroupsWorld();
    const leader = await world.stableGroup('g');
    const joining = world.join('g');
    await world.settle();
    const again = await world.join('g', { memberId: leader.memberId });
    const follower = await joining;
    let isAnswered = false;
    const waiting = world.sync('g', follower).finally(() => {
      isAnswered = true;
    });
    await world.settle();
    expect(isAnswered).toBe(false);
    expect(await world.state('g')).toBe('CompletingRebalance');
    const assignments = { [leader.memberId]: 'A', [follower.memberId]: 'B', ghost: 'C' };
    expect(await world.sync('g', again, assignments)).toEqual({
      error: 'NONE',
      protocolType: 'consumer',
      protocolName: 'range',
      assignment: Buffer.from('A'),
    });
    expect(await waiting).toMatchObject({ error: 'NONE', assignment: Buffer.from('B') });
    expect(await world.state('g')).toBe('Stable');
    expect(await world.sync('g', follower)).toMatchObject({ error: 'NONE', assignment: Buffer.from('B') });
  });

  it('gives an empty assignment to whom the leader forgot', async () => {
    const world = new GroupsWorld();
    const member = await world.joinNow('g');
    expect(await world.sync('g', member)).toMatchObject({ error: 'NONE', assignment: Buffer.alloc(0) });
  });

  it('refuses strangers, old generations and other protocols', async () => {
    const world = new GroupsWorld();
    const member = await world.joinNow('g');
    const sync = (groupId: string, changes: object) =>
      world.coordinator.sync({
        groupId,
        memberId: member.memberId,
        groupInstanceId: null,
        generationId: 1,
        protocolType: 'consumer',
        protocolName: 'range',
        assignments: new Map(),
        ...changes,
      });
    expect(await sync('', {})).toMatchObject({ error: 'INVALID_GROUP_ID' });
    expect(await sync('unknown', {})).toMatchObject({ error: 'UNKNOWN_MEMBER_ID' });
    expect(await sync('g', { memberId: 'x' })).toMatchObject({ error: 'UNKNOWN_MEMBER_ID' });
    expect(await sync('g', { groupInstanceId: 'i' })).toMatchObject({ error: 'UNKNOWN_MEMBER_ID' });
    expect(await sync('g', { generationId: 0 })).toMatchObject({ error: 'ILLEGAL_GENERATION' });
    expect(await sync('g', { protocolName: 'sticky' })).toMatchObject({ error: 'INCONSISTENT_GROUP_PROTOCOL' });
    expect(await sync('g', { protocolType: 'connect' })).toMatchObject({ error: 'INCONSISTENT_GROUP_PROTOCOL' });
    expect(await world.state('g')).toBe('CompletingRebalance');
  });

  it('does not hand out what could not be stored: everybody joins again', async () => {
    const world = new GroupsWorld();
    const member = await world.joinNow('g');
    world.failAppends = 'NOT_ENOUGH_REPLICAS';
    expect(await world.sync('g', member, { [member.memberId]: 'A' })).toMatchObject({
      error: 'COORDINATOR_NOT_AVAILABLE',
    });
    expect(await world.state('g')).toBe('PreparingRebalance');
    world.failAppends = null;
    expect(await world.join('g', { memberId: member.memberId })).toMatchObject({ error: 'NONE', generationId: 2 });
  });

  it('is answered after the record is written, not before', async () => {
    const world = new GroupsWorld();
    const member = await world.joinNow('g');
    const release = world.holdAppends();
    const syncing = world.sync('g', member, { [member.memberId]: 'A' });
    await world.settle();
    expect(world.logOf('g').batchCount).toBe(1);
    release();
    expect(await syncing).toMatchObject({ error: 'NONE' });
    expect(world.logOf('g').batchCount).toBe(2);
  });

  it('tells waiting followers to join again when a rebalance starts', async () => {
    const world = new GroupsWorld();
    const leader = await world.stableGroup('g');
    const joining = world.join('g');
    await world.settle();
    await world.join('g', { memberId: leader.memberId });
    const follower = await joining;
    const waiting = world.sync('g', follower);
    await world.settle();
    const third = world.join('g');
    expect(await waiting).toMatchObject({ error: 'REBALANCE_IN_PROGRESS' });
    await world.clock.advance(60_000);
    expect(await third).toMatchObject({ error: 'NONE' });
  });

  it('that never comes costs membership after the rebalance timeout', async () => {
    const world = new GroupsWorld();
    const member = await world.joinNow('g', { rebalanceTimeoutMs: 8000, sessionTimeoutMs: 30_000 });
    await world.clock.advance(7999);
    expect(await world.state('g')).toBe('CompletingRebalance');
    await world.clock.advance(1);
    expect(await world.state('g')).toBe('Empty');
    expect(await world.heartbeat('g', member)).toBe('UNKNOWN_MEMBER_ID');
  });
});

describe('Heartbeat', () => {
  it('is answered by generation, member and state', async () => {
    const world = new GroupsWorld();
    const member = await world.joinNow('g');
    expect(await world.heartbeat('g', member)).toBe('NONE'); // CompletingRebalance
    await world.sync('g', member);
    expect(await world.heartbeat('g', member)).toBe('NONE');
    expect(await world.heartbeat('g', { ...member, generationId: 2 })).toBe('ILLEGAL_GENERATION');
    expect(await world.heartbeat('g', { ...member, memberId: 'x' })).toBe('UNKNOWN_MEMBER_ID');
    expect(await world.heartbeat('unknown', member)).toBe('UNKNOWN_MEMBER_ID');
    expect(await world.heartbeat('', member)).toBe('INVALID_GROUP_ID');
    await world.leave('g', member.memberId);
    expect(await world.heartbeat('g', member)).toBe('UNKNOWN_MEMBER_ID'); // Empty
  });

  it('keeps the session alive; silence for the session timeout ends it', async () => {
    const world = new GroupsWorld();
    const member = await world.stableGroup('g', { sessionTimeoutMs: 6000 });
    for (let i = 0; i < 5; i++) {
      await world.clock.advance(5000);
      expect(await world.heartbeat('g', member)).toBe('NONE');
    }
    await world.clock.advance(5999);
    expect(await world.state('g')).toBe('Stable');
    await world.clock.advance(1);
    expect(await world.state('g')).toBe('Empty');
  });

  it('has ended when the group is deleted in that millisecond, before the timer was called back', async () => {
    for (const [lateMs, error] of [
      [-1, 'NON_EMPTY_GROUP'],
      [0, 'NONE'],
      [60_000, 'NON_EMPTY_GROUP'], // the clock was set
    ] as const) {
      const world = new GroupsWorld();
      await world.stableGroup('g', { sessionTimeoutMs: 6000 });
      const nowMs = world.clock.now() + 6000 + lateMs;
      world.clock.now = () => nowMs;
      expect(await world.coordinator.deleteGroups(['g'])).toEqual([error]);
    }
  });

  it('may be missing while the member waits for a join or an assignment', async () => {
    const world = new GroupsWorld();
    const [leader, follower] = await pair(world);
    const leaderJoin = world.join('g', { memberId: leader.memberId, sessionTimeoutMs: 6000 });
    await world.settle();
    for (let i = 0; i < 5; i++) {
      await world.clock.advance(5000);
      await world.heartbeat('g', follower);
    }
    await world.join('g', { memberId: follower.memberId });
    expect(await leaderJoin).toMatchObject({ error: 'NONE', generationId: 3 });
  });

  it('is missing for ever from a new member whose parked join nobody waits for: it goes after five minutes', async () => {
    const world = new GroupsWorld();
    const leader = await world.stableGroup('g', { rebalanceTimeoutMs: 600_000, sessionTimeoutMs: 1_800_000 });
    const lost = world.join('g', { rebalanceTimeoutMs: 600_000 });
    await world.settle();
    await world.clock.advance(299_999);
    expect(await world.heartbeat('g', leader)).toBe('REBALANCE_IN_PROGRESS');
    await world.clock.advance(1);
    expect(await lost).toMatchObject({ error: 'UNKNOWN_MEMBER_ID' });
  });
});

describe('LeaveGroup', () => {
  it('starts a rebalance for those who stay', async () => {
    const world = new GroupsWorld();
    const [leader, follower] = await pair(world);
    expect(await world.leave('g', leader.memberId)).toEqual({
      error: 'NONE',
      members: [{ identity: { memberId: leader.memberId, groupInstanceId: null }, error: 'NONE' }],
    });
    expect(await world.heartbeat('g', follower)).toBe('REBALANCE_IN_PROGRESS');
    const { memberId } = follower;
    expect(await world.join('g', { memberId })).toMatchObject({ generationId: 3, leader: memberId });
  });

  it('of the last member leaves an empty group behind, in the log too', async () => {
    const world = new GroupsWorld();
    const member = await world.stableGroup('g');
    await world.leave('g', member.memberId);
    expect(await world.state('g')).toBe('Empty');
    expect(world.logOf('g').records().at(-1)).toMatchObject({
      value: { generation: 2, protocolType: 'consumer', protocol: null, leader: null, members: [] },
    });
  });

  it('judges members one by one', async () => {
    const world = new GroupsWorld();
    const member = await world.stableGroup('g');
    const { members } = await world.leave('g', 'stranger', member.memberId, '');
    expect(members.map(({ error }) => error)).toEqual(['UNKNOWN_MEMBER_ID', 'NONE', 'UNKNOWN_MEMBER_ID']);
    expect(await world.leave('unknown', 'a')).toMatchObject({
      error: 'NONE',
      members: [{ error: 'UNKNOWN_MEMBER_ID' }],
    });
    expect(await world.leave('', 'a')).toEqual({ error: 'INVALID_GROUP_ID', members: [] });
  });

  it('answers the parked join of a member that leaves', async () => {
    const world = new GroupsWorld();
    const [leader] = await pair(world);
    const rejoining = world.join('g', { memberId: leader.memberId });
    await world.settle();
    await world.leave('g', leader.memberId);
    expect(await rejoining).toMatchObject({ error: 'UNKNOWN_MEMBER_ID', memberId: '' });
  });

  it('is no success when the empty group cannot be written', async () => {
    const world = new GroupsWorld();
    const member = await world.stableGroup('g');
    world.failAppends = 'KAFKA_STORAGE_ERROR';
    expect(await world.leave('g', member.memberId)).toEqual({ error: 'NOT_COORDINATOR', members: [] });
  });
});

describe('static members (KIP-345)', () => {
  const i1 = { groupInstanceId: 'i1' };
  const sync = (world: GroupsWorld, member: JoinResult, groupInstanceId = 'i1', assignments: [string, string][] = []) =>
    world.coordinator.sync({
      groupId: 'g',
      memberId: member.memberId,
      groupInstanceId,
      generationId: member.generationId,
      protocolType: 'consumer',
      protocolName: 'range',
      assignments: new Map(assignments.map(([id, text]) => [id, Buffer.from(text)])),
    });

  it('come back without a rebalance, with a new id that fences the old one', async () => {
    const world = new GroupsWorld();
    const old = await world.joinNow('g', i1);
    expect(old.memberId).toMatch(/^i1-[0-9a-f-]{36}$/);
    await sync(world, old, 'i1', [[old.memberId, 'A']]);
    const back = await world.join('g', i1);
    expect(back).toMatchObject({ error: 'NONE', generationId: 1, leader: back.memberId, skipAssignment: true });
    expect(back.members).toEqual([{ memberId: back.memberId, groupInstanceId: 'i1', metadata: subscription('t') }]);
    expect(back.memberId).not.toBe(old.memberId);
    expect(await world.state('g')).toBe('Stable');
    expect(await sync(world, back)).toMatchObject({ error: 'NONE', assignment: Buffer.from('A') });

    expect(await world.heartbeat('g', old, 'i1')).toBe('FENCED_INSTANCE_ID');
    expect(await world.heartbeat('g', old)).toBe('UNKNOWN_MEMBER_ID');
    expect(await sync(world, old)).toMatchObject({ error: 'FENCED_INSTANCE_ID' });
    expect(await world.join('g', { ...i1, memberId: old.memberId })).toMatchObject({ error: 'FENCED_INSTANCE_ID' });
    const { memberId, generationId } = old;
    expect(await world.commit('g', 1n, { memberId, generationId, ...i1 })).toEqual(['FENCED_INSTANCE_ID']);
    expect(await world.coordinator.leave('g', [{ memberId, ...i1 }])).toMatchObject({
      members: [{ error: 'FENCED_INSTANCE_ID' }],
    });
    expect(await world.heartbeat('g', back, 'i1')).toBe('NONE');
    expect(world.logOf('g').records().at(-1)).toMatchObject({
      value: { leader: back.memberId, members: [{ memberId: back.memberId, groupInstanceId: 'i1' }] },
    });
  });

  it('are told the old leader where the request cannot carry SkipAssignment (KIP-814)', async () => {
    const world = new GroupsWorld();
    const old = await world.joinNow('g', i1);
    await sync(world, old);
    const back = await world.join('g', { ...i1, supportsSkippingAssignment: false });
    expect(back).toMatchObject({ error: 'NONE', leader: old.memberId, skipAssignment: false, members: [] });
  });

  it('keep their place when the new id cannot be written', async () => {
    const world = new GroupsWorld();
    const old = await world.joinNow('g', i1);
    await sync(world, old);
    world.failAppends = 'REQUEST_TIMED_OUT';
    expect(await world.join('g', i1)).toMatchObject({ error: 'COORDINATOR_NOT_AVAILABLE', memberId: '' });
    expect(await world.heartbeat('g', old, 'i1')).toBe('NONE');
  });

  it('cause a rebalance when the protocol of the group would change', async () => {
    const world = new GroupsWorld();
    const old = await world.joinNow('g', {
      ...i1,
      protocols: ['range', 'sticky'].map((name) => ({ name, metadata: subscription('t') })),
    });
    await sync(world, old);
    const reordered = ['sticky', 'range'].map((name) => ({ name, metadata: subscription('t') }));
    expect(await world.join('g', { ...i1, protocols: reordered })).toMatchObject({
      error: 'NONE',
      generationId: 2,
      protocolName: 'sticky',
    });
  });

  it('that come back while the assignment is awaited start the rebalance again', async () => {
    const world = new GroupsWorld();
    const old = await world.joinNow('g', i1);
    const waiting = world.join('g', i1);
    expect(await waiting).toMatchObject({ error: 'NONE', generationId: 2 });
    expect(await world.heartbeat('g', old, 'i1')).toBe('FENCED_INSTANCE_ID');
  });

  it('fence a parked join of the old id', async () => {
    const world = new GroupsWorld({ 'group.initial.rebalance.delay.ms': '3000' });
    const parked = world.join('g', i1);
    await world.settle();
    const back = world.join('g', i1);
    expect(await parked).toMatchObject({ error: 'FENCED_INSTANCE_ID', leader: '', generationId: -1 });
    await world.clock.advance(6000);
    expect(await back).toMatchObject({ error: 'NONE', generationId: 1 });
  });

  it('stay through a rebalance they miss, until their session ends', async () => {
    const world = new GroupsWorld();
    const silent = await world.joinNow('g', { ...i1, sessionTimeoutMs: 100_000, rebalanceTimeoutMs: 10_000 });
    await sync(world, silent);
    const joining = world.join('g', { rebalanceTimeoutMs: 10_000, sessionTimeoutMs: 1_000_000 });
    await world.settle();
    await world.clock.advance(10_000);
    const joined = await joining;
    expect(joined).toMatchObject({ generationId: 2, leader: joined.memberId });
    expect(joined.members).toHaveLength(2);
    expect(await world.heartbeat('g', { ...silent, generationId: 2 }, 'i1')).toBe('NONE');
  });

  it('wait once more when nobody but silent static members is left', async () => {
    const world = new GroupsWorld();
    const one = await world.joinNow('g', { ...i1, sessionTimeoutMs: 25_000, rebalanceTimeoutMs: 10_000 });
    await sync(world, one);
    const other = world.join('g', { rebalanceTimeoutMs: 10_000 });
    await world.settle();
    const [described] = await world.coordinator.describe(['g']);
    const newcomer = described?.members.find(({ groupInstanceId }) => groupInstanceId === null);
    await world.leave('g', newcomer?.memberId ?? '');
    await other;
    await world.clock.advance(10_000);
    expect(await world.state('g')).toBe('PreparingRebalance');
    await world.clock.advance(15_000);
    expect(await world.state('g')).toBe('Empty');
  });

  it('leave by their instance id alone', async () => {
    const world = new GroupsWorld();
    await sync(world, await world.joinNow('g', i1));
    const result = await world.coordinator.leave('g', [
      { memberId: '', groupInstanceId: 'i9' },
      { memberId: '', groupInstanceId: 'i1' },
    ]);
    expect(result.members.map(({ error }) => error)).toEqual(['UNKNOWN_MEMBER_ID', 'NONE']);
    expect(await world.state('g')).toBe('Empty');
  });
});
