import { type TopicPartition } from '../../../../src/client/consumer/assigned-partition.ts';
import { HeartbeatMember } from '../../../../src/client/consumer/heartbeat-member.ts';
import { Errors } from '../../../../src/protocol/errors.ts';
import { consumerGroupHeartbeat } from '../../../../src/protocol/messages/68-consumer-group-heartbeat.ts';
import { FakeCluster } from './fake-cluster.ts';

const TOPIC_ID = 'AAAAAAAAAAAAAAAAAAAAAQ';

interface Beat {
  memberId: string;
  memberEpoch: number;
  instanceId: string | null;
  subscribedTopicNames?: string[];
  topicPartitions?: { topicId: string; partitions: number[] }[];
  rebalanceTimeoutMs?: number;
}

const settle = () => new Promise((resolve) => setImmediate(resolve));

/** A coordinator that answers from a script; the last answer repeats. */
function setUp(script: object[], groupInstanceId: string | null = null) {
  const cluster = new FakeCluster();
  cluster.topics.set('T', { id: TOPIC_ID, leaders: [1, 1, 1] });
  const beats: Beat[] = [];
  let answers = 0;
  cluster.answer(consumerGroupHeartbeat, (request) => {
    beats.push(request as unknown as Beat);
    const answer = script[Math.min(answers++, script.length - 1)] as object;
    return { errorCode: 0, heartbeatIntervalMs: 5000, ...answer };
  });
  const told: string[] = [];
  const names = (partitions: readonly TopicPartition[]) => partitions.map((one) => one.partition).join();
  let revoking = Promise.resolve();
  const member = new HeartbeatMember({
    cluster: cluster.asCluster(),
    groupId: 'g',
    rebalanceTimeoutMs: 300_000,
    groupInstanceId,
    rack: '',
    serverAssignor: null,
    events: {
      onAssigned: (partitions) => void told.push(`assigned ${names(partitions)}`),
      onRevoked: async (partitions) => {
        told.push(`revoking ${names(partitions)} at epoch ${member.identity.generationOrEpoch}`);
        await revoking;
        told.push('revoked');
      },
      onLost: (partitions) => void told.push(`lost ${names(partitions)}`),
      onFailure: (error) => void told.push(`failed ${(error as Error).message}`),
    },
  });
  const until = async (condition: () => boolean) => {
    for (let turn = 0; !condition(); turn++) {
      if (turn > 5000) throw new Error(`waited in vain for ${condition}`);
      await settle();
    }
  };
  const holdRevocation = () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    revoking = promise;
    return resolve;
  };
  return { cluster, beats, told, member, until, holdRevocation };
}

const assignment = (...partitions: number[]) => ({
  assignment: { topicPartitions: [{ topicId: TOPIC_ID, partitions }] },
});

describe('a member by heartbeats (KIP-848)', () => {
  it('joins with everything, then says only what changed', async () => {
    const { cluster, beats, told, member, until } = setUp([
      { memberEpoch: 2, ...assignment(0, 1) },
      { memberEpoch: 2 },
    ]);
    member.subscribe(['T']);
    await until(() => beats.length === 2);
    expect(beats[0]).toMatchObject({
      memberEpoch: 0,
      subscribedTopicNames: ['T'],
      topicPartitions: [],
      rebalanceTimeoutMs: 300_000,
    });
    expect(beats[1]).toEqual({
      groupId: 'g',
      memberId: beats[0]?.memberId,
      memberEpoch: 2,
      instanceId: null,
      topicPartitions: [{ topicId: TOPIC_ID, partitions: [0, 1] }],
    });
    expect(told).toEqual(['assigned 0,1']);
    await settle();
    await cluster.clock.advance(5000);
    await until(() => beats.length === 3);
    expect(beats[2]).toEqual({ groupId: 'g', memberId: beats[0]?.memberId, memberEpoch: 2, instanceId: null });
    await member.close();
  });

  it('gives partitions up before it says so, heartbeats going on meanwhile', async () => {
    const { cluster, beats, told, member, until, holdRevocation } = setUp([
      { memberEpoch: 2, ...assignment(0, 1, 2) },
      { memberEpoch: 2 },
      { memberEpoch: 2, ...assignment(0) },
      { memberEpoch: 2 },
    ]);
    const release = holdRevocation();
    member.subscribe(['T']);
    await until(() => beats.length === 2);
    await settle();
    await cluster.clock.advance(5000);
    await until(() => told.includes('revoking 1,2 at epoch 2'));
    await cluster.clock.advance(5000);
    await until(() => beats.length === 4);
    expect(beats[3]?.topicPartitions).toBeUndefined();
    expect(told.at(-1)).toBe('revoking 1,2 at epoch 2');
    release();
    await until(() => beats.length === 5);
    expect(told.slice(-2)).toEqual(['revoked', 'assigned 0']);
    expect(beats[4]?.topicPartitions).toEqual([{ topicId: TOPIC_ID, partitions: [0] }]);
    await member.close();
  });

  it.each(['FENCED_MEMBER_EPOCH', 'UNKNOWN_MEMBER_ID'] as const)(
    'joins anew after %s, what it owned is lost',
    async (error) => {
      const { cluster, beats, told, member, until } = setUp([
        { memberEpoch: 2, ...assignment(0) },
        { memberEpoch: 2 },
        { errorCode: Errors[error] },
        { memberEpoch: 5, ...assignment(2) },
        { memberEpoch: 5 },
      ]);
      member.subscribe(['T']);
      await until(() => beats.length === 2);
      await settle();
      await cluster.clock.advance(5000);
      await until(() => told.includes('lost 0'));
      await until(() => cluster.isBackingOff);
      await cluster.clock.advance(100);
      await until(() => told.includes('assigned 2'));
      expect(beats[3]).toMatchObject({ memberEpoch: 0, topicPartitions: [], subscribedTopicNames: ['T'] });
      await member.close();
    },
  );

  it('looks for the coordinator again when it moved, and says everything to the new one', async () => {
    const { cluster, beats, member, until } = setUp([{ errorCode: Errors.NOT_COORDINATOR }, { memberEpoch: 2 }]);
    member.subscribe(['T']);
    await until(() => cluster.isBackingOff);
    await cluster.clock.advance(100);
    await until(() => beats.length === 2);
    expect(cluster.sent.filter((one) => one.api === 'FindCoordinator')).toHaveLength(2);
    expect(beats[1]?.subscribedTopicNames).toEqual(['T']);
    await member.close();
  });

  it('fails for good on what will not pass', async () => {
    const { told, member, until } = setUp([
      { errorCode: Errors.UNSUPPORTED_ASSIGNOR, errorMessage: 'no such assignor' },
    ]);
    member.subscribe(['T']);
    await until(() => told.length === 1);
    expect(told).toEqual(['failed no such assignor']);
    await member.close();
  });

  it.each([
    [null, -1],
    ['static', -2],
  ])('leaves so that others take over (instance id %s: epoch %i)', async (instanceId, epoch) => {
    const { beats, member, until } = setUp([{ memberEpoch: 2 }], instanceId);
    member.subscribe(['T']);
    await until(() => member.identity.generationOrEpoch === 2);
    await member.close();
    expect(beats.at(-1)).toMatchObject({ memberEpoch: epoch, instanceId });
  });

  it('tells a changed subscription at once', async () => {
    const { beats, member, until } = setUp([{ memberEpoch: 2 }]);
    member.subscribe(['T']);
    await until(() => member.identity.generationOrEpoch === 2);
    await settle();
    member.subscribe(['U', 'T']);
    await until(() => beats.length === 2);
    expect(beats[1]?.subscribedTopicNames).toEqual(['T', 'U']);
    await member.close();
  });
});
