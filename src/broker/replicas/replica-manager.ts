import { type ErrorName } from '../../protocol/errors.ts';
import { type Offset, type ProducerId, ZERO_UUID } from '../../protocol/primitives.ts';
import { type Clock } from '../../util/clock.ts';
import { type Logger } from '../../util/logger.ts';
import { type ClusterMetadata } from '../cluster/index.ts';
import { type AppendResult, type LogManager, type PartitionLog, type VerificationGuard } from '../log/index.ts';
import { DelayedAppend } from './delayed-append.ts';
import { DelayedFetch } from './delayed-fetch.ts';
import { readEntries } from './fetch-reader.ts';
import { type HostedPartition } from './hosted-partition.ts';
import { HostedPartitions, type LeadershipChange } from './hosted-partitions.ts';
import { type FoundOffset, findOffset, noOffset } from './list-offsets.ts';
import {
  type Failure,
  type FetchEntry,
  type FetchResult,
  type HostedPartitionSize,
  type LogDirDescription,
  type ProduceEntry,
  type ReplicaManager,
  type ReplicaPlacement,
  type TopicPartition,
} from './types.ts';

export interface ReplicaManagerOptions {
  readonly cluster: ClusterMetadata;
  readonly logs: LogManager;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Null where the system does not tell. */
  readonly diskSpace: (path: string) => { totalBytes: bigint; usableBytes: bigint } | null;
  /** Replicas were put where the metadata do not say yet; called within a metadata change. */
  readonly onPlaced?: (placements: readonly ReplicaPlacement[]) => void;
  /** How much a fetch may read into memory now: less while slow clients hold unsent answers. */
  readonly fetchBudget: () => number;
}

/** What can be asked of it before the rest of the broker is built; `start` opens the logs the metadata names. */
export class LocalReplicaManager implements ReplicaManager {
  private readonly cluster: ClusterMetadata;
  private readonly logs: LogManager;
  private readonly clock: Clock;
  private readonly diskSpace: ReplicaManagerOptions['diskSpace'];
  private readonly fetchBudget: () => number;
  private readonly hosted: HostedPartitions;
  private readonly onPlaced: (placements: readonly ReplicaPlacement[]) => void;
  private readonly stopping = new AbortController();

  constructor(options: ReplicaManagerOptions) {
    this.cluster = options.cluster;
    this.logs = options.logs;
    this.clock = options.clock;
    this.diskSpace = options.diskSpace;
    this.fetchBudget = options.fetchBudget;
    this.onPlaced = options.onPlaced ?? (() => undefined);
    this.hosted = new HostedPartitions(options);
  }

  start(): void {
    this.hosted.start();
  }

  /** Ends all waiting with what is there now. */
  close(): void {
    this.stopping.abort();
    this.hosted.close();
    for (const one of this.hosted.all()) one.releaseWaiters();
  }

  leaderLog(topic: string, partition: number, currentLeaderEpoch = -1): PartitionLog | Failure {
    const hosted = this.find(topic, partition);
    return typeof hosted === 'string' ? hosted : hosted.leaderLog(currentLeaderEpoch);
  }

  beginVerification(
    { topic, partition }: TopicPartition,
    producerId: ProducerId,
    producerEpoch: number,
  ): VerificationGuard | null | undefined {
    const log = this.leaderLog(topic, partition);
    return typeof log === 'string' ? undefined : log.beginVerification(producerId, producerEpoch);
  }

  async append(
    entries: readonly ProduceEntry[],
    options: Parameters<ReplicaManager['append']>[1],
  ): Promise<AppendResult[]> {
    const { acks, timeoutMs } = options;
    if (acks !== 0 && acks !== 1 && acks !== -1) return entries.map(() => ({ error: 'INVALID_REQUIRED_ACKS' }));
    const waiting = new Map<HostedPartition, Offset>();
    const results = entries.map(({ topic, partition, records, verificationGuard }): AppendResult => {
      const hosted = this.find(topic, partition);
      if (typeof hosted === 'string') return { error: hosted };
      if (records === null) return { error: 'INVALID_RECORD' };
      const result = hosted.append(records, options, verificationGuard);
      if (acks === -1 && result.error === 'NONE' && !hosted.isReplicated(result.lastOffset + 1n)) {
        waiting.set(hosted, result.lastOffset + 1n);
      }
      return result;
    });
    if (waiting.size === 0) return results;
    await new DelayedAppend(waiting, { timeoutMs, clock: this.clock }).done;
    return results.map((result, i) => {
      const { topic, partition } = entries[i] as ProduceEntry;
      const hosted = this.hosted.get(topic, partition);
      const nextOffset = hosted && waiting.get(hosted);
      if (result.error !== 'NONE' || !hosted || nextOffset === undefined || hosted.isReplicated(nextOffset))
        return result;
      const log = hosted.leaderLog();
      return { error: typeof log === 'string' ? log : 'REQUEST_TIMED_OUT' };
    });
  }

  async fetch(entries: readonly FetchEntry[], options: Parameters<ReplicaManager['fetch']>[1]): Promise<FetchResult[]> {
    const { maxWaitMs, minBytes, readCommitted, signal } = options;
    const find = (entry: FetchEntry) => this.findForFetch(entry);
    const read = () =>
      readEntries(entries, find, { ...options, maxBytes: Math.min(options.maxBytes, this.fetchBudget()) });
    const first = read();
    const isEnough = first.byteCount >= minBytes || first.hasFailed || entries.length === 0;
    if (isEnough || maxWaitMs <= 0 || this.stopping.signal.aborted) return first.results;
    const offsets = new Map<HostedPartition, Offset>();
    for (const entry of entries) {
      const hosted = find(entry);
      if (typeof hosted !== 'string') offsets.set(hosted, entry.fetchOffset);
    }
    const bytesMissing = minBytes - first.byteCount;
    await new DelayedFetch(offsets, { bytesMissing, readCommitted, maxWaitMs, clock: this.clock, signal }).done;
    // Nobody is there to read it.
    if (signal?.aborted) return first.results;
    return read().results;
  }

  offsetFor(entry: Parameters<ReplicaManager['offsetFor']>[0], readCommitted: boolean): FoundOffset {
    const log = this.leaderLog(entry.topic, entry.partition, entry.currentLeaderEpoch);
    return typeof log === 'string' ? noOffset(log) : findOffset(log, entry.timestampMs, readCommitted);
  }

  moveReplica({ topic, partition }: TopicPartition, logDir: string): ErrorName {
    const { logDirs, offlineLogDirs } = this.logs;
    if (!logDirs.includes(logDir)) return 'LOG_DIR_NOT_FOUND';
    if (offlineLogDirs.includes(logDir)) return 'KAFKA_STORAGE_ERROR';
    if (this.logs.isCordoned(logDir)) return 'INVALID_REPLICA_ASSIGNMENT';
    const hosted = this.find(topic, partition);
    // A log that is not made yet, or not even known of, is made there.
    if (typeof hosted === 'string' || !hosted.isOpen) this.logs.prefer(topic, partition, logDir);
    if (typeof hosted === 'string') return hosted;
    return hosted.log === null ? 'KAFKA_STORAGE_ERROR' : this.logs.move(topic, partition, logDir);
  }

  describeLogDirs(): LogDirDescription[] {
    const byDir = new Map<string, HostedPartitionSize[]>(this.logs.logDirs.map((path) => [path, []]));
    for (const one of this.hosted.all()) {
      const { topic, partition } = one;
      const log = one.isOpen ? one.log : null;
      if (log === null) continue;
      byDir.get(log.logDir)?.push({ topic, partition, sizeInBytes: log.sizeInBytes, offsetLag: 0n, isFuture: false });
    }
    for (const { logDir, ...future } of this.logs.futures()) byDir.get(logDir)?.push({ ...future, isFuture: true });
    return this.logs.logDirs.map((path) => {
      const isOffline = this.logs.offlineLogDirs.includes(path);
      const space = isOffline ? null : this.diskSpace(path);
      const { totalBytes, usableBytes } = space ?? { totalBytes: null, usableBytes: null };
      return { path, isOffline, partitions: isOffline ? [] : (byDir.get(path) ?? []), totalBytes, usableBytes };
    });
  }

  /** The log room has moved a log: the metadata are told (KIP-858). */
  logMoved({ topicId, partition, logDir }: PartitionLog): void {
    this.onPlaced([{ topicId, partition, directoryId: this.logs.directoryId(logDir) }]);
  }

  onLeadershipChange(listener: (change: LeadershipChange) => void): void {
    this.hosted.onLeadershipChange(listener);
  }

  private find(topic: string, partition: number): HostedPartition | Failure {
    const hosted = this.hosted.get(topic, partition);
    if (hosted) return hosted;
    return this.cluster.partition(topic, partition) ? 'NOT_LEADER_OR_FOLLOWER' : 'UNKNOWN_TOPIC_OR_PARTITION';
  }

  /** A fetch by id must not read the log of another topic that has taken the name since. */
  private findForFetch(entry: FetchEntry): HostedPartition | Failure {
    const hosted = this.find(entry.topic, entry.partition);
    if (typeof hosted === 'string' || entry.topicId === ZERO_UUID || hosted.topicId === entry.topicId) return hosted;
    return 'INCONSISTENT_TOPIC_ID';
  }
}
