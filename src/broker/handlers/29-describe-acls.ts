/**
 * DescribeAcls v1-3: access control entries that a filter finds, by resource pattern. Null and ANY match everything, the
 * pattern type MATCH what applies to a name. A filter of the value 0 (unknown) ends the connection, as in Kafka.
 * Without an authorizer SECURITY_DISABLED, in Kafka's words. v3 knows entries on users (KIP-373).
 */
import { Errors } from '../../protocol/errors.ts';
import { describeAcls } from '../../protocol/messages/29-describe-acls.ts';
import { type AclBinding, matchesAcl } from '../cluster/index.ts';
import { hasUnknown } from './acl-fields.ts';
import { CloseConnectionError, defineHandler } from './handler.ts';

/** CreateAcls and DeleteAcls word it without the last three words. */
const NO_AUTHORIZER_HERE = 'No Authorizer is configured on the broker';

export const describeAclsHandler = defineHandler(describeAcls, ({ authorizer, cluster }) => (request) => {
  const { resourceTypeFilter, patternTypeFilter, operation, permissionType } = request;
  if (hasUnknown(resourceTypeFilter, patternTypeFilter, operation, permissionType)) {
    throw new CloseConnectionError('DescribeAclsRequest contains UNKNOWN elements');
  }
  if (!authorizer) return { errorCode: Errors.SECURITY_DISABLED, errorMessage: NO_AUTHORIZER_HERE };
  const filter = {
    resourceType: resourceTypeFilter,
    resourceName: request.resourceNameFilter,
    patternType: patternTypeFilter,
    principal: request.principalFilter,
    host: request.hostFilter,
    operation,
    permissionType,
  };
  const found = [...cluster.acls].filter((acl) => matchesAcl(filter, acl));
  const byPattern = Map.groupBy(found, patternKey);
  const resources = [...byPattern.values()].map((acls) => {
    const { resourceType, resourceName, patternType } = acls[0] as AclBinding;
    return { resourceType, resourceName, patternType, acls };
  });
  return { errorMessage: null, resources };
});

function patternKey({ resourceType, patternType, resourceName }: AclBinding): string {
  return `${resourceType} ${patternType} ${resourceName}`;
}
