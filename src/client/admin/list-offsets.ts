import { Errors, errorName, KafkaError } from '../../protocol/errors.ts';
import { listOffsets as listOffsetsApi } from '../../protocol/messages/02-list-offsets.ts';
import { type Offset, type TimestampMs } from '../../protocol/primitives.ts';
import { type Cluster } from '../cluster.ts';
import { callAdmin } from './call.ts';
import { timedOut } from './coordinators.ts';
import { type Outcome } from './outcome.ts';

/** What may stand in place of a timestamp. */
export const OFFSET_SPECS = {
  latest: -1n,
  earliest: -2n,
  maxTimestamp: -3n,
  earliestLocal: -4n,
  latestTiered: -5n,
  earliestPendingUpload: -6n,
} as const;

export interface OffsetQuery {
  readonly topic: string;
  readonly partition: number;
  /** A time or one of OFFSET_SPECS. */
  readonly timestampMs: TimestampMs;
}

export interface ListedOffset extends Outcome {
  readonly topic: string;
  readonly partition: number;
  /** -1: no record is that young. */
  readonly offset: Offset;
  readonly timestampMs: TimestampMs;
  /** -1: not known. */
  readonly leaderEpoch: number;
}

export interface ListOffsetsOptions {
  readonly isReadCommitted?: boolean;
  readonly timeoutMs?: number | undefined;
}

const MOVED = new Set([
  'NOT_LEADER_OR_FOLLOWER',
  'LEADER_NOT_AVAILABLE',
  'FENCED_LEADER_EPOCH',
  'UNKNOWN_LEADER_EPOCH',
]);

/** The lowest version of ListOffsets that knows a special timestamp. */
function lowestVersion(timestampMs: TimestampMs): number {
  if (timestampMs <= OFFSET_SPECS.earliestPendingUpload) return 11;
  if (timestampMs <= OFFSET_SPECS.latestTiered) return 9;
  if (timestampMs <= OFFSET_SPECS.earliestLocal) return 8;
  return timestampMs <= OFFSET_SPECS.maxTimestamp ? 7 : 0;
}

const nameOf = ({ topic, partition }: { topic: string; partition: number }): string => `${topic}-${partition}`;

/** Asks the leaders, all at once, and again where leadership moved. Outcomes in the order of the queries. */
export async function listOffsets(
  cluster: Cluster,
  queries: readonly OffsetQuery[],
  options: ListOffsetsOptions = {},
): Promise<ListedOffset[]> {
  const timeoutMs = options.timeoutMs ?? cluster.settings.apiTimeoutMs;
  const deadlineMs = cluster.clock.now() + timeoutMs;
  const found = new Map<string, ListedOffset>();
  let pending = queries;
  for (let tries = 1; pending.length > 0; tries++) {
    const topics = [...new Set(pending.map(({ topic }) => topic))];
    if (tries > 1) cluster.metadata.markStale();
    const answer = await cluster.metadata.refresh(topics, { timeoutMs: Math.max(1, deadlineMs - cluster.clock.now()) });
    const byNode = Map.groupBy(pending, (query) => {
      const error = answer.topics.find(({ name }) => name === query.topic)?.error ?? 'NONE';
      if (error === 'NONE') return cluster.metadata.leader(query.topic, query.partition)?.node ?? -1;
      found.set(nameOf(query), failed(query, lookupFailure(query, error)));
      return -2;
    });
    byNode.delete(-2);
    const leaderless = byNode.get(-1) ?? [];
    byNode.delete(-1);
    const asked = await Promise.all(
      [...byNode].map(([node, members]) => askLeader(cluster, node, members, deadlineMs, options)),
    );
    for (const one of asked.flat()) found.set(nameOf(one), one);
    pending = [...leaderless, ...pending.filter((query) => MOVED.has(found.get(nameOf(query))?.error?.error ?? ''))];
    if (pending.length === 0) break;
    if (cluster.clock.now() >= deadlineMs) throw timedOut(cluster, 'listOffsets(api=METADATA)', deadlineMs, tries);
    await cluster.backoff(tries);
  }
  return queries.map((query) => found.get(nameOf(query)) ?? failed(query, new KafkaError('UNKNOWN_SERVER_ERROR')));
}

function failed({ topic, partition }: OffsetQuery, error: KafkaError): ListedOffset {
  return { topic, partition, offset: -1n, timestampMs: -1n, leaderEpoch: -1, error };
}

/** Java's PartitionLeaderStrategy words it so. */
function lookupFailure({ topic, partition }: OffsetQuery, error: KafkaError['error']): KafkaError {
  const isUnknown = error === 'UNKNOWN_TOPIC_OR_PARTITION';
  const reason = isUnknown ? `because metadata for topic \`${topic}\` could not be found` : `due to ${error}`;
  return new KafkaError(error, `Failed to fetch metadata for partition ${topic}-${partition} ${reason}`);
}

function askLeader(
  cluster: Cluster,
  node: number,
  queries: readonly OffsetQuery[],
  deadlineMs: number,
  { isReadCommitted = false }: ListOffsetsOptions,
): Promise<ListedOffset[]> {
  return callAdmin(cluster, {
    name: 'listOffsets(api=LIST_OFFSETS)',
    api: listOffsetsApi,
    target: { node },
    timeoutMs: Math.max(1, deadlineMs - cluster.clock.now()),
    minVersion: Math.max(...queries.map(({ timestampMs }) => lowestVersion(timestampMs))),
    request: (version) => ({
      replicaId: -1,
      ...(version >= 2 ? { isolationLevel: isReadCommitted ? 1 : 0 } : {}),
      ...(version >= 10 ? { timeoutMs: cluster.settings.requestTimeoutMs } : {}),
      topics: [...Map.groupBy(queries, ({ topic }) => topic)].map(([name, members]) => ({
        name,
        partitions: members.map(({ partition, timestampMs }) => ({
          partitionIndex: partition,
          timestamp: timestampMs,
        })),
      })),
    }),
    handle: (response) =>
      response.topics.flatMap(({ name, partitions }) =>
        partitions.map(({ partitionIndex, errorCode, offset, timestamp, leaderEpoch }) => ({
          topic: name,
          partition: partitionIndex,
          offset,
          timestampMs: timestamp,
          leaderEpoch,
          error: errorCode === Errors.NONE ? null : new KafkaError(errorName(errorCode)),
        })),
      ),
  });
}
