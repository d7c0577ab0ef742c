import { type Clock, type Timer } from '../../util/clock.ts';
import { type Logger } from '../../util/logger.ts';
import { isStorageError } from './filesystem.ts';

/** Directories or segments between two looks at the event loop. */
const REMOVALS_PER_STEP = 20;

interface Removal {
  readonly delayMs: number;
  readonly dueMs: number;
  readonly remove: () => void;
}

/**
 * Files that are renamed to `.deleted` or `-delete` and go later (file.delete.delay.ms), so that reads under way can end.
 * A clock that was set back does not make them wait for it. Owns its timer. What is left at `stop` is found and removed by the next start.
 */
export class Removals {
  private readonly clock: Clock;
  private readonly logger: Logger;
  private pending: Removal[] = [];
  private timer: Timer | null = null;
  private isStopped = false;
  /** When the timer fires, by the clock as it was when it was set. */
  private nextDueMs = Number.POSITIVE_INFINITY;

  constructor(clock: Clock, logger: Logger) {
    this.clock = clock;
    this.logger = logger;
  }

  add(delayMs: number, remove: () => void): void {
    if (this.isStopped) return;
    const dueMs = this.clock.now() + delayMs;
    this.pending.push({ delayMs, dueMs, remove });
    if (dueMs < this.nextDueMs) this.wakeIn(delayMs, dueMs);
  }

  private wakeIn(waitMs: number, dueMs: number): void {
    this.timer?.cancel();
    this.nextDueMs = dueMs;
    this.timer = this.clock.after(waitMs, () => this.run());
  }

  private schedule(): void {
    this.timer = null;
    this.nextDueMs = Number.POSITIVE_INFINITY;
    const nowMs = this.clock.now();
    let waitMs = Number.POSITIVE_INFINITY;
    for (const { delayMs, dueMs } of this.pending) waitMs = Math.min(waitMs, Math.max(dueMs - nowMs, 0), delayMs);
    if (waitMs < Number.POSITIVE_INFINITY) this.wakeIn(waitMs, nowMs + waitMs);
  }

  private run(): void {
    const nowMs = this.clock.now();
    const isDue = ({ delayMs, dueMs }: Removal) => dueMs <= nowMs || dueMs - delayMs > nowMs;
    // A topic of thousands of partitions must not keep everybody else waiting.
    const due = this.pending.filter(isDue).slice(0, REMOVALS_PER_STEP);
    const now = new Set(due);
    this.pending = this.pending.filter((one) => !now.has(one));
    for (const { remove } of due) {
      try {
        remove();
      } catch (error) {
        if (!isStorageError(error)) throw error;
        // The next start finds the files again; nothing depends on them.
        this.logger.log('ERROR', `Failed to remove deleted files: ${error.message}`, error);
      }
    }
    this.schedule();
  }

  stop(): void {
    this.isStopped = true;
    this.timer?.cancel();
    this.pending = [];
  }
}
