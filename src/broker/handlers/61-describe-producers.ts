/**
 * DescribeProducers v0 (KIP-664): the producers a partition's log knows, with their open transactions.
 * Asked of the leader: NOT_LEADER_OR_FOLLOWER elsewhere; unknown partitions: UNKNOWN_TOPIC_OR_PARTITION.
 */
import { ERRORS, Errors } from '../../protocol/errors.ts';
import { describeProducers } from '../../protocol/messages/61-describe-producers.ts';
import { topicNameFault } from '../cluster/index.ts';
import { defineHandler } from './handler.ts';

export const describeProducersHandler = defineHandler(describeProducers, ({ cluster, replicas }) => ({ topics }) => ({
  topics: topics.map(({ name, partitionIndexes }) => ({
    name,
    partitions: partitionIndexes.map((partitionIndex) => {
      const fault = topicNameFault(name);
      if (fault !== null) {
        return { partitionIndex, errorCode: Errors.INVALID_TOPIC_EXCEPTION, errorMessage: fault };
      }
      const log = replicas.leaderLog(name, partitionIndex);
      if (typeof log === 'string') {
        // Of a partition that its topic does not have Apache Kafka 4.3.1 says no more.
        const errorMessage = cluster.topics.has(name) ? null : ERRORS[log].text;
        return { partitionIndex, errorCode: Errors[log], errorMessage };
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
