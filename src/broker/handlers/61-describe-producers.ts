/**
 * DescribeProducers v0 (KIP-664): the producers a partition's log knows, with their open transactions.
 * Asked of the leader: NOT_LEADER_OR_FOLLOWER elsewhere; unknown partitions: UNKNOWN_TOPIC_OR_PARTITION.
 */
import { ERRORS, Errors } from '../../protocol/errors.ts';
import { describeProducers } from '../../protocol/messages/61-describe-producers.ts';
import { defineHandler } from './handler.ts';

export const describeProducersHandler = defineHandler(describeProducers, ({ replicas }) => ({ topics }) => ({
  topics: topics.map(({ name, partitionIndexes }) => ({
    name,
    partitions: partitionIndexes.map((partitionIndex) => {
      const log = replicas.leaderLog(name, partitionIndex);
      if (typeof log === 'string') {
        return { partitionIndex, errorCode: Errors[log], errorMessage: ERRORS[log].text };
      }
      const activeProducers = log.activeProducers().map((one) => ({
        producerId: one.producerId,
        producerEpoch: one.producerEpoch,
        lastSequence: one.lastSequence,
        lastTimestamp: one.lastTimestampMs,
        coordinatorEpoch: one.coordinatorEpoch,
        currentTxnStartOffset: one.currentTransactionStartOffset,
      }));
      return { partitionIndex, activeProducers };
    }),
  })),
}));
