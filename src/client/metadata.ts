import { type ErrorName, Errors, errorName } from '../protocol/errors.ts';
import { type metadata } from '../protocol/messages/03-metadata.ts';
import { type Uuid, ZERO_UUID } from '../protocol/primitives.ts';
import { type ApiResponse } from '../protocol/schema.ts';
import { type BrokerNode } from './node-link.ts';

export interface PartitionMetadata {
  readonly partition: number;
  /** -1: none. */
  readonly leaderId: number;
  /** -1: the broker is too old to say. */
  readonly leaderEpoch: number;
  readonly replicas: readonly number[];
  readonly isr: readonly number[];
  readonly offlineReplicas: readonly number[];
  readonly error: ErrorName;
}

export interface TopicMetadata {
  readonly name: string;
  /** ZERO_UUID: the broker is too old to say. */
  readonly topicId: Uuid;
  readonly isInternal: boolean;
  readonly error: ErrorName;
  /** In order of partition. */
  readonly partitions: readonly PartitionMetadata[];
}

export interface Leader {
  readonly node: number;
  readonly leaderEpoch: number;
}

export interface RefreshOptions {
  readonly allowAutoTopicCreation?: boolean;
  readonly timeoutMs?: number;
  /** Topics in trouble are the caller's business: no warning about them. */
  readonly isQuiet?: boolean;
}

/** What one answer said, whatever is cached. */
export interface MetadataAnswer {
  readonly topics: readonly TopicMetadata[];
  readonly correlationId: number;
}

type MetadataResponse = ApiResponse<typeof metadata>;

/** How the cache asks; the cluster wires it to any node. */
export interface MetadataSource {
  now(): number;
  readonly maxAgeMs: number;
  fetch(
    request: (version: number) => { topics: { name: string }[] | null; allowAutoTopicCreation: boolean },
    timeoutMs: number | undefined,
  ): Promise<{ response: MetadataResponse; correlationId: number }>;
  /** Called with the brokers of each answer. */
  onNodes(nodes: readonly BrokerNode[]): void;
  /** The broker says that everything known is out of date. */
  onRebootstrap(): void;
  warn(text: string): void;
}

/** Errors in an answer that pass by themselves; Java warns about them once per answer. */
const RECOVERABLE = new Set<ErrorName>(['UNKNOWN_TOPIC_OR_PARTITION', 'LEADER_NOT_AVAILABLE', 'UNKNOWN_TOPIC_ID']);

/** The newest known brokers, topics and leaders. Nothing here refreshes by itself: callers ask, or `ensure` it. */
export class Metadata {
  private readonly source: MetadataSource;
  private readonly topics = new Map<string, TopicMetadata>();
  private readonly names = new Map<Uuid, string>();
  private nodeMap = new Map<number, BrokerNode>();
  private refreshedAtMs = Number.NEGATIVE_INFINITY;
  private isStale = false;
  clusterId: string | null = null;
  /** -1: unknown. In KRaft this is some live broker, which passes requests on to the controller. */
  controllerId = -1;

  constructor(source: MetadataSource) {
    this.source = source;
  }

  /** How old the answer is that this is made of; Infinity before the first one. */
  get ageMs(): number {
    return this.source.now() - this.refreshedAtMs;
  }

  /** Brokers by id; empty until the first refresh. */
  nodes(): BrokerNode[] {
    return [...this.nodeMap.values()];
  }

  node(id: number): BrokerNode | undefined {
    return this.nodeMap.get(id);
  }

  topic(name: string): TopicMetadata | undefined {
    return this.topics.get(name);
  }

  topicId(name: string): Uuid | undefined {
    const id = this.topics.get(name)?.topicId;
    return id === ZERO_UUID ? undefined : id;
  }

  topicName(topicId: Uuid): string | undefined {
    return this.names.get(topicId);
  }

  /** Undefined: not known, or there is none just now. */
  leader(topic: string, partition: number): Leader | undefined {
    const found = this.topics.get(topic)?.partitions[partition];
    if (!found || found.leaderId < 0 || !this.nodeMap.has(found.leaderId)) return undefined;
    return { node: found.leaderId, leaderEpoch: found.leaderEpoch };
  }

  /** A produce or fetch answer named a newer leader (KIP-951). Older news are ignored. */
  updateLeader(topic: string, partition: number, leaderId: number, leaderEpoch: number): void {
    const known = this.topics.get(topic);
    const old = known?.partitions[partition];
    if (!known || !old || leaderEpoch <= old.leaderEpoch || !this.nodeMap.has(leaderId)) return;
    const partitions = known.partitions.map((one) => (one === old ? { ...old, leaderId, leaderEpoch } : one));
    this.topics.set(topic, { ...known, partitions });
  }

  addNode(node: BrokerNode): void {
    this.nodeMap.set(node.id, node);
  }

  /** An error showed that something here is wrong: the next `ensure` asks again. */
  markStale(): void {
    this.isStale = true;
  }

  get isUsable(): boolean {
    return this.nodeMap.size > 0;
  }

  /** Asks only if a topic is unknown, something is stale, or `metadata.max.age.ms` has passed. */
  async ensure(topics: readonly string[], options: RefreshOptions = {}): Promise<void> {
    const isOld = this.isStale || this.source.now() - this.refreshedAtMs > this.source.maxAgeMs;
    const isMissing = topics.some((name) => {
      const known = this.topics.get(name);
      return known?.error !== 'NONE' || known.partitions.some((one) => one.leaderId < 0);
    });
    if (isOld || isMissing || !this.isUsable) await this.refresh(topics, options);
  }

  /**
   * Asks now, any broker: about these topics, all topics, or (an empty list) the brokers alone. Topics with errors are in the
   * answer with their error; they do not throw.
   */
  async refresh(topics: readonly string[] | 'all', options: RefreshOptions = {}): Promise<MetadataAnswer> {
    const { allowAutoTopicCreation = false, timeoutMs } = options;
    const wanted = topics === 'all' ? null : topics.map((name) => ({ name }));
    const { response, correlationId } = await this.source.fetch((version) => {
      // Version 0 reads an empty list as "all", and brokers below 4 always create.
      return {
        topics: version === 0 && wanted === null ? [] : wanted,
        ...(version < 4 ? {} : { allowAutoTopicCreation }),
      } as {
        topics: { name: string }[] | null;
        allowAutoTopicCreation: boolean;
      };
    }, timeoutMs);
    if (response.errorCode === Errors.REBOOTSTRAP_REQUIRED) this.source.onRebootstrap();
    return this.accept(response, correlationId, topics, options.isQuiet === true);
  }

  private accept(
    response: MetadataResponse,
    correlationId: number,
    asked: readonly string[] | 'all',
    isQuiet: boolean,
  ): MetadataAnswer {
    const brokers = response.brokers.map(({ nodeId, host, port, rack }) => ({ id: nodeId, host, port, rack }));
    // An answer without brokers comes from a node that is just starting: Java ignores it, too.
    if (brokers.length > 0) {
      this.nodeMap = new Map(brokers.map((one) => [one.id, one]));
      this.controllerId = response.controllerId;
      this.clusterId = response.clusterId;
      this.refreshedAtMs = this.source.now();
      this.isStale = false;
      this.source.onNodes(brokers);
    }
    if (asked === 'all') this.topics.clear();
    const topics = response.topics.map((one) => this.acceptTopic(one));
    const troubled = topics.filter((one) => RECOVERABLE.has(one.error)).map((one) => `${one.name}=${one.error}`);
    if (troubled.length > 0 && !isQuiet) {
      this.source.warn(
        `The metadata response from the cluster reported a recoverable issue with correlation id ${correlationId} : {${troubled.join(', ')}}`,
      );
    }
    return { topics, correlationId };
  }

  private acceptTopic(given: MetadataResponse['topics'][number]): TopicMetadata {
    const name = given.name ?? '';
    const old = this.topics.get(name);
    const partitions: PartitionMetadata[] = [];
    for (const one of given.partitions) {
      partitions[one.partitionIndex] = {
        partition: one.partitionIndex,
        leaderId: one.leaderId,
        leaderEpoch: one.leaderEpoch,
        replicas: one.replicaNodes,
        isr: one.isrNodes,
        offlineReplicas: one.offlineReplicas,
        error: errorName(one.errorCode),
      };
      // A broker that lags behind must not take a newer leader from us, unless the topic was made anew.
      const known = old?.topicId === given.topicId ? old.partitions[one.partitionIndex] : undefined;
      if (known && known.leaderEpoch > one.leaderEpoch && one.leaderEpoch >= 0) partitions[one.partitionIndex] = known;
    }
    const topic: TopicMetadata = {
      name,
      topicId: given.topicId,
      isInternal: given.isInternal,
      error: errorName(given.errorCode),
      partitions,
    };
    if (topic.error === 'NONE') {
      this.topics.set(name, topic);
      if (topic.topicId !== ZERO_UUID) this.names.set(topic.topicId, name);
    } else if (topic.error === 'UNKNOWN_TOPIC_OR_PARTITION' || topic.error === 'INVALID_TOPIC_EXCEPTION') {
      this.topics.delete(name);
    }
    return topic;
  }
}
