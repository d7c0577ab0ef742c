import { type Uuid } from '../../protocol/primitives.ts';
import { type Assignment, has } from './topic-assignment.ts';

export const SIMPLE_ASSIGNOR = 'simple';

export interface SharingMember {
  readonly memberId: string;
  readonly topicIds: ReadonlySet<Uuid>;
  /** The target so far: what can be kept of it is. */
  readonly current: Assignment;
}

interface Shared {
  readonly topicId: Uuid;
  readonly partition: number;
  memberCount: number;
}

type Shares = Map<string, Map<Uuid, Set<number>>>;

/**
 * The assignor of share groups (KIP-932): every partition has a member, and with more members than partitions each
 * partition is shared by equally many. Members' shares differ by one at most among subscribers of the same topics.
 */
export function assignSimply(
  members: readonly SharingMember[],
  partitions: ReadonlyMap<Uuid, readonly number[]>,
): Map<string, Assignment> {
  const shares: Shares = new Map(members.map(({ memberId }) => [memberId, new Map()]));
  const subscription = ({ topicIds }: SharingMember) => [...topicIds].sort().join();
  const isHomogeneous = new Set(members.map(subscription)).size <= 1;
  const together = [...partitions].map(([topicId, indexes]) => indexes.map((partition) => ({ topicId, partition })));
  const subscribers = (topicId: Uuid) => members.filter(({ topicIds }) => topicIds.has(topicId));
  if (isHomogeneous)
    shareEvenly(
      members,
      together.flat().filter((one) => members[0]?.topicIds.has(one.topicId)),
      shares,
    );
  else for (const topic of together) shareEvenly(subscribers(topic[0]?.topicId ?? ''), topic, shares);
  return shares;
}

function shareEvenly(
  members: readonly SharingMember[],
  partitions: readonly Pick<Shared, 'topicId' | 'partition'>[],
  shares: Shares,
): void {
  if (members.length === 0 || partitions.length === 0) return;
  const shared: Shared[] = partitions.map((one) => ({ ...one, memberCount: 0 }));
  const sharing = Math.ceil(members.length / shared.length);
  const quota = Math.floor((shared.length * sharing) / members.length);
  let largerQuotas = (shared.length * sharing) % members.length;
  const held = (member: SharingMember) =>
    shared.filter(({ topicId, partition }) => has(member.current, topicId, partition)).length;
  const give = (memberId: string, one: Shared) => {
    const share = shares.get(memberId) as Map<Uuid, Set<number>>;
    const indexes = share.get(one.topicId) ?? new Set();
    share.set(one.topicId, indexes.add(one.partition));
    one.memberCount++;
  };
  // Who holds most keeps most: the larger quotas go to them.
  const byHolding = [...members].sort((one, other) => held(other) - held(one));
  const open = byHolding.map((member) => {
    let left = quota + (largerQuotas-- > 0 ? 1 : 0);
    for (const one of shared) {
      if (left === 0 || one.memberCount >= sharing || !has(member.current, one.topicId, one.partition)) continue;
      give(member.memberId, one);
      left--;
    }
    return { memberId: member.memberId, left };
  });
  for (const member of open) {
    for (; member.left > 0; member.left--) {
      const owned = shares.get(member.memberId);
      let best: Shared | undefined;
      for (const one of shared) {
        if (owned?.get(one.topicId)?.has(one.partition) === true) continue;
        if (best === undefined || one.memberCount < best.memberCount) best = one;
      }
      if (best === undefined) break;
      give(member.memberId, best);
    }
  }
}
