import { describeCluster } from '../../client/admin/cluster.ts';
import { type ConfigChange, incrementalAlterConfigs, type ResourceChange } from '../../client/admin/configs.ts';
import { requireAll } from '../../client/admin/outcome.ts';
import { partitionName, type TopicPartition } from '../../client/admin/partition-leaders.ts';
import { type PartitionReassignment } from '../../client/admin/reassignments.ts';
import { type Cluster } from '../../client/index.ts';
import { inHashOrder } from '../../util/java-hash-map.ts';
import { executionFailure } from '../java-failures.ts';
import { type Report } from './events.ts';

import { type AssignedPartition } from './plan.ts';

const BROKER_RATES = ['leader.replication.throttled.rate', 'follower.replication.throttled.rate'] as const;
const LOG_DIR_RATE = 'replica.alter.log.dirs.io.max.bytes.per.second';
const TOPIC_LISTS = ['leader.replication.throttled.replicas', 'follower.replication.throttled.replicas'] as const;

/** Removes what throttled a reassignment. Source: clearAllThrottles. */
export async function clearThrottles(
  cluster: Cluster,
  plan: readonly AssignedPartition[],
  report: Report,
): Promise<void> {
  const { nodes } = await describeCluster(cluster).catch((error: unknown) => {
    throw executionFailure(error);
  });
  const ids = new Set([...nodes.map(({ id }) => id), ...plan.flatMap(({ replicas }) => replicas)]);
  const brokers = inHashOrder([...ids], (id) => id);
  await report({ kind: 'clearing broker throttles', brokers });
  const without = (names: readonly string[]): ConfigChange[] =>
    names.map((name) => ({ name, operation: 'DELETE', value: null }));
  await alter(
    cluster,
    brokers.map((id) => brokerChange(id, without([...BROKER_RATES, LOG_DIR_RATE]))),
  );
  const topics = inHashOrder([...new Set(plan.map(({ topic }) => topic))], (name) => name);
  await report({ kind: 'clearing topic throttles', topics });
  await alter(
    cluster,
    topics.map((name) => ({ resource: { kind: 'TOPIC', name }, changes: without(TOPIC_LISTS) })),
  );
}

function brokerChange(id: number, changes: readonly ConfigChange[]): ResourceChange {
  return { resource: { kind: 'BROKER', name: `${id}` }, changes };
}

async function alter(cluster: Cluster, changes: readonly ResourceChange[]): Promise<void> {
  if (changes.length === 0) return;
  try {
    requireAll(await incrementalAlterConfigs(cluster, changes));
  } catch (error) {
    throw executionFailure(error);
  }
}

/** Who sends and who receives a partition. */
interface PartitionMove extends TopicPartition {
  readonly sources: readonly number[];
  readonly destinations: readonly number[];
}

/** Moves under way and those of the plan. Source: calculateProposedMoveMap. */
export function proposedMoves(
  ongoing: readonly PartitionReassignment[],
  plan: readonly AssignedPartition[],
  current: ReadonlyMap<string, readonly number[]>,
): PartitionMove[] {
  const moves = new Map<string, PartitionMove>();
  for (const { topic, partition, replicas, addingReplicas } of ongoing) {
    const sources = replicas.filter((id) => !addingReplicas.includes(id));
    moves.set(partitionName({ topic, partition }), { topic, partition, sources, destinations: addingReplicas });
  }
  for (const { topic, partition, replicas } of plan) {
    const name = partitionName({ topic, partition });
    const sources = moves.get(name)?.sources ?? current.get(name) ?? [];
    const destinations = replicas.filter((id) => !sources.includes(id));
    moves.set(name, { topic, partition, sources, destinations });
  }
  return [...moves.values()];
}

/** Limits what moves between brokers. Source: modifyReassignmentThrottle. */
export async function throttleMoves(
  cluster: Cluster,
  moves: readonly PartitionMove[],
  bytesPerSecond: bigint,
): Promise<void> {
  const byTopic = [...Map.groupBy(moves, ({ topic }) => topic)];
  const listed = (all: readonly PartitionMove[], idsOf: (move: PartitionMove) => readonly number[]) =>
    [...new Set(all.flatMap((move) => idsOf(move).map((id) => `${move.partition}:${id}`)))].sort().join(',');
  await alter(
    cluster,
    byTopic.map(([name, all]) => ({
      resource: { kind: 'TOPIC', name },
      changes: [
        { name: TOPIC_LISTS[0], operation: 'SET', value: listed(all, ({ sources }) => sources) },
        { name: TOPIC_LISTS[1], operation: 'SET', value: listed(all, ({ destinations }) => destinations) },
      ],
    })),
  );
  const brokers = [...new Set(moves.flatMap(({ sources, destinations }) => [...sources, ...destinations]))];
  const value = `${bytesPerSecond}`;
  const rates = BROKER_RATES.map((name): ConfigChange => ({ name, operation: 'SET', value }));
  await alter(
    cluster,
    brokers.map((id) => brokerChange(id, rates)),
  );
}

/** Limits what moves between the directories of brokers. */
export async function throttleLogDirs(
  cluster: Cluster,
  brokers: readonly number[],
  bytesPerSecond: bigint,
): Promise<void> {
  const change: ConfigChange = { name: LOG_DIR_RATE, operation: 'SET', value: `${bytesPerSecond}` };
  await alter(
    cluster,
    [...new Set(brokers)].map((id) => brokerChange(id, [change])),
  );
}
