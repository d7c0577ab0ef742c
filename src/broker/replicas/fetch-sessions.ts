import { type ErrorName } from '../../protocol/errors.ts';
import { type Offset, type Uuid } from '../../protocol/primitives.ts';
import { type Clock } from '../../util/clock.ts';

const SESSIONLESS_EPOCH = -1;
const FIRST_EPOCH = 0;
/** A session may be pushed out by a newcomer after this long without use, or of existence if the newcomer is larger. */
const EVICTION_MS = 120_000;

/** One partition as a client asks for it. Named by id (`topic` empty) or by name (`topicId` zero). */
export interface RequestedPartition {
  readonly topic: string;
  readonly topicId: Uuid;
  readonly partition: number;
  readonly fetchOffset: Offset;
  readonly currentLeaderEpoch: number;
  readonly lastFetchedEpoch: number;
  readonly maxBytes: number;
}

/** What decides whether a partition has news for the client. */
export interface FetchedPartition {
  readonly error: ErrorName;
  readonly highWatermark: Offset;
  readonly logStartOffset: Offset;
  readonly records: Buffer;
}

export interface FetchSessionRequest {
  readonly sessionId: number;
  readonly sessionEpoch: number;
  readonly usesTopicIds: boolean;
  readonly partitions: readonly RequestedPartition[];
  readonly forgotten: readonly Pick<RequestedPartition, 'topic' | 'topicId' | 'partition'>[];
}

/** One fetch within or without a session. */
export interface FetchContext {
  /** What to read, in order. */
  readonly partitions: readonly RequestedPartition[];
  /** Takes the results in the order of `partitions`; says which of them to send and under which session. */
  finish(results: readonly FetchedPartition[]): { error: ErrorName; sessionId: number; isSent: boolean[] };
  /** In place of `finish` when nothing is sent: what was read is news the next time too. */
  postpone(): { error: ErrorName; sessionId: number };
}

interface CachedPartition {
  requested: RequestedPartition;
  sentHighWatermark: Offset;
  sentLogStartOffset: Offset;
}

interface Session {
  readonly id: number;
  readonly usesTopicIds: boolean;
  readonly createdMs: number;
  lastUsedMs: number;
  /** What the next request must carry. */
  epoch: number;
  /** In the order in which they are read: who got data goes to the end. */
  readonly partitions: Map<string, CachedPartition>;
}

function keyOf({ topic, topicId, partition }: Pick<RequestedPartition, 'topic' | 'topicId' | 'partition'>): string {
  return topic === '' ? `${topicId}/${partition}` : `${topic}/${partition}`;
}

export function epochAfter(epoch: number): number {
  return epoch === 0x7fffffff ? 1 : epoch + 1;
}

/**
 * Incremental fetches (KIP-227): the broker remembers what a client fetches, so that a request lists only changes and a
 * response only news. A bounded number of sessions; whoever gets none is served with full fetches.
 */
export class FetchSessions {
  private readonly clock: Clock;
  private readonly slots: number;
  private readonly newId: () => number;
  /** Least recently used first. */
  private readonly sessions = new Map<number, Session>();

  /** `newId` gives random positive int32 numbers. */
  constructor(options: { clock: Clock; slots: number; newId: () => number }) {
    this.clock = options.clock;
    this.slots = options.slots;
    this.newId = options.newId;
  }

  get count(): number {
    return this.sessions.size;
  }

  open(request: FetchSessionRequest): FetchContext | ErrorName {
    const { sessionId, sessionEpoch } = request;
    if (sessionEpoch === SESSIONLESS_EPOCH || sessionEpoch === FIRST_EPOCH) {
      if (sessionId !== 0) this.sessions.delete(sessionId);
      return this.fullContext(request, sessionEpoch === FIRST_EPOCH);
    }
    const session = this.sessions.get(sessionId);
    if (!session) return 'FETCH_SESSION_ID_NOT_FOUND';
    if (session.epoch !== sessionEpoch) return 'INVALID_FETCH_SESSION_EPOCH';
    if (session.usesTopicIds !== request.usesTopicIds) return 'FETCH_SESSION_TOPIC_ID_ERROR';
    this.update(session, request);
    if (session.partitions.size === 0) {
      this.sessions.delete(sessionId);
      return this.fullContext(request, false);
    }
    session.epoch = epochAfter(sessionEpoch);
    this.touch(session);
    return this.incrementalContext(session);
  }

  private fullContext(request: FetchSessionRequest, wantsSession: boolean): FetchContext {
    const { partitions } = request;
    return {
      partitions,
      finish: (results) => ({
        error: 'NONE',
        sessionId: wantsSession ? this.create(request, results) : 0,
        isSent: partitions.map(() => true),
      }),
      postpone: () => ({ error: 'NONE', sessionId: 0 }),
    };
  }

  private incrementalContext(session: Session): FetchContext {
    const { epoch } = session;
    const cached = [...session.partitions.values()];
    const overtaken = { error: 'INVALID_FETCH_SESSION_EPOCH', sessionId: 0, isSent: [] } as const;
    return {
      partitions: cached.map(({ requested }) => requested),
      postpone: () => (session.epoch === epoch ? { error: 'NONE', sessionId: session.id } : overtaken),
      finish: (results) => {
        // Another request of the session overtook this one while it waited.
        if (session.epoch !== epoch) return { ...overtaken, isSent: [] };
        const isSent = cached.map((one, i) => this.isNews(session, one, results[i] as FetchedPartition));
        return { error: 'NONE', sessionId: session.id, isSent };
      },
    };
  }

  private isNews(session: Session, cached: CachedPartition, result: FetchedPartition): boolean {
    const isSame =
      result.error === 'NONE' &&
      result.records.length === 0 &&
      result.highWatermark === cached.sentHighWatermark &&
      result.logStartOffset === cached.sentLogStartOffset;
    // After an error the partition is news again, whatever it answers then.
    cached.sentHighWatermark = result.error === 'NONE' ? result.highWatermark : -1n;
    cached.sentLogStartOffset = result.logStartOffset;
    if (result.records.length > 0) {
      const key = keyOf(cached.requested);
      if (session.partitions.delete(key)) session.partitions.set(key, cached);
    }
    return !isSame;
  }

  private update(session: Session, { partitions, forgotten }: FetchSessionRequest): void {
    for (const requested of partitions) {
      const key = keyOf(requested);
      const cached = session.partitions.get(key);
      if (cached) cached.requested = requested;
      else session.partitions.set(key, { requested, sentHighWatermark: -1n, sentLogStartOffset: -1n });
    }
    for (const gone of forgotten) session.partitions.delete(keyOf(gone));
  }

  private create(request: FetchSessionRequest, results: readonly FetchedPartition[]): number {
    const now = this.clock.now();
    if (this.sessions.size >= this.slots && !this.evictFor(request.partitions.length, now)) return 0;
    let id = this.newId();
    while (this.sessions.has(id)) id = this.newId();
    const { usesTopicIds } = request;
    const partitions = new Map<string, CachedPartition>();
    request.partitions.forEach((requested, i) => {
      const { error, highWatermark, logStartOffset } = results[i] as FetchedPartition;
      const sentHighWatermark = error === 'NONE' ? highWatermark : -1n;
      partitions.set(keyOf(requested), { requested, sentHighWatermark, sentLogStartOffset: logStartOffset });
    });
    const epoch = epochAfter(FIRST_EPOCH);
    this.sessions.set(id, { id, usesTopicIds, createdMs: now, lastUsedMs: now, epoch, partitions });
    return id;
  }

  private evictFor(partitionCount: number, now: number): boolean {
    const [oldest] = this.sessions.values();
    if (oldest === undefined) return false;
    let evicted: Session | null = now - oldest.lastUsedMs > EVICTION_MS ? oldest : null;
    if (evicted === null) {
      for (const session of this.sessions.values()) {
        const limit = evicted === null ? partitionCount : evicted.partitions.size;
        if (now - session.createdMs > EVICTION_MS && session.partitions.size < limit) evicted = session;
      }
    }
    return evicted !== null && this.sessions.delete(evicted.id);
  }

  private touch(session: Session): void {
    session.lastUsedMs = this.clock.now();
    this.sessions.delete(session.id);
    this.sessions.set(session.id, session);
  }
}
