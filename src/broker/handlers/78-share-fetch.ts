/**
 * ShareFetch v1-2 (KIP-932): acknowledges what a member was given before, then acquires records for it, long-polled.
 * - A session remembers the partitions: epoch 0 opens it with all of them, later requests name what is new or forgotten,
 *   and are answered with partitions that have news; -1 closes it and frees what the member holds, as the end of its
 *   connection does. SHARE_SESSION_NOT_FOUND, INVALID_SHARE_SESSION_EPOCH, SHARE_SESSION_LIMIT_REACHED at the top.
 * - Membership of the group is not looked at, as in Apache Kafka.
 * - Acknowledgements of a partition take effect together or not at all: INVALID_REQUEST, INVALID_RECORD_STATE with a text.
 * - Waits for records, for releases by others and for room below group.share.partition.max.record.locks.
 * - v2 adds renewals of locks (KIP-1222) and a mode in which maxRecords is the last word (KIP-1206); another mode:
 *   UNKNOWN_SERVER_ERROR.
 * - consumer_byte_rate bounds a fetch by what its windows allow, and delays the member's next request. What was acquired is
 *   sent and counted all the same: it is locked already. Kafka answers nothing then, and the lock of what nobody saw runs out.
 * - While the session holds a topic id that is unknown or was deleted: UNKNOWN_SERVER_ERROR at the top, as in Kafka 4.3.1;
 *   its epoch is used up, acknowledgements count, nothing is acquired.
 */
import { type ErrorName, Errors } from '../../protocol/errors.ts';
import { shareFetch } from '../../protocol/messages/78-share-fetch.ts';
import { type Uuid } from '../../protocol/primitives.ts';
import { defineParkingHandler } from './handler.ts';
import { LeaderHints } from './leader-hints.ts';
import { delayed, quotaClient } from './quota-client.ts';
import { servesShareGroups } from './share-feature.ts';

const BATCH_OPTIMIZED = 0;
const RECORD_LIMIT = 1;

export const shareFetchHandler = defineParkingHandler(
  shareFetch,
  ({ cluster, shareGroups, quotas }) =>
    async (request, context) => {
      const { groupId, memberId, shareSessionEpoch, shareAcquireMode, isRenewAck, topics, forgottenTopicsData } =
        request;
      if (!servesShareGroups(cluster)) return { errorCode: Errors.UNSUPPORTED_VERSION };
      if (groupId === null || memberId === null || memberId === '') return { errorCode: Errors.INVALID_REQUEST };
      const { maxWaitMs, minBytes, maxBytes, maxRecords, batchSize } = request;
      const client = quotaClient(context);
      const brokerMaxBytes = Number(cluster.brokerConfigValue('fetch.max.bytes'));
      const { error, lockDurationMs, partitions } = await shareGroups.fetch({
        groupId,
        memberId,
        sessionEpoch: shareSessionEpoch,
        maxWaitMs,
        minBytes,
        maxBytes: Math.min(maxBytes, brokerMaxBytes, Math.floor(quotas.fetchableBytes(client))),
        maxRecords,
        batchSize,
        isStrict: shareAcquireMode === RECORD_LIMIT,
        isModeKnown: shareAcquireMode === BATCH_OPTIMIZED || shareAcquireMode === RECORD_LIMIT,
        isRenew: isRenewAck,
        partitions: topics.flatMap((topic) =>
          topic.partitions.map(({ partitionIndex, acknowledgementBatches }) => ({
            topicId: topic.topicId,
            partition: partitionIndex,
            acknowledgements: acknowledgementBatches,
          })),
        ),
        forgotten: forgottenTopicsData.flatMap((topic) =>
          topic.partitions.map((partition) => ({ topicId: topic.topicId, partition })),
        ),
        closed: context.connection.closed,
      });
      if (error !== 'NONE') return { errorCode: Errors[error] };
      const byteCount = partitions.reduce((sum, { records }) => sum + records.length, 0);
      const throttleTimeMs = delayed(context, quotas.chargeDelivered(client, byteCount));
      const hints = new LeaderHints(cluster, context.connection.listenerName, true);
      const currentLeader = (failure: ErrorName, topicId: Uuid, partition: number) =>
        hints.for(failure, cluster.topicById(topicId)?.name ?? '', partition);
      const responses = byTopic(partitions, ({ topicId, partition, ...one }) => ({
        partitionIndex: partition,
        errorCode: Errors[one.error],
        acknowledgeErrorCode: Errors[one.acknowledgeError],
        acknowledgeErrorMessage: one.acknowledgeText,
        currentLeader:
          currentLeader(one.error, topicId, partition) ?? currentLeader(one.acknowledgeError, topicId, partition),
        records: one.records,
        acquiredRecords: [...one.acquired],
      }));
      return { throttleTimeMs, acquisitionLockTimeoutMs: lockDurationMs, responses, nodeEndpoints: hints.endpoints };
    },
);

/** Partitions under their topics, in the order in which topics come first. */
export function byTopic<P extends { readonly topicId: Uuid }, R>(
  partitions: readonly P[],
  answer: (one: P) => R,
): { topicId: Uuid; partitions: R[] }[] {
  const topics = new Map<Uuid, R[]>();
  for (const one of partitions) {
    const answers = topics.get(one.topicId) ?? [];
    topics.set(one.topicId, answers);
    answers.push(answer(one));
  }
  return [...topics].map(([topicId, answers]) => ({ topicId, partitions: answers }));
}
