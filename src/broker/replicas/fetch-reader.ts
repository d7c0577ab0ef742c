import { type ErrorName, KafkaError } from '../../protocol/errors.ts';
import { type HostedPartition } from './hosted-partition.ts';
import { type Failure, type FetchEntry, type FetchResult } from './types.ts';

export interface ReadOptions {
  readonly maxBytes: number;
  readonly readCommitted: boolean;
  /** -1 for consumers; replicas read up to the log end. */
  readonly replicaId: number;
}

export interface ReadOutcome {
  readonly results: FetchResult[];
  readonly byteCount: number;
  readonly hasFailed: boolean;
}

export type FindPartition = (entry: FetchEntry) => HostedPartition | Failure;

const NOTHING = {
  highWatermark: -1n,
  lastStableOffset: -1n,
  logStartOffset: -1n,
  abortedTransactions: null,
  records: Buffer.alloc(0),
} as const;

function failure({ topic, partition }: FetchEntry, error: ErrorName): FetchResult {
  return { topic, partition, error, ...NOTHING };
}

/**
 * Reads the entries in their order under both limits. The first batch of the first partition that has any is given even
 * if it is larger than both (KIP-74), so that a consumer always gets on.
 */
export function readEntries(entries: readonly FetchEntry[], find: FindPartition, options: ReadOptions): ReadOutcome {
  const results: FetchResult[] = [];
  let bytesLeft = options.maxBytes;
  let byteCount = 0;
  let hasFailed = false;
  for (const entry of entries) {
    const result = readEntry(entry, find, options, bytesLeft, byteCount === 0);
    if (result.error !== 'NONE') hasFailed = true;
    byteCount += result.records.length;
    bytesLeft = Math.max(bytesLeft - result.records.length, 0);
    results.push(result);
  }
  return { results, byteCount, hasFailed };
}

function readEntry(
  entry: FetchEntry,
  find: FindPartition,
  options: ReadOptions,
  bytesLeft: number,
  minOneBatch: boolean,
): FetchResult {
  const { topic, partition, fetchOffset } = entry;
  const hosted = find(entry);
  if (typeof hosted === 'string') return failure(entry, hosted);
  const log = hosted.leaderLog(entry.currentLeaderEpoch);
  if (typeof log === 'string') return failure(entry, log);
  const { logStartOffset, logEndOffset, highWatermark, lastStableOffset } = log;
  const found = { topic, partition, error: 'NONE' as const, highWatermark, lastStableOffset, logStartOffset };
  if (entry.lastFetchedEpoch >= 0) {
    const { leaderEpoch, endOffset } = log.endOffsetForLeaderEpoch(entry.lastFetchedEpoch);
    if (leaderEpoch < 0 || endOffset < 0n) return failure(entry, 'OFFSET_OUT_OF_RANGE');
    if (leaderEpoch < entry.lastFetchedEpoch || endOffset < fetchOffset) {
      const divergingEpoch = { epoch: leaderEpoch, endOffset };
      return { ...found, abortedTransactions: null, records: NOTHING.records, divergingEpoch };
    }
  }
  if (fetchOffset < logStartOffset || fetchOffset > logEndOffset) return failure(entry, 'OFFSET_OUT_OF_RANGE');
  const isReplica = options.replicaId >= 0;
  const endOffset = isReplica ? logEndOffset : options.readCommitted ? lastStableOffset : highWatermark;
  const maxBytes = Math.min(entry.maxBytes, bytesLeft);
  // As Apache Kafka 4.3.1 answers.
  if (maxBytes < 0) return failure(entry, 'UNKNOWN_SERVER_ERROR');
  if (fetchOffset >= endOffset || (maxBytes === 0 && !minOneBatch)) {
    return { ...found, abortedTransactions: options.readCommitted ? [] : null, records: NOTHING.records };
  }
  try {
    const { readCommitted } = options;
    return { ...found, ...log.read(fetchOffset, { maxBytes, minOneBatch, endOffset, readCommitted }) };
  } catch (error) {
    // The log start may have moved, or the disk failed: this partition's trouble only.
    if (error instanceof KafkaError) return failure(entry, error.error);
    throw error;
  }
}
