/**
 * ShareAcknowledge v1-2 (KIP-932): what becomes of records a member was given: accepted, released, rejected, a gap.
 * - In the member's share session, opened by ShareFetch; epoch -1 closes it and frees what else the member holds. Errors of
 *   the session stand at the top.
 * - Batches of a partition take effect together or not at all, and are stored before the answer: INVALID_REQUEST for what
 *   is malformed, out of order or past the acquired records, INVALID_RECORD_STATE with a text for records of others.
 * - v2 adds renewals of locks (KIP-1222) and tells how long a lock holds.
 */
import { Errors } from '../../protocol/errors.ts';
import { shareAcknowledge } from '../../protocol/messages/79-share-acknowledge.ts';
import { byTopic } from './78-share-fetch.ts';
import { defineHandler } from './handler.ts';
import { LeaderHints } from './leader-hints.ts';
import { servesShareGroups } from './share-feature.ts';

export const shareAcknowledgeHandler = defineHandler(
  shareAcknowledge,
  ({ cluster, shareGroups }) =>
    async ({ groupId, memberId, shareSessionEpoch, isRenewAck, topics }, { apiVersion, connection }) => {
      if (!servesShareGroups(cluster)) return { errorCode: Errors.UNSUPPORTED_VERSION };
      if (groupId === null || memberId === null || memberId === '') return { errorCode: Errors.INVALID_REQUEST };
      const { error, lockDurationMs, partitions } = await shareGroups.acknowledge({
        groupId,
        memberId,
        sessionEpoch: shareSessionEpoch,
        isRenew: isRenewAck,
        partitions: topics.flatMap((topic) =>
          topic.partitions.map(({ partitionIndex, acknowledgementBatches }) => ({
            topicId: topic.topicId,
            partition: partitionIndex,
            acknowledgements: acknowledgementBatches,
          })),
        ),
      });
      if (error !== 'NONE') return { errorCode: Errors[error] };
      const hints = new LeaderHints(cluster, connection.listenerName, true);
      const responses = byTopic(partitions, (one) => ({
        partitionIndex: one.partition,
        errorCode: Errors[one.error],
        errorMessage: one.text,
        currentLeader: hints.for(one.error, cluster.topicById(one.topicId)?.name ?? '', one.partition),
      }));
      const lock = apiVersion >= 2 ? { acquisitionLockTimeoutMs: lockDurationMs } : {};
      return { ...lock, responses, nodeEndpoints: hints.endpoints };
    },
);
