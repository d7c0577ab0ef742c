import { KafkaError } from '../../protocol/errors.ts';
import { type ConsumerChange } from './consumer-change.ts';
import { type ConsumerMember, STATIC_AWAY_EPOCH } from './consumer-member.ts';
import { type Assignment, minus, NOTHING } from './topic-assignment.ts';

/** Who speaks, in a heartbeat of KIP-848 or in a JoinGroup of the classic protocol. */
export interface Speaker {
  readonly memberId: string;
  readonly instanceId: string | null;
  /** Not looked at in a classic JoinGroup. */
  readonly memberEpoch: number;
  readonly owned: Assignment | null;
  /** Becomes a member where it is none. */
  readonly isJoin: boolean;
  readonly isClassic: boolean;
}

function checkEpoch(member: ConsumerMember, received: number, owned: Assignment | null): void {
  const { memberEpoch, previousMemberEpoch, assigned } = member;
  if (received === memberEpoch) return;
  const isGreater = received > memberEpoch;
  // The answer with the new epoch may have been lost: a retry is welcome when it holds nothing that was taken away.
  const isRetry = received === previousMemberEpoch && owned !== null && minus(owned, assigned).size === 0;
  if (!isGreater && isRetry) return;
  throw new KafkaError(
    'FENCED_MEMBER_EPOCH',
    `The consumer group member has a ${isGreater ? 'greater' : 'smaller'} member epoch (${received}) than the one known by the group coordinator (${memberEpoch}). The member must abandon all its partitions and rejoin.`,
  );
}

/** Throws UNKNOWN_MEMBER_ID, FENCED_INSTANCE_ID. */
export function checkInstance(
  holder: ConsumerMember | undefined,
  instanceId: string,
  memberId: string,
): ConsumerMember {
  if (holder === undefined) throw new KafkaError('UNKNOWN_MEMBER_ID', `Instance id ${instanceId} is unknown.`);
  if (holder.memberId === memberId) return holder;
  const text = `Static member ${memberId} with instance id ${instanceId} was fenced by member ${holder.memberId}.`;
  throw new KafkaError('FENCED_INSTANCE_ID', text);
}

export interface Admission {
  /** Undefined for one that was no member before. */
  readonly known: ConsumerMember | undefined;
  /** The member whose place it takes (KIP-345). */
  readonly previousId: string | null;
}

/** The member that speaks. Throws KafkaError with the text clients are given. */
export function admit(change: ConsumerChange, speaker: Speaker): Admission {
  const { memberId, memberEpoch, instanceId, owned, isJoin, isClassic } = speaker;
  const { group } = change;
  if (instanceId === null) {
    if (isJoin) return { known: group.members.get(memberId), previousId: null };
    const member = group.requireMember(memberId);
    checkEpoch(member, memberEpoch, owned);
    return { known: member, previousId: null };
  }
  const holder = group.staticMember(instanceId);
  if (!isJoin) {
    const member = checkInstance(holder, instanceId, memberId);
    if (!isClassic) checkEpoch(member, memberEpoch, owned);
    return { known: member, previousId: null };
  }
  if (holder === undefined) return { known: group.members.get(memberId), previousId: null };
  // Classic members never say that they go for a while: their place is taken at once, and given at once.
  if (!isClassic && holder.classic === null && holder.memberEpoch !== STATIC_AWAY_EPOCH) {
    throw new KafkaError(
      'UNRELEASED_INSTANCE_ID',
      `Static member ${memberId} with instance id ${instanceId} cannot join the group because the instance id is owned by ${holder.memberId} member.`,
    );
  }
  return {
    known: takePlace(change, holder, memberId),
    previousId: holder.memberId === memberId ? null : holder.memberId,
  };
}

function takePlace(change: ConsumerChange, holder: ConsumerMember, memberId: string): ConsumerMember {
  const returned: ConsumerMember = {
    ...holder,
    memberId,
    memberEpoch: 0,
    previousMemberEpoch: 0,
    state: 'Stable',
    pendingRevocation: NOTHING,
  };
  if (holder.memberId !== memberId) {
    const target = change.group.targetOf(holder.memberId);
    change.removeMember(holder.memberId);
    change.setMember(returned);
    change.setTarget(memberId, target);
  }
  change.setCurrent(memberId, returned);
  return returned;
}
