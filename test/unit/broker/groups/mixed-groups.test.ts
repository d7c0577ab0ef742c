import { topicIdOf } from './groups-world.ts';
import { MixedWorld, owning } from './mixed-world.ts';

const owned = (...partitions: number[]) => [{ topicId: topicIdOf('a'), partitions }];

describe('a classic member in a KIP-848 group', () => {
  it('is assigned by the server once the other member let go', async () => {
    const world = new MixedWorld();
    await world.enter('m');
    await world.nextAssignment();
    const joined = await world.joinClassic('', []);
    expect(joined).toMatchObject({ error: 'NONE', generationId: 3, protocolType: 'consumer', protocolName: 'range' });
    expect(joined).toMatchObject({ leader: '', members: [] });
    expect(await world.syncClassic(joined)).toEqual([]);
    expect(await world.heartbeat('g', joined)).toBe('NONE');
    expect(await world.beat('m', 2)).toEqual({ epoch: 2, assigned: ['a0', 'a1'] });
    expect(await world.beat('m', 2, { topicPartitions: owned(0, 1) })).toMatchObject({ epoch: 3 });
    expect(await world.heartbeat('g', joined)).toBe('REBALANCE_IN_PROGRESS');
    const again = await world.joinClassic(joined.memberId, []);
    expect(await world.syncClassic(again)).toEqual(['a2']);
    expect(await world.heartbeat('g', again)).toBe('NONE');
    expect(await world.summary()).toBe(`Stable 3 m@3[a0 a1] ${joined.memberId}@3[a2]`);
  });

  it('lets go by joining again without what was asked back', async () => {
    const world = new MixedWorld();
    const classic = await world.classicGroup(['a0', 'a1', 'a2']);
    expect(await world.enter('m')).toEqual({ epoch: 2, assigned: [] });
    expect(await world.heartbeat('g', classic)).toBe('REBALANCE_IN_PROGRESS');
    const revoking = await world.joinClassic(classic.memberId, ['a0', 'a1', 'a2']);
    expect(revoking.generationId).toBe(1);
    const kept = await world.syncClassic(revoking);
    expect(kept).toHaveLength(2);
    expect(await world.heartbeat('g', revoking)).toBe('REBALANCE_IN_PROGRESS');
    const done = await world.joinClassic(classic.memberId, kept as string[]);
    expect(done.generationId).toBe(2);
    expect(await world.syncClassic(done)).toEqual(kept);
    expect((await world.beat('m', 2)).assigned).toHaveLength(1);
    expect(await world.heartbeat('g', done)).toBe('NONE');
  });

  it('gets its id first where it asks so, and is not remembered until it comes with it', async () => {
    const world = new MixedWorld();
    await world.enter('m');
    const refused = await world.joinClassic('', [], { requiresKnownMemberId: true });
    expect(refused).toMatchObject({ error: 'MEMBER_ID_REQUIRED', generationId: -1 });
    expect(refused.memberId).toMatch(/^[\w-]{22}$/);
    expect((await world.described()).members).toHaveLength(1);
    const joined = await world.joinClassic(refused.memberId, [], { requiresKnownMemberId: true });
    expect(joined).toMatchObject({ error: 'NONE', memberId: refused.memberId });
  });

  it('is described as one', async () => {
    const world = new MixedWorld();
    await world.enter('m');
    await world.joinClassic('', [], { clientId: 'c' });
    const { members } = await world.described();
    expect(members.map(({ isClassic, clientId }) => [isClassic, clientId])).toEqual([
      [false, 'client'],
      [true, 'c'],
    ]);
  });

  it('needs a protocol that the other classic members have', async () => {
    const world = new MixedWorld();
    await world.enter('m');
    const named = (name: string) => ({ protocols: [{ name, metadata: owning() }] });
    expect((await world.joinClassic('', [], named('range'))).error).toBe('NONE');
    expect((await world.joinClassic('', [], named('roundrobin'))).error).toBe('INCONSISTENT_GROUP_PROTOCOL');
    expect((await world.joinClassic('', [], { protocolType: 'connect' })).error).toBe('INCONSISTENT_GROUP_PROTOCOL');
  });

  it('is refused when the group is full, or when the two kinds are kept apart', async () => {
    const full = new MixedWorld({ 'group.consumer.max.size': '1' });
    await full.enter('m');
    expect((await full.joinClassic('', [])).error).toBe('GROUP_MAX_SIZE_REACHED');
    const apart = new MixedWorld({ 'group.consumer.migration.policy': 'disabled' });
    await apart.enter('m');
    expect((await apart.joinClassic('', [])).error).toBe('INCONSISTENT_GROUP_PROTOCOL');
  });

  it('is told what is wrong with its requests', async () => {
    const world = new MixedWorld();
    await world.enter('m');
    const { memberId, generationId } = await world.joinClassic('', []);
    expect(await world.heartbeat('g', { memberId: 'x', generationId })).toBe('UNKNOWN_MEMBER_ID');
    expect(await world.heartbeat('g', { memberId: 'm', generationId: 2 })).toBe('UNKNOWN_MEMBER_ID');
    expect(await world.heartbeat('g', { memberId, generationId: 99 })).toBe('ILLEGAL_GENERATION');
    expect(await world.syncClassic({ memberId, generationId: 99 })).toBe('ILLEGAL_GENERATION');
    expect(await world.syncClassic({ memberId, generationId }, 'sticky')).toBe('INCONSISTENT_GROUP_PROTOCOL');
    expect(await world.commit('g', 1n, { memberId, generationId: 99 })).toEqual(['ILLEGAL_GENERATION']);
    expect(await world.commit('g', 1n, { memberId, generationId, knowsMemberEpochs: false })).toEqual(['NONE']);
  });

  it('is gone when it stays silent, for as long as it said itself', async () => {
    const world = new MixedWorld();
    await world.enter('m');
    const { memberId } = await world.joinClassic('', [], { sessionTimeoutMs: 6000, rebalanceTimeoutMs: 300_000 });
    await world.clock.advance(5000);
    await world.beat('m', 2);
    expect((await world.described()).members.map((one) => one.memberId)).toContain(memberId);
    await world.clock.advance(1000);
    await world.settle();
    expect((await world.described()).members.map((one) => one.memberId)).toEqual(['m']);
  });

  it('is gone when it does not ask for its assignment, or does not join again, in time', async () => {
    const world = new MixedWorld();
    await world.enter('m');
    const times = { sessionTimeoutMs: 30_000, rebalanceTimeoutMs: 7000 };
    await world.joinClassic('', [], times);
    await world.clock.advance(7000);
    await world.settle();
    expect((await world.described()).members).toHaveLength(1);
    const second = await world.joinClassic('', [], times);
    await world.syncClassic(second);
    await world.beat('m', 2, { topicPartitions: owned(0, 1) });
    await world.beat('m', 2, { topicPartitions: owned(0, 1) });
    expect(await world.heartbeat('g', second)).toBe('REBALANCE_IN_PROGRESS');
    await world.clock.advance(3000);
    await world.heartbeat('g', second);
    await world.clock.advance(4000);
    await world.settle();
    expect((await world.described()).members).toHaveLength(1);
  });

  it('leaves, alone or with others', async () => {
    const world = new MixedWorld();
    await world.enter('m');
    const { memberId } = await world.joinClassic('', []);
    const result = await world.leave('g', memberId, 'nobody');
    expect(result.members.map(({ error }) => error)).toEqual(['NONE', 'UNKNOWN_MEMBER_ID']);
    expect((await world.described()).members.map((one) => one.memberId)).toEqual(['m']);
    expect((await world.leave('g', 'm')).members[0]?.error).toBe('NONE');
    expect((await world.described()).state).toBe('Empty');
  });

  it('comes back as itself after a restart', async () => {
    const world = new MixedWorld();
    await world.enter('m');
    const joined = await world.joinClassic('', []);
    await world.restart();
    expect((await world.described()).members.map(({ isClassic }) => isClassic)).toEqual([false, true]);
    expect(await world.heartbeat('g', joined)).not.toBe('UNKNOWN_MEMBER_ID');
    expect((await world.joinClassic(joined.memberId, [])).error).toBe('NONE');
  });
});

describe('a static member of both protocols', () => {
  it('may come back with the other one, which needs no leave before', async () => {
    const world = new MixedWorld();
    await world.enter('other');
    const first = await world.joinClassic('', [], { groupInstanceId: 'i' });
    expect((await world.enter('new', { instanceId: 'i' })).epoch).toBeGreaterThan(0);
    const { members } = await world.described();
    expect(members.map(({ memberId, isClassic }) => [memberId, isClassic])).toEqual([
      ['other', false],
      ['new', false],
    ]);
    expect(await world.heartbeat('g', first, 'i')).toBe('FENCED_INSTANCE_ID');
    const back = await world.joinClassic('', [], { groupInstanceId: 'i' });
    expect(back.error).toBe('NONE');
    expect((await world.joinClassic('x', [], { groupInstanceId: 'i' })).error).toBe('FENCED_INSTANCE_ID');
  });
});
