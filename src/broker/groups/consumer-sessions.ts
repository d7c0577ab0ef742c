import { ConsumerChange } from './consumer-change.ts';
import { type ConsumerGroup, type ConsumerMember } from './consumer-group.ts';
import { type Shard } from './shard.ts';

const sessionTimer = (memberId: string) => `consumer session ${memberId}`;
const rebalanceTimer = (memberId: string) => `consumer rebalance ${memberId}`;

/** A member that was heard of: its session starts anew. */
export function restartConsumerSession(shard: Shard, groupId: string, memberId: string): void {
  const delayMs = shard.settings.consumerSessionTimeoutMs(groupId);
  shard.timers.schedule(groupId, sessionTimer(memberId), delayMs, () =>
    fence(shard, groupId, memberId, 'was not heard of in time'),
  );
}

/** The clock of a revocation starts with the state and stops when the member has let go. */
export function watchRevocation(shard: Shard, groupId: string, before: ConsumerMember | undefined): void {
  const memberId = before?.memberId ?? '';
  const member = shard.consumerGroups.get(groupId)?.members.get(memberId);
  const isRevoking = member?.state === 'UnrevokedPartitions';
  if (!isRevoking) shard.timers.cancel(groupId, rebalanceTimer(memberId));
  else if (before?.state !== 'UnrevokedPartitions' || before.pendingRevocation !== member?.pendingRevocation) {
    startRevocationTimer(shard, groupId, member as ConsumerMember);
  }
}

function startRevocationTimer(shard: Shard, groupId: string, member: ConsumerMember): void {
  const { memberId, memberEpoch } = member;
  shard.timers.schedule(groupId, rebalanceTimer(memberId), member.rebalanceTimeoutMs, () => {
    const now = shard.consumerGroups.get(groupId)?.members.get(memberId);
    if (now?.memberEpoch !== memberEpoch || now.state !== 'UnrevokedPartitions') return undefined;
    return fence(shard, groupId, memberId, 'did not revoke its partitions in time');
  });
}

export function stopConsumerTimers(shard: Shard, groupId: string, memberId: string): void {
  shard.timers.cancel(groupId, sessionTimer(memberId));
  shard.timers.cancel(groupId, rebalanceTimer(memberId));
}

/** After loading every member counts as just heard of. */
export function startConsumerTimers(shard: Shard, group: ConsumerGroup): void {
  for (const member of group.members.values()) {
    restartConsumerSession(shard, group.groupId, member.memberId);
    if (member.state === 'UnrevokedPartitions') startRevocationTimer(shard, group.groupId, member);
  }
}

/** Takes members out; the others get their partitions with the next assignment. */
export async function removeConsumerMembers(
  shard: Shard,
  group: ConsumerGroup,
  memberIds: readonly string[],
): Promise<void> {
  const change = new ConsumerChange(shard, group);
  for (const memberId of memberIds) change.removeMember(memberId);
  change.forgetUnusedRegexes();
  change.setEpoch(group.epoch + 1);
  await change.commit();
  for (const memberId of memberIds) stopConsumerTimers(shard, group.groupId, memberId);
}

async function fence(shard: Shard, groupId: string, memberId: string, reason: string): Promise<void> {
  const group = shard.consumerGroups.get(groupId);
  if (group?.members.has(memberId) !== true) return;
  shard.logger.log('INFO', `group ${groupId}: member ${memberId} ${reason}, removing it`);
  await removeConsumerMembers(shard, group, [memberId]);
}
