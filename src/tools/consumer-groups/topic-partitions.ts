import { describeTopics, type TopicDescription } from '../../client/admin/describe-topics.ts';
import { type Cluster } from '../../client/index.ts';
import { KafkaError } from '../../protocol/errors.ts';
import { inHashOrder, javaStringHash } from '../../util/java-hash-map.ts';
import { UsageError } from '../../util/usage-error.ts';
import { failingAs, toJavaError, wrappedFailure } from '../java-failures.ts';

export interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
}

export function partitionName({ topic, partition }: TopicPartition): string {
  return `${topic}-${partition}`;
}

/** org.apache.kafka.common.TopicPartition.hashCode */
function partitionHash({ topic, partition }: TopicPartition): number {
  return (Math.imul(31, 31 + partition) + javaStringHash(topic)) | 0;
}

/** The order in which Kafka's tools print maps of partitions. */
export function inPartitionOrder<T extends TopicPartition>(partitions: readonly T[]): T[] {
  return inHashOrder(partitions, partitionHash);
}

/** `topic:0,1,2`. Throws UsageError in the words of Kafka's tool. */
function parsePartitions(argument: string): TopicPartition[] {
  const parts = argument.replace(/:+$/, '').split(':');
  const [topic, partitions] = parts;
  if (parts.length !== 2 || topic === undefined || partitions === undefined) {
    throw new UsageError(`Invalid topic arg '${argument}', expected topic name and partitions`);
  }
  return partitions
    .replace(/,+$/, '')
    .split(',')
    .map((text) => {
      if (!/^[-+]?[0-9]+$/.test(text) || Number(text) !== (Number(text) | 0)) {
        throw new UsageError(`Invalid partition '${text}' specified in topic arg '${argument}''`);
      }
      return { topic, partition: Number(text) };
    });
}

/** `--topic` arguments: those with partitions, and names of whole topics. */
export function parseTopicArguments(topics: readonly string[]): { named: TopicPartition[]; whole: string[] } {
  const named = topics.filter((topic) => topic.includes(':')).flatMap(parsePartitions);
  return { named, whole: [...new Set(topics.filter((topic) => !topic.includes(':')))] };
}

/** Topics in the order in which Kafka's tools go through them; those that cannot be described have their error. */
export async function lookUpTopics(cluster: Cluster, names: readonly string[]): Promise<TopicDescription[]> {
  const askable = names.filter((name) => name !== '');
  const found = askable.length === 0 ? [] : await describeTopics(cluster, askable);
  const unnamed = names.length > askable.length ? [nameless()] : [];
  return inHashOrder([...found, ...unnamed], ({ name }) => name);
}

function nameless(): TopicDescription {
  const text = "The given topic name '' cannot be represented in a request.";
  const error = new KafkaError('INVALID_TOPIC_EXCEPTION', text);
  return { name: '', topicId: '', isInternal: false, partitions: [], error };
}

async function describeAll(cluster: Cluster, partitions: readonly TopicPartition[]): Promise<TopicDescription[]> {
  const names = [...new Set(partitions.map(({ topic }) => topic))];
  return failingAs(wrappedFailure, async () => {
    const topics = await lookUpTopics(cluster, names);
    const failed = topics.find(({ error }) => error !== null);
    if (failed?.error) throw failed.error;
    return topics;
  });
}

function leaderIds(topics: readonly TopicDescription[]): Map<string, number> {
  const entries = topics.flatMap(({ name, partitions }) =>
    partitions.map(({ partition, leaderId }) => [partitionName({ topic: name, partition }), leaderId] as const),
  );
  return new Map(entries);
}

/** Those without a leader just now. Throws JavaError when a topic is not there. */
export async function leaderlessPartitions(
  cluster: Cluster,
  partitions: readonly TopicPartition[],
): Promise<Set<string>> {
  if (partitions.length === 0) return new Set();
  const leaders = leaderIds(await describeAll(cluster, partitions));
  return new Set(partitions.map(partitionName).filter((name) => (leaders.get(name) ?? 0) < 0));
}

/** Throws JavaError unless every partition is there and has a leader. */
export async function requirePartitions(cluster: Cluster, partitions: readonly TopicPartition[]): Promise<void> {
  if (partitions.length === 0) return;
  const leaders = leaderIds(await describeAll(cluster, partitions));
  const list = (names: readonly string[]) => `The partitions "${names.join(',')}"`;
  const names = partitions.map(partitionName);
  const missing = names.filter((name) => !leaders.has(name));
  if (missing.length > 0) {
    throw toJavaError(new KafkaError('UNKNOWN_TOPIC_OR_PARTITION', `${list(missing)} do not exist`));
  }
  const leaderless = names.filter((name) => (leaders.get(name) ?? -1) < 0);
  if (leaderless.length > 0) {
    throw toJavaError(new KafkaError('LEADER_NOT_AVAILABLE', `${list(leaderless)} have no leader`));
  }
}
