/**
 * InitProducerId v0-5 (6 is not stable and not advertised): an id nobody else gets, epoch 0, for an idempotent producer.
 * Ids come in blocks from the controller; after a restart a new block begins. Half a pair of id and epoch, or an empty
 * transactional id: INVALID_REQUEST. A transactional id: COORDINATOR_NOT_AVAILABLE.
 */
import { Errors } from '../../protocol/errors.ts';
import { initProducerId } from '../../protocol/messages/22-init-producer-id.ts';
import { type ProducerId } from '../../protocol/primitives.ts';
import { SerialQueue } from '../../util/serial-queue.ts';
import { type Controller } from '../cluster/index.ts';
import { defineHandler } from './handler.ts';

const NONE = { producerId: -1n, producerEpoch: -1 };

class ProducerIds {
  private readonly controller: Controller;
  private readonly queue = new SerialQueue();
  private next: ProducerId = 0n;
  private end: ProducerId = 0n;

  constructor(controller: Controller) {
    this.controller = controller;
  }

  take(): Promise<ProducerId> {
    return this.queue.run(async () => {
      if (this.next === this.end) {
        const { first, count } = await this.controller.allocateProducerIds();
        this.next = first;
        this.end = first + BigInt(count);
      }
      return this.next++;
    });
  }
}

export const initProducerIdHandler = defineHandler(initProducerId, ({ controller }) => {
  const producerIds = new ProducerIds(controller);
  return async ({ transactionalId, producerId, producerEpoch }) => {
    const isHalfGiven = (producerId === -1n) !== (producerEpoch === -1);
    if (isHalfGiven || transactionalId === '') return { ...NONE, errorCode: Errors.INVALID_REQUEST };
    if (transactionalId !== null) return { ...NONE, errorCode: Errors.COORDINATOR_NOT_AVAILABLE };
    return { producerId: await producerIds.take(), producerEpoch: 0 };
  };
});
