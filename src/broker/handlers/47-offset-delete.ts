/**
 * OffsetDelete v0 (KIP-496): removes committed offsets of a group. Of the whole request: GROUP_ID_NOT_FOUND,
 * NON_EMPTY_GROUP (members of another protocol type than consumer). Per partition: UNKNOWN_TOPIC_OR_PARTITION,
 * GROUP_SUBSCRIBED_TO_TOPIC; no offset there counts as deleted.
 */
import { Errors } from '../../protocol/errors.ts';
import { offsetDelete } from '../../protocol/messages/47-offset-delete.ts';
import { ZERO_UUID } from '../../protocol/primitives.ts';
import { defineHandler } from './handler.ts';
import { TopicResults } from './topic-results.ts';

export const offsetDeleteHandler = defineHandler(offsetDelete, ({ cluster, groups }) => async ({ groupId, topics }) => {
  const results = new TopicResults<{ partitionIndex: number; errorCode: number }>();
  const known: { topic: string; partition: number }[] = [];
  for (const { name, partitions } of topics) {
    for (const { partitionIndex } of partitions) {
      if (cluster.partition(name, partitionIndex)) known.push({ topic: name, partition: partitionIndex });
      else {
        const errorCode = Errors.UNKNOWN_TOPIC_OR_PARTITION;
        results.add({ name, topicId: ZERO_UUID }, { partitionIndex, errorCode });
      }
    }
  }
  const { error, partitions } = await groups.deleteOffsets(groupId, known);
  if (error !== 'NONE') return { errorCode: Errors[error] };
  known.forEach(({ topic, partition }, i) => {
    const errorCode = Errors[partitions[i] ?? 'UNKNOWN_SERVER_ERROR'];
    results.add({ name: topic, topicId: ZERO_UUID }, { partitionIndex: partition, errorCode });
  });
  return { topics: results.topics.map(({ name, partitions: answered }) => ({ name, partitions: answered })) };
});
