/** Time as an argument: rooms never call Date.now or setTimeout themselves. */
export interface Timer {
  cancel(): void;
}

export interface Clock {
  /** Milliseconds since the epoch, an integer. */
  now(): number;
  /** Calls back once after at least `delayMs`; a timer does not keep the process alive. */
  after(delayMs: number, callback: () => void): Timer;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  after(delayMs, callback) {
    const handle = setTimeout(callback, Math.min(delayMs, 0x7fffffff));
    handle.unref();
    return { cancel: () => clearTimeout(handle) };
  },
};

interface PendingTimer {
  at: number;
  order: number;
  callback: () => void;
}

/** A clock that moves only when told: for tests. */
export class ManualClock implements Clock {
  private time: number;
  private order = 0;
  private pending: PendingTimer[] = [];

  constructor(time = 1_700_000_000_000) {
    this.time = time;
  }

  now(): number {
    return this.time;
  }

  after(delayMs: number, callback: () => void): Timer {
    const timer = { at: this.time + delayMs, order: this.order++, callback };
    this.pending.push(timer);
    return {
      cancel: () => {
        this.pending = this.pending.filter((one) => one !== timer);
      },
    };
  }

  /** Moves on, running due timers in order; lets promises settle after each. */
  async advance(byMs: number): Promise<void> {
    const end = this.time + byMs;
    for (;;) {
      const due = this.pending.filter((one) => one.at <= end).sort((a, b) => a.at - b.at || a.order - b.order)[0];
      if (!due) break;
      this.pending = this.pending.filter((one) => one !== due);
      this.time = Math.max(this.time, due.at);
      due.callback();
      await new Promise((resolve) => setImmediate(resolve));
    }
    this.time = end;
    await new Promise((resolve) => setImmediate(resolve));
  }
}
