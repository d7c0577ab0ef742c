import { type Offset } from '../../protocol/primitives.ts';
import { type Clock, type Timer } from '../../util/clock.ts';
import { type HostedPartition, type PartitionWaiter } from './hosted-partition.ts';

/** Records that were written here and wait until the replicas in sync have them (acks=-1). Done once. */
export class DelayedAppend implements PartitionWaiter {
  readonly done: Promise<void>;
  private readonly missing: Map<HostedPartition, Offset>;
  private readonly timer: Timer;
  private readonly resolve: () => void;

  /** `nextOffsets`: the offset after the last record appended to each partition. */
  constructor(nextOffsets: ReadonlyMap<HostedPartition, Offset>, options: { timeoutMs: number; clock: Clock }) {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.done = promise;
    this.resolve = resolve;
    this.missing = new Map(nextOffsets);
    for (const partition of this.missing.keys()) partition.wait(this);
    this.timer = options.clock.after(options.timeoutMs, () => this.complete());
  }

  onAdvanced(partition: HostedPartition): void {
    const nextOffset = this.missing.get(partition);
    if (nextOffset !== undefined && partition.isReplicated(nextOffset)) this.leave(partition);
  }

  onLost(partition: HostedPartition): void {
    this.leave(partition);
  }

  private leave(partition: HostedPartition): void {
    partition.stopWaiting(this);
    this.missing.delete(partition);
    if (this.missing.size === 0) this.complete();
  }

  private complete(): void {
    for (const partition of this.missing.keys()) partition.stopWaiting(this);
    this.missing.clear();
    this.timer.cancel();
    this.resolve();
  }
}
