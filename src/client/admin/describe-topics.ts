import { errorName, KafkaError } from '../../protocol/errors.ts';
import { metadata } from '../../protocol/messages/03-metadata.ts';
import { describeTopicPartitions } from '../../protocol/messages/75-describe-topic-partitions.ts';
import { type Uuid } from '../../protocol/primitives.ts';
import { type ApiResponse } from '../../protocol/schema.ts';
import { type Cluster } from '../cluster.ts';
import { UnsupportedVersionError } from '../errors.ts';
import { callAdmin } from './call.ts';
import { failureOf, type Outcome, throwIfFailed } from './outcome.ts';

export interface PartitionDescription {
  readonly partition: number;
  /** -1: none. */
  readonly leaderId: number;
  readonly leaderEpoch: number;
  readonly replicas: readonly number[];
  readonly isr: readonly number[];
  /** Eligible leader replicas; null: the answer does not tell. */
  readonly eligibleLeaderReplicas: readonly number[] | null;
  readonly lastKnownElr: readonly number[] | null;
}

export interface TopicDescription extends Outcome {
  readonly name: string;
  readonly topicId: Uuid;
  readonly isInternal: boolean;
  /** In order of partition. */
  readonly partitions: readonly PartitionDescription[];
}

export interface DescribeTopicsOptions {
  /** Partitions per answer; the cluster may set a lower limit. */
  readonly partitionLimit?: number;
}

/** Topics by name, in the order asked for; a topic that does not exist has its error. */
export async function describeTopics(
  cluster: Cluster,
  names: readonly string[],
  options: DescribeTopicsOptions = {},
): Promise<TopicDescription[]> {
  try {
    return await describeByPages(cluster, names, options.partitionLimit ?? 2000);
  } catch (error) {
    // Brokers before 3.8: the same facts from Metadata, without the eligible leader replicas.
    if (!(error instanceof UnsupportedVersionError)) throw error;
    return describeByMetadata(cluster, names);
  }
}

async function describeByPages(cluster: Cluster, names: readonly string[], limit: number): Promise<TopicDescription[]> {
  const found = new Map<string, TopicDescription>();
  const sorted = [...names].sort();
  let cursor: { topicName: string; partitionIndex: number } | null = null;
  do {
    const from: typeof cursor = cursor;
    const wanted = from === null ? sorted : sorted.filter((name) => name >= from.topicName);
    const page = await describePage(cluster, wanted, limit, from);
    for (const topic of page.topics) {
      const before = found.get(topic.name);
      const partitions = [...(before?.partitions ?? []), ...topic.partitions];
      found.set(topic.name, { ...topic, partitions });
    }
    cursor = page.nextCursor;
  } while (cursor !== null);
  return names.map((name) => found.get(name) ?? missing(name));
}

function describePage(
  cluster: Cluster,
  names: readonly string[],
  responsePartitionLimit: number,
  cursor: { topicName: string; partitionIndex: number } | null,
) {
  return callAdmin(cluster, {
    // Java asks for the brokers first; where nobody answers, that call is the one it names.
    name: cursor === null ? 'listNodes' : 'describeTopicPartitions',
    api: describeTopicPartitions,
    target: 'any',
    request: { topics: names.map((name) => ({ name })), responsePartitionLimit, cursor },
    handle: (response) => ({ topics: response.topics.map(fromPage), nextCursor: response.nextCursor }),
  });
}

type PageTopic = ApiResponse<typeof describeTopicPartitions>['topics'][number];

function fromPage(topic: PageTopic): TopicDescription {
  return {
    name: topic.name ?? '',
    topicId: topic.topicId,
    isInternal: topic.isInternal,
    error: failureOf(topic.errorCode),
    partitions: topic.partitions.map((one) => ({
      partition: one.partitionIndex,
      leaderId: one.leaderId,
      leaderEpoch: one.leaderEpoch,
      replicas: one.replicaNodes,
      isr: one.isrNodes,
      eligibleLeaderReplicas: one.eligibleLeaderReplicas ?? [],
      lastKnownElr: one.lastKnownElr ?? [],
    })),
  };
}

function describeByMetadata(cluster: Cluster, names: readonly string[]): Promise<TopicDescription[]> {
  return callAdmin(cluster, {
    name: 'describeTopics',
    api: metadata,
    target: 'any',
    request: (version) => ({
      topics: names.map((name) => ({ name })),
      ...(version >= 4 ? { allowAutoTopicCreation: false } : {}),
    }),
    handle(response) {
      throwIfFailed(response.errorCode);
      const found = new Map(response.topics.map((one) => [one.name ?? '', fromMetadata(one)]));
      return names.map((name) => found.get(name) ?? missing(name));
    },
  });
}

/** Topics by id, in the order asked for. */
export function describeTopicsById(cluster: Cluster, topicIds: readonly Uuid[]): Promise<TopicDescription[]> {
  return callAdmin(cluster, {
    name: 'describeTopicsWithIds',
    api: metadata,
    target: 'any',
    minVersion: 12,
    request: {
      topics: topicIds.map((topicId) => ({ topicId, name: null })),
      allowAutoTopicCreation: false,
    },
    handle(response) {
      throwIfFailed(response.errorCode);
      const found = new Map(response.topics.map((one) => [one.topicId, fromMetadata(one)]));
      return topicIds.map((topicId) => found.get(topicId) ?? { ...missing(''), topicId });
    },
  });
}

function fromMetadata(topic: ApiResponse<typeof metadata>['topics'][number]): TopicDescription {
  const partitions = topic.partitions.map((one) => ({
    partition: one.partitionIndex,
    leaderId: one.leaderId,
    leaderEpoch: one.leaderEpoch,
    replicas: one.replicaNodes,
    isr: one.isrNodes,
    eligibleLeaderReplicas: null,
    lastKnownElr: null,
  }));
  return {
    name: topic.name ?? '',
    topicId: topic.topicId,
    isInternal: topic.isInternal,
    error: topic.errorCode === 0 ? null : new KafkaError(errorName(topic.errorCode)),
    partitions: partitions.sort((a, b) => a.partition - b.partition),
  };
}

function missing(name: string): TopicDescription {
  const error = new KafkaError('UNKNOWN_TOPIC_OR_PARTITION');
  return { name, topicId: '', isInternal: false, error, partitions: [] };
}
