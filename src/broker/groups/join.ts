import { randomUUID } from 'node:crypto';
import { failedJoin, failedSync, joined } from './answers.ts';
import { type ClassicGroup, type ClassicMember, NO_ASSIGNMENT, selectProtocol } from './classic-group.ts';
import { consumerGroupTombstones } from './consumer-change.ts';
import { joinConsumerGroup } from './consumer-classic.ts';
import { sameProtocols } from './consumer-member.ts';
import { generationRecord, newGroupRecord } from './group-record.ts';
import { restartSession, startNewMemberSession, startPendingSession, stopSession } from './member-sessions.ts';
import { completeJoinIfAllJoined, prepareRebalance, rebalanceOrCompleteJoin } from './rebalance.ts';
import { type Shard } from './shard.ts';
import { type GroupProtocol, type JoinRequest, type JoinResult } from './types.ts';

type Answer = (result: JoinResult) => void;

/** The request's protocols in memory of their own: decoded bytes are views on a frame. */
function copyProtocols(protocols: readonly GroupProtocol[]): GroupProtocol[] {
  return protocols.map(({ name, metadata }) => ({ name, metadata: Buffer.from(metadata) }));
}

/** group.max.size: in a rebalance those who joined first stay, so that the last ones of a too large group go. */
function hasRoom(shard: Shard, group: ClassicGroup, memberId: string): boolean {
  const { maxGroupSize } = shard.settings;
  switch (group.state) {
    case 'PreparingRebalance':
      return group.members.get(memberId)?.answerJoin != null || group.awaitingJoinCount < maxGroupSize;
    case 'CompletingRebalance':
    case 'Stable':
      return group.members.has(memberId) || group.members.size < maxGroupSize;
    default:
      return true;
  }
}

/**
 * A join of the classic protocol where a KIP-848 group may be: an empty one makes room, its offsets stay; one with members
 * takes the newcomer in.
 */
export async function joinClassic(shard: Shard, request: JoinRequest, answer: Answer): Promise<void> {
  const { groupId, memberId } = request;
  const consumer = shard.consumerGroups.get(groupId);
  if (consumer === undefined) return joinGroup(shard, request, answer);
  if (consumer.members.size > 0) return answer(await joinConsumerGroup(shard, consumer, request));
  if (memberId !== '') return answer(failedJoin('UNKNOWN_MEMBER_ID', memberId));
  const error = await shard.commit(consumerGroupTombstones(consumer));
  if (error !== 'NONE') return answer(failedJoin(error, memberId));
  return joinGroup(shard, request, answer);
}

/** JoinGroup; runs in the group's queue. `answer` may be called much later, when the rebalance completes. */
export async function joinGroup(shard: Shard, request: JoinRequest, answer: Answer): Promise<void> {
  const { groupId, memberId } = request;
  let group = shard.groups.get(groupId);
  if (group === undefined) {
    if (memberId !== '') return answer(failedJoin('UNKNOWN_MEMBER_ID', memberId));
    const error = await shard.commit([newGroupRecord(groupId, shard.clock.now())]);
    group = shard.groups.get(groupId);
    if (error !== 'NONE' || group === undefined) return answer(failedJoin(error, ''));
  }
  if (!hasRoom(shard, group, memberId)) {
    group.remove(memberId);
    stopSession(shard, group, memberId);
    return answer(failedJoin('GROUP_MAX_SIZE_REACHED', ''));
  }
  if (!group.supports(request.protocolType, request.protocols)) {
    return answer(failedJoin('INCONSISTENT_GROUP_PROTOCOL', memberId));
  }
  if (memberId === '') await joinNewMember(shard, group, request, answer);
  else await joinKnownMember(shard, group, request, answer);
}

async function joinNewMember(shard: Shard, group: ClassicGroup, request: JoinRequest, answer: Answer): Promise<void> {
  const { groupInstanceId, clientId } = request;
  const memberId = `${groupInstanceId ?? clientId}-${randomUUID()}`;
  if (groupInstanceId !== null) {
    const oldMember = group.members.get(group.staticMemberId(groupInstanceId) ?? '');
    if (oldMember === undefined) await addMember(shard, group, memberId, request, answer);
    else await returnStaticMember(shard, group, oldMember, memberId, request, answer);
  } else if (request.requiresKnownMemberId) {
    group.pendingMemberIds.add(memberId);
    startPendingSession(shard, group, memberId, request.sessionTimeoutMs);
    answer(failedJoin('MEMBER_ID_REQUIRED', memberId));
  } else await addMember(shard, group, memberId, request, answer);
}

async function addMember(
  shard: Shard,
  group: ClassicGroup,
  memberId: string,
  request: JoinRequest,
  answer: Answer,
): Promise<void> {
  const member: ClassicMember = {
    memberId,
    groupInstanceId: request.groupInstanceId,
    clientId: request.clientId,
    clientHost: request.clientHost,
    rebalanceTimeoutMs: request.rebalanceTimeoutMs,
    sessionTimeoutMs: request.sessionTimeoutMs,
    protocols: copyProtocols(request.protocols),
    assignment: NO_ASSIGNMENT,
    isNew: true,
    answerJoin: answer,
    answerSync: null,
  };
  if (group.state === 'PreparingRebalance' && group.previousState === 'Empty') group.hasNewcomer = true;
  group.add(member, request.protocolType);
  startNewMemberSession(shard, group, member);
  await rebalanceOrCompleteJoin(shard, group, `member ${memberId} joins (${request.reason ?? 'no reason given'})`);
}

async function joinKnownMember(shard: Shard, group: ClassicGroup, request: JoinRequest, answer: Answer): Promise<void> {
  const { memberId, groupInstanceId } = request;
  if (group.pendingMemberIds.has(memberId)) {
    // Ids are only handed out to dynamic members.
    if (groupInstanceId !== null) return answer(failedJoin('UNKNOWN_SERVER_ERROR', ''));
    return addMember(shard, group, memberId, request, answer);
  }
  const error = group.validateMember(memberId, groupInstanceId);
  const member = group.members.get(memberId);
  if (error !== 'NONE' || member === undefined) return answer(failedJoin(error, memberId));
  const isLeader = group.leaderId === memberId;
  const isUnchanged = sameProtocols(member.protocols, request.protocols);
  // A retry after a lost answer, or a follower without news: the current generation again. A leader that joins a stable
  // group wants a rebalance even so, since it may have seen topics change.
  if (isUnchanged && (group.state === 'CompletingRebalance' || (group.state === 'Stable' && !isLeader))) {
    const hasRoster = isLeader && group.state === 'CompletingRebalance';
    return answer(joined(group, memberId, hasRoster ? group.joinedMembers() : []));
  }
  updateMember(member, request, answer);
  await rebalanceOrCompleteJoin(
    shard,
    group,
    `member ${memberId} joins again (${request.reason ?? 'no reason given'})`,
  );
}

function updateMember(member: ClassicMember, request: JoinRequest, answer: Answer): void {
  member.protocols = copyProtocols(request.protocols);
  member.rebalanceTimeoutMs = request.rebalanceTimeoutMs;
  member.sessionTimeoutMs = request.sessionTimeoutMs;
  // A repeated request takes the place of the one still parked on the connection the client gave up.
  member.answerJoin = answer;
}

/**
 * A static member that comes back without its id gets a new one and fences whoever still uses the old (KIP-345). In a
 * stable group whose protocol stays the same this needs no rebalance.
 */
async function returnStaticMember(
  shard: Shard,
  group: ClassicGroup,
  oldMember: ClassicMember,
  memberId: string,
  request: JoinRequest,
  answer: Answer,
): Promise<void> {
  const replacement: ClassicMember = { ...oldMember, memberId, answerJoin: null, answerSync: null };
  updateMember(replacement, request, answer);
  const formerLeader = group.leaderId;
  const isLeader = formerLeader === oldMember.memberId;
  const members = [...group.members.values()].map((member) => (member === oldMember ? replacement : member));
  const keepsGeneration = group.state === 'Stable' && selectProtocol(members) === group.protocolName;
  if (keepsGeneration) {
    const leader = isLeader ? memberId : formerLeader;
    const record = generationRecord(group, members, ({ assignment }) => assignment, leader);
    const { error } = await shard.append([record]);
    if (error !== 'NONE') return answer(failedJoin(error, ''));
  }
  oldMember.answerJoin?.(failedJoin('FENCED_INSTANCE_ID', oldMember.memberId));
  oldMember.answerSync?.(failedSync('FENCED_INSTANCE_ID'));
  stopSession(shard, group, oldMember.memberId);
  group.replaceStaticMember(oldMember.memberId, replacement);
  restartSession(shard, group, replacement);
  shard.logger.log('INFO', `group ${group.groupId}: ${memberId} takes the place of ${oldMember.memberId}`);

  if (keepsGeneration) {
    replacement.answerJoin = null;
    // Before v9 a client cannot be told to skip the assignment; naming the old leader keeps it from making one (KIP-814).
    if (!request.supportsSkippingAssignment) answer(joined(group, memberId, [], { leader: formerLeader ?? '' }));
    else answer(joined(group, memberId, isLeader ? group.joinedMembers() : [], { skipAssignment: isLeader }));
    return;
  }
  const reason = `static member ${replacement.groupInstanceId} is back`;
  // While an assignment is under way the leader may already have got the old id: it has to start again.
  if (group.state === 'PreparingRebalance') await completeJoinIfAllJoined(shard, group);
  else await prepareRebalance(shard, group, reason);
}
