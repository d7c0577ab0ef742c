import { ERRORS, KafkaError } from '../../../protocol/errors.ts';
import { consumerGroupHeartbeat } from '../../../protocol/messages/68-consumer-group-heartbeat.ts';
import { consumerGroupDescribe } from '../../../protocol/messages/69-consumer-group-describe.ts';
import { shareGroupHeartbeat } from '../../../protocol/messages/76-share-group-heartbeat.ts';
import { shareGroupDescribe } from '../../../protocol/messages/77-share-group-describe.ts';
import { shareFetch } from '../../../protocol/messages/78-share-fetch.ts';
import { shareAcknowledge } from '../../../protocol/messages/79-share-acknowledge.ts';
import { streamsGroupHeartbeat } from '../../../protocol/messages/88-streams-group-heartbeat.ts';
import { streamsGroupDescribe } from '../../../protocol/messages/89-streams-group-describe.ts';
import { describeShareGroupOffsets } from '../../../protocol/messages/90-describe-share-group-offsets.ts';
import { alterShareGroupOffsets } from '../../../protocol/messages/91-alter-share-group-offsets.ts';
import { deleteShareGroupOffsets } from '../../../protocol/messages/92-delete-share-group-offsets.ts';
import { type Uuid, ZERO_UUID } from '../../../protocol/primitives.ts';
import { type ClusterMetadata } from '../../cluster/index.ts';
import { type Access } from '../../security/index.ts';
import { GROUP_DENIED, gate, onGroup, split, TOPIC_DENIED } from './gate.ts';

const GROUP_DENIED_TEXT = ERRORS.GROUP_AUTHORIZATION_FAILED.text;
const HIDDEN_TOPICS = 'The group has described topic(s) that the client is not authorized to describe.';

function checkMembership(access: Access, groupId: string, topics: readonly string[] | null): void {
  if (!access.may('READ', 'GROUP', groupId)) throw new KafkaError('GROUP_AUTHORIZATION_FAILED');
  // Who may not describe a topic shall not learn from an assignment that it is there.
  if (topics?.some((topic) => !access.may('DESCRIBE', 'TOPIC', topic))) {
    throw new KafkaError('TOPIC_AUTHORIZATION_FAILED');
  }
}

export const consumerGroupHeartbeatGate = gate(consumerGroupHeartbeat, ({ request, access, answer }) => {
  checkMembership(access, request.groupId, request.subscribedTopicNames);
  return answer();
});

export const shareGroupHeartbeatGate = gate(shareGroupHeartbeat, ({ request, access, answer }) => {
  checkMembership(access, request.groupId, request.subscribedTopicNames);
  return answer();
});

export const streamsGroupHeartbeatGate = onGroup(streamsGroupHeartbeat, 'READ', ({ groupId }) => groupId);

interface DescribedGroup {
  readonly groupId?: string | undefined;
  readonly errorCode?: number | undefined;
  readonly members?: readonly DescribedMember[] | undefined;
}
interface DescribedMember {
  readonly assignment?: DescribedAssignment | undefined;
  readonly targetAssignment?: DescribedAssignment | undefined;
}
interface DescribedAssignment {
  readonly topicPartitions?: readonly { readonly topicName?: string | undefined }[] | undefined;
}

function hidesTopics(access: Access, { members }: DescribedGroup): boolean {
  const topics = (members ?? []).flatMap(({ assignment, targetAssignment }) =>
    [assignment, targetAssignment].flatMap(
      (one) => one?.topicPartitions?.map(({ topicName }) => topicName ?? '') ?? [],
    ),
  );
  return [...new Set(topics)].some((topic) => !access.may('DESCRIBE', 'TOPIC', topic));
}

function described<G extends DescribedGroup>(access: Access, groups: readonly G[], wantsOperations: boolean) {
  return groups.map((one) => {
    if (one.errorCode) return one;
    const groupId = one.groupId ?? '';
    if (hidesTopics(access, one)) return { groupId, errorCode: TOPIC_DENIED, errorMessage: HIDDEN_TOPICS };
    return wantsOperations ? { ...one, authorizedOperations: access.operationsOn('GROUP', groupId) } : one;
  });
}

const refusedGroups = (groupIds: readonly string[]) =>
  groupIds.map((groupId) => ({ groupId, errorCode: GROUP_DENIED, errorMessage: GROUP_DENIED_TEXT }));

export const consumerGroupDescribeGate = gate(consumerGroupDescribe, async ({ request, access, answer }) => {
  const { allowed, denied } = split(request.groupIds, (groupId) => access.may('DESCRIBE', 'GROUP', groupId));
  const response = await answer({ ...request, groupIds: allowed });
  const shown = described(access, response.groups ?? [], request.includeAuthorizedOperations);
  return { ...response, groups: [...refusedGroups(denied), ...shown] };
});

export const shareGroupDescribeGate = gate(shareGroupDescribe, async ({ request, access, answer }) => {
  const { allowed, denied } = split(request.groupIds, (groupId) => access.may('DESCRIBE', 'GROUP', groupId));
  const response = await answer({ ...request, groupIds: allowed });
  const shown = described(access, response.groups ?? [], request.includeAuthorizedOperations);
  return { ...response, groups: [...refusedGroups(denied), ...shown] };
});

export const streamsGroupDescribeGate = gate(streamsGroupDescribe, async ({ request, access, answer }) => {
  const { allowed, denied } = split(request.groupIds, (groupId) => access.may('DESCRIBE', 'GROUP', groupId));
  const response = await answer({ ...request, groupIds: allowed });
  const shown = (response.groups ?? []).map((one) =>
    one.errorCode || !request.includeAuthorizedOperations
      ? one
      : { ...one, authorizedOperations: access.operationsOn('GROUP', one.groupId ?? '') },
  );
  return { ...response, groups: [...refusedGroups(denied), ...shown] };
});

function mayReadById(access: Access, cluster: ClusterMetadata) {
  return ({ topicId }: { readonly topicId?: Uuid | undefined }): boolean => {
    const topic = cluster.topicById(topicId ?? '')?.name;
    return topic === undefined || access.may('READ', 'TOPIC', topic);
  };
}

interface PartitionsById {
  readonly topicId?: Uuid | undefined;
  readonly partitions?: readonly { readonly partitionIndex?: number | undefined }[] | undefined;
}

function refusedById({ topicId = ZERO_UUID, partitions = [] }: PartitionsById) {
  const errors = partitions.map(({ partitionIndex = 0 }) => ({ partitionIndex, errorCode: TOPIC_DENIED }));
  return { topicId, partitions: errors };
}

/** READ on the group and the topics. A share session outlives an entry that is taken back, so the answer is judged as well. */
export const shareFetchGate = gate(shareFetch, async ({ request, access, cluster, answer }) => {
  if (!access.may('READ', 'GROUP', request.groupId ?? '')) throw new KafkaError('GROUP_AUTHORIZATION_FAILED');
  const mayRead = mayReadById(access, cluster);
  const { allowed, denied } = split(request.topics, mayRead);
  const response = await answer({ ...request, topics: allowed });
  if (response.errorCode) return response;
  const shown = (response.responses ?? []).map((one) => (mayRead(one) ? one : refusedById(one)));
  return { ...response, responses: [...shown, ...denied.map(refusedById)] };
});

export const shareAcknowledgeGate = gate(shareAcknowledge, async ({ request, access, cluster, answer }) => {
  if (!access.may('READ', 'GROUP', request.groupId ?? '')) throw new KafkaError('GROUP_AUTHORIZATION_FAILED');
  const { allowed, denied } = split(request.topics, mayReadById(access, cluster));
  const response = await answer({ ...request, topics: allowed });
  if (response.errorCode) return response;
  return { ...response, responses: [...(response.responses ?? []), ...denied.map(refusedById)] };
});

/** DESCRIBE on groups and topics. */
export const describeShareGroupOffsetsGate = gate(describeShareGroupOffsets, async ({ request, access, answer }) => {
  const mayDescribe = ({ topicName }: { topicName?: string | undefined }) =>
    access.may('DESCRIBE', 'TOPIC', topicName ?? '');
  const groups = split(request.groups, ({ groupId }) => access.may('DESCRIBE', 'GROUP', groupId));
  const topicsOf = new Map(groups.allowed.map(({ groupId, topics }) => [groupId, split(topics ?? [], mayDescribe)]));
  const response = await answer({
    ...request,
    groups: groups.allowed.map((one) => ({ ...one, topics: one.topics && (topicsOf.get(one.groupId)?.allowed ?? []) })),
  });
  const answered = (response.groups ?? []).map((one) => {
    if (one.errorCode) return one;
    const refused = (topicsOf.get(one.groupId ?? '')?.denied ?? []).map(({ topicName, partitions }) => ({
      topicName,
      partitions: partitions.map((partitionIndex) => ({
        partitionIndex,
        errorCode: TOPIC_DENIED,
        errorMessage: ERRORS.TOPIC_AUTHORIZATION_FAILED.text,
      })),
    }));
    return { ...one, topics: [...(one.topics ?? []).filter(mayDescribe), ...refused] };
  });
  return { ...response, groups: [...refusedGroups(groups.denied.map(({ groupId }) => groupId)), ...answered] };
});

/** READ on the group and the topics. */
export const alterShareGroupOffsetsGate = gate(alterShareGroupOffsets, async ({ request, access, answer }) => {
  if (!access.may('READ', 'GROUP', request.groupId)) throw new KafkaError('GROUP_AUTHORIZATION_FAILED');
  const { allowed, denied } = split(request.topics, ({ topicName }) => access.may('READ', 'TOPIC', topicName));
  const response = await answer({ ...request, topics: allowed });
  if (response.errorCode) return response;
  const refused = denied.map(({ topicName, partitions }) => ({
    topicName,
    partitions: partitions.map(({ partitionIndex }) => ({
      partitionIndex,
      errorCode: TOPIC_DENIED,
      errorMessage: ERRORS.TOPIC_AUTHORIZATION_FAILED.text,
    })),
  }));
  return { ...response, responses: [...(response.responses ?? []), ...refused] };
});

/** DELETE on the group, READ on the topics. */
export const deleteShareGroupOffsetsGate = gate(deleteShareGroupOffsets, async ({ request, access, answer }) => {
  if (!access.may('DELETE', 'GROUP', request.groupId)) throw new KafkaError('GROUP_AUTHORIZATION_FAILED');
  const { allowed, denied } = split(request.topics, ({ topicName }) => access.may('READ', 'TOPIC', topicName));
  const response = await answer({ ...request, topics: allowed });
  if (response.errorCode) return response;
  const errorMessage = ERRORS.TOPIC_AUTHORIZATION_FAILED.text;
  const refused = denied.map(({ topicName }) => ({ topicName, errorCode: TOPIC_DENIED, errorMessage }));
  return { ...response, responses: [...(response.responses ?? []), ...refused] };
});
