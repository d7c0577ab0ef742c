/**
 * AddPartitionsToTxn v0-5: partitions of a version 1 transaction (KIP-98), before records go there.
 * v0-3 speak for one transactional id; v4+ is spoken by brokers for several ids, with VerifyOnly (KIP-890): which
 * partitions belong to the open transaction. An unknown partition and, of clients,
 * one of an internal topic (TOPIC_AUTHORIZATION_FAILED) fail alone; the others: OPERATION_NOT_ATTEMPTED.
 * Before v2 PRODUCER_FENCED is INVALID_PRODUCER_EPOCH (KIP-588).
 */
import { type ErrorName, Errors } from '../../protocol/errors.ts';
import { addPartitionsToTxn } from '../../protocol/messages/24-add-partitions-to-txn.ts';
import { type ProducerId } from '../../protocol/primitives.ts';
import { isInternalTopic } from '../cluster/index.ts';
import { toldWhenFenced } from './fenced-producer.ts';
import { defineHandler, type Rooms } from './handler.ts';

interface Asked {
  readonly transactionalId: string;
  readonly producerId: ProducerId;
  readonly producerEpoch: number;
  readonly verifyOnly: boolean;
  readonly topics: readonly { readonly name: string; readonly partitions: readonly number[] }[];
}

/** One error per partition, in order. */
async function errorsOf(asked: Asked, { cluster, transactions }: Rooms, isFromClient: boolean): Promise<ErrorName[]> {
  const partitions = asked.topics.flatMap(({ name, partitions }) =>
    partitions.map((partition) => ({ topic: name, partition })),
  );
  if (asked.verifyOnly) return [...transactions.verifyPartitions(asked, partitions).partitions];
  const faults = partitions.map(({ topic, partition }): ErrorName => {
    if (isFromClient && isInternalTopic(topic)) return 'TOPIC_AUTHORIZATION_FAILED';
    return cluster.partition(topic, partition) ? 'NONE' : 'UNKNOWN_TOPIC_OR_PARTITION';
  });
  if (faults.some((fault) => fault !== 'NONE')) {
    return faults.map((fault) => (fault === 'NONE' ? 'OPERATION_NOT_ATTEMPTED' : fault));
  }
  const error = await transactions.addPartitions(asked, partitions, 1);
  return partitions.map(() => error);
}

export const addPartitionsToTxnHandler = defineHandler(addPartitionsToTxn, (rooms) => {
  const answer = async (asked: Asked, apiVersion: number) => {
    const errors = await errorsOf(asked, rooms, apiVersion < 4);
    let at = 0;
    return asked.topics.map(({ name, partitions }) => ({
      name,
      resultsByPartition: partitions.map((partitionIndex) => ({
        partitionIndex,
        partitionErrorCode: Errors[toldWhenFenced(errors[at++] ?? 'UNKNOWN_SERVER_ERROR', apiVersion, 2)],
      })),
    }));
  };
  return async (request, { apiVersion }) => {
    if (apiVersion < 4) {
      const asked = {
        transactionalId: request.v3AndBelowTransactionalId,
        producerId: request.v3AndBelowProducerId,
        producerEpoch: request.v3AndBelowProducerEpoch,
        verifyOnly: false,
        topics: request.v3AndBelowTopics,
      };
      return { resultsByTopicV3AndBelow: await answer(asked, apiVersion) };
    }
    const resultsByTransaction = await Promise.all(
      request.transactions.map(async (one) => ({
        transactionalId: one.transactionalId,
        topicResults: await answer(one, apiVersion),
      })),
    );
    return { resultsByTransaction };
  };
});
