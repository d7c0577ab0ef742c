export interface SampleWindows {
  /** quota.window.num. */
  readonly count: number;
  readonly lengthMs: number;
}

interface Sample {
  startMs: number;
  lastMs: number;
  sum: number;
}

/**
 * An amount per second over the last windows, the open one included; before all windows have been seen, the missing ones
 * count as if nothing had happened in them (kafka Rate over SampledStat).
 */
export class SampledRate {
  private readonly windows: SampleWindows;
  /** Oldest first; the last one is open. */
  private samples: Sample[] = [];
  lastUsedMs: number;

  constructor(windows: SampleWindows, nowMs: number) {
    this.windows = windows;
    this.lastUsedMs = nowMs;
  }

  /** A negative amount takes back what was recorded. */
  record(amount: number, nowMs: number): void {
    this.lastUsedMs = nowMs;
    const open = this.samples.at(-1);
    if (open !== undefined && nowMs - open.startMs < this.windows.lengthMs) {
      open.sum += amount;
      open.lastMs = nowMs;
      return;
    }
    this.samples.push({ startMs: nowMs, lastMs: nowMs, sum: amount });
    this.purge(nowMs);
  }

  perSecond(nowMs: number): number {
    const windowMs = this.windowMs(nowMs);
    return (this.samples.reduce((sum, one) => sum + one.sum, 0) * 1000) / windowMs;
  }

  /** How long to wait until the rate is back at `limit`; 0 when it is not above. */
  delayMs(limit: number, nowMs: number): number {
    const rate = this.perSecond(nowMs);
    return rate > limit ? Math.round(((rate - limit) / limit) * this.windowMs(nowMs)) : 0;
  }

  private windowMs(nowMs: number): number {
    this.purge(nowMs);
    const { count, lengthMs } = this.windows;
    const elapsedMs = nowMs - (this.samples[0]?.startMs ?? nowMs);
    const missing = Math.max(0, count - 1 - Math.floor(elapsedMs / lengthMs));
    return Math.max(1, elapsedMs + missing * lengthMs);
  }

  private purge(nowMs: number): void {
    const { count, lengthMs } = this.windows;
    this.samples = this.samples.filter(({ lastMs }) => nowMs - lastMs < count * lengthMs);
  }
}
