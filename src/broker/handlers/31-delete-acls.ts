/** DeleteAcls v1-3: without an authorizer SECURITY_DISABLED for each filter, in Kafka's words. */
import { Errors } from '../../protocol/errors.ts';
import { deleteAcls } from '../../protocol/messages/31-delete-acls.ts';
import { NO_AUTHORIZER } from './authorized-operations.ts';
import { defineHandler } from './handler.ts';

export const deleteAclsHandler = defineHandler(deleteAcls, () => ({ filters }) => ({
  filterResults: filters.map(() => ({ errorCode: Errors.SECURITY_DISABLED, errorMessage: NO_AUTHORIZER })),
}));
