import { type GroupOffset, listGroupOffsets } from '../../client/admin/group-offsets.ts';
import { type ConsumerGroupDescription, describeConsumerGroups, type GroupMember } from '../../client/admin/groups.ts';
import { listOffsets, OFFSET_SPECS } from '../../client/admin/list-offsets.ts';
import { type Cluster } from '../../client/index.ts';
import { KafkaError } from '../../protocol/errors.ts';
import { type Offset } from '../../protocol/primitives.ts';
import { executionFailure, failingAs, wrappedFailure } from '../java-failures.ts';
import { leaderlessPartitions, partitionName, type TopicPartition } from './topic-partitions.ts';

export type { ConsumerGroupDescription, GroupMember };

export interface OffsetRow extends TopicPartition {
  readonly groupId: string;
  /** Null: nothing committed. */
  readonly currentOffset: Offset | null;
  /** Null: no leader just now. */
  readonly logEndOffset: Offset | null;
  readonly lag: Offset | null;
  readonly leaderEpoch: number | null;
  /** Null: nobody reads the partition just now. */
  readonly consumerId: string | null;
  readonly host: string | null;
  readonly clientId: string | null;
}

export interface GroupOffsets {
  readonly groupId: string;
  readonly state: string;
  /** Consumers with the most partitions first, then the partitions of nobody. */
  readonly rows: readonly OffsetRow[];
}

/** In order of the group ids. Throws JavaError as soon as one group cannot be described. */
export async function describeGroups(
  cluster: Cluster,
  groupIds: readonly string[],
  timeoutMs: number,
): Promise<ConsumerGroupDescription[]> {
  return failingAs(executionFailure, async () => {
    const found = await describeConsumerGroups(cluster, groupIds, timeoutMs);
    const groups = [...new Set(groupIds)].map((groupId) => {
      const group = found.get(groupId) ?? new KafkaError('UNKNOWN_SERVER_ERROR');
      if (group instanceof KafkaError) throw group;
      return group;
    });
    return groups.sort((a, b) => (a.groupId < b.groupId ? -1 : 1));
  });
}

export async function describeOffsets(
  cluster: Cluster,
  groupIds: readonly string[],
  timeoutMs: number,
): Promise<GroupOffsets[]> {
  const described: GroupOffsets[] = [];
  for (const group of await describeGroups(cluster, groupIds, timeoutMs)) {
    described.push(await offsetsOf(cluster, group, timeoutMs));
  }
  return described;
}

/** What a group has committed. Throws JavaError. */
export function committedOffsets(cluster: Cluster, groupId: string, timeoutMs: number): Promise<GroupOffset[]> {
  return failingAs(wrappedFailure, () => listGroupOffsets(cluster, groupId, timeoutMs));
}

type Owner = Pick<OffsetRow, 'consumerId' | 'host' | 'clientId'>;
const NOBODY: Owner = { consumerId: null, host: null, clientId: null };

async function offsetsOf(
  cluster: Cluster,
  { groupId, state, members }: ConsumerGroupDescription,
  timeoutMs: number,
): Promise<GroupOffsets> {
  const committed = await committedOffsets(cluster, groupId, timeoutMs);
  const byName = new Map(committed.map((one) => [partitionName(one), one]));
  const owned = members
    .filter(({ assignment }) => assignment.length > 0)
    .sort((a, b) => b.assignment.length - a.assignment.length);
  const taken = new Set(owned.flatMap(({ assignment }) => assignment.map(partitionName)));
  const free = committed.filter((one) => !taken.has(partitionName(one)));
  const sections: (readonly [Owner, readonly TopicPartition[]])[] = owned.map((member) => [
    ownerOf(member),
    member.assignment,
  ]);
  sections.push([NOBODY, free]);

  const rows: OffsetRow[] = [];
  for (const [owner, partitions] of sections) {
    const ends = await endOffsets(cluster, partitions, timeoutMs);
    for (const { topic, partition } of sorted(partitions)) {
      const name = partitionName({ topic, partition });
      const current = byName.get(name);
      const end = ends.get(name) ?? null;
      rows.push({
        groupId,
        topic,
        partition,
        currentOffset: current?.offset ?? null,
        logEndOffset: end,
        lag: current === undefined || end === null ? null : end - current.offset,
        leaderEpoch: current === undefined || current.leaderEpoch < 0 ? null : current.leaderEpoch,
        ...owner,
      });
    }
  }
  return { groupId, state, rows };
}

function ownerOf({ memberId, host, clientId }: GroupMember): Owner {
  return { consumerId: memberId, host, clientId };
}

export function sorted<T extends TopicPartition>(partitions: readonly T[]): T[] {
  return [...partitions].sort((a, b) => {
    if (a.topic === b.topic) return a.partition - b.partition;
    return a.topic < b.topic ? -1 : 1;
  });
}

/** Where the logs end, by partition name; leaderless partitions are left out. */
async function endOffsets(
  cluster: Cluster,
  partitions: readonly TopicPartition[],
  timeoutMs: number,
): Promise<Map<string, Offset>> {
  const leaderless = await leaderlessPartitions(cluster, partitions);
  const led = partitions.filter((one) => !leaderless.has(partitionName(one)));
  return logOffsets(cluster, led, OFFSET_SPECS.latest, timeoutMs);
}

/** Offsets by partition name. Throws JavaError for the first that fails. */
export async function logOffsets(
  cluster: Cluster,
  partitions: readonly TopicPartition[],
  timestampMs: bigint,
  timeoutMs: number,
): Promise<Map<string, Offset>> {
  return failingAs(wrappedFailure, async () => {
    const queries = partitions.map(({ topic, partition }) => ({ topic, partition, timestampMs }));
    const found = await listOffsets(cluster, queries, { timeoutMs });
    const failed = found.find(({ error }) => error !== null);
    if (failed?.error) throw failed.error;
    return new Map(found.map((one) => [partitionName(one), one.offset]));
  });
}
