import { ERRORS, type ErrorName, KafkaError } from '../../protocol/errors.ts';
import { type Offset, type Uuid, ZERO_UUID } from '../../protocol/primitives.ts';
import { type Shard } from './shard.ts';
import { ShareChange } from './share-change.ts';
import { type NamedPartitions, ShareGroup } from './share-group.ts';
import { addInitialized, removeTopics } from './share-state-partitions.ts';
import {
  type AlteredShareTopic,
  type DeletedShareTopic,
  type DescribedShareTopic,
  type ShareStateSummary,
  type TopicPartitions,
} from './types.ts';

const UNKNOWN_OFFSET = -1n;

function emptyGroup(group: ShareGroup): ShareGroup {
  if (group.members.size === 0) return group;
  throw new KafkaError('NON_EMPTY_GROUP', ERRORS.NON_EMPTY_GROUP.text);
}

function notFound(shard: Shard, groupId: string): KafkaError {
  const isOther = shard.groups.has(groupId) || shard.consumerGroups.has(groupId);
  return new KafkaError('GROUP_ID_NOT_FOUND', `Group ${groupId} ${isOther ? 'is not a share group' : 'not found'}.`);
}

/**
 * DescribeShareGroupOffsets for one group; `topics` null means all the group ever read. Groups and topics nobody knows are
 * answered as those nobody read: without an offset, without an error.
 */
export async function describeShareOffsets(
  shard: Shard,
  groupId: string,
  topics: readonly TopicPartitions[] | null,
): Promise<DescribedShareTopic[]> {
  const { metadata, persister } = shard;
  const known = [...(shard.shareGroups.get(groupId)?.initialized ?? [])].flatMap(([topicId, { partitions }]) => {
    const image = metadata.topicById(topicId);
    return image === undefined ? [] : [{ topic: image.name, partitions: [...partitions] }];
  });
  return Promise.all(
    (topics ?? known).map(async ({ topic, partitions }) => {
      const topicId = metadata.topics.get(topic)?.topicId ?? ZERO_UUID;
      const asked = partitions.map((partition) => ({ topicId, partition }));
      const summaries = topicId === ZERO_UUID ? [] : await persister.readSummaries(groupId, asked);
      return {
        topic,
        topicId,
        partitions: partitions.map((partition, i) => {
          const summary = summaries[i];
          return {
            partition,
            error: summary?.error ?? ('NONE' as const),
            startOffset: summary?.startOffset ?? UNKNOWN_OFFSET,
            leaderEpoch: summary?.leaderEpoch ?? 0,
            lag: summary === undefined ? UNKNOWN_OFFSET : lagOf(shard, topic, partition, summary),
          };
        }),
      };
    }),
  );
}

/** Records that are neither done nor before the start; -1 unknown. */
function lagOf(
  { replicas }: Shard,
  topic: string,
  partition: number,
  { startOffset, deliveryCompleteCount }: ShareStateSummary,
): Offset {
  const log = replicas.leaderLog(topic, partition);
  if (startOffset === UNKNOWN_OFFSET || deliveryCompleteCount < 0 || typeof log === 'string') return UNKNOWN_OFFSET;
  return log.highWatermark - startOffset - BigInt(deliveryCompleteCount);
}

/**
 * AlterShareGroupOffsets; runs in the group's queue. A group nobody knows is made. The states are made anew under a higher
 * epoch, so that whoever still has an older one can write no more. Throws KafkaError.
 */
export async function alterShareOffsets(
  shard: Shard,
  groupId: string,
  topics: readonly { readonly topic: string; readonly offsets: ReadonlyMap<number, Offset> }[],
): Promise<AlteredShareTopic[]> {
  const isOther = shard.groups.has(groupId) || shard.consumerGroups.has(groupId);
  if (isOther) throw notFound(shard, groupId);
  const group = emptyGroup(shard.shareGroups.get(groupId) ?? new ShareGroup(groupId));
  const asked = topics.flatMap(({ topic, offsets }) => {
    const image = shard.metadata.topics.get(topic);
    if (image === undefined) return [];
    return [...offsets].flatMap(([partition, startOffset]) =>
      image.partitions[partition] === undefined ? [] : [{ topic, topicId: image.topicId, partition, startOffset }],
    );
  });
  const errors = new Map<string, ErrorName>();
  if (!shard.shareGroups.has(groupId) && topics.some(({ topic }) => shard.metadata.topics.has(topic))) {
    const change = new ShareChange(shard, group);
    change.begin();
    await change.commit();
  }
  if (asked.length > 0) {
    const before = await shard.persister.readSummaries(groupId, asked);
    const outcomes = await shard.persister.initialize(
      groupId,
      asked.map(({ topicId, partition, startOffset }, i) => {
        const stateEpoch = Math.max((before[i]?.stateEpoch ?? 0) + 1, group.epoch);
        return { topicId, partition, startOffset, stateEpoch };
      }),
    );
    const made = new Map<Uuid, NamedPartitions>();
    asked.forEach(({ topic, topicId, partition }, i) => {
      const error = outcomes[i] ?? 'UNKNOWN_SERVER_ERROR';
      errors.set(`${topic}/${partition}`, error);
      if (error !== 'NONE') return;
      const partitions = new Set([...(made.get(topicId)?.partitions ?? []), partition]);
      made.set(topicId, { topicName: topic, partitions });
    });
    const stored = shard.shareGroups.get(groupId);
    if (made.size > 0 && stored !== undefined) await addInitialized(shard, stored, made);
  }
  return topics.map(({ topic, offsets }) => ({
    topic,
    topicId: shard.metadata.topics.get(topic)?.topicId ?? ZERO_UUID,
    partitions: [...offsets.keys()].map((partition) => ({
      partition,
      error: errors.get(`${topic}/${partition}`) ?? 'UNKNOWN_TOPIC_OR_PARTITION',
    })),
  }));
}

/** DeleteShareGroupOffsets; runs in the group's queue. Throws KafkaError. */
export async function deleteShareOffsets(
  shard: Shard,
  groupId: string,
  topics: readonly string[],
): Promise<DeletedShareTopic[]> {
  const group = shard.shareGroups.get(groupId);
  if (group === undefined) throw notFound(shard, groupId);
  emptyGroup(group);
  const results: DeletedShareTopic[] = [];
  const gone = new Set<Uuid>();
  for (const topic of topics) {
    const topicId = shard.metadata.topics.get(topic)?.topicId;
    const partitions = topicId === undefined ? undefined : group.initialized.get(topicId)?.partitions;
    if (topicId === undefined || partitions === undefined) {
      const text = topicId === undefined ? null : 'There is no offset information to delete.';
      results.push({ topic, topicId: ZERO_UUID, error: 'UNKNOWN_TOPIC_OR_PARTITION', text });
      continue;
    }
    const asked = [...partitions].map((partition) => ({ topicId, partition }));
    const errors = await shard.persister.delete(groupId, asked);
    const error = errors.find((one) => one !== 'NONE') ?? 'NONE';
    if (error === 'NONE') gone.add(topicId);
    results.push({ topic, topicId, error, text: null });
  }
  if (gone.size > 0) await removeTopics(shard, group, gone);
  return results;
}
