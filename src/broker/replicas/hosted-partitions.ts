import { ConfigResourceType } from '../../protocol/enums.ts';
import { ZERO_UUID } from '../../protocol/primitives.ts';
import { type Logger } from '../../util/logger.ts';
import { type ClusterMetadata, type MetadataDelta, type TopicImage } from '../cluster/index.ts';
import { type LogConfig, type LogManager, type PartitionLog } from '../log/index.ts';
import { HostedPartition } from './hosted-partition.ts';
import { topicLogConfig } from './topic-log-config.ts';
import { type ReplicaPlacement, type TopicPartition } from './types.ts';

export interface LeadershipChange extends TopicPartition {
  readonly isLeader: boolean;
}

/** Logs made within one metadata change, and then between two looks at the event loop: each costs files and directories. */
const CREATED_AT_ONCE = 50;
const CREATED_PER_STEP = 5;

/**
 * The replicas this node hosts, as the cluster metadata says: logs are created, configured and deleted here and nowhere
 * else. Every change runs within the metadata listener, so who sees a topic in the metadata also finds its logs; of
 * thousands of new ones most are made afterwards, in the background or when they are first asked for.
 */
export class HostedPartitions {
  private readonly cluster: ClusterMetadata;
  private readonly logs: LogManager;
  private readonly logger: Logger;
  private readonly onPlaced: (placements: readonly ReplicaPlacement[]) => void;
  private readonly topics = new Map<string, (HostedPartition | undefined)[]>();
  private readonly listeners: ((change: LeadershipChange) => void)[] = [];
  private readonly configs = new Map<string, LogConfig>();
  private readonly unopened: HostedPartition[] = [];
  /** Of logs opened since the last report. */
  private readonly placements: ReplicaPlacement[] = [];
  private isOpening = false;
  private isClosed = false;

  constructor(options: {
    cluster: ClusterMetadata;
    logs: LogManager;
    logger: Logger;
    onPlaced?: (placements: readonly ReplicaPlacement[]) => void;
  }) {
    this.cluster = options.cluster;
    this.logs = options.logs;
    this.logger = options.logger;
    this.onPlaced = options.onPlaced ?? (() => undefined);
  }

  start(): void {
    for (const image of this.cluster.topics.values()) this.apply(image, false);
    this.openSome(CREATED_AT_ONCE);
    this.reportStrayLogs();
    this.cluster.onChange((delta) => this.onMetadataChange(delta));
  }

  /** Leaves logs unmade that nobody has asked for yet; the next start makes them. */
  close(): void {
    this.isClosed = true;
  }

  get(topic: string, partition: number): HostedPartition | undefined {
    return this.topics.get(topic)?.[partition];
  }

  *all(): Iterable<HostedPartition> {
    for (const partitions of this.topics.values()) {
      for (const one of partitions) if (one) yield one;
    }
  }

  onLeadershipChange(listener: (change: LeadershipChange) => void): void {
    this.listeners.push(listener);
    for (const { topic, partition, isLeader } of this.all()) if (isLeader) listener({ topic, partition, isLeader });
  }

  private onMetadataChange(delta: MetadataDelta): void {
    for (const { name, kind } of delta.topics) {
      const image = this.cluster.topics.get(name);
      // The image is ahead of a list of changes: a topic may be gone again, or be another one by now.
      if (image === undefined || kind === 'deleted') this.drop(name);
      if (image) this.apply(image, kind === 'created' || kind === 'partitions');
    }
    this.openSome(CREATED_AT_ONCE);
    const isBrokerChange = delta.configs.some(({ type }) => type === ConfigResourceType.BROKER);
    if (isBrokerChange) this.configs.clear();
    const changed = delta.topics.filter(({ kind }) => kind === 'config').map(({ name }) => name);
    for (const topic of isBrokerChange ? this.topics.keys() : changed) this.configure(topic);
  }

  /** `isNew`: partitions not hosted yet have never been here before. */
  private apply(image: TopicImage, isNew: boolean): void {
    const { name: topic, topicId, partitions } = image;
    const hosted = this.topics.get(topic) ?? [];
    this.topics.set(topic, hosted);
    const settings = this.settingsOf(topic);
    const changes: LeadershipChange[] = [];
    for (let partition = 0; partition < partitions.length; partition++) {
      const partitionImage = partitions[partition];
      if (!partitionImage?.replicas.includes(this.cluster.nodeId)) continue;
      let one = hosted[partition];
      if (one === undefined) {
        one = new HostedPartition(topic, topicId, partition, () => this.openLog(image, partition, isNew));
        hosted[partition] = one;
        if (this.logs.get(topic, partition)) one.open();
        else this.unopened.push(one);
      }
      const outcome = one.update(partitionImage, this.cluster.nodeId, settings);
      if (outcome !== 'same') changes.push({ topic, partition, isLeader: outcome === 'elected' });
    }
    for (const change of changes) this.report(change);
  }

  /** Makes the next logs of the list, and the others of it when the event loop has been looked at. */
  private openSome(count: number): void {
    for (const one of this.unopened.splice(0, count)) one.open();
    if (this.placements.length > 0) this.onPlaced(this.placements.splice(0));
    if (this.unopened.length === 0 || this.isOpening) return;
    this.isOpening = true;
    setImmediate(() => {
      this.isOpening = false;
      if (!this.isClosed) this.openSome(CREATED_PER_STEP);
    });
  }

  private openLog(image: TopicImage, partition: number, isNew: boolean): PartitionLog | null {
    const { name: topic, topicId } = image;
    try {
      // What a deleted topic of the same name left behind after a crash.
      const found = this.logs.get(topic, partition);
      if (found && found.topicId !== topicId && found.topicId !== ZERO_UUID) this.logs.delete(topic, partition);
      const log = this.logs.getOrCreate(topic, partition, topicId, this.configOf(topic), { isNew });
      this.notePlacement(image, partition, log);
      return log;
    } catch (error) {
      this.logger.log('ERROR', `Error while opening the log of ${topic}-${partition}`, error);
      return null;
    }
  }

  /** Where the log is, when the metadata do not say so (KIP-858). */
  private notePlacement({ topicId, partitions }: TopicImage, partition: number, { logDir }: PartitionLog): void {
    const directoryId = this.logs.directoryId(logDir);
    const image = partitions[partition];
    const recorded = image?.directories[image.replicas.indexOf(this.cluster.nodeId)];
    if (directoryId !== ZERO_UUID && recorded !== directoryId) {
      this.placements.push({ topicId, partition, directoryId });
    }
  }

  private drop(topic: string): void {
    const hosted = this.topics.get(topic);
    if (!hosted) return;
    this.topics.delete(topic);
    this.configs.delete(topic);
    for (const one of hosted) {
      if (!one) continue;
      const wasLeader = one.isLeader;
      one.drop(() => this.logs.delete(topic, one.partition));
      if (wasLeader) this.report({ topic, partition: one.partition, isLeader: false });
    }
  }

  private configure(topic: string): void {
    const image = this.cluster.topics.get(topic);
    const hosted = this.topics.get(topic);
    if (!image || !hosted) return;
    this.configs.delete(topic);
    const config = this.configOf(topic);
    for (const one of hosted) if (one?.isOpen) one.log?.updateConfig(config);
    this.apply(image, false);
  }

  private configOf(topic: string): LogConfig {
    const config = this.configs.get(topic) ?? topicLogConfig(this.cluster, topic);
    this.configs.set(topic, config);
    return config;
  }

  private settingsOf(topic: string): { minInsyncReplicas: number } {
    return { minInsyncReplicas: Number(this.cluster.topicConfigValue(topic, 'min.insync.replicas')) };
  }

  private report(change: LeadershipChange): void {
    for (const listener of this.listeners) listener(change);
  }

  /** Never deleted by us: metadata may have been lost, not the topic. */
  private reportStrayLogs(): void {
    for (const { topic, partition, path } of this.logs.all()) {
      if (this.get(topic, partition) === undefined) {
        this.logger.log(
          'WARN',
          `Found stray log dir ${path}: the cluster metadata has no replica of ${topic}-${partition} here`,
        );
      }
    }
  }
}
