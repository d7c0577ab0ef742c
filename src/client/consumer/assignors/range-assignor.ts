import {
  type AssignableTopics,
  type Assignor,
  compareMembers,
  type GroupAssignment,
  type GroupSubscription,
  nobodyHasAny,
} from './assignor.ts';

/**
 * Gives each topic's partitions in ranges to the members subscribed to it; the first ones get one more when it does not come out
 * even. Where racks of members and replicas are known and differ, members get partitions with a replica in their rack as far as that
 * keeps the shares, and topics with the same members and sizes go together. Source: Java's RangeAssignor (KIP-881).
 */
export const rangeAssignor: Assignor = {
  name: 'range',
  isCooperative: false,
  userData: () => null,
  onAssignment: () => undefined,
  assign: assignRanges,
};

export function assignRanges(members: readonly GroupSubscription[], topics: AssignableTopics): GroupAssignment {
  const result = nobodyHasAny(members);
  const ordered = [...members].sort(compareMembers);
  const shares = [...new Set(ordered.flatMap((one) => one.topics))]
    .sort()
    .filter((topic) => (topics.counts.get(topic) ?? 0) > 0)
    .map((topic) => new TopicShares(topic, ordered, topics, result));
  if (shares.some((one) => one.needsRacks)) assignByRacks(shares);
  for (const one of shares) one.assignRest(() => true);
  for (const partitions of result.values())
    partitions.sort((a, b) => compare(a.topic, b.topic) || a.partition - b.partition);
  return result;
}

function compare(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}

function assignByRacks(shares: readonly TopicShares[]): void {
  const alike = Map.groupBy(shares, (one) => JSON.stringify([one.memberIds, one.left.length]));
  for (const together of alike.values()) {
    if (together.length > 1 && together.some((one) => one.needsRacks)) assignTogether(together);
    for (const one of together)
      if (one.needsRacks) one.assignRest((member, partition) => one.isInRack(member, partition));
  }
}

/** The same partition numbers of all these topics to the same members. */
function assignTogether(shares: readonly TopicShares[]): void {
  const [first] = shares;
  for (const partition of [...(first?.left ?? [])]) {
    const member = first?.members.find((one) =>
      shares.every((share) => share.isInRack(one, partition) && share.room(one) > 0),
    );
    if (member) for (const share of shares) share.give(member, [partition]);
  }
}

/** One topic: who may get how many of its partitions. */
class TopicShares {
  readonly members: readonly GroupSubscription[];
  readonly needsRacks: boolean;
  /** Unassigned, in order. */
  left: number[];
  private readonly topic: string;
  private readonly topics: AssignableTopics;
  private readonly result: GroupAssignment;
  private readonly share: number;
  private withOneMore: number;
  private readonly given = new Map<string, number>();

  constructor(topic: string, members: readonly GroupSubscription[], topics: AssignableTopics, result: GroupAssignment) {
    const count = topics.counts.get(topic) ?? 0;
    this.topic = topic;
    this.topics = topics;
    this.result = result;
    this.members = members.filter((one) => one.topics.includes(topic));
    this.left = Array.from({ length: count }, (_, partition) => partition);
    this.share = Math.floor(count / this.members.length);
    this.withOneMore = count % this.members.length;
    this.needsRacks = this.racksMatter();
  }

  get memberIds(): string[] {
    return this.members.map((one) => one.memberId);
  }

  /** How many more partitions the member may get. */
  room({ memberId }: GroupSubscription): number {
    return Math.max(0, this.share + (this.withOneMore > 0 ? 1 : 0) - (this.given.get(memberId) ?? 0));
  }

  isInRack({ rackId }: GroupSubscription, partition: number): boolean {
    return !rackId || this.topics.racksOf({ topic: this.topic, partition }).has(rackId);
  }

  give({ memberId }: GroupSubscription, partitions: readonly number[]): void {
    if (partitions.length === 0) return;
    this.left = this.left.filter((one) => !partitions.includes(one));
    const before = this.given.get(memberId) ?? 0;
    this.given.set(memberId, before + partitions.length);
    if (before <= this.share && before + partitions.length > this.share) this.withOneMore--;
    for (const partition of partitions) this.result.get(memberId)?.push({ topic: this.topic, partition });
  }

  assignRest(may: (member: GroupSubscription, partition: number) => boolean): void {
    for (const member of this.members) {
      this.give(member, this.left.filter((one) => may(member, one)).slice(0, this.room(member)));
    }
  }

  /** Not when every partition is in every rack, or no member is in a rack of the topic. */
  private racksMatter(): boolean {
    const racks = this.left.map((partition) => this.topics.racksOf({ topic: this.topic, partition }));
    const all = new Set(racks.flatMap((one) => [...one]));
    const isAnyMemberThere = this.members.some((one) => one.rackId && all.has(one.rackId));
    return isAnyMemberThere && !racks.every((one) => one.size === all.size);
  }
}
