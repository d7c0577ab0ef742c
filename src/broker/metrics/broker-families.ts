import { readdirSync } from 'node:fs';
import { type Family, type Sample } from '../../util/exposition.ts';
import { type ClusterMetadata, type PartitionImage } from '../cluster/index.ts';
import { type GroupCoordinator } from '../groups/index.ts';
import { type LogManager, type PartitionLog } from '../log/index.ts';
import { type ShareGroups } from '../share-groups/index.ts';
import { type TransactionCoordinator } from '../transactions/index.ts';

/** Whom to ask when somebody wants to know. */
export interface BrokerState {
  readonly cluster: ClusterMetadata;
  readonly logs: LogManager;
  readonly groups: GroupCoordinator;
  readonly transactions: TransactionCoordinator;
  readonly shareGroups: ShareGroups;
  readonly sockets: {
    readonly connectionCount: number;
    readonly unsentBytes: number;
    readonly queuedRequestCount: number;
  };
}

const gauge = (name: string, help: string, samples: Iterable<Sample> | number): Family => ({
  name,
  type: 'gauge',
  help,
  samples: typeof samples === 'number' ? [{ labels: {}, value: samples }] : samples,
});

/** What is the case now; names say room and thing as Kafka's MBeans do. */
export function brokerFamilies(state: BrokerState, startedAtMs: number): Family[] {
  return [
    ...partitionFamilies(state),
    ...logFamilies(state),
    ...coordinatorFamilies(state),
    gauge('kafka_network_connections', 'Connections of clients.', state.sockets.connectionCount),
    gauge('kafka_network_request_queue_size', 'Requests that wait for their turn.', state.sockets.queuedRequestCount),
    gauge('kafka_network_unsent_bytes', 'Bytes of responses that wait for slow clients.', state.sockets.unsentBytes),
    ...processFamilies(startedAtMs),
  ];
}

function partitionFamilies({ cluster }: BrokerState): Family[] {
  const images = [...cluster.topics.values()].flatMap(({ name, partitions }) =>
    partitions.map((image): [string, PartitionImage] => [name, image]),
  );
  const { nodeId } = cluster;
  const count = (matches: (image: PartitionImage, topic: string) => boolean): number =>
    images.filter(([topic, image]) => matches(image, topic)).length;
  const minInSync = new Map([...cluster.topics.keys()].map((name) => [name, minIsr(cluster, name)]));
  const isLedHere = ({ leader }: PartitionImage): boolean => leader === nodeId;
  return [
    gauge(
      'kafka_controller_active_controller_count',
      '1 where the active controller is.',
      cluster.controllerId === nodeId ? 1 : 0,
    ),
    gauge('kafka_controller_global_topic_count', 'Topics of the cluster.', cluster.topics.size),
    gauge('kafka_controller_global_partition_count', 'Partitions of the cluster.', images.length),
    gauge(
      'kafka_controller_offline_partitions_count',
      'Partitions without a leader.',
      count(({ leader }) => leader < 0),
    ),
    gauge(
      'kafka_server_partition_count',
      'Partitions with a replica here.',
      count(({ replicas }) => replicas.includes(nodeId)),
    ),
    gauge('kafka_server_leader_count', 'Partitions led here.', count(isLedHere)),
    gauge(
      'kafka_server_under_replicated_partitions',
      'Partitions led here with replicas that are not in sync.',
      count((image) => isLedHere(image) && image.isr.length < image.replicas.length),
    ),
    gauge(
      'kafka_server_under_min_isr_partition_count',
      'Partitions led here with fewer replicas in sync than min.insync.replicas.',
      count((image, topic) => isLedHere(image) && image.isr.length < (minInSync.get(topic) as number)),
    ),
  ];
}

function minIsr(cluster: ClusterMetadata, topic: string): number {
  return Number(cluster.topicConfigValue(topic, 'min.insync.replicas') ?? 1);
}

function logFamilies({ logs }: BrokerState): Family[] {
  const all = [...logs.all()];
  const each = (value: (log: PartitionLog) => number | bigint): Sample[] =>
    all.map((log) => ({ labels: { topic: log.topic, partition: log.partition }, value: Number(value(log)) }));
  return [
    gauge(
      'kafka_log_size_bytes',
      'Bytes of all segments of a partition.',
      each(({ sizeInBytes }) => sizeInBytes),
    ),
    gauge(
      'kafka_log_start_offset',
      'First offset that can be read.',
      each(({ logStartOffset }) => logStartOffset),
    ),
    gauge(
      'kafka_log_end_offset',
      'Offset the next record gets.',
      each(({ logEndOffset }) => logEndOffset),
    ),
    gauge('kafka_log_offline_log_directory_count', 'Log directories that failed.', logs.offlineLogDirs.length),
  ];
}

function coordinatorFamilies({ groups, transactions }: BrokerState): Family[] {
  const listed = groups.list({ states: [], types: [] });
  const samples = Map.groupBy(listed.groups, ({ type, state }) => `${type}\n${state}`);
  const everything = { states: [], producerIds: [], durationMs: -1n, idPattern: null };
  const counted = Map.groupBy(transactions.list(everything).transactions, ({ state }) => state);
  return [
    gauge(
      'kafka_coordinator_group_count',
      'Groups by type and state.',
      [...samples].map(([key, { length }]) => {
        const [type = '', state = ''] = key.split('\n');
        return { labels: { type, state }, value: length };
      }),
    ),
    gauge(
      'kafka_coordinator_transaction_count',
      'Transactional ids by state.',
      [...counted].map(([state, { length }]) => ({ labels: { state }, value: length })),
    ),
  ];
}

function processFamilies(startedAtMs: number): Family[] {
  const { user, system } = process.cpuUsage();
  const { rss, heapUsed, arrayBuffers } = process.memoryUsage();
  const families = [
    gauge('process_start_time_seconds', 'When the broker started, in seconds since 1970.', startedAtMs / 1000),
    gauge('process_resident_memory_bytes', 'Memory of the process.', rss),
    gauge('nodejs_heap_used_bytes', 'JavaScript objects alive.', heapUsed),
    gauge('nodejs_array_buffers_bytes', 'Buffers outside of the heap.', arrayBuffers),
  ];
  const cpu = [{ labels: {}, value: (user + system) / 1e6 }];
  families.push({ name: 'process_cpu_seconds_total', type: 'counter', help: 'Processor time used.', samples: cpu });
  const openFiles = openFileCount();
  if (openFiles !== null) families.push(gauge('process_open_fds', 'Open files and sockets.', openFiles));
  return families;
}

/** Null where the system does not tell. */
function openFileCount(): number | null {
  try {
    return readdirSync('/proc/self/fd').length;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).syscall === undefined) throw error;
    return null;
  }
}
