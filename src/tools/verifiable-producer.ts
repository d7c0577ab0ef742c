import { setImmediate } from 'node:timers/promises';
import { openProducer, parseProducerProperties, type RecordMetadata } from '../client/producer/index.ts';
import { doubleText } from '../util/config-values.ts';
import { JavaError } from '../util/java-error.ts';
import { type ToolContext } from '../util/tool-context.ts';
import { pause } from './pause.ts';
import { ThroughputLimit } from './producer-perf/throughput-limit.ts';

import { readNamedPropertiesFile } from './property-sources.ts';

export interface VerifiableProducerOptions {
  readonly bootstrapServers: string;
  readonly topic: string;
  /** Below zero: until the signal. */
  readonly maxMessages: number;
  readonly throughput: number;
  readonly acks: string;
  readonly configFile: string | undefined;
  /** Milliseconds since the epoch of the first record; below zero: now, each time. */
  readonly createTimeMs: number;
  readonly valuePrefix: number | undefined;
  /** Keys run from 0 to this (exclusive), then again. */
  readonly repeatingKeys: number | undefined;
  /** Keys of the JSON in camelCase throughout; Apache's last line mixes them with snake_case. */
  readonly isCamelCase?: boolean;
}

const STRING_SERIALIZER = 'org.apache.kafka.common.serialization.StringSerializer';
/** Records that may be on their way before the next one waits. */
const MOST_UNDER_WAY = 2000;
const TURN_RECORDS = 128;

/**
 * Sends counting numbers and tells, one JSON object per line, which of them were acknowledged. Ends by itself after `maxMessages`, or
 * with the signal, all acknowledgements awaited. Source: org.apache.kafka.tools.VerifiableProducer.
 */
export async function runVerifiableProducer(
  options: VerifiableProducerOptions,
  context: ToolContext,
): Promise<{ readonly failedRecords: number }> {
  const { clock, logger, signal } = context;
  const startedMs = clock.now();
  const opened = await openProducer({
    values: parseProducerProperties(await properties(options)),
    clock,
    logger,
    onFailure: () => undefined,
  });
  const tell = (name: string, fields: string): void => {
    context.stdout.write(`{"timestamp":${clock.now()},"name":"${name}"${fields}}\n`);
  };
  tell('startup_complete', '');
  const { topic, maxMessages, throughput, valuePrefix, repeatingKeys } = options;
  const limit = new ThroughputLimit(throughput, clock.now());
  const underWay = new Set<Promise<void>>();
  let { createTimeMs } = options;
  let sent = 0;
  let acked = 0;
  const send = async (key: string | null, value: string, timestampMs: number | undefined): Promise<void> => {
    const names = `"key":${JSON.stringify(key)},"value":${JSON.stringify(value)}`;
    try {
      const record = { topic, timestampMs, key: key === null ? null : Buffer.from(key), value: Buffer.from(value) };
      const { offset, partition }: RecordMetadata = await opened.producer.send(record);
      acked++;
      const where = `"offset":${offset},"topic":${JSON.stringify(topic)},"partition":${partition}`;
      tell('producer_send_success', `,${names},${where}`);
    } catch (error) {
      if (!(error instanceof JavaError)) throw error;
      const why = `"exception":"class ${error.className}","message":${JSON.stringify(error.hasMessage ? error.message : null)}`;
      tell('producer_send_error', `,"topic":${JSON.stringify(topic)},${names},${why}`);
    }
  };
  try {
    for (let at = 0; (maxMessages < 0 || at < maxMessages) && !signal.aborted; at++) {
      const sentMs = clock.now();
      const key = repeatingKeys === undefined ? null : String(at % repeatingKeys);
      const one = send(
        key,
        valuePrefix === undefined ? String(at) : `${valuePrefix}.${at}`,
        createTimeMs >= 0 ? createTimeMs : undefined,
      );
      if (createTimeMs >= 0) createTimeMs += clock.now() - startedMs;
      sent++;
      underWay.add(one);
      void one.finally(() => underWay.delete(one));
      while (underWay.size >= MOST_UNDER_WAY) await Promise.race(underWay);
      const pauseMs = limit.pauseMs(at, sentMs);
      if (pauseMs > 0) await pause(context, pauseMs);
      else if (at % TURN_RECORDS === TURN_RECORDS - 1) await setImmediate();
    }
    // All of them: the topic may still be unknown to the first.
    await Promise.all(underWay);
  } finally {
    await opened.close();
    tell('shutdown_complete', '');
    const average = (1000 * acked) / Math.max(1, clock.now() - startedMs);
    tell(
      'tool_data',
      options.isCamelCase
        ? `,"sent":${sent},"acked":${acked},"targetThroughput":${throughput},"averageThroughput":${doubleText(average)}`
        : `,"sent":${sent},"acked":${acked},"target_throughput":${throughput},"avg_throughput":${doubleText(average)}`,
    );
  }
  return { failedRecords: sent - acked };
}

async function properties(options: VerifiableProducerOptions): Promise<Map<string, string>> {
  const merged = new Map([
    ['bootstrap.servers', options.bootstrapServers],
    ['key.serializer', STRING_SERIALIZER],
    ['value.serializer', STRING_SERIALIZER],
    ['acks', options.acks],
    ['retries', '0'],
  ]);
  for (const [key, value] of await readNamedPropertiesFile(options.configFile)) merged.set(key, value);
  return merged;
}
