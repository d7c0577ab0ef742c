import { type Uuid } from '../../protocol/primitives.ts';
import { type SharePartitionKey } from './types.ts';

/** Told of what members do, by whoever wants to count. Kafka 4.x counts the same in BrokerTopicMetrics and ShareGroupMetrics. */
export interface ShareObserver {
  /** A fetch that has partitions of these topics in its session; once for each topic. */
  fetched(topicIds: Iterable<Uuid>): void;
  fetchFailed(topicId: Uuid): void;
  /** Records on their way to a member. */
  sent(topicId: Uuid, byteCount: number): void;
  /** A request, by itself or with a fetch, that acknowledges records of these topics. */
  acknowledged(topicIds: Iterable<Uuid>): void;
  acknowledgementFailed(topicId: Uuid): void;
  /** So many records were acknowledged with this type, a number as on the wire. */
  settled(acknowledgeType: number, recordCount: number): void;
  /** So many records were not acknowledged in time. */
  lockTimedOut(key: SharePartitionKey, recordCount: number): void;
}

/** What is the case now. */
export interface ShareReport {
  readonly sessionCount: number;
  /** Partitions of all sessions. */
  readonly sessionPartitionCount: number;
  /** Share partitions that are at work here. */
  readonly partitions: readonly (SharePartitionKey & {
    readonly inFlightRecordCount: number;
    readonly inFlightBatchCount: number;
  })[];
}
