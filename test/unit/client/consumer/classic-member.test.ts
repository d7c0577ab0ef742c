import { type TopicPartition } from '../../../../src/client/consumer/assigned-partition.ts';
import { assignorsByClassName } from '../../../../src/client/consumer/assignors/by-class-name.ts';
import { ClassicMember } from '../../../../src/client/consumer/classic-member.ts';
import { decodeSubscription, encodeAssignment } from '../../../../src/client/consumer/consumer-protocol.ts';
import { Errors } from '../../../../src/protocol/errors.ts';
import { joinGroup } from '../../../../src/protocol/messages/11-join-group.ts';
import { heartbeat } from '../../../../src/protocol/messages/12-heartbeat.ts';
import { leaveGroup } from '../../../../src/protocol/messages/13-leave-group.ts';
import { syncGroup } from '../../../../src/protocol/messages/14-sync-group.ts';
import { type ApiRequest } from '../../../../src/protocol/schema.ts';
import { FakeCluster } from './fake-cluster.ts';

const settle = () => new Promise((resolve) => setImmediate(resolve));
const parts = (numbers: readonly number[]) => numbers.map((partition) => ({ topic: 'T', partition }));

interface Script {
  assignor?: string;
  groupInstanceId?: string | null;
  /** Answers to joins; the last repeats. */
  joins?: object[];
  /** Partitions given by each sync, or an error code. */
  syncs: (readonly number[] | { errorCode: number })[];
  /** Error codes of heartbeats; afterwards all is well. */
  beats?: number[];
}

function setUp({ assignor = 'RangeAssignor', groupInstanceId = null, joins = [{}], syncs, beats = [] }: Script) {
  const cluster = new FakeCluster();
  cluster.topics.set('T', { id: 'AAAAAAAAAAAAAAAAAAAAAQ', leaders: [1, 1, 1] });
  const joined: ApiRequest<typeof joinGroup>[] = [];
  let generationId = 0;
  const nth = <T>(list: readonly T[], at: number): T => list[Math.min(at, list.length - 1)] as T;
  cluster.answer(joinGroup, (request) => {
    joined.push(request as never);
    const { protocols } = request as unknown as ApiRequest<typeof joinGroup>;
    const answer = nth(joins, joined.length - 1) as { errorCode?: number };
    if (answer.errorCode) return { memberId: 'named', ...answer };
    generationId++;
    return { memberId: 'm', leader: 'other', generationId, protocolName: protocols[0]?.name, members: [], ...answer };
  });
  let syncCount = 0;
  cluster.answer(syncGroup, () => {
    const answer = nth(syncs, syncCount++);
    return 'errorCode' in answer ? answer : { assignment: encodeAssignment(parts(answer as readonly number[])) };
  });
  cluster.answer(heartbeat, () => ({ errorCode: beats.shift() ?? 0 }));
  cluster.answer(leaveGroup, () => ({}));
  const told: string[] = [];
  const names = (partitions: readonly TopicPartition[]) => partitions.map((one) => one.partition).join();
  const member: ClassicMember = new ClassicMember({
    cluster: cluster.asCluster(),
    groupId: 'g',
    groupInstanceId,
    sessionTimeoutMs: 45_000,
    rebalanceTimeoutMs: 300_000,
    heartbeatIntervalMs: 3000,
    rack: 'r1',
    assignors: assignorsByClassName([`org.apache.kafka.clients.consumer.${assignor}`]),
    events: {
      onAssigned: (partitions) => void told.push(`assigned ${names(partitions)}`),
      onRevoked: async (partitions) =>
        void told.push(`revoked ${names(partitions)} in ${member.identity.generationOrEpoch}`),
      onLost: (partitions) => void told.push(`lost ${names(partitions)}`),
      onFailure: (error) => void told.push(`failed ${(error as Error).message}`),
    },
  });
  const until = async (condition: () => boolean) => {
    for (let turn = 0; !condition(); turn++) {
      if (turn > 5000) throw new Error(`waited in vain for ${condition}; ${told.join('; ')}`);
      await settle();
    }
  };
  /** Lets the next heartbeat, or the next attempt, come. */
  const pass = async () => {
    await settle();
    await cluster.clock.advance(3000);
  };
  const sent = (api: string) => cluster.sent.filter((one) => one.api === api).map((one) => one.request as never);
  return { cluster, joined, told, member, until, pass, sent };
}

const owned = (request: ApiRequest<typeof joinGroup> | undefined) =>
  decodeSubscription(request?.protocols[0]?.metadata as Buffer);

describe('a member of a classic group', () => {
  it('joins, with the id it is given, and gives up everything before it joins again', async () => {
    const { joined, told, member, until, pass } = setUp({
      joins: [{ errorCode: Errors.MEMBER_ID_REQUIRED }, {}],
      syncs: [[0, 1], [1]],
      beats: [0, Errors.REBALANCE_IN_PROGRESS],
    });
    member.subscribe(['T']);
    await until(() => told.length === 1);
    expect(joined.map((one) => one.memberId)).toEqual(['', 'named']);
    expect(owned(joined[1])).toMatchObject({ topics: ['T'], rackId: 'r1', generationId: -1, ownedPartitions: [] });
    expect(member.identity).toMatchObject({ memberId: 'm', generationOrEpoch: 1, protocol: 'classic' });
    await pass();
    await pass();
    await until(() => told.length === 3);
    expect(told).toEqual(['assigned 0,1', 'revoked 0,1 in 1', 'assigned 1']);
    expect(owned(joined[2])).toMatchObject({ ownedPartitions: [], generationId: 1 });
    await member.close();
  });

  it('assigns for all when it leads', async () => {
    const { member, until, sent, joined } = setUp({
      joins: [{ leader: 'm' }],
      syncs: [[0]],
    });
    member.subscribe(['T']);
    await until(() => sent('SyncGroup').length === 1);
    expect(sent('SyncGroup')[0]).toMatchObject({ protocolType: 'consumer', protocolName: 'range', assignments: [] });
    expect(joined[0]).toMatchObject({ protocolType: 'consumer', sessionTimeoutMs: 45_000 });
    await member.close();
    expect(sent('LeaveGroup')[0]).toMatchObject({
      members: [{ memberId: 'm', reason: 'the consumer is being closed' }],
    });
  });

  it('gives up only what it has to when it may (KIP-429), and joins again so that others get it', async () => {
    const { joined, told, member, until, pass } = setUp({
      assignor: 'CooperativeStickyAssignor',
      syncs: [
        [0, 1, 2],
        [0, 1],
        [0, 1],
      ],
      beats: [Errors.REBALANCE_IN_PROGRESS],
    });
    member.subscribe(['T']);
    await until(() => told.length === 1);
    await pass();
    await until(() => joined.length === 3 && told.length === 4);
    expect(told).toEqual(['assigned 0,1,2', 'revoked 2 in 2', 'assigned 0,1', 'assigned 0,1']);
    expect(owned(joined[1])).toMatchObject({ ownedPartitions: parts([0, 1, 2]), generationId: 1 });
    expect(owned(joined[2])).toMatchObject({ ownedPartitions: parts([0, 1]), generationId: 2 });
    await member.close();
  });

  it.each([
    ['UNKNOWN_MEMBER_ID', ''],
    ['ILLEGAL_GENERATION', 'm'],
  ] as const)('loses what it owned after %s and joins again', async (error, memberId) => {
    const { joined, told, member, until, pass } = setUp({ syncs: [[0], [1]], beats: [Errors[error]] });
    member.subscribe(['T']);
    await until(() => told.length === 1);
    await pass();
    await until(() => told.length === 2);
    await pass();
    await until(() => told.length === 3);
    expect(told).toEqual(['assigned 0', 'lost 0', 'assigned 1']);
    expect(joined[1]?.memberId).toBe(memberId);
    await member.close();
  });

  it('is static with an instance id (KIP-345): it names it everywhere and does not leave', async () => {
    const { member, told, until, pass, sent } = setUp({ groupInstanceId: 'i', syncs: [[0]] });
    member.subscribe(['T']);
    await until(() => told.length === 1);
    await pass();
    await until(() => sent('Heartbeat').length > 0);
    for (const api of ['JoinGroup', 'SyncGroup', 'Heartbeat']) {
      expect(sent(api)[0]).toMatchObject({ groupInstanceId: 'i' });
    }
    await member.close();
    expect(sent('LeaveGroup')).toEqual([]);
  });

  it('gives in when another has its instance id', async () => {
    const { member, told, until, pass } = setUp({
      groupInstanceId: 'i',
      syncs: [[0]],
      beats: [Errors.FENCED_INSTANCE_ID],
    });
    member.subscribe(['T']);
    await until(() => told.length === 1);
    await pass();
    await until(() => told.length === 3);
    expect(told.slice(1)).toEqual(['lost 0', expect.stringMatching(/^failed /)]);
    await member.close();
  });

  it('asks for the coordinator again when it moved', async () => {
    const { member, told, until, pass, sent } = setUp({ syncs: [[0]], beats: [Errors.NOT_COORDINATOR] });
    member.subscribe(['T']);
    await until(() => told.length === 1);
    await pass();
    await pass();
    await until(() => sent('FindCoordinator').length === 2);
    expect(told).toEqual(['assigned 0']);
    await member.close();
  });
});
