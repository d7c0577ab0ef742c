import { type Consumer, partitionHash, type TopicPartition } from '../client/consumer/index.ts';
import { JavaError } from '../util/java-error.ts';
import { inHashOrder } from '../util/java-hash-map.ts';
import { type ToolContext } from '../util/tool-context.ts';
import { toJavaError } from './java-failures.ts';
import { openToolConsumer } from './open-consumer.ts';
import { readNamedPropertiesFile } from './property-sources.ts';
import { RecordPolls } from './record-polls.ts';
import { jsonEvent } from './verifiable/json-event.ts';
import { recordData, type SeenPartition, SeenRecords } from './verifiable/seen-records.ts';

export interface VerifiableConsumerOptions {
  readonly bootstrapServers: string;
  readonly topic: string;
  readonly groupId: string;
  /** `CLASSIC`, `CONSUMER` in any case. */
  readonly groupProtocol: string;
  readonly groupRemoteAssignor: string | undefined;
  readonly groupInstanceId: string | undefined;
  /** Below zero: until the signal. */
  readonly maxMessages: number;
  readonly sessionTimeoutMs: number | undefined;
  readonly verbose: boolean;
  readonly enableAutocommit: boolean;
  readonly resetPolicy: string;
  readonly assignmentStrategy: string;
  readonly configFile: string | undefined;
  readonly connectPatienceMs?: number | undefined;
}

const FOR_EVER_MS = 2 ** 40;
const STRING_DESERIALIZER = 'org.apache.kafka.common.serialization.StringDeserializer';

/**
 * Reads a topic as a member of a group and tells what happens, one JSON object per line: partitions that come and go, records, commits.
 * A failure while reading is logged and ends the tool; it is the result. Throws JavaError for settings that cannot be used.
 * Source: org.apache.kafka.tools.VerifiableConsumer.
 */
export async function runVerifiableConsumer(
  options: VerifiableConsumerOptions,
  context: ToolContext,
): Promise<{ failure: JavaError | null }> {
  const { clock, signal } = context;
  const tell = (name: string, fields: Readonly<Record<string, unknown>> = {}): void =>
    void context.stdout.write(jsonEvent(clock.now(), name, fields));
  const { groupId, groupInstanceId = '1', enableAutocommit: isAutoCommit, connectPatienceMs } = options;
  const toOpen = { clientId: `consumer-${groupId}-${groupInstanceId}`, usesGroup: true, connectPatienceMs };
  const { consumer, config } = await openToolConsumer(await properties(options), toOpen, context);
  const maxPollRecords = config.values.get('max.poll.records');
  const stop = (): void => {
    tell('shutdown_requested');
    consumer.interrupt();
  };
  let failure: JavaError | null = null;
  tell('startup_complete');
  signal.addEventListener('abort', stop, { once: true });
  try {
    const polls = new RecordPolls(consumer, maxPollRecords);
    consumer.subscribe([options.topic], {
      onPartitionsAssigned: (partitions) => tell('partitions_assigned', { partitions: plain(partitions) }),
      onPartitionsRevoked: (partitions) => tell('partitions_revoked', { partitions: plain(partitions) }),
    });
    const { maxMessages } = options;
    for (let left = maxMessages < 0 ? FOR_EVER_MS : maxMessages; left > 0 && !signal.aborted; ) {
      const seen = await nextPoll(polls, options.verbose);
      if (signal.aborted) break;
      const taken = firstOf(seen.partitions, left);
      for (const fields of options.verbose ? recordData(taken) : []) tell('record_data', fields);
      tell('records_consumed', { count: seen.count, partitions: taken.map(summary) });
      left -= taken.reduce((sum, one) => sum + one.records.length, 0);
      if (!isAutoCommit) await commit(consumer, taken, tell);
    }
  } catch (error) {
    failure = toJavaError(error);
    const logger = context.logger.named('org.apache.kafka.tools.VerifiableConsumer');
    logger.log('ERROR', 'Error during processing, terminating consumer process: ', failure);
  } finally {
    await consumer.close();
    tell('shutdown_complete');
    signal.removeEventListener('abort', stop);
    if (!signal.aborted) tell('shutdown_requested');
  }
  return { failure };
}

async function properties(options: VerifiableConsumerOptions): Promise<Map<string, string>> {
  const { configFile, groupRemoteAssignor, groupInstanceId, sessionTimeoutMs } = options;
  const merged = await readNamedPropertiesFile(configFile);
  const protocol = options.groupProtocol.toUpperCase();
  if (protocol !== 'CLASSIC' && protocol !== 'CONSUMER') {
    const text = `No enum constant org.apache.kafka.clients.consumer.GroupProtocol.${protocol}`;
    throw new JavaError('java.lang.IllegalArgumentException', text);
  }
  merged.set('group.protocol', protocol);
  if (protocol === 'CLASSIC') merged.set('partition.assignment.strategy', options.assignmentStrategy);
  else if (groupRemoteAssignor !== undefined) merged.set('group.remote.assignor', groupRemoteAssignor);
  if (sessionTimeoutMs !== undefined) merged.set('session.timeout.ms', String(sessionTimeoutMs));
  merged.set('group.id', options.groupId);
  if (groupInstanceId !== undefined) merged.set('group.instance.id', groupInstanceId);
  merged.set('bootstrap.servers', options.bootstrapServers);
  merged.set('enable.auto.commit', String(options.enableAutocommit));
  merged.set('auto.offset.reset', options.resetPolicy);
  merged.set('key.deserializer', STRING_DESERIALIZER);
  merged.set('value.deserializer', STRING_DESERIALIZER);
  return merged;
}

async function nextPoll(polls: RecordPolls, withData: boolean): Promise<SeenRecords> {
  const seen = new SeenRecords(withData);
  for (let fetched = await polls.next(FOR_EVER_MS); fetched; fetched = await polls.more()) {
    while (polls.takes(fetched)) seen.add(fetched.partition, fetched.cursor);
  }
  return seen;
}

/** As many as are wanted; partitions of which none is wanted are left out. */
function firstOf(seen: readonly SeenPartition[], limit: number): SeenPartition[] {
  let left = limit;
  const taken: SeenPartition[] = [];
  for (const one of seen) {
    if (left === 0) break;
    const records = one.records.slice(0, left);
    left -= records.length;
    taken.push({ ...one, records });
  }
  return taken;
}

function summary({ topic, partition, records }: SeenPartition): Record<string, unknown> {
  return {
    topic,
    partition,
    count: records.length,
    minOffset: records[0]?.offset,
    maxOffset: records.at(-1)?.offset,
  };
}

function plain(partitions: readonly TopicPartition[]): TopicPartition[] {
  return partitions.map(({ topic, partition }) => ({ topic, partition }));
}

async function commit(
  consumer: Consumer,
  taken: readonly SeenPartition[],
  tell: (name: string, fields: Readonly<Record<string, unknown>>) => void,
): Promise<void> {
  // Java keeps them in a HashMap.
  const offsets = inHashOrder(taken, partitionHash).map(({ topic, partition, records }) => ({
    topic,
    partition,
    offset: BigInt(records.at(-1)?.offset ?? 0) + 1n,
  }));
  try {
    await consumer.commitOffsets(offsets.map((one) => ({ ...one, leaderEpoch: -1 })));
    tell('offsets_committed', { offsets, success: true });
  } catch (error) {
    tell('offsets_committed', { offsets, error: toJavaError(error).message, success: false });
  }
}
