import { ERRORS } from '../../../protocol/errors.ts';
import { metadata } from '../../../protocol/messages/03-metadata.ts';
import { createTopics } from '../../../protocol/messages/19-create-topics.ts';
import { deleteTopics } from '../../../protocol/messages/20-delete-topics.ts';
import { createPartitions } from '../../../protocol/messages/37-create-partitions.ts';
import { describeCluster } from '../../../protocol/messages/60-describe-cluster.ts';
import { describeTopicPartitions } from '../../../protocol/messages/75-describe-topic-partitions.ts';
import { ZERO_UUID } from '../../../protocol/primitives.ts';
import { isInternalTopic } from '../../cluster/index.ts';
import { type Access, CLUSTER_NAME } from '../../security/index.ts';
import { NOT_ASKED_FOR } from '../authorized-operations.ts';
import { gate, split, TOPIC_DENIED } from './gate.ts';

const TOPIC_DENIED_TEXT = ERRORS.TOPIC_AUTHORIZATION_FAILED.text;

function clusterOperations(access: Access, isAsked: boolean): number {
  if (!isAsked) return NOT_ASKED_FOR;
  return access.mayOnCluster('DESCRIBE') ? access.operationsOn('CLUSTER', CLUSTER_NAME) : 0;
}

/** DESCRIBE shows a topic; CREATE on it or on the cluster lets it be made on demand. */
export const metadataGate = gate(metadata, async ({ request, apiVersion, access, cluster, answer }) => {
  const { topics, includeTopicAuthorizedOperations: asksOperations } = request;
  const isAll = topics === null || (apiVersion === 0 && topics.length === 0);
  const mayBeMade = request.allowAutoTopicCreation && cluster.brokerConfigValue('auto.create.topics.enable') === 'true';
  const mayDescribe = (name: string) => access.may('DESCRIBE', 'TOPIC', name);
  const mayCreate = (name: string) => access.mayOnCluster('CREATE') || access.may('CREATE', 'TOPIC', name);
  const { allowed, denied } = split(topics ?? [], ({ name, topicId }) => {
    const topic = topicId === ZERO_UUID ? (name ?? '') : cluster.topicById(topicId)?.name;
    if (topic === undefined) return true;
    if (!mayDescribe(topic)) return false;
    return !mayBeMade || cluster.topics.has(topic) || mayCreate(topic);
  });
  const response = await answer(isAll ? request : { ...request, topics: allowed });
  const shown = (response.topics ?? []).filter(({ name }) => (isAll ? mayDescribe(name ?? '') : allowed.length > 0));
  const refused = denied.map(({ name, topicId }) => ({
    errorCode: TOPIC_DENIED,
    name: topicId === ZERO_UUID ? name : apiVersion >= 12 ? null : '',
    topicId,
    isInternal: topicId === ZERO_UUID && isInternalTopic(name ?? ''),
  }));
  const withOperations = shown.map((one) =>
    asksOperations && one.name && one.errorCode === undefined
      ? { ...one, topicAuthorizedOperations: access.operationsOn('TOPIC', one.name) }
      : one,
  );
  return {
    ...response,
    topics: [...refused, ...withOperations],
    clusterAuthorizedOperations: clusterOperations(access, request.includeClusterAuthorizedOperations),
  };
});

export const describeTopicPartitionsGate = gate(
  describeTopicPartitions,
  async ({ request, access, cluster, answer }) => {
    const mayDescribe = (name: string) => access.may('DESCRIBE', 'TOPIC', name);
    const isAll = request.topics.length === 0;
    const asked = isAll ? [...cluster.topics.keys()].map((name) => ({ name })) : request.topics;
    const { allowed, denied } = split(asked, ({ name }) => mayDescribe(name));
    const first = request.cursor?.topicName ?? '';
    const refused = isAll
      ? []
      : denied
          .filter(({ name }) => name >= first)
          .map(({ name }) => ({ errorCode: TOPIC_DENIED, name, isInternal: isInternalTopic(name) }));
    if (allowed.length === 0) return { topics: refused };
    const response = await answer({ ...request, topics: allowed });
    const shown = (response.topics ?? []).map((one) =>
      one.name && one.errorCode === undefined
        ? { ...one, topicAuthorizedOperations: access.operationsOn('TOPIC', one.name) }
        : one,
    );
    return { ...response, topics: [...shown, ...refused] };
  },
);

export const describeClusterGate = gate(describeCluster, async ({ request, access, answer }) => {
  const response = await answer();
  if (response.errorCode) return response;
  const operations = clusterOperations(access, request.includeClusterAuthorizedOperations);
  return { ...response, clusterAuthorizedOperations: operations };
});

/** CREATE on the cluster or the topic; the new topic's configs are told to those who may DESCRIBE_CONFIGS. */
export const createTopicsGate = gate(createTopics, async ({ request, access, answer }) => {
  const mayCreateAny = access.mayOnCluster('CREATE');
  const { allowed, denied } = split(request.topics, ({ name }) => mayCreateAny || access.may('CREATE', 'TOPIC', name));
  const response = await answer({ ...request, topics: allowed });
  const answered = (response.topics ?? []).map((one) =>
    one.errorCode || access.may('DESCRIBE_CONFIGS', 'TOPIC', one.name ?? '')
      ? one
      : { ...one, topicConfigErrorCode: TOPIC_DENIED, numPartitions: -1, replicationFactor: -1, configs: [] },
  );
  const names = [...new Set(denied.map(({ name }) => name))];
  const refused = names.map((name) => ({
    name,
    errorCode: TOPIC_DENIED,
    errorMessage: 'Authorization failed.',
    configs: null,
  }));
  return { ...response, topics: [...answered, ...refused] };
});

/** DELETE on the cluster or the topic; who names a topic by id must be allowed to see its name to be told it. */
export const deleteTopicsGate = gate(deleteTopics, async ({ request, apiVersion, access, cluster, answer }) => {
  const mayDeleteAny = access.mayOnCluster('DELETE');
  const mayDelete = (name: string) => mayDeleteAny || access.may('DELETE', 'TOPIC', name);
  // Who may see a topic may know that there is none (kafka 4.x ControllerApis.deleteTopics).
  const isNone = (name: string) => !cluster.topics.has(name) && access.may('DESCRIBE', 'TOPIC', name);
  const passes = (name: string) => mayDelete(name) || isNone(name);
  const denied = { errorCode: TOPIC_DENIED, errorMessage: TOPIC_DENIED_TEXT };
  if (apiVersion < 6) {
    const names = split(request.topicNames, passes);
    const response = await answer({ ...request, topicNames: names.allowed });
    const refused = names.denied.map((name) => ({ name, ...denied }));
    return { ...response, responses: [...(response.responses ?? []), ...refused] };
  }
  const topics = split(request.topics, ({ name, topicId }) => {
    const topic = name ?? cluster.topicById(topicId)?.name;
    return topic === undefined || passes(topic);
  });
  const response = await answer({ ...request, topics: topics.allowed });
  const refused = topics.denied.map(({ name, topicId }) => {
    const topic = name ?? cluster.topicById(topicId)?.name ?? '';
    return { name: name ?? (access.may('DESCRIBE', 'TOPIC', topic) ? topic : null), topicId, ...denied };
  });
  return { ...response, responses: [...(response.responses ?? []), ...refused] };
});

export const createPartitionsGate = gate(createPartitions, async ({ request, access, answer }) => {
  const { allowed, denied } = split(request.topics, ({ name }) => access.may('ALTER', 'TOPIC', name));
  const response = await answer({ ...request, topics: allowed });
  const refused = denied.map(({ name }) => ({ name, errorCode: TOPIC_DENIED, errorMessage: null }));
  return { ...response, results: [...(response.results ?? []), ...refused] };
});
