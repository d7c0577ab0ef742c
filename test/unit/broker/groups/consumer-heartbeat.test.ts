import { type ConsumerHeartbeatRequest } from '../../../../src/broker/groups/index.ts';
import { ConsumerWorld } from './consumer-world.ts';
import { topicIdOf } from './groups-world.ts';

const owned = (...partitions: number[]) => [{ topicId: topicIdOf('a'), partitions }];
const JOIN: Partial<ConsumerHeartbeatRequest> = {
  rebalanceTimeoutMs: 10_000,
  subscribedTopicNames: ['a'],
  topicPartitions: [],
};

describe('joining a consumer group (KIP-848)', () => {
  it('makes the group and gives its first member everything at once', async () => {
    const world = new ConsumerWorld();
    expect(await world.enter('m')).toEqual({ epoch: 2, assigned: ['a0', 'a1', 'a2'] });
    expect(await world.summary()).toBe('Stable 2 m@2[a0 a1 a2]');
    expect(world.coordinator.list({ states: [], types: ['Consumer'] }).groups).toEqual([
      { groupId: 'g', protocolType: 'consumer', state: 'Stable', type: 'consumer' },
    ]);
  });

  it.each<[string, Partial<ConsumerHeartbeatRequest>, string]>([
    ['a group id', { groupId: '' }, "GroupId can't be empty."],
    ['a rebalance timeout', { rebalanceTimeoutMs: -1 }, 'RebalanceTimeoutMs must be provided in first request.'],
    ['owned partitions', { topicPartitions: null }, 'TopicPartitions must be empty when (re-)joining.'],
    [
      'a subscription',
      { subscribedTopicNames: null },
      'Either SubscribedTopicNames or SubscribedTopicRegex must be non-null when (re-)joining.',
    ],
    ['a sensible epoch', { memberEpoch: -3 }, 'MemberEpoch is invalid.'],
    ['an instance id for a leave for now', { memberEpoch: -2 }, "InstanceId can't be null."],
    ['a rack with a name', { rackId: '' }, "RackId can't be empty."],
    ['an instance id with a name', { instanceId: '' }, "InstanceId can't be empty."],
  ])('needs %s', async (_, request, text) => {
    const world = new ConsumerWorld();
    expect(await world.refusal('m', { ...JOIN, ...request })).toBe(`INVALID_REQUEST: ${text}`);
    expect((await world.described()).error).toBe('GROUP_ID_NOT_FOUND');
  });

  it('needs a member id, but for v0 whose server makes one', async () => {
    const world = new ConsumerWorld();
    expect(await world.refusal('', JOIN)).toBe("INVALID_REQUEST: MemberId can't be empty.");
    const { memberId } = await world.heartbeatOf('', { ...JOIN, makesMemberIds: true });
    expect(memberId).toMatch(/^[\w-]{22}$/);
  });

  it('refuses assignors and expressions it does not know', async () => {
    const world = new ConsumerWorld();
    expect(await world.refusal('m', { ...JOIN, serverAssignor: 'foo' })).toBe(
      'UNSUPPORTED_ASSIGNOR: ServerAssignor foo is not supported. Supported assignors: uniform, range.',
    );
    expect(await world.refusal('m', { ...JOIN, subscribedTopicNames: null, subscribedTopicRegex: '(a' })).toBe(
      'INVALID_REGULAR_EXPRESSION: SubscribedTopicRegex `(a` is not a valid regular expression: missing closing ).',
    );
  });

  it('is refused when the group is full', async () => {
    const world = new ConsumerWorld({ 'group.consumer.max.size': '1' });
    await world.enter('m');
    expect(await world.refusal('n', JOIN)).toBe(
      'GROUP_MAX_SIZE_REACHED: The consumer group has reached its maximum capacity of 1 members.',
    );
    expect(await world.refusal('m', JOIN)).toBe('epoch 2');
  });

  it('leaves nothing behind when its records cannot be written', async () => {
    const world = new ConsumerWorld();
    world.failAppends = 'NOT_LEADER_OR_FOLLOWER';
    expect(await world.refusal('m', JOIN)).toMatch(/^NOT_COORDINATOR/);
    world.failAppends = null;
    expect((await world.described()).error).toBe('GROUP_ID_NOT_FOUND');
    expect(await world.enter('m')).toEqual({ epoch: 2, assigned: ['a0', 'a1', 'a2'] });
  });
});

describe('epochs (KIP-848)', () => {
  it('greater or smaller than the known one are fenced', async () => {
    const world = new ConsumerWorld();
    await world.enter('m');
    expect(await world.refusal('m', { memberEpoch: 9 })).toMatch(/^FENCED_MEMBER_EPOCH: .*greater member epoch \(9\)/);
    expect(await world.refusal('m', { memberEpoch: 1 })).toMatch(/^FENCED_MEMBER_EPOCH: .*smaller member epoch \(1\)/);
    expect(await world.refusal('x', { memberEpoch: 1 })).toBe(
      'UNKNOWN_MEMBER_ID: Member x is not a member of group g.',
    );
    expect(await world.refusal('x', { groupId: 'h', memberEpoch: 1 })).toBe(
      'GROUP_ID_NOT_FOUND: Consumer group h not found.',
    );
  });

  it('of the answer before are taken when the member holds no more than it should', async () => {
    const world = new ConsumerWorld();
    await world.enter('m');
    await world.enter('n');
    await world.clock.advance(1000);
    expect(await world.beat('m', 2)).toEqual({ epoch: 2, assigned: ['a0', 'a1'] });
    expect(await world.beat('m', 2, { topicPartitions: owned(0, 1) })).toEqual({ epoch: 3, assigned: null });
    expect(await world.beat('m', 2, { topicPartitions: owned(0, 1) })).toEqual({ epoch: 3, assigned: null });
    expect(await world.refusal('m', { memberEpoch: 2, topicPartitions: owned(0, 1, 2) })).toMatch(/smaller/);
    expect(await world.refusal('m', { memberEpoch: 2 })).toMatch(/smaller/);
  });

  it('start again at 0 for a member that comes back', async () => {
    const world = new ConsumerWorld();
    await world.enter('m');
    expect(await world.enter('m')).toEqual({ epoch: 2, assigned: ['a0', 'a1', 'a2'] });
  });
});

describe('assignments that follow one another closely (KIP-1263)', () => {
  // With heartbeats 5 s apart this is what a consumer waits for that comes right after another change; Kafka does the same.
  it('are left out: who comes in between waits for a heartbeat after the interval', async () => {
    const world = new ConsumerWorld();
    await world.enter('m');
    await world.clock.advance(500);
    await world.beat('m', -1);
    expect(await world.enter('n')).toEqual({ epoch: 2, assigned: [] });
    expect(await world.summary()).toBe('Assigning 4 n@2[]');
    expect(await world.beat('n', 2)).toEqual({ epoch: 2, assigned: null });
    await world.clock.advance(500);
    expect(await world.beat('n', 2)).toEqual({ epoch: 4, assigned: ['a0', 'a1', 'a2'] });
  });

  it('come at once where the group is told to have no interval', async () => {
    const world = new ConsumerWorld();
    world.groupConfigs.set('g', new Map([['consumer.assignment.interval.ms', '0']]));
    await world.enter('m');
    await world.beat('m', -1);
    expect(await world.enter('n')).toEqual({ epoch: 4, assigned: ['a0', 'a1', 'a2'] });
  });
});

describe('a second member (KIP-848)', () => {
  it('gets partitions only after the first let go', async () => {
    const world = new ConsumerWorld();
    await world.enter('m');
    expect(await world.enter('n')).toEqual({ epoch: 2, assigned: [] });
    expect(await world.summary()).toBe('Assigning 3 m@2[a0 a1 a2] n@2[]');
    expect(await world.beat('m', 2)).toEqual({ epoch: 2, assigned: null });
    await world.clock.advance(1000);
    expect(await world.beat('m', 2)).toEqual({ epoch: 2, assigned: ['a0', 'a1'] });
    expect(await world.beat('n', 2)).toEqual({ epoch: 3, assigned: null });
    expect(await world.summary()).toBe('Reconciling 3 m@2[a0 a1 a2] n@3[]');
    expect(await world.beat('m', 2, { topicPartitions: owned(0, 1, 2) })).toEqual({ epoch: 2, assigned: null });
    expect(await world.beat('n', 3)).toEqual({ epoch: 3, assigned: null });
    expect(await world.beat('m', 2, { topicPartitions: owned(0, 1) })).toEqual({ epoch: 3, assigned: null });
    expect(await world.beat('n', 3)).toEqual({ epoch: 3, assigned: ['a2'] });
    expect(await world.summary()).toBe('Stable 3 m@3[a0 a1] n@3[a2]');
  });

  it('gets all when the first leaves', async () => {
    const world = new ConsumerWorld();
    await world.enter('m');
    await world.enter('n');
    expect(await world.beat('m', -1)).toEqual({ epoch: -1, assigned: null });
    await world.clock.advance(1000);
    expect(await world.beat('n', 2)).toEqual({ epoch: 4, assigned: ['a0', 'a1', 'a2'] });
    expect(await world.refusal('m', { memberEpoch: -1 })).toMatch(/^UNKNOWN_MEMBER_ID/);
    expect(await world.beat('n', -1)).toEqual({ epoch: -1, assigned: null });
    expect(await world.summary()).toBe('Empty 5');
  });
});

describe('silence (KIP-848)', () => {
  it('of 45 s ends a membership', async () => {
    const world = new ConsumerWorld();
    await world.enter('m');
    await world.clock.advance(44_000);
    await world.beat('m', 2);
    await world.clock.advance(44_999);
    expect(await world.summary()).toBe('Stable 2 m@2[a0 a1 a2]');
    await world.clock.advance(1);
    expect(await world.summary()).toBe('Empty 3');
  });

  it("counts by the group's own timeout where it has one", async () => {
    const world = new ConsumerWorld();
    world.groupConfigs.set('g', new Map([['consumer.session.timeout.ms', '50000']]));
    await world.enter('m');
    await world.clock.advance(49_999);
    expect(await world.summary()).toBe('Stable 2 m@2[a0 a1 a2]');
    await world.clock.advance(1);
    expect(await world.summary()).toBe('Empty 3');
  });

  it('about partitions asked back ends it after the rebalance timeout, heartbeats or not', async () => {
    const world = new ConsumerWorld();
    await world.enter('m');
    await world.enter('n');
    await world.clock.advance(1000);
    await world.beat('m', 2);
    await world.beat('n', 2);
    await world.clock.advance(9000);
    await world.beat('m', 2);
    expect(await world.summary()).toBe('Reconciling 3 m@2[a0 a1 a2] n@3[]');
    await world.clock.advance(1000);
    expect(await world.summary()).toBe('Assigning 4 n@3[]');
    expect(await world.beat('n', 3)).toEqual({ epoch: 4, assigned: ['a0', 'a1', 'a2'] });
  });
});

describe('static members (KIP-848, KIP-345)', () => {
  const instanceId = 'i';

  it('keep their partitions while away, for whoever comes with their instance id', async () => {
    const world = new ConsumerWorld();
    await world.enter('m', { instanceId });
    expect(await world.beat('m', -2, { instanceId })).toEqual({ epoch: -2, assigned: null });
    expect(await world.refusal('m', { memberEpoch: 2, instanceId })).toMatch(/^FENCED_MEMBER_EPOCH: .*\(-2\)/);
    expect(await world.enter('n', { instanceId })).toEqual({ epoch: 2, assigned: ['a0', 'a1', 'a2'] });
    expect(await world.summary()).toBe('Stable 2 n@2[a0 a1 a2]');
    expect(await world.refusal('m', { memberEpoch: 2, instanceId })).toBe(
      'FENCED_INSTANCE_ID: Static member m with instance id i was fenced by member n.',
    );
  });

  it('are gone when their session runs out', async () => {
    const world = new ConsumerWorld();
    await world.enter('m', { instanceId });
    await world.beat('m', -2, { instanceId });
    await world.clock.advance(45_000);
    expect(await world.summary()).toBe('Empty 3');
  });

  it('do not share an instance id', async () => {
    const world = new ConsumerWorld();
    await world.enter('m', { instanceId });
    expect(await world.refusal('n', { ...JOIN, instanceId })).toBe(
      'UNRELEASED_INSTANCE_ID: Static member n with instance id i cannot join the group because the instance id is owned by m member.',
    );
    expect(await world.refusal('n', { memberEpoch: 2, instanceId: 'j' })).toBe(
      'UNKNOWN_MEMBER_ID: Instance id j is unknown.',
    );
  });
});

describe('subscriptions (KIP-848)', () => {
  it('are followed by a new assignment when they change', async () => {
    const world = new ConsumerWorld();
    await world.enter('m');
    await world.clock.advance(1000);
    const topics = { subscribedTopicNames: ['b'] };
    expect(await world.beat('m', 2, topics)).toEqual({ epoch: 2, assigned: [] });
    expect(await world.beat('m', 2, { topicPartitions: [] })).toEqual({ epoch: 3, assigned: ['b0', 'b1'] });
  });

  it('notice partitions and topics that come and go', async () => {
    const world = new ConsumerWorld();
    await world.enter('m', { subscribedTopicNames: ['a', 'c'] });
    await world.clock.advance(1000);
    world.setTopic('other', 1);
    expect(await world.beat('m', 2)).toEqual({ epoch: 2, assigned: null });
    world.setTopic('c', 1);
    expect(await world.beat('m', 2)).toEqual({ epoch: 3, assigned: ['a0', 'a1', 'a2', 'c0'] });
    await world.clock.advance(1000);
    world.setTopic('a', 4);
    expect(await world.beat('m', 3)).toEqual({ epoch: 4, assigned: ['a0', 'a1', 'a2', 'a3', 'c0'] });
  });

  it('by expression find only what the member may describe', async () => {
    const world = new ConsumerWorld();
    const first = { subscribedTopicNames: null, subscribedTopicRegex: '.*', maySee: (topic: string) => topic === 'b' };
    expect((await world.enter('m', first)).assigned).toEqual(['b0', 'b1']);
  });

  it('by expression end however the expression is written', async () => {
    const world = new ConsumerWorld();
    world.setTopic('a'.repeat(200), 1);
    const first = (subscribedTopicRegex: string) => ({ subscribedTopicNames: null, subscribedTopicRegex });
    expect((await world.enter('m', first('(a+)+b|(a|aa)*c|b'))).assigned).toEqual(['b0', 'b1']);
    const joining = { rebalanceTimeoutMs: 10_000, topicPartitions: [], ...first('((a{1000}){1000}){1000}') };
    expect(await world.refusal('n', joining)).toMatch(/^INVALID_REGULAR_EXPRESSION: .*too large/);
  });

  it('by expression match whole names, and topics made later', async () => {
    const world = new ConsumerWorld();
    const first = { subscribedTopicNames: null, subscribedTopicRegex: '[[:alpha:]]' };
    world.topics.delete('t');
    world.topics.delete('u');
    expect(await world.enter('m', first)).toEqual({ epoch: 2, assigned: ['a0', 'a1', 'a2', 'b0', 'b1'] });
    await world.clock.advance(1000);
    world.setTopic('cc', 1);
    world.setTopic('d', 1);
    expect(await world.beat('m', 2)).toEqual({ epoch: 2, assigned: null });
    await world.clock.advance(10_000);
    expect((await world.beat('m', 2)).assigned).toEqual(['a0', 'a1', 'a2', 'b0', 'b1', 'd0']);
    expect((await world.described()).members[0]?.subscribedTopicRegex).toBe('[[:alpha:]]');
  });
});
