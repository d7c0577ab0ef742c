/**
 * EndTxn v0-5: commits or aborts. v5 is version 2 (KIP-890): every end bumps the epoch and the answer names the
 * producer's next id and epoch; a repeated request is answered like the first. Before v2 PRODUCER_FENCED is
 * INVALID_PRODUCER_EPOCH (KIP-588).
 */
import { Errors } from '../../protocol/errors.ts';
import { endTxn } from '../../protocol/messages/26-end-txn.ts';
import { toldWhenFenced } from './fenced-producer.ts';
import { defineHandler } from './handler.ts';

export const endTxnHandler = defineHandler(endTxn, ({ transactions }) => async (request, { apiVersion }) => {
  const version = apiVersion >= 5 ? 2 : 1;
  const { error, ...producer } = await transactions.end(request, request.committed ? 'commit' : 'abort', version);
  return { errorCode: Errors[toldWhenFenced(error, apiVersion, 2)], ...(version === 2 ? producer : {}) };
});
