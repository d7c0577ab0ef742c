import { type Consumer } from '../../client/consumer/index.ts';
import { JavaError } from '../../util/java-error.ts';
import { javaPattern, matchesWhole } from '../../util/java-regex.ts';
import { type ToolContext } from '../../util/tool-context.ts';
import { toJavaError } from '../java-failures.ts';
import { openToolConsumer } from '../open-consumer.ts';
import { RecordPolls } from '../record-polls.ts';
import { type PerfProgress, type PerfTotal } from './perf-report.ts';
import { RebalanceTime } from './rebalance-time.ts';

/** What to read and when to stop. */
export interface PerfLimits {
  /** A topic, or a Java regular expression for whole names. */
  readonly selection: { readonly topic: string } | { readonly include: string };
  readonly recordCount: number;
  /** Since the last record. */
  readonly timeoutMs: number;
  readonly reportingIntervalMs: number;
}

export interface ConsumerPerfOptions {
  readonly properties: ReadonlyMap<string, string>;
  /** Read late, as Java's tool does: when the consumer is there. */
  limits(): PerfLimits;
  onProgress(progress: PerfProgress): void;
  /** The time was over before enough records came. */
  onTooFew(timeoutMs: number): void;
  /** Everything is read, nothing is closed or committed yet. */
  onFinished(total: PerfTotal, consumer: Consumer): void;
  readonly connectPatienceMs?: number | undefined;
}

const POLL_MS = 100;
const CLIENT_ID = 'perf-consumer-client';

/**
 * Reads records as fast as they come and counts them. It counts whole polls (max.poll.records), so that more than `recordCount` may
 * be read. Throws JavaError. Source: org.apache.kafka.tools.ConsumerPerformance.
 */
export async function runConsumerPerf(options: ConsumerPerfOptions, context: ToolContext): Promise<void> {
  const { clock } = context;
  const { properties, connectPatienceMs } = options;
  const toOpen = { clientId: CLIENT_ID, usesGroup: true, connectPatienceMs };
  const { consumer, config } = await openToolConsumer(properties, toOpen, context);
  const polls = new RecordPolls(consumer, config.values.get('max.poll.records'));
  try {
    const startMs = clock.now();
    const limits = options.limits();
    const rebalance = new RebalanceTime(clock);
    subscribe(consumer, limits.selection, rebalance);
    const read = await readAll(polls, limits, options, rebalance, context);
    if (context.signal.aborted) return;
    if (read.records < limits.recordCount) options.onTooFew(limits.timeoutMs);
    options.onFinished({ startMs, endMs: clock.now(), rebalanceMs: rebalance.totalMs, ...read }, consumer);
  } catch (error) {
    throw toJavaError(error);
  } finally {
    await consumer.close();
  }
}

function subscribe(consumer: Consumer, selection: PerfLimits['selection'], listener: RebalanceTime): void {
  if ('topic' in selection) {
    if (selection.topic.trim() === '') {
      const text = 'Topic collection to subscribe to cannot contain null or empty topic';
      throw new JavaError('java.lang.IllegalArgumentException', text);
    }
    consumer.subscribe([selection.topic], listener);
    return;
  }
  const pattern = javaPattern(selection.include);
  consumer.subscribe((name) => !name.startsWith('__') && matchesWhole(pattern, name), listener);
}

async function readAll(
  polls: RecordPolls,
  { recordCount, timeoutMs, reportingIntervalMs }: PerfLimits,
  { onProgress }: ConsumerPerfOptions,
  rebalance: RebalanceTime,
  { clock, signal }: ToolContext,
): Promise<{ records: number; bytes: number }> {
  let nowMs = clock.now();
  let consumedMs = nowMs;
  const last = { atMs: nowMs, bytes: 0, records: 0 };
  let records = 0;
  let bytes = 0;
  let reports = 0;
  while (records < recordCount && nowMs - consumedMs <= timeoutMs && !signal.aborted) {
    for (let fetched = await polls.next(POLL_MS), isFirst = true; fetched; fetched = await polls.more()) {
      if (isFirst) nowMs = clock.now();
      const { cursor } = fetched;
      while (polls.takes(fetched)) {
        records++;
        if (cursor.keyLength > 0) bytes += cursor.keyLength;
        if (cursor.valueLength > 0) bytes += cursor.valueLength;
        if (!isFirst) continue;
        isFirst = false;
        consumedMs = nowMs;
        if (nowMs - last.atMs < reportingIntervalMs) continue;
        onProgress({
          startMs: last.atMs,
          endMs: nowMs,
          bytes,
          records,
          intervalBytes: bytes - last.bytes,
          intervalRecords: records - last.records,
          // Java's tool loses sight of rebalances after its first report.
          rebalanceMs: reports++ === 0 ? rebalance.totalMs : 0,
        });
        Object.assign(last, { atMs: nowMs, bytes, records });
      }
    }
    nowMs = clock.now();
  }
  return { records, bytes };
}
