/**
 * TxnOffsetCommit v0-5: offsets that become visible with the transaction. v3+ names generation and member (KIP-447);
 * v5 adds the group's partition to the transaction itself (KIP-890). Up to v4 it must have been added before: else
 * INVALID_TXN_STATE, in v4 TRANSACTION_ABORTABLE, unless transaction.partition.verification.enable is off. A
 * fenced producer: INVALID_PRODUCER_EPOCH. Unknown partitions: UNKNOWN_TOPIC_OR_PARTITION, the others go on.
 */
import { type ErrorName, Errors } from '../../protocol/errors.ts';
import { txnOffsetCommit } from '../../protocol/messages/28-txn-offset-commit.ts';
import { type ApiRequest } from '../../protocol/schema.ts';
import { defineHandler, type Rooms } from './handler.ts';
import { verifiesTransactions } from './transactional-produce.ts';

const ADDS_GROUP_VERSION = 5;
const ABORTABLE_VERSION = 4;
/** KAFKA-7296: older clients take a loading coordinator for one to give up on. */
const FIRST_LOADING_VERSION = 2;

/** Makes sure that the group's offsets belong to the producer's open transaction, or tells why they do not. */
async function joinTransaction(
  request: ApiRequest<typeof txnOffsetCommit>,
  apiVersion: number,
  { cluster, transactions }: Rooms,
): Promise<ErrorName> {
  const { groupId } = request;
  if (groupId === '') return 'INVALID_GROUP_ID';
  let error: ErrorName = 'NONE';
  if (apiVersion >= ADDS_GROUP_VERSION) error = await transactions.addOffsets(request, groupId, 2);
  else if (verifiesTransactions(cluster)) error = transactions.verifyOffsets(request, groupId);
  if (error === 'INVALID_TXN_STATE' && apiVersion === ABORTABLE_VERSION) return 'TRANSACTION_ABORTABLE';
  return error === 'PRODUCER_FENCED' ? 'INVALID_PRODUCER_EPOCH' : error;
}

export const txnOffsetCommitHandler = defineHandler(txnOffsetCommit, (rooms) => async (request, { apiVersion }) => {
  const { cluster, groups } = rooms;
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
  // Nothing to commit leaves the transaction as it is.
  const error = known.length === 0 ? 'NONE' : await joinTransaction(request, apiVersion, rooms);
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
        const result = (offset && byOffset.get(offset)) ?? 'UNKNOWN_TOPIC_OR_PARTITION';
        const isLoading = result === 'COORDINATOR_LOAD_IN_PROGRESS';
        const told = isLoading && apiVersion < FIRST_LOADING_VERSION ? 'COORDINATOR_NOT_AVAILABLE' : result;
        return { partitionIndex, errorCode: Errors[told] };
      }),
    })),
  };
});
