import { ConsumerWorld } from './consumer-world.ts';
import { topicIdOf } from './groups-world.ts';

const owned = (...partitions: number[]) => [{ topicId: topicIdOf('a'), partitions }];

describe('offsets of a consumer group (KIP-848)', () => {
  it('are committed by members with their epoch', async () => {
    const world = new ConsumerWorld();
    await world.enter('m');
    expect(await world.commit('g', 1n, { memberId: 'm', generationId: 2 })).toEqual(['NONE']);
    expect(await world.commit('g', 2n, { memberId: 'm', generationId: 1 })).toEqual(['STALE_MEMBER_EPOCH']);
    expect(await world.commit('g', 2n, { memberId: 'x', generationId: 2 })).toEqual(['UNKNOWN_MEMBER_ID']);
    expect(await world.commit('g', 2n)).toEqual(['UNKNOWN_MEMBER_ID']);
    const old = { memberId: 'm', generationId: 2, knowsMemberEpochs: false };
    expect(await world.commit('g', 2n, old)).toEqual(['UNSUPPORTED_VERSION']);
    expect(await world.offset('g')).toBe(1n);
  });

  it('are committed with an older epoch too, for what the member has had since then (KIP-1251)', async () => {
    const world = new ConsumerWorld();
    const commit = async (partition: number, generationId: number) => {
      const offsets = [{ topic: 'a', topicId: topicIdOf('a'), partition, offset: 1n, leaderEpoch: -1, metadata: '' }];
      return (await world.commit('g', 0n, { memberId: 'm', generationId, offsets }))[0];
    };
    await world.enter('m');
    await world.clock.advance(1000);
    await world.enter('n');
    await world.beat('m', 2);
    expect(await commit(2, 2)).toBe('NONE');
    await world.beat('m', 2, { topicPartitions: owned(0, 1) });
    expect(await commit(0, 3)).toBe('NONE');
    expect(await commit(0, 2)).toBe('NONE');
    expect(await commit(2, 2)).toBe('STALE_MEMBER_EPOCH');
    expect(await commit(0, 1)).toBe('STALE_MEMBER_EPOCH');
    expect(await commit(0, 4)).toBe('STALE_MEMBER_EPOCH');
    await world.restart();
    expect(await commit(0, 2)).toBe('NONE');
    expect(await commit(0, 1)).toBe('STALE_MEMBER_EPOCH');
    await world.clock.advance(1000);
    await world.beat('n', -1);
    expect((await world.beat('m', 3)).assigned).toEqual(['a0', 'a1', 'a2']);
    expect(await commit(2, 3)).toBe('STALE_MEMBER_EPOCH');
    expect(await commit(2, 4)).toBe('NONE');
    expect(await commit(0, 2)).toBe('NONE');
  });

  it('are committed by anybody while there are no members', async () => {
    const world = new ConsumerWorld();
    await world.enter('m');
    await world.beat('m', -1);
    expect(await world.commit('g', 7n)).toEqual(['NONE']);
    expect(await world.offset('g')).toBe(7n);
  });

  it('are told to members with their epoch, and to whoever gives no name', async () => {
    const world = new ConsumerWorld();
    await world.enter('m');
    const fetch = async (memberId: string, memberEpoch: number) =>
      (await world.coordinator.fetchOffsets('g', null, false, { memberId, memberEpoch })).error;
    expect(await fetch('m', 2)).toBe('NONE');
    expect(await fetch('m', 1)).toBe('STALE_MEMBER_EPOCH');
    expect(await fetch('x', 2)).toBe('UNKNOWN_MEMBER_ID');
    expect(await world.offset('g')).toBe(-1n);
  });

  it('of subscribed topics stay when their deletion is asked for', async () => {
    const world = new ConsumerWorld();
    await world.enter('m');
    const result = await world.coordinator.deleteOffsets('g', [
      { topic: 'a', partition: 0 },
      { topic: 'b', partition: 0 },
    ]);
    expect(result).toEqual({ error: 'NONE', partitions: ['GROUP_SUBSCRIBED_TO_TOPIC', 'NONE'] });
  });

  it('expire with the group once it is empty', async () => {
    const world = new ConsumerWorld({ 'offsets.retention.minutes': '60' });
    await world.enter('m', { subscribedTopicNames: ['t'] });
    await world.commit('g', 1n, { memberId: 'm', generationId: 2 });
    for (let minute = 0; minute < 120; minute++) {
      await world.beat('m', 2);
      await world.clock.advance(30_000);
    }
    expect(await world.offset('g')).toBe(1n);
    await world.beat('m', -1);
    await world.clock.advance(75 * 60_000);
    await world.settle();
    expect((await world.described()).error).toBe('GROUP_ID_NOT_FOUND');
    expect(await world.offset('g')).toBe(-1n);
  });
});

describe('a consumer group (KIP-848)', () => {
  it('comes back from its records as it was, with new sessions', async () => {
    const world = new ConsumerWorld();
    await world.enter('m', { instanceId: 'i', rackId: 'r', serverAssignor: 'uniform' });
    await world.enter('n');
    await world.clock.advance(1000);
    await world.beat('m', 2, { instanceId: 'i' });
    await world.beat('n', 2);
    await world.commit('g', 5n, { memberId: 'n', generationId: 3 });
    const before = await world.described();
    expect(before.state).toBe('Reconciling');
    await world.clock.advance(5000);
    await world.restart();
    expect(await world.described()).toEqual(before);
    expect(await world.offset('g')).toBe(5n);
    // The rebalance timeout counts again from the start.
    await world.clock.advance(9000);
    expect(await world.beat('m', 2, { instanceId: 'i', topicPartitions: owned(0, 1) })).toEqual({
      epoch: 3,
      assigned: null,
    });
    expect(await world.beat('n', 3)).toEqual({ epoch: 3, assigned: ['a2'] });
    await world.clock.advance(45_000);
    expect((await world.described()).state).toBe('Empty');
  });

  it('with an expression comes back and still follows it', async () => {
    const world = new ConsumerWorld();
    await world.enter('m', { subscribedTopicNames: null, subscribedTopicRegex: 'a.*' });
    const before = await world.described();
    await world.clock.advance(11_000);
    await world.restart();
    expect(await world.described()).toEqual(before);
    world.setTopic('aa', 1);
    expect(await world.beat('m', 2)).toEqual({ epoch: 3, assigned: ['a0', 'a0', 'a1', 'a2'] });
  });

  it('is deleted when empty, and stays away after a restart', async () => {
    const world = new ConsumerWorld();
    await world.enter('m');
    expect(await world.coordinator.deleteGroups(['g'])).toEqual(['NON_EMPTY_GROUP']);
    await world.beat('m', -1);
    await world.commit('g', 1n);
    expect(await world.coordinator.deleteGroups(['g'])).toEqual(['NONE']);
    expect(await world.coordinator.deleteGroups(['g'])).toEqual(['GROUP_ID_NOT_FOUND']);
    await world.restart();
    expect(world.coordinator.list({ states: [], types: [] }).groups).toEqual([]);
    expect(await world.offset('g')).toBe(-1n);
  });

  it('is no classic group to who describes those', async () => {
    const world = new ConsumerWorld();
    await world.enter('m');
    expect((await world.coordinator.describe(['g']))[0]).toMatchObject({
      error: 'GROUP_ID_NOT_FOUND',
      errorMessage: 'Group g is not a classic group.',
      state: 'Dead',
    });
  });

  it('takes the place of a classic group without members, offsets and all', async () => {
    const world = new ConsumerWorld();
    await world.commit('g', 3n);
    expect(await world.enter('m')).toEqual({ epoch: 2, assigned: ['a0', 'a1', 'a2'] });
    expect(await world.offset('g')).toBe(3n);
    await world.restart();
    expect(world.coordinator.list({ states: [], types: [] }).groups).toEqual([
      { groupId: 'g', protocolType: 'consumer', state: 'Stable', type: 'consumer' },
    ]);
    expect(await world.offset('g')).toBe(3n);
  });

  it('makes room for classic members when it is empty', async () => {
    const world = new ConsumerWorld();
    await world.enter('m');
    await world.beat('m', -1);
    await world.commit('g', 4n);
    expect((await world.joinNow('g')).error).toBe('NONE');
    expect(world.coordinator.list({ states: [], types: [] }).groups).toMatchObject([{ type: 'classic' }]);
    expect(await world.offset('g')).toBe(4n);
  });
});
