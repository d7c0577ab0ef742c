/**
 * UnregisterBroker v0 (KIP-631): forgets a broker; what it led is led by others in sync, or by nobody. One that is not
 * registered: BROKER_ID_NOT_REGISTERED. A broker that lives, this one as well, is known again after its next start.
 */
import { Errors } from '../../protocol/errors.ts';
import { unregisterBroker } from '../../protocol/messages/64-unregister-broker.ts';
import { defineHandler } from './handler.ts';

export const unregisterBrokerHandler = defineHandler(unregisterBroker, ({ controller }) => async ({ brokerId }) => {
  const failure = await controller.unregisterBroker(brokerId);
  return { errorCode: Errors[failure?.error ?? 'NONE'], errorMessage: failure?.text ?? '' };
});
