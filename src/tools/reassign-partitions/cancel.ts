import { partitionName } from '../../client/admin/partition-leaders.ts';
import { alterPartitionReassignments } from '../../client/admin/reassignments.ts';
import { type Cluster } from '../../client/index.ts';
import { executionFailure } from '../java-failures.ts';
import { type Report } from './events.ts';
import { startMoves } from './execute.ts';
import { TerseFailure } from './failures.ts';
import { parsePlan, placedReplicas } from './plan.ts';
import { moveStates, ongoingReassignments } from './states.ts';
import { clearThrottles } from './throttles.ts';

/** Ends what of a plan is under way. Source: cancelAssignment. */
export async function cancelAssignment(
  cluster: Cluster,
  planText: string,
  { preservesThrottles = false, timeoutMs }: { readonly preservesThrottles?: boolean; readonly timeoutMs: bigint },
  report: Report,
): Promise<void> {
  const plan = parsePlan(planText);
  const planned = new Set(plan.map(partitionName));
  const active = (await ongoingReassignments(cluster)).filter((one) => planned.has(partitionName(one)));
  if (active.length > 0) await cancel(cluster, active);
  await report({ kind: 'cancelled', partitions: active.map(partitionName) });
  const moves = (await moveStates(cluster, placedReplicas(plan))).filter(({ state }) => state === 'active');
  if (moves.length === 0) await report({ kind: 'no active moves' });
  // Back to where they are: that ends the copying.
  else
    await startMoves(
      cluster,
      moves.map((one) => ({ ...one, logDir: one.current ?? '' })),
      timeoutMs,
      report,
    );
  if (!preservesThrottles) await clearThrottles(cluster, plan, report);
}

async function cancel(cluster: Cluster, active: readonly { topic: string; partition: number }[]): Promise<void> {
  const outcomes = await alterPartitionReassignments(
    cluster,
    active.map(({ topic, partition }) => ({ topic, partition, replicas: null })),
  ).catch((error: unknown) => {
    throw executionFailure(error);
  });
  const failed = outcomes.flatMap((one) => (one.error ? [`${partitionName(one)}: ${one.error.message}`] : []));
  if (failed.length === 0) return;
  throw new TerseFailure(
    `Error cancelling partition reassignment${active.length === 1 ? '' : 's'} for:\n${failed.join('\n')}`,
  );
}

export async function listReassignments(cluster: Cluster, report: Report): Promise<void> {
  await report({ kind: 'reassignments', partitions: await ongoingReassignments(cluster) });
}
