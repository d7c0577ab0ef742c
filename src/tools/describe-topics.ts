import { describeCluster } from '../client/admin/cluster.ts';
import { describeConfigs } from '../client/admin/configs.ts';
import {
  describeTopics as describeNamed,
  describeTopicsById,
  type PartitionDescription,
  type TopicDescription,
} from '../client/admin/describe-topics.ts';
import { requireAll } from '../client/admin/outcome.ts';
import { listPartitionReassignments, type PartitionReassignment } from '../client/admin/reassignments.ts';
import { listTopics } from '../client/admin/topics.ts';
import { type Cluster, UnsupportedVersionError } from '../client/index.ts';
import { KafkaError } from '../protocol/errors.ts';
import { JavaError } from '../util/java-error.ts';
import { inHashOrder } from '../util/java-hash-map.ts';
import { requireTopics, type TopicSelection } from './topics/find-topics.ts';

export { parseTopicId } from './topics/topic-id.ts';
export { topicText } from './topics/topic-text.ts';

/** Which partitions a report is about; none: all. Several: those that any of them takes. */
export type PartitionReport = 'under-replicated' | 'unavailable' | 'under-min-isr' | 'at-min-isr';

export interface DescribeTopicsOptions extends TopicSelection {
  /** Wins over `topic`. */
  readonly topicId?: string | undefined;
  readonly isAbsenceAllowed: boolean;
  readonly partitionLimit?: number | undefined;
  readonly reports: readonly PartitionReport[];
  /** Topics with own configurations alone, without their partitions. */
  readonly overriddenOnly: boolean;
}

export interface DescribedPartition extends PartitionDescription {
  /** Null: not on the move. */
  readonly reassignment: {
    readonly addingReplicas: readonly number[];
    readonly removingReplicas: readonly number[];
  } | null;
}

export interface DescribedTopic {
  readonly name: string;
  readonly topicId: string;
  readonly partitionCount: number;
  readonly replicationFactor: number;
  /** What is not a default, in the order in which Kafka's tool shows it. */
  readonly configs: readonly { readonly name: string; readonly value: string | null; readonly source: string }[];
  /** Shown as a topic, not only through its partitions. */
  readonly isSummarized: boolean;
  readonly partitions: readonly DescribedPartition[];
}

/** Topics in the order in which Kafka's tool shows them (that of a Java HashMap). */
export async function describeTopics(cluster: Cluster, options: DescribeTopicsOptions): Promise<DescribedTopic[]> {
  const topics = await findDescriptions(cluster, options);
  if (topics.length === 0) return [];
  const resources = topics.map(({ name }) => ({ kind: 'TOPIC' as const, name }));
  const partitions = new Map(topics.map(({ name, partitions: all }) => [name, all.map((one) => one.partition)]));
  const [configs, { nodes }, reassignments] = await Promise.all([
    describeConfigs(cluster, resources),
    describeCluster(cluster),
    reassignmentsOf(cluster, partitions),
  ]);
  const moving = new Map(reassignments.map((one) => [`${one.topic}-${one.partition}`, one]));
  const live = new Set(nodes.map(({ id }) => id));
  requireAll(configs);
  return topics.map((topic, index) => {
    const entries = configs[index]?.entries ?? [];
    const shown = inHashOrder(entries, ({ name }) => name).filter(({ source }) => source !== 'DEFAULT_CONFIG');
    const minIsr = Number(entries.find(({ name }) => name === 'min.insync.replicas')?.value ?? 1);
    const all = topic.partitions.map((one) => {
      const reassignment = moving.get(`${topic.name}-${one.partition}`) ?? null;
      return { ...one, reassignment, replicationFactor: replicationFactorOf(one, reassignment) };
    });
    const { reports, overriddenOnly } = options;
    const isReported = (one: (typeof all)[number]) =>
      reports.length === 0 || reports.some((report) => REPORTS[report](one, { minIsr, live }));
    return {
      name: topic.name,
      topicId: topic.topicId,
      partitionCount: all.length,
      replicationFactor: all[0]?.replicationFactor ?? 0,
      configs: shown.map(({ name, value, source }) => ({ name, value, source })),
      isSummarized: reports.length === 0 && (!overriddenOnly || shown.length > 0),
      partitions: overriddenOnly ? [] : all.filter(isReported),
    };
  });
}

async function findDescriptions(
  cluster: Cluster,
  options: DescribeTopicsOptions,
): Promise<readonly TopicDescription[]> {
  const { topicId, partitionLimit = 2000 } = options;
  if (topicId === undefined) {
    const names = await requireTopics(cluster, options, options.isAbsenceAllowed);
    if (names.length === 0) return [];
    const ordered = inHashOrder(names, (name) => name, names.length);
    return requireAll(await describeNamed(cluster, ordered, { partitionLimit }));
  }
  const isThere = (await listTopics(cluster)).some((one) => one.topicId === topicId);
  if (isThere) return requireAll(await describeTopicsById(cluster, [topicId]));
  if (options.isAbsenceAllowed) return [];
  throw new JavaError('java.lang.IllegalArgumentException', `TopicId '${topicId}' does not exist as expected`);
}

/** Old brokers cannot tell, and not everybody may ask: then nothing is on the move. */
async function reassignmentsOf(cluster: Cluster, partitions: ReadonlyMap<string, readonly number[]>) {
  try {
    return await listPartitionReassignments(cluster, partitions);
  } catch (error) {
    const isForbidden = error instanceof KafkaError && error.error === 'CLUSTER_AUTHORIZATION_FAILED';
    if (isForbidden || error instanceof UnsupportedVersionError) return [];
    throw error;
  }
}

/** Replicas on their way in do not count yet. */
function replicationFactorOf(partition: PartitionDescription, moving: PartitionReassignment | null): number {
  if (!moving) return partition.replicas.length;
  const isInProgress = [...moving.addingReplicas, ...moving.removingReplicas].some((id) =>
    partition.replicas.includes(id),
  );
  return isInProgress ? moving.replicas.length - moving.addingReplicas.length : partition.replicas.length;
}

type Reported = PartitionDescription & { readonly replicationFactor: number };
interface Surroundings {
  readonly minIsr: number;
  readonly live: ReadonlySet<number>;
}

const REPORTS: Readonly<Record<PartitionReport, (partition: Reported, around: Surroundings) => boolean>> = {
  'under-replicated': ({ replicationFactor, isr }) => replicationFactor > isr.length,
  unavailable: ({ leaderId }, { live }) => leaderId < 0 || !live.has(leaderId),
  'under-min-isr': ({ leaderId, isr }, { minIsr }) => leaderId < 0 || isr.length < minIsr,
  'at-min-isr': ({ isr }, { minIsr }) => isr.length === minIsr,
};
