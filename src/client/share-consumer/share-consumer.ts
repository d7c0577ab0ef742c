import { type ErrorName, Errors, errorName, KafkaError } from '../../protocol/errors.ts';
import { type Offset, type Uuid } from '../../protocol/primitives.ts';
import { RecordCursor } from '../../protocol/records/record-cursor.ts';
import { type Cluster } from '../cluster.ts';
import { type ConsumerConfig } from '../configs/consumer.ts';
import { partitionName, type TopicPartition } from '../consumer/assigned-partition.ts';
import { TopicWatch } from '../consumer/topic-watch.ts';
import { WakeUp } from '../consumer/wake-up.ts';
import { ClosedError, ConnectionError, isRetriable } from '../errors.ts';
import { within } from '../wait.ts';
import { AcknowledgeType } from './acknowledgements.ts';
import { ShareMember } from './share-member.ts';
import { ShareRecords } from './share-records.ts';
import { type ShareAnswer, type ShareFetchSettings, ShareSession } from './share-session.ts';

/** What was told to a broker about one partition, and how it took it. */
export interface Acknowledged extends TopicPartition {
  readonly offsets: readonly Offset[];
  readonly error: ErrorName | null;
}

export interface ShareConsumerOptions {
  readonly cluster: Cluster;
  readonly config: ConsumerConfig['values'];
  readonly topics: readonly string[];
  /** Goes on asking for a cluster that cannot be reached; otherwise that is a failure. */
  readonly isPatient: boolean;
  onAcknowledged?(acknowledged: Acknowledged): void;
}

const CLOSE_LIMIT_MS = 30_000;
const LONGEST_BACKOFF = 5;
const MOVED = new Set<ErrorName>([
  'NOT_LEADER_OR_FOLLOWER',
  'FENCED_LEADER_EPOCH',
  'UNKNOWN_LEADER_EPOCH',
  'LEADER_NOT_AVAILABLE',
  'KAFKA_STORAGE_ERROR',
  'UNKNOWN_TOPIC_OR_PARTITION',
  'UNKNOWN_TOPIC_ID',
  'INCONSISTENT_TOPIC_ID',
]);

/**
 * Reads topics as a member of a share group. `poll` hands out acquired records of one partition at a time; each is to be acknowledged,
 * and what was said goes out with the next fetch, `commit` or `close`. What was not acknowledged is given back by `close`.
 */
export class ShareConsumer {
  private readonly options: ShareConsumerOptions;
  private readonly member: ShareMember;
  private readonly watch: TopicWatch;
  private readonly settings: ShareFetchSettings;
  private readonly sessions = new Map<number, ShareSession>();
  private readonly busyNodes = new Set<number>();
  private readonly sources = new WeakMap<ShareRecords, ShareSession>();
  private readonly told = new Map<string, { partition: TopicPartition; offsets: Offset[] }>();
  private readonly cursor = new RecordCursor();
  private readonly pollable: WakeUp;
  private readonly upkeepNeeded: WakeUp;
  private readonly ready: ShareRecords[] = [];
  private assigned: readonly TopicPartition[] = [];
  private failure: { readonly error: unknown } | null = null;
  private upkeep: Promise<void> = Promise.resolve();
  private isInterrupted = false;
  private isClosed = false;

  constructor(options: ShareConsumerOptions) {
    const { cluster, config, topics } = options;
    this.options = options;
    this.pollable = new WakeUp(cluster.clock);
    this.upkeepNeeded = new WakeUp(cluster.clock);
    this.watch = new TopicWatch(cluster, topics, config.get('allow.auto.create.topics'));
    this.settings = {
      maxWaitMs: config.get('fetch.max.wait.ms'),
      minBytes: config.get('fetch.min.bytes'),
      maxBytes: config.get('fetch.max.bytes'),
      maxRecords: config.get('max.poll.records'),
      acquireMode: config.get('share.acquire.mode').toLowerCase() === 'record_limit' ? 1 : 0,
    };
    this.member = new ShareMember({
      cluster,
      groupId: config.get('group.id') ?? '',
      rack: config.get('client.rack'),
      topics,
      onAssigned: (partitions) => {
        this.assigned = partitions;
        this.fetchAll();
      },
      onFailure: (error) => this.fail(error),
    });
  }

  /** Joins the group. */
  start(): void {
    this.upkeep = this.keepUp();
    void this.member.run();
  }

  /** Makes the running and every later `poll` return null. */
  interrupt(): void {
    this.isInterrupted = true;
    this.pollable.raise();
  }

  /** The next records, or null when none came within `timeoutMs` or `interrupt` was called. Throws what makes it impossible to go on. */
  async poll(timeoutMs: number): Promise<ShareRecords | null> {
    const { clock } = this.options.cluster;
    const deadlineMs = clock.now() + timeoutMs;
    for (;;) {
      if (this.isInterrupted) return null;
      const records = this.ready.shift();
      if (records) return records;
      if (this.failure) throw this.failure.error;
      this.fetchAll();
      const leftMs = deadlineMs - clock.now();
      if (leftMs <= 0) return null;
      await this.pollable.wait(leftMs);
    }
  }

  /** Records that are here already, of the same fetches; null: none. */
  more(): ShareRecords | null {
    return this.isInterrupted ? null : (this.ready.shift() ?? null);
  }

  /** What became of the record that the cursor stands on. */
  acknowledge(records: ShareRecords, type: AcknowledgeType): void {
    this.note(records, records.cursor.offset(), type);
  }

  /** Acknowledges all the rest of these records, unseen. */
  releaseRest(records: ShareRecords): void {
    while (records.next()) this.acknowledge(records, AcknowledgeType.RELEASE);
  }

  /** Sends what is not sent yet. Failures are told to `onAcknowledged`. */
  async commit(): Promise<void> {
    await Promise.all([...this.sessions.values()].map((one) => this.tellAll(one, false)));
  }

  /** Gives back what was fetched and not handed out, sends all acknowledgements, leaves the group, closes the cluster. */
  async close(): Promise<void> {
    if (this.isClosed) return;
    this.isClosed = true;
    this.upkeepNeeded.raise();
    const { cluster } = this.options;
    for (const records of this.ready.splice(0)) this.releaseRest(records);
    const goodbye = Promise.all([...this.sessions.values()].map((one) => this.tellAll(one, true))).then(() =>
      this.member.close(),
    );
    await within(cluster.clock, CLOSE_LIMIT_MS, goodbye, () => new ClosedError()).catch((error: unknown) => {
      // The time is over: locks run out by themselves.
      if (!(error instanceof ClosedError)) throw error;
    });
    cluster.close();
    await this.upkeep;
  }

  private note(records: ShareRecords, offset: Offset, type: AcknowledgeType): void {
    this.sources.get(records)?.acknowledgementsOf(records.partition).add(offset, type);
    if (type === AcknowledgeType.GAP || !this.options.onAcknowledged) return;
    const name = partitionName(records.partition);
    const told = this.told.get(name) ?? { partition: records.partition, offsets: [] };
    told.offsets.push(offset);
    this.told.set(name, told);
  }

  private async tellAll(session: ShareSession, isFinal: boolean): Promise<void> {
    const told = this.takeTold();
    try {
      await session.acknowledge({ isFinal });
      this.report(told, null);
    } catch (error) {
      if (error instanceof KafkaError) this.report(told, error.error);
      else if (!isFinal && !isRetriable(error)) this.fail(error);
    }
  }

  private takeTold(): { partition: TopicPartition; offsets: Offset[] }[] {
    const told = [...this.told.values()];
    this.told.clear();
    return told;
  }

  private report(told: readonly { partition: TopicPartition; offsets: Offset[] }[], error: ErrorName | null): void {
    for (const { partition, offsets } of told) this.options.onAcknowledged?.({ ...partition, offsets, error });
  }

  /** One request to every leader of assigned partitions that has none under way. */
  private fetchAll(): void {
    if (this.isClosed || this.isInterrupted) return;
    const { metadata } = this.options.cluster;
    const byNode = Map.groupBy(this.assigned, (one) => metadata.leader(one.topic, one.partition)?.node ?? -1);
    for (const [node, partitions] of byNode) {
      if (node < 0) this.askForMetadata();
      else if (!this.busyNodes.has(node)) {
        this.busyNodes.add(node);
        void this.fetchFrom(node, partitions);
      }
    }
  }

  private async fetchFrom(node: number, partitions: readonly TopicPartition[]): Promise<void> {
    const { cluster, config } = this.options;
    let session = this.sessions.get(node);
    if (!session) {
      session = new ShareSession(cluster, node, config.get('group.id') ?? '', this.member.memberId);
      this.sessions.set(node, session);
    }
    const told = this.takeTold();
    try {
      const answer = await session.fetch(partitions, this.settings);
      this.report(told, null);
      const isWhole = this.accept(answer, session);
      if (!isWhole) await cluster.backoff(1).catch(() => undefined);
    } catch (error) {
      if (this.isClosed || error instanceof ClosedError) return;
      this.report(told, error instanceof KafkaError ? error.error : 'UNKNOWN_SERVER_ERROR');
      // A deleted topic fails the whole request in Kafka 4.3: the next session does without it.
      const isUnexplained = error instanceof KafkaError && error.error === 'UNKNOWN_SERVER_ERROR';
      if (!isRetriable(error) && !isUnexplained) return this.fail(error);
      await cluster.backoff(1).catch(() => undefined);
      this.askForMetadata();
    } finally {
      this.busyNodes.delete(node);
      this.pollable.raise();
    }
  }

  /** False: some partition had an error. */
  private accept({ responses }: ShareAnswer, session: ShareSession): boolean {
    const { metadata } = this.options.cluster;
    let isWhole = true;
    for (const { topicId, partitions } of responses) {
      const topic = metadata.topicName(topicId as Uuid);
      for (const { partitionIndex, errorCode, records, acquiredRecords, currentLeader } of partitions) {
        if (topic === undefined) continue;
        const partition = { topic, partition: partitionIndex };
        if (errorCode !== Errors.NONE) {
          isWhole = false;
          this.acceptError(errorName(errorCode), partition, currentLeader);
          continue;
        }
        if (acquiredRecords.length === 0) continue;
        const onGap = (offset: Offset) => this.note(acquired, offset, AcknowledgeType.GAP);
        const acquired = new ShareRecords(partition, records ?? Buffer.alloc(0), acquiredRecords, this.cursor, onGap);
        this.sources.set(acquired, session);
        this.ready.push(acquired);
      }
    }
    this.pollable.raise();
    return isWhole;
  }

  private acceptError(
    error: ErrorName,
    { topic, partition }: TopicPartition,
    { leaderId, leaderEpoch }: { leaderId: number; leaderEpoch: number },
  ): void {
    const { metadata } = this.options.cluster;
    if (leaderId >= 0) metadata.updateLeader(topic, partition, leaderId, leaderEpoch);
    if (MOVED.has(error)) {
      this.askForMetadata();
      return;
    }
    const isForbidden = error === 'TOPIC_AUTHORIZATION_FAILED';
    const failure = new KafkaError(error, isForbidden ? `Not authorized to access topics: [${topic}]` : undefined);
    if (!failure.isRetriable) this.fail(failure);
  }

  private askForMetadata(): void {
    this.watch.markStale();
    this.upkeepNeeded.raise();
  }

  /** Metadata, whenever it is missing or old. Ends with `close` or a failure. */
  private async keepUp(): Promise<void> {
    const { cluster, isPatient } = this.options;
    for (let failures = 0; !this.isClosed; ) {
      try {
        await this.watch.refresh();
        this.fetchAll();
        failures = this.watch.isIncomplete ? Math.min(failures + 1, LONGEST_BACKOFF) : 0;
      } catch (error) {
        const isHopeless = error instanceof ConnectionError && error.isHopeless;
        const isUnreachable = !isPatient && !cluster.metadata.isUsable;
        if (!isRetriable(error) || isHopeless || isUnreachable) return this.fail(error);
        failures = Math.min(failures + 1, LONGEST_BACKOFF);
      }
      if (this.isClosed) return;
      const pauseMs = Math.max(this.watch.restMs, cluster.settings.retryBackoffMs);
      if (failures > 0) await cluster.backoff(failures).catch(() => undefined);
      else await this.upkeepNeeded.wait(pauseMs);
    }
  }

  private fail(error: unknown): void {
    if (error instanceof ClosedError) return;
    this.failure ??= { error };
    this.pollable.raise();
  }
}
