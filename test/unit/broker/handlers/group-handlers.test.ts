import { offsetCommitHandler } from '../../../../src/broker/handlers/08-offset-commit.ts';
import { offsetFetchHandler } from '../../../../src/broker/handlers/09-offset-fetch.ts';
import { findCoordinatorHandler } from '../../../../src/broker/handlers/10-find-coordinator.ts';
import { joinGroupHandler } from '../../../../src/broker/handlers/11-join-group.ts';
import { heartbeatHandler } from '../../../../src/broker/handlers/12-heartbeat.ts';
import { leaveGroupHandler } from '../../../../src/broker/handlers/13-leave-group.ts';
import { syncGroupHandler } from '../../../../src/broker/handlers/14-sync-group.ts';
import { describeGroupsHandler } from '../../../../src/broker/handlers/15-describe-groups.ts';
import { listGroupsHandler } from '../../../../src/broker/handlers/16-list-groups.ts';
import { deleteGroupsHandler } from '../../../../src/broker/handlers/42-delete-groups.ts';
import { offsetDeleteHandler } from '../../../../src/broker/handlers/47-offset-delete.ts';
import { type Handler, type RequestContext, type Rooms } from '../../../../src/broker/handlers/handler.ts';
import { offsetCommit } from '../../../../src/protocol/messages/08-offset-commit.ts';
import { offsetFetch } from '../../../../src/protocol/messages/09-offset-fetch.ts';
import { findCoordinator } from '../../../../src/protocol/messages/10-find-coordinator.ts';
import { joinGroup } from '../../../../src/protocol/messages/11-join-group.ts';
import { heartbeat } from '../../../../src/protocol/messages/12-heartbeat.ts';
import { leaveGroup } from '../../../../src/protocol/messages/13-leave-group.ts';
import { syncGroup } from '../../../../src/protocol/messages/14-sync-group.ts';
import { describeGroups } from '../../../../src/protocol/messages/15-describe-groups.ts';
import { listGroups } from '../../../../src/protocol/messages/16-list-groups.ts';
import { deleteGroups } from '../../../../src/protocol/messages/42-delete-groups.ts';
import { offsetDelete } from '../../../../src/protocol/messages/47-offset-delete.ts';
import { Reader } from '../../../../src/protocol/primitives.ts';
import { type Api, type ApiRequestInput, type ApiResponse } from '../../../../src/protocol/schema.ts';
import { GroupsWorld, subscription, TOPIC_ID } from '../groups/groups-world.ts';

const UNKNOWN_ID = 'UTD_7qH1QAex5Zi-DBt5RA';

/** Sends a request the way dispatch does: through its encoded form and back, at one version. */
function client(world: GroupsWorld, controller: Partial<Rooms['controller']> = {}) {
  const rooms = { cluster: world.metadata, groups: world.coordinator, controller } as unknown as Rooms;
  return async function send<A extends Api>(
    handler: Handler,
    api: A,
    apiVersion: number,
    request: ApiRequestInput<A>,
  ): Promise<ApiResponse<A>> {
    const decoded = api.request.read(new Reader(api.request.encode(request, apiVersion)), apiVersion);
    const connection = { listenerName: 'PLAINTEXT', clientHost: '/127.0.0.1' };
    const context = { apiVersion, clientId: 'client', connection } as unknown as RequestContext;
    const response = await handler.bind(rooms)(decoded, context);
    return api.response.read(new Reader(api.response.encode(response ?? {}, apiVersion)), apiVersion) as ApiResponse<A>;
  };
}

const join = (changes: object = {}) => ({
  groupId: 'g',
  sessionTimeoutMs: 10_000,
  memberId: '',
  protocolType: 'consumer',
  protocols: [{ name: 'range', metadata: subscription('t') }],
  ...changes,
});

describe('JoinGroup', () => {
  it.each([0, 1, 2, 3])('v%i admits a member at once', async (version) => {
    const world = new GroupsWorld();
    const joining = client(world)(joinGroupHandler, joinGroup, version, join());
    await world.settle();
    await world.clock.advance(0);
    expect(await joining).toMatchObject({ errorCode: 0, generationId: 1, protocolName: 'range' });
  });

  it.each([4, 5, 6])('v%i hands out an id first; without a protocol the name is empty', async (version) => {
    const response = await client(new GroupsWorld())(joinGroupHandler, joinGroup, version, join());
    expect(response).toMatchObject({ errorCode: 79, generationId: -1, protocolName: '', leader: '', members: [] });
    expect(response.memberId).toMatch(/^client-/);
  });

  it.each([7, 8, 9])('v%i has no protocol name with an error', async (version) => {
    const response = await client(new GroupsWorld())(joinGroupHandler, joinGroup, version, join());
    expect(response).toMatchObject({ errorCode: 79, protocolName: null, protocolType: null });
  });

  it('v0 takes the session timeout for the rebalance timeout', async () => {
    const world = new GroupsWorld();
    const send = client(world);
    const first = send(joinGroupHandler, joinGroup, 0, join({ sessionTimeoutMs: 7000 }));
    await world.settle();
    await world.clock.advance(0);
    await first;
    await world.clock.advance(6999);
    expect(await world.state('g')).toBe('CompletingRebalance');
    await world.clock.advance(1);
    expect(await world.state('g')).toBe('Empty');
  });
});

describe('SyncGroup, Heartbeat and LeaveGroup', () => {
  it('SyncGroup v5 must name the protocol, v4 need not', async () => {
    const world = new GroupsWorld();
    const { memberId } = await world.joinNow('g');
    const send = client(world);
    const request = {
      groupId: 'g',
      generationId: 1,
      memberId,
      assignments: [{ memberId, assignment: Buffer.from('A') }],
    };
    expect(await send(syncGroupHandler, syncGroup, 5, request)).toMatchObject({ errorCode: 23 });
    expect(await send(syncGroupHandler, syncGroup, 4, request)).toMatchObject({
      errorCode: 0,
      assignment: Buffer.from('A'),
    });
    const named = { ...request, protocolType: 'consumer', protocolName: 'range' };
    expect(await send(syncGroupHandler, syncGroup, 5, named)).toMatchObject({
      errorCode: 0,
      protocolType: 'consumer',
      protocolName: 'range',
    });
  });

  it('Heartbeat answers the error alone', async () => {
    const world = new GroupsWorld();
    const { memberId } = await world.stableGroup('g');
    const send = client(world);
    const request = { groupId: 'g', generationId: 1, memberId };
    expect(await send(heartbeatHandler, heartbeat, 4, request)).toEqual({ throttleTimeMs: 0, errorCode: 0 });
    expect(await send(heartbeatHandler, heartbeat, 3, { ...request, groupInstanceId: 'i' })).toMatchObject({
      errorCode: 25,
    });
  });

  it('LeaveGroup v0-2 puts the one error on top, v3+ beside each member', async () => {
    const world = new GroupsWorld();
    const { memberId } = await world.stableGroup('g');
    const send = client(world);
    const stranger = { groupId: 'g', memberId: 'x' };
    expect(await send(leaveGroupHandler, leaveGroup, 2, stranger)).toMatchObject({ errorCode: 25 });
    expect(await send(leaveGroupHandler, leaveGroup, 2, { ...stranger, groupId: '' })).toMatchObject({ errorCode: 24 });
    const members = [{ memberId: 'x' }, { memberId, reason: 'done' }];
    expect(await send(leaveGroupHandler, leaveGroup, 5, { groupId: 'g', members })).toEqual({
      throttleTimeMs: 0,
      errorCode: 0,
      members: [
        { memberId: 'x', groupInstanceId: null, errorCode: 25 },
        { memberId, groupInstanceId: null, errorCode: 0 },
      ],
    });
  });
});

describe('OffsetCommit', () => {
  const partition = (partitionIndex: number, committedOffset = 5n) => ({
    partitionIndex,
    committedOffset,
    committedMetadata: null,
  });
  const topics = [
    { name: 't', partitions: [partition(0), partition(9)] },
    { name: 'nope', partitions: [partition(0)] },
  ];

  it.each([2, 3, 4, 5, 6, 7, 8, 9])('v%i refuses what does not exist and commits the rest', async (version) => {
    const world = new GroupsWorld();
    const response = await client(world)(offsetCommitHandler, offsetCommit, version, { groupId: 'g', topics });
    expect(response.topics.map(({ name, partitions }) => ({ name, partitions }))).toEqual([
      {
        name: 't',
        partitions: [
          { partitionIndex: 9, errorCode: 3 },
          { partitionIndex: 0, errorCode: 0 },
        ],
      },
      { name: 'nope', partitions: [{ partitionIndex: 0, errorCode: 3 }] },
    ]);
    expect(await world.offset('g')).toBe(5n);
  });

  it('v10 goes by topic id', async () => {
    const world = new GroupsWorld();
    const byId = [
      { topicId: TOPIC_ID, partitions: [partition(1)] },
      { topicId: UNKNOWN_ID, partitions: [partition(0)] },
    ];
    const response = await client(world)(offsetCommitHandler, offsetCommit, 10, { groupId: 'g', topics: byId });
    expect(response.topics).toEqual([
      { name: '', topicId: UNKNOWN_ID, partitions: [{ partitionIndex: 0, errorCode: 100 }] },
      { name: '', topicId: TOPIC_ID, partitions: [{ partitionIndex: 1, errorCode: 0 }] },
    ]);
    expect(await world.offset('g', 't', 1)).toBe(5n);
  });

  it.each([
    [8, 22],
    [9, 69],
  ])('v%i answers a generation of an unknown group with %i', async (version, errorCode) => {
    const request = {
      groupId: 'g',
      generationIdOrMemberEpoch: 3,
      memberId: 'm',
      topics: [{ name: 't', partitions: [partition(0)] }],
    };
    const response = await client(new GroupsWorld())(offsetCommitHandler, offsetCommit, version, request);
    expect(response.topics[0]?.partitions).toEqual([{ partitionIndex: 0, errorCode }]);
  });

  it('without topics answers none and creates no group', async () => {
    const world = new GroupsWorld();
    expect(await client(world)(offsetCommitHandler, offsetCommit, 8, { groupId: 'g' })).toMatchObject({ topics: [] });
    expect(await world.state('g')).toBe('Dead');
  });

  it('v2-4 carry a retention that is kept', async () => {
    const world = new GroupsWorld();
    const request = { groupId: 'g', retentionTimeMs: 1000n, topics: [{ name: 't', partitions: [partition(0)] }] };
    await client(world)(offsetCommitHandler, offsetCommit, 3, request);
    const [record] = world.logOf('g').records();
    expect(record).toMatchObject({ value: { expireTimestampMs: world.clock.now() + 1000 } });
  });
});

describe('OffsetFetch', () => {
  const unread = { committedLeaderEpoch: -1, metadata: '' };
  const asked = [{ name: 't', partitionIndexes: [0, 1] }];

  it.each([1, 2, 3, 4, 5, 6, 7])('v%i answers one group', async (version) => {
    const world = new GroupsWorld();
    await world.commit('g', 5n);
    const response = await client(world)(offsetFetchHandler, offsetFetch, version, { groupId: 'g', topics: asked });
    expect(response).toMatchObject({
      errorCode: 0,
      topics: [
        {
          name: 't',
          partitions: [
            { ...unread, partitionIndex: 0, committedOffset: 5n, errorCode: 0 },
            { ...unread, partitionIndex: 1, committedOffset: -1n, errorCode: 0 },
          ],
        },
      ],
    });
  });

  it.each([8, 9])('v%i answers several groups, all their topics for null', async (version) => {
    const world = new GroupsWorld();
    await world.commit('g', 5n);
    const groups = [
      { groupId: 'g', topics: null },
      { groupId: 'h', topics: asked },
    ];
    const response = await client(world)(offsetFetchHandler, offsetFetch, version, { groups });
    expect(response.groups).toMatchObject([
      { groupId: 'g', errorCode: 0, topics: [{ name: 't', partitions: [{ partitionIndex: 0, committedOffset: 5n }] }] },
      {
        groupId: 'h',
        errorCode: 0,
        topics: [{ name: 't', partitions: [{ committedOffset: -1n }, { committedOffset: -1n }] }],
      },
    ]);
  });

  it('v10 goes by topic id, and leaves out topics that are gone when all are asked for', async () => {
    const world = new GroupsWorld();
    await world.commit('g', 5n);
    world.topics.delete('u');
    const one = { topicId: TOPIC_ID, topic: 'u', partition: 0, offset: 1n, leaderEpoch: -1, metadata: '' };
    await world.commit('g', 1n, { offsets: [one] });
    const send = client(world);
    const all = await send(offsetFetchHandler, offsetFetch, 10, { groups: [{ groupId: 'g', topics: null }] });
    expect(all.groups[0]?.topics).toMatchObject([{ topicId: TOPIC_ID, partitions: [{ committedOffset: 5n }] }]);
    const byId = [
      { topicId: UNKNOWN_ID, partitionIndexes: [0] },
      { topicId: TOPIC_ID, partitionIndexes: [0] },
    ];
    const some = await send(offsetFetchHandler, offsetFetch, 10, { groups: [{ groupId: 'g', topics: byId }] });
    expect(some.groups[0]?.topics).toMatchObject([
      { topicId: TOPIC_ID, partitions: [{ committedOffset: 5n, errorCode: 0 }] },
      { topicId: UNKNOWN_ID, partitions: [{ ...unread, committedOffset: -1n, errorCode: 100 }] },
    ]);
  });

  it('tells an error of the group where its version has room for it', async () => {
    const world = new GroupsWorld();
    world.topics.delete('__consumer_offsets');
    const send = client(world);
    const old = await send(offsetFetchHandler, offsetFetch, 1, { groupId: 'g', topics: asked });
    expect(old.topics[0]?.partitions).toMatchObject([
      { ...unread, partitionIndex: 0, committedOffset: -1n, errorCode: 16 },
      { ...unread, partitionIndex: 1, committedOffset: -1n, errorCode: 16 },
    ]);
    const newer = await send(offsetFetchHandler, offsetFetch, 2, { groupId: 'g', topics: asked });
    expect(newer).toMatchObject({ errorCode: 16, topics: [] });
    const groups = [{ groupId: 'g', topics: asked }];
    const newest = await send(offsetFetchHandler, offsetFetch, 8, { groups });
    expect(newest.groups).toEqual([{ groupId: 'g', errorCode: 16, topics: [] }]);
  });
});

describe('FindCoordinator', () => {
  const here = { nodeId: 1, host: 'localhost', port: 9092, errorCode: 0 };
  const nowhere = { nodeId: -1, host: '', port: -1 };

  it.each([1, 2, 3])('v%i answers one key, success with the text NONE', async (version) => {
    const response = await client(new GroupsWorld())(findCoordinatorHandler, findCoordinator, version, { key: 'g' });
    expect(response).toMatchObject({ ...here, errorMessage: 'NONE' });
  });

  it.each([4, 5, 6])('v%i answers several keys', async (version) => {
    const coordinatorKeys = ['g', ''];
    const response = await client(new GroupsWorld())(findCoordinatorHandler, findCoordinator, version, {
      coordinatorKeys,
    });
    expect(response.coordinators).toEqual([
      { ...here, key: 'g', errorMessage: '' },
      { ...here, key: '', errorMessage: '' },
    ]);
  });

  it('creates the topic that holds the answer', async () => {
    const world = new GroupsWorld();
    const created: string[] = [];
    const image = world.topics.get('t');
    const ensureInternalTopic = async (name: string) => {
      created.push(name);
      return image as NonNullable<typeof image>;
    };
    const send = client(world, { ensureInternalTopic });
    const request = { keyType: 1, coordinatorKeys: ['transactional-id'] };
    const response = await send(findCoordinatorHandler, findCoordinator, 4, request);
    expect(created).toEqual(['__transaction_state']);
    expect(response.coordinators).toEqual([{ ...here, key: 'transactional-id', errorMessage: '' }]);
  });

  it('is to be asked again while the topic cannot be created or has no leader', async () => {
    const world = new GroupsWorld();
    world.topics.delete('__consumer_offsets');
    const refuse = async () => ({ error: 'INVALID_REPLICATION_FACTOR' as const, text: null });
    const send = client(world, { ensureInternalTopic: refuse });
    expect(await send(findCoordinatorHandler, findCoordinator, 3, { key: 'g' })).toMatchObject({
      ...nowhere,
      errorCode: 15,
      errorMessage: 'The coordinator is not available.',
    });
  });

  it.each([
    [2, 3, 'This most likely occurs'],
    [2, 4, ''],
    [9, 3, 'This most likely occurs'],
    [9, 4, 'This most likely occurs'],
  ])('refuses key type %i in v%i', async (keyType, version, text) => {
    const request = version < 4 ? { key: 'g', keyType } : { coordinatorKeys: ['g'], keyType };
    const response = await client(new GroupsWorld())(findCoordinatorHandler, findCoordinator, version, request);
    const answer = version < 4 ? response : response.coordinators[0];
    expect(answer).toMatchObject({ ...nowhere, errorCode: 42, errorMessage: expect.stringMatching(`^${text}`) });
    if (text === '') expect(answer?.errorMessage).toBe('');
  });
});

describe('DescribeGroups', () => {
  it.each([0, 3, 5])('v%i calls an unknown group dead without an error', async (version) => {
    const response = await client(new GroupsWorld())(describeGroupsHandler, describeGroups, version, { groups: ['g'] });
    expect(response.groups).toMatchObject([{ errorCode: 0, errorMessage: null, groupState: 'Dead', members: [] }]);
  });

  it('v6 says that it is unknown', async () => {
    const request = { groups: ['g'], includeAuthorizedOperations: true };
    const response = await client(new GroupsWorld())(describeGroupsHandler, describeGroups, 6, request);
    expect(response.groups).toMatchObject([
      { errorCode: 69, errorMessage: 'Group g not found.', groupState: 'Dead', authorizedOperations: -2147483648 },
    ]);
  });

  it('tells members, and all operations when asked', async () => {
    const world = new GroupsWorld();
    const { memberId } = await world.stableGroup('g');
    const request = { groups: ['g'], includeAuthorizedOperations: true };
    const response = await client(world)(describeGroupsHandler, describeGroups, 6, request);
    expect(response.groups).toEqual([
      {
        errorCode: 0,
        errorMessage: null,
        groupId: 'g',
        groupState: 'Stable',
        protocolType: 'consumer',
        protocolData: 'range',
        members: [
          {
            memberId,
            groupInstanceId: null,
            clientId: 'client',
            clientHost: '/127.0.0.1',
            memberMetadata: subscription('t'),
            memberAssignment: Buffer.from(`for ${memberId}`),
          },
        ],
        authorizedOperations: 3400,
      },
    ]);
  });
});

describe('ListGroups, DeleteGroups and OffsetDelete', () => {
  it('ListGroups v5 tells state and type, v3 neither', async () => {
    const world = new GroupsWorld();
    await world.commit('g', 1n);
    const send = client(world);
    const listed = { groupId: 'g', protocolType: '', groupState: 'Empty', groupType: 'classic' };
    expect(await send(listGroupsHandler, listGroups, 5, { statesFilter: ['empty'] })).toMatchObject({
      groups: [listed],
    });
    expect(await send(listGroupsHandler, listGroups, 5, { typesFilter: ['share'] })).toMatchObject({ groups: [] });
    expect((await send(listGroupsHandler, listGroups, 3, {})).groups).toEqual([
      { ...listed, groupState: '', groupType: '' },
    ]);
  });

  it('DeleteGroups answers each group once', async () => {
    const world = new GroupsWorld();
    await world.commit('g', 1n);
    const request = { groupsNames: ['g', 'h', 'g'] };
    expect((await client(world)(deleteGroupsHandler, deleteGroups, 2, request)).results).toEqual([
      { groupId: 'g', errorCode: 0 },
      { groupId: 'h', errorCode: 69 },
    ]);
  });

  it('OffsetDelete refuses what does not exist and deletes the rest', async () => {
    const world = new GroupsWorld();
    await world.commit('g', 1n);
    const send = client(world);
    const topics = [
      { name: 't', partitions: [{ partitionIndex: 0 }, { partitionIndex: 7 }] },
      { name: 'nope', partitions: [{ partitionIndex: 0 }] },
    ];
    expect(await send(offsetDeleteHandler, offsetDelete, 0, { groupId: 'g', topics })).toEqual({
      errorCode: 0,
      throttleTimeMs: 0,
      topics: [
        {
          name: 't',
          partitions: [
            { partitionIndex: 7, errorCode: 3 },
            { partitionIndex: 0, errorCode: 0 },
          ],
        },
        { name: 'nope', partitions: [{ partitionIndex: 0, errorCode: 3 }] },
      ],
    });
    expect(await world.offset('g')).toBe(-1n);
    expect(await send(offsetDeleteHandler, offsetDelete, 0, { groupId: 'h', topics })).toMatchObject({
      errorCode: 69,
      topics: [],
    });
  });
});
