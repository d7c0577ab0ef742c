import { type Clock } from '../../util/clock.ts';

/** One waiter, many who may wake it. A call while nobody waits is remembered. */
export class WakeUp {
  private readonly clock: Clock;
  private isRaised = false;
  private resume: (() => void) | null = null;

  constructor(clock: Clock) {
    this.clock = clock;
  }

  raise(): void {
    this.isRaised = true;
    this.resume?.();
  }

  /** Returns when raised, or after `limitMs`. */
  async wait(limitMs: number): Promise<void> {
    if (!this.isRaised) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.resume = resolve;
      const timer = this.clock.after(limitMs, resolve);
      await promise;
      this.resume = null;
      timer.cancel();
    }
    this.isRaised = false;
  }
}
