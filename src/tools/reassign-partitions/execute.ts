import { describeCluster } from '../../client/admin/cluster.ts';
import { alterReplicaLogDirs } from '../../client/admin/log-dirs.ts';
import { partitionName } from '../../client/admin/partition-leaders.ts';
import { alterPartitionReassignments } from '../../client/admin/reassignments.ts';
import { type Cluster } from '../../client/index.ts';
import { type KafkaError } from '../../protocol/errors.ts';
import { executionFailure } from '../java-failures.ts';
import { type Report } from './events.ts';
import { commandFailed, TerseFailure } from './failures.ts';
import { type AssignedPartition, byTopicAndPartition, type PlacedReplica, parsePlan, placedReplicas } from './plan.ts';
import { currentAssignment, currentReplicas, ongoingReassignments, replicaName } from './states.ts';
import { proposedMoves, throttleLogDirs, throttleMoves } from './throttles.ts';

const PAUSE_MS = 100;
const ALREADY_MOVING =
  'Cannot execute because there is an existing partition assignment.  Use --additional to override this and create a new partition assignment in addition to the existing one. The --additional flag can also be used to change the throttle by resubmitting the current reassignment.';

export interface ExecuteOptions {
  /** Beside what is under way already. */
  readonly isAdditional: boolean;
  /** Below 0: none. */
  readonly bytesPerSecond: bigint;
  readonly logDirBytesPerSecond: bigint;
  /** How long the start of moves between directories may take. */
  readonly timeoutMs: bigint;
  readonly allowsOtherReplicationFactor: boolean;
}

/** Starts a plan. Source: executeAssignment. */
export async function executeAssignment(
  cluster: Cluster,
  planText: string,
  options: ExecuteOptions,
  report: Report,
): Promise<void> {
  const plan = checkedPlan(planText);
  const placed = placedReplicas(plan);
  const ongoing = await ongoingReassignments(cluster);
  if (!options.isAdditional && ongoing.length > 0) throw new TerseFailure(ALREADY_MOVING);
  await requireBrokers(cluster, plan);
  const current = await currentReplicas(cluster, plan);
  await report({ kind: 'current assignment', partitions: await currentAssignment(cluster, plan, current) });
  const { bytesPerSecond, logDirBytesPerSecond } = options;
  if (bytesPerSecond >= 0n || logDirBytesPerSecond >= 0n) await report({ kind: 'throttle warning' });
  if (bytesPerSecond >= 0n) {
    await throttleMoves(cluster, proposedMoves(ongoing, plan, current), bytesPerSecond);
    await report({ kind: 'throttle', of: 'inter-broker', bytesPerSecond });
  }
  if (logDirBytesPerSecond >= 0n) {
    const brokers = placed.map(({ brokerId }) => brokerId);
    await throttleLogDirs(cluster, brokers, logDirBytesPerSecond);
    await report({ kind: 'throttle', of: 'replica-alter-dir', bytesPerSecond: logDirBytesPerSecond });
  }
  await start(cluster, plan, options);
  const sorted = [...plan].sort(byTopicAndPartition);
  await report({ kind: 'started', partitions: sorted.map(partitionName) });
  if (placed.length > 0) await startMoves(cluster, placed, options.timeoutMs, report);
}

async function start(cluster: Cluster, plan: readonly AssignedPartition[], options: ExecuteOptions): Promise<void> {
  const allowReplicationFactorChange = options.allowsOtherReplicationFactor;
  const outcomes = await alterPartitionReassignments(cluster, plan, { allowReplicationFactorChange }).catch(
    (error: unknown) => {
      throw executionFailure(error);
    },
  );
  const failed = outcomes.filter(({ error }) => error !== null).sort(byTopicAndPartition);
  if (failed.length === 0) return;
  const lines = failed.map((one) => `${partitionName(one)}: ${one.error?.message}`);
  throw new TerseFailure(`Error reassigning partition(s):\n${lines.join('\n')}`);
}

/** Throws JavaError: the plan contradicts itself. Source: parseExecuteAssignmentArgs. */
function checkedPlan(text: string): AssignedPartition[] {
  const plan = parsePlan(text);
  if (plan.length === 0) throw commandFailed('Partition reassignment list cannot be empty');
  if (plan.some(({ replicas }) => replicas.length === 0)) throw commandFailed('Partition replica list cannot be empty');
  const names = plan.map(partitionName);
  const repeated = new Set(names.filter((name, index) => names.indexOf(name) !== index));
  if (repeated.size > 0) {
    throw commandFailed(`Partition reassignment contains duplicate topic partitions: ${[...repeated].join(',')}`);
  }
  const twice = plan.flatMap((one) => {
    const ids = new Set(one.replicas.filter((id, index) => one.replicas.indexOf(id) !== index));
    return ids.size === 0 ? [] : [`${partitionName(one)} contains multiple entries for ${[...ids].join(',')}`];
  });
  if (twice.length > 0) {
    throw commandFailed(`Partition replica lists may not contain duplicate entries: ${twice.join('. ')}`);
  }
  return plan;
}

async function requireBrokers(cluster: Cluster, plan: readonly AssignedPartition[]): Promise<void> {
  const { nodes } = await describeCluster(cluster).catch((error: unknown) => {
    throw executionFailure(error);
  });
  const known = new Set(nodes.map(({ id }) => id));
  const unknown = plan.flatMap(({ replicas }) => replicas).find((id) => !known.has(id));
  if (unknown !== undefined) throw commandFailed(`Unknown broker id ${unknown}`);
}

/** Has brokers move replicas between directories; those that are not there yet are asked for again. Source: executeMoves. */
export async function startMoves(
  cluster: Cluster,
  moves: readonly PlacedReplica[],
  timeoutMs: bigint,
  report: Report,
): Promise<void> {
  const deadlineMs = cluster.clock.now() + Number(timeoutMs);
  let pending = [...moves];
  for (;;) {
    const started = await tryMoves(cluster, pending);
    for (const { topic, partition, brokerId, logDir } of started) {
      await report({ kind: 'move started', topic, partition, brokerId, logDir });
    }
    pending = pending.filter((one) => !started.includes(one));
    if (pending.length === 0) return;
    if (cluster.clock.now() >= deadlineMs) {
      const names = pending.map(replicaName).join(',');
      const plural = pending.length === 1 ? '' : 's';
      throw new TerseFailure(`Timed out before log directory move${plural} could be started for: ${names}`);
    }
    await cluster.sleep(PAUSE_MS);
  }
}

/** Those that began. Throws JavaError for a replica that can never be moved there. */
async function tryMoves(cluster: Cluster, moves: readonly PlacedReplica[]): Promise<PlacedReplica[]> {
  const byBroker = [...Map.groupBy(moves, ({ brokerId }) => brokerId)];
  const answers = byBroker.map(async ([brokerId, group]) => {
    const fail = (one: PlacedReplica, error: unknown) =>
      commandFailed(`Failed to alter dir for ${replicaName(one)}`, executionFailure(error));
    const outcomes = await alterReplicaLogDirs(cluster, brokerId, group).catch((error: unknown) => {
      throw fail(group[0] as PlacedReplica, error);
    });
    const errors = new Map<string, KafkaError | null>(outcomes.map((one) => [partitionName(one), one.error]));
    return group.filter((one) => {
      const error = errors.get(partitionName(one)) ?? null;
      if (error !== null && error.error !== 'REPLICA_NOT_AVAILABLE') throw fail(one, error);
      return error === null;
    });
  });
  return (await Promise.all(answers)).flat();
}
