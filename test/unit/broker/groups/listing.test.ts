import { GroupsWorld, subscription } from './groups-world.ts';

describe('describing groups', () => {
  it('tells protocol and subscriptions only while they are settled', async () => {
    const world = new GroupsWorld();
    const member = await world.joinNow('g');
    const assignment = Buffer.from(`for ${member.memberId}`);
    const who = { memberId: member.memberId, groupInstanceId: null, clientId: 'client', clientHost: '/127.0.0.1' };
    const unsettled = { ...who, metadata: Buffer.alloc(0) };
    expect(await world.coordinator.describe(['g'])).toEqual([
      {
        groupId: 'g',
        error: 'NONE',
        state: 'CompletingRebalance',
        protocolType: 'consumer',
        protocolName: '',
        members: [{ ...unsettled, assignment: Buffer.alloc(0) }],
      },
    ]);
    await world.sync('g', member, { [member.memberId]: assignment.toString() });
    expect(await world.coordinator.describe(['g'])).toMatchObject([
      { state: 'Stable', protocolName: 'range', members: [{ ...who, metadata: subscription('t'), assignment }] },
    ]);
    world.join('g');
    await world.settle();
    expect(await world.coordinator.describe(['g'])).toMatchObject([
      { state: 'PreparingRebalance', protocolName: '', members: [{ ...unsettled, assignment }, {}] },
    ]);
  });

  it('answers in the order asked, unknown groups as dead ones', async () => {
    const world = new GroupsWorld();
    await world.commit('b', 1n);
    const described = await world.coordinator.describe(['c', 'b', '']);
    expect(described.map(({ groupId, state, error }) => [groupId, state, error])).toEqual([
      ['c', 'Dead', 'GROUP_ID_NOT_FOUND'],
      ['b', 'Empty', 'NONE'],
      ['', 'Dead', 'GROUP_ID_NOT_FOUND'],
    ]);
  });
});

describe('listing groups', () => {
  const ids = (world: GroupsWorld, states: string[], types: string[] = []) =>
    world.coordinator
      .list({ states, types })
      .groups.map(({ groupId }) => groupId)
      .sort();

  it('filters by state and type without regard to case and blanks', async () => {
    const world = new GroupsWorld();
    await world.stableGroup('stable');
    await world.commit('empty', 1n);
    expect(ids(world, [])).toEqual(['empty', 'stable']);
    expect(ids(world, [' STABLE '])).toEqual(['stable']);
    expect(ids(world, ['Empty', 'Dead'])).toEqual(['empty']);
    expect(ids(world, ['nothing'])).toEqual([]);
    expect(ids(world, [], ['Classic'])).toEqual(['empty', 'stable']);
    expect(ids(world, [], ['consumer'])).toEqual([]);
    expect(ids(world, [], ['nothing'])).toEqual([]);
  });
});
