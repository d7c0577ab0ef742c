/**
 * DescribeShareGroupOffsets v0-1 (KIP-932): where groups start in partitions; topics null means all that a group read.
 * Groups, topics and partitions nobody read: offset -1 without an error. v1 adds the lag, -1 unknown.
 */
import { ERRORS, Errors, KafkaError } from '../../protocol/errors.ts';
import { describeShareGroupOffsets } from '../../protocol/messages/90-describe-share-group-offsets.ts';
import { defineHandler } from './handler.ts';
import { servesShareGroups } from './share-feature.ts';

export const describeShareGroupOffsetsHandler = defineHandler(
  describeShareGroupOffsets,
  ({ cluster, groups }) =>
    async (request, { apiVersion }) => {
      if (!servesShareGroups(cluster)) {
        const errorCode = Errors.UNSUPPORTED_VERSION;
        return { groups: request.groups.map(({ groupId }) => ({ groupId, errorCode })) };
      }
      const answered = request.groups.map(async ({ groupId, topics }) => {
        try {
          const asked = topics?.map(({ topicName, partitions }) => ({ topic: topicName, partitions })) ?? null;
          const described = await groups.describeShareOffsets(groupId, asked);
          return {
            groupId,
            topics: described.map(({ topic, topicId, partitions }) => ({
              topicName: topic,
              topicId,
              partitions: partitions.map(({ partition, error, lag, ...offset }) => ({
                ...offset,
                ...(apiVersion >= 1 ? { lag } : {}),
                partitionIndex: partition,
                errorCode: Errors[error],
                errorMessage: error === 'NONE' ? null : ERRORS[error].text,
              })),
            })),
          };
        } catch (error) {
          if (!(error instanceof KafkaError)) throw error;
          return { groupId, errorCode: Errors[error.error], errorMessage: error.message };
        }
      });
      return { groups: await Promise.all(answered) };
    },
);
