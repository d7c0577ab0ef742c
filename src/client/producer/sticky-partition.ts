/** Random whole number from 0 (inclusive) to `bound` (exclusive). */
export type RandomIndex = (bound: number) => number;

/**
 * The partition that records without a key go to: kept until about a batch's worth was appended to it, then drawn anew among
 * the partitions that have a leader. Source: KIP-794 (BuiltInPartitioner), without its adaptive part: every partition is as
 * likely as the others, however long its queue.
 */
export class StickyPartition {
  private readonly batchBytes: number;
  private readonly random: RandomIndex;
  private partition = -1;
  private producedBytes = 0;

  constructor(batchBytes: number, random: RandomIndex) {
    this.batchBytes = Math.max(1, batchBytes);
    this.random = random;
  }

  /** The current one, or -1 before the first draw. */
  get current(): number {
    return this.partition;
  }

  /** Draws a partition: one of `available`, or any of `partitionCount` when none is. */
  draw(available: readonly number[], partitionCount: number): number {
    this.producedBytes = 0;
    this.partition =
      available.length > 0 ? (available[this.random(available.length)] as number) : this.random(partitionCount);
    return this.partition;
  }

  /** Counts what was appended to the current partition. */
  addProduced(byteCount: number): void {
    this.producedBytes += byteCount;
  }

  /**
   * True when the next record belongs elsewhere. A partition with a batch still filling is left only after twice what that batch
   * may hold, so that a switch does not leave half-empty batches behind. `openBatchBytes`: that limit, 0 without an open batch.
   */
  isUsedUp(openBatchBytes: number): boolean {
    return this.producedBytes >= (openBatchBytes > 0 ? Math.max(this.batchBytes, openBatchBytes) * 2 : this.batchBytes);
  }
}
