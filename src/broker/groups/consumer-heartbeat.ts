import { randomUUID } from 'node:crypto';
import { KafkaError } from '../../protocol/errors.ts';
import { ConsumerChange, metadataHash } from './consumer-change.ts';
import { ConsumerGroup, type ConsumerMember, STATIC_AWAY_EPOCH } from './consumer-group.ts';
import {
  removeConsumerMembers,
  restartConsumerSession,
  stopConsumerTimers,
  watchRevocation,
} from './consumer-sessions.ts';
import { groupTombstone } from './deletion.ts';
import { reconcile } from './reconciliation.ts';
import { type Shard } from './shard.ts';
import { type Assignment, assignmentOf, equals, minus, NOTHING, topicsOf } from './topic-assignment.ts';
import { topicRegex } from './topic-regex.ts';
import { type ConsumerHeartbeatRequest, type ConsumerHeartbeatResult } from './types.ts';

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
  if (memberId === '' && (request.makesMemberIds === false || memberEpoch !== JOIN_EPOCH)) {
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
  return request.memberEpoch < JOIN_EPOCH ? leave(shard, request) : beat(shard, request);
}

function requireFound(shard: Shard, groupId: string, text: string): ConsumerGroup {
  const group = shard.consumerGroups.get(groupId);
  if (group !== undefined) return group;
  const isClassic = shard.groups.has(groupId);
  throw new KafkaError('GROUP_ID_NOT_FOUND', isClassic ? `Group ${groupId} is not a consumer group.` : text);
}

/** A joining member makes its group, also in place of a classic one that is empty; its offsets stay. */
function openGroup(shard: Shard, request: ConsumerHeartbeatRequest): ConsumerChange {
  const { groupId, memberEpoch } = request;
  const classic = shard.groups.get(groupId);
  const mayMake = memberEpoch === JOIN_EPOCH && !shard.consumerGroups.has(groupId);
  if (mayMake && (classic === undefined || classic.state === 'Empty')) {
    const change = new ConsumerChange(shard, new ConsumerGroup(groupId));
    if (classic !== undefined) change.addForeign(groupTombstone(groupId));
    change.setEpoch(FIRST_EPOCH);
    return change;
  }
  return new ConsumerChange(shard, requireFound(shard, groupId, `Consumer group ${groupId} not found.`));
}

function checkEpoch(member: ConsumerMember, received: number, owned: Assignment | null): void {
  const { memberEpoch, previousMemberEpoch, assigned } = member;
  if (received === memberEpoch) return;
  const isGreater = received > memberEpoch;
  // The answer with the new epoch may have been lost: a retry is welcome when it holds nothing that was taken away.
  const isRetry = received === previousMemberEpoch && owned !== null && minus(owned, assigned).size === 0;
  if (!isGreater && isRetry) return;
  throw new KafkaError(
    'FENCED_MEMBER_EPOCH',
    `The consumer group member has a ${isGreater ? 'greater' : 'smaller'} member epoch (${received}) than the one known by the group coordinator (${memberEpoch}). The member must abandon all its partitions and rejoin.`,
  );
}

function checkInstance(holder: ConsumerMember | undefined, instanceId: string, memberId: string): ConsumerMember {
  if (holder === undefined) throw new KafkaError('UNKNOWN_MEMBER_ID', `Instance id ${instanceId} is unknown.`);
  if (holder.memberId === memberId) return holder;
  const text = `Static member ${memberId} with instance id ${instanceId} was fenced by member ${holder.memberId}.`;
  throw new KafkaError('FENCED_INSTANCE_ID', text);
}

/** The member that speaks; a joining one is added. `previousId` is the member whose place it takes (KIP-345). */
function admit(
  change: ConsumerChange,
  request: ConsumerHeartbeatRequest,
  memberId: string,
  owned: Assignment | null,
): { readonly known: ConsumerMember | undefined; readonly previousId: string | null } {
  const { memberEpoch, instanceId } = request;
  const { group } = change;
  const isJoin = memberEpoch === JOIN_EPOCH;
  if (instanceId === null) {
    if (isJoin) return { known: group.members.get(memberId), previousId: null };
    const member = group.requireMember(memberId);
    checkEpoch(member, memberEpoch, owned);
    return { known: member, previousId: null };
  }
  const holder = group.staticMember(instanceId);
  if (!isJoin) {
    const member = checkInstance(holder, instanceId, memberId);
    checkEpoch(member, memberEpoch, owned);
    return { known: member, previousId: null };
  }
  if (holder === undefined) return { known: undefined, previousId: null };
  if (holder.memberEpoch !== STATIC_AWAY_EPOCH) {
    throw new KafkaError(
      'UNRELEASED_INSTANCE_ID',
      `Static member ${memberId} with instance id ${instanceId} cannot join the group because the instance id is owned by ${holder.memberId} member.`,
    );
  }
  const returned: ConsumerMember = { ...holder, memberId, memberEpoch: 0, previousMemberEpoch: 0, state: 'Stable' };
  if (holder.memberId === memberId) {
    change.setCurrent(memberId, returned);
    return { known: returned, previousId: null };
  }
  const target = group.targetOf(holder.memberId);
  change.removeMember(holder.memberId);
  change.setMember(returned);
  change.setTarget(memberId, target);
  change.setCurrent(memberId, returned);
  return { known: returned, previousId: holder.memberId };
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
    memberEpoch: 0,
    previousMemberEpoch: -1,
    state: 'Stable',
    assigned: NOTHING,
    pendingRevocation: NOTHING,
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
  };
}

const METADATA_FIELDS = [
  'instanceId',
  'rackId',
  'clientId',
  'clientHost',
  'rebalanceTimeoutMs',
  'serverAssignor',
] as const;

function sameSubscription(one: ConsumerMember, other: ConsumerMember): boolean {
  return (
    one.subscribedTopicRegex === other.subscribedTopicRegex &&
    one.subscribedTopicNames.join() === other.subscribedTopicNames.join()
  );
}

async function beat(shard: Shard, request: ConsumerHeartbeatRequest): Promise<ConsumerHeartbeatResult> {
  const { groupId, memberEpoch } = request;
  const owned = request.topicPartitions === null ? null : assignmentOf(request.topicPartitions);
  const change = openGroup(shard, request);
  const memberId = request.memberId === '' ? randomUUID() : request.memberId;
  const { members } = change.group;
  if (memberEpoch === JOIN_EPOCH && !members.has(memberId) && members.size >= shard.settings.maxConsumerGroupSize) {
    const text = `The consumer group has reached its maximum capacity of ${shard.settings.maxConsumerGroupSize} members.`;
    throw new KafkaError('GROUP_MAX_SIZE_REACHED', text);
  }
  const { known, previousId } = admit(change, request, memberId, owned);
  const member = described(known, request, memberId);
  const isResubscribed = known === undefined || !sameSubscription(known, member);
  if (isResubscribed || METADATA_FIELDS.some((name) => known[name] !== member[name])) change.setMember(member);
  refreshSubscriptions(shard, change, member, isResubscribed, known?.serverAssignor !== member.serverAssignor);

  const { group } = change;
  const isDue = shard.clock.now() - group.assignmentTimestampMs >= shard.settings.consumerAssignmentIntervalMs(groupId);
  if (group.assignmentEpoch < group.epoch && isDue) change.updateTargets();

  const target = { epoch: change.group.assignmentEpoch, assignment: change.group.targetOf(memberId) };
  const current = change.group.members.get(memberId) ?? member;
  const next = reconcile(current, target, owned, (topicId, partition) =>
    change.group.isHeldByOthers(memberId, topicId, partition),
  );
  if (next !== current || known === undefined) change.setCurrent(memberId, next);
  await change.commit().catch((cause) => {
    // What was found out about topics was not kept: the next heartbeat looks again.
    shard.staleConsumerGroups.add(groupId);
    throw cause;
  });

  if (previousId !== null) stopConsumerTimers(shard, groupId, previousId);
  restartConsumerSession(shard, groupId, memberId);
  watchRevocation(shard, groupId, known ?? member);
  const isFull =
    request.rebalanceTimeoutMs !== -1 &&
    (request.subscribedTopicNames !== null || request.subscribedTopicRegex !== null) &&
    owned !== null;
  const isTold = memberEpoch === JOIN_EPOCH || isFull || !equals(next.assigned, known?.assigned ?? NOTHING);
  return {
    memberId,
    memberEpoch: next.memberEpoch,
    heartbeatIntervalMs: shard.settings.consumerHeartbeatIntervalMs(groupId),
    assignment: isTold ? topicsOf(next.assigned) : null,
  };
}

/** Resolves expressions and looks at the topics again where there may be news; the group's epoch follows. */
function refreshSubscriptions(
  shard: Shard,
  change: ConsumerChange,
  member: ConsumerMember,
  isResubscribed: boolean,
  hasNewAssignor: boolean,
): void {
  const { groupId } = change;
  const isStale = shard.staleConsumerGroups.has(groupId);
  let needsAssignment = isResubscribed || hasNewAssignor;
  if (isResubscribed) {
    if (member.subscribedTopicRegex !== null) {
      change.resolveRegex(member.subscribedTopicRegex, topicRegex(member.subscribedTopicRegex));
    }
    change.forgetUnusedRegexes();
  }
  const ageLimitMs = shard.settings.consumerRegexRefreshMs;
  for (const [expression, { resolvedMs }] of [...change.group.regexes]) {
    const isOld = shard.clock.now() - resolvedMs >= ageLimitMs;
    if ((isStale || isOld) && change.resolveRegex(expression, topicRegex(expression))) needsAssignment = true;
  }
  if (!isStale && !needsAssignment) return;
  shard.staleConsumerGroups.delete(groupId);
  const hash = metadataHash(shard, change.group);
  if (needsAssignment || hash !== change.group.metadataHash) change.setEpoch(change.group.epoch + 1, hash);
}

async function leave(shard: Shard, request: ConsumerHeartbeatRequest): Promise<ConsumerHeartbeatResult> {
  const { groupId, memberId, memberEpoch, instanceId } = request;
  const group = requireFound(shard, groupId, `Group ${groupId} not found.`);
  const member =
    instanceId === null
      ? group.requireMember(memberId)
      : checkInstance(group.staticMember(instanceId), instanceId, memberId);
  if (memberEpoch === LEAVE_EPOCH) await removeConsumerMembers(shard, group, [memberId]);
  else {
    // Its partitions wait for it until the session runs out.
    const change = new ConsumerChange(shard, group);
    const { assigned, previousMemberEpoch } = member;
    const away = { memberEpoch, previousMemberEpoch, state: 'Stable', assigned, pendingRevocation: NOTHING } as const;
    change.setCurrent(memberId, away);
    await change.commit();
    restartConsumerSession(shard, groupId, memberId);
    watchRevocation(shard, groupId, member);
  }
  return { memberId, memberEpoch, heartbeatIntervalMs: 0, assignment: null };
}
