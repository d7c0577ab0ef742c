import { type ErrorName } from '../../protocol/errors.ts';
import { type Offset } from '../../protocol/primitives.ts';
import { type Clock } from '../../util/clock.ts';
import { type FetchEntry, type FetchResult, type ReplicaManager } from '../replicas/index.ts';
import { type AcquiredRecords } from './acquisition.ts';
import { readBatches, sliceAcquired } from './read-batches.ts';
import { type LedSharePartition } from './share-partitions.ts';
import { type ShareFetchRequest } from './types.ts';

export interface ShareRead {
  readonly error: ErrorName;
  readonly records: Buffer;
  readonly acquired: readonly AcquiredRecords[];
}

export interface ShareFetchContext {
  readonly replicas: Pick<ReplicaManager, 'fetch' | 'leaderLog'>;
  readonly clock: Clock;
  readonly isReadCommitted: boolean;
  /** Fires when the broker stops. */
  readonly stopping: AbortSignal;
}

const NO_RECORDS = Buffer.alloc(0);
/** Enough for the smallest batch that holds a record: a partition is not starved by many others. */
const MIN_PARTITION_BYTES = 1024;

/**
 * One fetch of a member: acquires from its partitions in order until something was acquired or failed, or time is up. In
 * between it waits for records, for others' releases, and for room. Results are by partition, absent where there is none.
 */
export async function fetchAndAcquire(
  partitions: readonly LedSharePartition[],
  request: ShareFetchRequest,
  context: ShareFetchContext,
): Promise<Map<LedSharePartition, ShareRead>> {
  const { clock } = context;
  const deadlineMs = clock.now() + request.maxWaitMs;
  const ends = [request.closed, context.stopping];
  for (;;) {
    const wake = new AbortController();
    const onFreed = () => wake.abort();
    for (const { share } of partitions) share.wait(onFreed);
    // Listeners, not AbortSignal.any: these signals live long, and what is derived from them would, too.
    for (const end of ends) end.addEventListener('abort', onFreed);
    if (ends.some(({ aborted }) => aborted)) wake.abort();
    const leftMs = Math.max(0, deadlineMs - clock.now());
    try {
      const { reads, hasProgress } = await attempt(partitions, request, context, leftMs, wake.signal);
      const isOver = leftMs === 0 || request.minBytes <= 0 || ends.some(({ aborted }) => aborted);
      if (reads.size > 0 || isOver) return reads;
      if (!hasProgress && !wake.signal.aborted && clock.now() >= deadlineMs) return reads;
    } finally {
      for (const { share } of partitions) share.stopWaiting(onFreed);
      for (const end of ends) end.removeEventListener('abort', onFreed);
    }
    // Others have their turn between two attempts, also when each of them ends at once.
    await new Promise((resolve) => setImmediate(resolve));
  }
}

async function attempt(
  partitions: readonly LedSharePartition[],
  request: ShareFetchRequest,
  { replicas, clock, isReadCommitted }: ShareFetchContext,
  maxWaitMs: number,
  signal: AbortSignal,
): Promise<{ reads: Map<LedSharePartition, ShareRead>; hasProgress: boolean }> {
  const reads = new Map<LedSharePartition, ShareRead>();
  const readable: { led: LedSharePartition; fetchOffset: Offset }[] = [];
  for (const led of partitions) {
    const fetchOffset = place(led, replicas);
    if (typeof fetchOffset === 'string') reads.set(led, { error: fetchOffset, records: NO_RECORDS, acquired: [] });
    else if (fetchOffset !== null) readable.push({ led, fetchOffset });
  }
  if (readable.length === 0) {
    if (reads.size === 0) await pause(clock, maxWaitMs, signal);
    return { reads, hasProgress: false };
  }
  const partitionBytes = Math.max(MIN_PARTITION_BYTES, Math.floor(request.maxBytes / readable.length));
  const entries = readable.map(({ led, fetchOffset }): FetchEntry => {
    const { topicId, partition } = led.share.key;
    return {
      topic: led.topic,
      topicId,
      partition,
      fetchOffset,
      currentLeaderEpoch: -1,
      lastFetchedEpoch: -1,
      maxBytes: partitionBytes,
    };
  });
  const results = await replicas.fetch(entries, {
    maxWaitMs: reads.size > 0 ? 0 : maxWaitMs,
    minBytes: request.minBytes,
    maxBytes: request.maxBytes,
    readCommitted: isReadCommitted,
    replicaId: -1,
    signal,
  });
  let left = request.maxRecords;
  let hasProgress = false;
  readable.forEach(({ led, fetchOffset }, i) => {
    const result = results[i] as FetchResult;
    if (result.records.length > 0) hasProgress = true;
    const read = left > 0 ? acquire(led, fetchOffset, result, { ...request, maxRecords: left }) : null;
    if (read === null) return;
    reads.set(led, read);
    for (const { firstOffset, lastOffset } of read.acquired) left -= Number(lastOffset - firstOffset) + 1;
  });
  return { reads, hasProgress };
}

/** Where to read: null when there is nothing to acquire now, or why not. */
function place(
  { topic, share }: LedSharePartition,
  replicas: ShareFetchContext['replicas'],
): Offset | null | Exclude<ErrorName, 'NONE'> {
  if (share.isFenced) return 'NOT_LEADER_OR_FOLLOWER';
  const log = replicas.leaderLog(topic, share.key.partition);
  if (typeof log === 'string') return log;
  share.moveStart(log.logStartOffset);
  if (!share.canAcquire()) return null;
  const fetchOffset = share.nextFetchOffset();
  // An administrator may have set the start beyond the end.
  return fetchOffset > log.highWatermark ? null : fetchOffset;
}

/** Null when nothing came of it. */
function acquire(
  { share }: LedSharePartition,
  fetchOffset: Offset,
  result: FetchResult,
  request: ShareFetchRequest,
): ShareRead | null {
  if (result.error === 'OFFSET_OUT_OF_RANGE') return null;
  if (result.error !== 'NONE') return { error: result.error, records: NO_RECORDS, acquired: [] };
  if (result.records.length === 0) return null;
  const { ranges, aborted } = readBatches(result);
  const acquired = share.dropAborted(share.acquire(fetchOffset, ranges, request), aborted);
  if (acquired.length === 0) return null;
  return { error: 'NONE', records: sliceAcquired(result.records, acquired), acquired };
}

function pause(clock: Clock, delayMs: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted || delayMs <= 0) return Promise.resolve();
  return new Promise((resolve) => {
    const finish = () => {
      timer.cancel();
      signal.removeEventListener('abort', finish);
      resolve();
    };
    const timer = clock.after(delayMs, finish);
    signal.addEventListener('abort', finish);
  });
}
