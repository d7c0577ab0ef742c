import { type Cluster } from '../../client/index.ts';
import { type Report } from './events.ts';
import { parsePlan, placedReplicas } from './plan.ts';
import { moveStates, partitionStates } from './states.ts';
import { clearThrottles } from './throttles.ts';

/** Tells how far a plan has come; when all of it is done, its throttles go. Source: verifyAssignment. */
export async function verifyAssignment(
  cluster: Cluster,
  planText: string,
  { preservesThrottles = false },
  report: Report,
): Promise<void> {
  const plan = parsePlan(planText);
  const partitions = await partitionStates(cluster, plan);
  const moves = await moveStates(cluster, placedReplicas(plan));
  await report({ kind: 'status', partitions, moves });
  const isOngoing = partitions.some(({ isDone }) => !isDone) || moves.some(({ state }) => state === 'active');
  if (!isOngoing && !preservesThrottles) await clearThrottles(cluster, plan, report);
}
