import { type Family, type Sample } from '../../util/exposition.ts';
import { type AppendResult } from '../log/index.ts';
import { type FetchResult, type ReplicaManager, type TopicPartition } from '../replicas/index.ts';

/** What one topic saw since the broker started. */
class TopicMeter {
  messagesIn = 0;
  bytesIn = 0;
  bytesOut = 0;
  produceRequests = 0;
  fetchRequests = 0;
  failedProduceRequests = 0;
  failedFetchRequests = 0;
}

type Count = keyof TopicMeter;

const FAMILIES: readonly (readonly [name: string, help: string, Count])[] = [
  ['messages_in', 'Records appended for producers.', 'messagesIn'],
  ['bytes_in', 'Bytes of records received from producers.', 'bytesIn'],
  ['bytes_out', 'Bytes of records sent to consumers.', 'bytesOut'],
  ['produce_requests', 'Produce requests, by partition asked for.', 'produceRequests'],
  ['fetch_requests', 'Fetch requests, by partition asked for.', 'fetchRequests'],
  ['failed_produce_requests', 'Partitions of produce requests that failed.', 'failedProduceRequests'],
  ['failed_fetch_requests', 'Partitions of fetch requests that failed.', 'failedFetchRequests'],
];

/** Traffic by topic. Topics that are gone are forgotten when somebody asks. */
export class TrafficMeters {
  private readonly topics = new Map<string, TopicMeter>();

  appended({ topic }: TopicPartition, byteCount: number, result: AppendResult): void {
    const meter = this.of(topic);
    meter.produceRequests++;
    meter.bytesIn += byteCount;
    if (result.error !== 'NONE') meter.failedProduceRequests++;
    else if (!result.isDuplicate) meter.messagesIn += Number(result.lastOffset - result.baseOffset) + 1;
  }

  fetched({ topic, error, records }: FetchResult): void {
    const meter = this.of(topic);
    meter.fetchRequests++;
    meter.bytesOut += records.length;
    if (error !== 'NONE') meter.failedFetchRequests++;
  }

  families(topicExists: (topic: string) => boolean): Family[] {
    for (const topic of this.topics.keys()) if (!topicExists(topic)) this.topics.delete(topic);
    return FAMILIES.map(([name, help, count]) => ({
      name: `kafka_server_${name}_total`,
      type: 'counter',
      help,
      samples: [...this.topics].map(([topic, meter]): Sample => ({ labels: { topic }, value: meter[count] })),
    }));
  }

  private of(topic: string): TopicMeter {
    const known = this.topics.get(topic);
    if (known !== undefined) return known;
    const meter = new TopicMeter();
    this.topics.set(topic, meter);
    return meter;
  }
}

/** The replicas as clients' requests see them, with their traffic counted. */
export class MeasuredReplicas implements ReplicaManager {
  private readonly replicas: ReplicaManager;
  private readonly meters: TrafficMeters;

  constructor(replicas: ReplicaManager, meters: TrafficMeters) {
    this.replicas = replicas;
    this.meters = meters;
  }

  async append(...[entries, options]: Parameters<ReplicaManager['append']>): Promise<AppendResult[]> {
    // The buffers are the log's once it has them.
    const sizes = entries.map(({ records }) => records?.length ?? 0);
    const results = await this.replicas.append(entries, options);
    for (const [at, entry] of entries.entries()) {
      this.meters.appended(entry, sizes[at] as number, results[at] as AppendResult);
    }
    return results;
  }

  async fetch(...[entries, options]: Parameters<ReplicaManager['fetch']>): Promise<FetchResult[]> {
    const results = await this.replicas.fetch(entries, options);
    for (const result of results) this.meters.fetched(result);
    return results;
  }

  beginVerification(...args: Parameters<ReplicaManager['beginVerification']>) {
    return this.replicas.beginVerification(...args);
  }

  leaderLog(...args: Parameters<ReplicaManager['leaderLog']>) {
    return this.replicas.leaderLog(...args);
  }

  offsetFor(...args: Parameters<ReplicaManager['offsetFor']>) {
    return this.replicas.offsetFor(...args);
  }

  moveReplica(...args: Parameters<ReplicaManager['moveReplica']>) {
    return this.replicas.moveReplica(...args);
  }

  describeLogDirs() {
    return this.replicas.describeLogDirs();
  }

  onLeadershipChange(...args: Parameters<ReplicaManager['onLeadershipChange']>) {
    this.replicas.onLeadershipChange(...args);
  }
}
