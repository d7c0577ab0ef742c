import { type Cluster } from '../../client/index.ts';
import { type Producer } from '../../client/producer/index.ts';
import { fixedDecimals } from '../../util/java-format.ts';

/** What the run itself has measured. Times in milliseconds unless their names say otherwise. */
export interface MeasuredRun {
  readonly clientId: string;
  readonly topic: string;
  readonly startedMs: number;
  readonly elapsedSeconds: number;
  /** Of the records as they count against max.request.size. */
  readonly recordSizes: { readonly total: number; readonly count: number; readonly max: number };
  /** Waiting and transactions, by the name that Java's metrics give them. */
  readonly nanoseconds: Readonly<Record<WaitName, number>>;
  readonly exhaustedTotal: number;
  /** Of this process: turns of the event loop, and how long it worked and waited. */
  readonly loop: { readonly turns: number; readonly activeNs: number; readonly idleNs: number };
  /** What Java's client says about itself. */
  readonly version: { readonly version: string; readonly commitId: string };
}

export const WAIT_NAMES = [
  'bufferpool-wait',
  'flush',
  'metadata-wait',
  'txn-abort',
  'txn-begin',
  'txn-commit',
  'txn-init',
  'txn-prepare',
  'txn-send-offsets',
] as const;
export type WaitName = (typeof WAIT_NAMES)[number];

export interface Metric {
  readonly group: string;
  readonly name: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly value: number | string;
}

/** Java measures rates over two windows of 30 s; a window that has not been is counted as one without events. */
const RATE_WINDOW_SECONDS = 30;

/**
 * The metrics of Java's producer, all of them. Rates are Java's for runs under a minute, and those of the whole run after that. The I/O of Java's network thread is that of the event loop.
 * Source: SenderMetricsRegistry, Selector.SelectorMetrics, KafkaProducerMetrics.
 */
export function producerMetrics(producer: Producer, cluster: Cluster, run: MeasuredRun): Metric[] {
  const { clientId, elapsedSeconds, recordSizes, loop } = run;
  const { counters, bufferBytes } = producer;
  const measuredSeconds = elapsedSeconds < RATE_WINDOW_SECONDS ? elapsedSeconds + RATE_WINDOW_SECONDS : elapsedSeconds;
  const rate = (total: number): number => total / measuredSeconds;
  const average = (total: number, count: number): number => (count > 0 ? total / count : Number.NaN);
  const all: Metric[] = [];
  const put = (group: string, tags: Metric['tags'], values: Readonly<Record<string, number | string>>): void => {
    for (const [name, value] of Object.entries(values)) {
      all.push({ group, name, tags: { 'client-id': clientId, ...tags }, value });
    }
  };
  const both = (name: string, total: number) => ({ [`${name}-rate`]: rate(total), [`${name}-total`]: total });
  const compression = average(counters.byteTotal, counters.plainByteTotal);
  const latency = (total: number, msTotal: number, msMax: number) => ({
    'request-latency-avg': average(msTotal, total),
    'request-latency-max': total > 0 ? msMax : Number.NaN,
  });
  const traffic = [...cluster.trafficByNode];
  const sum = (
    key: 'connectionTotal' | 'closeTotal' | 'requestTotal' | 'requestBytes' | 'responseTotal' | 'responseBytes',
  ) => traffic.reduce((total, [, one]) => total + one[key], 0);
  const [requestTotal, responseTotal, connectionTotal] = [
    sum('requestTotal'),
    sum('responseTotal'),
    sum('connectionTotal'),
  ];
  const authenticated = cluster.settings.securityProtocol === 'PLAINTEXT' ? 0 : connectionTotal;
  put(
    'app-info',
    {},
    {
      'commit-id': run.version.commitId,
      'start-time-ms': String(run.startedMs),
      version: run.version.version,
    },
  );
  put(
    'producer-metrics',
    {},
    {
      'batch-size-avg': average(counters.byteTotal, counters.batchTotal),
      'batch-size-max': counters.batchTotal > 0 ? counters.batchSizeMax : Number.NaN,
      ...both('batch-split', counters.batchSplitTotal),
      'buffer-available-bytes': bufferBytes.available,
      ...both('buffer-exhausted', run.exhaustedTotal),
      'buffer-total-bytes': bufferBytes.total,
      'bufferpool-wait-ratio': rate(run.nanoseconds['bufferpool-wait'] / 1e9),
      'compression-rate-avg': compression,
      ...both('connection-close', sum('closeTotal')),
      'connection-count': connectionTotal - sum('closeTotal'),
      ...both('connection-creation', connectionTotal),
      ...both('failed-authentication', 0),
      ...both('failed-reauthentication', 0),
      ...both('incoming-byte', sum('responseBytes')),
      'io-ratio': rate(loop.activeNs / 1e9),
      'io-time-ns-avg': average(loop.activeNs, loop.turns),
      'io-time-ns-total': loop.activeNs,
      'io-wait-ratio': rate(loop.idleNs / 1e9),
      'io-wait-time-ns-avg': average(loop.idleNs, loop.turns),
      'io-wait-time-ns-total': loop.idleNs,
      'metadata-age': cluster.metadata.ageMs / 1000,
      ...both('network-io', requestTotal + responseTotal),
      ...both('outgoing-byte', sum('requestBytes')),
      'produce-throttle-time-avg': average(counters.throttleMsTotal, counters.answerTotal),
      'produce-throttle-time-max': counters.answerTotal > 0 ? counters.throttleMsMax : Number.NaN,
      'reauthentication-latency-avg': Number.NaN,
      'reauthentication-latency-max': Number.NaN,
      ...both('record-error', counters.recordErrorTotal),
      'record-queue-time-avg': average(counters.queueMsTotal, counters.batchTotal),
      'record-queue-time-max': counters.batchTotal > 0 ? counters.queueMsMax : Number.NaN,
      ...both('record-retry', counters.recordRetryTotal),
      ...both('record-send', counters.recordSendTotal),
      'record-size-avg': average(recordSizes.total, recordSizes.count),
      'record-size-max': recordSizes.count > 0 ? recordSizes.max : Number.NaN,
      'records-per-request-avg': average(counters.recordSendTotal, counters.requestTotal),
      ...latency(counters.answerTotal, counters.answerMsTotal, counters.answerMsMax),
      ...both('request', requestTotal),
      'request-size-avg': average(sum('requestBytes'), requestTotal),
      'request-size-max': requestTotal > 0 ? Math.max(...traffic.map(([, one]) => one.requestBytesMax)) : Number.NaN,
      'requests-in-flight': cluster.pendingCount,
      ...both('response', responseTotal),
      ...both('select', loop.turns),
      'successful-authentication-no-reauth-total': 0,
      ...both('successful-authentication', authenticated),
      ...both('successful-reauthentication', 0),
      'waiting-threads': 0,
      ...Object.fromEntries(WAIT_NAMES.map((name) => [`${name}-time-ns-total`, run.nanoseconds[name]])),
    },
  );
  for (const [nodeId, one] of traffic) {
    const { total = 0, msTotal = 0, msMax = 0 } = counters.answersByNode.get(nodeId) ?? {};
    put(
      'producer-node-metrics',
      { 'node-id': `node-${nodeId}` },
      {
        ...both('incoming-byte', one.responseBytes),
        ...both('outgoing-byte', one.requestBytes),
        ...latency(total, msTotal, msMax),
        ...both('request', one.requestTotal),
        'request-size-avg': average(one.requestBytes, one.requestTotal),
        'request-size-max': one.requestTotal > 0 ? one.requestBytesMax : Number.NaN,
        ...both('response', one.responseTotal),
      },
    );
  }
  put(
    'producer-topic-metrics',
    { topic: run.topic },
    {
      ...both('byte', counters.byteTotal),
      'compression-rate': compression,
      ...both('record-error', counters.recordErrorTotal),
      ...both('record-retry', counters.recordRetryTotal),
      ...both('record-send', counters.recordSendTotal),
    },
  );
  put('kafka-metrics-count', {}, { count: all.length + 1 });
  return all.sort((a, b) => (fullName(a) < fullName(b) ? -1 : 1));
}

function fullName({ group, name, tags }: Metric): string {
  const list = Object.entries(tags).map(([key, value]) => `${key}=${value}`);
  return `${group}:${name}:{${list.join(', ')}}`;
}

/** The table of `--print-metrics`: numbers with three decimals. Source: ToolsUtils.printMetrics. */
export function metricsText(metrics: readonly Metric[]): string {
  const rows = metrics.map((one) => [fullName(one), one.value] as const);
  const width = Math.max(...rows.map(([name]) => name.length));
  const lines = rows.map(
    ([name, value]) => `${name.padEnd(width)} : ${typeof value === 'number' ? fixedDecimals(value, 3) : value}\n`,
  );
  return `\n${'Metric Name'.padEnd(width)}   Value\n${lines.join('')}`;
}
