import { type FetchCounters } from '../../client/consumer/index.ts';
import { fixedDecimals } from '../../util/java-format.ts';

export interface MeasuredConsumer {
  readonly clientId: string;
  readonly elapsedSeconds: number;
  readonly counters: Readonly<FetchCounters>;
  readonly records: number;
  readonly bytes: number;
  readonly assignedPartitions: number;
}

/**
 * The table of `--print-metrics`: `group:name:{tags} : value`, sorted, numbers with three decimals. It holds those of Java's metrics
 * that this consumer measures; those of Java's network thread (selects, buffers, authentication) mean nothing here.
 */
export function consumerMetricsText(measured: MeasuredConsumer): string {
  const { clientId, elapsedSeconds, counters, records, bytes, assignedPartitions } = measured;
  const tags = `{client-id=${clientId}}`;
  const rate = (total: number): number => (elapsedSeconds > 0 ? total / elapsedSeconds : 0);
  const average = (total: number): number => (counters.fetchTotal > 0 ? total / counters.fetchTotal : Number.NaN);
  const fetches = (name: string) => `consumer-fetch-manager-metrics:${name}:${tags}`;
  const rows: [name: string, value: number][] = [
    [`consumer-coordinator-metrics:assigned-partitions:${tags}`, assignedPartitions],
    [fetches('bytes-consumed-rate'), rate(bytes)],
    [fetches('bytes-consumed-total'), bytes],
    [fetches('fetch-latency-avg'), average(counters.latencyMsTotal)],
    [fetches('fetch-latency-max'), counters.fetchTotal > 0 ? counters.latencyMsMax : Number.NaN],
    [fetches('fetch-rate'), rate(counters.fetchTotal)],
    [fetches('fetch-size-avg'), average(counters.byteTotal)],
    [fetches('fetch-size-max'), counters.fetchTotal > 0 ? counters.byteMax : Number.NaN],
    [fetches('fetch-total'), counters.fetchTotal],
    [fetches('records-consumed-rate'), rate(records)],
    [fetches('records-consumed-total'), records],
    [fetches('records-per-request-avg'), average(records)],
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  const lines = rows.map(([name, value]) => `${name.padEnd(width)} : ${fixedDecimals(value, 3)}\n`);
  return `\n${'Metric Name'.padEnd(width)}   Value\n${lines.join('')}`;
}
