import { GroupsWorld, subscription } from './groups-world.ts';

const range = (...topics: string[]) => [{ name: 'range', metadata: subscription(...topics) }];

describe('joining a classic group', () => {
  it.each([
    ['an empty group id', '', {}, 'INVALID_GROUP_ID', ''],
    ['a session timeout below the limit', 'g', { sessionTimeoutMs: 5999 }, 'INVALID_SESSION_TIMEOUT', ''],
    ['a session timeout above the limit', 'g', { sessionTimeoutMs: 1_800_001 }, 'INVALID_SESSION_TIMEOUT', ''],
    ['a member id in an unknown group', 'g', { memberId: 'm' }, 'UNKNOWN_MEMBER_ID', 'm'],
    ['no protocols', 'g', { protocols: [] }, 'INCONSISTENT_GROUP_PROTOCOL', ''],
    ['an empty protocol type', 'g', { protocolType: '' }, 'INCONSISTENT_GROUP_PROTOCOL', ''],
  ])('is refused with %s', async (_, groupId, request, error, memberId) => {
    const world = new GroupsWorld();
    expect(await world.join(groupId, request)).toMatchObject({ error, memberId, generationId: -1, members: [] });
  });

  it('is refused for a member id the group does not know', async () => {
    const world = new GroupsWorld();
    await world.stableGroup('g');
    expect(await world.join('g', { memberId: 'stranger' })).toMatchObject({ error: 'UNKNOWN_MEMBER_ID' });
    expect(await world.join('g', { memberId: 'stranger', groupInstanceId: 'i' })).toMatchObject({
      error: 'UNKNOWN_MEMBER_ID',
    });
    expect(await world.state('g')).toBe('Stable');
  });

  it('hands out a member id first and takes the member when it comes back with it (KIP-394)', async () => {
    const world = new GroupsWorld();
    const first = await world.join('g', { requiresKnownMemberId: true });
    expect(first.error).toBe('MEMBER_ID_REQUIRED');
    expect(first.memberId).toMatch(/^client-[0-9a-f-]{36}$/);
    expect(await world.state('g')).toBe('Empty');
    const { memberId } = first;
    expect(await world.joinNow('g', { memberId, requiresKnownMemberId: true })).toMatchObject({
      error: 'NONE',
      memberId,
      leader: memberId,
      generationId: 1,
    });
  });

  it('refuses an instance id from a member that got its id as a dynamic one', async () => {
    const world = new GroupsWorld();
    const { memberId } = await world.join('g', { requiresKnownMemberId: true });
    expect(await world.join('g', { memberId, groupInstanceId: 'i' })).toMatchObject({ error: 'UNKNOWN_SERVER_ERROR' });
  });

  it('forgets a member id that was handed out and not used', async () => {
    const world = new GroupsWorld();
    const { memberId } = await world.join('g', { requiresKnownMemberId: true, sessionTimeoutMs: 6000 });
    await world.clock.advance(5999);
    expect(await world.leave('g', 'other')).toMatchObject({ members: [{ error: 'UNKNOWN_MEMBER_ID' }] });
    await world.clock.advance(1);
    expect(await world.join('g', { memberId })).toMatchObject({ error: 'UNKNOWN_MEMBER_ID' });
  });

  it('waits in a rebalance for a member id that was handed out', async () => {
    const world = new GroupsWorld();
    const leader = await world.stableGroup('g');
    await world.join('g', { requiresKnownMemberId: true, sessionTimeoutMs: 6000 });
    const again = world.join('g', { memberId: leader.memberId });
    await world.settle();
    expect(await world.state('g')).toBe('PreparingRebalance');
    await world.clock.advance(6000);
    expect(await again).toMatchObject({ error: 'NONE', generationId: 2 });
  });

  it('writes an empty group before anybody is a member', async () => {
    const world = new GroupsWorld();
    await world.join('g', { requiresKnownMemberId: true });
    expect(world.logOf('g').records()).toEqual([
      {
        kind: 'group',
        groupId: 'g',
        value: {
          protocolType: '',
          generation: 0,
          protocol: null,
          leader: null,
          currentStateTimestamp: BigInt(world.clock.now()),
          members: [],
        },
      },
    ]);
  });

  it.each([
    ['NOT_ENOUGH_REPLICAS', 'COORDINATOR_NOT_AVAILABLE'],
    ['REQUEST_TIMED_OUT', 'COORDINATOR_NOT_AVAILABLE'],
    ['NOT_LEADER_OR_FOLLOWER', 'NOT_COORDINATOR'],
    ['KAFKA_STORAGE_ERROR', 'NOT_COORDINATOR'],
    ['MESSAGE_TOO_LARGE', 'UNKNOWN_SERVER_ERROR'],
  ] as const)('creates no group when its record cannot be written: %s', async (failure, error) => {
    const world = new GroupsWorld();
    world.failAppends = failure;
    expect(await world.join('g')).toMatchObject({ error, memberId: '' });
    expect(await world.state('g')).toBe('Dead');
  });
});

describe('the first rebalance', () => {
  it('waits for group.initial.rebalance.delay.ms', async () => {
    const world = new GroupsWorld({ 'group.initial.rebalance.delay.ms': '3000' });
    const joining = world.join('g');
    await world.settle();
    await world.clock.advance(2999);
    expect(await world.state('g')).toBe('PreparingRebalance');
    await world.clock.advance(1);
    expect(await joining).toMatchObject({ error: 'NONE', generationId: 1 });
  });

  it('waits on while members arrive, at most the rebalance timeout', async () => {
    const world = new GroupsWorld({ 'group.initial.rebalance.delay.ms': '3000' });
    const answered: number[] = [];
    const started = world.clock.now();
    const join = () => {
      world.join('g', { rebalanceTimeoutMs: 7000 }).then(() => answered.push(world.clock.now() - started));
      return world.settle();
    };
    await join();
    for (let i = 0; i < 4; i++) {
      await world.clock.advance(2000);
      await join();
    }
    expect(answered).toEqual([7000, 7000, 7000, 7000]);
    expect(await world.state('g')).toBe('PreparingRebalance');
  });

  it('picks the first to join as the leader and tells the members to it alone', async () => {
    const world = new GroupsWorld({ 'group.initial.rebalance.delay.ms': '3000' });
    const one = world.join('g', { clientId: 'one' });
    await world.settle();
    const two = world.join('g', { clientId: 'two', groupInstanceId: 'i2' });
    await world.settle();
    await world.clock.advance(6000);
    const [a, b] = [await one, await two];
    expect(a.leader).toBe(a.memberId);
    expect(b.leader).toBe(a.memberId);
    expect(a.members).toEqual([
      { memberId: a.memberId, groupInstanceId: null, metadata: subscription('t') },
      { memberId: b.memberId, groupInstanceId: 'i2', metadata: subscription('t') },
    ]);
    expect(b.members).toEqual([]);
    expect(b.memberId).toMatch(/^i2-/);
  });
});

describe('the protocol of a generation', () => {
  const offers = (...names: string[]) => names.map((name) => ({ name, metadata: subscription('t') }));

  it('is the first choice of most among those all support', async () => {
    const world = new GroupsWorld({ 'group.initial.rebalance.delay.ms': '3000' });
    const joins = [offers('range', 'roundrobin'), offers('roundrobin', 'x'), offers('x', 'roundrobin', 'range')].map(
      (protocols) => world.join('g', { protocols }),
    );
    await world.settle();
    await world.clock.advance(6000);
    for (const join of joins)
      expect(await join).toMatchObject({ protocolName: 'roundrobin', protocolType: 'consumer' });
  });

  it('must be shared with the members that are there', async () => {
    const world = new GroupsWorld();
    await world.stableGroup('g', { protocols: offers('range', 'roundrobin') });
    const refused = { error: 'INCONSISTENT_GROUP_PROTOCOL', memberId: '' };
    expect(await world.join('g', { protocols: offers('sticky') })).toMatchObject(refused);
    expect(await world.join('g', { protocolType: 'connect', protocols: offers('range') })).toMatchObject(refused);
    expect(await world.join('g', { protocols: [] })).toMatchObject(refused);
    expect(await world.state('g')).toBe('Stable');
  });
});

describe('a rebalance', () => {
  it('starts when a member joins and ends when all have joined again', async () => {
    const world = new GroupsWorld();
    const leader = await world.stableGroup('g');
    const second = world.join('g');
    await world.settle();
    expect(await world.state('g')).toBe('PreparingRebalance');
    expect(await world.heartbeat('g', leader)).toBe('REBALANCE_IN_PROGRESS');
    expect(await world.sync('g', leader)).toMatchObject({ error: 'REBALANCE_IN_PROGRESS' });
    const first = await world.join('g', { memberId: leader.memberId });
    expect(first).toMatchObject({ generationId: 2, leader: leader.memberId });
    expect(first.members).toHaveLength(2);
    expect(await second).toMatchObject({ generationId: 2, leader: leader.memberId, members: [] });
  });

  it('drops dynamic members that stay away for the longest rebalance timeout, and elects another leader', async () => {
    const world = new GroupsWorld();
    const leader = await world.stableGroup('g', { rebalanceTimeoutMs: 20_000, sessionTimeoutMs: 60_000 });
    const joining = world.join('g', { rebalanceTimeoutMs: 5000 });
    await world.settle();
    await world.clock.advance(19_999);
    expect(await world.state('g')).toBe('PreparingRebalance');
    await world.clock.advance(1);
    const joined = await joining;
    expect(joined).toMatchObject({ error: 'NONE', generationId: 2, leader: joined.memberId });
    expect(await world.heartbeat('g', leader)).toBe('UNKNOWN_MEMBER_ID');
  });

  it('starts again for a leader that joins a stable group, but not for a follower without news', async () => {
    const world = new GroupsWorld();
    const leader = await world.stableGroup('g');
    const joining = world.join('g');
    await world.settle();
    await world.join('g', { memberId: leader.memberId });
    const follower = await joining;
    await world.sync('g', { ...leader, generationId: 2 });
    expect(await world.join('g', { memberId: follower.memberId })).toMatchObject({ generationId: 2, members: [] });
    expect(await world.state('g')).toBe('Stable');
    const changed = world.join('g', { memberId: follower.memberId, protocols: range('t', 'u') });
    await world.settle();
    expect(await world.state('g')).toBe('PreparingRebalance');
    await world.join('g', { memberId: leader.memberId });
    expect(await changed).toMatchObject({ generationId: 3 });
    await world.sync('g', { ...leader, generationId: 3 });
    const again = world.join('g', { memberId: leader.memberId });
    await world.settle();
    expect(await world.state('g')).toBe('PreparingRebalance');
    await world.join('g', { memberId: follower.memberId });
    expect(await again).toMatchObject({ generationId: 4, leader: leader.memberId });
  });

  it('repeats the generation to a member that asks again while the assignment is awaited', async () => {
    const world = new GroupsWorld();
    const leader = await world.joinNow('g');
    expect(await world.join('g', { memberId: leader.memberId })).toEqual(leader);
    expect(await world.state('g')).toBe('CompletingRebalance');
  });

  it('starts again when a member changes what it offers while the assignment is awaited', async () => {
    const world = new GroupsWorld();
    const leader = await world.joinNow('g');
    expect(await world.joinNow('g', { memberId: leader.memberId, protocols: range('u') })).toMatchObject({
      generationId: 2,
    });
  });
});

describe('group.max.size', () => {
  it('keeps members out of a full group', async () => {
    const world = new GroupsWorld({ 'group.max.size': '1' });
    await world.stableGroup('g');
    expect(await world.join('g')).toMatchObject({ error: 'GROUP_MAX_SIZE_REACHED', memberId: '' });
    expect(await world.state('g')).toBe('Stable');
  });

  it('lets the last ones to join again go when it was lowered', async () => {
    const world = new GroupsWorld();
    const leader = await world.stableGroup('g');
    const joining = world.join('g');
    await world.settle();
    await world.join('g', { memberId: leader.memberId });
    const follower = await joining;
    await world.sync('g', { ...leader, generationId: 2 });
    world.configs.set('group.max.size', '1');
    const again = world.join('g', { memberId: leader.memberId });
    await world.settle();
    expect(await world.join('g', { memberId: follower.memberId })).toMatchObject({ error: 'GROUP_MAX_SIZE_REACHED' });
    await world.clock.advance(60_000);
    expect((await again).members).toHaveLength(1);
  });
});
