import { KafkaError } from '../../protocol/errors.ts';
import { metadata } from '../../protocol/messages/03-metadata.ts';
import { createTopics as createTopicsApi } from '../../protocol/messages/19-create-topics.ts';
import { deleteTopics as deleteTopicsApi } from '../../protocol/messages/20-delete-topics.ts';
import { createPartitions as createPartitionsApi } from '../../protocol/messages/37-create-partitions.ts';
import { type Uuid } from '../../protocol/primitives.ts';
import { type Cluster } from '../cluster.ts';
import { callAdmin } from './call.ts';
import { failureOf, type Outcome, throwIfFailed } from './outcome.ts';

export interface TopicListing {
  readonly name: string;
  readonly topicId: Uuid;
  readonly isInternal: boolean;
}

/** All topics, internal ones included, in the broker's order. */
export function listTopics(cluster: Cluster): Promise<TopicListing[]> {
  return callAdmin(cluster, {
    name: 'listTopics',
    api: metadata,
    target: 'any',
    request: (version) => ({ topics: version === 0 ? [] : null, allowAutoTopicCreation: true }),
    handle(response) {
      throwIfFailed(response.errorCode);
      return response.topics.map(({ name, topicId, isInternal }) => ({ name: name ?? '', topicId, isInternal }));
    },
  });
}

export interface NewTopic {
  readonly name: string;
  /** Absent: the broker's default. */
  readonly partitionCount?: number | undefined;
  readonly replicationFactor?: number | undefined;
  /** Replicas by partition; excludes the two above. */
  readonly assignment?: readonly (readonly number[])[] | undefined;
  readonly configs?: ReadonlyMap<string, string> | undefined;
}

export interface TopicOutcome extends Outcome {
  readonly name: string;
}

export interface CreatedTopic extends TopicOutcome {
  readonly topicId: Uuid;
  /** -1: the broker does not say. */
  readonly partitionCount: number;
  readonly replicationFactor: number;
}

export interface ChangeOptions {
  /** Answers as the real call would, and changes nothing. */
  readonly validateOnly?: boolean;
}

export async function createTopics(
  cluster: Cluster,
  topics: readonly NewTopic[],
  { validateOnly = false }: ChangeOptions = {},
): Promise<CreatedTopic[]> {
  if (topics.some((one) => one.name === '')) {
    throw new KafkaError('INVALID_TOPIC_EXCEPTION', "The given topic name '' cannot be represented in a request.");
  }
  return callAdmin(cluster, {
    name: 'createTopics',
    api: createTopicsApi,
    target: 'controller',
    request: {
      topics: topics.map(({ name, partitionCount, replicationFactor, assignment, configs }) => ({
        name,
        numPartitions: assignment ? -1 : (partitionCount ?? -1),
        replicationFactor: assignment ? -1 : (replicationFactor ?? -1),
        assignments: (assignment ?? []).map((replicas, partitionIndex) => ({ partitionIndex, brokerIds: replicas })),
        configs: [...(configs ?? [])].map(([key, value]) => ({ name: key, value })),
      })),
      timeoutMs: cluster.settings.requestTimeoutMs,
      validateOnly,
    },
    handle: (response) => {
      throwIfNotController(cluster, response.topics);
      return response.topics.map((one) => ({
        name: one.name,
        topicId: one.topicId,
        partitionCount: one.numPartitions,
        replicationFactor: one.replicationFactor,
        error: failureOf(one.errorCode, one.errorMessage),
      }));
    },
  });
}

export function deleteTopics(cluster: Cluster, names: readonly string[]): Promise<TopicOutcome[]> {
  return callAdmin(cluster, {
    name: 'deleteTopics',
    api: deleteTopicsApi,
    target: 'controller',
    request: (version) => ({
      ...(version >= 6 ? { topics: names.map((name) => ({ name })) } : { topicNames: names }),
      timeoutMs: cluster.settings.requestTimeoutMs,
    }),
    handle: (response) => {
      throwIfNotController(cluster, response.responses);
      return response.responses.map((one) => ({
        name: one.name ?? '',
        error: failureOf(one.errorCode, one.errorMessage),
      }));
    },
  });
}

export interface PartitionIncrease {
  readonly name: string;
  /** Partitions afterwards. */
  readonly partitionCount: number;
  /** Replicas of the new partitions alone; absent: the controller chooses. */
  readonly assignment?: readonly (readonly number[])[] | undefined;
}

export function createPartitions(
  cluster: Cluster,
  increases: readonly PartitionIncrease[],
  { validateOnly = false }: ChangeOptions = {},
): Promise<TopicOutcome[]> {
  return callAdmin(cluster, {
    name: 'createPartitions',
    api: createPartitionsApi,
    target: 'controller',
    request: {
      topics: increases.map(({ name, partitionCount, assignment }) => ({
        name,
        count: partitionCount,
        assignments: assignment ? assignment.map((brokerIds) => ({ brokerIds })) : null,
      })),
      timeoutMs: cluster.settings.requestTimeoutMs,
      validateOnly,
    },
    handle: (response) => {
      throwIfNotController(cluster, response.results);
      return response.results.map((one) => ({ name: one.name, error: failureOf(one.errorCode, one.errorMessage) }));
    },
  });
}

/** Brokers before KRaft know no forwarding: they send us away, and the new controller is asked for. */
function throwIfNotController(cluster: Cluster, results: readonly { errorCode: number }[]): void {
  const isNotController = results.some((one) => failureOf(one.errorCode)?.error === 'NOT_CONTROLLER');
  if (!isNotController) return;
  cluster.metadata.controllerId = -1;
  throw new KafkaError('NOT_CONTROLLER');
}
