import { readFileSync } from 'node:fs';
import { singleBatch } from '../../../../src/protocol/records/batch-builder.ts';
import { GroupsWorld, subscription } from './groups-world.ts';

const fixture = (name: string) => readFileSync(new URL(`../../../fixtures/groups/${name}`, import.meta.url));
const OFFSETS = '__consumer_offsets';

describe('a restart', () => {
  it('restores a stable group; its members go on where they were', async () => {
    const world = new GroupsWorld();
    const member = await world.stableGroup('g');
    await world.commit('g', 3n, { memberId: member.memberId, generationId: 1 });
    await world.restart();
    expect(await world.coordinator.describe(['g'])).toEqual([
      {
        groupId: 'g',
        error: 'NONE',
        state: 'Stable',
        protocolType: 'consumer',
        protocolName: 'range',
        members: [
          {
            memberId: member.memberId,
            groupInstanceId: null,
            clientId: 'client',
            clientHost: '/127.0.0.1',
            metadata: subscription('t'),
            assignment: Buffer.from(`for ${member.memberId}`),
          },
        ],
      },
    ]);
    expect(await world.heartbeat('g', member)).toBe('NONE');
    expect(await world.sync('g', member)).toMatchObject({ assignment: Buffer.from(`for ${member.memberId}`) });
    expect(await world.offset('g')).toBe(3n);
  });

  it('starts the sessions anew', async () => {
    const world = new GroupsWorld();
    await world.stableGroup('g', { sessionTimeoutMs: 6000 });
    await world.clock.advance(5000);
    await world.restart();
    await world.clock.advance(5999);
    expect(await world.state('g')).toBe('Stable');
    await world.clock.advance(1);
    expect(await world.state('g')).toBe('Empty');
  });

  it('keeps static members under their id', async () => {
    const world = new GroupsWorld();
    const old = await world.joinNow('g', { groupInstanceId: 'i1' });
    await world.sync('g', old);
    await world.restart();
    const back = await world.join('g', { groupInstanceId: 'i1' });
    expect(back).toMatchObject({ error: 'NONE', generationId: 1, skipAssignment: true });
    expect(await world.heartbeat('g', old, 'i1')).toBe('FENCED_INSTANCE_ID');
  });

  it('takes a group in a rebalance back to its last written generation', async () => {
    const world = new GroupsWorld();
    const member = await world.stableGroup('g');
    const parked = world.join('g');
    await world.settle();
    await world.restart();
    expect(await parked).toMatchObject({ error: 'NOT_COORDINATOR' });
    expect(await world.state('g')).toBe('Stable');
    expect(await world.heartbeat('g', member)).toBe('NONE');
  });

  it('lets a group that is larger than group.max.size rebalance', async () => {
    const world = new GroupsWorld();
    await world.stableGroup('g');
    world.configs.set('group.max.size', '0');
    await world.restart();
    expect(await world.state('g')).toBe('PreparingRebalance');
  });
});

describe('a log written by Apache Kafka', () => {
  it('is taken over: members, assignments, offsets, ended transactions', async () => {
    const world = new GroupsWorld();
    world.logs[8]?.load(fixture('stable-group.log'));
    await world.restart();
    const [group] = await world.coordinator.describe(['golden-b']);
    expect(group).toMatchObject({ state: 'Stable', protocolType: 'consumer', protocolName: 'range' });
    expect(group?.members.map(({ clientId, groupInstanceId }) => [clientId, groupInstanceId]).sort()).toEqual([
      ['first', null],
      ['second', 'static-1'],
    ]);
    expect(await world.offset('golden-b', 't', 0, true)).toBe(100n); // committed in a transaction
    expect(await world.offset('golden-b', 't', 1, true)).toBe(9n); // the transaction was aborted
  });

  it('with tombstones at its end leaves nothing', async () => {
    const world = new GroupsWorld();
    world.logs[8]?.load(fixture('deleted-group.log'));
    await world.restart();
    expect(world.coordinator.list({ states: [], types: [] })).toEqual({ error: 'NONE', groups: [] });
    expect(await world.offset('golden-b')).toBe(-1n);
  });

  it('with a record nobody can read loses that record only', async () => {
    const world = new GroupsWorld();
    await world.commit('g', 1n);
    const records = [
      { timestampMs: 1, key: Buffer.from([0, 1, 0]), value: Buffer.from([0, 4]) },
      { timestampMs: 1, key: Buffer.from('000900026767', 'hex'), value: null },
      { timestampMs: 1, key: null, value: null },
    ];
    world.logOf('g').append(singleBatch(records));
    await world.commit('g', 2n);
    await world.restart();
    expect(await world.offset('g')).toBe(2n);
  });
});

describe('leadership', () => {
  it('lost answers what is parked and refuses what comes', async () => {
    const world = new GroupsWorld();
    const member = await world.stableGroup('g');
    const joining = world.join('g');
    await world.settle();
    const partition = world.logs.indexOf(world.logOf('g'));
    world.leadershipChanged({ topic: OFFSETS, partition, isLeader: false });
    expect(await joining).toMatchObject({ error: 'NOT_COORDINATOR' });
    const error = 'NOT_COORDINATOR';
    expect(await world.join('g')).toMatchObject({ error, memberId: '' });
    expect(await world.sync('g', member)).toMatchObject({ error });
    expect(await world.heartbeat('g', member)).toBe(error);
    expect(await world.leave('g', member.memberId)).toEqual({ error, members: [] });
    expect(await world.commit('g', 1n)).toEqual([error]);
    expect(await world.offset('g')).toBe(error);
    expect(await world.coordinator.deleteOffsets('g', [])).toEqual({ error, partitions: [] });
    expect(await world.coordinator.deleteGroups(['g'])).toEqual([error]);
    expect(await world.coordinator.describe(['g'])).toMatchObject([{ error, state: '' }]);
    expect(world.coordinator.list({ states: [], types: [] })).toEqual({ error: 'NONE', groups: [] });
    world.leadershipChanged({ topic: OFFSETS, partition, isLeader: true });
    await world.settle();
    expect(await world.state('g')).toBe('Stable');
  });

  it('lost while a record was being written makes the answer a refusal', async () => {
    const world = new GroupsWorld();
    const release = world.holdAppends();
    const committing = world.commit('g', 1n);
    const waiting = world.commit('g', 2n);
    await world.settle();
    const partition = world.logs.indexOf(world.logOf('g'));
    world.leadershipChanged({ topic: OFFSETS, partition, isLeader: false });
    release();
    expect(await committing).toEqual(['NOT_COORDINATOR']);
    expect(await waiting).toEqual(['NOT_COORDINATOR']);
  });

  it('of a long log answers COORDINATOR_LOAD_IN_PROGRESS until it is read', async () => {
    const world = new GroupsWorld();
    const member = await world.stableGroup('g');
    const { memberId, generationId } = member;
    await world.commit('g', 1n, { memberId, generationId });
    await world.commit('g', 2n, { memberId, generationId });
    world.start();
    const error = 'COORDINATOR_LOAD_IN_PROGRESS';
    expect(await world.join('g')).toMatchObject({ error });
    expect(await world.commit('g', 9n)).toEqual([error]);
    expect(await world.offset('g')).toBe(error);
    expect(await world.coordinator.describe(['g'])).toMatchObject([{ error }]);
    expect(world.coordinator.list({ states: [], types: [] })).toEqual({ error, groups: [] });
    expect(await world.heartbeat('g', member)).toBe('NONE');
    for (let i = 0; i < 5; i++) await world.settle();
    expect(await world.offset('g')).toBe(2n);
  });

  it('lost while loading ends the loading', async () => {
    const world = new GroupsWorld();
    await world.commit('g', 1n);
    await world.commit('g', 2n);
    world.start();
    const partition = world.logs.indexOf(world.logOf('g'));
    world.leadershipChanged({ topic: OFFSETS, partition, isLeader: false });
    await world.settle();
    expect(await world.offset('g')).toBe('NOT_COORDINATOR');
  });

  it('of a log that cannot be read leaves the groups without a coordinator', async () => {
    const world = new GroupsWorld();
    await world.commit('g', 1n);
    world.logOf('g').read = () => {
      throw new Error('disk');
    };
    world.start();
    await world.settle();
    expect(await world.offset('g')).toBe('NOT_COORDINATOR');
  });

  it("of a topic that does not exist yet is nobody's", async () => {
    const world = new GroupsWorld();
    world.topics.delete(OFFSETS);
    world.start();
    expect(await world.join('g')).toMatchObject({ error: 'NOT_COORDINATOR' });
    expect(await world.state('g')).toBe('');
  });
});
