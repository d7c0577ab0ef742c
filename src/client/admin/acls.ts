import { type AclBinding, type AclFilter } from '../../protocol/acl-binding.ts';
import { describeAcls as describeApi } from '../../protocol/messages/29-describe-acls.ts';
import { createAcls as createApi } from '../../protocol/messages/30-create-acls.ts';
import { deleteAcls as deleteApi } from '../../protocol/messages/31-delete-acls.ts';
import { type Cluster } from '../cluster.ts';
import { callAdmin } from './call.ts';
import { throwIfFailed } from './outcome.ts';

const onTheWire = ({ resourceType, resourceName, patternType, principal, host, ...rest }: AclFilter) => ({
  resourceTypeFilter: resourceType,
  resourceNameFilter: resourceName,
  patternTypeFilter: patternType,
  principalFilter: principal,
  hostFilter: host,
  ...rest,
});

/** What the filter finds. Throws KafkaError, SECURITY_DISABLED without an authorizer. */
export function describeAcls(cluster: Cluster, filter: AclFilter): Promise<AclBinding[]> {
  return callAdmin(cluster, {
    name: 'describeAcls',
    api: describeApi,
    target: 'any',
    request: onTheWire(filter),
    handle({ errorCode, errorMessage, resources }) {
      throwIfFailed(errorCode, errorMessage);
      return resources.flatMap(({ acls, ...pattern }) => acls.map((acl) => ({ ...pattern, ...acl })));
    },
  });
}

/** Throws the first failure; the other entries may be there then. */
export function createAcls(cluster: Cluster, bindings: readonly AclBinding[]): Promise<void> {
  return callAdmin(cluster, {
    name: 'createAcls',
    api: createApi,
    target: 'any',
    request: {
      creations: bindings.map(({ patternType: resourcePatternType, ...rest }) => ({ ...rest, resourcePatternType })),
    },
    handle({ results }) {
      for (const { errorCode, errorMessage } of results) throwIfFailed(errorCode, errorMessage);
    },
  });
}

/** Removes what the filters find and tells what that was. Throws the first failure. */
export function deleteAcls(cluster: Cluster, filters: readonly AclFilter[]): Promise<AclBinding[]> {
  return callAdmin(cluster, {
    name: 'deleteAcls',
    api: deleteApi,
    target: 'any',
    request: { filters: filters.map(onTheWire) },
    handle: ({ filterResults }) =>
      filterResults.flatMap(({ errorCode, errorMessage, matchingAcls }) => {
        throwIfFailed(errorCode, errorMessage);
        return matchingAcls.map(({ errorCode: code, errorMessage: text, ...acl }) => {
          throwIfFailed(code, text);
          return acl;
        });
      }),
  });
}
