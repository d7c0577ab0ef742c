const LEAST_PAUSE_NS = 2e6;

/** Spreads work over time. A rate below zero is no limit; of rate zero nothing more is done, ever. Source: ThroughputThrottler. */
export class ThroughputLimit {
  private readonly rate: number;
  private readonly startedMs: number;
  private deficitNs = 0;

  constructor(rate: number, startedMs: number) {
    this.rate = rate;
    this.startedMs = startedMs;
  }

  /** How long to pause after `done` pieces at `nowMs`: 0, or Infinity. Short pauses are saved up. */
  pauseMs(done: number, nowMs: number): number {
    if (this.rate < 0) return 0;
    const elapsedSeconds = (nowMs - this.startedMs) / 1000;
    if (!(elapsedSeconds > 0 && done / elapsedSeconds > this.rate)) return 0;
    if (this.rate === 0) return Number.POSITIVE_INFINITY;
    this.deficitNs += 1e9 / this.rate;
    if (this.deficitNs < LEAST_PAUSE_NS) return 0;
    const pauseMs = this.deficitNs / 1e6;
    this.deficitNs = 0;
    return pauseMs;
  }
}
