import { type Uuid } from '../../protocol/primitives.ts';
import { type Assignment, filter, topicsOf } from './topic-assignment.ts';

export interface AssignorMember {
  readonly memberId: string;
  /** Static members sort by it, so that their share outlives their member id. */
  readonly instanceId: string | null;
  readonly topicIds: ReadonlySet<Uuid>;
  /** The target so far: sticky assignors keep of it what they can. */
  readonly current: Assignment;
}

/** Every partition of each topic that somebody subscribed to goes to exactly one of its subscribers. */
export type Assignor = (
  members: readonly AssignorMember[],
  partitionCounts: ReadonlyMap<Uuid, number>,
) => Map<string, Assignment>;

/** The server's assignors by name (KIP-848). */
export const ASSIGNORS: ReadonlyMap<string, Assignor> = new Map([
  ['uniform', assignUniformly],
  ['range', assignRanges],
]);

/** Consecutive partitions to the subscribers in order, topic by topic; the first ones get one more. */
export function assignRanges(
  members: readonly AssignorMember[],
  partitionCounts: ReadonlyMap<Uuid, number>,
): Map<string, Assignment> {
  const shares = new Map(members.map(({ memberId }) => [memberId, new Map<Uuid, Set<number>>()]));
  const order = ({ instanceId, memberId }: AssignorMember) => instanceId ?? memberId;
  const sorted = [...members].sort((one, other) => (order(one) < order(other) ? -1 : 1));
  for (const [topicId, count] of partitionCounts) {
    const subscribers = sorted.filter(({ topicIds }) => topicIds.has(topicId));
    let first = 0;
    subscribers.forEach(({ memberId }, i) => {
      const length = Math.floor(count / subscribers.length) + (i < count % subscribers.length ? 1 : 0);
      if (length > 0) shares.get(memberId)?.set(topicId, new Set(Array.from({ length }, (_, at) => first + at)));
      first += length;
    });
  }
  return shares;
}

/** A member's share under way. */
class Share {
  readonly memberId: string;
  readonly topicIds: ReadonlySet<Uuid>;
  readonly partitions = new Map<Uuid, Set<number>>();
  count = 0;

  constructor({ memberId, topicIds }: AssignorMember) {
    this.memberId = memberId;
    this.topicIds = topicIds;
  }

  add(topicId: Uuid, partition: number): void {
    const known = this.partitions.get(topicId);
    if (known === undefined) this.partitions.set(topicId, new Set([partition]));
    else known.add(partition);
    this.count++;
  }

  remove(topicId: Uuid, partition: number): void {
    const known = this.partitions.get(topicId);
    if (!known?.delete(partition)) return;
    if (known.size === 0) this.partitions.delete(topicId);
    this.count--;
  }
}

function leastLoaded(shares: readonly Share[]): Share | undefined {
  let least = shares[0];
  for (const share of shares) if (least === undefined || share.count < least.count) least = share;
  return least;
}

function haveOneSubscription([first, ...others]: readonly AssignorMember[]): boolean {
  const wanted = [...(first?.topicIds ?? [])];
  return others.every(({ topicIds }) => topicIds.size === wanted.length && wanted.every((one) => topicIds.has(one)));
}

/** The first member that has each partition; nobody has those that are free. */
function ownersOf(members: readonly AssignorMember[]): ReadonlyMap<Uuid, ReadonlyMap<number, AssignorMember>> {
  const owners = new Map<Uuid, Map<number, AssignorMember>>();
  for (const member of members) {
    for (const [topicId, partitions] of member.current) {
      const ofTopic = owners.get(topicId) ?? new Map<number, AssignorMember>();
      for (const partition of partitions) if (!ofTopic.has(partition)) ofTopic.set(partition, member);
      owners.set(topicId, ofTopic);
    }
  }
  return owners;
}

/**
 * Even numbers of partitions over all topics, moving as few as possible, where everybody wants the same topics. Each keeps
 * what fits into its quota; the free partitions, in their order, fill up the members in theirs. Where there is a choice the
 * last ones get one more. Source: kafka 4.3 UniformHomogeneousAssignmentBuilder.
 */
function assignEvenly(
  members: readonly AssignorMember[],
  partitionCounts: ReadonlyMap<Uuid, number>,
): Map<string, Assignment> {
  const counts = new Map([...partitionCounts].filter(([topicId]) => members[0]?.topicIds.has(topicId)));
  const owners = ownersOf(members);
  const free: { readonly topicId: Uuid; readonly partition: number }[] = [];
  let total = 0;
  for (const [topicId, count] of counts) {
    for (let partition = 0; partition < count; partition++) {
      if (!owners.get(topicId)?.has(partition)) free.push({ topicId, partition });
    }
    total += count;
  }
  const quota = Math.floor(total / members.length);
  let extraCount = total % members.length;
  const unfilled: { readonly share: Share; readonly missing: number }[] = [];
  const shares = members.map((member, i) => {
    const share = new Share(member);
    const hasExtra = extraCount > 0;
    const limit = quota + (hasExtra ? 1 : 0);
    for (const { topicId, partitions } of topicsOf(member.current)) {
      for (const partition of partitions) {
        const isMine = owners.get(topicId)?.get(partition) === member && partition < (counts.get(topicId) ?? 0);
        if (isMine && share.count < limit) share.add(topicId, partition);
        else if (isMine) free.push({ topicId, partition });
      }
    }
    // Those behind may keep a larger share: as long as there are enough of them, none is filled up here.
    const givesExtraUp = hasExtra && share.count < limit && members.length - i > extraCount;
    const missing = limit - share.count - (givesExtraUp ? 1 : 0);
    if (missing > 0) unfilled.push({ share, missing });
    if (hasExtra && !givesExtraUp) extraCount--;
    return share;
  });
  let at = 0;
  for (const { share, missing } of unfilled) {
    for (const { topicId, partition } of free.slice(at, at + missing)) share.add(topicId, partition);
    at += missing;
  }
  return new Map(shares.map(({ memberId, partitions }) => [memberId, partitions]));
}

/** The uniform assignor: even shares, few moves. */
export function assignUniformly(
  members: readonly AssignorMember[],
  partitionCounts: ReadonlyMap<Uuid, number>,
): Map<string, Assignment> {
  return haveOneSubscription(members)
    ? assignEvenly(members, partitionCounts)
    : assignBySubscription(members, partitionCounts);
}

/**
 * Even numbers of partitions over all topics, moving as few as possible. Free partitions go to the subscriber with the least;
 * then one at a time moves from a member to another subscriber with at least two fewer, until there is none: every move
 * lowers the sum of squares, so this ends.
 */
function assignBySubscription(
  members: readonly AssignorMember[],
  partitionCounts: ReadonlyMap<Uuid, number>,
): Map<string, Assignment> {
  const shares = members.map((member) => new Share(member));
  const owners = new Map<Uuid, (Share | undefined)[]>();
  for (const [topicId, length] of partitionCounts) owners.set(topicId, Array.from({ length }));
  members.forEach((member, i) => {
    const share = shares[i] as Share;
    filter(member.current, (topicId, partition) => {
      const ofTopic = owners.get(topicId);
      const isKept =
        member.topicIds.has(topicId) &&
        ofTopic !== undefined &&
        partition < ofTopic.length &&
        ofTopic[partition] === undefined;
      if (isKept) {
        ofTopic[partition] = share;
        share.add(topicId, partition);
      }
      return isKept;
    });
  });
  const subscribers = new Map(
    [...owners.keys()].map((topicId) => [topicId, shares.filter(({ topicIds }) => topicIds.has(topicId))]),
  );
  for (const [topicId, ofTopic] of owners) {
    for (let partition = 0; partition < ofTopic.length; partition++) {
      if (ofTopic[partition] !== undefined) continue;
      const share = leastLoaded(subscribers.get(topicId) ?? []);
      share?.add(topicId, partition);
      ofTopic[partition] = share;
    }
  }
  for (let hasMoved = true; hasMoved; ) {
    hasMoved = false;
    for (const [topicId, ofTopic] of owners) {
      for (let partition = ofTopic.length - 1; partition >= 0; partition--) {
        const owner = ofTopic[partition];
        const least = leastLoaded(subscribers.get(topicId) ?? []);
        if (owner === undefined || least === undefined || owner.count - least.count < 2) continue;
        owner.remove(topicId, partition);
        least.add(topicId, partition);
        ofTopic[partition] = least;
        hasMoved = true;
      }
    }
  }
  return new Map(shares.map(({ memberId, partitions }) => [memberId, partitions]));
}
