import { ConsumerChange, metadataHash } from './consumer-change.ts';
import { type ConsumerGroup } from './consumer-group.ts';
import { type ConsumerMember } from './consumer-member.ts';
import { canDowngrade, downgradeGroup } from './downgrade.ts';
import { type Shard } from './shard.ts';

const sessionTimer = (memberId: string) => `consumer session ${memberId}`;
const rebalanceTimer = (memberId: string) => `consumer rebalance ${memberId}`;
const joinTimer = (memberId: string) => `consumer join ${memberId}`;
const syncTimer = (memberId: string) => `consumer sync ${memberId}`;

/** A member that was heard of: its session starts anew. A classic member brings its own timeout. */
export function restartConsumerSession(shard: Shard, groupId: string, memberId: string, timeoutMs?: number): void {
  const delayMs = timeoutMs ?? shard.settings.consumerSessionTimeoutMs(groupId);
  shard.timers.schedule(groupId, sessionTimer(memberId), delayMs, () =>
    fence(shard, groupId, memberId, 'was not heard of in time'),
  );
}

export function restartSessionOf(shard: Shard, groupId: string, { memberId, classic }: ConsumerMember): void {
  restartConsumerSession(shard, groupId, memberId, classic?.sessionTimeoutMs);
}

/** The clock of a revocation starts with the state and stops when the member has let go. Classic members join again. */
export function watchRevocation(shard: Shard, groupId: string, before: ConsumerMember | undefined): void {
  const memberId = before?.memberId ?? '';
  const member = shard.consumerGroups.get(groupId)?.members.get(memberId);
  const isRevoking = member?.state === 'UnrevokedPartitions' && member.classic === null;
  if (!isRevoking) shard.timers.cancel(groupId, rebalanceTimer(memberId));
  else if (before?.state !== 'UnrevokedPartitions' || before.pendingRevocation !== member.pendingRevocation) {
    startRevocationTimer(shard, groupId, member);
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

/** A classic member was told to join again; the time for it counts from the first word. */
export function awaitJoin(shard: Shard, groupId: string, { memberId, rebalanceTimeoutMs }: ConsumerMember): void {
  if (shard.timers.isScheduled(groupId, joinTimer(memberId))) return;
  shard.timers.schedule(groupId, joinTimer(memberId), rebalanceTimeoutMs, () =>
    fence(shard, groupId, memberId, 'did not join again in time'),
  );
}

/** A classic member has joined: now it has to ask for its assignment. */
export function awaitSync(shard: Shard, groupId: string, memberId: string, timeoutMs: number): void {
  shard.timers.cancel(groupId, joinTimer(memberId));
  shard.timers.schedule(groupId, syncTimer(memberId), timeoutMs, () =>
    fence(shard, groupId, memberId, 'did not ask for its assignment in time'),
  );
}

export function noteSync(shard: Shard, groupId: string, memberId: string): void {
  shard.timers.cancel(groupId, syncTimer(memberId));
}

/** For a member that speaks the consumer group protocol, perhaps since just now. */
export function stopClassicTimers(shard: Shard, groupId: string, memberId: string): void {
  shard.timers.cancel(groupId, joinTimer(memberId));
  shard.timers.cancel(groupId, syncTimer(memberId));
}

export function stopConsumerTimers(shard: Shard, groupId: string, memberId: string): void {
  shard.timers.cancel(groupId, sessionTimer(memberId));
  shard.timers.cancel(groupId, rebalanceTimer(memberId));
  stopClassicTimers(shard, groupId, memberId);
}

/** After loading every member counts as just heard of, classic ones for as long as the others (kafka 4.x onLoaded). */
export function startConsumerTimers(shard: Shard, group: ConsumerGroup): void {
  for (const member of group.members.values()) {
    restartConsumerSession(shard, group.groupId, member.memberId);
    if (member.state === 'UnrevokedPartitions') startRevocationTimer(shard, group.groupId, member);
  }
}

/**
 * Takes members out; the others get their partitions with the next assignment. When only classic members are left the group
 * becomes one of theirs.
 */
export async function removeConsumerMembers(
  shard: Shard,
  group: ConsumerGroup,
  members: readonly ConsumerMember[],
): Promise<void> {
  const { groupId } = group;
  const memberIds = members.map(({ memberId }) => memberId);
  const change = new ConsumerChange(shard, group);
  if (canDowngrade(shard, group, members)) {
    const reason = 'from consumer to classic, a member left';
    return downgradeGroup(shard, change, memberIds, group.epoch, reason);
  }
  for (const memberId of memberIds) change.removeMember(memberId);
  change.forgetUnusedRegexes();
  change.setEpoch(group.epoch + 1, metadataHash(shard, change.group));
  await change.commit();
  for (const memberId of memberIds) stopConsumerTimers(shard, groupId, memberId);
}

async function fence(shard: Shard, groupId: string, memberId: string, reason: string): Promise<void> {
  const group = shard.consumerGroups.get(groupId);
  const member = group?.members.get(memberId);
  if (group === undefined || member === undefined) return;
  shard.logger.log('INFO', `group ${groupId}: member ${memberId} ${reason}, removing it`);
  await removeConsumerMembers(shard, group, [member]);
}
