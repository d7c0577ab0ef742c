import { listOffsets, OFFSET_SPECS } from '../client/admin/list-offsets.ts';
import { openAdmin } from '../client/admin/open-admin.ts';
import { requireAll } from '../client/admin/outcome.ts';
import { createTopics, listTopics } from '../client/admin/topics.ts';
import { type Consumer } from '../client/consumer/index.ts';
import { openProducer, type Producer, parseProducerProperties } from '../client/producer/index.ts';
import { JavaError } from '../util/java-error.ts';
import { JavaRandom } from '../util/java-random.ts';
import { type ToolContext } from '../util/tool-context.ts';
import { toJavaError } from './java-failures.ts';
import { type OpenConsumer, openToolConsumer } from './open-consumer.ts';
import { readPropertiesFile } from './property-sources.ts';

export interface LatencyOptions {
  readonly bootstrapServers: string;
  readonly topic: string;
  readonly recordCount: number;
  readonly acks: string;
  readonly configFile: string | undefined;
  readonly sizes: RecordSizes;
  onProgress(index: number, latencyMs: number): void;
  /** The topic is not there and is about to be made. */
  onMissingTopic(topic: string): void;
  onTopicRefused(topic: string): void;
  readonly connectPatienceMs?: number | undefined;
}

/** In bytes. */
export interface RecordSizes {
  readonly value: number;
  /** 0: an empty key. */
  readonly key: number;
  readonly headerCount: number;
  readonly headerKey: number;
  /** -1: a null value. */
  readonly headerValue: number;
}

export interface LatencyResult {
  readonly averageMs: number;
  /** Whole milliseconds. */
  readonly percentiles: { readonly p50: number; readonly p99: number; readonly p999: number };
}

interface Sample {
  readonly key: Buffer;
  readonly value: Buffer;
  readonly headers: readonly { key: string; value: Buffer | null }[];
}

const POLL_TIMEOUT_MS = 60_000;
const BYTES = 'org.apache.kafka.common.serialization.ByteArray';
const FOR_EVER_MS = '9223372036854775807';

/**
 * Sends records one at a time and measures, for each, how long it takes until it was read again. Throws JavaError.
 * Source: org.apache.kafka.tools.EndToEndLatency.
 */
export async function measureLatency(options: LatencyOptions, context: ToolContext): Promise<LatencyResult> {
  const properties = await clientProperties(options);
  const consumer = await openReader(properties, options, context);
  try {
    const writer = await openWriter(properties, options, context);
    try {
      await ensureTopic(options, properties, context);
      await startAtEnd(consumer, options.topic);
      const result = await exchangeAll(options, writer.producer, consumer.consumer);
      await consumer.consumer.commit();
      return result;
    } finally {
      await writer.close();
    }
  } catch (error) {
    throw toJavaError(error);
  } finally {
    await consumer.consumer.close();
  }
}

async function clientProperties({ configFile, bootstrapServers }: LatencyOptions): Promise<Map<string, string>> {
  const merged = await readPropertiesFile(configFile);
  return merged.set('bootstrap.servers', bootstrapServers);
}

function openReader(
  properties: ReadonlyMap<string, string>,
  { connectPatienceMs }: LatencyOptions,
  context: ToolContext,
): Promise<OpenConsumer> {
  const groupId = `test-group-${context.clock.now()}`;
  const merged = new Map([
    ...properties,
    ['group.id', groupId],
    ['enable.auto.commit', 'false'],
    ['auto.offset.reset', 'latest'],
    ['key.deserializer', `${BYTES}Deserializer`],
    ['value.deserializer', `${BYTES}Deserializer`],
    ['fetch.max.wait.ms', '0'],
  ]);
  return openToolConsumer(merged, { clientId: `consumer-${groupId}-1`, usesGroup: false, connectPatienceMs }, context);
}

function openWriter(properties: ReadonlyMap<string, string>, { acks }: LatencyOptions, context: ToolContext) {
  const values = parseProducerProperties(
    new Map([
      ...properties,
      ['linger.ms', '0'],
      ['max.block.ms', FOR_EVER_MS],
      ['acks', acks],
      ['key.serializer', `${BYTES}Serializer`],
      ['value.serializer', `${BYTES}Serializer`],
    ]),
  );
  const { clock, logger } = context;
  return openProducer({ values, clock, logger, onFailure: () => undefined });
}

async function ensureTopic(
  { topic, onMissingTopic, onTopicRefused, connectPatienceMs }: LatencyOptions,
  properties: ReadonlyMap<string, string>,
  context: ToolContext,
): Promise<void> {
  const cluster = await openAdmin({ properties, connectPatienceMs }, context);
  try {
    if ((await listTopics(cluster)).some((one) => one.name === topic)) return;
    onMissingTopic(topic);
    requireAll(await createTopics(cluster, [{ name: topic, partitionCount: 1, replicationFactor: 1 }]));
  } catch (error) {
    onTopicRefused(topic);
    const cause = toJavaError(error);
    const failed = JavaError.wrap('java.util.concurrent.ExecutionException', cause);
    throw JavaError.wrap('java.lang.RuntimeException', failed);
  } finally {
    cluster.close();
  }
}

/** Finds the ends before anything is sent: a record that came while positions are looked up would be missed. */
async function startAtEnd({ consumer, cluster }: OpenConsumer, topic: string): Promise<void> {
  await cluster.metadata.refresh([topic]);
  const partitions = cluster.metadata.topic(topic)?.partitions ?? [];
  const latest = OFFSET_SPECS.latest;
  const queries = partitions.map((one) => ({ topic, partition: one.partition, timestampMs: latest }));
  const ends = requireAll(await listOffsets(cluster, queries));
  consumer.assign(ends.map(({ partition, offset }) => ({ topic, partition, start: offset })));
}

async function exchangeAll(
  { topic, recordCount, sizes, onProgress }: LatencyOptions,
  producer: Producer,
  consumer: Consumer,
): Promise<LatencyResult> {
  const random = new JavaRandom(0n);
  const wholeMs = new Float64Array(recordCount);
  let totalNs = 0;
  for (let index = 0; index < recordCount; index++) {
    const sample = nextSample(random, sizes);
    const sentMs = performance.now();
    await producer.send({ topic, ...sample });
    const seen = await readOne(consumer);
    const latencyNs = Math.round((performance.now() - sentMs) * 1e6);
    const complaint = seen === null ? NOTHING_CAME : difference(sample, seen);
    if (complaint !== null) {
      await consumer.commit();
      throw new JavaError('java.lang.RuntimeException', complaint);
    }
    if (index % 1000 === 0) onProgress(index, latencyNs / 1000 / 1000);
    totalNs += latencyNs;
    wholeMs[index] = Math.floor(latencyNs / 1e6);
  }
  wholeMs.sort();
  const percentile = (share: number) => wholeMs[Math.floor(recordCount * share)] ?? 0;
  return {
    averageMs: totalNs / recordCount / 1000 / 1000,
    percentiles: { p50: percentile(0.5), p99: percentile(0.99), p999: percentile(0.999) },
  };
}

const NOTHING_CAME = `poll() timed out before finding a result (timeout:[${POLL_TIMEOUT_MS}ms])`;

interface Seen extends Sample {
  readonly hasKey: boolean;
  /** Of one poll. */
  readonly count: number;
}

async function readOne(consumer: Consumer): Promise<Seen | null> {
  const records = await consumer.poll(POLL_TIMEOUT_MS);
  if (records === null || !records.next()) return null;
  const { cursor } = records;
  const key = cursor.key();
  const first = {
    hasKey: key !== null,
    key: Buffer.from(key ?? []),
    value: Buffer.from(cursor.value() ?? []),
    headers: cursor.headers().map((one) => ({ key: one.key, value: one.value && Buffer.from(one.value) })),
  };
  let count = 1;
  while (records.next()) count++;
  return { ...first, count };
}

/** What is wrong with what came back; null: nothing. */
function difference(sent: Sample, seen: Seen): string | null {
  if (!seen.value.equals(sent.value)) {
    return `The message value read [${seen.value}] did not match the message value sent [${sent.value}]`;
  }
  if (!seen.hasKey) return 'Expected message key but received null';
  if (!seen.key.equals(sent.key)) {
    return `The message key read [${seen.key}] did not match the message key sent [${sent.key}]`;
  }
  if (sent.headers.length > 0 && seen.headers.length === 0) return 'Expected message headers but received none';
  if (sent.headers.length !== seen.headers.length) return 'Header count mismatch between sent and received messages';
  for (const [at, { key, value }] of sent.headers.entries()) {
    const other = seen.headers[at];
    if (other?.key === key && javaBytes(other.value) === javaBytes(value)) continue;
    return `The message header read [${other?.key}:${javaBytes(other?.value)}] did not match the message header sent [${key}:${javaBytes(value)}]`;
  }
  return seen.count === 1 ? null : `Only one result was expected during this test. We found [${seen.count}]`;
}

/** As Arrays.toString shows a byte array. */
function javaBytes(bytes: Buffer | null | undefined): string {
  return bytes ? `[${[...new Int8Array(bytes)].join(', ')}]` : 'null';
}

/** The same records in every run. */
function nextSample(random: JavaRandom, sizes: RecordSizes): Sample {
  const key = oneLetter(random, sizes.key);
  const value = oneLetter(random, sizes.value);
  const headers = Array.from({ length: sizes.headerCount }, () => ({
    key: oneLetter(random, sizes.headerKey).toString('latin1'),
    value: sizes.headerValue === -1 ? null : oneLetter(random, sizes.headerValue),
  }));
  return { key, value, headers };
}

/** One random capital letter, over and over. */
function oneLetter(random: JavaRandom, length: number): Buffer {
  return Buffer.alloc(length, 65 + random.nextInt(26));
}
