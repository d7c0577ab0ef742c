import { type ClassicGroup } from './classic-group.ts';
import { consumerGroupTombstones } from './consumer-change.ts';
import { type ConsumerGroup } from './consumer-group.ts';
import { groupTombstone } from './deletion.ts';
import { offsetTombstone } from './offset-operations.ts';
import { type StoredOffset } from './offset-store.ts';
import { type CoordinatorRecord } from './record-format.ts';
import { type Shard } from './shard.ts';

/** Looks for expired offsets now and then as long as the shard is there. */
export function scheduleExpiry(shard: Shard): void {
  shard.scheduleExpiry(shard.settings.retentionCheckIntervalMs, async () => {
    for (const groupId of [...shard.groups.keys(), ...shard.consumerGroups.keys()])
      await shard.run(groupId, () => expireOffsets(shard, groupId));
    if (shard.state === 'active') scheduleExpiry(shard);
  });
}

/**
 * The time from which an offset's retention counts; null keeps it. Members' offsets stay while the group is at work on the
 * topic; a group's offsets age from the moment it became empty, a simple consumer's from their commit (KIP-211).
 */
function retentionStartMs(group: ClassicGroup | ConsumerGroup, topic: string, offset: StoredOffset): number | null {
  if (group.isSubscribedTo(topic)) return null;
  // A KIP-848 group has no time since when it is empty.
  if (group.type === 'consumer' || group.protocolType === null) return offset.commitTimestampMs;
  if (group.state === 'Empty') return group.stateSinceMs ?? offset.commitTimestampMs;
  const knowsTopics = group.usesConsumerProtocol && group.subscribedTopics !== null;
  return knowsTopics && group.state === 'Stable' ? offset.commitTimestampMs : null;
}

function isExpired(shard: Shard, group: ClassicGroup | ConsumerGroup, topic: string, offset: StoredOffset): boolean {
  const startMs = retentionStartMs(group, topic, offset);
  if (startMs === null) return false;
  const nowMs = shard.clock.now();
  // An expiry the client asked for (OffsetCommit v2-4) goes before the broker's retention.
  if (offset.expireTimestampMs !== null) return nowMs >= offset.expireTimestampMs;
  return nowMs - startMs >= shard.settings.offsetsRetentionMs;
}

/** Removes a group's expired offsets, and the group itself once it is empty and holds none. */
export async function expireOffsets(shard: Shard, groupId: string): Promise<void> {
  const group = shard.groups.get(groupId) ?? shard.consumerGroups.get(groupId);
  if (group === undefined) return;
  const records: CoordinatorRecord[] = [];
  let kept = 0;
  for (const { topic, partition, offset } of shard.offsets.ofGroup(groupId)) {
    const isPending = shard.offsets.hasPending(groupId, topic, partition);
    if (!isPending && isExpired(shard, group, topic, offset)) records.push(offsetTombstone(groupId, topic, partition));
    else kept++;
  }
  if (records.length > 0) shard.logger.log('INFO', `group ${groupId}: ${records.length} offsets expired`);
  const isDone = kept === 0 && group.state === 'Empty' && !shard.offsets.hasOpenTransaction(groupId);
  if (isDone) records.push(...(group.type === 'consumer' ? consumerGroupTombstones(group) : [groupTombstone(groupId)]));
  await shard.commitTombstones(records);
}
