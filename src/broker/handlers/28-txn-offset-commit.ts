/**
 * TxnOffsetCommit v0-5: offsets that become visible with the transaction. v3+ names generation and member (KIP-447);
 * v5 adds the group's partition to the transaction itself (KIP-890). Up to v4 it must have been added before: else
 * INVALID_TXN_STATE, in v4 TRANSACTION_ABORTABLE, unless transaction.partition.verification.enable is off. A
 * fenced producer: INVALID_PRODUCER_EPOCH. Unknown partitions: UNKNOWN_TOPIC_OR_PARTITION, the others go on.
 */
import { type ErrorName, Errors } from '../../protocol/errors.ts';
import { txnOffsetCommit } from '../../protocol/messages/28-txn-offset-commit.ts';
import { defineHandler } from './handler.ts';
import { verifiesTransactions } from './transactional-produce.ts';

export const txnOffsetCommitHandler = defineHandler(
  txnOffsetCommit,
  ({ cluster, groups, transactions }) =>
    async (request, { apiVersion }) => {
      const { groupId, memberId, groupInstanceId, generationId, producerId, producerEpoch } = request;
      const offsets = request.topics.flatMap(({ name, partitions }) =>
        partitions.map((one) => ({
          topic: name,
          partition: one.partitionIndex,
          topicId: cluster.topics.get(name)?.topicId ?? '',
          offset: one.committedOffset,
          leaderEpoch: one.committedLeaderEpoch,
          metadata: one.committedMetadata ?? '',
        })),
      );
      const known = offsets.filter((one) => cluster.partition(one.topic, one.partition) !== undefined);
      let error: ErrorName =
        groupId === ''
          ? 'INVALID_GROUP_ID'
          : apiVersion >= 5
            ? await transactions.addOffsets(request, groupId, 2)
            : verifiesTransactions(cluster)
              ? transactions.verifyOffsets(request, groupId)
              : 'NONE';
      if (error === 'INVALID_TXN_STATE' && apiVersion === 4) error = 'TRANSACTION_ABORTABLE';
      if (error === 'PRODUCER_FENCED') error = 'INVALID_PRODUCER_EPOCH';
      const errors =
        error === 'NONE'
          ? await groups.commitTransactionalOffsets({
              groupId,
              memberId,
              groupInstanceId,
              generationId,
              producerId,
              producerEpoch,
              offsets: known,
            })
          : known.map(() => error);
      const byOffset = new Map(known.map((one, i) => [one, errors[i] ?? 'UNKNOWN_SERVER_ERROR']));
      let at = 0;
      return {
        topics: request.topics.map(({ name, partitions }) => ({
          name,
          partitions: partitions.map(({ partitionIndex }) => {
            const offset = offsets[at++];
            const result = offset && byOffset.get(offset);
            return { partitionIndex, errorCode: Errors[result ?? 'UNKNOWN_TOPIC_OR_PARTITION'] };
          }),
        })),
      };
    },
);
