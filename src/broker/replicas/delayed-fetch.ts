import { type Offset } from '../../protocol/primitives.ts';
import { type Clock, type Timer } from '../../util/clock.ts';
import { type HostedPartition, type PartitionWaiter } from './hosted-partition.ts';

/**
 * A fetch that found less than it wants. It waits on its partitions and on one timer, and is done once: when enough bytes
 * came, a partition is lost, time is up, or its client went away.
 */
export class DelayedFetch implements PartitionWaiter {
  readonly done: Promise<void>;
  private bytesMissing: number;
  private readonly offsets: ReadonlyMap<HostedPartition, Offset>;
  private readonly readCommitted: boolean;
  private readonly timer: Timer;
  private readonly signal: AbortSignal | undefined;
  private readonly resolve: () => void;
  private readonly finish = () => this.complete();
  private isDue = false;
  private isDone = false;

  /** `offsets` is where each partition is read from. */
  constructor(
    offsets: ReadonlyMap<HostedPartition, Offset>,
    options: {
      bytesMissing: number;
      readCommitted: boolean;
      maxWaitMs: number;
      clock: Clock;
      signal: AbortSignal | undefined;
    },
  ) {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.done = promise;
    this.resolve = resolve;
    this.offsets = offsets;
    this.bytesMissing = options.bytesMissing;
    this.readCommitted = options.readCommitted;
    this.signal = options.signal;
    for (const partition of offsets.keys()) partition.wait(this);
    this.timer = options.clock.after(options.maxWaitMs, this.finish);
    this.signal?.addEventListener('abort', this.finish);
    if (this.signal?.aborted) this.complete();
  }

  onAdvanced(partition: HostedPartition, appendedBytes: number): void {
    this.bytesMissing -= appendedBytes;
    // Records of an open transaction count when its end makes them readable.
    if (this.readCommitted && !this.isReadable(partition)) return;
    if (this.bytesMissing <= 0) this.completeSoon();
  }

  private isReadable(partition: HostedPartition): boolean {
    const fetchOffset = this.offsets.get(partition);
    return fetchOffset !== undefined && partition.log !== null && partition.log.lastStableOffset > fetchOffset;
  }

  onLost(): void {
    this.completeSoon();
  }

  /** Not at once: one produce request fills several partitions, and the producer's answer goes first. */
  private completeSoon(): void {
    if (this.isDue) return;
    this.isDue = true;
    setImmediate(this.finish);
  }

  private complete(): void {
    if (this.isDone) return;
    this.isDone = true;
    for (const partition of this.offsets.keys()) partition.stopWaiting(this);
    this.timer.cancel();
    this.signal?.removeEventListener('abort', this.finish);
    this.resolve();
  }
}
