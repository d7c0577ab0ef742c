import { fixedDecimals } from '../../util/java-format.ts';

/** As many latencies are kept at most; of longer runs every n-th. */
const MOST_SAMPLES = 500_000;
const MEGABYTE = 1024 * 1024;

/** Counts, sizes and latencies of the delivered records, summed up in Apache's words. Times in milliseconds. */
export class PerfStats {
  private readonly say: (line: string) => void;
  private readonly sampling: number;
  private readonly latencies: Int32Array;
  private readonly reportingIntervalMs: number;
  private readonly isSteadyState: boolean;
  private readonly startedMs: number;
  private sampleCount = 0;
  private seen = 0;
  private count = 0;
  private bytes = 0;
  private totalLatencyMs = 0;
  private maxLatencyMs = 0;
  private windowStartedMs: number;
  private windowCount = 0;
  private windowBytes = 0;
  private windowTotalLatencyMs = 0;
  private windowMaxLatencyMs = 0;
  private isSilent = false;

  constructor(
    recordCount: number,
    options: { nowMs: number; reportingIntervalMs: number; isSteadyState: boolean; say: (line: string) => void },
  ) {
    this.sampling = Math.floor(recordCount / Math.min(recordCount, MOST_SAMPLES));
    this.latencies = new Int32Array(Math.floor(recordCount / this.sampling) + 1);
    this.reportingIntervalMs = options.reportingIntervalMs;
    this.isSteadyState = options.isSteadyState;
    this.startedMs = options.nowMs;
    this.windowStartedMs = options.nowMs;
    this.say = options.say;
  }

  /** No more progress lines: other statistics tell it from here. */
  silence(): void {
    this.isSilent = true;
  }

  record(latencyMs: number, byteCount: number, nowMs: number): void {
    this.count++;
    this.bytes += byteCount;
    this.totalLatencyMs += latencyMs;
    if (latencyMs > this.maxLatencyMs) this.maxLatencyMs = latencyMs;
    this.windowCount++;
    this.windowBytes += byteCount;
    this.windowTotalLatencyMs += latencyMs;
    if (latencyMs > this.windowMaxLatencyMs) this.windowMaxLatencyMs = latencyMs;
    if (this.seen % this.sampling === 0) this.latencies[this.sampleCount++] = latencyMs;
    if (nowMs - this.windowStartedMs >= this.reportingIntervalMs) {
      if (this.isSteadyState && this.windowCount === this.count) this.say('In steady state.');
      if (!this.isSilent) this.sayWindow(nowMs);
      this.beginWindow(nowMs);
    }
    this.seen++;
  }

  sayTotal(nowMs: number): void {
    const elapsedMs = nowMs - this.startedMs;
    const percentiles = this.percentiles(0.5, 0.95, 0.99, 0.999);
    this.say(
      `${this.count}${this.isSteadyState ? ' steady state' : ''} records sent, ` +
        `${fixedDecimals((1000 * this.count) / elapsedMs, 6)} records/sec ` +
        `(${fixedDecimals((1000 * this.bytes) / elapsedMs / MEGABYTE, 2)} MB/sec), ` +
        `${fixedDecimals(this.totalLatencyMs / this.count, 2)} ms avg latency, ` +
        `${fixedDecimals(this.maxLatencyMs, 2)} ms max latency, ` +
        `${percentiles[0]} ms 50th, ${percentiles[1]} ms 95th, ${percentiles[2]} ms 99th, ${percentiles[3]} ms 99.9th.`,
    );
  }

  private sayWindow(nowMs: number): void {
    const elapsedMs = nowMs - this.windowStartedMs;
    this.say(
      `${this.windowCount} records sent, ${fixedDecimals((1000 * this.windowCount) / elapsedMs, 1)} records/sec ` +
        `(${fixedDecimals((1000 * this.windowBytes) / elapsedMs / MEGABYTE, 2)} MB/sec), ` +
        `${fixedDecimals(this.windowTotalLatencyMs / this.windowCount, 1)} ms avg latency, ` +
        `${fixedDecimals(this.windowMaxLatencyMs, 1)} ms max latency.`,
    );
  }

  private beginWindow(nowMs: number): void {
    this.windowStartedMs = nowMs;
    this.windowCount = 0;
    this.windowBytes = 0;
    this.windowTotalLatencyMs = 0;
    this.windowMaxLatencyMs = 0;
  }

  private percentiles(...wanted: readonly number[]): number[] {
    const sorted = this.latencies.slice(0, this.sampleCount).sort();
    return wanted.map((one) => sorted[Math.floor(one * sorted.length)] ?? 0);
  }
}
