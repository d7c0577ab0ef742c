import { readFile } from 'node:fs/promises';
import { type Consumer, partitionHash, type TopicPartition } from '../client/consumer/index.ts';
import { JavaError } from '../util/java-error.ts';
import { inHashOrder } from '../util/java-hash-map.ts';
import { parseJavaProperties } from '../util/java-properties.ts';
import { type ToolContext } from '../util/tool-context.ts';
import { UsageError } from '../util/usage-error.ts';
import { toJavaError } from './console-consumer/java-failure.ts';
import { jsonEvent } from './json-event.ts';
import { openToolConsumer } from './open-consumer.ts';
import { RecordPolls } from './record-polls.ts';

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

interface SeenRecord {
  readonly key: string | null;
  readonly value: string | null;
  readonly offset: number;
}

/** Records of one partition in one poll. */
interface Seen extends TopicPartition {
  readonly records: SeenRecord[];
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
      const { seen, count } = await nextPoll(polls, options.verbose);
      if (signal.aborted) break;
      const taken = firstOf(seen, left);
      for (const { topic, partition, records } of options.verbose ? taken : []) {
        for (const { key, value, offset } of records) tell('record_data', { key, value, topic, partition, offset });
      }
      tell('records_consumed', { count, partitions: taken.map(summary) });
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
  const merged = new Map(configFile === undefined ? [] : parseJavaProperties(await readConfig(configFile)));
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

/** A file that cannot be read is a mistake of the command line. */
async function readConfig(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw new UsageError(path);
    throw error;
  }
}

/** All records of one poll by partition, in the order in which they came. */
async function nextPoll(polls: RecordPolls, withData: boolean): Promise<{ seen: Seen[]; count: number }> {
  const byPartition = new Map<string, Seen>();
  let count = 0;
  for (let fetched = await polls.next(FOR_EVER_MS); fetched; fetched = await polls.more()) {
    const { topic, partition } = fetched.partition;
    const name = `${topic}-${partition}`;
    const seen = byPartition.get(name) ?? { topic, partition, records: [] };
    const { cursor } = fetched;
    while (polls.takes(fetched)) {
      count++;
      const key = withData ? (cursor.key()?.toString() ?? null) : null;
      const value = withData ? (cursor.value()?.toString() ?? null) : null;
      seen.records.push({ key, value, offset: Number(cursor.offset()) });
    }
    if (seen.records.length > 0) byPartition.set(name, seen);
  }
  return { seen: [...byPartition.values()], count };
}

/** As many as are wanted; partitions of which none is wanted are left out. */
function firstOf(seen: readonly Seen[], limit: number): Seen[] {
  let left = limit;
  const taken: Seen[] = [];
  for (const one of seen) {
    if (left === 0) break;
    const records = one.records.slice(0, left);
    left -= records.length;
    taken.push({ ...one, records });
  }
  return taken;
}

function summary({ topic, partition, records }: Seen): Record<string, unknown> {
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
  taken: readonly Seen[],
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
