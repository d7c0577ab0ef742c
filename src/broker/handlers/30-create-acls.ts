/**
 * CreateAcls v1-3: access control entries, each judged on its own, those that fit written at once and effective when the
 * answer is there. One that is there already: no error. INVALID_REQUEST with Kafka's texts; a field of the value 0
 * (unknown) ends the connection, as in Kafka. Without an authorizer SECURITY_DISABLED for each entry.
 */
import { ResourceType } from '../../protocol/enums.ts';
import { Errors } from '../../protocol/errors.ts';
import { createAcls } from '../../protocol/messages/30-create-acls.ts';
import { type AclBinding, type ItemFailure } from '../cluster/index.ts';
import { CLUSTER_NAME } from '../security/index.ts';
import { hasUnknown } from './acl-fields.ts';
import { NO_AUTHORIZER } from './authorized-operations.ts';
import { CloseConnectionError, defineHandler } from './handler.ts';

/** What is judged before the controller sees it (kafka 4.x AclApis). */
function faultOf({ resourceType, resourceName }: AclBinding): string | null {
  if (resourceType === ResourceType.CLUSTER && resourceName !== CLUSTER_NAME) {
    return `The only valid name for the CLUSTER resource is ${CLUSTER_NAME}`;
  }
  return resourceName === '' ? 'Invalid empty resource name' : null;
}

export const createAclsHandler = defineHandler(createAcls, ({ authorizer, controller }) => async ({ creations }) => {
  const isMalformed = creations.some((one) =>
    hasUnknown(one.resourceType, one.resourcePatternType, one.operation, one.permissionType),
  );
  if (isMalformed) throw new CloseConnectionError('CreatableAcls contain unknown elements');
  if (!authorizer) {
    return { results: creations.map(() => ({ errorCode: Errors.SECURITY_DISABLED, errorMessage: NO_AUTHORIZER })) };
  }
  const bindings = creations.map(
    ({ resourcePatternType: patternType, ...rest }): AclBinding => ({
      ...rest,
      patternType,
    }),
  );
  const faults = bindings.map(faultOf);
  const fit = bindings.filter((_, i) => faults[i] === null);
  const created = fit.length === 0 ? [] : await controller.createAcls(fit);
  let next = 0;
  const failures = faults.map((text): ItemFailure | null =>
    text === null ? (created[next++] ?? null) : { error: 'INVALID_REQUEST', text },
  );
  return {
    results: failures.map((one) => ({ errorCode: Errors[one?.error ?? 'NONE'], errorMessage: one?.text ?? null })),
  };
});
