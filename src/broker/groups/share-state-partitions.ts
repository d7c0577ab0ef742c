import { type Uuid } from '../../protocol/primitives.ts';
import { type Shard } from './shard.ts';
import { ShareChange } from './share-change.ts';
import { type NamedPartitions, type PartitionsByTopic, type ShareGroup } from './share-group.ts';
import { has } from './topic-assignment.ts';
import { type TopicIdPartition } from './types.ts';

/** Whether a partition that may be assigned waits for a member. */
export function hasUnassigned(group: ShareGroup): boolean {
  if (group.members.size === 0) return false;
  const topics = group.subscribedTopics;
  const targets = [...group.targets.values()];
  for (const [topicId, { topicName, partitions }] of group.initialized) {
    if (!topics.has(topicName)) continue;
    for (const partition of partitions) if (!targets.some((one) => has(one, topicId, partition))) return true;
  }
  return false;
}

/** Every partition that has a delivery state, or may have one. */
export function statePartitionsOf({ initializing, initialized }: ShareGroup): TopicIdPartition[] {
  return [...plus(initializing, initialized)].flatMap(([topicId, { partitions }]) =>
    [...partitions].map((partition) => ({ topicId, partition })),
  );
}

function plus(topics: PartitionsByTopic, others: PartitionsByTopic): PartitionsByTopic {
  const sum = new Map<Uuid, NamedPartitions>(topics);
  for (const [topicId, { topicName, partitions }] of others) {
    sum.set(topicId, { topicName, partitions: new Set([...(sum.get(topicId)?.partitions ?? []), ...partitions]) });
  }
  return sum;
}

function minus(topics: PartitionsByTopic, others: PartitionsByTopic): PartitionsByTopic {
  const left = new Map<Uuid, NamedPartitions>();
  for (const [topicId, { topicName, partitions }] of topics) {
    const kept = [...partitions].filter((one) => !others.get(topicId)?.partitions.has(one));
    if (kept.length > 0) left.set(topicId, { topicName, partitions: new Set(kept) });
  }
  return left;
}

/** Without the topics of these ids. */
function without<T>(topics: ReadonlyMap<Uuid, T>, topicIds: { has(topicId: Uuid): boolean }): ReadonlyMap<Uuid, T> {
  return new Map([...topics].filter(([topicId]) => !topicIds.has(topicId)));
}

/** Notes subscribed partitions that have no delivery state yet; false when there are none. */
export function addInitializing(shard: Shard, change: ShareChange): boolean {
  const { group } = change;
  const sinceMs = shard.shareGroups.get(group.groupId)?.initializingSinceMs ?? null;
  const isUnderWay = sinceMs !== null && shard.clock.now() - sinceMs < shard.settings.shareInitializeRetryMs;
  const missing = new Map<Uuid, NamedPartitions>();
  for (const topicName of group.subscribedTopics) {
    const image = shard.metadata.topics.get(topicName);
    if (image === undefined) continue;
    const { topicId } = image;
    const isKnown = (one: number) =>
      group.initialized.get(topicId)?.partitions.has(one) === true ||
      (isUnderWay && group.initializing.get(topicId)?.partitions.has(one) === true);
    const partitions = image.partitions.map(({ partition }) => partition).filter((one) => !isKnown(one));
    if (partitions.length > 0) missing.set(topicId, { topicName, partitions: new Set(partitions) });
  }
  if (missing.size === 0) return false;
  const initializing = plus(group.initializing, missing);
  change.setStatePartitions({
    initializing,
    initialized: group.initialized,
    deleting: without(group.deleting, missing),
  });
  return true;
}

/**
 * Has the delivery state of noted partitions made, then marks them as ready for members; beside the group's queue, since
 * the first one creates a topic. Those that could not be made are forgotten, so that a later heartbeat tries again.
 */
export function initializeStatePartitions(shard: Shard, groupId: string): void {
  const group = shard.shareGroups.get(groupId);
  if (group === undefined) return;
  group.initializingSinceMs = shard.clock.now();
  const topics = group.initializing;
  const asked = [...topics].flatMap(([topicId, { partitions }]) =>
    [...partitions].map((partition) => ({ topicId, partition, stateEpoch: group.epoch, startOffset: -1n })),
  );
  shard.persister
    .initialize(groupId, asked)
    .then((errors) => {
      const failed = asked.filter((_, i) => errors[i] !== 'NONE');
      for (const { topicId, partition } of failed) {
        const error = errors[asked.findIndex((one) => one.topicId === topicId && one.partition === partition)];
        shard.logger.log('WARN', `share group ${groupId}: no state for ${topicId}-${partition}: ${error}`);
      }
      return shard.run(groupId, () => finishInitializing(shard, groupId, topics, failed));
    })
    .catch((cause) => shard.logger.log('ERROR', `share group ${groupId}: cannot make its delivery state`, cause));
}

async function finishInitializing(
  shard: Shard,
  groupId: string,
  topics: PartitionsByTopic,
  failed: readonly { readonly topicId: Uuid; readonly partition: number }[],
): Promise<void> {
  const group = shard.shareGroups.get(groupId);
  if (group === undefined || shard.state === 'closed') return;
  // A topic deleted meanwhile is no longer among them.
  const asked = minus(group.initializing, minus(group.initializing, topics));
  const isMade = (topicId: Uuid, partition: number) =>
    !failed.some((one) => one.topicId === topicId && one.partition === partition);
  const made = new Map<Uuid, NamedPartitions>();
  for (const [topicId, { topicName, partitions }] of asked) {
    const ready = [...partitions].filter((partition) => isMade(topicId, partition));
    if (ready.length > 0) made.set(topicId, { topicName, partitions: new Set(ready) });
  }
  const change = new ShareChange(shard, group);
  change.setStatePartitions({
    initializing: minus(group.initializing, asked),
    initialized: plus(group.initialized, made),
    deleting: group.deleting,
  });
  await change.commit();
}

/** Takes partitions over whose state somebody made by hand (AlterShareGroupOffsets). */
export async function addInitialized(shard: Shard, group: ShareGroup, topics: PartitionsByTopic): Promise<void> {
  const change = new ShareChange(shard, group);
  change.setStatePartitions({
    initializing: minus(group.initializing, topics),
    initialized: plus(group.initialized, topics),
    deleting: without(group.deleting, topics),
  });
  await change.commit();
}

/** Forgets topics whose state is gone or about to go; `deleting` is what still has to be removed. */
export async function removeTopics(
  shard: Shard,
  group: ShareGroup,
  topicIds: ReadonlySet<Uuid>,
  deleting: ReadonlyMap<Uuid, string> = new Map(),
): Promise<void> {
  const change = new ShareChange(shard, group);
  change.setStatePartitions({
    initializing: without(group.initializing, topicIds),
    initialized: without(group.initialized, topicIds),
    deleting: new Map([...without(group.deleting, topicIds), ...deleting]),
  });
  await change.commit();
}
