import { describeCluster } from '../client/admin/cluster.ts';
import { describeLogDirs as describeAt, type LogDir, type LogDirReplica } from '../client/admin/log-dirs.ts';
import { ERRORS } from '../protocol/errors.ts';
import { JavaError } from '../util/java-error.ts';
import { inHashOrder, javaStringHash } from '../util/java-hash-map.ts';
import { type ToolContext } from '../util/tool-context.ts';
import { type ClusterAddress, withSession } from './admin-session.ts';
import { executionFailure, failingAs } from './java-failures.ts';

export interface LogDirsOptions {
  /** Topics separated by commas; none: all. */
  readonly topicList: string;
  /** Broker ids separated by commas; none: all. */
  readonly brokerList: string;
}

export interface BrokerLogDirs {
  readonly broker: number;
  readonly logDirs: readonly {
    readonly logDir: string;
    /** Class of the failure in Java, or null. */
    readonly error: string | null;
    readonly partitions: readonly {
      readonly partition: string;
      readonly size: bigint;
      readonly offsetLag: bigint;
      readonly isFuture: boolean;
    }[];
  }[];
}

export type LogDirsReport =
  | { readonly brokers: readonly BrokerLogDirs[] }
  /** Brokers that are not there, and those that are. */
  | { readonly missing: readonly number[]; readonly existing: readonly number[] };

/** Log directories of brokers, in the order of Kafka's tool; `onAsk` is called when it is known whom to ask. Source: org.apache.kafka.tools.LogDirsCommand. */
export async function describeLogDirs(
  address: ClusterAddress,
  options: LogDirsOptions,
  context: ToolContext,
  onAsk: () => void,
): Promise<LogDirsReport> {
  return withSession(address, context, async (cluster) => {
    const { nodes } = await failingAs(executionFailure, () => describeCluster(cluster));
    const existing = byId(nodes.map(({ id }) => id));
    const topics = new Set(options.topicList.split(',').filter((one) => one !== ''));
    const wanted = options.brokerList === '' ? existing : byId(parseIds(options.brokerList));
    const missing = wanted.filter((id) => !existing.includes(id));
    if (missing.length > 0) return { missing, existing };
    onAsk();
    const brokers = await failingAs(executionFailure, () =>
      Promise.all(
        wanted.map(async (broker) => ({ broker, logDirs: present(await describeAt(cluster, broker), topics) })),
      ),
    );
    return { brokers };
  });
}

/** Java's HashSet of Integer. */
function byId(ids: readonly number[]): number[] {
  return inHashOrder([...new Set(ids)], (id) => id);
}

function parseIds(text: string): number[] {
  return text
    .split(',')
    .filter((one) => one !== '')
    .map((one) => {
      const id = Number(one);
      if (/^[-+]?\d+$/.test(one) && id === (id | 0)) return id;
      throw new JavaError('java.lang.NumberFormatException', `For input string: "${one}"`);
    });
}

function present(logDirs: readonly LogDir[], topics: ReadonlySet<string>): BrokerLogDirs['logDirs'] {
  return inHashOrder(logDirs, ({ path }) => path).map(({ path, error, replicas }) => ({
    logDir: path,
    error: error ? `org.apache.kafka.common.errors.${ERRORS[error.error].exception}` : null,
    // Java puts the replicas into one map and those that are wanted into another.
    partitions: inMapOrder(inMapOrder(replicas).filter(({ topic }) => topics.size === 0 || topics.has(topic))).map(
      ({ topic, partition, sizeBytes, offsetLag, isFuture }) => ({
        partition: `${topic}-${partition}`,
        size: sizeBytes,
        offsetLag,
        isFuture,
      }),
    ),
  }));
}

/** Java's HashMap of TopicPartition. */
function inMapOrder(replicas: readonly LogDirReplica[]): LogDirReplica[] {
  return inHashOrder(replicas, ({ topic, partition }) => (Math.imul(31, 31 + partition) + javaStringHash(topic)) | 0);
}

/** The report as one line of JSON, fields in the order in which Kafka's tool writes them. */
export function logDirsJson(brokers: readonly BrokerLogDirs[]): string {
  const ordered = brokers.map(({ broker, logDirs }) => ({
    broker,
    logDirs: logDirs.map(({ partitions, error, logDir }) => ({ partitions, error, logDir })),
  }));
  // Sizes are 64 bits wide: their digits go in unquoted.
  const text = JSON.stringify({ brokers: ordered, version: 1 }, (_key, value) =>
    typeof value === 'bigint' ? `\u0000${value}\u0000` : value,
  );
  return text.replace(/"\\u0000(-?\d+)\\u0000"/g, '$1');
}
