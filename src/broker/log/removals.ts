import { type Clock, type Timer } from '../../util/clock.ts';
import { type Logger } from '../../util/logger.ts';
import { isStorageError } from './filesystem.ts';

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

  constructor(clock: Clock, logger: Logger) {
    this.clock = clock;
    this.logger = logger;
  }

  add(delayMs: number, remove: () => void): void {
    if (this.isStopped) return;
    this.pending.push({ delayMs, dueMs: this.clock.now() + delayMs, remove });
    this.schedule();
  }

  private schedule(): void {
    this.timer?.cancel();
    this.timer = null;
    if (this.pending.length === 0) return;
    const nowMs = this.clock.now();
    const waits = this.pending.map(({ delayMs, dueMs }) => Math.min(dueMs - nowMs, delayMs));
    this.timer = this.clock.after(Math.max(Math.min(...waits), 0), () => this.run());
  }

  private run(): void {
    const nowMs = this.clock.now();
    const isDue = ({ delayMs, dueMs }: Removal) => dueMs <= nowMs || dueMs - delayMs > nowMs;
    const due = this.pending.filter(isDue);
    this.pending = this.pending.filter((one) => !isDue(one));
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
