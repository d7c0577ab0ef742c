import { ThroughputLimit } from '../../../../src/tools/producer-perf/throughput-limit.ts';

describe('a throughput limit', () => {
  it('does nothing below zero', () => {
    expect(new ThroughputLimit(-1, 0).pauseMs(1_000_000, 1)).toBe(0);
  });

  it('pauses for the time of a record when it runs ahead', () => {
    const limit = new ThroughputLimit(10, 0);
    expect(limit.pauseMs(0, 0)).toBe(0);
    expect(limit.pauseMs(5, 1000)).toBe(0);
    expect(limit.pauseMs(11, 1000)).toBe(100);
  });

  it('saves short pauses up to two milliseconds', () => {
    const limit = new ThroughputLimit(1000, 0);
    expect([1, 2, 3, 4].map(() => limit.pauseMs(5000, 1000))).toEqual([0, 2, 0, 2]);
  });

  it('of zero never goes on', () => {
    expect(new ThroughputLimit(0, 0).pauseMs(1, 1)).toBe(Number.POSITIVE_INFINITY);
  });
});
