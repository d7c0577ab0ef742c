import { type TopicPartition } from './assigned-partition.ts';

/** Who commits: offsets are taken only from a member of the current generation. */
export interface MemberIdentity {
  readonly protocol: 'classic' | 'consumer';
  readonly memberId: string;
  /** Of the classic protocol; the member epoch in the consumer protocol (KIP-848). -1: no member. */
  readonly generationOrEpoch: number;
  readonly groupInstanceId: string | null;
}

export const NO_MEMBER: MemberIdentity = {
  protocol: 'classic',
  memberId: '',
  generationOrEpoch: -1,
  groupInstanceId: null,
};

/** What a member tells its consumer. */
export interface MemberEvents {
  /** These partitions, and no others, may be read from now on; those that were there before go on where they are. */
  onAssigned(partitions: readonly TopicPartition[]): void;
  /**
   * These partitions go to somebody else. Awaited while the old identity still holds: the place to commit. Afterwards nothing of
   * them is read or committed.
   */
  onRevoked(partitions: readonly TopicPartition[]): Promise<void>;
  /** Membership ended without us (the session ran out, the member was fenced): commits would be refused. Another join follows. */
  onLost(partitions: readonly TopicPartition[]): void;
  /** Membership is not to be had. KafkaError or ClientError. */
  onFailure(error: unknown): void;
}

/**
 * Membership in a consumer group, whatever the protocol. The member joins, keeps itself alive, takes part in rebalances; it moves
 * no records and stores no offsets. Implementations: kafkajs-member.ts (classic), heartbeat-member.ts (KIP-848).
 */
export interface GroupMember {
  readonly identity: MemberIdentity;
  /** Begins to join with this subscription; again: changes it. Returns at once, the events tell the rest. */
  subscribe(topics: readonly string[]): void;
  /** Leaves the group, so that others take over at once. Events end. Never rejects. */
  close(): Promise<void>;
}

/** What whoever subscribes may want to hear. Called in order; the consumer does not wait. */
export interface RebalanceListener {
  /** These came, on top of what was there; none when a rebalance changed nothing. */
  onPartitionsAssigned?(partitions: readonly TopicPartition[]): void;
  /** These go, by a rebalance or because the consumer closes; their offsets are committed if the configuration wants it. */
  onPartitionsRevoked?(partitions: readonly TopicPartition[]): void;
}
