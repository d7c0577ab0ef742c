import { type ConsumerMember } from './consumer-group.ts';
import { type Assignment, filter, has, intersection, minus, NOTHING, union } from './topic-assignment.ts';

export interface Target {
  readonly epoch: number;
  readonly assignment: Assignment;
}

/** What a reconciliation leads to; the rest of the member stays. */
export type Reconciled = Pick<
  ConsumerMember,
  'memberEpoch' | 'previousMemberEpoch' | 'state' | 'assigned' | 'pendingRevocation'
>;

/**
 * One step of a member towards its target (KIP-848: revoke before assign). `owned` null means the member said nothing new
 * about what it works on. A partition goes to a member only when `isHeldByOthers` says that nobody else has it.
 */
export function reconcile(
  member: ConsumerMember,
  target: Target,
  owned: Assignment | null,
  isHeldByOthers: (topicId: string, partition: number) => boolean,
): Reconciled {
  const owns = (partitions: Assignment) =>
    owned === null ? partitions.size > 0 : intersection(partitions, owned).size > 0;
  if (member.state === 'Stable' && member.memberEpoch === target.epoch) return member;
  if (member.state === 'UnrevokedPartitions' && owns(member.pendingRevocation)) return member;

  const kept = intersection(member.assigned, target.assignment);
  const revoked = minus(member.assigned, target.assignment);
  if (revoked.size > 0 && owns(revoked)) {
    // It keeps its epoch until it has let go, so that its last commits are taken.
    const { memberEpoch, previousMemberEpoch } = member;
    return {
      memberEpoch,
      previousMemberEpoch,
      state: 'UnrevokedPartitions',
      assigned: kept,
      pendingRevocation: revoked,
    };
  }
  const missing = minus(target.assignment, kept);
  const free = filter(missing, (topicId, partition) => !isHeldByOthers(topicId, partition));
  const isWaiting = [...missing].some(([topicId, partitions]) =>
    [...partitions].some((one) => !has(free, topicId, one)),
  );
  return {
    memberEpoch: target.epoch,
    previousMemberEpoch: member.memberEpoch,
    state: isWaiting ? 'UnreleasedPartitions' : 'Stable',
    assigned: free.size === 0 ? kept : union(kept, free),
    pendingRevocation: NOTHING,
  };
}
