import { ERRORS, type ErrorName } from '../../protocol/errors.ts';
import { type Clock } from '../../util/clock.ts';
import { type Logger } from '../../util/logger.ts';
import { type ClusterMetadata } from '../cluster/index.ts';
import { type ReplicaManager } from '../replicas/index.ts';
import { areWellFormed } from './acknowledgement.ts';
import { type ShareObserver, type ShareReport } from './observer.ts';
import { ShareSettings } from './settings.ts';
import { fetchAndAcquire, type ShareRead } from './share-fetch.ts';
import { type LedSharePartition, SharePartitions } from './share-partitions.ts';
import {
  FINAL_EPOCH,
  INITIAL_EPOCH,
  partitionKey,
  type ShareSession,
  ShareSessions,
  type TopicIdPartition,
} from './share-sessions.ts';
import {
  type AcknowledgedPartition,
  type AcknowledgedResult,
  type FetchedSharePartition,
  type ShareAcknowledgeRequest,
  type ShareCoordinator,
  type ShareFetchRequest,
  type ShareGroups,
} from './types.ts';

export interface ShareGroupsOptions {
  readonly metadata: ClusterMetadata;
  readonly replicas: ReplicaManager;
  readonly coordinator: ShareCoordinator;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Null: nobody counts. */
  readonly observer?: ShareObserver | null;
}

const NO_RECORDS = Buffer.alloc(0);

export function createShareGroups(options: ShareGroupsOptions): ShareGroups {
  return new Members(options);
}

/** Follows kafka 4.x SharePartitionManager: sessions, acknowledgements and fetches of members. */
class Members implements ShareGroups {
  private readonly options: ShareGroupsOptions;
  private readonly settings: ShareSettings;
  private readonly sessions = new ShareSessions();
  private readonly partitions: SharePartitions;
  private readonly observer: ShareObserver | null;
  private readonly stopping = new AbortController();

  constructor(options: ShareGroupsOptions) {
    this.options = options;
    this.settings = new ShareSettings(options.metadata);
    this.observer = options.observer ?? null;
    this.partitions = new SharePartitions({ ...options, settings: this.settings, observer: this.observer });
  }

  async fetch(request: ShareFetchRequest): ReturnType<ShareGroups['fetch']> {
    const fail = (error: ErrorName) => ({ error, lockDurationMs: 0, partitions: [] });
    const { groupId, memberId, sessionEpoch, maxWaitMs, minBytes, maxBytes, maxRecords, isRenew } = request;
    // A renewal must not wait for records (KIP-1222).
    if (isRenew && (maxWaitMs !== 0 || minBytes !== 0 || maxBytes !== 0 || maxRecords !== 0)) {
      return fail('INVALID_REQUEST');
    }
    const acknowledging = request.partitions.filter(({ acknowledgements }) => acknowledgements.length > 0);
    if (sessionEpoch === INITIAL_EPOCH && acknowledging.length > 0) return fail('INVALID_REQUEST');
    const session = sessionEpoch === INITIAL_EPOCH ? this.open(request) : this.proceed(request);
    if (typeof session === 'string') return fail(session);

    const acknowledgements = this.acknowledgeAll(groupId, memberId, acknowledging, isRenew);
    const lockDurationMs = this.settings.lockDurationMs(groupId);
    if (sessionEpoch === FINAL_EPOCH) {
      const settled = await acknowledgements;
      await this.end(session);
      return { error: 'NONE', lockDurationMs, partitions: settled.map(withoutRecords) };
    }
    const added = this.sessions.update(session, request.partitions.map(idOf), request.forgotten);
    const all = [...session.partitions.values()];
    if (!request.isModeKnown || all.some(({ topicId }) => this.options.metadata.topicById(topicId) === undefined)) {
      await acknowledgements;
      return fail('UNKNOWN_SERVER_ERROR');
    }
    this.observer?.fetched(new Set(all.map(({ topicId }) => topicId)));
    const isIdle = maxRecords === 0 || maxBytes === 0 || isRenew;
    const wanted = maxRecords > 0 && !isIdle ? rotated(all, sessionEpoch) : [];
    // What the member lets go comes back to it only when there is nothing else: the fetch does not wait for the writes.
    const [acknowledged, reads] = await Promise.all([acknowledgements, this.read(session, wanted, request)]);

    const told = new Set([...reads.keys(), ...(isIdle ? [] : added.map(partitionKey))]);
    const byKey = new Map(acknowledged.map((one) => [partitionKey(one), one]));
    const answered: FetchedSharePartition[] = [];
    for (const one of all) {
      const acknowledgement = byKey.get(partitionKey(one));
      byKey.delete(partitionKey(one));
      if (!told.has(partitionKey(one)) && acknowledgement === undefined) continue;
      const { error, records, acquired } = reads.get(partitionKey(one)) ?? NOTHING_READ;
      if (error !== 'NONE') this.observer?.fetchFailed(one.topicId);
      if (records.length > 0) this.observer?.sent(one.topicId, records.length);
      answered.push({
        ...idOf(one),
        error,
        acknowledgeError: acknowledgement?.error ?? 'NONE',
        acknowledgeText: acknowledgement?.text ?? null,
        records,
        acquired,
      });
    }
    return { error: 'NONE', lockDurationMs, partitions: [...answered, ...[...byKey.values()].map(withoutRecords)] };
  }

  async acknowledge(request: ShareAcknowledgeRequest): ReturnType<ShareGroups['acknowledge']> {
    const fail = (error: ErrorName) => ({ error, lockDurationMs: 0, partitions: [] });
    const { groupId, memberId, sessionEpoch, partitions, isRenew } = request;
    // Only a fetch opens a session.
    if (sessionEpoch === INITIAL_EPOCH) return fail('INVALID_SHARE_SESSION_EPOCH');
    const session = this.proceed(request);
    if (typeof session === 'string') return fail(session);
    const named = partitions.filter(({ acknowledgements }) => acknowledgements.length > 0);
    const acknowledged = await this.acknowledgeAll(groupId, memberId, named, isRenew);
    if (sessionEpoch === FINAL_EPOCH) await this.end(session);
    return { error: 'NONE', lockDurationMs: this.settings.lockDurationMs(groupId), partitions: acknowledged };
  }

  report(): ShareReport {
    return {
      sessionCount: this.sessions.size,
      sessionPartitionCount: this.sessions.partitionCount,
      partitions: this.partitions.all().map(({ key, inFlight }) => ({ ...key, ...inFlight })),
    };
  }

  close(): void {
    this.stopping.abort();
    this.partitions.close();
  }

  /** The session lives as long as its connection. */
  private open({ groupId, memberId, closed }: ShareFetchRequest): ShareSession | ErrorName {
    const onClosed = () => {
      if (!this.sessions.remove(groupId, memberId, session as ShareSession)) return;
      this.releaseAll(session as ShareSession).catch((cause) => {
        this.options.logger.log('ERROR', `share group ${groupId}: cannot release what ${memberId} held`, cause);
      });
    };
    const stopWatching = () => closed.removeEventListener('abort', onClosed);
    const session = this.sessions.open(groupId, memberId, this.settings.maxSessions, stopWatching);
    if (typeof session !== 'string') closed.addEventListener('abort', onClosed);
    return session;
  }

  private proceed({ groupId, memberId, sessionEpoch }: ShareAcknowledgeRequest): ShareSession | ErrorName {
    return this.sessions.proceed(groupId, memberId, sessionEpoch);
  }

  private async end(session: ShareSession): Promise<void> {
    const { groupId, memberId } = session;
    if (this.sessions.remove(groupId, memberId, session)) await this.releaseAll(session);
  }

  /** Partitions that the session does not hold any more keep their locks until these run out. */
  private async releaseAll({ groupId, memberId, partitions }: ShareSession): Promise<void> {
    const held = [...partitions.values()].map((one) => this.partitions.find({ groupId, ...one }));
    await Promise.all(held.map((share) => share?.release(memberId)));
    if (!this.sessions.hasGroup(groupId)) this.partitions.dropGroup(groupId);
  }

  private async acknowledgeAll(
    groupId: string,
    memberId: string,
    partitions: readonly AcknowledgedPartition[],
    isRenew: boolean,
  ): Promise<AcknowledgedResult[]> {
    if (partitions.length > 0) this.observer?.acknowledged(new Set(partitions.map(({ topicId }) => topicId)));
    const results = await this.settle(groupId, memberId, partitions, isRenew);
    for (const [i, { topicId, error }] of results.entries()) {
      if (error !== 'NONE') this.observer?.acknowledgementFailed(topicId);
      else if (this.observer !== null) tellSettled(this.observer, partitions[i] as AcknowledgedPartition);
    }
    return results;
  }

  private settle(
    groupId: string,
    memberId: string,
    partitions: readonly AcknowledgedPartition[],
    isRenew: boolean,
  ): Promise<AcknowledgedResult[]> {
    const { metadata } = this.options;
    return Promise.all(
      partitions.map(async ({ topicId, partition, acknowledgements }) => {
        const result = (error: ErrorName, text: string | null = null) => ({ topicId, partition, error, text });
        const image = metadata.topicById(topicId);
        if (image === undefined) return result('UNKNOWN_TOPIC_ID');
        if (!areWellFormed(acknowledgements, isRenew)) return result('INVALID_REQUEST');
        const share = this.partitions.find({ groupId, topicId, partition });
        if (share === undefined) {
          const isThere = image.partitions[partition] !== undefined;
          return result('UNKNOWN_TOPIC_OR_PARTITION', isThere ? ERRORS.UNKNOWN_TOPIC_OR_PARTITION.text : null);
        }
        const failure = await share.acknowledge(memberId, acknowledgements);
        return failure === null ? result('NONE') : result(failure.error, failure.text);
      }),
    );
  }

  /** By partition: what was acquired, or why it cannot be read. */
  private async read(
    { groupId }: ShareSession,
    wanted: readonly TopicIdPartition[],
    request: ShareFetchRequest,
  ): Promise<Map<string, ShareRead>> {
    const reads = new Map<string, ShareRead>();
    const { replicas, clock } = this.options;
    const context = {
      replicas,
      clock,
      isReadCommitted: this.settings.isReadCommitted(groupId),
      stopping: this.stopping.signal,
    };
    const acquire = async (led: readonly LedSharePartition[], maxWaitMs: number) => {
      for (const [one, read] of await fetchAndAcquire(led, { ...request, maxWaitMs }, context))
        reads.set(partitionKey(one.share.key), read);
      return reads.size > 0;
    };
    const keys = wanted.map((one) => ({ groupId, ...idOf(one) }));
    const areNew = keys.map((key) => this.partitions.find(key) === undefined);
    const opening = keys.map((key) => this.partitions.open(key));
    const whole = Promise.all(opening);
    // A fetch that is answered early leaves a failure to who asks next.
    whole.catch(() => undefined);
    // Each partition that becomes ready ends the fetch if it has records: kafka 4.x SharePartitionManager.
    for (let i = 0; i + 1 < opening.length; i++) {
      if (!areNew[i]) continue;
      const one = (await opening[i]) as LedSharePartition | ErrorName;
      if (typeof one !== 'string' && (await acquire([one], 0))) return reads;
    }
    const led: LedSharePartition[] = [];
    (await whole).forEach((one, i) => {
      if (typeof one !== 'string') led.push(one);
      else reads.set(partitionKey(wanted[i] as TopicIdPartition), { error: one, records: NO_RECORDS, acquired: [] });
    });
    if (led.length === 0 && wanted.length > 0) return reads;
    // A failure is told at once; an idle session waits like one with partitions.
    await acquire(led, reads.size > 0 ? 0 : request.maxWaitMs);
    return reads;
  }
}

const NOTHING_READ: ShareRead = { error: 'NONE', records: NO_RECORDS, acquired: [] };

function tellSettled(observer: ShareObserver, { acknowledgements }: AcknowledgedPartition): void {
  for (const { firstOffset, lastOffset, acknowledgeTypes } of acknowledgements) {
    const [only] = acknowledgeTypes;
    if (acknowledgeTypes.length === 1) observer.settled(only as number, Number(lastOffset - firstOffset) + 1);
    else for (const type of acknowledgeTypes) observer.settled(type, 1);
  }
}

function idOf({ topicId, partition }: TopicIdPartition): TopicIdPartition {
  return { topicId, partition };
}

/** Who was first last time is last now. */
function rotated<T>(all: readonly T[], epoch: number): T[] {
  const first = all.length === 0 ? 0 : epoch % all.length;
  return [...all.slice(first), ...all.slice(0, first)];
}

function withoutRecords({ topicId, partition, error, text }: AcknowledgedResult): FetchedSharePartition {
  return {
    topicId,
    partition,
    error: 'NONE',
    acknowledgeError: error,
    acknowledgeText: text,
    records: NO_RECORDS,
    acquired: [],
  };
}
