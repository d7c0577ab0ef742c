import { type TopicPartition } from '../assigned-partition.ts';
import { type Subscription } from '../consumer-protocol.ts';

/** A member as the leader of its group sees it. */
export interface GroupSubscription extends Subscription {
  readonly memberId: string;
  readonly groupInstanceId?: string | null;
}

/** What is there to assign. */
export interface AssignableTopics {
  /** Partitions by topic; a topic that is not there has none. */
  readonly counts: ReadonlyMap<string, number>;
  /** Racks of the replicas of a partition; empty: not known. */
  racksOf(partition: TopicPartition): ReadonlySet<string>;
}

/** Partitions by member id; every member is in it. */
export type GroupAssignment = Map<string, TopicPartition[]>;

/** A partition assignor of Java's consumer. */
export interface Assignor {
  /** On the wire. */
  readonly name: string;
  /** Members keep what they own during a rebalance, and give up only what they are asked to. */
  readonly isCooperative: boolean;
  /** What it wants to tell the next leader. */
  userData(): Buffer | null;
  assign(members: readonly GroupSubscription[], topics: AssignableTopics): GroupAssignment;
  /** What this member was given. */
  onAssignment(partitions: readonly TopicPartition[], generation: number): void;
}

/** Static members are ordered by instance id, before all others, so that a restart keeps their partitions. Source: MemberInfo.compareTo. */
export function compareMembers(a: GroupSubscription, b: GroupSubscription): number {
  const first = a.groupInstanceId ?? null;
  const second = b.groupInstanceId ?? null;
  if (first !== null && second !== null) return first < second ? -1 : 1;
  if (first !== null) return -1;
  if (second !== null) return 1;
  return a.memberId < b.memberId ? -1 : 1;
}

export function nobodyHasAny(members: readonly GroupSubscription[]): GroupAssignment {
  return new Map(members.map((one) => [one.memberId, []]));
}

/** Partitions of all subscribed topics, by topic, then number. */
export function allPartitions(members: readonly GroupSubscription[], topics: AssignableTopics): TopicPartition[] {
  const names = [...new Set(members.flatMap((one) => one.topics))].sort();
  return names.flatMap((topic) =>
    Array.from({ length: topics.counts.get(topic) ?? 0 }, (_, partition) => ({ topic, partition })),
  );
}
