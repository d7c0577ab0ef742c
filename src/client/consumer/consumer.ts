import { ERRORS, KafkaError } from '../../protocol/errors.ts';
import { type Offset } from '../../protocol/primitives.ts';
import { type Timer } from '../../util/clock.ts';
import { JavaError } from '../../util/java-error.ts';
import { inHashOrder } from '../../util/java-hash-map.ts';
import { type Cluster } from '../cluster.ts';
import { type ConsumerConfig } from '../configs/consumer.ts';
import { ClosedError, ConnectionError, isRetriable, TimeoutError } from '../errors.ts';
import { within } from '../wait.ts';
import {
  AssignedPartition,
  type OffsetReset,
  partitionHash,
  partitionName,
  type TopicPartition,
} from './assigned-partition.ts';
import { fetchSettings } from './fetch-settings.ts';
import { type FetchedRecords } from './fetched-records.ts';
import { type FetchCounters, Fetcher } from './fetcher.ts';
import { type GroupMember, type MemberEvents, NO_MEMBER, type RebalanceListener } from './group-member.ts';
import { GroupOffsets, type OffsetToCommit } from './group-offsets.ts';
import { awaitsValidation, findTruncations, type Truncation } from './offset-validation.ts';
import { findStartOffsets, parseOffsetReset } from './start-offsets.ts';
import { type TopicSelection, TopicWatch } from './topic-watch.ts';
import { WakeUp } from './wake-up.ts';

export interface ConsumerOptions {
  readonly cluster: Cluster;
  readonly config: ConsumerConfig;
  /** Makes the group member on the first subscription. */
  readonly createMember: (events: MemberEvents) => GroupMember;
  /** Goes on asking for a cluster that cannot be reached; otherwise that is a failure. */
  readonly isPatient: boolean;
}

/** A partition to read without a group's help, and where to start. */
export interface ManualAssignment extends TopicPartition {
  readonly start: Offset | OffsetReset;
}

/** How long the last commit and the good-bye to the group may take. */
const CLOSE_LIMIT_MS = 30_000;
/** How many failures in a row it takes until the pause between attempts has grown to its end. */
const LONGEST_BACKOFF = 5;

/**
 * Reads topics as a member of a group (`subscribe`) or chosen partitions (`assign`). `poll` hands out records of one partition at a
 * time; by the next `poll`, commit or wait of the caller they count as consumed as far as they were walked. Positions are
 * committed by themselves when the configuration says so: every auto.commit.interval.ms, before a partition is given up, and
 * by `close`.
 */
export class Consumer {
  private readonly cluster: Cluster;
  private readonly config: ConsumerConfig;
  private readonly createMember: ConsumerOptions['createMember'];
  private readonly isPatient: boolean;
  private readonly fetcher: Fetcher;
  private readonly offsets: GroupOffsets | null;
  private readonly defaultReset: OffsetReset | null;
  private readonly isReadCommitted: boolean;
  private readonly upkeepNeeded: WakeUp;
  private readonly pollable: WakeUp;
  private readonly ready: FetchedRecords[] = [];
  private partitions: AssignedPartition[] = [];
  private watch: TopicWatch | null = null;
  private member: GroupMember | null = null;
  private listener: RebalanceListener = {};
  private memberTopics = '';
  private current: FetchedRecords | null = null;
  private failure: { readonly error: unknown } | null = null;
  private commitTimer: Timer | null = null;
  private isInterrupted = false;
  private isClosed = false;
  private upkeep: Promise<void> = Promise.resolve();

  constructor({ cluster, config, createMember, isPatient }: ConsumerOptions) {
    this.cluster = cluster;
    this.config = config;
    this.isPatient = isPatient;
    this.createMember = createMember;
    const groupId = config.values.get('group.id');
    this.offsets = groupId === null ? null : new GroupOffsets(cluster, groupId);
    this.defaultReset = parseOffsetReset(config.values.get('auto.offset.reset'));
    const settings = fetchSettings(config);
    this.isReadCommitted = settings.isReadCommitted;
    this.upkeepNeeded = new WakeUp(cluster.clock);
    this.pollable = new WakeUp(cluster.clock);
    this.fetcher = new Fetcher(cluster, settings, {
      onRecords: (records) => {
        this.ready.push(records);
        this.pollable.raise();
      },
      onOutOfRange: (partition, offset) => this.startOver(partition, offset),
      onUnvalidated: () => this.upkeepNeeded.raise(),
      onStaleMetadata: () => {
        this.watch?.markStale();
        this.upkeepNeeded.raise();
      },
      onFailure: (error) => this.fail(error),
    });
  }

  /** Reads these partitions and no others. */
  assign(assignments: readonly ManualAssignment[]): void {
    this.begin([...new Set(assignments.map((one) => one.topic))]);
    this.partitions = assignments.map((one) => new AssignedPartition(one, one.start));
    this.fetcher.assign(this.partitions);
  }

  /** Joins the group and reads what it assigns. */
  subscribe(selection: TopicSelection, listener: RebalanceListener = {}): void {
    this.listener = listener;
    this.begin(selection);
    this.member = this.createMember({
      onAssigned: (partitions) => this.adopt(partitions),
      onRevoked: async (partitions) => {
        if (this.config.isAutoCommit) await this.commit().catch((error: unknown) => this.warnOfCommit(error));
        listener.onPartitionsRevoked?.(partitions);
        this.drop(partitions);
      },
      onLost: (partitions) => {
        // Java's listeners hear of lost partitions as of revoked ones.
        listener.onPartitionsRevoked?.(partitions);
        this.drop(partitions);
      },
      onFailure: (error) => this.fail(error),
    });
  }

  /**
   * The next records, or null when none came within `timeoutMs` or `interrupt` was called. What the last call gave is released.
   * Throws what makes it impossible to go on.
   */
  async poll(timeoutMs: number): Promise<FetchedRecords | null> {
    this.releaseCurrent();
    const deadlineMs = this.cluster.clock.now() + timeoutMs;
    for (;;) {
      if (this.isInterrupted) return null;
      const records = this.nextReady();
      if (records) {
        this.current = records;
        return records;
      }
      if (this.failure) throw this.failure.error;
      const leftMs = deadlineMs - this.cluster.clock.now();
      if (leftMs <= 0) return null;
      await this.pollable.wait(leftMs);
    }
  }

  /** Makes the running and every later `poll` return null. */
  interrupt(): void {
    this.isInterrupted = true;
    this.pollable.raise();
  }

  /** Stores the positions of all partitions as they are now. Throws KafkaError, ClientError. */
  async commit(): Promise<void> {
    this.current?.settle();
    const offsets: OffsetToCommit[] = this.partitions.flatMap(({ topic, partition, position, positionLeaderEpoch }) =>
      position === null ? [] : [{ topic, partition, offset: position, leaderEpoch: positionLeaderEpoch }],
    );
    await this.commitOffsets(offsets);
  }

  /** Stores these offsets, whatever the positions are. Throws KafkaError, ClientError. */
  async commitOffsets(offsets: readonly OffsetToCommit[]): Promise<void> {
    if (this.offsets && offsets.length > 0)
      await this.offsets.commit(offsets, () => this.member?.identity ?? NO_MEMBER);
  }

  /** What has been fetched so far. */
  get counters(): Readonly<FetchCounters> {
    return this.fetcher.counters;
  }

  /** Partitions that are read now. */
  get assignment(): readonly TopicPartition[] {
    return this.partitions;
  }

  /** There is something to read, and it is known where to start. */
  get isReading(): boolean {
    return this.partitions.some((one) => one.position !== null);
  }

  /** Leaves the group and closes the cluster; before that what was consumed is committed, if the configuration wants it. */
  async close({ commits = true }: { commits?: boolean } = {}): Promise<void> {
    if (this.isClosed) return;
    this.isClosed = true;
    this.commitTimer?.cancel();
    this.fetcher.close();
    this.upkeepNeeded.raise();
    if (commits && this.config.isAutoCommit && this.cluster.metadata.isUsable) {
      this.rewindCurrent();
      const commit = this.commit().catch((error: unknown) => this.warnOfCommit(error));
      await within(this.cluster.clock, CLOSE_LIMIT_MS, commit, () => new ClosedError()).catch(ignoreExpired);
    }
    if (this.member && this.partitions.length > 0) this.listener.onPartitionsRevoked?.(this.partitions);
    const leave = this.member?.close() ?? Promise.resolve();
    await within(this.cluster.clock, CLOSE_LIMIT_MS, leave, () => new ClosedError()).catch(ignoreExpired);
    this.cluster.close();
    await this.upkeep;
  }

  private begin(selection: TopicSelection): void {
    const mayCreate = this.config.values.get('allow.auto.create.topics');
    this.watch = new TopicWatch(this.cluster, selection, mayCreate);
    this.upkeep = this.keepUp(this.watch);
    if (this.config.isAutoCommit) this.scheduleCommit();
  }

  private nextReady(): FetchedRecords | null {
    for (let records = this.ready.shift(); records; records = this.ready.shift()) {
      if (!records.partition.isRevoked) return records;
      this.fetcher.release(records);
    }
    return null;
  }

  private releaseCurrent(): void {
    const records = this.current;
    if (records === null) return;
    this.current = null;
    records.settle();
    this.fetcher.release(records);
  }

  /** Java seeks back to what was not printed, and a seek forgets the leader epoch. */
  private rewindCurrent(): void {
    const records = this.current;
    if (records === null) return;
    records.settle();
    this.current = null;
    const { partition } = records;
    if (!partition.isRevoked && records.next()) partition.positionLeaderEpoch = -1;
  }

  private adopt(assigned: readonly TopicPartition[]): void {
    const kept = new Map(this.partitions.map((one) => [partitionName(one), one]));
    this.partitions = assigned.map((one) => kept.get(partitionName(one)) ?? new AssignedPartition(one, null));
    this.listener.onPartitionsAssigned?.(assigned.filter((one) => !kept.has(partitionName(one))));
    this.fetcher.assign(this.partitions);
    this.upkeepNeeded.raise();
  }

  private drop(partitions: readonly TopicPartition[]): void {
    const names = new Set(partitions.map(partitionName));
    for (const one of this.partitions) if (names.has(partitionName(one))) one.isRevoked = true;
    this.partitions = this.partitions.filter((one) => !one.isRevoked);
    this.fetcher.assign(this.partitions);
  }

  /** Metadata and positions, whenever one of them is missing or old. Ends with `close` or a failure. */
  private async keepUp(watch: TopicWatch): Promise<void> {
    for (let failures = 0; !this.isClosed; ) {
      try {
        await watch.refresh();
        const topics = watch.existing.join();
        if (this.member && topics !== this.memberTopics) {
          this.memberTopics = topics;
          this.member.subscribe(watch.existing);
        }
        const isSettled = await this.findPositions();
        this.fetcher.wake();
        if (!isSettled) watch.markStale();
        failures = isSettled && !watch.isIncomplete ? 0 : Math.min(failures + 1, LONGEST_BACKOFF);
      } catch (error) {
        const isHopeless = error instanceof ConnectionError && error.isHopeless;
        const isUnreachable = !this.isPatient && !this.cluster.metadata.isUsable && error instanceof TimeoutError;
        if (isUnreachable) return this.fail(unreachable(this.config, error));
        if (!isRetriable(error) || isHopeless) return this.fail(error);
        failures = Math.min(failures + 1, LONGEST_BACKOFF);
      }
      if (this.isClosed) return;
      if (failures > 0) await this.cluster.backoff(failures).catch(ignoreClosed);
      else await this.upkeepNeeded.wait(watch.restMs || this.cluster.settings.retryBackoffMs);
    }
  }

  /** Returns false when some partition still has none, or nobody leads it. */
  private async findPositions(): Promise<boolean> {
    const withoutPosition = this.partitions.filter((one) => one.fetchPosition === null);
    const uncommitted = withoutPosition.filter((one) => one.reset === null);
    if (uncommitted.length > 0) await this.startFromCommitted(uncommitted);
    const resetting = withoutPosition.filter((one) => one.reset !== null && !one.isRevoked);
    if (resetting.length > 0) {
      const found = await findStartOffsets(this.cluster, resetting, this.isReadCommitted);
      for (const [partition, { offset }] of found) if (!partition.isRevoked) partition.moveTo(offset);
    }
    const unvalidated = this.partitions.filter((one) => awaitsValidation(this.cluster, one));
    if (unvalidated.length > 0) {
      for (const one of await findTruncations(this.cluster, unvalidated)) this.rewind(one);
    }
    return this.partitions.every((one) => {
      if (awaitsValidation(this.cluster, one)) return false;
      return one.fetchPosition !== null && this.cluster.metadata.leader(one.topic, one.partition) !== undefined;
    });
  }

  private async startFromCommitted(partitions: readonly AssignedPartition[]): Promise<void> {
    const identity = this.member?.identity ?? NO_MEMBER;
    const committed = (await this.offsets?.fetch(partitions, identity, this.isReadCommitted)) ?? new Map();
    const withoutOffset: AssignedPartition[] = [];
    for (const partition of partitions) {
      const found = committed.get(partitionName(partition));
      if (partition.isRevoked) continue;
      if (found) partition.moveTo(found.offset, found.leaderEpoch);
      else if (this.defaultReset !== null) partition.requestReset(this.defaultReset);
      else withoutOffset.push(partition);
    }
    if (withoutOffset.length === 0) return;
    throw new JavaError(
      'org.apache.kafka.clients.consumer.NoOffsetForPartitionException',
      `Undefined offset with no reset policy for partitions: [${inHashOrder(withoutOffset, partitionHash).map(partitionName).join(', ')}]`,
    );
  }

  /** What was read is not in the log any more: goes on from where it parted. What is fetched and not handed out goes with it. */
  private rewind({ partition, endOffset }: Truncation): void {
    const where = partitionName(partition);
    if (this.defaultReset === null) {
      const text = `Detected log truncation with diverging offsets {${where}=${endOffset ?? 'unknown'}}`;
      this.fail(new JavaError('org.apache.kafka.clients.consumer.LogTruncationException', text));
      return;
    }
    this.cluster.logger.log(
      'INFO',
      `${this.cluster.logPrefix}Truncation detected for partition ${where} at offset ${partition.fetchPosition}, going on at ${endOffset ?? 'the reset policy'}`,
    );
    if (this.current?.partition === partition) this.current.settle();
    partition.isRevoked = true;
    const { position } = partition;
    const at = endOffset !== null && position !== null && position < endOffset ? position : endOffset;
    const anew = new AssignedPartition(partition, at ?? this.defaultReset);
    this.partitions = this.partitions.map((one) => (one === partition ? anew : one));
    this.fetcher.assign(this.partitions);
    this.upkeepNeeded.raise();
  }

  private startOver(partition: AssignedPartition, offset: Offset): void {
    if (this.defaultReset !== null) {
      partition.requestReset(this.defaultReset);
      this.upkeepNeeded.raise();
      return;
    }
    const leader = this.cluster.metadata.leader(partition.topic, partition.partition);
    const node = leader && this.cluster.metadata.node(leader.node);
    const where = node
      ? `Optional[${node.host}:${node.port} (id: ${node.id} rack: ${node.rack} isFenced: false)]`
      : 'Optional.empty';
    const position = `FetchPosition{offset=${offset}, offsetEpoch=Optional.empty, currentLeader=LeaderAndEpoch{leader=${where}, epoch=${leader?.leaderEpoch ?? 'absent'}}}`;
    this.fail(
      new JavaError(
        'org.apache.kafka.clients.consumer.OffsetOutOfRangeException',
        `Fetch position ${position} is out of range for partition ${partitionName(partition)}`,
      ),
    );
  }

  private scheduleCommit(): void {
    this.commitTimer = this.cluster.clock.after(this.config.values.get('auto.commit.interval.ms'), () => {
      void this.commit()
        .catch((error: unknown) => this.warnOfCommit(error))
        .finally(() => {
          if (!this.isClosed) this.scheduleCommit();
        });
    });
  }

  private warnOfCommit(error: unknown): void {
    if (error instanceof ClosedError) return;
    const reason = error instanceof KafkaError ? (error.message ?? ERRORS[error.error].text) : String(error);
    this.cluster.logger
      .named('org.apache.kafka.clients.consumer.internals.ConsumerCoordinator')
      .log('WARN', `${this.cluster.logPrefix}Auto-commit of offsets failed: ${reason}`);
  }

  private fail(error: unknown): void {
    if (error instanceof ClosedError) return;
    this.failure ??= { error };
    this.pollable.raise();
  }
}

function unreachable({ values }: ConsumerConfig, cause: unknown): TimeoutError {
  return new TimeoutError(`No broker can be reached at ${(values.get('bootstrap.servers') ?? []).join(',')}`, cause);
}

function ignoreExpired(error: unknown): void {
  // The time is over: what is left undone shows as records that come again.
  if (!(error instanceof ClosedError)) throw error;
}

function ignoreClosed(error: unknown): void {
  // Closed while pausing: the loop sees it itself.
  if (!(error instanceof ClosedError)) throw error;
}
