import { type Clock, type Timer } from '../../util/clock.ts';

/** Runs a task again and again, some time after it last ended; owns its timer. */
export class PeriodicTask {
  private readonly clock: Clock;
  private readonly intervalMs: () => number;
  private readonly task: () => Promise<void> | void;
  private timer: Timer | null = null;
  private isStopped = false;
  private running: Promise<void> = Promise.resolve();

  /** An interval that may change is asked for after each run. */
  constructor(clock: Clock, intervalMs: number | (() => number), task: () => Promise<void> | void) {
    this.clock = clock;
    this.intervalMs = typeof intervalMs === 'number' ? () => intervalMs : intervalMs;
    this.task = task;
  }

  start(initialDelayMs = this.intervalMs()): void {
    if (this.isStopped || !Number.isFinite(this.intervalMs())) return;
    this.timer = this.clock.after(initialDelayMs, () => {
      this.running = Promise.resolve(this.task()).then(() => this.start());
    });
  }

  /** Resolves when a run under way has ended. */
  async stop(): Promise<void> {
    this.isStopped = true;
    this.timer?.cancel();
    await this.running;
  }
}

/** Lets other work happen between the steps of a long task. */
export function yieldToLoop(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
