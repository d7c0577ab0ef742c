import { type Metric } from './producer-metrics.ts';

/** As many latencies are kept at most; of longer runs every n-th. */
const MOST_SAMPLES = 500_000;
const MEGABYTE = 1024 * 1024;

/** Records of a span of time, summed up. */
export interface PerfSums {
  readonly records: number;
  readonly recordsPerSecond: number;
  readonly megabytesPerSecond: number;
  readonly averageLatencyMs: number;
  readonly maxLatencyMs: number;
}

/** Of a whole run: the latency that half, 95 %, 99 % and 99.9 % of the records did not exceed. */
export interface PerfTotal extends PerfSums {
  readonly percentileMs: readonly [half: number, p95: number, p99: number, p999: number];
  readonly isSteadyState: boolean;
}

/** Who is told how a run goes. */
export interface PerfReport {
  /** A remark in words. */
  note(line: string): void;
  progress(sums: PerfSums): void;
  total(sums: PerfTotal): void;
  metrics(metrics: readonly Metric[]): void;
}

/** Counts, sizes and latencies of the delivered records. Times in milliseconds. Source: ProducerPerformance.Stats. */
export class PerfStats {
  private readonly report: PerfReport;
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
    options: { nowMs: number; reportingIntervalMs: number; isSteadyState: boolean; report: PerfReport },
  ) {
    this.sampling = Math.floor(recordCount / Math.min(recordCount, MOST_SAMPLES));
    this.latencies = new Int32Array(Math.floor(recordCount / this.sampling) + 1);
    this.reportingIntervalMs = options.reportingIntervalMs;
    this.isSteadyState = options.isSteadyState;
    this.startedMs = options.nowMs;
    this.windowStartedMs = options.nowMs;
    this.report = options.report;
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
      if (this.isSteadyState && this.windowCount === this.count) this.report.note('In steady state.');
      if (!this.isSilent) this.report.progress(this.windowSums(nowMs));
      this.beginWindow(nowMs);
    }
    this.seen++;
  }

  reportTotal(nowMs: number): void {
    const elapsedMs = nowMs - this.startedMs;
    this.report.total({
      records: this.count,
      recordsPerSecond: (1000 * this.count) / elapsedMs,
      megabytesPerSecond: (1000 * this.bytes) / elapsedMs / MEGABYTE,
      averageLatencyMs: this.totalLatencyMs / this.count,
      maxLatencyMs: this.maxLatencyMs,
      percentileMs: this.percentiles(),
      isSteadyState: this.isSteadyState,
    });
  }

  private windowSums(nowMs: number): PerfSums {
    const elapsedMs = nowMs - this.windowStartedMs;
    return {
      records: this.windowCount,
      recordsPerSecond: (1000 * this.windowCount) / elapsedMs,
      megabytesPerSecond: (1000 * this.windowBytes) / elapsedMs / MEGABYTE,
      averageLatencyMs: this.windowTotalLatencyMs / this.windowCount,
      maxLatencyMs: this.windowMaxLatencyMs,
    };
  }

  private beginWindow(nowMs: number): void {
    this.windowStartedMs = nowMs;
    this.windowCount = 0;
    this.windowBytes = 0;
    this.windowTotalLatencyMs = 0;
    this.windowMaxLatencyMs = 0;
  }

  private percentiles(): PerfTotal['percentileMs'] {
    const sorted = this.latencies.slice(0, this.sampleCount).sort();
    const at = (share: number): number => sorted[Math.floor(share * sorted.length)] ?? 0;
    return [at(0.5), at(0.95), at(0.99), at(0.999)];
  }
}
