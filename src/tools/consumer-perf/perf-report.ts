import { fixedDecimals } from '../../util/java-format.ts';

const COLUMNS = 'rebalance.time.ms, fetch.time.ms, fetch.MB.sec, fetch.nMsg.sec';
export const HEADER = `start.time, end.time, data.consumed.in.MB, MB.sec, data.consumed.in.nMsg, nMsg.sec, ${COLUMNS}`;
export const DETAILED_HEADER = `time, threadId, data.consumed.in.MB, MB.sec, data.consumed.in.nMsg, nMsg.sec, ${COLUMNS}`;

/** The whole run. */
export interface PerfTotal {
  readonly startMs: number;
  readonly endMs: number;
  readonly bytes: number;
  readonly records: number;
  /** Without any partition. */
  readonly rebalanceMs: number;
}

/** One interval of it. */
export interface PerfProgress {
  readonly startMs: number;
  readonly endMs: number;
  /** Since the beginning. */
  readonly bytes: number;
  readonly records: number;
  readonly intervalBytes: number;
  readonly intervalRecords: number;
  readonly rebalanceMs: number;
}

const megabytes = (bytes: number): number => bytes / (1024 * 1024);
const decimals = (value: number): string => fixedDecimals(value, 4);

/** Rates of a run, as Kafka computes them: a run that took no time has infinite ones. Source: ConsumerPerformance. */
export function totalNumbers({ startMs, endMs, bytes, records, rebalanceMs }: PerfTotal) {
  const elapsedMs = endMs - startMs;
  const fetchMs = elapsedMs - rebalanceMs;
  const consumedMegabytes = megabytes(bytes);
  return {
    startTimeMs: startMs,
    endTimeMs: endMs,
    megabytes: consumedMegabytes,
    megabytesPerSecond: consumedMegabytes / (elapsedMs / 1000),
    records,
    recordsPerSecond: records / (elapsedMs / 1000),
    rebalanceTimeMs: rebalanceMs,
    fetchTimeMs: fetchMs,
    fetchMegabytesPerSecond: consumedMegabytes / (fetchMs / 1000),
    fetchRecordsPerSecond: records / (fetchMs / 1000),
  };
}

/** Rates of an interval; an interval without any time to fetch has rates of zero. Source: ConsumerPerformance. */
export function progressNumbers(progress: PerfProgress) {
  const { startMs, endMs, bytes, records, intervalBytes, intervalRecords, rebalanceMs } = progress;
  const elapsedMs = endMs - startMs;
  const fetchMs = elapsedMs - rebalanceMs;
  return {
    timeMs: endMs,
    threadId: 0,
    megabytes: megabytes(bytes),
    megabytesPerSecond: (1000 * megabytes(intervalBytes)) / elapsedMs,
    records,
    recordsPerSecond: (intervalRecords / elapsedMs) * 1000,
    rebalanceTimeMs: rebalanceMs,
    fetchTimeMs: fetchMs,
    fetchMegabytesPerSecond: fetchMs <= 0 ? 0 : (1000 * megabytes(intervalBytes)) / fetchMs,
    fetchRecordsPerSecond: fetchMs <= 0 ? 0 : (1000 * intervalRecords) / fetchMs,
  };
}

type DateFormat = (epochMs: number) => string;

export function totalLine(total: PerfTotal, date: DateFormat): string {
  const numbers = totalNumbers(total);
  return `${date(numbers.startTimeMs)}, ${date(numbers.endTimeMs)}, ${rateColumns(numbers)}`;
}

export function progressLine(progress: PerfProgress, date: DateFormat): string {
  const numbers = progressNumbers(progress);
  return `${date(numbers.timeMs)}, ${numbers.threadId}, ${rateColumns(numbers)}`;
}

function rateColumns(numbers: Omit<ReturnType<typeof totalNumbers>, 'startTimeMs' | 'endTimeMs'>): string {
  return [
    decimals(numbers.megabytes),
    decimals(numbers.megabytesPerSecond),
    numbers.records,
    decimals(numbers.recordsPerSecond),
    numbers.rebalanceTimeMs,
    numbers.fetchTimeMs,
    decimals(numbers.fetchMegabytesPerSecond),
    decimals(numbers.fetchRecordsPerSecond),
  ].join(', ');
}
