import { type Offset, type Uuid, ZERO_UUID } from '../../protocol/primitives.ts';

/** What a broker has to know about a partition to fetch it. */
export interface FetchPartition {
  readonly topic: string;
  /** ZERO_UUID: the broker is too old to say. */
  readonly topicId: Uuid;
  readonly partition: number;
  readonly currentLeaderEpoch: number;
  readonly fetchOffset: Offset;
}

export interface SessionRequest {
  readonly sessionId: number;
  readonly sessionEpoch: number;
  /** All partitions, or those that changed since the last request. */
  readonly partitions: readonly FetchPartition[];
  /** Not wanted any more. */
  readonly forgotten: readonly FetchPartition[];
}

const NO_SESSION = 0;
const FIRST_EPOCH = 0;
const LAST_EPOCH = 0x7fffffff;

/**
 * What one broker remembers of this consumer, so that a request names only what changed. A broker that gives no session is told
 * everything each time. Protocol guide: fetch sessions (KIP-227); source: Java's FetchSessionHandler.
 */
export class FetchSession {
  private id = NO_SESSION;
  private epoch = FIRST_EPOCH;
  private known = new Map<string, FetchPartition>();
  private usesIds = false;

  /** The next request, for exactly these partitions. */
  next(partitions: readonly FetchPartition[]): SessionRequest {
    const usesIds = partitions.every((one) => one.topicId !== ZERO_UUID);
    // Ids and names do not mix in a session.
    if (usesIds !== this.usesIds) this.epoch = FIRST_EPOCH;
    this.usesIds = usesIds;
    const isFirst = this.epoch === FIRST_EPOCH;
    const now = new Map(partitions.map((one) => [`${one.topic}-${one.partition}`, one]));
    const before = isFirst ? new Map<string, FetchPartition>() : this.known;
    const forgotten: FetchPartition[] = [];
    for (const [name, old] of before) {
      // A topic that was made anew under its name is another one.
      if (now.get(name)?.topicId !== old.topicId) forgotten.push(old);
    }
    const changed = [...now].filter(([name, one]) => !isSame(before.get(name), one));
    this.known = now;
    return {
      sessionId: this.id,
      sessionEpoch: this.epoch,
      partitions: changed.map(([, one]) => one),
      forgotten,
    };
  }

  /** The broker answered; 0: it keeps no session. */
  accept(sessionId: number): void {
    this.id = sessionId;
    if (sessionId === NO_SESSION) this.epoch = FIRST_EPOCH;
    else this.epoch = this.epoch === LAST_EPOCH ? 1 : this.epoch + 1;
  }

  /** The broker does not know the session, or may not have got the request: the next one says everything. */
  restart(isForgotten: boolean): void {
    if (isForgotten) this.id = NO_SESSION;
    this.epoch = FIRST_EPOCH;
  }
}

function isSame(old: FetchPartition | undefined, now: FetchPartition): boolean {
  return (
    old !== undefined &&
    old.topicId === now.topicId &&
    old.fetchOffset === now.fetchOffset &&
    old.currentLeaderEpoch === now.currentLeaderEpoch
  );
}
