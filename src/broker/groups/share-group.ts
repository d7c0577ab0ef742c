import { KafkaError } from '../../protocol/errors.ts';
import { type Uuid } from '../../protocol/primitives.ts';
import { type ShareGroupRecord } from './share-records.ts';
import { type Assignment, assignmentOf, NOTHING } from './topic-assignment.ts';

/** States of a share group; they follow from its members, so that there is nothing to move. */
export type ShareGroupState = 'Empty' | 'Stable';

/** A member as its records say; replaced as a whole when one of them changes. */
export interface ShareMember {
  readonly memberId: string;
  readonly rackId: string | null;
  readonly clientId: string;
  readonly clientHost: string;
  readonly subscribedTopicNames: readonly string[];
  readonly memberEpoch: number;
  readonly previousMemberEpoch: number;
  readonly assigned: Assignment;
}

/** Partitions of a topic, under the name it had when they were noted. */
export interface NamedPartitions {
  readonly topicName: string;
  readonly partitions: ReadonlySet<number>;
}

export type PartitionsByTopic = ReadonlyMap<Uuid, NamedPartitions>;

/** The group's epoch before anybody joined; the first member's bump makes it 2. */
const FIRST_EPOCH = 1;

export function newShareMember(memberId: string): ShareMember {
  return {
    memberId,
    rackId: null,
    clientId: '',
    clientHost: '',
    subscribedTopicNames: [],
    memberEpoch: 0,
    previousMemberEpoch: 0,
    assigned: NOTHING,
  };
}

function byTopic(
  topics: readonly { topicId: Uuid; topicName: string; partitions: readonly number[] }[],
): PartitionsByTopic {
  return new Map(
    topics.map(({ topicId, topicName, partitions }) => [topicId, { topicName, partitions: new Set(partitions) }]),
  );
}

/** A group of the share group protocol (KIP-932). It changes by its records alone, live and when it is loaded. */
export class ShareGroup {
  readonly groupId: string;
  readonly type = 'share';
  readonly protocolType = 'share';
  epoch = FIRST_EPOCH;
  metadataHash = 0n;
  assignmentEpoch = 0;
  /** 0 before the first assignment. */
  assignmentTimestampMs = 0;
  readonly members = new Map<string, ShareMember>();
  readonly targets = new Map<string, Assignment>();
  /** Partitions whose delivery state is being made, and those that have one and may be assigned. */
  initializing: PartitionsByTopic = new Map();
  initialized: PartitionsByTopic = new Map();
  /** Topics whose state is being removed, by id: their names. */
  deleting: ReadonlyMap<Uuid, string> = new Map();
  /** When `initializing` was written by this process; a request that got lost is repeated some time later. */
  initializingSinceMs: number | null = null;

  constructor(groupId: string) {
    this.groupId = groupId;
  }

  /** A copy to try records on. */
  clone(): ShareGroup {
    const copy = new ShareGroup(this.groupId);
    copy.epoch = this.epoch;
    copy.metadataHash = this.metadataHash;
    copy.assignmentEpoch = this.assignmentEpoch;
    copy.assignmentTimestampMs = this.assignmentTimestampMs;
    copy.initializing = this.initializing;
    copy.initialized = this.initialized;
    copy.deleting = this.deleting;
    for (const [memberId, member] of this.members) copy.members.set(memberId, member);
    for (const [memberId, target] of this.targets) copy.targets.set(memberId, target);
    return copy;
  }

  get state(): ShareGroupState {
    return this.members.size === 0 ? 'Empty' : 'Stable';
  }

  targetOf(memberId: string): Assignment {
    return this.targets.get(memberId) ?? NOTHING;
  }

  get subscribedTopics(): ReadonlySet<string> {
    const names = new Set<string>();
    for (const { subscribedTopicNames } of this.members.values())
      for (const name of subscribedTopicNames) names.add(name);
    return names;
  }

  /** Throws UNKNOWN_MEMBER_ID. */
  requireMember(memberId: string): ShareMember {
    const member = this.members.get(memberId);
    if (member !== undefined) return member;
    throw new KafkaError('UNKNOWN_MEMBER_ID', `Member ${memberId} is not a member of group ${this.groupId}.`);
  }

  /** Records may come in any order once the log was compacted. */
  apply(record: ShareGroupRecord): void {
    switch (record.part) {
      case 'epoch':
        this.epoch = record.value?.epoch ?? FIRST_EPOCH;
        this.metadataHash = record.value?.metadataHash ?? 0n;
        break;
      case 'targetEpoch':
        this.assignmentEpoch = record.value?.assignmentEpoch ?? 0;
        this.assignmentTimestampMs = Number(record.value?.assignmentTimestamp ?? 0n);
        break;
      case 'target':
        if (record.value === null) this.targets.delete(record.memberId);
        else this.targets.set(record.memberId, assignmentOf(record.value.topicPartitions));
        break;
      case 'statePartitions':
        this.initializing = byTopic(record.value?.initializingTopics ?? []);
        this.initialized = byTopic(record.value?.initializedTopics ?? []);
        this.deleting = new Map((record.value?.deletingTopics ?? []).map((one) => [one.topicId, one.topicName]));
        break;
      case 'member': {
        const { memberId, value } = record;
        if (value === null) this.members.delete(memberId);
        else this.members.set(memberId, { ...(this.members.get(memberId) ?? newShareMember(memberId)), ...value });
        break;
      }
      case 'current': {
        const { memberId, value } = record;
        const known = this.members.get(memberId);
        if (known === undefined && value === null) break;
        this.members.set(memberId, {
          ...(known ?? newShareMember(memberId)),
          memberEpoch: value?.memberEpoch ?? 0,
          previousMemberEpoch: value?.previousMemberEpoch ?? 0,
          assigned: assignmentOf(value?.assignedPartitions ?? []),
        });
        break;
      }
    }
  }
}
