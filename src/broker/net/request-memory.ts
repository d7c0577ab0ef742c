/**
 * Bytes of requests that are coming in or in work, all connections together (queued.max.request.bytes, kafka
 * SimpleMemoryPool). A request may begin while anything is left, however large it is; who finds nothing left waits.
 */
export class RequestMemory {
  private readonly maxBytes: number;
  private used = 0;
  private waiting: (() => void)[] = [];

  /** Below 1: no limit. */
  constructor(maxBytes: number) {
    this.maxBytes = maxBytes;
  }

  get usedBytes(): number {
    return this.used;
  }

  /** False when nothing is left: `whenFree` is called once when that may have changed. */
  tryTake(byteCount: number, whenFree: () => void): boolean {
    if (this.maxBytes > 0 && this.used >= this.maxBytes) {
      this.waiting.push(whenFree);
      return false;
    }
    this.used += byteCount;
    return true;
  }

  /** For what is here already. */
  take(byteCount: number): void {
    this.used += byteCount;
  }

  giveBack(byteCount: number): void {
    this.used -= byteCount;
    if (this.waiting.length === 0 || this.used >= this.maxBytes) return;
    for (const wake of this.waiting.splice(0)) wake();
  }
}
