import { type ErrorName } from '../../protocol/errors.ts';
import { type Offset, type ProducerId, type Uuid } from '../../protocol/primitives.ts';
import { type ConsumerGroupState } from './consumer-group.ts';
import { type GroupState } from './group-state.ts';
import { type ShareGroupState } from './share-group.ts';
import { type AssignedTopic } from './topic-assignment.ts';

/** A protocol a member offers: an assignor's name and its subscription, opaque to the broker. */
export interface GroupProtocol {
  readonly name: string;
  readonly metadata: Buffer;
}

export interface JoinRequest {
  readonly groupId: string;
  /** Empty for a member that has no id yet. */
  readonly memberId: string;
  readonly groupInstanceId: string | null;
  readonly clientId: string;
  readonly clientHost: string;
  readonly sessionTimeoutMs: number;
  readonly rebalanceTimeoutMs: number;
  readonly protocolType: string;
  /** In order of preference. */
  readonly protocols: readonly GroupProtocol[];
  /** JoinGroup v4+: a dynamic member first gets its id and has to come back with it (KIP-394). */
  readonly requiresKnownMemberId: boolean;
  /** JoinGroup v9+: a returning static leader may be told to skip the assignment (KIP-814). */
  readonly supportsSkippingAssignment: boolean;
  readonly reason: string | null;
}

export interface JoinedMember {
  readonly memberId: string;
  readonly groupInstanceId: string | null;
  readonly metadata: Buffer;
}

export interface JoinResult {
  readonly error: ErrorName;
  readonly memberId: string;
  /** -1 with an error. */
  readonly generationId: number;
  readonly protocolType: string | null;
  readonly protocolName: string | null;
  readonly leader: string;
  readonly skipAssignment: boolean;
  /** Filled for the leader only. */
  readonly members: readonly JoinedMember[];
}

/** Who speaks, as every request after the join says it. */
export interface MemberIdentity {
  readonly memberId: string;
  readonly groupInstanceId: string | null;
}

export interface GenerationRequest extends MemberIdentity {
  readonly groupId: string;
  readonly generationId: number;
}

export interface SyncRequest extends GenerationRequest {
  /** Null where the request's version has none: unchecked. */
  readonly protocolType: string | null;
  readonly protocolName: string | null;
  /** By member id; only the leader's are looked at. */
  readonly assignments: ReadonlyMap<string, Buffer>;
}

export interface SyncResult {
  readonly error: ErrorName;
  readonly protocolType: string | null;
  readonly protocolName: string | null;
  readonly assignment: Buffer;
}

export interface LeaveResult {
  readonly error: ErrorName;
  /** In the order asked for; empty with an error of the whole request. */
  readonly members: readonly { readonly identity: MemberIdentity; readonly error: ErrorName }[];
}

export interface OffsetToCommit {
  readonly topic: string;
  readonly partition: number;
  /** Stored beside the offset; the zero id when the caller does not know it. */
  readonly topicId: Uuid;
  readonly offset: Offset;
  /** -1 means none. */
  readonly leaderEpoch: number;
  readonly metadata: string;
}

export interface CommitRequest extends GenerationRequest {
  /** OffsetCommit v2-4: how long the offset is kept; null leaves it to the broker. */
  readonly retentionTimeMs: number | null;
  /** OffsetCommit v9+: `generationId` may be the epoch of a member of a KIP-848 group. */
  readonly knowsMemberEpochs?: boolean;
  readonly offsets: readonly OffsetToCommit[];
}

export interface TransactionalCommitRequest extends GenerationRequest {
  readonly producerId: ProducerId;
  readonly producerEpoch: number;
  readonly offsets: readonly OffsetToCommit[];
}

export interface TransactionMarker {
  readonly producerId: ProducerId;
  readonly producerEpoch: number;
  readonly coordinatorEpoch: number;
  readonly outcome: 'commit' | 'abort';
}

export interface TopicPartitions {
  readonly topic: string;
  /** Offsets of another topic that had the name before do not count; the zero id, or none, takes any. */
  readonly topicId?: Uuid;
  readonly partitions: readonly number[];
}

export interface FetchedOffset {
  readonly partition: number;
  readonly error: ErrorName;
  /** -1 when nothing is committed. */
  readonly offset: Offset;
  readonly leaderEpoch: number;
  readonly metadata: string;
}

export interface FetchOffsetsResult {
  readonly error: ErrorName;
  readonly topics: readonly { readonly topic: string; readonly partitions: readonly FetchedOffset[] }[];
}

export interface DeleteOffsetsResult {
  readonly error: ErrorName;
  /** One per partition asked for, in order; empty with an error of the whole request. */
  readonly partitions: readonly ErrorName[];
}

export interface DescribedMember extends MemberIdentity {
  readonly clientId: string;
  readonly clientHost: string;
  readonly metadata: Buffer;
  readonly assignment: Buffer;
}

export interface GroupDescription {
  readonly groupId: string;
  /** GROUP_ID_NOT_FOUND comes with the state Dead; other errors with the empty state. */
  readonly error: ErrorName;
  /** Where it says more than the error. */
  readonly errorMessage?: string;
  readonly state: GroupState | '';
  readonly protocolType: string;
  readonly protocolName: string;
  readonly members: readonly DescribedMember[];
}

/** Null or -1 means unchanged since the member's last heartbeat. */
export interface ConsumerHeartbeatRequest {
  readonly groupId: string;
  readonly memberId: string;
  /** 0 joins, -1 leaves, -2 is a static member's leave for now. */
  readonly memberEpoch: number;
  readonly instanceId: string | null;
  readonly rackId: string | null;
  readonly clientId: string;
  readonly clientHost: string;
  readonly rebalanceTimeoutMs: number;
  readonly subscribedTopicNames: readonly string[] | null;
  /** RE2's syntax; empty takes an expression back. */
  readonly subscribedTopicRegex: string | null;
  readonly serverAssignor: string | null;
  /** What the member works on. */
  readonly topicPartitions: readonly AssignedTopic[] | null;
  /** ConsumerGroupHeartbeat v0: a joining member may leave its id to the server. */
  readonly makesMemberIds: boolean;
  /** Topics that an expression may find. */
  readonly maySee: (topic: string) => boolean;
}

export interface ConsumerHeartbeatResult {
  readonly memberId: string;
  readonly memberEpoch: number;
  readonly heartbeatIntervalMs: number;
  /** Null: as told before. */
  readonly assignment: readonly AssignedTopic[] | null;
}

/** Who fetches offsets as a member of a KIP-848 group. */
export interface MemberEpoch {
  readonly memberId: string;
  readonly memberEpoch: number;
}

export interface DescribedConsumerMember {
  readonly memberId: string;
  readonly instanceId: string | null;
  readonly rackId: string | null;
  readonly memberEpoch: number;
  readonly clientId: string;
  readonly clientHost: string;
  readonly subscribedTopicNames: readonly string[];
  readonly subscribedTopicRegex: string | null;
  /** Speaks the classic protocol. */
  readonly isClassic: boolean;
  /** What it has, or may still have. */
  readonly assignment: readonly AssignedTopic[];
  readonly targetAssignment: readonly AssignedTopic[];
}

export interface ConsumerGroupDescription {
  readonly groupId: string;
  readonly error: ErrorName;
  readonly errorMessage: string | null;
  readonly state: ConsumerGroupState | '';
  readonly groupEpoch: number;
  readonly assignmentEpoch: number;
  readonly assignorName: string;
  readonly members: readonly DescribedConsumerMember[];
}

export interface ListedGroup {
  readonly groupId: string;
  readonly protocolType: string;
  readonly state: GroupState | ConsumerGroupState | ShareGroupState;
  readonly type: 'classic' | 'consumer' | 'share';
}

/** Null means unchanged since the member's last heartbeat. */
export interface ShareHeartbeatRequest {
  readonly groupId: string;
  readonly memberId: string;
  /** 0 joins, -1 leaves. */
  readonly memberEpoch: number;
  readonly rackId: string | null;
  readonly clientId: string;
  readonly clientHost: string;
  readonly subscribedTopicNames: readonly string[] | null;
}

export type ShareHeartbeatResult = ConsumerHeartbeatResult;

export interface DescribedShareMember {
  readonly memberId: string;
  readonly rackId: string | null;
  readonly memberEpoch: number;
  readonly clientId: string;
  readonly clientHost: string;
  readonly subscribedTopicNames: readonly string[];
  readonly assignment: readonly AssignedTopic[];
}

export interface ShareGroupDescription {
  readonly groupId: string;
  readonly error: ErrorName;
  readonly errorMessage: string | null;
  readonly state: ShareGroupState | '';
  readonly groupEpoch: number;
  readonly assignmentEpoch: number;
  readonly assignorName: string;
  readonly members: readonly DescribedShareMember[];
}

export interface TopicIdPartition {
  readonly topicId: Uuid;
  readonly partition: number;
}

/** What is stored of a group's progress in a partition; offset -1 before anybody read from it. */
export interface ShareStateSummary {
  readonly error: ErrorName;
  readonly stateEpoch: number;
  readonly leaderEpoch: number;
  readonly startOffset: Offset;
  /** Records after the start that are done; -1 unknown. */
  readonly deliveryCompleteCount: number;
}

export interface DescribedShareTopic {
  readonly topic: string;
  /** The zero id for a topic nobody knows. */
  readonly topicId: Uuid;
  readonly partitions: readonly {
    readonly partition: number;
    readonly error: ErrorName;
    /** -1 when nobody read from it. */
    readonly startOffset: Offset;
    readonly leaderEpoch: number;
    /** -1 unknown. */
    readonly lag: Offset;
  }[];
}

export interface AlteredShareTopic {
  readonly topic: string;
  readonly topicId: Uuid;
  readonly partitions: readonly { readonly partition: number; readonly error: ErrorName }[];
}

export interface DeletedShareTopic {
  readonly topic: string;
  readonly topicId: Uuid;
  readonly error: ErrorName;
  /** Where it says more than the error. */
  readonly text: string | null;
}

/** Who keeps the delivery state of share groups (KIP-932); one result per partition, in order. */
export interface SharePersister {
  initialize(
    groupId: string,
    partitions: readonly (TopicIdPartition & { readonly stateEpoch: number; readonly startOffset: Offset })[],
  ): Promise<ErrorName[]>;
  readSummaries(groupId: string, partitions: readonly TopicIdPartition[]): Promise<ShareStateSummary[]>;
  delete(groupId: string, partitions: readonly TopicIdPartition[]): Promise<ErrorName[]>;
}

/**
 * The coordinator of the groups whose `__consumer_offsets` partition this node leads. Failures are values; what changes a
 * group is answered after its record was appended. Requests of one group take effect in the order of the calls.
 */
export interface GroupCoordinator {
  /** Answers when the rebalance completes. Keeps no reference to the request's buffers. */
  join(request: JoinRequest): Promise<JoinResult>;
  /** Followers are answered when the leader's assignment is stored. */
  sync(request: SyncRequest): Promise<SyncResult>;
  heartbeat(request: GenerationRequest): Promise<ErrorName>;
  /** A heartbeat of the consumer group protocol (KIP-848). Rejects with a KafkaError whose text is for the client. */
  consumerHeartbeat(request: ConsumerHeartbeatRequest): Promise<ConsumerHeartbeatResult>;
  describeConsumerGroups(groupIds: readonly string[]): Promise<ConsumerGroupDescription[]>;
  /** A heartbeat of a share group's member (KIP-932). Rejects with a KafkaError whose text is for the client. */
  shareHeartbeat(request: ShareHeartbeatRequest): Promise<ShareHeartbeatResult>;
  describeShareGroups(groupIds: readonly string[]): Promise<ShareGroupDescription[]>;
  /** `topics` null means all that the group read. Rejects with a KafkaError when nobody can say. */
  describeShareOffsets(groupId: string, topics: readonly TopicPartitions[] | null): Promise<DescribedShareTopic[]>;
  /** Of a group without members; rejects with a KafkaError. Offsets by partition. */
  alterShareOffsets(
    groupId: string,
    topics: readonly { readonly topic: string; readonly offsets: ReadonlyMap<number, Offset> }[],
  ): Promise<AlteredShareTopic[]>;
  /** Of a group without members; rejects with a KafkaError. */
  deleteShareOffsets(groupId: string, topics: readonly string[]): Promise<DeletedShareTopic[]>;
  leave(groupId: string, members: readonly MemberIdentity[]): Promise<LeaveResult>;
  /** One error per offset, in order. A group nobody knows, with a generation: GROUP_ID_NOT_FOUND. */
  commitOffsets(request: CommitRequest): Promise<ErrorName[]>;
  /** Pending until `completeTransaction`. One error per offset, in order. */
  commitTransactionalOffsets(request: TransactionalCommitRequest): Promise<ErrorName[]>;
  /** Writes the marker into a partition of `__consumer_offsets` and makes its pending offsets visible or drops them. */
  completeTransaction(partition: number, marker: TransactionMarker): Promise<ErrorName>;
  /** `topics` null means all that have committed offsets. */
  fetchOffsets(
    groupId: string,
    topics: readonly TopicPartitions[] | null,
    requireStable: boolean,
    /** Judged in KIP-848 groups; absent: an administrator or an old client asks. */
    member?: MemberEpoch,
  ): Promise<FetchOffsetsResult>;
  deleteOffsets(
    groupId: string,
    partitions: readonly { readonly topic: string; readonly partition: number }[],
  ): Promise<DeleteOffsetsResult>;
  /** One error per group, in order. */
  deleteGroups(groupIds: readonly string[]): Promise<ErrorName[]>;
  describe(groupIds: readonly string[]): Promise<GroupDescription[]>;
  /** Empty filters let everything pass; both compare without case. COORDINATOR_LOAD_IN_PROGRESS while a partition loads. */
  list(filter: { readonly states: readonly string[]; readonly types: readonly string[] }): {
    readonly error: ErrorName;
    readonly groups: readonly ListedGroup[];
  };
  /** Stops every timer; parked requests are answered NOT_COORDINATOR. */
  close(): void;
}
