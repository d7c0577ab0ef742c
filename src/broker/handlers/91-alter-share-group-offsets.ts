/**
 * AlterShareGroupOffsets v0 (KIP-932): sets where a group without members starts; a group nobody knows is made. Offsets are
 * not compared with the log. NON_EMPTY_GROUP, INVALID_GROUP_ID at the top, UNKNOWN_TOPIC_OR_PARTITION by partition.
 */
import { ERRORS, Errors, KafkaError } from '../../protocol/errors.ts';
import { alterShareGroupOffsets } from '../../protocol/messages/91-alter-share-group-offsets.ts';
import { defineHandler } from './handler.ts';
import { servesShareGroups } from './share-feature.ts';

export const alterShareGroupOffsetsHandler = defineHandler(
  alterShareGroupOffsets,
  ({ cluster, groups }) =>
    async ({ groupId, topics }) => {
      if (!servesShareGroups(cluster)) {
        return { errorCode: Errors.UNSUPPORTED_VERSION, errorMessage: ERRORS.UNSUPPORTED_VERSION.text };
      }
      try {
        const altered = await groups.alterShareOffsets(
          groupId,
          topics.map(({ topicName, partitions }) => ({
            topic: topicName,
            offsets: new Map(partitions.map(({ partitionIndex, startOffset }) => [partitionIndex, startOffset])),
          })),
        );
        return {
          responses: altered.map(({ topic, topicId, partitions }) => ({
            topicName: topic,
            topicId,
            partitions: partitions.map(({ partition, error }) => ({
              partitionIndex: partition,
              errorCode: Errors[error],
              errorMessage: error === 'NONE' ? null : ERRORS[error].text,
            })),
          })),
        };
      } catch (error) {
        if (!(error instanceof KafkaError)) throw error;
        return { errorCode: Errors[error.error], errorMessage: error.message };
      }
    },
);
