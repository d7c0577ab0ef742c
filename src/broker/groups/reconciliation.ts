import { KafkaError } from '../../protocol/errors.ts';
import { type Uuid } from '../../protocol/primitives.ts';
import { type ConsumerMember } from './consumer-member.ts';
import {
  type Assignment,
  type AssignmentEpochs,
  filter,
  has,
  intersection,
  minus,
  NOTHING,
  union,
} from './topic-assignment.ts';

export interface Target {
  readonly epoch: number;
  readonly assignment: Assignment;
}

/** What a reconciliation leads to; the rest of the member stays. */
export type Reconciled = Pick<
  ConsumerMember,
  'memberEpoch' | 'previousMemberEpoch' | 'state' | 'assigned' | 'pendingRevocation' | 'assignmentEpochs'
>;

/** What a member says, and how things are around it. */
export interface Circumstances {
  readonly target: Target;
  /** What it works on; null when it said nothing new. */
  readonly owned: Assignment | null;
  /** It wants other topics than before: what it no longer wants is asked back at once, before there is a new target. */
  readonly isResubscribed: boolean;
  readonly isSubscribedTo: (topicId: Uuid) => boolean;
  readonly isHeldByOthers: (topicId: Uuid, partition: number) => boolean;
}

/**
 * One step of a member towards its target (KIP-848: revoke before assign). A partition goes to a member only when nobody
 * else has it, and is never given for a topic the member does not want any more. Throws FENCED_MEMBER_EPOCH for a member in
 * a state that only a later version knows. Source: kafka 4.3 CurrentAssignmentBuilder.
 */
export function reconcile(member: ConsumerMember, around: Circumstances): Reconciled {
  const { target, owned, isResubscribed } = around;
  const owns = (partitions: Assignment) => owned === null || intersection(partitions, owned).size > 0;
  switch (member.state) {
    case 'Stable':
      if (member.memberEpoch !== target.epoch) return towardsTarget(member, around, owns);
      return isResubscribed ? withoutUnsubscribed(member, around, owns) : member;
    case 'UnrevokedPartitions':
      if (!owns(member.pendingRevocation)) return towardsTarget(member, around, owns);
      return isResubscribed ? withoutUnsubscribed(member, around, owns) : member;
    case 'UnreleasedPartitions':
      return towardsTarget(member, around, owns);
    default:
      if (owned?.size === 0) return towardsTarget({ ...member, memberEpoch: target.epoch }, around, owns);
      throw new KafkaError(
        'FENCED_MEMBER_EPOCH',
        'The consumer group member is in a unknown state. The member must abandon all its partitions and rejoin.',
      );
  }
}

function withoutUnsubscribed(
  member: ConsumerMember,
  { isSubscribedTo }: Circumstances,
  owns: (partitions: Assignment) => boolean,
): Reconciled {
  const { memberEpoch } = member;
  const assigned = filter(member.assigned, isSubscribedTo);
  const unwanted = minus(member.assigned, assigned);
  if (unwanted.size === 0) return member;
  const moved = { ...member, memberEpoch, previousMemberEpoch: memberEpoch, assigned };
  const pendingRevocation = union(member.pendingRevocation, unwanted);
  return owns(pendingRevocation) ? { ...moved, state: 'UnrevokedPartitions', pendingRevocation } : moved;
}

function towardsTarget(
  member: ConsumerMember,
  { target, isSubscribedTo, isHeldByOthers }: Circumstances,
  owns: (partitions: Assignment) => boolean,
): Reconciled {
  const { memberEpoch: previousMemberEpoch, assignmentEpochs: epochs } = member;
  const wanted = filter(target.assignment, isSubscribedTo);
  const kept = intersection(member.assigned, wanted);
  const revoked = minus(member.assigned, kept);
  if (revoked.size > 0 && owns(revoked)) {
    // It keeps its epoch until it has let go, so that its last commits are taken.
    return {
      memberEpoch: member.memberEpoch,
      previousMemberEpoch,
      state: 'UnrevokedPartitions',
      assigned: kept,
      pendingRevocation: revoked,
      assignmentEpochs: epochs,
    };
  }
  const missing = minus(wanted, kept);
  const free = filter(missing, (topicId, partition) => !isHeldByOthers(topicId, partition));
  const isWaiting = minus(missing, free).size > 0;
  return {
    memberEpoch: target.epoch,
    previousMemberEpoch,
    state: isWaiting ? 'UnreleasedPartitions' : 'Stable',
    assigned: free.size === 0 ? kept : union(kept, free),
    pendingRevocation: NOTHING,
    assignmentEpochs: joinEpochs(kept, epochs, free, target.epoch),
  };
}

/** Kept partitions keep their epochs, new ones get the given one. */
function joinEpochs(kept: Assignment, epochs: AssignmentEpochs, added: Assignment, epoch: number): AssignmentEpochs {
  const all = new Map<Uuid, Map<number, number>>();
  const put = (assignment: Assignment, epochOf: (topicId: Uuid, partition: number) => number) => {
    for (const [topicId, partitions] of assignment) {
      const ofTopic = all.get(topicId) ?? new Map<number, number>();
      for (const partition of partitions) ofTopic.set(partition, epochOf(topicId, partition));
      all.set(topicId, ofTopic);
    }
  };
  put(kept, (topicId, partition) => epochs.get(topicId)?.get(partition) ?? epoch);
  put(added, () => epoch);
  return all;
}

/** Whether a member may be given what it waits for: nobody holds any of it now (kafka 4.3 waitingOnUnreleasedPartition). */
export function isWaitingForOthers(
  member: ConsumerMember,
  target: Assignment,
  isHeld: (topicId: Uuid, partition: number) => boolean,
): boolean {
  if (member.state !== 'UnreleasedPartitions') return false;
  for (const [topicId, partitions] of target) {
    for (const partition of partitions) {
      if (!has(member.assigned, topicId, partition) && isHeld(topicId, partition)) return true;
    }
  }
  return false;
}
