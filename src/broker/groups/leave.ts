import { type ErrorName } from '../../protocol/errors.ts';
import { type ClassicGroup } from './classic-group.ts';
import { leaveConsumerGroup } from './consumer-classic.ts';
import { dropMember, stopSession } from './member-sessions.ts';
import { completeJoinIfAllJoined, rebalanceOrCompleteJoin } from './rebalance.ts';
import { type Shard } from './shard.ts';
import { type LeaveResult, type MemberIdentity } from './types.ts';

function removeLeaving(shard: Shard, group: ClassicGroup, identity: MemberIdentity): ErrorName {
  const { groupInstanceId } = identity;
  let { memberId } = identity;
  // An administrator removes a static member by its instance id alone (KIP-345).
  if (memberId === '') memberId = group.staticMemberId(groupInstanceId ?? '') ?? '';
  else if (group.pendingMemberIds.has(memberId)) {
    group.remove(memberId);
    stopSession(shard, group, memberId);
    return 'NONE';
  } else {
    const error = group.validateMember(memberId, groupInstanceId);
    if (error !== 'NONE') return error;
  }
  const member = group.members.get(memberId);
  if (member === undefined) return 'UNKNOWN_MEMBER_ID';
  stopSession(shard, group, memberId);
  dropMember(group, member);
  return 'NONE';
}

/** LeaveGroup; runs in the group's queue. Members are judged one by one. */
export async function leaveGroup(
  shard: Shard,
  groupId: string,
  identities: readonly MemberIdentity[],
): Promise<LeaveResult> {
  const consumer = shard.consumerGroups.get(groupId);
  if (consumer !== undefined) return leaveConsumerGroup(shard, consumer, identities);
  const group = shard.groups.get(groupId);
  const members = identities.map((identity) => ({
    identity,
    error: group === undefined ? ('UNKNOWN_MEMBER_ID' as const) : removeLeaving(shard, group, identity),
  }));
  if (group === undefined || members.every(({ error }) => error !== 'NONE')) return { error: 'NONE', members };
  let error: ErrorName = 'NONE';
  if (group.state === 'PreparingRebalance') error = await completeJoinIfAllJoined(shard, group);
  else if (group.state !== 'Empty') error = await rebalanceOrCompleteJoin(shard, group, 'members left');
  return { error, members: error === 'NONE' ? members : [] };
}
