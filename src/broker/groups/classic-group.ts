import { type ErrorName } from '../../protocol/errors.ts';
import { type GroupState, transition } from './group-state.ts';
import { subscribedTopicsOf } from './subscription.ts';
import { type GroupProtocol, type JoinedMember, type JoinResult, type SyncResult } from './types.ts';

export interface ClassicMember {
  readonly memberId: string;
  readonly groupInstanceId: string | null;
  readonly clientId: string;
  readonly clientHost: string;
  rebalanceTimeoutMs: number;
  sessionTimeoutMs: number;
  protocols: readonly GroupProtocol[];
  assignment: Buffer;
  /** Has never completed a join: waiting does not keep its session alive. */
  isNew: boolean;
  /** Set while a JoinGroup is parked. */
  answerJoin: ((result: JoinResult) => void) | null;
  /** Set while a SyncGroup is parked. */
  answerSync: ((result: SyncResult) => void) | null;
}

export const NO_ASSIGNMENT = Buffer.alloc(0);
const CONSUMER_PROTOCOL_TYPE = 'consumer';

export function metadataFor(member: ClassicMember, protocolName: string): Buffer {
  return member.protocols.find(({ name }) => name === protocolName)?.metadata ?? NO_ASSIGNMENT;
}

/** The protocol all members support with the most first choices; the earlier vote wins a tie. */
export function selectProtocol(members: readonly ClassicMember[]): string {
  const offered = members.map(({ protocols }) => protocols.map(({ name }) => name));
  const votes = new Map<string, number>();
  for (const names of offered) {
    const choice = names.find((name) => offered.every((others) => others.includes(name)));
    if (choice === undefined) throw new Error('members of a group without a common protocol');
    votes.set(choice, (votes.get(choice) ?? 0) + 1);
  }
  let best = '';
  for (const [name, count] of votes) if (count > (votes.get(best) ?? 0)) best = name;
  return best;
}

/** A group of the classic protocol: its members and generation. Rules about when it may change live in the room's other files. */
export class ClassicGroup {
  readonly type = 'classic';
  readonly groupId: string;
  state: GroupState;
  previousState: GroupState = 'Dead';
  /** Null for a group read from a record without it (GroupMetadataValue below v2). */
  stateSinceMs: number | null;
  generationId = 0;
  /** Null in a group that only holds offsets (a simple consumer's). */
  protocolType: string | null = null;
  protocolName: string | null = null;
  leaderId: string | null = null;
  /** In the order they joined: the next leader is the first of those who are there. */
  readonly members = new Map<string, ClassicMember>();
  /** Ids handed out with MEMBER_ID_REQUIRED and not used yet. */
  readonly pendingMemberIds = new Set<string>();
  /** Members of the current generation that have not asked for their assignment. */
  readonly pendingSyncMemberIds = new Set<string>();
  /** Null when unknown: no consumer protocol, or a subscription that does not parse. */
  subscribedTopics: ReadonlySet<string> | null = null;
  /** A member came during the initial rebalance: it waits longer. */
  hasNewcomer = false;
  private readonly staticMemberIds = new Map<string, string>();

  constructor(groupId: string, stateSinceMs: number | null, state: 'Empty' | 'Stable' = 'Empty') {
    this.groupId = groupId;
    this.state = state;
    this.stateSinceMs = stateSinceMs;
  }

  get usesConsumerProtocol(): boolean {
    return this.protocolType === CONSUMER_PROTOCOL_TYPE;
  }

  get hasAllMembersJoined(): boolean {
    return this.pendingMemberIds.size === 0 && this.awaitingJoinCount === this.members.size;
  }

  get awaitingJoinCount(): number {
    let count = 0;
    for (const { answerJoin } of this.members.values()) if (answerJoin !== null) count++;
    return count;
  }

  get rebalanceTimeoutMs(): number {
    let longest = 0;
    for (const member of this.members.values()) longest = Math.max(longest, member.rebalanceTimeoutMs);
    return longest;
  }

  staticMemberId(groupInstanceId: string): string | undefined {
    return this.staticMemberIds.get(groupInstanceId);
  }

  isSubscribedTo(topic: string): boolean {
    return this.subscribedTopics?.has(topic) ?? this.usesConsumerProtocol;
  }

  /** Whether a member offering these protocols could be in one generation with the present ones. */
  supports(protocolType: string, protocols: readonly GroupProtocol[]): boolean {
    if (this.state === 'Empty') return protocolType !== '' && protocols.length > 0;
    const members = [...this.members.values()];
    return (
      protocolType === this.protocolType &&
      protocols.some(({ name }) => members.every((member) => member.protocols.some((one) => one.name === name)))
    );
  }

  /** UNKNOWN_MEMBER_ID, FENCED_INSTANCE_ID when another member took over the instance id, or NONE. */
  validateMember(memberId: string, groupInstanceId: string | null): ErrorName {
    if (groupInstanceId !== null) {
      const current = this.staticMemberIds.get(groupInstanceId);
      if (current === undefined) return 'UNKNOWN_MEMBER_ID';
      if (current !== memberId) return 'FENCED_INSTANCE_ID';
    }
    return this.members.has(memberId) ? 'NONE' : 'UNKNOWN_MEMBER_ID';
  }

  add(member: ClassicMember, protocolType: string): void {
    const { groupInstanceId, memberId } = member;
    if (groupInstanceId !== null) this.staticMemberIds.set(groupInstanceId, memberId);
    if (this.members.size === 0) this.protocolType = protocolType;
    this.leaderId ??= memberId;
    this.members.set(memberId, member);
    this.pendingMemberIds.delete(memberId);
  }

  remove(memberId: string): void {
    const member = this.members.get(memberId);
    this.members.delete(memberId);
    this.pendingMemberIds.delete(memberId);
    this.pendingSyncMemberIds.delete(memberId);
    if (member && member.groupInstanceId !== null) this.staticMemberIds.delete(member.groupInstanceId);
    if (this.leaderId === memberId) this.leaderId = this.members.keys().next().value ?? null;
  }

  /** Puts a returning static member where its predecessor was, keeping the order of members. */
  replaceStaticMember(oldMemberId: string, replacement: ClassicMember): void {
    const members = [...this.members];
    this.members.clear();
    for (const [memberId, member] of members) {
      if (memberId === oldMemberId) this.members.set(replacement.memberId, replacement);
      else this.members.set(memberId, member);
    }
    if (replacement.groupInstanceId !== null) {
      this.staticMemberIds.set(replacement.groupInstanceId, replacement.memberId);
    }
    if (this.leaderId === oldMemberId) this.leaderId = replacement.memberId;
    this.pendingSyncMemberIds.delete(oldMemberId);
  }

  /** Makes sure the leader is among those who joined again; false when nobody did. */
  electJoinedLeader(): boolean {
    if (this.leaderId === null) return false;
    if (this.members.get(this.leaderId)?.answerJoin) return true;
    for (const { memberId, answerJoin } of this.members.values()) {
      if (answerJoin === null) continue;
      this.leaderId = memberId;
      return true;
    }
    return false;
  }

  startNextGeneration(nowMs: number): void {
    this.generationId++;
    this.pendingSyncMemberIds.clear();
    if (this.members.size === 0) {
      this.protocolName = null;
      this.refreshSubscribedTopics();
      transition(this, 'Empty', nowMs);
    } else {
      this.protocolName = selectProtocol([...this.members.values()]);
      this.refreshSubscribedTopics();
      transition(this, 'CompletingRebalance', nowMs);
    }
  }

  refreshSubscribedTopics(): void {
    const { protocolName } = this;
    if (!this.usesConsumerProtocol) this.subscribedTopics = null;
    else if (this.members.size === 0) this.subscribedTopics = new Set();
    else if (protocolName === null) this.subscribedTopics = null;
    else {
      this.subscribedTopics = subscribedTopicsOf(
        [...this.members.values()].map((member) => metadataFor(member, protocolName)),
      );
    }
  }

  /** What the leader needs to compute an assignment. */
  joinedMembers(): JoinedMember[] {
    return [...this.members.values()].map((member) => ({
      memberId: member.memberId,
      groupInstanceId: member.groupInstanceId,
      metadata: metadataFor(member, this.protocolName ?? ''),
    }));
  }
}
