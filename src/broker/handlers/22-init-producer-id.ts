/**
 * InitProducerId v0-5 (6 is not stable and not advertised): an id nobody else gets, epoch 0, for an idempotent producer; for
 * a transactional id its producer with the next epoch, open transactions of the former one aborted (CONCURRENT_TRANSACTIONS:
 * come again). v3 names the own id and epoch (KIP-360); half a pair, or an empty id: INVALID_REQUEST. Before v4
 * PRODUCER_FENCED is INVALID_PRODUCER_EPOCH (KIP-588).
 */
import { Errors } from '../../protocol/errors.ts';
import { initProducerId } from '../../protocol/messages/22-init-producer-id.ts';
import { toldWhenFenced } from './fenced-producer.ts';
import { defineHandler } from './handler.ts';

const NONE = { producerId: -1n, producerEpoch: -1 };

export const initProducerIdHandler = defineHandler(
  initProducerId,
  ({ transactions }) =>
    async (request, { apiVersion }) => {
      const { transactionalId, transactionTimeoutMs: timeoutMs, producerId, producerEpoch } = request;
      const isHalfGiven = (producerId === -1n) !== (producerEpoch === -1);
      if (isHalfGiven || transactionalId === '') return { ...NONE, errorCode: Errors.INVALID_REQUEST };
      if (transactionalId === null) return { producerId: await transactions.newProducerId(), producerEpoch: 0 };
      const { error, ...producer } = await transactions.initProducerId({
        transactionalId,
        timeoutMs,
        producerId,
        producerEpoch,
      });
      const told = toldWhenFenced(error, apiVersion, 4);
      return { errorCode: Errors[told], ...producer };
    },
);
