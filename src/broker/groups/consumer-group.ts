import { KafkaError } from '../../protocol/errors.ts';
import { type Uuid } from '../../protocol/primitives.ts';
import { applyToMember, type ConsumerMember, newMember } from './consumer-member.ts';
import { type ConsumerGroupRecord } from './consumer-records.ts';
import { type Assignment, assignmentOf, has, NOTHING } from './topic-assignment.ts';

/** States of a KIP-848 group; they follow from epochs and members, so that there is nothing to move. */
export type ConsumerGroupState = 'Empty' | 'Assigning' | 'Reconciling' | 'Stable';

/** A group of the consumer group protocol. It changes by its records alone, live and when it is loaded. */
export class ConsumerGroup {
  readonly groupId: string;
  readonly type = 'consumer';
  readonly protocolType = 'consumer';
  epoch = 0;
  metadataHash = 0n;
  /** An earlier broker's record of the topics is still there. */
  hasTopicsRecord = false;
  assignmentEpoch = 0;
  /** 0 before the first assignment. */
  assignmentTimestampMs = 0;
  readonly members = new Map<string, ConsumerMember>();
  readonly targets = new Map<string, Assignment>();
  /** Topics that a subscribed expression matches, as last resolved, and when. */
  readonly regexes = new Map<string, { readonly topics: readonly string[]; readonly resolvedMs: number }>();

  constructor(groupId: string) {
    this.groupId = groupId;
  }

  /** A copy to try records on. */
  clone(): ConsumerGroup {
    const copy = new ConsumerGroup(this.groupId);
    copy.epoch = this.epoch;
    copy.metadataHash = this.metadataHash;
    copy.hasTopicsRecord = this.hasTopicsRecord;
    copy.assignmentEpoch = this.assignmentEpoch;
    copy.assignmentTimestampMs = this.assignmentTimestampMs;
    for (const [memberId, member] of this.members) copy.members.set(memberId, member);
    for (const [memberId, target] of this.targets) copy.targets.set(memberId, target);
    for (const [expression, resolved] of this.regexes) copy.regexes.set(expression, resolved);
    return copy;
  }

  get state(): ConsumerGroupState {
    if (this.members.size === 0) return 'Empty';
    if (this.epoch > this.assignmentEpoch) return 'Assigning';
    for (const { state, memberEpoch } of this.members.values()) {
      if (state !== 'Stable' || memberEpoch !== this.assignmentEpoch) return 'Reconciling';
    }
    return 'Stable';
  }

  targetOf(memberId: string): Assignment {
    return this.targets.get(memberId) ?? NOTHING;
  }

  topicNamesOf({ subscribedTopicNames, subscribedTopicRegex }: ConsumerMember): ReadonlySet<string> {
    const matched = this.regexes.get(subscribedTopicRegex ?? '')?.topics ?? [];
    return new Set([...subscribedTopicNames, ...matched]);
  }

  get subscribedTopics(): ReadonlySet<string> {
    const names = new Set<string>();
    for (const member of this.members.values()) for (const name of this.topicNamesOf(member)) names.add(name);
    return names;
  }

  isSubscribedTo(topic: string): boolean {
    for (const member of this.members.values()) if (this.topicNamesOf(member).has(topic)) return true;
    return false;
  }

  /** Members of the classic protocol. */
  get classicMembers(): ConsumerMember[] {
    return [...this.members.values()].filter(({ classic }) => classic !== null);
  }

  /** A joining classic member needs one assignor's name in common with all the others. */
  supportsClassicProtocols(names: readonly string[]): boolean {
    const others = this.classicMembers;
    const isOffered = (name: string) =>
      others.every(({ classic }) => classic?.supportedProtocols.some((one) => one.name === name));
    return names.some(isOffered);
  }

  staticMember(instanceId: string): ConsumerMember | undefined {
    for (const member of this.members.values()) if (member.instanceId === instanceId) return member;
    return undefined;
  }

  /** Whether a member other than this one works on the partition, or may still. */
  isHeldByOthers(memberId: string, topicId: Uuid, partition: number): boolean {
    for (const other of this.members.values()) {
      if (other.memberId === memberId) continue;
      if (has(other.assigned, topicId, partition) || has(other.pendingRevocation, topicId, partition)) return true;
    }
    return false;
  }

  /** Throws UNKNOWN_MEMBER_ID. */
  requireMember(memberId: string): ConsumerMember {
    const member = this.members.get(memberId);
    if (member !== undefined) return member;
    throw new KafkaError('UNKNOWN_MEMBER_ID', `Member ${memberId} is not a member of group ${this.groupId}.`);
  }

  /** Records may come in any order once the log was compacted. */
  apply(record: ConsumerGroupRecord): void {
    const { value } = record;
    switch (record.part) {
      case 'epoch':
        this.epoch = record.value?.epoch ?? 0;
        this.metadataHash = record.value?.metadataHash ?? 0n;
        break;
      case 'topics':
        this.hasTopicsRecord = record.value !== null;
        break;
      case 'targetEpoch':
        this.assignmentEpoch = record.value?.assignmentEpoch ?? 0;
        this.assignmentTimestampMs = Number(record.value?.assignmentTimestamp ?? 0n);
        break;
      case 'target':
        if (record.value === null) this.targets.delete(record.memberId);
        else this.targets.set(record.memberId, assignmentOf((record.value.topicPartitions ?? []) as never));
        break;
      case 'regex':
        if (record.value === null) this.regexes.delete(record.regularExpression);
        else {
          const { topics = [], timestamp = 0n } = record.value;
          this.regexes.set(record.regularExpression, { topics: [...topics], resolvedMs: Number(timestamp) });
        }
        break;
      default:
        if (record.part === 'member' && value === null) this.members.delete(record.memberId);
        else {
          const known = this.members.get(record.memberId);
          if (known === undefined && value === null) return;
          this.members.set(record.memberId, applyToMember(known ?? newMember(record.memberId), record));
        }
    }
  }
}
