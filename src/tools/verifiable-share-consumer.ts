import { incrementalAlterConfigs } from '../client/admin/configs.ts';
import { openAdmin } from '../client/admin/open-admin.ts';
import { requireAll } from '../client/admin/outcome.ts';
import { type Acknowledged, AcknowledgeType, type ShareConsumer } from '../client/share-consumer/index.ts';
import { ERRORS } from '../protocol/errors.ts';
import { JavaError } from '../util/java-error.ts';
import { type ToolContext } from '../util/tool-context.ts';
import { toJavaError } from './java-failures.ts';
import { openShareConsumer } from './open-share-consumer.ts';
import { readNamedPropertiesFile } from './property-sources.ts';
import { jsonEvent } from './verifiable/json-event.ts';

import { recordData, SeenRecords } from './verifiable/seen-records.ts';

export interface VerifiableShareConsumerOptions {
  readonly bootstrapServers: string;
  readonly topic: string;
  readonly groupId: string;
  /** Below zero: until the signal. */
  readonly maxMessages: number;
  readonly verbose: boolean;
  /** `auto`, `sync` or `async` in any case. */
  readonly acknowledgementMode: string;
  /** '': as the group is configured. */
  readonly offsetResetStrategy: string;
  readonly configFile: string | undefined;
  readonly connectPatienceMs?: number | undefined;
}

type Tell = (name: string, fields?: Readonly<Record<string, unknown>>) => void;

const POLL_MS = 5000;
const MODES = ['AUTO', 'SYNC', 'ASYNC'];
const STRING_DESERIALIZER = 'org.apache.kafka.common.serialization.StringDeserializer';

/**
 * Reads a topic in a share group and tells what happens, one JSON object per line: records, acknowledgements. Ends when enough are
 * acknowledged, or with the signal. A failure on the way is logged and ends the tool; it is the result. Throws JavaError and
 * UsageError for settings that cannot be used. Source: org.apache.kafka.tools.VerifiableShareConsumer.
 */
export async function runVerifiableShareConsumer(
  options: VerifiableShareConsumerOptions,
  context: ToolContext,
): Promise<{ failure: JavaError | null }> {
  const { clock, signal } = context;
  const { topic, groupId, maxMessages, connectPatienceMs } = options;
  const mode = options.acknowledgementMode.toUpperCase();
  if (!MODES.includes(mode)) {
    const text = `No enum constant org.apache.kafka.tools.VerifiableShareConsumer.AcknowledgementMode.${mode}`;
    throw new JavaError('java.lang.IllegalArgumentException', text);
  }
  const tell: Tell = (name, fields = {}) => void context.stdout.write(jsonEvent(clock.now(), name, fields));
  let acknowledged = 0;
  const onAcknowledged = (one: Acknowledged): void => {
    if (one.error === null) acknowledged += one.offsets.length;
    tellAcknowledged(one, tell);
    if (maxMessages >= 0 && acknowledged >= maxMessages) opened.consumer.interrupt();
  };
  const toOpen = { topics: [topic], clientId: `consumer-${groupId}-1`, onAcknowledged, connectPatienceMs };
  const opened = await openShareConsumer(await properties(options, mode), toOpen, context);
  const { consumer } = opened;
  const stop = (): void => consumer.interrupt();
  signal.addEventListener('abort', stop, { once: true });
  let failure: JavaError | null = null;
  tell('startup_complete');
  try {
    await setResetStrategy(options, context, tell);
    consumer.start();
    while ((maxMessages < 0 || acknowledged < maxMessages) && !signal.aborted) {
      const seen = await nextPoll(consumer, options.verbose);
      if (seen.count > 0) tellConsumed(seen, options.verbose, tell);
      if (mode !== 'AUTO') await consumer.commit();
    }
  } catch (error) {
    failure = toJavaError(error);
    const logger = context.logger.named('org.apache.kafka.tools.VerifiableShareConsumer');
    logger.log('ERROR', 'Error during processing, terminating share consumer process: ', failure);
  } finally {
    await consumer.close();
    tell('shutdown_complete');
    signal.removeEventListener('abort', stop);
  }
  return { failure };
}

async function properties(options: VerifiableShareConsumerOptions, mode: string): Promise<Map<string, string>> {
  const { configFile } = options;
  const merged = await readNamedPropertiesFile(configFile);
  merged.set('group.id', options.groupId);
  merged.set('bootstrap.servers', options.bootstrapServers);
  if (mode !== 'AUTO') merged.set('share.acknowledgement.mode', 'explicit');
  merged.set('key.deserializer', STRING_DESERIALIZER);
  merged.set('value.deserializer', STRING_DESERIALIZER);
  return merged;
}

async function setResetStrategy(
  { offsetResetStrategy, groupId, bootstrapServers, connectPatienceMs }: VerifiableShareConsumerOptions,
  context: ToolContext,
  tell: Tell,
): Promise<void> {
  if (offsetResetStrategy === '') return;
  if (!['earliest', 'latest'].includes(offsetResetStrategy.toLowerCase())) {
    const text = `Unknown auto offset reset strategy: ${offsetResetStrategy}`;
    throw new JavaError('java.lang.IllegalArgumentException', text);
  }
  const cluster = await openAdmin({ bootstrapServers, connectPatienceMs }, context);
  try {
    const change = { name: 'share.auto.offset.reset', operation: 'SET', value: offsetResetStrategy } as const;
    requireAll(
      await incrementalAlterConfigs(cluster, [{ resource: { kind: 'GROUP', name: groupId }, changes: [change] }]),
    );
  } finally {
    cluster.close();
  }
  tell('offset_reset_strategy_set', { offsetResetStrategy });
}

/** All records that are there; each is accepted. */
async function nextPoll(consumer: ShareConsumer, withData: boolean): Promise<SeenRecords> {
  const seen = new SeenRecords(withData);
  for (let fetched = await consumer.poll(POLL_MS); fetched; fetched = consumer.more()) {
    while (fetched.next()) {
      seen.add(fetched.partition, fetched.cursor);
      consumer.acknowledge(fetched, AcknowledgeType.ACCEPT);
    }
  }
  return seen;
}

function tellConsumed(seen: SeenRecords, isVerbose: boolean, tell: Tell): void {
  for (const fields of isVerbose ? recordData(seen.partitions) : []) tell('record_data', fields);
  const partitions = seen.partitions.map(({ topic, partition, records }) => ({
    topic,
    partition,
    count: records.length,
    offsets: records.map((one) => one.offset),
  }));
  tell('records_consumed', { count: seen.count, partitions });
}

function tellAcknowledged({ topic, partition, offsets, error }: Acknowledged, tell: Tell): void {
  const count = offsets.length;
  const partitions = [{ topic, partition, count, offsets }];
  const outcome = error === null ? { success: true } : { error: ERRORS[error].text, success: false };
  tell('offsets_acknowledged', { count, partitions, ...outcome });
}
