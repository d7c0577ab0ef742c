import { type Producer } from '../../client/producer/index.ts';
import { fixedDecimals } from '../../util/java-format.ts';

export interface MeasuredRun {
  readonly clientId: string;
  readonly topic: string;
  readonly elapsedSeconds: number;
  /** Of the records as they count against max.request.size. */
  readonly recordSizes: { readonly total: number; readonly count: number; readonly max: number };
}

/**
 * The table of `--print-metrics`: `group:name:{tags} : value`, sorted, numbers with three decimals. It holds those of Java's metrics
 * that this producer measures; those of Java's network thread (selects, buffers, authentication) mean nothing here.
 */
export function metricsText(producer: Producer, run: MeasuredRun): string {
  const { clientId, topic, elapsedSeconds, recordSizes } = run;
  const ofClient = `{client-id=${clientId}}`;
  const ofTopic = `{client-id=${clientId}, topic=${topic}}`;
  const { counters } = producer;
  const { recordSendTotal, recordErrorTotal, recordRetryTotal } = counters;
  const rate = (total: number): number => (elapsedSeconds > 0 ? total / elapsedSeconds : 0);
  const average = (total: number, count: number): number => (count > 0 ? total / count : Number.NaN);
  const rows: [name: string, value: number][] = [
    [`producer-metrics:batch-size-avg:${ofClient}`, average(counters.byteTotal, counters.batchTotal)],
    [`producer-metrics:batch-size-max:${ofClient}`, counters.batchSizeMax],
    [`producer-metrics:batch-split-rate:${ofClient}`, rate(counters.batchSplitTotal)],
    [`producer-metrics:batch-split-total:${ofClient}`, counters.batchSplitTotal],
    [`producer-metrics:buffer-available-bytes:${ofClient}`, producer.bufferBytes.available],
    [`producer-metrics:buffer-total-bytes:${ofClient}`, producer.bufferBytes.total],
    [`producer-metrics:compression-rate-avg:${ofClient}`, average(counters.byteTotal, counters.plainByteTotal)],
    [`producer-metrics:record-error-rate:${ofClient}`, rate(recordErrorTotal)],
    [`producer-metrics:record-error-total:${ofClient}`, recordErrorTotal],
    [`producer-metrics:record-retry-rate:${ofClient}`, rate(recordRetryTotal)],
    [`producer-metrics:record-retry-total:${ofClient}`, recordRetryTotal],
    [`producer-metrics:record-send-rate:${ofClient}`, rate(recordSendTotal)],
    [`producer-metrics:record-send-total:${ofClient}`, recordSendTotal],
    [`producer-metrics:record-size-avg:${ofClient}`, average(recordSizes.total, recordSizes.count)],
    [`producer-metrics:record-size-max:${ofClient}`, recordSizes.max],
    [`producer-metrics:records-per-request-avg:${ofClient}`, average(recordSendTotal, counters.requestTotal)],
    [`producer-metrics:request-latency-avg:${ofClient}`, average(counters.answerMsTotal, counters.answerTotal)],
    [`producer-metrics:request-latency-max:${ofClient}`, counters.answerMsMax],
    [`producer-topic-metrics:byte-rate:${ofTopic}`, rate(counters.byteTotal)],
    [`producer-topic-metrics:byte-total:${ofTopic}`, counters.byteTotal],
    [`producer-topic-metrics:record-error-rate:${ofTopic}`, rate(recordErrorTotal)],
    [`producer-topic-metrics:record-error-total:${ofTopic}`, recordErrorTotal],
    [`producer-topic-metrics:record-retry-rate:${ofTopic}`, rate(recordRetryTotal)],
    [`producer-topic-metrics:record-retry-total:${ofTopic}`, recordRetryTotal],
    [`producer-topic-metrics:record-send-rate:${ofTopic}`, rate(recordSendTotal)],
    [`producer-topic-metrics:record-send-total:${ofTopic}`, recordSendTotal],
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  const lines = rows.map(([name, value]) => `${name.padEnd(width)} : ${fixedDecimals(value, 3)}\n`);
  return `\n${'Metric Name'.padEnd(width)}   Value\n${lines.join('')}`;
}
