export interface RequestQueueLimits {
  /** num.io.threads: requests in work at once, those that wait in a purgatory not counted. May change. */
  readonly numIoThreads: number;
  /** queued.max.requests: whole requests that wait for their turn. */
  readonly queuedMaxRequests: number;
}

/**
 * Whose turn it is, all connections together (kafka RequestChannel and KafkaRequestHandlerPool). Work takes a place and
 * leaves it; what finds none waits in order; when as many wait as may, connections are told not to read on.
 */
export class RequestQueue {
  private readonly limits: RequestQueueLimits;
  private inWork = 0;
  private waiting: (() => void)[] = [];
  /** What goes on when fewer wait; in the order in which it was held up. */
  private readonly heldUp = new Set<() => void>();
  private isDue = false;

  constructor(limits: RequestQueueLimits) {
    this.limits = limits;
  }

  get waitingCount(): number {
    return this.waiting.length;
  }

  /** False when too many wait already: `goOn` is called once when that may have changed. */
  mayRead(goOn: () => void): boolean {
    if (this.waiting.length < this.limits.queuedMaxRequests) return true;
    this.heldUp.add(goOn);
    return false;
  }

  /** Whoever was held up does not want to go on any more. */
  forget(goOn: () => void): void {
    this.heldUp.delete(goOn);
  }

  /** True: the caller has a place now, and must leave it. */
  tryEnter(): boolean {
    if (this.waiting.length > 0 || this.inWork >= this.limits.numIoThreads) return false;
    this.inWork++;
    return true;
  }

  /** Calls back with a place. */
  wait(enter: () => void): void {
    this.waiting.push(enter);
  }

  leave(): void {
    this.inWork--;
    this.limitsChanged();
  }

  /** Not within the call: who leaves is in the middle of its own work. */
  limitsChanged(): void {
    if (this.isDue || (this.waiting.length === 0 && this.heldUp.size === 0)) return;
    this.isDue = true;
    queueMicrotask(() => {
      this.isDue = false;
      this.admit();
    });
  }

  private admit(): void {
    const { limits } = this;
    const free = Math.max(0, limits.numIoThreads - this.inWork);
    for (const enter of this.waiting.splice(0, free)) {
      this.inWork++;
      enter();
    }
    for (const goOn of this.heldUp) {
      if (this.waiting.length >= limits.queuedMaxRequests) return;
      this.heldUp.delete(goOn);
      goOn();
    }
  }
}
