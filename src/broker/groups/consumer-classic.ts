import { type ErrorName, KafkaError } from '../../protocol/errors.ts';
import { MalformedBytesError } from '../../protocol/primitives.ts';
import { randomUuid } from '../../protocol/random-uuid.ts';
import { failedJoin, failedSync } from './answers.ts';
import { admit, checkInstance } from './consumer-admission.ts';
import { describeMember, reconcileMember, updateTargetsWhenDue } from './consumer-advance.ts';
import { ConsumerChange } from './consumer-change.ts';
import { type ConsumerGroup } from './consumer-group.ts';
import { type ClassicMembership, type ConsumerMember, newMember } from './consumer-member.ts';
import {
  awaitJoin,
  awaitSync,
  noteSync,
  removeConsumerMembers,
  restartConsumerSession,
  restartSessionOf,
  stopConsumerTimers,
} from './consumer-sessions.ts';
import { canDowngrade, downgradeGroup, named } from './downgrade.ts';
import { isWaitingForOthers } from './reconciliation.ts';
import { type Shard } from './shard.ts';
import { readSubscription, type Subscription, writeAssignment } from './subscription.ts';
import { assignmentOf } from './topic-assignment.ts';
import {
  type GenerationRequest,
  type JoinRequest,
  type JoinResult,
  type LeaveResult,
  type MemberIdentity,
  type SyncRequest,
  type SyncResult,
} from './types.ts';

/** JoinGroup into a KIP-848 group with members; runs in the group's queue. The server assigns: there is no leader. */
export async function joinConsumerGroup(shard: Shard, group: ConsumerGroup, request: JoinRequest): Promise<JoinResult> {
  try {
    return await join(shard, group, request);
  } catch (error) {
    if (error instanceof KafkaError) return failedJoin(error.error, '');
    throw error;
  }
}

async function join(shard: Shard, group: ConsumerGroup, request: JoinRequest): Promise<JoinResult> {
  const { groupId, groupInstanceId, protocols } = request;
  const isNewcomer = request.memberId === '';
  const memberId = isNewcomer ? randomUuid() : request.memberId;
  if (!shard.settings.allowsMixedGroups) throw new KafkaError('INCONSISTENT_GROUP_PROTOCOL');
  if (group.members.size >= shard.settings.maxConsumerGroupSize && !group.members.has(memberId)) {
    throw new KafkaError('GROUP_MAX_SIZE_REACHED');
  }
  const isOffered =
    request.protocolType === 'consumer' && group.supportsClassicProtocols(protocols.map(({ name }) => name));
  if (!isOffered) throw new KafkaError('INCONSISTENT_GROUP_PROTOCOL');
  if (isNewcomer && groupInstanceId === null && request.requiresKnownMemberId) {
    return failedJoin('MEMBER_ID_REQUIRED', memberId);
  }
  const subscription = subscriptionOf(request);
  const change = new ConsumerChange(shard, group);
  const owned = assignmentOf(
    subscription.ownedPartitions.flatMap(({ topic, partitions }) => {
      const topicId = shard.metadata.topics.get(topic)?.topicId;
      return topicId === undefined ? [] : [{ topicId, partitions }];
    }),
  );
  const replaced = groupInstanceId === null || !isNewcomer ? undefined : group.staticMember(groupInstanceId);
  const isDowngrade = replaced !== undefined && replaced.classic === null && canDowngrade(shard, group, [replaced], 1);
  const { known, previousId } = admit(change, {
    memberId,
    instanceId: groupInstanceId,
    memberEpoch: -1,
    owned,
    isJoin: groupInstanceId === null || isNewcomer,
    isClassic: true,
  });
  const isResubscribed = describeMember(shard, change, known, described(known, memberId, request, subscription), null);
  const rebalances = change.group.assignmentEpoch < change.group.epoch;
  if (!isDowngrade) updateTargetsWhenDue(shard, change);
  const member = change.group.requireMember(memberId);
  const { memberEpoch } =
    isDowngrade && rebalances ? member : reconcileMember(shard, change, member, owned, isResubscribed);
  if (isDowngrade) {
    const reason = rebalances ? 'from consumer to classic, the assignment is stale' : null;
    await downgradeGroup(shard, change, [], group.epoch, reason);
  } else {
    await change.commit().catch((cause) => {
      shard.staleConsumerGroups.add(groupId);
      throw cause;
    });
    if (previousId !== null) stopConsumerTimers(shard, groupId, previousId);
    restartConsumerSession(shard, groupId, memberId, request.sessionTimeoutMs);
    awaitSync(shard, groupId, memberId, request.rebalanceTimeoutMs);
  }
  const protocolName = protocols[0]?.name ?? null;
  const answer = {
    error: 'NONE',
    memberId,
    generationId: memberEpoch,
    protocolType: 'consumer',
    protocolName,
  } as const;
  return { ...answer, leader: '', skipAssignment: false, members: [] };
}

/** All the member's protocols carry the same subscription. */
function subscriptionOf({ protocols }: JoinRequest): Subscription {
  try {
    return readSubscription(protocols[0]?.metadata ?? Buffer.alloc(0));
  } catch (error) {
    if (!(error instanceof MalformedBytesError)) throw error;
    throw new KafkaError(
      'UNKNOWN_SERVER_ERROR',
      'Malformed embedded consumer protocol in subscription deserialization.',
    );
  }
}

function described(
  known: ConsumerMember | undefined,
  memberId: string,
  request: JoinRequest,
  { topics, rackId }: Subscription,
): ConsumerMember {
  const { groupInstanceId, clientId, clientHost, rebalanceTimeoutMs, sessionTimeoutMs, protocols } = request;
  const classic: ClassicMembership = {
    sessionTimeoutMs,
    // Decoded bytes are views on a frame.
    supportedProtocols: protocols.map(({ name, metadata }) => ({ name, metadata: Buffer.from(metadata) })),
  };
  return {
    ...newMember(memberId),
    ...known,
    memberId,
    clientId,
    clientHost,
    instanceId: groupInstanceId ?? known?.instanceId ?? null,
    rackId: rackId || (known?.rackId ?? null),
    rebalanceTimeoutMs,
    subscribedTopicNames: [...new Set(topics)].sort(),
    subscribedTopicRegex: null,
    classic,
  };
}

/** The classic member that speaks, with its own words for what is wrong. */
function requireClassic(group: ConsumerGroup, { memberId, groupInstanceId, generationId }: GenerationRequest) {
  const member =
    groupInstanceId === null
      ? group.requireMember(memberId)
      : checkInstance(group.staticMember(groupInstanceId), groupInstanceId, memberId);
  if (member.classic === null) throw new KafkaError('UNKNOWN_MEMBER_ID');
  if (member.memberEpoch !== generationId) throw new KafkaError('ILLEGAL_GENERATION');
  return { ...member, classic: member.classic };
}

const differs = (given: string | null, expected: string | undefined) => given !== null && given !== expected;

/** SyncGroup of a classic member: its assignment as the server made it. Whoever has to join again is told so. */
export function syncConsumerGroup(shard: Shard, group: ConsumerGroup, request: SyncRequest): SyncResult {
  const { groupId, protocolType, protocolName } = request;
  try {
    if (group.members.size === 0) throw new KafkaError('UNKNOWN_MEMBER_ID');
    const member = requireClassic(group, request);
    const [protocol] = member.classic.supportedProtocols;
    if (differs(protocolType, 'consumer') || differs(protocolName, protocol?.name)) {
      throw new KafkaError('INCONSISTENT_GROUP_PROTOCOL');
    }
    if (group.assignmentEpoch > member.memberEpoch && member.state !== 'UnrevokedPartitions') {
      awaitJoin(shard, groupId, member);
      throw new KafkaError('REBALANCE_IN_PROGRESS');
    }
    noteSync(shard, groupId, member.memberId);
    restartSessionOf(shard, groupId, member);
    const { version } = readSubscription(protocol?.metadata ?? Buffer.alloc(0));
    const assignment = writeAssignment(version, named(shard, member.assigned));
    return { error: 'NONE', protocolType, protocolName, assignment };
  } catch (error) {
    if (error instanceof KafkaError) return failedSync(error.error);
    throw error;
  }
}

/**
 * Heartbeat of a classic member. It has to join again when there is a newer assignment, when it has to let go of something,
 * and when what it waits for has become free.
 */
export function heartbeatConsumerGroup(shard: Shard, group: ConsumerGroup, request: GenerationRequest): ErrorName {
  try {
    const member = requireClassic(group, request);
    restartSessionOf(shard, group.groupId, member);
    const target = group.targetOf(member.memberId);
    const isHeld = (topicId: string, partition: number) => group.isHeldByOthers('', topicId, partition);
    const mustJoin =
      member.memberEpoch < group.assignmentEpoch ||
      member.state === 'UnrevokedPartitions' ||
      (member.state === 'UnreleasedPartitions' && !isWaitingForOthers(member, target, isHeld));
    if (mustJoin) awaitJoin(shard, group.groupId, member);
    return mustJoin ? 'REBALANCE_IN_PROGRESS' : 'NONE';
  } catch (error) {
    if (error instanceof KafkaError) return error.error;
    throw error;
  }
}

/** LeaveGroup; members of either protocol can be taken out with it. They are judged one by one. */
export async function leaveConsumerGroup(
  shard: Shard,
  group: ConsumerGroup,
  identities: readonly MemberIdentity[],
): Promise<LeaveResult> {
  const leaving = new Map<string, ConsumerMember>();
  const judge = ({ memberId, groupInstanceId }: MemberIdentity): ErrorName => {
    try {
      const holder = groupInstanceId === null ? undefined : group.staticMember(groupInstanceId);
      const expectedId = memberId === '' ? (holder?.memberId ?? '') : memberId;
      const member =
        groupInstanceId === null ? group.requireMember(memberId) : checkInstance(holder, groupInstanceId, expectedId);
      leaving.set(member.memberId, member);
      return 'NONE';
    } catch (error) {
      if (error instanceof KafkaError) return error.error;
      throw error;
    }
  };
  const members = identities.map((identity) => ({ identity, error: judge(identity) }));
  if (leaving.size === 0) return { error: 'NONE', members };
  try {
    await removeConsumerMembers(shard, group, [...leaving.values()]);
    return { error: 'NONE', members };
  } catch (error) {
    if (error instanceof KafkaError) return { error: error.error, members: [] };
    throw error;
  }
}
