import { describeTopics } from '../client/admin/describe-topics.ts';
import { listOffsets, OFFSET_SPECS } from '../client/admin/list-offsets.ts';
import { requireAll } from '../client/admin/outcome.ts';
import { listTopics } from '../client/admin/topics.ts';
import { JavaError } from '../util/java-error.ts';
import { type ToolContext } from '../util/tool-context.ts';
import { type ClusterAddress, withSession } from './admin-session.ts';
import { type PartitionFilter, type PartitionSelection, partitionFilter } from './get-offsets/partition-filter.ts';
import { executionFailure, failingAs } from './java-failures.ts';

export interface GetOffsetsOptions extends PartitionSelection {
  /** A word, a negative number that stands for it, or milliseconds since the epoch. */
  readonly time: string;
  readonly excludesInternal: boolean;
}

export interface PartitionOffset {
  readonly topic: string;
  readonly partition: number;
  readonly offset: bigint;
}

export interface OffsetReport {
  /** In order of name, as Java sorts partitions by their text: a-10 before a-2. Partitions without such an offset are left out. */
  readonly offsets: readonly PartitionOffset[];
  /** Partitions that could not be asked, each with Java's sentence. */
  readonly skipped: readonly string[];
}

const WORDS: Readonly<Record<string, bigint>> = {
  earliest: OFFSET_SPECS.earliest,
  latest: OFFSET_SPECS.latest,
  'max-timestamp': OFFSET_SPECS.maxTimestamp,
  'earliest-local': OFFSET_SPECS.earliestLocal,
  'latest-tiered': OFFSET_SPECS.latestTiered,
  'earliest-pending-upload': OFFSET_SPECS.earliestPendingUpload,
};

/** A failure that the tool tells in one sentence, without a trace. */
export function terse(text: string): JavaError {
  return new JavaError('org.apache.kafka.tools.TerseException', text);
}

function parseTime(text: string): bigint {
  const word = WORDS[text];
  if (word !== undefined) return word;
  const number = /^[-+]?\d+$/.test(text) ? BigInt(text) : undefined;
  if (number === undefined || BigInt.asIntN(64, number) !== number) {
    throw terse(
      `Malformed time argument ${text}. Please use -1 or latest / -2 or earliest / -3 or max-timestamp / -4 or earliest-local / -5 or latest-tiered / -6 or earliest-pending-upload, or a specified long format timestamp`,
    );
  }
  return number;
}

/** Offsets of partitions by time. Source: org.apache.kafka.tools.GetOffsetShell. */
export async function getOffsets(
  address: ClusterAddress,
  options: GetOffsetsOptions,
  context: ToolContext,
): Promise<OffsetReport> {
  if (options.topicPartitions !== undefined && (options.topic !== undefined || options.partitions !== undefined)) {
    throw terse('--topic-partitions cannot be used with --topic or --partitions');
  }
  const timestampMs = parseTime(options.time);
  const filter = partitionFilter(options);
  return withSession({ ...address, clientId: 'GetOffsetShell' }, context, async (cluster) => {
    const partitions = await failingAs(executionFailure, async () => {
      const topics = (await listTopics(cluster)).filter(
        ({ name, isInternal }) => !(options.excludesInternal && isInternal) && filter.takesTopic(name),
      );
      const described = requireAll(
        await describeTopics(
          cluster,
          topics.map(({ name }) => name),
        ),
      );
      return matching(described, filter);
    });
    if (partitions.length === 0) throw terse('Could not match any topic-partitions with the specified filters');
    const found = await failingAs(executionFailure, () =>
      listOffsets(
        cluster,
        partitions.map((one) => ({ ...one, timestampMs })),
      ),
    );
    return {
      offsets: found
        .filter(({ error, offset }) => error === null && offset >= 0n)
        .map(({ topic, partition, offset }) => ({ topic, partition, offset })),
      skipped: found
        .filter(({ error }) => error !== null)
        .map(({ topic, partition, error }) => {
          const reason = executionFailure(error).message;
          return `Skip getting offsets for topic-partition ${topic}-${partition} due to error: ${reason}`;
        }),
    };
  });
}

function matching(
  topics: readonly { readonly name: string; readonly partitions: readonly { readonly partition: number }[] }[],
  filter: PartitionFilter,
) {
  const all = topics.flatMap(({ name, partitions }) => partitions.map(({ partition }) => ({ topic: name, partition })));
  return all
    .filter(({ topic, partition }) => filter.takes(topic, partition))
    .sort((a, b) => (`${a.topic}-${a.partition}` < `${b.topic}-${b.partition}` ? -1 : 1));
}
