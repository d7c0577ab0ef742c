/** kafka ClientQuotaManager: a meter nobody used for an hour is forgotten. */
const FORGET_AFTER_MS = 3_600_000;
const SWEEP_EVERY_MS = 60_000;

/** What each client used, by meter key. */
export class Meters<T extends { readonly lastUsedMs: number }> {
  private readonly meters = new Map<string, T>();
  private readonly make: (nowMs: number) => T;
  private sweptMs = 0;

  constructor(make: (nowMs: number) => T) {
    this.make = make;
  }

  get count(): number {
    return this.meters.size;
  }

  find(key: string): T | undefined {
    return this.meters.get(key);
  }

  of(key: string, nowMs: number): T {
    const known = this.meters.get(key);
    if (known !== undefined) return known;
    if (nowMs - this.sweptMs >= SWEEP_EVERY_MS) this.sweep(nowMs);
    const meter = this.make(nowMs);
    this.meters.set(key, meter);
    return meter;
  }

  private sweep(nowMs: number): void {
    this.sweptMs = nowMs;
    for (const [key, { lastUsedMs }] of this.meters) {
      if (nowMs - lastUsedMs >= FORGET_AFTER_MS) this.meters.delete(key);
    }
  }
}
