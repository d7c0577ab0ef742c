/**
 * ListTransactions v0-2 (KIP-664): ids this broker coordinates, by state and producer id; names of states nobody knows come
 * back in UnknownStateFilters. v1 filters by duration (KIP-994), v2 by a pattern over the whole id (KIP-1152).
 */
import { Errors } from '../../protocol/errors.ts';
import { listTransactions } from '../../protocol/messages/66-list-transactions.ts';
import { defineHandler } from './handler.ts';

export const listTransactionsHandler = defineHandler(listTransactions, ({ transactions }) => (request) => {
  const result = transactions.list({
    states: request.stateFilters,
    producerIds: request.producerIdFilters,
    durationMs: request.durationFilter,
    idPattern: request.transactionalIdPattern,
  });
  return {
    errorCode: Errors[result.error],
    unknownStateFilters: [...result.unknownStates],
    transactionStates: result.transactions.map(({ transactionalId, producerId, state }) => ({
      transactionalId,
      producerId,
      transactionState: state,
    })),
  };
});
