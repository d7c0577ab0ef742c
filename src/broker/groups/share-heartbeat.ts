import { KafkaError } from '../../protocol/errors.ts';
import { metadataHash } from './consumer-change.ts';
import { type Shard } from './shard.ts';
import { ShareChange, subscribedPart } from './share-change.ts';
import { newShareMember, ShareGroup, type ShareMember } from './share-group.ts';
import { removeShareMember, restartShareSession } from './share-sessions.ts';
import { addInitializing, hasUnassigned, initializeStatePartitions } from './share-state-partitions.ts';
import { equals, topicsOf } from './topic-assignment.ts';
import { type ShareHeartbeatRequest, type ShareHeartbeatResult } from './types.ts';

const JOIN_EPOCH = 0;
const LEAVE_EPOCH = -1;

/** What can be said of a request without looking at a group. Throws KafkaError in Kafka's words. */
function validate({ groupId, memberId, rackId, memberEpoch, subscribedTopicNames }: ShareHeartbeatRequest): void {
  const refuse = (text: string) => {
    throw new KafkaError('INVALID_REQUEST', text);
  };
  if (memberId.trim() === '') refuse("MemberId can't be empty.");
  if (groupId.trim() === '') refuse("GroupId can't be empty.");
  if (rackId?.trim() === '') refuse("RackId can't be empty.");
  if (memberEpoch === JOIN_EPOCH) {
    if (subscribedTopicNames === null || subscribedTopicNames.length === 0) {
      refuse('SubscribedTopicNames must be set in first request.');
    }
  } else if (memberEpoch < LEAVE_EPOCH) refuse('MemberEpoch is invalid.');
}

/** ShareGroupHeartbeat; runs in the group's queue. Throws KafkaError with the text clients are given. */
export function shareHeartbeat(shard: Shard, request: ShareHeartbeatRequest): Promise<ShareHeartbeatResult> {
  validate(request);
  return request.memberEpoch === LEAVE_EPOCH ? leave(shard, request) : beat(shard, request);
}

function requireShareGroup(shard: Shard, groupId: string, unknown: string): ShareGroup {
  const group = shard.shareGroups.get(groupId);
  if (group !== undefined) return group;
  const isOther = shard.groups.has(groupId) || shard.consumerGroups.has(groupId);
  throw new KafkaError('GROUP_ID_NOT_FOUND', isOther ? `Group ${groupId} is not a share group.` : unknown);
}

/** A joining member makes its group; groups of other kinds stay what they are, even empty. */
function openGroup(shard: Shard, { groupId, memberEpoch }: ShareHeartbeatRequest): ShareGroup {
  const isFree = !shard.groups.has(groupId) && !shard.consumerGroups.has(groupId) && !shard.shareGroups.has(groupId);
  if (isFree && memberEpoch === JOIN_EPOCH) return new ShareGroup(groupId);
  return requireShareGroup(shard, groupId, `Share group ${groupId} not found.`);
}

function admit(group: ShareGroup, { memberId, memberEpoch }: ShareHeartbeatRequest): ShareMember | undefined {
  if (memberEpoch === JOIN_EPOCH) return group.members.get(memberId);
  const member = group.requireMember(memberId);
  const known = `the one known by the group coordinator (${member.memberEpoch})`;
  const rejoin = 'The member must abandon all its partitions and rejoin.';
  if (memberEpoch > member.memberEpoch) {
    const text = `The share group member has a greater member epoch (${memberEpoch}) than ${known}. ${rejoin}`;
    throw new KafkaError('FENCED_MEMBER_EPOCH', text);
  }
  // The answer with the new epoch may have been lost.
  if (memberEpoch < member.memberEpoch && memberEpoch !== member.previousMemberEpoch) {
    const previous = `and it does not match the previous member epoch (${member.previousMemberEpoch})`;
    const text = `The share group member has a smaller member epoch (${memberEpoch}) than ${known}, ${previous}. ${rejoin}`;
    throw new KafkaError('FENCED_MEMBER_EPOCH', text);
  }
  return member;
}

async function beat(shard: Shard, request: ShareHeartbeatRequest): Promise<ShareHeartbeatResult> {
  const { groupId, memberId, memberEpoch, rackId, clientId, clientHost, subscribedTopicNames: names } = request;
  const before = openGroup(shard, request);
  const { maxShareGroupSize } = shard.settings;
  if (!before.members.has(memberId) && before.members.size >= maxShareGroupSize) {
    const text = `The share group has reached its maximum capacity of ${maxShareGroupSize} members.`;
    throw new KafkaError('GROUP_MAX_SIZE_REACHED', text);
  }
  const known = admit(before, request);
  const member: ShareMember = {
    ...(known ?? newShareMember(memberId)),
    clientId,
    clientHost,
    rackId: rackId ?? known?.rackId ?? null,
    subscribedTopicNames: names === null ? (known?.subscribedTopicNames ?? []) : [...new Set(names)].sort(),
  };
  const isResubscribed = member.subscribedTopicNames.join() !== known?.subscribedTopicNames.join();
  const change = new ShareChange(shard, before);
  if (
    isResubscribed ||
    member.rackId !== known.rackId ||
    member.clientId !== known.clientId ||
    member.clientHost !== known.clientHost
  ) {
    change.setMember(member);
  }
  const isAssigned = before.epoch <= before.assignmentEpoch;
  const isStale = shard.staleShareGroups.delete(groupId);
  const hasNews = isStale && metadataHash(shard, change.group) !== before.metadataHash;
  const isNewEpoch = isResubscribed || hasNews || (isAssigned && hasUnassigned(change.group));
  if (isNewEpoch) change.bumpEpoch();

  const { group } = change;
  const isDue = shard.clock.now() - group.assignmentTimestampMs >= shard.settings.shareAssignmentIntervalMs(groupId);
  if (group.epoch > group.assignmentEpoch && isDue) change.updateTargets();

  const next = reconciled(shard, change.group, member, isNewEpoch);
  if (next !== member) change.setCurrent(next);
  const hasNewPartitions = addInitializing(shard, change);
  await change.commit().catch((cause) => {
    // What was found out about topics was not kept: the next heartbeat looks again.
    shard.staleShareGroups.add(groupId);
    throw cause;
  });
  restartShareSession(shard, groupId, memberId);
  if (hasNewPartitions) initializeStatePartitions(shard, groupId);
  const isTold = memberEpoch === JOIN_EPOCH || names !== null || !equals(next.assigned, member.assigned);
  return {
    memberId,
    memberEpoch: next.memberEpoch,
    heartbeatIntervalMs: shard.settings.shareHeartbeatIntervalMs(groupId),
    assignment: isTold ? topicsOf(next.assigned) : null,
  };
}

/**
 * Members share partitions, so a target is taken over at once; nobody has to let go first. With a new epoch of the group the
 * member loses at once what is gone or no longer asked for, also while its new assignment has to wait.
 */
function reconciled(shard: Shard, group: ShareGroup, member: ShareMember, isNewEpoch: boolean): ShareMember {
  if (member.memberEpoch === group.assignmentEpoch && !isNewEpoch) return member;
  const isNew = member.memberEpoch !== group.assignmentEpoch;
  return {
    ...member,
    memberEpoch: group.assignmentEpoch,
    previousMemberEpoch: isNew ? member.memberEpoch : member.previousMemberEpoch,
    assigned: subscribedPart(shard, group.targetOf(member.memberId), member.subscribedTopicNames),
  };
}

async function leave(
  shard: Shard,
  { groupId, memberId, memberEpoch }: ShareHeartbeatRequest,
): Promise<ShareHeartbeatResult> {
  const group = requireShareGroup(shard, groupId, `Group ${groupId} not found.`);
  group.requireMember(memberId);
  await removeShareMember(shard, group, memberId);
  return { memberId, memberEpoch, heartbeatIntervalMs: 0, assignment: null };
}
