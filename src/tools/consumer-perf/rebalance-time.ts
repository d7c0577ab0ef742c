import { type RebalanceListener, type TopicPartition } from '../../client/consumer/index.ts';
import { type Clock } from '../../util/clock.ts';

/**
 * How long the consumer was without any partition. Rebalances that leave it some do not count.
 * Source: ConsumerPerformance.ConsumerPerfRebListener.
 */
export class RebalanceTime implements RebalanceListener {
  totalMs = 0;
  private readonly clock: Clock;
  private withoutSinceMs: number;
  private owned = 0;

  constructor(clock: Clock) {
    this.clock = clock;
    this.withoutSinceMs = clock.now();
  }

  onPartitionsAssigned(partitions: readonly TopicPartition[]): void {
    if (this.owned === 0) this.totalMs += this.clock.now() - this.withoutSinceMs;
    this.owned += partitions.length;
  }

  onPartitionsRevoked(partitions: readonly TopicPartition[]): void {
    this.owned -= partitions.length;
    if (this.owned <= 0) this.withoutSinceMs = this.clock.now();
  }
}
