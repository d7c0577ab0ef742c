import { type ErrorName } from '../../protocol/errors.ts';
import { type Uuid } from '../../protocol/primitives.ts';

export const INITIAL_EPOCH = 0;
export const FINAL_EPOCH = -1;

export interface TopicIdPartition {
  readonly topicId: Uuid;
  readonly partition: number;
}

export interface ShareSession {
  readonly groupId: string;
  readonly memberId: string;
  /** What the next request must carry. */
  epoch: number;
  /** What is fetched, in the order the member named it. */
  readonly partitions: Map<string, TopicIdPartition>;
  /** Ends the watch on the member's connection. */
  readonly stopWatching: () => void;
}

const idOf = (groupId: string, memberId: string) => `${groupId}\n${memberId}`;

export function partitionKey({ topicId, partition }: TopicIdPartition): string {
  return `${topicId}/${partition}`;
}

/**
 * What members fetch (KIP-932): one session each, opened with epoch 0, closed with -1 or with its connection. Requests carry
 * ascending epochs, so that each takes effect once.
 */
export class ShareSessions {
  private readonly sessions = new Map<string, ShareSession>();
  private readonly counts = new Map<string, number>();

  get size(): number {
    return this.sessions.size;
  }

  get partitionCount(): number {
    let count = 0;
    for (const { partitions } of this.sessions.values()) count += partitions.size;
    return count;
  }

  hasGroup(groupId: string): boolean {
    return this.counts.has(groupId);
  }

  /** A new session in place of an old one. */
  open(groupId: string, memberId: string, limit: number, stopWatching: () => void): ShareSession | ErrorName {
    this.remove(groupId, memberId);
    if (this.sessions.size >= limit) return 'SHARE_SESSION_LIMIT_REACHED';
    const session: ShareSession = { groupId, memberId, epoch: 1, partitions: new Map(), stopWatching };
    this.sessions.set(idOf(groupId, memberId), session);
    this.counts.set(groupId, (this.counts.get(groupId) ?? 0) + 1);
    return session;
  }

  /** The session of a request behind the first; its epoch is used up by that, unless it is the last. */
  proceed(groupId: string, memberId: string, epoch: number): ShareSession | ErrorName {
    const session = this.sessions.get(idOf(groupId, memberId));
    if (session === undefined) return 'SHARE_SESSION_NOT_FOUND';
    if (epoch === FINAL_EPOCH) return session;
    if (epoch !== session.epoch) return 'INVALID_SHARE_SESSION_EPOCH';
    session.epoch = epoch === 0x7fffffff ? 1 : epoch + 1;
    return session;
  }

  /** The partitions that are new: the next answer names them even when there is no news of them. */
  update(
    session: ShareSession,
    named: readonly TopicIdPartition[],
    forgotten: readonly TopicIdPartition[],
  ): TopicIdPartition[] {
    const added = named.filter((one) => !session.partitions.has(partitionKey(one)));
    for (const one of named) session.partitions.set(partitionKey(one), one);
    for (const one of forgotten) session.partitions.delete(partitionKey(one));
    return added;
  }

  /** True when there was one; with `only` given, that one. */
  remove(groupId: string, memberId: string, only?: ShareSession): boolean {
    const session = this.sessions.get(idOf(groupId, memberId));
    if (session === undefined || (only !== undefined && session !== only)) return false;
    session.stopWatching();
    this.sessions.delete(idOf(groupId, memberId));
    const count = (this.counts.get(groupId) ?? 1) - 1;
    if (count === 0) this.counts.delete(groupId);
    else this.counts.set(groupId, count);
    return true;
  }
}
