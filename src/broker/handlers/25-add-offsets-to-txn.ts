/**
 * AddOffsetsToTxn v0-4: the partition of `__consumer_offsets` that holds the group joins a version 1 transaction.
 * Any group id will do, also the empty one. Version 2 producers need it no more: TxnOffsetCommit v5 adds it itself (KIP-890).
 * Before v2 PRODUCER_FENCED is INVALID_PRODUCER_EPOCH (KIP-588).
 */
import { Errors } from '../../protocol/errors.ts';
import { addOffsetsToTxn } from '../../protocol/messages/25-add-offsets-to-txn.ts';
import { toldWhenFenced } from './fenced-producer.ts';
import { defineHandler } from './handler.ts';

export const addOffsetsToTxnHandler = defineHandler(
  addOffsetsToTxn,
  ({ transactions }) =>
    async (request, { apiVersion }) => {
      const error = await transactions.addOffsets(request, request.groupId, 1);
      return { errorCode: Errors[toldWhenFenced(error, apiVersion, 2)] };
    },
);
