import { failedJoin } from './answers.ts';
import { type ClassicGroup, type ClassicMember } from './classic-group.ts';
import { completeJoin, rebalanceOrCompleteJoin } from './rebalance.ts';
import { type Shard } from './shard.ts';

/** How long a new member's parked JoinGroup is kept: it has no id to send heartbeats with (KIP-394). */
const NEW_MEMBER_JOIN_TIMEOUT_MS = 5 * 60_000;

function sessionTimer(memberId: string): string {
  return `session ${memberId}`;
}

function startSession(shard: Shard, groupId: string, memberId: string, timeoutMs: number): void {
  shard.timers.schedule(groupId, sessionTimer(memberId), timeoutMs, () => expireSession(shard, groupId, memberId));
}

export function restartSession(shard: Shard, group: ClassicGroup, member: ClassicMember): void {
  startSession(shard, group.groupId, member.memberId, member.sessionTimeoutMs);
}

export function startNewMemberSession(shard: Shard, group: ClassicGroup, member: ClassicMember): void {
  startSession(shard, group.groupId, member.memberId, NEW_MEMBER_JOIN_TIMEOUT_MS);
}

/** A member id that was handed out is forgotten unless somebody joins with it. */
export function startPendingSession(shard: Shard, group: ClassicGroup, memberId: string, timeoutMs: number): void {
  startSession(shard, group.groupId, memberId, timeoutMs);
}

export function stopSession(shard: Shard, group: ClassicGroup, memberId: string): void {
  shard.timers.cancel(group.groupId, sessionTimer(memberId));
}

async function expireSession(shard: Shard, groupId: string, memberId: string): Promise<void> {
  const group = shard.groups.get(groupId);
  if (group === undefined) return;
  if (group.pendingMemberIds.has(memberId)) {
    shard.logger.log('INFO', `group ${groupId}: member id ${memberId} was not used in time`);
    group.remove(memberId);
    if (group.state === 'PreparingRebalance' && group.hasAllMembersJoined) await completeJoin(shard, group);
    return;
  }
  const member = group.members.get(memberId);
  if (member === undefined) return;
  // Who waits for an answer of ours is not silent; a new member may be gone all the same.
  if (!member.isNew && (member.answerJoin !== null || member.answerSync !== null)) return;
  shard.logger.log('INFO', `group ${groupId}: member ${memberId} was not heard of, removing it`);
  dropMember(group, member);
  if (group.state === 'Stable' || group.state === 'CompletingRebalance') {
    await rebalanceOrCompleteJoin(shard, group, `session of ${memberId} expired`);
  } else if (group.state === 'PreparingRebalance' && group.hasAllMembersJoined) await completeJoin(shard, group);
}

/** Removes a member; a parked join of its is told to start anew. */
export function dropMember(group: ClassicGroup, member: ClassicMember): void {
  member.answerJoin?.(failedJoin('UNKNOWN_MEMBER_ID', ''));
  member.answerJoin = null;
  group.remove(member.memberId);
}
