import { type ErrorName, Errors, errorName, KafkaError } from '../../protocol/errors.ts';
import { fetch as fetchApi } from '../../protocol/messages/01-fetch.ts';
import { MalformedBytesError, type Offset, ZERO_UUID } from '../../protocol/primitives.ts';
import { type RecordBatch } from '../../protocol/records/batch.ts';
import { RecordCursor } from '../../protocol/records/record-cursor.ts';
import { type ApiRequestInput, type ApiResponse } from '../../protocol/schema.ts';
import { type Cluster } from '../cluster.ts';
import { ClosedError, isRetriable } from '../errors.ts';
import { type AssignedPartition, partitionName } from './assigned-partition.ts';
import { type FetchPartition, FetchSession } from './fetch-session.ts';
import { type FetchSettings } from './fetch-settings.ts';
import { FetchedRecords, lastWholeBatch } from './fetched-records.ts';
import { awaitsValidation } from './offset-validation.ts';

type PartitionAnswer = ApiResponse<typeof fetchApi>['responses'][number]['partitions'][number];
type FetchRequest = ApiRequestInput<typeof fetchApi>;

/** What the consumer does about things the fetcher finds. */
export interface FetchEvents {
  /** Records came; `FetchedRecords` of one partition come in order. */
  onRecords(records: FetchedRecords): void;
  /** The broker has nothing at that offset: it lies outside the log. */
  onOutOfRange(partition: AssignedPartition, offset: Offset): void;
  /** Some partition is not fetched before its position has been checked with its new leader. */
  onUnvalidated(): void;
  /** Leaders may have moved, topics may be gone: metadata is needed before the next try. */
  onStaleMetadata(): void;
  /** No use in going on. */
  onFailure(error: unknown): void;
}

/** What a fetcher has done so far. */
export interface FetchCounters {
  fetchTotal: number;
  latencyMsTotal: number;
  latencyMsMax: number;
  /** Of records in answers. */
  byteTotal: number;
  byteMax: number;
}

/** Once less than this is left of a node's answers, the next one is asked for: the wire works while records are printed. */
const LOW_WATER_BYTES = 2 * 1024 * 1024;
/** A broker answers one connection in order: nothing else may wait behind a long poll. */
const LANE = 'fetch';

const MOVED = new Set<ErrorName>([
  'NOT_LEADER_OR_FOLLOWER',
  'REPLICA_NOT_AVAILABLE',
  'KAFKA_STORAGE_ERROR',
  'FENCED_LEADER_EPOCH',
  'UNKNOWN_LEADER_EPOCH',
  'OFFSET_NOT_AVAILABLE',
  'LEADER_NOT_AVAILABLE',
]);
const SESSION_GONE = new Set<ErrorName>([
  'FETCH_SESSION_ID_NOT_FOUND',
  'INVALID_FETCH_SESSION_EPOCH',
  'FETCH_SESSION_TOPIC_ID_ERROR',
]);
const UNKNOWN = new Set<ErrorName>(['UNKNOWN_TOPIC_OR_PARTITION', 'UNKNOWN_TOPIC_ID', 'INCONSISTENT_TOPIC_ID']);

/**
 * Fetches all partitions side by side: one request under way per node, which names every partition of that node, so that an
 * idle partition never delays a busy one. What is fetched and not consumed is bounded by one answer per node plus the low water
 * mark. Partitions whose leader changed wait until their position has been checked (offset-validation.ts).
 */
export class Fetcher {
  readonly counters: FetchCounters = { fetchTotal: 0, latencyMsTotal: 0, latencyMsMax: 0, byteTotal: 0, byteMax: 0 };
  private readonly cluster: Cluster;
  private readonly settings: FetchSettings;
  private readonly events: FetchEvents;
  private readonly cursor = new RecordCursor();
  private readonly busyNodes = new Set<number>();
  private readonly sessions = new Map<number, FetchSession>();
  private partitions: readonly AssignedPartition[] = [];
  private isClosed = false;

  constructor(cluster: Cluster, settings: FetchSettings, events: FetchEvents) {
    this.cluster = cluster;
    this.settings = settings;
    this.events = events;
  }

  /** From now on these are fetched. */
  assign(partitions: readonly AssignedPartition[]): void {
    this.partitions = partitions;
    this.wake();
  }

  close(): void {
    this.isClosed = true;
  }

  /** All of it was consumed or is not wanted any more. */
  release(records: FetchedRecords): void {
    records.partition.bufferedBytes -= records.sizeInBytes;
    this.wake();
  }

  /** Starts every request that may be sent now. Call when positions, leaders or buffers changed. */
  wake(): void {
    if (this.isClosed) return;
    const byNode = Map.groupBy(
      this.partitions.filter((one) => one.fetchPosition !== null && !this.mustWait(one)),
      (one) => this.nodeFor(one),
    );
    for (const [node, partitions] of byNode) {
      if (node === -1 || this.busyNodes.has(node)) continue;
      if (partitions.reduce((sum, one) => sum + one.bufferedBytes, 0) >= LOW_WATER_BYTES) continue;
      this.busyNodes.add(node);
      void this.fetchFrom(node, partitions);
    }
  }

  private mustWait(partition: AssignedPartition): boolean {
    const leader = this.cluster.metadata.leader(partition.topic, partition.partition);
    if (awaitsValidation(this.cluster, partition)) {
      this.events.onUnvalidated();
      return true;
    }
    // Nothing was read that could be missing there.
    if (leader && partition.fetchLeaderEpoch < 0) partition.validatedLeaderEpoch = leader.leaderEpoch;
    return false;
  }

  /** -1: nobody leads it just now. */
  private nodeFor(partition: AssignedPartition): number {
    const preferred = partition.preferredReplica;
    if (preferred !== null) {
      if (this.cluster.clock.now() < preferred.untilMs && this.cluster.metadata.node(preferred.node)) {
        return preferred.node;
      }
      partition.preferredReplica = null;
    }
    return this.cluster.metadata.leader(partition.topic, partition.partition)?.node ?? -1;
  }

  private async fetchFrom(node: number, partitions: readonly AssignedPartition[]): Promise<void> {
    const offsets = new Map(partitions.map((one) => [one, one.fetchPosition as Offset]));
    const session = this.sessions.get(node) ?? new FetchSession();
    this.sessions.set(node, session);
    let failed = false;
    try {
      const sentMs = this.cluster.clock.now();
      const response = await this.ask(node, partitions, session);
      this.count(this.cluster.clock.now() - sentMs, response);
      if (this.isClosed) return;
      if (response.errorCode !== Errors.NONE) throw new KafkaError(errorName(response.errorCode));
      session.accept(response.sessionId);
      failed = this.accept(response, offsets);
    } catch (error) {
      const isSessionGone = error instanceof KafkaError && SESSION_GONE.has(error.error);
      session.restart(isSessionGone);
      if (this.isClosed || error instanceof ClosedError) return;
      // The next request opens another.
      if (!isSessionGone) {
        if (!isRetriable(error)) return this.events.onFailure(error);
        this.cluster.logger.log('INFO', `${this.cluster.logPrefix}Error sending fetch request to node ${node}`, error);
        failed = true;
      }
    } finally {
      this.busyNodes.delete(node);
    }
    if (failed) this.events.onStaleMetadata();
    else this.wake();
  }

  private ask(
    node: number,
    partitions: readonly AssignedPartition[],
    session: FetchSession,
  ): Promise<ApiResponse<typeof fetchApi>> {
    const { settings, cluster } = this;
    const wanted = partitions.map((one) => ({
      topic: one.topic,
      topicId: cluster.metadata.topicId(one.topic) ?? ZERO_UUID,
      partition: one.partition,
      currentLeaderEpoch: cluster.metadata.leader(one.topic, one.partition)?.leaderEpoch ?? -1,
      fetchOffset: one.fetchPosition as Offset,
    }));
    const next = session.next(wanted);
    const request: FetchRequest = {
      maxWaitMs: settings.maxWaitMs,
      minBytes: settings.minBytes,
      maxBytes: settings.maxBytes,
      isolationLevel: settings.isReadCommitted ? 1 : 0,
      rackId: settings.rack,
      sessionId: next.sessionId,
      sessionEpoch: next.sessionEpoch,
      topics: byTopic(next.partitions).map((topic) => ({
        ...topic,
        partitions: topic.members.map(({ partition, currentLeaderEpoch, fetchOffset }) => ({
          partition,
          currentLeaderEpoch,
          fetchOffset,
          partitionMaxBytes: settings.maxPartitionBytes,
        })),
      })),
      forgottenTopicsData: byTopic(next.forgotten).map(({ topic, topicId, members }) => ({
        topic,
        topicId,
        partitions: members.map((one) => one.partition),
      })),
    };
    // From version 13 on topics go by id alone.
    const maxVersion = wanted.every((one) => one.topicId !== ZERO_UUID) ? undefined : 12;
    const timeoutMs = settings.maxWaitMs + cluster.settings.requestTimeoutMs;
    return cluster.send(fetchApi, request, { node, lane: LANE }, { maxVersion, timeoutMs });
  }

  private count(latencyMs: number, { responses }: ApiResponse<typeof fetchApi>): void {
    const { counters } = this;
    let bytes = 0;
    for (const { partitions } of responses) for (const one of partitions) bytes += one.records?.length ?? 0;
    counters.fetchTotal++;
    counters.latencyMsTotal += latencyMs;
    counters.latencyMsMax = Math.max(counters.latencyMsMax, latencyMs);
    counters.byteTotal += bytes;
    counters.byteMax = Math.max(counters.byteMax, bytes);
  }

  /** Returns whether some partition needs newer metadata. */
  private accept(response: ApiResponse<typeof fetchApi>, offsets: Map<AssignedPartition, Offset>): boolean {
    const waiting = new Map([...offsets.keys()].map((one) => [partitionName(one), one]));
    let isStale = false;
    for (const { topic: name, topicId, partitions } of response.responses) {
      const topic = topicId === ZERO_UUID ? name : this.cluster.metadata.topicName(topicId);
      if (topic === undefined) continue;
      for (const answer of partitions) {
        const partition = waiting.get(partitionName({ topic, partition: answer.partitionIndex }));
        const asked = partition && offsets.get(partition);
        // Moved on, given up or reset since the question was asked: the answer is old.
        if (!partition || partition.isRevoked || partition.fetchPosition !== asked) continue;
        if (answer.errorCode === Errors.NONE) this.acceptRecords(partition, asked as Offset, answer);
        else if (this.acceptError(partition, asked as Offset, answer)) isStale = true;
      }
    }
    return isStale;
  }

  private acceptRecords(partition: AssignedPartition, asked: Offset, answer: PartitionAnswer): void {
    const replica = answer.preferredReadReplica;
    if (replica >= 0) {
      const untilMs = this.cluster.clock.now() + this.cluster.settings.metadataMaxAgeMs;
      partition.preferredReplica = { node: replica, untilMs };
    }
    const { records } = answer;
    if (records === null || records.length === 0) return;
    let last: RecordBatch | null;
    try {
      last = lastWholeBatch(records);
    } catch (error) {
      if (!(error instanceof MalformedBytesError)) throw error;
      this.events.onFailure(new KafkaError('CORRUPT_MESSAGE', error.message, { cause: error }));
      return;
    }
    if (last === null) return;
    const end = last.nextOffset;
    partition.bufferedBytes += records.length;
    partition.fetchPosition = end > asked ? end : asked;
    partition.fetchLeaderEpoch = last.partitionLeaderEpoch;
    this.events.onRecords(
      new FetchedRecords({
        partition,
        records,
        fetchOffset: asked,
        abortedTransactions: this.settings.isReadCommitted ? (answer.abortedTransactions ?? []) : null,
        checkCrcs: this.settings.checkCrcs,
        cursor: this.cursor,
      }),
    );
  }

  /** Returns whether newer metadata is needed. Source: Java's FetchCollector.handleInitializeErrors. */
  private acceptError(partition: AssignedPartition, asked: Offset, answer: PartitionAnswer): boolean {
    const error = errorName(answer.errorCode);
    const { leaderId, leaderEpoch } = answer.currentLeader;
    if (leaderId >= 0) this.cluster.metadata.updateLeader(partition.topic, partition.partition, leaderId, leaderEpoch);
    const wasFollower = partition.preferredReplica !== null;
    partition.preferredReplica = null;
    if (MOVED.has(error)) return true;
    if (UNKNOWN.has(error)) {
      const what = error === 'UNKNOWN_TOPIC_OR_PARTITION' ? 'topic or partition' : 'topic ID';
      this.cluster.logger
        .named('org.apache.kafka.clients.consumer.internals.FetchCollector')
        .log(
          'WARN',
          `${this.cluster.logPrefix}Received unknown ${what} error in fetch for partition ${partitionName(partition)}`,
        );
      return true;
    }
    if (error === 'OFFSET_OUT_OF_RANGE') {
      // A follower may lag behind: the leader has the last word.
      if (!wasFollower) this.events.onOutOfRange(partition, asked);
      return false;
    }
    const failure = new KafkaError(error, explain(error, partition, asked));
    if (failure.isRetriable && error !== 'CORRUPT_MESSAGE') return true;
    this.events.onFailure(failure);
    return false;
  }
}

function byTopic(
  partitions: readonly FetchPartition[],
): { topic: string; topicId: FetchPartition['topicId']; members: FetchPartition[] }[] {
  return [...Map.groupBy(partitions, (one) => `${one.topicId} ${one.topic}`).values()].map((members) => {
    const [{ topic, topicId }] = members as [FetchPartition];
    return { topic, topicId, members };
  });
}

function explain(error: ErrorName, partition: AssignedPartition, asked: Offset): string | undefined {
  if (error === 'TOPIC_AUTHORIZATION_FAILED') return `Not authorized to access topics: [${partition.topic}]`;
  if (error === 'CORRUPT_MESSAGE') {
    return `Encountered corrupt message when fetching offset ${asked} for topic-partition ${partitionName(partition)}`;
  }
  return undefined;
}
