import { Reader } from '../../protocol/primitives.ts';
import { consumerProtocolAssignment, consumerProtocolSubscription } from '../../protocol/records/clients.ts';
import { type TopicPartition } from './assigned-partition.ts';

/** The newest version Java's clients write; any member reads any version, as later ones only add fields. */
const VERSION = 3;
const NEWEST_KNOWN = consumerProtocolSubscription.versions.last;

/** What a member says about itself when it joins: int16 version, ConsumerProtocolSubscription. */
export function encodeSubscription(topics: readonly string[]): Buffer {
  // Java sorts topics, so that equal subscriptions are equal bytes.
  return versioned(consumerProtocolSubscription.encode({ topics: [...topics].sort() }, VERSION));
}

/** Topics of a subscription of any version. Throws MalformedBytesError. */
export function decodeSubscription(bytes: Buffer): string[] {
  const reader = new Reader(bytes);
  return consumerProtocolSubscription.read(reader, knownVersion(reader.int16())).topics;
}

/** What a leader gives a member: int16 version, ConsumerProtocolAssignment. */
export function encodeAssignment(partitions: readonly TopicPartition[]): Buffer {
  const assignedPartitions = [...Map.groupBy(partitions, (one) => one.topic)].map(([topic, members]) => ({
    topic,
    partitions: members.map((one) => one.partition),
  }));
  return versioned(consumerProtocolAssignment.encode({ assignedPartitions }, VERSION));
}

/** Throws MalformedBytesError. Nothing at all is an empty assignment. */
export function decodeAssignment(bytes: Buffer): TopicPartition[] {
  if (bytes.length === 0) return [];
  const reader = new Reader(bytes);
  const { assignedPartitions } = consumerProtocolAssignment.read(reader, knownVersion(reader.int16()));
  return assignedPartitions.flatMap(({ topic, partitions }) => partitions.map((partition) => ({ topic, partition })));
}

function knownVersion(version: number): number {
  return Math.min(Math.max(version, 0), NEWEST_KNOWN);
}

function versioned(struct: Buffer): Buffer {
  const bytes = Buffer.alloc(2 + struct.length);
  bytes.writeInt16BE(VERSION);
  struct.copy(bytes, 2);
  return bytes;
}

export interface GroupSubscription {
  readonly memberId: string;
  /** Static members are ordered by it, before all others, so that a restart keeps their partitions. */
  readonly groupInstanceId?: string | null;
  readonly topics: readonly string[];
}

/**
 * Gives each topic's partitions in ranges to the members subscribed to it; the first ones get one more when it does not come out
 * even. Every member is in the result. Source: Java's RangeAssignor without racks.
 */
export function assignRanges(
  members: readonly GroupSubscription[],
  partitionCounts: ReadonlyMap<string, number>,
): Map<string, TopicPartition[]> {
  const result = new Map<string, TopicPartition[]>(members.map((one) => [one.memberId, []]));
  const ordered = [...members].sort(compareMembers);
  for (const topic of [...new Set(ordered.flatMap((one) => one.topics))].sort()) {
    const subscribed = ordered.filter((one) => one.topics.includes(topic));
    const partitionCount = partitionCounts.get(topic) ?? 0;
    const share = Math.floor(partitionCount / subscribed.length);
    const withOneMore = partitionCount % subscribed.length;
    let next = 0;
    for (const [index, { memberId }] of subscribed.entries()) {
      const end = next + share + (index < withOneMore ? 1 : 0);
      for (; next < end; next++) result.get(memberId)?.push({ topic, partition: next });
    }
  }
  return result;
}

/** Source: Java's MemberInfo.compareTo. */
function compareMembers(a: GroupSubscription, b: GroupSubscription): number {
  const first = a.groupInstanceId ?? null;
  const second = b.groupInstanceId ?? null;
  if (first !== null && second !== null) return first < second ? -1 : 1;
  if (first !== null) return -1;
  if (second !== null) return 1;
  return a.memberId < b.memberId ? -1 : 1;
}
