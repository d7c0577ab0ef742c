import { alterGroupOffsets } from '../../client/admin/group-offsets.ts';
import { describeConsumerGroups } from '../../client/admin/groups.ts';
import { requireAll } from '../../client/admin/outcome.ts';
import { type Cluster } from '../../client/index.ts';
import { KafkaError } from '../../protocol/errors.ts';
import { type Clock } from '../../util/clock.ts';
import { type JavaError } from '../../util/java-error.ts';
import { inHashOrder } from '../../util/java-hash-map.ts';
import { type NamedLogger } from '../../util/log-lines.ts';
import { UsageError } from '../../util/usage-error.ts';
import { failingAs, toJavaError, wrappedFailure } from '../java-failures.ts';
import { committedOffsets } from './describe-groups.ts';
import { type PlannedOffset, type ResetPlan } from './reset-plan.ts';
import { prepareOffsets, type ResetTarget } from './reset-targets.ts';
import { inPartitionOrder, lookUpTopics, parseTopicArguments, type TopicPartition } from './topic-partitions.ts';

/** What a person should know on the way, in order. */
export type ResetNotice =
  | { readonly kind: 'active'; readonly groupId: string; readonly state: string }
  | { readonly kind: 'no-plan'; readonly groupId: string }
  | ({ readonly kind: 'no-record' } & TopicPartition)
  | { readonly kind: 'not-single-group-csv'; readonly reason: JavaError };

export interface ResetRequest {
  readonly groupIds: readonly string[];
  /** Arguments of --topic (`name` or `name:0,1`), everything committed, or nothing (a file names the partitions). */
  readonly scope: readonly string[] | 'committed' | 'none';
  /** Null: none given, which is found late. */
  readonly target: ResetTarget | null;
  /** Groups named on the command line: a file for one of them may do without the group's column. */
  readonly namedGroupIds: readonly string[];
  readonly isDryRun: boolean;
  readonly timeoutMs: number;
}

export interface ResetPorts {
  readonly clock: Clock;
  readonly logger: NamedLogger;
  notice(notice: ResetNotice): void;
}

const SCENARIOS = 'to-offset shift-by to-datetime by-duration to-earliest to-latest to-current from-file'.split(' ');

/**
 * Works out new offsets group by group and, unless it is a dry run, commits them. Groups with members are left alone. The result is
 * in the order in which Kafka's tool prints it. Throws JavaError and UsageError.
 */
export async function resetOffsets(cluster: Cluster, request: ResetRequest, ports: ResetPorts): Promise<ResetPlan> {
  const { timeoutMs } = request;
  const groupIds = inHashOrder([...new Set(request.groupIds)], (groupId) => groupId);
  const groups = await failingAs(wrappedFailure, () => describeConsumerGroups(cluster, groupIds, timeoutMs));
  const plan = new Map<string, readonly PlannedOffset[]>();
  for (const groupId of groupIds) {
    const group = groups.get(groupId) ?? new KafkaError('UNKNOWN_SERVER_ERROR');
    if (group instanceof KafkaError && group.error !== 'GROUP_ID_NOT_FOUND') throw wrappedFailure(group);
    if (!(group instanceof KafkaError) && group.state !== 'Empty' && group.state !== 'Dead') {
      ports.notice({ kind: 'active', groupId, state: group.state });
      plan.set(groupId, []);
      continue;
    }
    const offsets = await prepareGroup(cluster, groupId, request, ports);
    if (!request.isDryRun) await commit(cluster, groupId, offsets, timeoutMs);
    plan.set(groupId, offsets);
  }
  return plan;
}

async function prepareGroup(
  cluster: Cluster,
  groupId: string,
  request: ResetRequest,
  ports: ResetPorts,
): Promise<readonly PlannedOffset[]> {
  const { scope, target, timeoutMs, namedGroupIds } = request;
  const partitions = await partitionsToReset(cluster, groupId, request);
  if (target === null) {
    const scenarios = SCENARIOS.map((name) => `[${name}]`).join(', ');
    throw new UsageError(`Option '[reset-offsets]' requires one of the following scenarios: [${scenarios}]`);
  }
  const isOrdered = scope === 'committed' ? inPartitionOrder(partitions) : partitions;
  return prepareOffsets(cluster, { groupId, partitions: isOrdered, target, timeoutMs, namedGroupIds }, ports);
}

async function partitionsToReset(
  cluster: Cluster,
  groupId: string,
  { scope, target, timeoutMs }: ResetRequest,
): Promise<readonly TopicPartition[]> {
  if (scope === 'committed') return committedOffsets(cluster, groupId, timeoutMs);
  if (scope === 'none') {
    if (target?.kind === 'file') return [];
    throw new UsageError('One of the reset scopes should be defined: --all-topics, --topic.');
  }
  const { named, whole } = parseTopicArguments(scope);
  const topics = await failingAs(toJavaError, async () => requireAll(await lookUpTopics(cluster, whole)));
  const described = topics.flatMap(({ name, partitions }) =>
    partitions.map(({ partition }) => ({ topic: name, partition })),
  );
  return [...named, ...described];
}

async function commit(
  cluster: Cluster,
  groupId: string,
  offsets: readonly PlannedOffset[],
  timeoutMs: number,
): Promise<void> {
  await failingAs(toJavaError, async () => requireAll(await alterGroupOffsets(cluster, groupId, offsets, timeoutMs)));
}
