/**
 * DescribeTopicPartitions v0 (KIP-966): topics sorted by name with eligible leader replicas, in pages. No topics: all.
 * The page ends at the smaller of the request's limit and max.request.partition.size.limit; the cursor names the first
 * partition that is left. Unknown names: UNKNOWN_TOPIC_OR_PARTITION, impossible ones: INVALID_TOPIC_EXCEPTION.
 * A cursor that is not among the topics asked for: INVALID_REQUEST for each of them.
 */
import { Errors } from '../../protocol/errors.ts';
import { describeTopicPartitions } from '../../protocol/messages/75-describe-topic-partitions.ts';
import { type ApiRequest } from '../../protocol/schema.ts';
import { type PartitionImage, topicNameFault } from '../cluster/index.ts';
import { ALL_OPERATIONS } from './authorized-operations.ts';
import { defineHandler } from './handler.ts';
import { partitionView } from './partition-view.ts';

export const describeTopicPartitionsHandler = defineHandler(describeTopicPartitions, ({ cluster }) => {
  const view = (one: PartitionImage) => {
    const { error, ...shared } = partitionView(cluster, one);
    const { eligibleLeaderReplicas, lastKnownElr } = one;
    return { errorCode: Errors[error], ...shared, eligibleLeaderReplicas, lastKnownElr };
  };
  return (request) => {
    const { cursor } = request;
    if (!isCursorValid(request)) {
      return { topics: request.topics.map(({ name }) => ({ name, errorCode: Errors.INVALID_REQUEST })) };
    }
    const asked = request.topics.length > 0 ? request.topics.map((one) => one.name) : [...cluster.topics.keys()];
    const names = [...new Set(asked)].sort().filter((name) => cursor === null || name >= cursor.topicName);
    const ownLimit = Number(cluster.brokerConfigValue('max.request.partition.size.limit'));
    let left = Math.max(Math.min(request.responsePartitionLimit, ownLimit), 1);
    const topics = [];
    for (const name of names) {
      const image = cluster.topics.get(name);
      if (!image) {
        const error = topicNameFault(name) === null ? 'UNKNOWN_TOPIC_OR_PARTITION' : 'INVALID_TOPIC_EXCEPTION';
        topics.push({ errorCode: Errors[error], name, topicAuthorizedOperations: ALL_OPERATIONS.topic });
        continue;
      }
      const first = cursor?.topicName === name ? cursor.partitionIndex : 0;
      if (left <= 0) return { topics, nextCursor: { topicName: name, partitionIndex: first } };
      const page = image.partitions.slice(first, first + left);
      left -= page.length;
      topics.push({
        name,
        topicId: image.topicId,
        isInternal: image.isInternal,
        partitions: page.map(view),
        topicAuthorizedOperations: ALL_OPERATIONS.topic,
      });
      const end = first + page.length;
      if (end < image.partitions.length) return { topics, nextCursor: { topicName: name, partitionIndex: end } };
    }
    return { topics };
  };
});

function isCursorValid({ cursor, topics }: ApiRequest<typeof describeTopicPartitions>): boolean {
  if (cursor === null) return true;
  return cursor.partitionIndex >= 0 && (topics.length === 0 || topics.some(({ name }) => name === cursor.topicName));
}
