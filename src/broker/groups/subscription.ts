import { MAX_REQUEST_ELEMENTS, MalformedBytesError, Reader, Writer } from '../../protocol/primitives.ts';
import { consumerProtocolAssignment, consumerProtocolSubscription } from '../../protocol/records/clients.ts';

/** Later versions only add fields behind these, so they are read as this one (protocol guide: member metadata). */
const LAST_VERSION = 3;

export interface NamedPartitions {
  readonly topic: string;
  readonly partitions: readonly number[];
}

/** What a member of the classic protocol tells the leader. */
export interface Subscription {
  readonly version: number;
  readonly topics: readonly string[];
  readonly ownedPartitions: readonly NamedPartitions[];
  readonly rackId: string | null;
}

/** Throws MalformedBytesError. */
export function readSubscription(metadata: Buffer): Subscription {
  const reader = new Reader(metadata, 0, metadata.length, MAX_REQUEST_ELEMENTS);
  const version = reader.int16();
  if (version < 0) throw new MalformedBytesError(`negative version ${version} of a subscription`);
  const read = consumerProtocolSubscription.read(reader, Math.min(version, LAST_VERSION));
  return { version, topics: read.topics, ownedPartitions: read.ownedPartitions, rackId: read.rackId };
}

/** What a leader decided for a member; empty bytes mean nothing. Throws MalformedBytesError. */
export function readAssignment(assignment: Buffer): { partitions: readonly NamedPartitions[]; hasUserData: boolean } {
  if (assignment.length === 0) return { partitions: [], hasUserData: false };
  const reader = new Reader(assignment, 0, assignment.length, MAX_REQUEST_ELEMENTS);
  const version = reader.int16();
  if (version < 0) throw new MalformedBytesError(`negative version ${version} of an assignment`);
  const { assignedPartitions, userData } = consumerProtocolAssignment.read(reader, Math.min(version, LAST_VERSION));
  return { partitions: assignedPartitions, hasUserData: userData !== null && userData.length > 0 };
}

/** An assignment in the version of the member's subscription. */
export function writeAssignment(version: number, partitions: readonly NamedPartitions[]): Buffer {
  const written = Math.min(version, LAST_VERSION);
  const writer = new Writer();
  writer.int16(written);
  const assignedPartitions = partitions.map(({ topic, partitions: of }) => ({ topic, partitions: [...of] }));
  consumerProtocolAssignment.write(writer, { assignedPartitions }, written);
  return writer.toBuffer();
}

/**
 * Topics named in the members' subscriptions; null when one of them does not parse. Every version of the consumer
 * protocol starts with version 0's fields, so only those are read (protocol guide: member metadata).
 */
export function subscribedTopicsOf(subscriptions: readonly Buffer[]): ReadonlySet<string> | null {
  const topics = new Set<string>();
  try {
    for (const subscription of subscriptions) {
      const reader = new Reader(subscription, 0, subscription.length, MAX_REQUEST_ELEMENTS);
      reader.int16();
      for (const topic of consumerProtocolSubscription.read(reader, 0).topics) topics.add(topic);
    }
  } catch (error) {
    if (error instanceof MalformedBytesError) return null;
    throw error;
  }
  return topics;
}
