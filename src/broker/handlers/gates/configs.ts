import { ConfigResourceType } from '../../../protocol/enums.ts';
import { ERRORS } from '../../../protocol/errors.ts';
import { describeConfigs } from '../../../protocol/messages/32-describe-configs.ts';
import { alterConfigs } from '../../../protocol/messages/33-alter-configs.ts';
import { incrementalAlterConfigs } from '../../../protocol/messages/44-incremental-alter-configs.ts';
import { type Access } from '../../security/index.ts';
import { gate, split } from './gate.ts';

interface Resource {
  readonly resourceType: number;
  readonly resourceName: string;
}

/** Brokers, their loggers and client metrics belong to the cluster. */
function isAllowed(access: Access, operation: 'DESCRIBE_CONFIGS' | 'ALTER_CONFIGS') {
  return ({ resourceType, resourceName }: Resource): boolean => {
    if (resourceType === ConfigResourceType.TOPIC) return access.may(operation, 'TOPIC', resourceName);
    if (resourceType === ConfigResourceType.GROUP) return access.may(operation, 'GROUP', resourceName);
    return access.mayOnCluster(operation);
  };
}

function refused({ resourceType, resourceName }: Resource) {
  const { code, text } =
    resourceType === ConfigResourceType.TOPIC
      ? ERRORS.TOPIC_AUTHORIZATION_FAILED
      : resourceType === ConfigResourceType.GROUP
        ? ERRORS.GROUP_AUTHORIZATION_FAILED
        : ERRORS.CLUSTER_AUTHORIZATION_FAILED;
  return { resourceType, resourceName, errorCode: code, errorMessage: text };
}

export const describeConfigsGate = gate(describeConfigs, async ({ request, access, answer }) => {
  const { allowed, denied } = split(request.resources, isAllowed(access, 'DESCRIBE_CONFIGS'));
  const response = await answer({ ...request, resources: allowed });
  return { ...response, results: [...(response.results ?? []), ...denied.map(refused)] };
});

export const alterConfigsGate = gate(alterConfigs, async ({ request, access, answer }) => {
  const { allowed, denied } = split(request.resources, isAllowed(access, 'ALTER_CONFIGS'));
  const response = await answer({ ...request, resources: allowed });
  return { ...response, responses: [...(response.responses ?? []), ...denied.map(refused)] };
});

export const incrementalAlterConfigsGate = gate(incrementalAlterConfigs, async ({ request, access, answer }) => {
  const { allowed, denied } = split(request.resources, isAllowed(access, 'ALTER_CONFIGS'));
  const response = await answer({ ...request, resources: allowed });
  return { ...response, responses: [...(response.responses ?? []), ...denied.map(refused)] };
});
