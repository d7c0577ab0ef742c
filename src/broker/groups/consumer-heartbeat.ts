import { KafkaError } from '../../protocol/errors.ts';
import { randomUuid } from '../../protocol/random-uuid.ts';
import { admit, checkInstance } from './consumer-admission.ts';
import { describeMember, reconcileMember, updateTargetsWhenDue } from './consumer-advance.ts';
import { ConsumerChange } from './consumer-change.ts';
import { ConsumerGroup } from './consumer-group.ts';
import { type ConsumerMember, newMember, STATIC_AWAY_EPOCH } from './consumer-member.ts';
import {
  removeConsumerMembers,
  restartConsumerSession,
  stopClassicTimers,
  stopConsumerTimers,
  watchRevocation,
} from './consumer-sessions.ts';
import { groupTombstone } from './deletion.ts';
import { type Shard } from './shard.ts';
import { assignmentOf, epochsOf, equals, NOTHING, topicsOf } from './topic-assignment.ts';
import { type ConsumerHeartbeatRequest, type ConsumerHeartbeatResult } from './types.ts';
import { upgradeGroup } from './upgrade.ts';

const JOIN_EPOCH = 0;
const LEAVE_EPOCH = -1;
/** The first member's bump makes it 2, as Kafka's groups start. */
const FIRST_EPOCH = 1;

/** What can be said of a request without looking at a group. Throws KafkaError in Kafka's words. */
function validate(shard: Shard, request: ConsumerHeartbeatRequest): void {
  const refuse = (text: string) => {
    throw new KafkaError('INVALID_REQUEST', text);
  };
  const { memberEpoch, memberId, subscribedTopicNames, subscribedTopicRegex, serverAssignor, topicPartitions } =
    request;
  if (
    memberId === '' &&
    (request.makesMemberIds === false || memberEpoch > JOIN_EPOCH || memberEpoch === LEAVE_EPOCH)
  ) {
    refuse("MemberId can't be empty.");
  }
  if (request.groupId.trim() === '') refuse("GroupId can't be empty.");
  if (request.instanceId?.trim() === '') refuse("InstanceId can't be empty.");
  if (request.rackId?.trim() === '') refuse("RackId can't be empty.");
  if (memberEpoch < STATIC_AWAY_EPOCH) refuse('MemberEpoch is invalid.');
  if (memberEpoch === STATIC_AWAY_EPOCH && request.instanceId === null) refuse("InstanceId can't be null.");
  if (memberEpoch === JOIN_EPOCH) {
    if (request.rebalanceTimeoutMs === -1) refuse('RebalanceTimeoutMs must be provided in first request.');
    if (topicPartitions === null || topicPartitions.length > 0) {
      refuse('TopicPartitions must be empty when (re-)joining.');
    }
    if (subscribedTopicNames === null && subscribedTopicRegex === null) {
      refuse('Either SubscribedTopicNames or SubscribedTopicRegex must be non-null when (re-)joining.');
    }
  }
  const assignors = shard.settings.consumerAssignors;
  if (serverAssignor === null || assignors.includes(serverAssignor)) return;
  throw new KafkaError(
    'UNSUPPORTED_ASSIGNOR',
    `ServerAssignor ${serverAssignor} is not supported. Supported assignors: ${assignors.join(', ')}.`,
  );
}

/** ConsumerGroupHeartbeat; runs in the group's queue. Throws KafkaError with the text clients are given. */
export function consumerHeartbeat(shard: Shard, request: ConsumerHeartbeatRequest): Promise<ConsumerHeartbeatResult> {
  validate(shard, request);
  if (shard.shareGroups.has(request.groupId)) throw notConsumerGroup(request.groupId);
  return request.memberEpoch < JOIN_EPOCH ? leave(shard, request) : beat(shard, request);
}

function requireFound(shard: Shard, groupId: string, text: string): ConsumerGroup {
  const group = shard.consumerGroups.get(groupId);
  if (group !== undefined) return group;
  const isClassic = shard.groups.has(groupId);
  throw isClassic ? notConsumerGroup(groupId) : new KafkaError('GROUP_ID_NOT_FOUND', text);
}

function notConsumerGroup(groupId: string): KafkaError {
  return new KafkaError('GROUP_ID_NOT_FOUND', `Group ${groupId} is not a consumer group.`);
}

/** A joining member makes its group, also in place of a classic one; that one's members stay, and its offsets. */
function openGroup(shard: Shard, request: ConsumerHeartbeatRequest): ConsumerChange {
  const { groupId, memberEpoch } = request;
  const classic = shard.groups.get(groupId);
  if (memberEpoch !== JOIN_EPOCH || shard.consumerGroups.has(groupId)) {
    return new ConsumerChange(shard, requireFound(shard, groupId, `Consumer group ${groupId} not found.`));
  }
  if (classic !== undefined && classic.state !== 'Empty') return upgradeGroup(shard, classic);
  const change = new ConsumerChange(shard, new ConsumerGroup(groupId));
  if (classic !== undefined) change.addForeign(groupTombstone(groupId));
  change.setEpoch(FIRST_EPOCH);
  return change;
}

/** The member as this heartbeat describes it; what is absent stays. */
function described(
  known: ConsumerMember | undefined,
  request: ConsumerHeartbeatRequest,
  memberId: string,
): ConsumerMember {
  const { instanceId, rackId, clientId, clientHost, rebalanceTimeoutMs, serverAssignor } = request;
  const { subscribedTopicNames: names, subscribedTopicRegex: regex } = request;
  return {
    ...newMember(memberId),
    ...known,
    memberId,
    clientId,
    clientHost,
    instanceId: instanceId ?? known?.instanceId ?? null,
    rackId: rackId ?? known?.rackId ?? null,
    rebalanceTimeoutMs: rebalanceTimeoutMs === -1 ? (known?.rebalanceTimeoutMs ?? -1) : rebalanceTimeoutMs,
    serverAssignor: serverAssignor ?? known?.serverAssignor ?? null,
    subscribedTopicNames: names === null ? (known?.subscribedTopicNames ?? []) : [...new Set(names)].sort(),
    // An empty expression ends the subscription by pattern.
    subscribedTopicRegex: regex === null ? (known?.subscribedTopicRegex ?? null) : regex || null,
    classic: null,
  };
}

async function beat(shard: Shard, request: ConsumerHeartbeatRequest): Promise<ConsumerHeartbeatResult> {
  const { groupId, memberEpoch } = request;
  const owned = request.topicPartitions === null ? null : assignmentOf(request.topicPartitions);
  const change = openGroup(shard, request);
  const memberId = request.memberId === '' ? randomUuid() : request.memberId;
  const { members } = change.group;
  if (memberEpoch === JOIN_EPOCH && !members.has(memberId) && members.size >= shard.settings.maxConsumerGroupSize) {
    const text = `The consumer group has reached its maximum capacity of ${shard.settings.maxConsumerGroupSize} members.`;
    throw new KafkaError('GROUP_MAX_SIZE_REACHED', text);
  }
  const isJoin = memberEpoch === JOIN_EPOCH;
  const { known, previousId } = admit(change, { ...request, memberId, owned, isJoin, isClassic: false });
  const isResubscribed = describeMember(shard, change, known, described(known, request, memberId), request.maySee);
  updateTargetsWhenDue(shard, change);
  const member = change.group.requireMember(memberId);
  const next = reconcileMember(shard, change, member, owned, isResubscribed);
  await change.commit().catch((cause) => {
    // What was found out about topics was not kept: the next heartbeat looks again.
    shard.staleConsumerGroups.add(groupId);
    throw cause;
  });

  if (previousId !== null) stopConsumerTimers(shard, groupId, previousId);
  restartConsumerSession(shard, groupId, memberId);
  watchRevocation(shard, groupId, known ?? member);
  stopClassicTimers(shard, groupId, memberId);
  const isFull =
    request.rebalanceTimeoutMs !== -1 &&
    (request.subscribedTopicNames !== null || request.subscribedTopicRegex !== null) &&
    owned !== null;
  const isTold = isJoin || isFull || !equals(next.assigned, known?.assigned ?? NOTHING);
  return {
    memberId,
    memberEpoch: next.memberEpoch,
    heartbeatIntervalMs: shard.settings.consumerHeartbeatIntervalMs(groupId),
    assignment: isTold ? topicsOf(next.assigned) : null,
  };
}

async function leave(shard: Shard, request: ConsumerHeartbeatRequest): Promise<ConsumerHeartbeatResult> {
  const { groupId, memberId, memberEpoch, instanceId } = request;
  const group = requireFound(shard, groupId, `Group ${groupId} not found.`);
  const member =
    instanceId === null
      ? group.requireMember(memberId)
      : checkInstance(group.staticMember(instanceId), instanceId, memberId);
  if (memberEpoch === LEAVE_EPOCH) await removeConsumerMembers(shard, group, [member]);
  else {
    // Its partitions wait for it until the session runs out.
    const change = new ConsumerChange(shard, group);
    const { assigned, previousMemberEpoch } = member;
    // Whoever comes in its place may commit what it did not: every epoch is late enough (KIP-1251).
    const assignmentEpochs = epochsOf(topicsOf(assigned), 0);
    const pendingRevocation = NOTHING;
    const away = {
      memberEpoch,
      previousMemberEpoch,
      state: 'Stable',
      assigned,
      pendingRevocation,
      assignmentEpochs,
    } as const;
    change.setCurrent(memberId, away);
    await change.commit();
    restartConsumerSession(shard, groupId, memberId);
    watchRevocation(shard, groupId, member);
  }
  return { memberId, memberEpoch, heartbeatIntervalMs: 0, assignment: null };
}
