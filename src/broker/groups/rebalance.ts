import { type ErrorName } from '../../protocol/errors.ts';
import { failedSync, joined } from './answers.ts';
import { type ClassicGroup, NO_ASSIGNMENT } from './classic-group.ts';
import { generationRecord } from './group-record.ts';
import { canMove, transition } from './group-state.ts';
import { restartSession, stopSession } from './member-sessions.ts';
import { type Shard } from './shard.ts';

const JOIN_TIMER = 'join';
const SYNC_TIMER = 'sync';

/** Asks all members to join again. The first rebalance of an empty group waits for members to gather (KIP-134). */
export async function prepareRebalance(shard: Shard, group: ClassicGroup, reason: string): Promise<ErrorName> {
  if (group.state === 'CompletingRebalance') rejectSyncs(group, 'REBALANCE_IN_PROGRESS');
  group.pendingSyncMemberIds.clear();
  shard.timers.cancel(group.groupId, SYNC_TIMER);
  const isInitial = group.state === 'Empty';
  transition(group, 'PreparingRebalance', shard.clock.now());
  shard.logger.log('INFO', `group ${group.groupId} rebalances after generation ${group.generationId}: ${reason}`);
  if (isInitial) {
    const delayMs = shard.settings.initialRebalanceDelayMs;
    waitForNewcomers(shard, group, delayMs, Math.max(group.rebalanceTimeoutMs - delayMs, 0));
    return 'NONE';
  }
  if (group.hasAllMembersJoined) return completeJoin(shard, group);
  scheduleJoinTimeout(shard, group);
  return 'NONE';
}

/** Waits `delayMs`, and again as long as members keep coming, until the rebalance timeout is used up. */
function waitForNewcomers(shard: Shard, group: ClassicGroup, delayMs: number, remainingMs: number): void {
  shard.timers.schedule(group.groupId, JOIN_TIMER, delayMs, async () => {
    if (group.hasNewcomer && remainingMs > 0) {
      group.hasNewcomer = false;
      const nextDelayMs = Math.min(shard.settings.initialRebalanceDelayMs, remainingMs);
      waitForNewcomers(shard, group, nextDelayMs, Math.max(remainingMs - delayMs, 0));
    } else await completeJoin(shard, group);
  });
}

function scheduleJoinTimeout(shard: Shard, group: ClassicGroup): void {
  shard.timers.schedule(group.groupId, JOIN_TIMER, group.rebalanceTimeoutMs, async () => {
    await completeJoin(shard, group);
  });
}

/** Starts a rebalance where the state allows it, else finishes one that nothing holds up any more. */
export function rebalanceOrCompleteJoin(shard: Shard, group: ClassicGroup, reason: string): Promise<ErrorName> {
  return canMove(group.state, 'PreparingRebalance')
    ? prepareRebalance(shard, group, reason)
    : completeJoinIfAllJoined(shard, group);
}

export async function completeJoinIfAllJoined(shard: Shard, group: ClassicGroup): Promise<ErrorName> {
  const isWaiting = group.state === 'PreparingRebalance' && group.previousState !== 'Empty';
  return isWaiting && group.hasAllMembersJoined ? completeJoin(shard, group) : 'NONE';
}

/**
 * Ends the join phase: silent dynamic members are dropped, silent static ones kept, and the next generation starts. A group
 * without members becomes Empty, which is written at once; otherwise the leader's assignment comes first.
 */
export async function completeJoin(shard: Shard, group: ClassicGroup): Promise<ErrorName> {
  shard.timers.cancel(group.groupId, JOIN_TIMER);
  for (const member of [...group.members.values()]) {
    if (member.answerJoin !== null || member.groupInstanceId !== null) continue;
    shard.logger.log('INFO', `group ${group.groupId}: member ${member.memberId} did not join again in time`);
    group.remove(member.memberId);
    stopSession(shard, group, member.memberId);
  }
  if (group.members.size > 0 && !group.electJoinedLeader()) {
    // Only silent static members are left: their sessions decide.
    shard.logger.log('WARN', `group ${group.groupId}: no member joined, waiting once more`);
    scheduleJoinTimeout(shard, group);
    return 'NONE';
  }
  group.startNextGeneration(shard.clock.now());
  if (group.members.size === 0) {
    shard.logger.log('INFO', `group ${group.groupId} is empty with generation ${group.generationId}`);
    return (await shard.append([generationRecord(group, [], () => undefined)])).error;
  }
  const { groupId, generationId } = group;
  shard.logger.log('INFO', `group ${groupId} starts generation ${generationId}, members: ${group.members.size}`);
  const all = group.joinedMembers();
  for (const member of group.members.values()) {
    member.answerJoin?.(joined(group, member.memberId, member.memberId === group.leaderId ? all : []));
    member.answerJoin = null;
    member.isNew = false;
    restartSession(shard, group, member);
    group.pendingSyncMemberIds.add(member.memberId);
  }
  shard.timers.schedule(groupId, SYNC_TIMER, group.rebalanceTimeoutMs, () =>
    expirePendingSyncs(shard, group, generationId),
  );
  return 'NONE';
}

/** Members that joined but never asked for their assignment do not hold the others up for ever. */
async function expirePendingSyncs(shard: Shard, group: ClassicGroup, generationId: number): Promise<void> {
  if (group.generationId !== generationId || group.pendingSyncMemberIds.size === 0) return;
  if (group.state !== 'CompletingRebalance' && group.state !== 'Stable') return;
  const silent = [...group.pendingSyncMemberIds];
  for (const memberId of silent) {
    group.remove(memberId);
    stopSession(shard, group, memberId);
  }
  await prepareRebalance(shard, group, `no SyncGroup from ${silent.join(', ')}`);
}

/** Notes that a member asked for its assignment; the sync timeout ends with the last one. */
export function notePendingSync(shard: Shard, group: ClassicGroup, memberId: string): void {
  group.pendingSyncMemberIds.delete(memberId);
  if (group.pendingSyncMemberIds.size === 0) shard.timers.cancel(group.groupId, SYNC_TIMER);
}

/** Takes the assignment of an unfinished generation back; who waits for it gets the error. */
export function rejectSyncs(group: ClassicGroup, error: ErrorName): void {
  for (const member of group.members.values()) {
    member.assignment = NO_ASSIGNMENT;
    member.answerSync?.(failedSync(error));
    member.answerSync = null;
  }
}
