import { Reader } from '../../protocol/primitives.ts';
import { consumerProtocolAssignment, consumerProtocolSubscription } from '../../protocol/records/clients.ts';
import { partitionName, type TopicPartition } from './assigned-partition.ts';

/** The newest version Java's clients write; any member reads any version, as later ones only add fields. */
const VERSION = 3;
const NEWEST_KNOWN = consumerProtocolSubscription.versions.last;

/** What a member says about itself when it joins. */
export interface Subscription {
  readonly topics: readonly string[];
  /** Of the assignor; null: none. */
  readonly userData?: Buffer | null;
  readonly ownedPartitions?: readonly TopicPartition[];
  /** In which `ownedPartitions` were assigned; -1: none. */
  readonly generationId?: number;
  readonly rackId?: string | null;
}

/** int16 version, ConsumerProtocolSubscription. */
export function encodeSubscription(subscription: Subscription): Buffer {
  const { topics, userData = null, ownedPartitions = [], generationId = -1, rackId = null } = subscription;
  const struct = {
    // Java sorts, so that equal subscriptions are equal bytes.
    topics: [...topics].sort(),
    userData,
    ownedPartitions: byTopic(inOrder(ownedPartitions)),
    generationId,
    rackId,
  };
  return versioned(consumerProtocolSubscription.encode(struct, VERSION));
}

/** A subscription of any version. Throws MalformedBytesError. */
export function decodeSubscription(bytes: Buffer): Required<Subscription> {
  const reader = new Reader(bytes);
  const struct = consumerProtocolSubscription.read(reader, knownVersion(reader.int16()));
  return { ...struct, ownedPartitions: flat(struct.ownedPartitions) };
}

/** What a leader gives a member: int16 version, ConsumerProtocolAssignment. */
export function encodeAssignment(partitions: readonly TopicPartition[]): Buffer {
  return versioned(consumerProtocolAssignment.encode({ assignedPartitions: byTopic(partitions) }, VERSION));
}

/** Throws MalformedBytesError. Nothing at all is an empty assignment. */
export function decodeAssignment(bytes: Buffer): TopicPartition[] {
  if (bytes.length === 0) return [];
  const reader = new Reader(bytes);
  return flat(consumerProtocolAssignment.read(reader, knownVersion(reader.int16())).assignedPartitions);
}

/** By topic, then number. */
export function inOrder(partitions: readonly TopicPartition[]): TopicPartition[] {
  return [...partitions].sort((a, b) => (a.topic === b.topic ? a.partition - b.partition : a.topic < b.topic ? -1 : 1));
}

/** Those of the first that are not in the second. */
export function without(partitions: readonly TopicPartition[], others: readonly TopicPartition[]): TopicPartition[] {
  const names = new Set(others.map(partitionName));
  return partitions.filter((one) => !names.has(partitionName(one)));
}

interface TopicPartitions {
  readonly topic: string;
  readonly partitions: number[];
}

export function byTopic(partitions: readonly TopicPartition[]): TopicPartitions[] {
  return [...Map.groupBy(partitions, (one) => one.topic)].map(([topic, members]) => ({
    topic,
    partitions: members.map((one) => one.partition),
  }));
}

export function flat(topics: readonly TopicPartitions[]): TopicPartition[] {
  return topics.flatMap(({ topic, partitions }) => partitions.map((partition) => ({ topic, partition })));
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
