/**
 * AddOffsetsToTxn v0-4: the partition of `__consumer_offsets` that holds the group joins a version 1 transaction.
 * Empty group id: INVALID_GROUP_ID. Version 2 producers need it no more: TxnOffsetCommit v5 adds it itself (KIP-890).
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
      if (request.groupId === '') return { errorCode: Errors.INVALID_GROUP_ID };
      const error = await transactions.addOffsets(request, request.groupId, 1);
      return { errorCode: Errors[toldWhenFenced(error, apiVersion, 2)] };
    },
);
