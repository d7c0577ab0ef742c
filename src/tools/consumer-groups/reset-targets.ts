import { OFFSET_SPECS } from '../../client/admin/list-offsets.ts';
import { type Cluster } from '../../client/index.ts';
import { type Offset } from '../../protocol/primitives.ts';
import { parseJavaDuration } from '../../util/java-duration.ts';
import { JavaError } from '../../util/java-error.ts';
import { UsageError } from '../../util/usage-error.ts';
import { runtimeFailure } from '../java-failures.ts';
import { parseDateTime } from './date-time.ts';
import { committedOffsets, logOffsets } from './describe-groups.ts';
import { type ResetPorts } from './reset-offsets.ts';
import { type PlannedOffset, readResetPlan } from './reset-plan.ts';
import { inPartitionOrder, partitionName, requirePartitions, type TopicPartition } from './topic-partitions.ts';

/** Where a group is to go on; texts are read when it comes to that, as Kafka's tool does. */
export type ResetTarget =
  | { readonly kind: 'earliest' | 'latest' | 'current' }
  | { readonly kind: 'offset'; readonly offset: Offset }
  | { readonly kind: 'shift'; readonly by: bigint }
  | { readonly kind: 'datetime' | 'duration'; readonly text: string }
  | { readonly kind: 'file'; readonly path: string };

export interface TargetRequest {
  readonly groupId: string;
  readonly partitions: readonly TopicPartition[];
  readonly target: ResetTarget;
  readonly timeoutMs: number;
  readonly namedGroupIds: readonly string[];
}

const OFFSETS_UTILS = 'org.apache.kafka.tools.OffsetsUtils';
/** java.time.Instant.MIN and MAX, in seconds. */
const MIN_INSTANT_SECONDS = -31557014167219200n;
const MAX_INSTANT_SECONDS = 31556889864403199n;
const MAX_LONG = (1n << 63n) - 1n;
const NANOS_PER_MS = 1_000_000n;

/** The new offset of each partition, in the order in which Kafka's tool prints them. Throws JavaError and UsageError. */
export async function prepareOffsets(
  cluster: Cluster,
  request: TargetRequest,
  ports: ResetPorts,
): Promise<PlannedOffset[]> {
  const { partitions, target, timeoutMs } = request;
  await requirePartitions(cluster, partitions);
  const logEnds = (timestampMs: bigint, some = partitions) => logOffsets(cluster, some, timestampMs, timeoutMs);
  if (target.kind === 'file') return fromFile(cluster, target.path, request, ports);
  refuseDuplicates(partitions, target);
  const ordered = inPartitionOrder(partitions);
  switch (target.kind) {
    case 'earliest':
      return planned(ordered, await logEnds(OFFSET_SPECS.earliest));
    case 'latest':
      return planned(ordered, await logEnds(OFFSET_SPECS.latest));
    case 'current':
      return toCurrent(cluster, request);
    case 'offset': {
      const wanted = ordered.map((one) => ({ ...one, offset: target.offset }));
      return insideLog(cluster, wanted, timeoutMs, ports);
    }
    case 'shift':
      return insideLog(cluster, await shifted(cluster, request, target.by), timeoutMs, ports);
    case 'datetime':
      return atTime(cluster, ordered, readDateTime(target.text), timeoutMs, ports);
    case 'duration':
      return atTime(cluster, ordered, timeBefore(ports.clock.now(), target.text), timeoutMs, ports);
  }
}

function planned(partitions: readonly TopicPartition[], offsets: ReadonlyMap<string, Offset>): PlannedOffset[] {
  return partitions.map(({ topic, partition }) => {
    const offset = offsets.get(partitionName({ topic, partition })) ?? -1n;
    if (offset < 0n) throw new UsageError('Invalid negative offset');
    return { topic, partition, offset };
  });
}

/** A partition named twice ends Kafka's tool. */
function refuseDuplicates(partitions: readonly TopicPartition[], target: ResetTarget): void {
  const seen = new Set<string>();
  for (const name of partitions.map(partitionName)) {
    if (seen.has(name)) {
      const value = target.kind === 'offset' ? target.offset : target.kind;
      const text = `Duplicate key ${name} (attempted merging values ${value} and ${value})`;
      throw new JavaError('java.lang.IllegalStateException', text);
    }
    seen.add(name);
  }
}

async function currentOffsets(cluster: Cluster, { groupId, timeoutMs }: TargetRequest): Promise<Map<string, Offset>> {
  const committed = await committedOffsets(cluster, groupId, timeoutMs);
  return new Map(committed.map((one) => [partitionName(one), one.offset]));
}

/** What is committed stays; where nothing is, the end of the log. */
async function toCurrent(cluster: Cluster, request: TargetRequest): Promise<PlannedOffset[]> {
  const current = await currentOffsets(cluster, request);
  const isCommitted = (one: TopicPartition) => current.has(partitionName(one));
  const without = inPartitionOrder(request.partitions.filter((one) => !isCommitted(one)));
  const ends = await logOffsets(cluster, without, OFFSET_SPECS.latest, request.timeoutMs);
  const ordered = inPartitionOrder([...request.partitions.filter(isCommitted), ...without]);
  return planned(ordered, new Map([...current, ...ends]));
}

async function shifted(cluster: Cluster, request: TargetRequest, by: bigint): Promise<PlannedOffset[]> {
  const current = await currentOffsets(cluster, request);
  const moved = request.partitions.map((one) => {
    const offset = current.get(partitionName(one));
    if (offset === undefined) {
      const name = partitionName(one);
      throw new UsageError(`Cannot shift offset for partition ${name} since there is no current committed offset`);
    }
    return { ...one, offset: BigInt.asIntN(64, offset + by) };
  });
  return inPartitionOrder(moved);
}

/** Offsets outside the log are moved to its nearest end. */
async function insideLog(
  cluster: Cluster,
  wanted: readonly PlannedOffset[],
  timeoutMs: number,
  { logger }: Pick<ResetPorts, 'logger'>,
): Promise<PlannedOffset[]> {
  const starts = await logOffsets(cluster, wanted, OFFSET_SPECS.earliest, timeoutMs);
  const ends = await logOffsets(cluster, wanted, OFFSET_SPECS.latest, timeoutMs);
  return wanted.map(({ topic, partition, offset }) => {
    const name = partitionName({ topic, partition });
    const start = starts.get(name) ?? offset;
    const end = ends.get(name) ?? offset;
    const [limit, complaint] = offset > end ? [end, 'higher than latest'] : [start, 'lower than earliest'];
    if (offset >= start && offset <= end) return { topic, partition, offset };
    const text = `New offset (${offset}) is ${complaint} offset for topic partition ${name}. Value will be set to ${limit}`;
    logger.named(OFFSETS_UTILS).log('WARN', text);
    return { topic, partition, offset: limit };
  });
}

function readDateTime(text: string): bigint {
  try {
    return BigInt(parseDateTime(text));
  } catch (error) {
    throw error instanceof JavaError ? runtimeFailure(error) : error;
  }
}

/** Milliseconds since the epoch of `now` minus a duration. */
function timeBefore(nowMs: number, text: string): bigint {
  const duration = parseJavaDuration(text);
  if (duration === undefined) {
    throw new JavaError('java.time.format.DateTimeParseException', 'Text cannot be parsed to a Duration');
  }
  const nanos = BigInt(nowMs) * NANOS_PER_MS - duration;
  const seconds = floorDivide(nanos, 1000n * NANOS_PER_MS);
  if (seconds < MIN_INSTANT_SECONDS || seconds > MAX_INSTANT_SECONDS) {
    throw new JavaError('java.time.DateTimeException', 'Instant exceeds minimum or maximum instant');
  }
  const moment = floorDivide(nanos, NANOS_PER_MS);
  if (moment > MAX_LONG || moment < -MAX_LONG) throw new JavaError('java.lang.ArithmeticException', 'long overflow');
  return moment;
}

function floorDivide(value: bigint, by: bigint): bigint {
  return value < 0n && value % by !== 0n ? value / by - 1n : value / by;
}

/** The first record at or after a time; partitions without one go to their end. */
async function atTime(
  cluster: Cluster,
  partitions: readonly TopicPartition[],
  timestampMs: bigint,
  timeoutMs: number,
  ports: ResetPorts,
): Promise<PlannedOffset[]> {
  const found = await logOffsets(cluster, partitions, timestampMs, timeoutMs);
  const late = partitions.filter((one) => (found.get(partitionName(one)) ?? -1n) < 0n);
  for (const { topic, partition } of late) ports.notice({ kind: 'no-record', topic, partition });
  const ends = await logOffsets(cluster, late, OFFSET_SPECS.latest, timeoutMs);
  return planned(partitions, new Map([...found, ...ends]));
}

async function fromFile(
  cluster: Cluster,
  path: string,
  { groupId, timeoutMs, namedGroupIds }: TargetRequest,
  ports: ResetPorts,
): Promise<PlannedOffset[]> {
  const complain = (reason: JavaError) => ports.notice({ kind: 'not-single-group-csv', reason });
  // Kafka's tool reads the file twice for each group, and complains each time.
  await readResetPlan(path, namedGroupIds, complain);
  const plan = await readResetPlan(path, namedGroupIds, complain);
  const wanted = plan.get(groupId);
  if (wanted === undefined) {
    ports.notice({ kind: 'no-plan', groupId });
    return [];
  }
  return insideLog(cluster, wanted, timeoutMs, ports);
}
