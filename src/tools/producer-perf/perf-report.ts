import { type Writable } from 'node:stream';
import { fixedDecimals } from '../../util/java-format.ts';
import { type PerfReport, type PerfSums } from './perf-stats.ts';
import { metricsText } from './producer-metrics.ts';

/** In Apache's words, all of it on stdout. */
export function textReport(stdout: Writable): PerfReport {
  const note = (line: string): void => void stdout.write(`${line}\n`);
  const words = (sums: PerfSums, what: string, decimals: { rate: number; latency: number }): string =>
    `${sums.records}${what} records sent, ${fixedDecimals(sums.recordsPerSecond, decimals.rate)} records/sec ` +
    `(${fixedDecimals(sums.megabytesPerSecond, 2)} MB/sec), ` +
    `${fixedDecimals(sums.averageLatencyMs, decimals.latency)} ms avg latency, ` +
    `${fixedDecimals(sums.maxLatencyMs, decimals.latency)} ms max latency`;
  return {
    note,
    progress: (sums) => note(`${words(sums, '', { rate: 1, latency: 1 })}.`),
    total: (sums) => {
      const [half, p95, p99, p999] = sums.percentileMs;
      const what = sums.isSteadyState ? ' steady state' : '';
      note(
        `${words(sums, what, { rate: 6, latency: 2 })}, ${half} ms 50th, ${p95} ms 95th, ${p99} ms 99th, ${p999} ms 99.9th.`,
      );
    },
    metrics: (metrics) => void stdout.write(metricsText(metrics)),
  };
}

/** One JSON object per line on stdout, remarks on stderr. */
export function jsonReport({ stdout, stderr }: { stdout: Writable; stderr: Writable }): PerfReport {
  const print = (event: string, sums: PerfSums, more: object = {}): void => {
    const { records, recordsPerSecond, megabytesPerSecond, averageLatencyMs, maxLatencyMs } = sums;
    const line = { event, records, recordsPerSecond, megabytesPerSecond, averageLatencyMs, maxLatencyMs, ...more };
    stdout.write(`${JSON.stringify(line)}\n`);
  };
  return {
    note: (line) => void stderr.write(`${line}\n`),
    progress: (sums) => print('progress', sums),
    total: (sums) => {
      const [p50, p95, p99, p999] = sums.percentileMs;
      print(sums.isSteadyState ? 'steadyState' : 'total', sums, { latencyPercentilesMs: { p50, p95, p99, p999 } });
    },
    metrics: (metrics) => {
      for (const metric of metrics) stdout.write(`${JSON.stringify({ event: 'metric', ...metric })}\n`);
    },
  };
}
