import { setImmediate } from 'node:timers/promises';
import {
  openProducer,
  type Producer,
  parseProducerProperties,
  serializedUpperBound,
  type Transactions,
} from '../../client/producer/index.ts';
import { JavaError } from '../../util/java-error.ts';
import { type ToolContext } from '../../util/tool-context.ts';
import { pause } from '../pause.ts';
import { countingPayloads, type Payloads, pickedPayloads, randomPayloads, readPayloads } from './payloads.ts';
import { type PerfPropertySources, perfProperties } from './perf-properties.ts';
import { jsonReport, textReport } from './perf-report.ts';
import { PerfStats } from './perf-stats.ts';
import { type MeasuredRun, producerMetrics, WAIT_NAMES, type WaitName } from './producer-metrics.ts';
import { ThroughputLimit } from './throughput-limit.ts';

export type PayloadSource =
  | { readonly kind: 'random'; readonly byteCount: number }
  | { readonly kind: 'counting' }
  | { readonly kind: 'file'; readonly path: string; readonly delimiter: string };

export interface ProducerPerfOptions extends PerfPropertySources {
  readonly topic: string;
  readonly recordCount: number;
  readonly payload: PayloadSource;
  /** Records per second; below zero: no limit; zero: one record, then a pause without end. */
  readonly throughput: number;
  readonly warmupRecords: number;
  readonly reportingIntervalMs: number;
  readonly printsMetrics: boolean;
  /** JSON lines instead of Apache's words. */
  readonly isJson?: boolean;
  /** What `--print-metrics` gives for Java's client. */
  readonly version?: MeasuredRun['version'];
}

/** How many records are appended before sockets and timers have their turn. */
const TURN_RECORDS = 256;

/**
 * Sends records as fast as asked and tells how that went, in Apache's words. Records that fail are told on stderr, one exception
 * each, and are not counted. Throws JavaError. Source: org.apache.kafka.tools.ProducerPerformance.
 */
export async function runProducerPerf(
  options: ProducerPerfOptions,
  context: ToolContext,
): Promise<{ failedRecords: number }> {
  const { clock, logger, stdout, stderr, signal } = context;
  const report = options.isJson ? jsonReport(context) : textReport(stdout);
  const payloads = await openPayloads(options.payload, report.note);
  const { properties, transactionDurationMs } = await perfProperties(options);
  let failedRecords = 0;
  const run: { stats?: PerfStats; steady?: PerfStats } = {};
  const onMarks = (marks: readonly number[]): void => {
    const nowMs = clock.now();
    for (let at = 0; at < marks.length; at += 2) {
      const stamp = marks[at] as number;
      const latencyMs = nowMs - Math.floor(stamp / 2);
      run.stats?.record(latencyMs, marks[at + 1] as number, nowMs);
      if (stamp % 2 === 1) run.steady?.record(latencyMs, marks[at + 1] as number, nowMs);
    }
  };
  const opened = await openProducer({
    values: parseProducerProperties(properties),
    clock,
    logger,
    onMarks,
    onFailure: ({ error }) => {
      failedRecords++;
      stderr.write(error.trace());
    },
  });
  const { producer, transactions } = opened;
  const stopwatch = new Stopwatch();
  let isClosed = false;
  const close = async (): Promise<void> => {
    if (!isClosed) await opened.close();
    isClosed = true;
  };
  try {
    if (transactions) await stopwatch.time('txn-init', () => transactions.initialize());
    const { recordCount, reportingIntervalMs, warmupRecords } = options;
    if (warmupRecords > 0) {
      report.note(
        `Warmup first ${warmupRecords} records. Steady state results will print after the complete test summary.`,
      );
    }
    const statsFor = (count: number, isSteadyState: boolean): PerfStats =>
      new PerfStats(count, { nowMs: clock.now(), reportingIntervalMs, isSteadyState, report });
    const startedMs = clock.now();
    run.stats = statsFor(recordCount, false);
    const beginSteadyState = (): void => {
      run.steady = statsFor(recordCount - warmupRecords, true);
      run.stats?.silence();
    };
    const recordSizes = await sendAll({
      options,
      context,
      producer,
      transactions,
      payloads,
      transactionDurationMs,
      beginSteadyState,
      stopwatch,
    });
    if (signal.aborted) return { failedRecords };
    if (options.printsMetrics) await stopwatch.time('flush', () => producer.flush());
    else await close();
    run.stats.reportTotal(clock.now());
    run.steady?.reportTotal(clock.now());
    if (options.printsMetrics) {
      const elapsedSeconds = (clock.now() - startedMs) / 1000;
      const clientId = properties.get('client.id') ?? '';
      report.metrics(
        producerMetrics(producer, opened.cluster, {
          clientId,
          topic: options.topic,
          startedMs,
          elapsedSeconds,
          recordSizes,
          nanoseconds: stopwatch.nanoseconds,
          exhaustedTotal: stopwatch.exhaustedTotal,
          loop: stopwatch.loop(),
          version: options.version ?? { version: '', commitId: '' },
        }),
      );
    }
  } finally {
    await close();
  }
  return { failedRecords };
}

async function openPayloads(source: PayloadSource, say: (line: string) => void): Promise<Payloads> {
  if (source.kind === 'random') return randomPayloads(source.byteCount);
  if (source.kind === 'counting') return countingPayloads();
  const payloads = await readPayloads(source.path, source.delimiter, say);
  if (payloads.length > 0) return pickedPayloads(payloads);
  throw new JavaError(
    'java.lang.IllegalArgumentException',
    'No payload file, record size or payload-monotonic option provided.',
  );
}

interface Sending {
  readonly options: ProducerPerfOptions;
  readonly context: ToolContext;
  readonly producer: Producer;
  readonly transactions: Transactions | null;
  readonly payloads: Payloads;
  readonly transactionDurationMs: number;
  readonly beginSteadyState: () => void;
  readonly stopwatch: Stopwatch;
}

/** How long the run waited for what, and what the event loop did meanwhile. */
class Stopwatch {
  readonly nanoseconds = Object.fromEntries(WAIT_NAMES.map((name) => [name, 0])) as Record<WaitName, number>;
  /** Records that found no memory in time. */
  exhaustedTotal = 0;
  private readonly begun = performance.eventLoopUtilization();
  private readonly turnsBefore = performance.nodeTiming.uvMetricsInfo.loopCount;

  async time<T>(name: WaitName, work: () => Promise<T>): Promise<T> {
    const before = performance.now();
    try {
      return await work();
    } finally {
      this.nanoseconds[name] += Math.round((performance.now() - before) * 1e6);
    }
  }

  loop(): MeasuredRun['loop'] {
    const { active, idle } = performance.eventLoopUtilization(this.begun);
    const turns = performance.nodeTiming.uvMetricsInfo.loopCount - this.turnsBefore;
    return { turns, activeNs: Math.round(active * 1e6), idleNs: Math.round(idle * 1e6) };
  }
}

async function sendAll(sending: Sending): Promise<MeasuredRun['recordSizes']> {
  const { options, context, producer, transactions, payloads, transactionDurationMs, beginSteadyState, stopwatch } =
    sending;
  const { clock, signal } = context;
  const { recordCount, warmupRecords } = options;
  const limit = new ThroughputLimit(options.throughput, clock.now());
  const recordSizes = { total: 0, count: 0, max: 0 };
  let transactionStartedMs: number | null = null;
  for (let at = 0; at < recordCount && !signal.aborted; at++) {
    const payload = payloads.next();
    if (transactions && transactionStartedMs === null) {
      await stopwatch.time('txn-begin', async () => transactions.begin());
      transactionStartedMs = clock.now();
    }
    const sentMs = clock.now();
    if (warmupRecords > 0 && at === warmupRecords) beginSteadyState();
    const byteCount = serializedUpperBound(-1, payload.length);
    recordSizes.count++;
    recordSizes.total += byteCount;
    if (byteCount > recordSizes.max) recordSizes.max = byteCount;
    const isSteady = warmupRecords > 0 && at >= warmupRecords;
    await append(sending, payload, sentMs, sentMs * 2 + (isSteady ? 1 : 0));
    if (transactions && transactionStartedMs !== null && sentMs - transactionStartedMs >= transactionDurationMs) {
      await stopwatch.time('txn-commit', () => transactions.commit());
      transactionStartedMs = null;
    }
    const pauseMs = limit.pauseMs(at, sentMs);
    if (pauseMs > 0) {
      producer.wake();
      await pause(context, pauseMs);
    } else if (at % TURN_RECORDS === TURN_RECORDS - 1) {
      producer.wake();
      await setImmediate();
    }
  }
  producer.wake();
  if (transactionStartedMs !== null) await stopwatch.time('txn-commit', async () => transactions?.commit());
  return recordSizes;
}

/** Waits only for memory and for the topic. */
async function append({ producer, options, stopwatch }: Sending, payload: Buffer, sentMs: number, stamp: number) {
  const { topic: name } = options;
  const topic =
    producer.known(name) ??
    (await stopwatch.time('metadata-wait', async () => producer.openFor(name, -1, payload.length)));
  if (topic === null) return;
  while (!producer.tryAppendMarked(topic, payload, sentMs, stamp, payload.length)) {
    const hasRoom = await stopwatch.time('bufferpool-wait', async () => producer.makeRoom(topic, -1, payload.length));
    if (hasRoom) continue;
    stopwatch.exhaustedTotal++;
    return;
  }
}
