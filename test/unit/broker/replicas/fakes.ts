import {
  type ClusterMetadata,
  type MetadataDelta,
  type PartitionImage,
  type TopicImage,
} from '../../../../src/broker/cluster/index.ts';
import {
  type FutureLog,
  type LogConfig,
  type LogManager,
  type PartitionLog,
} from '../../../../src/broker/log/index.ts';
import { KafkaError } from '../../../../src/protocol/errors.ts';
import { type Offset } from '../../../../src/protocol/primitives.ts';
import { RecordBatch } from '../../../../src/protocol/records/index.ts';

/** A log in memory: batches in a list, offsets assigned as the real one does. */
export class FakeLog {
  readonly batches: Buffer[] = [];
  config: LogConfig;
  isOffline = false;
  logStartOffset = 0n;
  logEndOffset = 0n;
  highWatermark = 0n;
  openTransactionStart: Offset | null = null;
  latestLeaderEpoch = -1;
  readonly topic: string;
  readonly partition: number;
  readonly topicId: string;
  readonly path: string;
  readonly logDir = '/logs';

  constructor(topic: string, partition: number, topicId: string, config: LogConfig) {
    this.topic = topic;
    this.partition = partition;
    this.topicId = topicId;
    this.config = config;
    this.path = `/logs/${topic}-${partition}`;
  }

  get sizeInBytes(): number {
    return this.batches.reduce((sum, batch) => sum + batch.length, 0);
  }

  get lastStableOffset(): Offset {
    return this.openTransactionStart ?? this.highWatermark;
  }

  updateConfig(config: LogConfig): void {
    this.config = config;
  }

  advanceHighWatermark(offset: Offset): void {
    this.highWatermark = offset;
  }

  assignLeaderEpoch(leaderEpoch: number): void {
    this.latestLeaderEpoch = leaderEpoch;
  }

  appendAsLeader(records: Buffer) {
    const batch = new RecordBatch(Buffer.from(records));
    const baseOffset = this.logEndOffset;
    batch.baseOffset = baseOffset;
    this.logEndOffset = batch.nextOffset;
    this.batches.push(batch.buffer);
    const { logStartOffset } = this;
    return {
      error: 'NONE',
      baseOffset,
      lastOffset: batch.lastOffset,
      logAppendTimeMs: -1n,
      logStartOffset,
      isDuplicate: false,
    };
  }

  read(
    offset: Offset,
    { maxBytes, minOneBatch, endOffset }: { maxBytes: number; minOneBatch: boolean; endOffset: Offset },
  ) {
    if (offset > this.logEndOffset) throw new KafkaError('OFFSET_OUT_OF_RANGE');
    const found = this.batches.filter((bytes) => {
      const batch = new RecordBatch(bytes);
      return batch.lastOffset >= offset && batch.lastOffset < endOffset;
    });
    const all = Buffer.concat(found);
    const first = found[0]?.length ?? 0;
    return { records: all.subarray(0, minOneBatch ? Math.max(maxBytes, first) : maxBytes), abortedTransactions: null };
  }
}

export class FakeCluster {
  readonly nodeId = 1;
  readonly topics = new Map<string, TopicImage>();
  readonly configs = new Map<string, string>();
  private readonly listeners: ((delta: MetadataDelta) => void)[] = [];

  partition(topic: string, partition: number): PartitionImage | undefined {
    return this.topics.get(topic)?.partitions[partition];
  }

  topicConfigValue(topic: string, name: string): string | null {
    return this.configs.get(`${topic}/${name}`) ?? (name === 'cleanup.policy' ? 'delete' : '1');
  }

  brokerConfigValue(): string {
    return '1000';
  }

  onChange(listener: (delta: MetadataDelta) => void): void {
    this.listeners.push(listener);
  }

  setTopic(
    name: string,
    topicId: string,
    partitions: Partial<PartitionImage>[],
    kind: 'created' | 'partitions' = 'created',
  ) {
    const none = { isr: [1], replicas: [1], directories: [], leader: 1, leaderEpoch: 0 };
    const images = partitions.map((one, partition) => ({ ...none, ...one, partition }) as PartitionImage);
    this.topics.set(name, { name, topicId, isInternal: false, partitions: images });
    this.report({ topics: [{ name, topicId, kind }] });
  }

  deleteTopic(name: string): void {
    const topicId = this.topics.get(name)?.topicId ?? '';
    this.topics.delete(name);
    this.report({ topics: [{ name, topicId, kind: 'deleted' }] });
  }

  report(delta: Partial<MetadataDelta>): void {
    for (const listener of this.listeners) listener({ topics: [], configs: [], brokersChanged: false, ...delta });
  }

  get asMetadata(): ClusterMetadata {
    return this as unknown as ClusterMetadata;
  }
}

export class FakeLogs {
  logDirs = ['/logs'];
  offlineLogDirs: string[] = [];
  readonly logs = new Map<string, FakeLog>();
  readonly deleted: string[] = [];

  get(topic: string, partition: number): FakeLog | undefined {
    return this.logs.get(`${topic}-${partition}`);
  }

  getOrCreate(topic: string, partition: number, topicId: string, config: LogConfig): FakeLog {
    const log = this.get(topic, partition) ?? new FakeLog(topic, partition, topicId, config);
    this.logs.set(`${topic}-${partition}`, log);
    return log;
  }

  cordoned = '';

  isCordoned(logDir: string): boolean {
    return this.cordoned === logDir;
  }

  readonly moves: string[] = [];
  readonly preferred: string[] = [];
  readonly running: FutureLog[] = [];

  move(topic: string, partition: number, logDir: string): 'NONE' {
    this.moves.push(`${topic}-${partition} ${logDir}`);
    return 'NONE';
  }

  prefer(topic: string, partition: number, logDir: string): void {
    this.preferred.push(`${topic}-${partition} ${logDir}`);
  }

  futures(): Iterable<FutureLog> {
    return this.running;
  }

  directoryId(): string {
    return 'AAAAAAAAAAAAAAAAAAAAZA';
  }

  delete(topic: string, partition: number): void {
    this.logs.delete(`${topic}-${partition}`);
    this.deleted.push(`${topic}-${partition}`);
  }

  all(): Iterable<PartitionLog> {
    return this.logs.values() as Iterable<unknown> as Iterable<PartitionLog>;
  }

  get asManager(): LogManager {
    return this as unknown as LogManager;
  }
}
