import { type consumerGroupMemberMetadataValue } from '../../protocol/records/consumer-offsets.ts';
import { type TableValue } from '../../protocol/schema.ts';
import { type ConsumerGroupRecord } from './consumer-records.ts';
import { type Assignment, type AssignmentEpochs, assignmentOf, epochsOf, NOTHING } from './topic-assignment.ts';
import { type GroupProtocol } from './types.ts';

/** The member's epoch while a static member is away (KIP-848). */
export const STATIC_AWAY_EPOCH = -2;

/** States of a member, by their number on disk (kafka 4.x MemberState). */
export const MEMBER_STATES = { Stable: 0, UnrevokedPartitions: 1, UnreleasedPartitions: 2, Unknown: 127 } as const;
export type MemberState = keyof typeof MEMBER_STATES;

/** What a member of the classic protocol brought along with its JoinGroup. */
export interface ClassicMembership {
  readonly sessionTimeoutMs: number;
  /** In order of preference; every one carries the same subscription. Never empty. */
  readonly supportedProtocols: readonly GroupProtocol[];
}

/** A member as its records say; replaced as a whole when one of them changes. */
export interface ConsumerMember {
  readonly memberId: string;
  readonly instanceId: string | null;
  readonly rackId: string | null;
  readonly clientId: string;
  readonly clientHost: string;
  readonly subscribedTopicNames: readonly string[];
  readonly subscribedTopicRegex: string | null;
  readonly rebalanceTimeoutMs: number;
  readonly serverAssignor: string | null;
  /** Null for a member that speaks the consumer group protocol itself. */
  readonly classic: ClassicMembership | null;
  readonly memberEpoch: number;
  readonly previousMemberEpoch: number;
  readonly state: MemberState;
  readonly assigned: Assignment;
  /** Asked back; the member may still work on them, so nobody else gets them. */
  readonly pendingRevocation: Assignment;
  /** Since which epoch it has what is assigned or pending (KIP-1251). */
  readonly assignmentEpochs: AssignmentEpochs;
}

export function newMember(memberId: string): ConsumerMember {
  return {
    memberId,
    instanceId: null,
    rackId: null,
    clientId: '',
    clientHost: '',
    subscribedTopicNames: [],
    subscribedTopicRegex: null,
    rebalanceTimeoutMs: -1,
    serverAssignor: null,
    classic: null,
    memberEpoch: 0,
    previousMemberEpoch: -1,
    state: 'Stable',
    assigned: NOTHING,
    pendingRevocation: NOTHING,
    assignmentEpochs: new Map(),
  };
}

export function sameProtocols(one: readonly GroupProtocol[], other: readonly GroupProtocol[]): boolean {
  return (
    one.length === other.length &&
    one.every(({ name, metadata }, i) => name === other[i]?.name && metadata.equals(other[i].metadata))
  );
}

const DESCRIPTIVE = [
  'instanceId',
  'rackId',
  'clientId',
  'clientHost',
  'rebalanceTimeoutMs',
  'serverAssignor',
  'subscribedTopicRegex',
] as const;

/** Whether a member's metadata record would say the same of both. */
export function sameDescription(one: ConsumerMember, other: ConsumerMember): boolean {
  return (
    DESCRIPTIVE.every((name) => one[name] === other[name]) &&
    one.subscribedTopicNames.join() === other.subscribedTopicNames.join() &&
    one.classic?.sessionTimeoutMs === other.classic?.sessionTimeoutMs &&
    sameProtocols(one.classic?.supportedProtocols ?? [], other.classic?.supportedProtocols ?? [])
  );
}

/** The member after a `member` or a `current` record. */
export function applyToMember(
  known: ConsumerMember,
  record: Extract<ConsumerGroupRecord, { part: 'member' | 'current' }>,
): ConsumerMember {
  if (record.part === 'member') {
    if (record.value === null) return known;
    const { classicMemberMetadata, subscribedTopicRegex, ...fields } = record.value as TableValue<
      typeof consumerGroupMemberMetadataValue
    >;
    return {
      ...known,
      ...fields,
      subscribedTopicRegex: subscribedTopicRegex || null,
      classic: classicMemberMetadata
        ? {
            sessionTimeoutMs: classicMemberMetadata.sessionTimeoutMs,
            // Decoded bytes are views on the log's buffer.
            supportedProtocols: classicMemberMetadata.supportedProtocols.map(({ name, metadata }) => ({
              name,
              metadata: Buffer.from(metadata),
            })),
          }
        : null,
    };
  }
  const { value } = record;
  const state = (Object.keys(MEMBER_STATES) as MemberState[]).find((name) => MEMBER_STATES[name] === value?.state);
  const memberEpoch = value?.memberEpoch ?? 0;
  const assigned = (value?.assignedPartitions ?? []) as never;
  const pendingRevocation = (value?.partitionsPendingRevocation ?? []) as never;
  return {
    ...known,
    memberEpoch,
    previousMemberEpoch: value?.previousMemberEpoch ?? -1,
    state: value === null ? 'Stable' : (state ?? 'Unknown'),
    assigned: assignmentOf(assigned),
    pendingRevocation: assignmentOf(pendingRevocation),
    assignmentEpochs: epochsOf([...assigned, ...pendingRevocation], Math.max(memberEpoch, 0)),
  };
}
