import { describeTopics } from '../../client/admin/describe-topics.ts';
import { describeLogDirs } from '../../client/admin/log-dirs.ts';
import { partitionName, type TopicPartition } from '../../client/admin/partition-leaders.ts';
import { listPartitionReassignments, type PartitionReassignment } from '../../client/admin/reassignments.ts';
import { type Cluster } from '../../client/index.ts';
import { KafkaError } from '../../protocol/errors.ts';
import { executionFailure } from '../java-failures.ts';

import { ANY_LOG_DIR, type AssignedPartition, byTopicAndPartition, type PlacedReplica } from './plan.ts';

export interface PartitionState extends TopicPartition {
  readonly current: readonly number[];
  readonly target: readonly number[];
  readonly isDone: boolean;
}

export interface MoveState extends TopicPartition {
  readonly brokerId: number;
  readonly state: 'missing replica' | 'missing log dir' | 'active' | 'not moving' | 'completed';
  readonly current: string | null;
  readonly target: string;
  /** Where the replica is being copied to. */
  readonly future: string | null;
}

export async function ongoingReassignments(cluster: Cluster): Promise<PartitionReassignment[]> {
  try {
    return (await listPartitionReassignments(cluster)).sort(byTopicAndPartition);
  } catch (error) {
    throw executionFailure(error);
  }
}

/** How far a plan has come, in order of topic and partition. Source: findPartitionReassignmentStates. */
export async function partitionStates(cluster: Cluster, plan: readonly AssignedPartition[]): Promise<PartitionState[]> {
  const ongoing = new Map((await ongoingReassignments(cluster)).map((one) => [partitionName(one), one]));
  // Of two entries for one partition the last counts.
  const targets = [...new Map(plan.map((one) => [partitionName(one), one])).values()];
  const settled = targets.filter((one) => !ongoing.has(partitionName(one)));
  const current = await currentReplicas(cluster, settled, true);
  return targets.sort(byTopicAndPartition).map(({ topic, partition, replicas: target }) => {
    const name = partitionName({ topic, partition });
    const active = ongoing.get(name);
    const at = active?.replicas ?? current.get(name) ?? [];
    return { topic, partition, target, current: at, isDone: active === undefined };
  });
}

/**
 * Replicas by partition name. Throws JavaError for what is not there, unless that `mayBeMissing`.
 * Source: getReplicasForPartitions.
 */
export async function currentReplicas(
  cluster: Cluster,
  partitions: readonly TopicPartition[],
  mayBeMissing = false,
): Promise<Map<string, readonly number[]>> {
  const topics = await describeAll(cluster, [...new Set(partitions.map(({ topic }) => topic))], mayBeMissing);
  const found = new Map<string, readonly number[]>();
  for (const { name: topic, partitions: described } of topics) {
    for (const { partition, replicas } of described) found.set(partitionName({ topic, partition }), replicas);
  }
  const missing = mayBeMissing ? [] : partitions.map(partitionName).filter((name) => !found.has(name));
  if (missing.length > 0) {
    const text = `Unable to find partition: ${missing.join(', ')}`;
    throw executionFailure(new KafkaError('UNKNOWN_TOPIC_OR_PARTITION', text));
  }
  return found;
}

export async function describeAll(cluster: Cluster, names: readonly string[], mayBeMissing = false) {
  if (names.length === 0) return [];
  const topics = await describeTopics(cluster, names).catch((error: unknown) => {
    throw executionFailure(error);
  });
  const [failed] = topics.filter(
    ({ error }) => error && !(mayBeMissing && error.error === 'UNKNOWN_TOPIC_OR_PARTITION'),
  );
  if (failed?.error) {
    const isMissing = failed.error.error === 'UNKNOWN_TOPIC_OR_PARTITION';
    const text = `Topic ${failed.name} not found.`;
    throw executionFailure(isMissing ? new KafkaError('UNKNOWN_TOPIC_OR_PARTITION', text) : failed.error);
  }
  return topics;
}

/** How far replicas have come on their way to other directories. Source: findLogDirMoveStates. */
export async function moveStates(cluster: Cluster, targets: readonly PlacedReplica[]): Promise<MoveState[]> {
  const places = await replicaPlaces(cluster, targets);
  return [...targets].sort(byBroker).map(({ topic, partition, brokerId, logDir: target }) => {
    const place = places.get(replicaName({ topic, partition, brokerId }));
    const { current = null, future = null } = place ?? {};
    return { topic, partition, brokerId, target, current, future, state: stateOf(place, target) };
  });
}

function byBroker(a: PlacedReplica, b: PlacedReplica): number {
  return a.brokerId - b.brokerId || byTopicAndPartition(a, b);
}

function stateOf(place: Place | undefined, target: string): MoveState['state'] {
  if (place === undefined) return 'missing replica';
  if (place.future !== undefined) return 'active';
  if (place.current === undefined) return 'missing log dir';
  return place.current === target ? 'completed' : 'not moving';
}

interface Place {
  current?: string;
  future?: string;
}

export function replicaName({ topic, partition, brokerId }: TopicPartition & { readonly brokerId: number }): string {
  return `${topic}-${partition}-${brokerId}`;
}

/** Directories of replicas by their names; replicas that a broker does not have are absent. */
export async function replicaPlaces(
  cluster: Cluster,
  replicas: readonly (TopicPartition & { readonly brokerId: number })[],
): Promise<Map<string, Place>> {
  const places = new Map<string, Place>();
  const brokers = [...new Set(replicas.map(({ brokerId }) => brokerId))];
  const answers = brokers.map(async (brokerId) => {
    for (const { path, error, replicas: found } of await describeLogDirs(cluster, brokerId)) {
      if (error) continue;
      for (const { topic, partition, isFuture } of found) {
        const name = replicaName({ topic, partition, brokerId });
        const place = places.get(name) ?? {};
        if (isFuture) place.future = path;
        else place.current = path;
        places.set(name, place);
      }
    }
  });
  try {
    await Promise.all(answers);
  } catch (error) {
    throw executionFailure(error);
  }
  return places;
}

/** Where partitions are now, with their directories. */
export async function currentAssignment(
  cluster: Cluster,
  partitions: readonly TopicPartition[],
  replicas: ReadonlyMap<string, readonly number[]>,
): Promise<AssignedPartition[]> {
  const all = partitions.map(({ topic, partition }) => {
    return { topic, partition, replicas: replicas.get(partitionName({ topic, partition })) ?? [] };
  });
  const held = all.flatMap(({ topic, partition, replicas: ids }) =>
    ids.map((brokerId) => ({ topic, partition, brokerId })),
  );
  const places = await replicaPlaces(cluster, held);
  return all.map(({ topic, partition, replicas: ids }) => ({
    topic,
    partition,
    replicas: ids,
    logDirs: ids.map((brokerId) => places.get(replicaName({ topic, partition, brokerId }))?.current ?? ANY_LOG_DIR),
  }));
}
