import { readFileSync } from 'node:fs';
import { Writable } from 'node:stream';
import { jsonReport, textReport } from '../../../../src/tools/producer-perf/perf-report.ts';
import { PerfStats } from '../../../../src/tools/producer-perf/perf-stats.ts';

/** Collects what is written, without the newlines. */
function lines(said: string[]): Writable {
  return new Writable({
    decodeStrings: false,
    write(line: string, _encoding, done) {
      said.push(line.trimEnd());
      done();
    },
  });
}

function stats(recordCount: number, isSteadyState = false) {
  const said: string[] = [];
  const report = textReport(lines(said));
  return { said, stats: new PerfStats(recordCount, { nowMs: 1000, reportingIntervalMs: 5000, isSteadyState, report }) };
}

describe('statistics of the producer perf test', () => {
  it('sum up in the words of Apache Kafka 4.3.1', () => {
    const { said, stats: all } = stats(4);
    for (const latencyMs of [1, 2, 3, 10]) all.record(latencyMs, 1024 * 1024, 1500);
    all.reportTotal(3000);
    expect(said).toEqual([
      '4 records sent, 2.000000 records/sec (2.00 MB/sec), 4.00 ms avg latency, 10.00 ms max latency, 3 ms 50th, 10 ms 95th, 10 ms 99th, 10 ms 99.9th.',
    ]);
  });

  it('say NaN where nothing was sent', () => {
    const { said, stats: none } = stats(3);
    none.reportTotal(2000);
    expect(said).toEqual([
      '0 records sent, 0.000000 records/sec (0.00 MB/sec), NaN ms avg latency, 0.00 ms max latency, 0 ms 50th, 0 ms 95th, 0 ms 99th, 0 ms 99.9th.',
    ]);
  });

  it('tell the progress of each interval', () => {
    const { said, stats: all } = stats(100);
    all.record(5, 100, 2000);
    all.record(7, 100, 6000);
    all.record(9, 100, 6500);
    expect(said).toEqual(['2 records sent, 0.4 records/sec (0.00 MB/sec), 6.0 ms avg latency, 7.0 ms max latency.']);
  });

  it('leave progress to the steady state once it began', () => {
    const whole = stats(100);
    whole.stats.silence();
    whole.stats.record(5, 1, 7000);
    expect(whole.said).toEqual([]);
    const steady = stats(50, true);
    steady.stats.record(5, 1, 7000);
    steady.stats.reportTotal(8000);
    expect(steady.said[0]).toBe('In steady state.');
    expect(steady.said[2]).toMatch(/^1 steady state records sent, /);
  });

  it('keep every n-th latency of long runs', () => {
    const { said, stats: all } = stats(1_000_000);
    for (let at = 0; at < 1_000_000; at++) all.record(at % 2 === 0 ? 1 : 100, 1, 1001);
    all.reportTotal(2000);
    expect(said[0]).toContain(
      '50.50 ms avg latency, 100.00 ms max latency, 1 ms 50th, 1 ms 95th, 1 ms 99th, 1 ms 99.9th.',
    );
  });

  it('take percentiles as Apache Kafka does', () => {
    const fixture = new URL('../../../fixtures/java/perf-percentiles.json', import.meta.url);
    const { cases } = JSON.parse(readFileSync(fixture, 'utf8')) as {
      cases: { count: number; latencies?: number[]; percentiles: number[] }[];
    };
    for (const { count, latencies, percentiles } of cases) {
      const { said, stats: all } = stats(count);
      for (let at = 0; at < count; at++) all.record(latencies?.[at] ?? (at * 7919) % count, 1, 1001);
      all.reportTotal(2000);
      const [half, p95, p99, p999] = percentiles;
      expect(said[0]).toContain(` ${half} ms 50th, ${p95} ms 95th, ${p99} ms 99th, ${p999} ms 99.9th.`);
    }
  });

  it('as JSON keep remarks out of stdout, and have no NaN', () => {
    const [said, remarks]: [string[], string[]] = [[], []];
    const report = jsonReport({ stdout: lines(said), stderr: lines(remarks) });
    const options = { nowMs: 1000, reportingIntervalMs: 5000, isSteadyState: false, report };
    report.note('Warmup first 1 records.');
    new PerfStats(3, options).reportTotal(2000);
    expect(JSON.parse(said[0] ?? '')).toEqual({
      event: 'total',
      records: 0,
      recordsPerSecond: 0,
      megabytesPerSecond: 0,
      averageLatencyMs: null,
      maxLatencyMs: 0,
      latencyPercentilesMs: { p50: 0, p95: 0, p99: 0, p999: 0 },
    });
    expect(remarks).toEqual(['Warmup first 1 records.']);
  });
});
