/**
 * ShareGroupHeartbeat v1 (KIP-932): joins a share group, keeps the membership alive, tells what to fetch, leaves.
 * - Epoch 0 joins, -1 leaves. Members share partitions, so that a new assignment counts at once.
 * - A partition is assigned once its delivery state was made: the first answer names none, a later one does.
 * - INVALID_REQUEST, GROUP_ID_NOT_FOUND, UNKNOWN_MEMBER_ID, FENCED_MEMBER_EPOCH, GROUP_MAX_SIZE_REACHED, each with a text.
 * Recorded from Apache Kafka 4.3.1. Racks are kept, not used, as there.
 */
import { Errors, KafkaError } from '../../protocol/errors.ts';
import { shareGroupHeartbeat } from '../../protocol/messages/76-share-group-heartbeat.ts';
import { defineHandler } from './handler.ts';
import { servesShareGroups } from './share-feature.ts';

export const shareGroupHeartbeatHandler = defineHandler(
  shareGroupHeartbeat,
  ({ cluster, groups }) =>
    async (request, { clientId, connection }) => {
      if (!servesShareGroups(cluster)) return { errorCode: Errors.UNSUPPORTED_VERSION };
      // Alone of all refusals this one has no text.
      if (request.memberId === '') return { errorCode: Errors.INVALID_REQUEST };
      try {
        const { clientHost } = connection;
        const { assignment, ...rest } = await groups.shareHeartbeat({
          ...request,
          clientId: clientId ?? '',
          clientHost,
        });
        const topicPartitions = assignment?.map((topic) => ({ ...topic, partitions: [...topic.partitions] }));
        return { ...rest, assignment: topicPartitions === undefined ? null : { topicPartitions } };
      } catch (error) {
        if (!(error instanceof KafkaError)) throw error;
        return { errorCode: Errors[error.error], errorMessage: error.message };
      }
    },
);
