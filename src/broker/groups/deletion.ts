import { type ErrorName } from '../../protocol/errors.ts';
import { type Uuid, ZERO_UUID } from '../../protocol/primitives.ts';
import { consumerGroupTombstones } from './consumer-change.ts';
import { offsetTombstone } from './offset-operations.ts';
import { type CoordinatorRecord } from './record-format.ts';
import { type Shard } from './shard.ts';
import { shareGroupTombstones } from './share-change.ts';
import { type ShareGroup } from './share-group.ts';
import { statePartitionsOf } from './share-state-partitions.ts';

export function groupTombstone(groupId: string): CoordinatorRecord {
  return { kind: 'group', groupId, value: null };
}

/** DeleteGroups for one group; runs in its queue. Only a group without members goes, with all its offsets. */
export async function deleteGroup(shard: Shard, groupId: string): Promise<ErrorName> {
  // Whose session ends now is no member any more.
  for (const task of shard.timers.takeDue(groupId)) await task();
  const share = shard.shareGroups.get(groupId);
  if (share !== undefined) return deleteShareGroup(shard, share);
  const consumer = shard.consumerGroups.get(groupId);
  const group = consumer ?? shard.groups.get(groupId);
  if (group === undefined) return 'GROUP_ID_NOT_FOUND';
  if (group.state !== 'Empty') return 'NON_EMPTY_GROUP';
  const offsets = shard.offsets.partitionsOf(groupId);
  return shard.commitTombstones([
    ...offsets.map(({ topic, partition }) => offsetTombstone(groupId, topic, partition)),
    ...(consumer === undefined ? [groupTombstone(groupId)] : consumerGroupTombstones(consumer)),
  ]);
}

/** First the delivery state of all its partitions goes, so that nothing of it is left behind when the group is gone. */
async function deleteShareGroup(shard: Shard, group: ShareGroup): Promise<ErrorName> {
  if (group.state !== 'Empty') return 'NON_EMPTY_GROUP';
  const partitions = statePartitionsOf(group);
  const errors = await shard.persister.delete(group.groupId, partitions);
  const failure = errors.find((error) => error !== 'NONE');
  return failure ?? shard.commitTombstones(shareGroupTombstones(group.groupId));
}

/** Forgets what a group committed for a deleted topic; a topic created anew under its name is another one. */
export async function forgetTopic(shard: Shard, groupId: string, topic: string, topicId: Uuid): Promise<void> {
  const records = shard.offsets
    .partitionsOf(groupId)
    .filter((one) => {
      const stored = shard.offsets.get(groupId, one.topic, one.partition)?.topicId ?? ZERO_UUID;
      return one.topic === topic && (stored === ZERO_UUID || stored === topicId);
    })
    .map(({ partition }) => offsetTombstone(groupId, topic, partition));
  await shard.commitTombstones(records);
}
