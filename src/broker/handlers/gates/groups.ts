import { CoordinatorType } from '../../../protocol/enums.ts';
import { ERRORS, KafkaError } from '../../../protocol/errors.ts';
import { offsetCommit } from '../../../protocol/messages/08-offset-commit.ts';
import { offsetFetch } from '../../../protocol/messages/09-offset-fetch.ts';
import { findCoordinator } from '../../../protocol/messages/10-find-coordinator.ts';
import { describeGroups } from '../../../protocol/messages/15-describe-groups.ts';
import { listGroups } from '../../../protocol/messages/16-list-groups.ts';
import { deleteGroups } from '../../../protocol/messages/42-delete-groups.ts';
import { offsetDelete } from '../../../protocol/messages/47-offset-delete.ts';
import { type Uuid, ZERO_UUID } from '../../../protocol/primitives.ts';
import { type ApiRequest } from '../../../protocol/schema.ts';
import { type ClusterMetadata } from '../../cluster/index.ts';
import { type Access } from '../../security/index.ts';
import { GROUP_DENIED, gate, split, TOPIC_DENIED } from './gate.ts';

/** Asked by name or by id; an id that nobody knows is the handler's to refuse. */
function mayOnTopic(
  access: Access,
  cluster: ClusterMetadata,
  operation: 'READ' | 'DESCRIBE',
): (topic: { readonly name: string; readonly topicId: Uuid }) => boolean {
  return ({ name, topicId }) => {
    const topic = topicId === ZERO_UUID ? name : cluster.topicById(topicId)?.name;
    return topic === undefined || access.may(operation, 'TOPIC', topic);
  };
}

export const offsetCommitGate = gate(offsetCommit, async ({ request, access, cluster, answer }) => {
  const mayUseGroup = access.may('READ', 'GROUP', request.groupId);
  const mayRead = mayOnTopic(access, cluster, 'READ');
  const { allowed, denied } = split(request.topics, (topic) => mayUseGroup && mayRead(topic));
  const refused = denied.map(({ name, topicId, partitions }) => ({
    name,
    topicId,
    partitions: partitions.map(({ partitionIndex }) => ({
      partitionIndex,
      errorCode: mayUseGroup ? TOPIC_DENIED : GROUP_DENIED,
    })),
  }));
  if (allowed.length === 0) return { topics: refused };
  const response = await answer({ ...request, topics: allowed });
  return { ...response, topics: [...refused, ...(response.topics ?? [])] };
});

type FetchedGroup = ApiRequest<typeof offsetFetch>['groups'][number];

const noOffset = (partitionIndex: number, errorCode: number) => ({
  partitionIndex,
  committedOffset: -1n,
  committedLeaderEpoch: -1,
  metadata: '',
  errorCode,
});

/** DESCRIBE on groups and topics. Who asks for all topics is told of those alone that may be seen. */
export const offsetFetchGate = gate(offsetFetch, async ({ request, apiVersion, access, cluster, answer }) => {
  const mayDescribeGroup = (groupId: string) => access.may('DESCRIBE', 'GROUP', groupId);
  const mayDescribe = mayOnTopic(access, cluster, 'DESCRIBE');
  if (apiVersion < 8) {
    const { groupId, topics: asked } = request;
    if (!mayDescribeGroup(groupId)) {
      if (apiVersion >= 2) return { errorCode: GROUP_DENIED };
      const refuse = ({ name, partitionIndexes }: NonNullable<typeof asked>[number]) => ({
        name,
        partitions: partitionIndexes.map((partition) => noOffset(partition, GROUP_DENIED)),
      });
      return { topics: (asked ?? []).map(refuse) };
    }
    const byName = ({ name }: { name?: string | undefined }) => mayDescribe({ name: name ?? '', topicId: ZERO_UUID });
    const { allowed, denied } = split(asked ?? [], byName);
    const response = await answer({ ...request, topics: asked && allowed });
    if (response.errorCode) return response;
    const refused = denied.map(({ name, partitionIndexes }) => ({
      name,
      partitions: partitionIndexes.map((partition) => noOffset(partition, TOPIC_DENIED)),
    }));
    return { ...response, topics: [...(response.topics ?? []).filter(byName), ...refused] };
  }
  const groups = split(request.groups, ({ groupId }) => mayDescribeGroup(groupId));
  const topicsOf = (group: FetchedGroup) => split(group.topics ?? [], mayDescribe);
  const response = await answer({
    ...request,
    groups: groups.allowed.map((group) => ({ ...group, topics: group.topics && topicsOf(group).allowed })),
  });
  const answered = (response.groups ?? []).map((one, i) => {
    if (one.errorCode) return one;
    const shown = (one.topics ?? []).filter(({ name, topicId }) =>
      mayDescribe({ name: name ?? '', topicId: topicId ?? ZERO_UUID }),
    );
    const refused = topicsOf(groups.allowed[i] as FetchedGroup).denied.map(({ name, topicId, partitionIndexes }) => ({
      name,
      topicId,
      partitions: partitionIndexes.map((partition) => noOffset(partition, TOPIC_DENIED)),
    }));
    return { ...one, topics: [...shown, ...refused] };
  });
  const refused = groups.denied.map(({ groupId }) => ({ groupId, errorCode: GROUP_DENIED }));
  return { ...response, groups: [...answered, ...refused] };
});

/** DESCRIBE on the group or transactional id; coordinators of share groups are the brokers' own business. */
export const findCoordinatorGate = gate(findCoordinator, async ({ request, apiVersion, access, answer }) => {
  const { keyType } = request;
  const isAllowed = (key: string) => {
    if (keyType === CoordinatorType.GROUP) return access.may('DESCRIBE', 'GROUP', key);
    if (keyType === CoordinatorType.TRANSACTION) return access.may('DESCRIBE', 'TRANSACTIONAL_ID', key);
    return keyType !== CoordinatorType.SHARE || access.mayOnCluster('CLUSTER_ACTION');
  };
  const denial =
    keyType === CoordinatorType.GROUP
      ? ERRORS.GROUP_AUTHORIZATION_FAILED
      : keyType === CoordinatorType.TRANSACTION
        ? ERRORS.TRANSACTIONAL_ID_AUTHORIZATION_FAILED
        : ERRORS.CLUSTER_AUTHORIZATION_FAILED;
  const nowhere = { errorCode: denial.code, nodeId: -1, host: '', port: -1 };
  if (apiVersion < 4) {
    return isAllowed(request.key) ? answer() : { ...nowhere, errorMessage: denial.text };
  }
  const { allowed, denied } = split(request.coordinatorKeys, isAllowed);
  const response = await answer({ ...request, coordinatorKeys: allowed });
  const refused = denied.map((key) => ({ key, ...nowhere, errorMessage: '' }));
  return { ...response, coordinators: [...(response.coordinators ?? []), ...refused] };
});

export const describeGroupsGate = gate(describeGroups, async ({ request, apiVersion, access, answer }) => {
  const { allowed, denied } = split(request.groups, (groupId) => access.may('DESCRIBE', 'GROUP', groupId));
  const response = await answer({ ...request, groups: allowed });
  const answered = (response.groups ?? []).map((one) =>
    request.includeAuthorizedOperations && !one.errorCode
      ? { ...one, authorizedOperations: access.operationsOn('GROUP', one.groupId ?? '') }
      : one,
  );
  const refused = denied.map((groupId) => ({
    groupId,
    errorCode: GROUP_DENIED,
    ...(apiVersion >= 6 ? { errorMessage: ERRORS.GROUP_AUTHORIZATION_FAILED.text } : {}),
  }));
  return { ...response, groups: [...refused, ...answered] };
});

/** DESCRIBE on the cluster shows all groups, else those that may be described. */
export const listGroupsGate = gate(listGroups, async ({ access, answer }) => {
  const response = await answer();
  if (access.mayOnCluster('DESCRIBE')) return response;
  const shown = (response.groups ?? []).filter(({ groupId }) => access.may('DESCRIBE', 'GROUP', groupId ?? ''));
  return { ...response, groups: shown };
});

export const deleteGroupsGate = gate(deleteGroups, async ({ request, access, answer }) => {
  const { allowed, denied } = split(request.groupsNames, (groupId) => access.may('DELETE', 'GROUP', groupId));
  const response = await answer({ ...request, groupsNames: allowed });
  const refused = [...new Set(denied)].map((groupId) => ({ groupId, errorCode: GROUP_DENIED }));
  return { ...response, results: [...(response.results ?? []), ...refused] };
});

/** DELETE on the group, READ on the topics. */
export const offsetDeleteGate = gate(offsetDelete, async ({ request, access, answer }) => {
  if (!access.may('DELETE', 'GROUP', request.groupId)) throw new KafkaError('GROUP_AUTHORIZATION_FAILED');
  const { allowed, denied } = split(request.topics, ({ name }) => access.may('READ', 'TOPIC', name));
  const response = await answer({ ...request, topics: allowed });
  if (response.errorCode) return response;
  const refused = denied.map(({ name, partitions }) => ({
    name,
    partitions: partitions.map(({ partitionIndex }) => ({ partitionIndex, errorCode: TOPIC_DENIED })),
  }));
  return { ...response, topics: [...(response.topics ?? []), ...refused] };
});
