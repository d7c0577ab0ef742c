/**
 * DescribeTransactions v0 (KIP-664): state, producer and partitions of transactional ids, each with an error of its own:
 * TRANSACTIONAL_ID_NOT_FOUND, NOT_COORDINATOR, COORDINATOR_LOAD_IN_PROGRESS, INVALID_REQUEST for the empty id.
 */
import { Errors } from '../../protocol/errors.ts';
import { describeTransactions } from '../../protocol/messages/65-describe-transactions.ts';
import { defineHandler } from './handler.ts';

export const describeTransactionsHandler = defineHandler(
  describeTransactions,
  ({ transactions }) =>
    ({ transactionalIds }) => ({
      transactionStates: transactions.describe(transactionalIds).map((one) => {
        if (one.error !== 'NONE') return { errorCode: Errors[one.error], transactionalId: one.transactionalId };
        return {
          transactionalId: one.transactionalId,
          transactionState: one.state,
          transactionTimeoutMs: one.timeoutMs,
          transactionStartTimeMs: one.startTimeMs,
          producerId: one.producerId,
          producerEpoch: one.producerEpoch,
          topics: [...Map.groupBy(one.partitions, ({ topic }) => topic)].map(([topic, all]) => ({
            topic,
            partitions: all.map(({ partition }) => partition).sort((a, b) => a - b),
          })),
        };
      }),
    }),
);
