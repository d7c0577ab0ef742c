import { partitionName, type TopicPartition } from '../assigned-partition.ts';
import { inOrder } from '../consumer-protocol.ts';
import { type AssignableTopics, allPartitions, type GroupAssignment, type GroupSubscription } from './assignor.ts';

/** What a member said it owned. */
export interface Owned {
  readonly partitions: readonly TopicPartition[];
  /** -1: it does not know. */
  readonly generation: number;
}

/**
 * An assignment that is as even as the subscriptions allow, and leaves partitions where they are as far as that stays so. Of two
 * members that claim a partition the one with the newer generation has it; of two in the same generation neither.
 * Source: Java's AbstractStickyAssignor.
 */
export function assignSticky(
  members: readonly GroupSubscription[],
  topics: AssignableTopics,
  ownedBy: (member: GroupSubscription) => Owned,
): GroupAssignment {
  const ordered = [...members].sort((a, b) => (a.memberId < b.memberId ? -1 : 1));
  const all = allPartitions(ordered, topics);
  const claims = validClaims(ordered, all, ownedBy);
  const isSame = ordered.every((one) => sameTopics(one, ordered[0] as GroupSubscription));
  const result = isSame ? assignQuotas(ordered, all, claims) : balance(ordered, all, claims);
  for (const [memberId, partitions] of result) result.set(memberId, inOrder(partitions));
  return result;
}

type Claims = ReadonlyMap<string, readonly TopicPartition[]>;

function sameTopics(a: GroupSubscription, b: GroupSubscription): boolean {
  return a.topics.length === b.topics.length && [...a.topics].sort().join() === [...b.topics].sort().join();
}

function validClaims(
  members: readonly GroupSubscription[],
  all: readonly TopicPartition[],
  ownedBy: (member: GroupSubscription) => Owned,
): Claims {
  const existing = new Set(all.map(partitionName));
  const owner = new Map<string, { memberId: string | null; generation: number; partition: TopicPartition }>();
  for (const member of members) {
    const { partitions, generation } = ownedBy(member);
    for (const partition of partitions) {
      const name = partitionName(partition);
      if (!existing.has(name) || !member.topics.includes(partition.topic)) continue;
      const other = owner.get(name);
      if (other && other.generation > generation) continue;
      const memberId = other?.generation === generation ? null : member.memberId;
      owner.set(name, { memberId, generation, partition });
    }
  }
  const claims = new Map<string, TopicPartition[]>(members.map((one) => [one.memberId, []]));
  for (const { memberId, partition } of owner.values()) if (memberId !== null) claims.get(memberId)?.push(partition);
  for (const [memberId, partitions] of claims) claims.set(memberId, inOrder(partitions));
  return claims;
}

/** Everybody wants the same topics: each gets the share, and as many as need be get one more. */
function assignQuotas(
  members: readonly GroupSubscription[],
  all: readonly TopicPartition[],
  claims: Claims,
): GroupAssignment {
  const result: GroupAssignment = new Map();
  const share = Math.floor(all.length / members.length);
  let withOneMore = all.length % members.length;
  for (const { memberId } of members) {
    const claimed = claims.get(memberId) ?? [];
    const mayHaveMore = withOneMore > 0 && claimed.length > share;
    if (mayHaveMore) withOneMore--;
    result.set(memberId, claimed.slice(0, share + (mayHaveMore ? 1 : 0)));
  }
  const left = without(all, result);
  // In turn, so that neighbours go to different members.
  while (left.length > 0) {
    for (const { memberId } of members) {
      const partitions = result.get(memberId) ?? [];
      const isFull = partitions.length >= share + (withOneMore > 0 ? 1 : 0) || partitions.length > share;
      if (isFull || (partitions.length === share && hasLess(result, share))) continue;
      const next = left.shift();
      if (next === undefined) break;
      partitions.push(next);
      if (partitions.length > share) withOneMore--;
    }
  }
  return result;
}

function hasLess(result: GroupAssignment, share: number): boolean {
  return [...result.values()].some((one) => one.length < share);
}

function without(all: readonly TopicPartition[], assigned: GroupAssignment): TopicPartition[] {
  const taken = new Set([...assigned.values()].flat().map(partitionName));
  return all.filter((one) => !taken.has(partitionName(one)));
}

/** Members want different topics: start from what is, then move partitions from full members to emptier ones until none can be moved. */
function balance(
  members: readonly GroupSubscription[],
  all: readonly TopicPartition[],
  claims: Claims,
): GroupAssignment {
  const result: GroupAssignment = new Map(members.map(({ memberId }) => [memberId, [...(claims.get(memberId) ?? [])]]));
  const size = ({ memberId }: GroupSubscription): number => result.get(memberId)?.length ?? 0;
  const emptiest = (topic: string): GroupSubscription | undefined => {
    let best: GroupSubscription | undefined;
    for (const one of members) if (one.topics.includes(topic) && (!best || size(one) < size(best))) best = one;
    return best;
  };
  const wanting = new Map(all.map(({ topic }) => [topic, members.filter((one) => one.topics.includes(topic)).length]));
  // Those that few members can take come first.
  const left = without(all, result).sort((a, b) => (wanting.get(a.topic) ?? 0) - (wanting.get(b.topic) ?? 0));
  for (const partition of left) result.get(emptiest(partition.topic)?.memberId ?? '')?.push(partition);
  for (let isMoving = true; isMoving; ) {
    isMoving = false;
    for (const member of members) {
      for (const partition of [...(result.get(member.memberId) ?? [])]) {
        const other = emptiest(partition.topic);
        if (!other || size(member) - size(other) < 2) continue;
        const kept = (result.get(member.memberId) ?? []).filter((one) => one !== partition);
        result.set(member.memberId, kept);
        result.get(other.memberId)?.push(partition);
        isMoving = true;
      }
    }
  }
  return result;
}
