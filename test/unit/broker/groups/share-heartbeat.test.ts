import { subscription } from './groups-world.ts';
import { ShareWorld } from './share-world.ts';

// Answers and texts as recorded from Apache Kafka 4.3.1 (KIP-932).
describe('a member of a share group', () => {
  it('is told its partitions once their delivery state was made', async () => {
    const world = new ShareWorld();
    expect(await world.enter('m')).toBe('2 []');
    expect(await world.beat('m', 2)).toBe('2');
    expect(await world.laterBeat('m')).toBe('3 [a0 a1 a2]');
    expect(await world.beat('m', 3)).toBe('3');
    expect([...world.shareStates.values()][0]).toEqual({ stateEpoch: 2, startOffset: -1n });
    expect(world.shareStates.size).toBe(3);
  });

  it('shares partitions with the others when there are more members than partitions', async () => {
    const world = new ShareWorld();
    await world.enter('m1', 'b');
    for (const member of ['m2', 'm3', 'm4']) await world.enter(member, 'b');
    for (const member of ['m1', 'm2', 'm3', 'm4']) await world.laterBeat(member);
    const { members } = await world.described();
    expect(members.flatMap(({ assignment }) => assignment.flatMap(({ partitions }) => partitions)).sort()).toEqual([
      0, 0, 1, 1,
    ]);
  });

  it('loses at once what it no longer subscribes to', async () => {
    const world = new ShareWorld();
    await world.enter('m', 'a', 'b');
    await world.settle();
    expect(await world.laterBeat('m')).toBe('3 [a0 a1 a2 b0 b1]');
    expect(await world.beat('m', 3, { subscribedTopicNames: ['b'] })).toBe('3 [b0 b1]');
    expect(await world.laterBeat('m')).toBe('4');
  });

  it('gets the partitions that a topic gained', async () => {
    const world = new ShareWorld();
    await world.enter('m', 'b');
    await world.settle();
    await world.laterBeat('m');
    world.setTopic('b', 3);
    expect(await world.laterBeat('m')).toBe('4');
    expect(await world.laterBeat('m')).toBe('5 [b0 b1 b2]');
  });

  it('is welcome with its previous epoch, and fenced with others', async () => {
    const world = new ShareWorld();
    await world.enter('m');
    await world.settle();
    await world.laterBeat('m');
    expect(await world.beat('m', 2)).toBe('3');
    const rejoin = 'The member must abandon all its partitions and rejoin.';
    const known = 'the one known by the group coordinator (3)';
    expect(await world.refusal('m', { memberEpoch: 9 })).toBe(
      `FENCED_MEMBER_EPOCH: The share group member has a greater member epoch (9) than ${known}. ${rejoin}`,
    );
    expect(await world.refusal('m', { memberEpoch: 1 })).toBe(
      `FENCED_MEMBER_EPOCH: The share group member has a smaller member epoch (1) than ${known}, and it does not match the previous member epoch (2). ${rejoin}`,
    );
  });

  it('is removed when it was not heard of in time', async () => {
    const world = new ShareWorld();
    await world.enter('m1');
    await world.clock.advance(30_000);
    await world.enter('m2');
    await world.clock.advance(20_000);
    await world.settle();
    const { members } = await world.described();
    expect(members.map(({ memberId }) => memberId)).toEqual(['m2']);
    expect(await world.refusal('m1', { memberEpoch: 2 })).toBe(
      'UNKNOWN_MEMBER_ID: Member m1 is not a member of group g.',
    );
  });

  it('leaves with epoch -1', async () => {
    const world = new ShareWorld();
    await world.enter('m');
    expect(await world.beat('m', -1)).toBe('-1');
    expect(await world.summary()).toBe('Empty 3');
    expect(await world.refusal('m', { memberEpoch: -1 })).toBe(
      'UNKNOWN_MEMBER_ID: Member m is not a member of group g.',
    );
  });

  it('finds no place in a full group', async () => {
    const world = new ShareWorld({ 'group.share.max.size': '1' });
    await world.enter('m1');
    expect(await world.refusal('m2', { subscribedTopicNames: ['a'] })).toBe(
      'GROUP_MAX_SIZE_REACHED: The share group has reached its maximum capacity of 1 members.',
    );
    expect(await world.enter('m1')).toBe('2 []');
  });

  it.each([
    [{ groupId: ' ' }, "INVALID_REQUEST: GroupId can't be empty."],
    [{ rackId: '', subscribedTopicNames: ['a'] }, "INVALID_REQUEST: RackId can't be empty."],
    [{}, 'INVALID_REQUEST: SubscribedTopicNames must be set in first request.'],
    [{ subscribedTopicNames: [] }, 'INVALID_REQUEST: SubscribedTopicNames must be set in first request.'],
    [{ memberEpoch: -2 }, 'INVALID_REQUEST: MemberEpoch is invalid.'],
    [{ memberEpoch: 1 }, 'GROUP_ID_NOT_FOUND: Share group g not found.'],
    [{ memberEpoch: -1 }, 'GROUP_ID_NOT_FOUND: Group g not found.'],
  ])('is refused for %j', async (request, refusal) => {
    expect(await new ShareWorld().refusal('m', request)).toBe(refusal);
  });

  it('asks for the delivery state again after a failure', async () => {
    const world = new ShareWorld();
    world.failPersister = 'COORDINATOR_NOT_AVAILABLE';
    await world.enter('m', 'b');
    await world.settle();
    expect(await world.laterBeat('m')).toBe('2');
    world.failPersister = null;
    expect(await world.laterBeat('m')).toBe('2');
    expect(await world.laterBeat('m')).toBe('3 [b0 b1]');
  });

  it('sees nothing of a change whose records cannot be written', async () => {
    const world = new ShareWorld();
    world.failAppends = 'NOT_LEADER_OR_FOLLOWER';
    expect(await world.refusal('m', { subscribedTopicNames: ['a'] })).toMatch(/^NOT_COORDINATOR/);
    world.failAppends = null;
    expect((await world.described()).error).toBe('GROUP_ID_NOT_FOUND');
    expect(await world.enter('m')).toBe('2 []');
  });
});

describe('a share group', () => {
  it('is the same after a restart', async () => {
    const world = new ShareWorld();
    await world.enter('m1', 'a', 'b');
    await world.enter('m2', 'a');
    await world.settle();
    await world.laterBeat('m1');
    await world.laterBeat('m2');
    const before = await world.summary();
    await world.restart();
    expect(await world.summary()).toBe(before);
    const { memberEpoch } = (await world.described()).members[0] ?? { memberEpoch: 0 };
    expect(await world.beat('m1', memberEpoch)).toBe(`${memberEpoch}`);
  });

  it('forgets deleted topics', async () => {
    const world = new ShareWorld();
    await world.enter('m', 'a', 'b');
    await world.settle();
    await world.laterBeat('m');
    const topicId = world.topics.get('a')?.topicId ?? '';
    world.topics.delete('a');
    world.metadataChanged({ topics: [{ name: 'a', topicId, kind: 'deleted' }], configs: [], brokersChanged: false });
    await world.settle();
    await world.laterBeat('m');
    await world.laterBeat('m');
    expect(await world.summary()).toMatch(/^Stable \d+ m@\d+\[b0 b1\]$/);
  });

  // Apache Kafka 4.3.1: ShareGroupHeartbeatRequestTest.testPartitionAssignmentWithChangingTopics.
  it('takes a deleted topic from its members at once, before the next assignment', async () => {
    const world = new ShareWorld();
    await world.enter('m', 'a', 'b');
    await world.settle();
    expect(await world.laterBeat('m')).toBe('3 [a0 a1 a2 b0 b1]');
    const topicId = world.topics.get('a')?.topicId ?? '';
    world.topics.delete('a');
    world.metadataChanged({ topics: [{ name: 'a', topicId, kind: 'deleted' }], configs: [], brokersChanged: false });
    expect(await world.beat('m', 3)).toBe('3 [b0 b1]');
    expect(await world.laterBeat('m')).toBe('4');
  });

  it('goes with its delivery state, unless it has members', async () => {
    const world = new ShareWorld();
    await world.enter('m');
    await world.settle();
    expect(await world.coordinator.deleteGroups(['g'])).toEqual(['NON_EMPTY_GROUP']);
    await world.beat('m', -1);
    expect(await world.coordinator.deleteGroups(['g'])).toEqual(['NONE']);
    expect(world.shareStates.size).toBe(0);
    expect((await world.described()).errorMessage).toBe('Group g not found.');
    await world.restart();
    expect((await world.described()).error).toBe('GROUP_ID_NOT_FOUND');
  });

  it('is listed with its type, and described as a classic group is Dead', async () => {
    const world = new ShareWorld();
    await world.enter('m');
    const group = { groupId: 'g', protocolType: 'share', state: 'Stable', type: 'share' };
    expect(world.coordinator.list({ states: [], types: ['Share'] }).groups).toEqual([group]);
    expect(world.coordinator.list({ states: ['empty'], types: [] }).groups).toEqual([]);
    const [described] = await world.coordinator.describe(['g']);
    expect(described).toMatchObject({ state: 'Dead', errorMessage: 'Group g is not a classic group.' });
  });

  it('takes no members and no offsets of other protocols', async () => {
    const world = new ShareWorld();
    await world.enter('m');
    expect((await world.joinNow('g')).error).toBe('INCONSISTENT_GROUP_PROTOCOL');
    expect(await world.commit('g', 1n)).toEqual(['GROUP_ID_NOT_FOUND']);
    expect((await world.coordinator.deleteOffsets('g', [{ topic: 't', partition: 0 }])).error).toBe(
      'GROUP_ID_NOT_FOUND',
    );
    expect(await world.offset('g')).toBe(-1n);
  });

  it('does not take the place of another group, even an empty one', async () => {
    const world = new ShareWorld();
    await world.commit('g', 1n);
    expect(await world.refusal('m', { subscribedTopicNames: ['a'] })).toBe(
      'GROUP_ID_NOT_FOUND: Group g is not a share group.',
    );
    await world.joinNow('h', { protocols: [{ name: 'range', metadata: subscription('t') }] });
    expect(await world.refusal('m', { groupId: 'h', memberEpoch: 3 })).toBe(
      'GROUP_ID_NOT_FOUND: Group h is not a share group.',
    );
  });
});
