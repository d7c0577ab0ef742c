import { type Offset } from '../../protocol/primitives.ts';
import { javaStringHash } from '../../util/java-hash-map.ts';

export interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
}

/** Where a partition without a position starts: an end of the log, or the first record that is younger than a duration. */
export type OffsetReset = 'earliest' | 'latest' | { readonly youngerThanMs: number };

/** `T-0`, as Java prints a topic-partition. */
export function partitionName({ topic, partition }: TopicPartition): string {
  return `${topic}-${partition}`;
}

/** Java's hash code of a TopicPartition: it decides in which order sets of them are shown. */
export function partitionHash({ topic, partition }: TopicPartition): number {
  return (Math.imul(31, 31 + partition) + javaStringHash(topic)) | 0;
}

/**
 * One partition this consumer reads. `fetchPosition` runs ahead of `position` by what is fetched and not yet handed out.
 * Once given up (`isRevoked`) it is never used again: a partition that comes back is a new object.
 */
export class AssignedPartition implements TopicPartition {
  readonly topic: string;
  readonly partition: number;
  /** Next offset to fetch; null as long as it has to be found out. */
  fetchPosition: Offset | null = null;
  /** Next offset to hand out: what a commit stores. Null as long as nothing is known. */
  position: Offset | null = null;
  /** Leader epoch of the last record handed out; -1 before the first. */
  positionLeaderEpoch = -1;
  /** Leader epoch of the last record before `fetchPosition`; -1: not known. */
  fetchLeaderEpoch = -1;
  /** Leader epoch under which `fetchPosition` was last known to lie in the leader's log; -1: never. */
  validatedLeaderEpoch = -1;
  /** What has to be asked of the leader before fetching; null: the group's committed offset comes first. */
  reset: OffsetReset | null;
  /** Fetched bytes not yet consumed. */
  bufferedBytes = 0;
  isRevoked = false;
  /** A replica nearer than the leader (KIP-392), until that time. */
  preferredReplica: { readonly node: number; readonly untilMs: number } | null = null;

  constructor({ topic, partition }: TopicPartition, start: Offset | OffsetReset | null) {
    this.topic = topic;
    this.partition = partition;
    this.reset = typeof start === 'bigint' ? null : start;
    if (typeof start === 'bigint') this.moveTo(start);
  }

  /** Goes on from that offset. */
  moveTo(offset: Offset, leaderEpoch = -1): void {
    this.fetchPosition = offset;
    this.position = offset;
    this.positionLeaderEpoch = leaderEpoch;
    this.fetchLeaderEpoch = leaderEpoch;
    this.validatedLeaderEpoch = -1;
    this.reset = null;
  }

  /** The position is no good: it has to be found anew. */
  requestReset(reset: OffsetReset): void {
    this.fetchPosition = null;
    this.reset = reset;
  }
}
