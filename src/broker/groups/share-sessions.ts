import { type Shard } from './shard.ts';
import { ShareChange } from './share-change.ts';
import { type ShareGroup } from './share-group.ts';

const sessionTimer = (memberId: string) => `share session ${memberId}`;

/** A member that was heard of: its session starts anew. */
export function restartShareSession(shard: Shard, groupId: string, memberId: string): void {
  shard.timers.schedule(groupId, sessionTimer(memberId), shard.settings.shareSessionTimeoutMs(groupId), async () => {
    const group = shard.shareGroups.get(groupId);
    if (group?.members.has(memberId) !== true) return;
    shard.logger.log('INFO', `share group ${groupId}: member ${memberId} was not heard of in time, removing it`);
    await removeShareMember(shard, group, memberId);
  });
}

/** After loading every member counts as just heard of. */
export function startShareTimers(shard: Shard, group: ShareGroup): void {
  for (const memberId of group.members.keys()) restartShareSession(shard, group.groupId, memberId);
}

/** Takes a member out; the others get its partitions with the next assignment. */
export async function removeShareMember(shard: Shard, group: ShareGroup, memberId: string): Promise<void> {
  const change = new ShareChange(shard, group);
  change.removeMember(memberId);
  change.bumpEpoch();
  await change.commit();
  shard.timers.cancel(group.groupId, sessionTimer(memberId));
}
