import {
  alterShareGroupOffsets,
  deleteShareGroupOffsets,
  describeShareGroups,
  listShareGroupOffsets,
} from '../../client/admin/share-groups.ts';
import { type Cluster } from '../../client/index.ts';
import { exceptionClassOf, KafkaError } from '../../protocol/errors.ts';
import { JavaError } from '../../util/java-error.ts';
import { UsageError } from '../../util/usage-error.ts';
import { type ResetPorts } from '../consumer-groups/reset-offsets.ts';
import { type PlannedOffset } from '../consumer-groups/reset-plan.ts';
import { prepareOffsets } from '../consumer-groups/reset-targets.ts';
import {
  inPartitionOrder,
  lookUpTopics,
  parseTopicArguments,
  partitionName,
} from '../consumer-groups/topic-partitions.ts';
import { runtimeFailure, toJavaError } from '../java-failures.ts';

export interface DeletedShareOffsets {
  /** Null: each topic has its own outcome. */
  readonly groupError: JavaError | null;
  /** In order of topic. */
  readonly topics: readonly { readonly topic: string; readonly error: JavaError | null }[];
}

export async function deleteOffsets(
  cluster: Cluster,
  groupId: string,
  topics: readonly string[],
  timeoutMs: number,
): Promise<DeletedShareOffsets> {
  const distinct = [...new Set(topics)].sort();
  try {
    const outcomes = await deleteShareGroupOffsets(cluster, groupId, distinct, timeoutMs);
    const errors = new Map(outcomes.map(({ topic, error }) => [topic, error && toJavaError(error)]));
    return { groupError: null, topics: distinct.map((topic) => ({ topic, error: errors.get(topic) ?? null })) };
  } catch (error) {
    const groupError = toJavaError(error);
    return { groupError, topics: distinct.map((topic) => ({ topic, error: groupError })) };
  }
}

export type ResetTarget =
  | { readonly kind: 'earliest' | 'latest' }
  | { readonly kind: 'datetime'; readonly text: string };

export interface ShareResetRequest {
  readonly groupId: string;
  /** `--topic` arguments, `name` or `name:0,1`; 'all': whatever the group has begun. */
  readonly topics: readonly string[] | 'all';
  readonly target: ResetTarget;
  readonly isDryRun: boolean;
  readonly timeoutMs: number;
}

/** The new offsets, in the order in which Kafka's tool prints them; set unless it is a dry run. */
export async function resetOffsets(
  cluster: Cluster,
  request: ShareResetRequest,
  ports: ResetPorts,
): Promise<PlannedOffset[]> {
  const { groupId, target, timeoutMs, isDryRun } = request;
  await requireInactive(cluster, groupId, timeoutMs);
  const partitions = await partitionsToReset(cluster, request);
  if (partitions.length === 0) return [];
  const wanted = { groupId, partitions, target, timeoutMs, namedGroupIds: [groupId] };
  const plan = await prepareOffsets(cluster, wanted, ports).catch((error: unknown) => {
    if (error instanceof JavaError && error.className === 'java.text.ParseException') throw runtimeFailure(error);
    throw error instanceof JavaError && error.cause instanceof JavaError ? flattened(error) : error;
  });
  if (!isDryRun) await alter(cluster, groupId, plan, timeoutMs);
  return plan;
}

/** What the topics' failure is, without the wrappers of Java's futures; a date that cannot be read keeps them. */
function flattened(error: JavaError): JavaError {
  const root = error.root();
  return root.className.startsWith('org.apache.kafka.common.errors.') ? root : error;
}

async function requireInactive(cluster: Cluster, groupId: string, timeoutMs: number): Promise<void> {
  const described = (await describeShareGroups(cluster, [groupId], timeoutMs)).get(groupId);
  // Nobody knows it: it is made.
  if (described instanceof KafkaError && described.error === 'GROUP_ID_NOT_FOUND') return;
  if (described instanceof KafkaError) throw new UsageError(described.message, false);
  if (!described || described.state === 'Empty' || described.state === 'Dead') return;
  throw new UsageError(`Share group '${groupId}' is not empty.`, false);
}

async function partitionsToReset(cluster: Cluster, { groupId, topics, timeoutMs }: ShareResetRequest) {
  if (topics === 'all') {
    const offsets = (await listShareGroupOffsets(cluster, [groupId], timeoutMs)).get(groupId);
    if (offsets instanceof KafkaError && offsets.error !== 'GROUP_ID_NOT_FOUND') throw toJavaError(offsets);
    const found = Array.isArray(offsets) ? offsets : [];
    return inPartitionOrder(found.map(({ topic, partition }) => ({ topic, partition })));
  }
  const { named, whole } = parseTopicArguments(topics);
  const described = await lookUpTopics(cluster, whole);
  for (const { error } of described) if (error) throw toJavaError(error);
  const all = described.flatMap(({ name, partitions }) =>
    partitions.map(({ partition }) => ({ topic: name, partition })),
  );
  return [...new Map([...named, ...all].map((one) => [partitionName(one), one])).values()];
}

async function alter(
  cluster: Cluster,
  groupId: string,
  plan: readonly PlannedOffset[],
  timeoutMs: number,
): Promise<void> {
  const failing = (error: KafkaError, partitions: readonly string[]): JavaError =>
    new JavaError(
      exceptionClassOf(error.error),
      `Failed altering group offsets for the following partitions: [${partitions.join(', ')}]`,
    );
  try {
    const outcomes = await alterShareGroupOffsets(cluster, groupId, plan, timeoutMs);
    const failed = outcomes.filter(({ error }) => error !== null);
    const [first] = failed;
    if (first?.error) throw failing(first.error, failed.map(partitionName));
  } catch (error) {
    if (error instanceof KafkaError) throw failing(error, plan.map(partitionName));
    throw error;
  }
}
