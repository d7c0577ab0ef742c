import { progressLine, progressNumbers, totalLine } from '../../../../src/tools/consumer-perf/index.ts';

describe('perf reports', () => {
  // Rows that Apache's kafka-consumer-perf-test printed, with the counts behind them.
  it('of a run', () => {
    const total = { startMs: 0, endMs: 2446, bytes: 1390, records: 500, rebalanceMs: 2283 };
    expect(totalLine(total, String)).toBe('0, 2446, 0.0013, 0.0005, 500, 204.4154, 2283, 163, 0.0081, 3067.4847');
  });

  it('of a run without any time to fetch', () => {
    const total = { startMs: 5, endMs: 5, bytes: 0, records: 0, rebalanceMs: 0 };
    expect(totalLine(total, String)).toBe('5, 5, 0.0000, NaN, 0, NaN, 0, 0, NaN, NaN');
  });

  it('of an interval', () => {
    const interval = { startMs: 0, endMs: 1207, bytes: 1, records: 1, intervalBytes: 1, intervalRecords: 1 };
    expect(progressLine({ ...interval, rebalanceMs: 1052 }, String)).toBe(
      '1207, 0, 0.0000, 0.0000, 1, 0.8285, 1052, 155, 0.0000, 6.4516',
    );
    expect(progressNumbers({ ...interval, rebalanceMs: 1207 })).toMatchObject({ fetchRecordsPerSecond: 0 });
  });
});
