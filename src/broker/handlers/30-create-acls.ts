/** CreateAcls v1-3: without an authorizer SECURITY_DISABLED for each entry, in Kafka's words. */
import { Errors } from '../../protocol/errors.ts';
import { createAcls } from '../../protocol/messages/30-create-acls.ts';
import { NO_AUTHORIZER } from './authorized-operations.ts';
import { defineHandler } from './handler.ts';

export const createAclsHandler = defineHandler(createAcls, () => ({ creations }) => ({
  results: creations.map(() => ({ errorCode: Errors.SECURITY_DISABLED, errorMessage: NO_AUTHORIZER })),
}));
