/**
 * Permits that come in at a steady rate and may be saved up to a burst. Taking more than there is leaves a debt, which the
 * next one waits for (KIP-599, kafka TokenBucket).
 */
export class TokenBucket {
  private readonly burstSeconds: number;
  private tokens = 0;
  /** A new bucket is full. */
  private filledMs = 0;
  lastUsedMs: number;

  constructor(burstSeconds: number, nowMs: number) {
    this.burstSeconds = burstSeconds;
    this.lastUsedMs = nowMs;
  }

  take(permits: number, perSecond: number, nowMs: number): void {
    this.fill(perSecond, nowMs);
    this.tokens = Math.min(this.burstSeconds * perSecond, this.tokens - permits);
    this.lastUsedMs = nowMs;
  }

  /** How long to wait until the debt is paid; 0 without one. */
  delayMs(perSecond: number, nowMs: number): number {
    this.fill(perSecond, nowMs);
    return this.tokens < 0 ? Math.round((-this.tokens / perSecond) * 1000) : 0;
  }

  private fill(perSecond: number, nowMs: number): void {
    const gained = (perSecond * (nowMs - this.filledMs)) / 1000;
    this.tokens = Math.min(this.burstSeconds * perSecond, this.tokens + gained);
    this.filledMs = nowMs;
  }
}
