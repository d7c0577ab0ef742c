import { writeAssignment } from '../../../../src/broker/groups/subscription.ts';
import { topicIdOf } from './groups-world.ts';
import { MixedWorld, owning, partitionsOf } from './mixed-world.ts';

const first = { rebalanceTimeoutMs: 10_000, subscribedTopicNames: ['a'], topicPartitions: [] };

describe('a classic group that a member of the consumer protocol joins (KIP-848)', () => {
  it('becomes a consumer group with the same members and offsets', async () => {
    const world = new MixedWorld();
    const classic = await world.classicGroup(['a0', 'a1', 'a2'], { clientId: 'c' });
    const { memberId, generationId } = classic;
    await world.commit('g', 5n, { memberId, generationId });
    expect((await world.enter('m')).epoch).toBe(2);
    expect(world.listed).toEqual(['consumer Reconciling']);
    expect(await world.summary()).toBe(`Reconciling 2 ${memberId}@1[a0 a1 a2] m@2[]`);
    expect(await world.offset('g')).toBe(5n);
    expect(await world.commit('g', 6n, { memberId, generationId })).toEqual(['NONE']);
  });

  it('is written as Kafka writes it, and comes back from its records', async () => {
    const world = new MixedWorld();
    const { memberId } = await world.classicGroup(['a0', 'a1', 'a2']);
    const before = world.logOf('g').records().length;
    await world.enter('m');
    const parts = world.logOf('g').records().slice(before);
    expect(parts.map((one) => (one?.kind === 'consumer' ? one.part : one?.kind))).toEqual([
      ...['group', 'member', 'epoch', 'target', 'targetEpoch', 'current'],
      ...['member', 'epoch', 'target', 'target', 'targetEpoch', 'current'],
    ]);
    expect(parts[0]).toMatchObject({ kind: 'group', value: null });
    expect(parts[1]).toMatchObject({
      value: { classicMemberMetadata: { sessionTimeoutMs: 10_000, supportedProtocols: [{ name: 'range' }] } },
    });
    expect(parts[5]).toMatchObject({
      value: { assignedPartitions: [{ topicId: topicIdOf('a'), partitions: [0, 1, 2], assignmentEpochs: [1, 1, 1] }] },
    });
    const summary = await world.summary();
    await world.restart();
    expect(await world.summary()).toBe(summary);
    expect(await world.heartbeat('g', { memberId, generationId: 1 })).toBe('REBALANCE_IN_PROGRESS');
  });

  it('sends those that wait for a rebalance into the new one', async () => {
    const world = new MixedWorld();
    const leader = await world.classicGroup(['a0', 'a1', 'a2']);
    const waiting = world.joinClassic('', []);
    await world.settle();
    await world.enter('m');
    expect(await waiting).toMatchObject({ error: 'REBALANCE_IN_PROGRESS' });
    expect(await world.heartbeat('g', leader)).toBe('REBALANCE_IN_PROGRESS');
  });

  it('stays what it is where that is not wanted or not possible', async () => {
    const refusal = async (configs: Record<string, string>, prepare: (world: MixedWorld) => Promise<unknown>) => {
      const world = new MixedWorld(configs);
      await prepare(world);
      const text = await world.refusal('m', first);
      expect(world.listed).toEqual(['classic Stable']);
      return text.replace('GROUP_ID_NOT_FOUND: Cannot upgrade classic group g to consumer group because ', '');
    };
    const plain = (world: MixedWorld) => world.classicGroup([]);
    const policy = (value: string) => ({ 'group.consumer.migration.policy': value });
    expect(await refusal(policy('disabled'), plain)).toBe('online upgrade is disabled.');
    expect(await refusal(policy('DOWNGRADE'), plain)).toBe('online upgrade is disabled.');
    expect(await refusal({ 'group.consumer.max.size': '0' }, plain)).toBe(
      'the group size exceeds the consumer group maximum size.',
    );
    expect(await refusal({}, (world) => world.classicGroup([], { protocolType: 'connect' }))).toBe(
      'the group does not use the consumer embedded protocol.',
    );
    expect(await refusal({}, (world) => world.stableGroup('g'))).toBe('the embedded consumer protocol is malformed.');
  });

  it('is left alone by its own custom data', async () => {
    const world = new MixedWorld();
    const member = await world.joinClassic('', []);
    const assignment = Buffer.concat([
      writeAssignment(0, partitionsOf(['a0'])).subarray(0, -4),
      Buffer.from([0, 0, 0, 1, 7]),
    ]);
    await world.coordinator.sync({
      groupId: 'g',
      memberId: member.memberId,
      generationId: member.generationId,
      groupInstanceId: null,
      protocolType: null,
      protocolName: null,
      assignments: new Map([[member.memberId, assignment]]),
    });
    expect(await world.refusal('m', first)).toContain('an unsupported custom assignor is in use');
  });
});

describe('a consumer group whose last member of the consumer protocol goes', () => {
  /** A group of `m` and a classic member, which has synced. */
  async function mixed(configs: Record<string, string> = {}) {
    const world = new MixedWorld(configs);
    await world.enter('m');
    await world.nextAssignment();
    const protocols = [
      { name: 'range', metadata: owning() },
      { name: 'sticky', metadata: owning() },
    ];
    const classic = await world.joinClassic('', [], { protocols });
    await world.syncClassic(classic);
    return { world, classic };
  }

  it('becomes a classic group that rebalances', async () => {
    const { world, classic } = await mixed();
    await world.commit('g', 3n, { memberId: 'm', generationId: 2 });
    await world.beat('m', -1);
    expect(world.listed).toEqual(['classic PreparingRebalance']);
    expect(await world.heartbeat('g', classic)).toBe('REBALANCE_IN_PROGRESS');
    expect(await world.offset('g')).toBe(3n);
    const joined = await world.joinClassic(classic.memberId, []);
    expect(joined).toMatchObject({ error: 'NONE', generationId: 4, leader: classic.memberId });
  });

  it('also when that one is silent for too long', async () => {
    const { world, classic } = await mixed();
    for (let second = 0; second < 45; second += 5) {
      await world.heartbeat('g', classic);
      await world.clock.advance(5000);
    }
    await world.settle();
    expect(world.listed).toEqual(['classic PreparingRebalance']);
  });

  it('is written as Kafka writes it, and comes back from its records', async () => {
    const { world, classic } = await mixed();
    const before = world.logOf('g').records().length;
    await world.beat('m', -1);
    const records = world.logOf('g').records().slice(before);
    expect(records.map((one) => (one?.kind === 'consumer' ? one.part : one?.kind))).toEqual([
      ...['current', 'current', 'target', 'target', 'targetEpoch', 'member', 'member', 'topics', 'epoch', 'group'],
    ]);
    expect(records.slice(0, -1).every((one) => one?.value === null)).toBe(true);
    expect(records.at(-1)).toMatchObject({
      value: { generation: 3, protocol: 'range', leader: classic.memberId, members: [{ memberId: classic.memberId }] },
    });
    await world.restart();
    expect(world.listed).toEqual(['classic Stable']);
    expect(await world.heartbeat('g', { ...classic, generationId: 3 })).toBe('NONE');
  });

  it('keeps all protocols its members offered', async () => {
    const { world, classic } = await mixed();
    await world.beat('m', -1);
    const other = world.joinClassic('', [], { protocols: [{ name: 'sticky', metadata: owning() }] });
    await world.settle();
    await world.joinClassic(classic.memberId, [], {
      protocols: [
        { name: 'range', metadata: owning() },
        { name: 'sticky', metadata: owning() },
      ],
    });
    expect(await other).toMatchObject({ error: 'NONE', protocolName: 'sticky' });
  });

  it.each(['disabled', 'upgrade'])('stays what it is with the policy %s', async (policy) => {
    const { world } = await mixed();
    world.configs.set('group.consumer.migration.policy', policy);
    await world.beat('m', -1);
    expect(world.listed).toEqual(['consumer Assigning']);
  });

  it('stays what it is when it is too large for a classic one', async () => {
    const { world } = await mixed({ 'group.max.size': '0' });
    await world.beat('m', -1);
    expect(world.listed).toEqual(['consumer Assigning']);
  });

  it('does so at once when a classic member takes its place (KIP-345)', async () => {
    const world = new MixedWorld();
    await world.enter('m', { instanceId: 'i' });
    const joined = await world.joinClassic('', [], { groupInstanceId: 'i' });
    expect(joined).toMatchObject({ error: 'NONE', generationId: 2 });
    expect(world.listed).toEqual(['classic Stable']);
    expect(await world.heartbeat('g', joined, 'i')).toBe('NONE');
    await world.restart();
    expect(world.listed).toEqual(['classic Stable']);
  });

  it('is undone when the records cannot be written', async () => {
    const { world } = await mixed();
    world.failAppends = 'NOT_LEADER_OR_FOLLOWER';
    expect(await world.refusal('m', { memberEpoch: -1 })).toMatch(/^NOT_COORDINATOR/);
    world.failAppends = null;
    expect((await world.described()).members).toHaveLength(2);
  });
});
