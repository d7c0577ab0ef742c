/**
 * DeleteAcls v1-3: removes the entries that filters find and tells which; an entry that two filters find stands in both
 * answers. A field of the value 0 (unknown) ends the connection, as in Kafka; a value nobody knows: INVALID_REQUEST.
 * Without an authorizer SECURITY_DISABLED for each filter.
 */
import { Errors } from '../../protocol/errors.ts';
import { deleteAcls } from '../../protocol/messages/31-delete-acls.ts';
import { hasUnknown } from './acl-fields.ts';
import { NO_AUTHORIZER } from './authorized-operations.ts';
import { CloseConnectionError, defineHandler } from './handler.ts';

export const deleteAclsHandler = defineHandler(deleteAcls, ({ authorizer, controller }) => async ({ filters }) => {
  const isMalformed = filters.some((one) =>
    hasUnknown(one.resourceTypeFilter, one.patternTypeFilter, one.operation, one.permissionType),
  );
  if (isMalformed) throw new CloseConnectionError('DeleteAclsRequest contains UNKNOWN elements');
  if (!authorizer) {
    const disabled = { errorCode: Errors.SECURITY_DISABLED, errorMessage: NO_AUTHORIZER };
    return { filterResults: filters.map(() => disabled) };
  }
  const results = await controller.deleteAcls(
    filters.map((one) => ({
      resourceType: one.resourceTypeFilter,
      resourceName: one.resourceNameFilter,
      patternType: one.patternTypeFilter,
      principal: one.principalFilter,
      host: one.hostFilter,
      operation: one.operation,
      permissionType: one.permissionType,
    })),
  );
  return {
    filterResults: results.map((one) =>
      'error' in one
        ? { errorCode: Errors[one.error], errorMessage: one.text }
        : { errorMessage: null, matchingAcls: one.map((acl) => ({ ...acl, errorMessage: null })) },
    ),
  };
});
