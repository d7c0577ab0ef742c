import { deleteGroupOffsets } from '../../client/admin/group-offsets.ts';
import { deleteConsumerGroups } from '../../client/admin/groups.ts';
import { type Cluster } from '../../client/index.ts';
import { ERRORS, type ErrorName, KafkaError } from '../../protocol/errors.ts';
import { type JavaError } from '../../util/java-error.ts';
import { inHashOrder } from '../../util/java-hash-map.ts';
import { toJavaError } from '../java-failures.ts';
import { lookUpTopics, parseTopicArguments, partitionName, type TopicPartition } from './topic-partitions.ts';

export interface DeletedGroup {
  readonly groupId: string;
  /** Null when the group is gone. */
  readonly error: JavaError | null;
}

/** In the order in which Kafka's tool prints them. A failure of the whole call is the failure of each group. */
export async function deleteGroups(
  cluster: Cluster,
  groupIds: readonly string[],
  timeoutMs: number,
): Promise<DeletedGroup[]> {
  const distinct = inHashOrder([...new Set(groupIds)], (groupId) => groupId);
  try {
    const outcomes = await deleteConsumerGroups(cluster, distinct, timeoutMs);
    return outcomes.map(({ groupId, error }) => ({ groupId, error: error && toJavaError(error) }));
  } catch (error) {
    const failure = toJavaError(error);
    return distinct.map((groupId) => ({ groupId, error: failure }));
  }
}

export interface DeletedOffset {
  readonly topic: string;
  /** Null: the topic's partitions could not be found out. */
  readonly partition: number | null;
  readonly error: JavaError | null;
}

export interface DeletedOffsets {
  /** The code that stands for the whole request. */
  readonly outcome: ErrorName;
  readonly partitions: readonly DeletedOffset[];
}

/** `topics` are names or `name:0,1`. Throws UsageError for arguments that cannot be read. */
export async function deleteOffsets(
  cluster: Cluster,
  groupId: string,
  topics: readonly string[],
  timeoutMs: number,
): Promise<DeletedOffsets> {
  const { named, whole } = parseTopicArguments(topics);
  const found = await lookUpTopics(cluster, whole);
  const results = new Map<string, DeletedOffset>();
  for (const { name, error } of found) {
    if (error) results.set(`${name}-1`, { topic: name, partition: null, error: toJavaError(error) });
  }
  const described = found.flatMap(({ name, partitions }) =>
    partitions.map(({ partition }) => ({ topic: name, partition })),
  );
  const wanted = new Map([...named, ...described].map((one) => [partitionName(one), one]));
  const { outcome, errors } = await requestDeletion(cluster, groupId, [...wanted.values()], timeoutMs);
  for (const one of wanted.values()) {
    results.set(`${one.topic}${one.partition}`, { ...one, error: errors.get(partitionName(one)) ?? null });
  }
  const sorted = [...results].sort(([a], [b]) => (a < b ? -1 : 1));
  return { outcome, partitions: sorted.map(([, result]) => result) };
}

async function requestDeletion(
  cluster: Cluster,
  groupId: string,
  wanted: readonly TopicPartition[],
  timeoutMs: number,
): Promise<{ outcome: ErrorName; errors: Map<string, JavaError> }> {
  try {
    const outcomes = await deleteGroupOffsets(cluster, groupId, wanted, timeoutMs);
    const failed = outcomes.filter(({ error }) => error !== null);
    const errors = failed.map((one) => [partitionName(one), toJavaError(one.error)] as const);
    return { outcome: failed[0]?.error?.error ?? 'NONE', errors: new Map(errors) };
  } catch (error) {
    const failure = toJavaError(error);
    const errors = wanted.map((one) => [partitionName(one), failure] as const);
    return { outcome: codeOf(error, failure.className), errors: new Map(errors) };
  }
}

/** Java's Errors.forException: a failure without a code has the one of its exception class. */
function codeOf(error: unknown, className: string): ErrorName {
  if (error instanceof KafkaError) return error.error;
  const names = Object.keys(ERRORS) as ErrorName[];
  const name = names.find((one) => className === `org.apache.kafka.common.errors.${ERRORS[one].exception}`);
  return name ?? 'UNKNOWN_SERVER_ERROR';
}
