/**
 * Fetch v4-18: record batches of many partitions, long-polled. v7 sessions (KIP-227), v11 follower fetching fields, v12
 * epochs, v13 topics by id, v16 leader hints (KIP-951). Unknown topics: UNKNOWN_TOPIC_ID by id, else
 * UNKNOWN_TOPIC_OR_PARTITION; those do not cut the wait for the others short, other failures of a partition do.
 * With an authorizer READ on each topic is asked for at every turn, of followers CLUSTER_ACTION.
 * consumer_byte_rate: who fetched too much gets an empty answer and waits, his session stays as it was.
 * Session failures stand at the top with session id 0 and no topics, and so does an isolation level that is neither 0 nor
 * 1 (UNKNOWN_SERVER_ERROR). Aborted transactions are null unless read_committed. Recorded from Apache Kafka 4.3.1, which
 * hands batches of zstd to clients of every version (FetchRequestTest there).
 */
import { randomInt } from 'node:crypto';
import { type ErrorName, Errors } from '../../protocol/errors.ts';
import { fetch } from '../../protocol/messages/01-fetch.ts';
import { type ApiRequest } from '../../protocol/schema.ts';
import { type FetchEntry, type FetchResult, FetchSessions, type RequestedPartition } from '../replicas/index.ts';
import { accessOf } from './gates/index.ts';
import { type ConnectionContext, defineParkingHandler, type Rooms } from './handler.ts';
import { LeaderHints } from './leader-hints.ts';
import { delayed, quotaClient } from './quota-client.ts';

const READ_COMMITTED = 1;
const ISOLATION_LEVELS = [0, READ_COMMITTED];
const FIRST_TOPIC_ID_VERSION = 13;
const NO_RECORDS = Buffer.alloc(0);

type FetchRequest = ApiRequest<typeof fetch>;

export const fetchHandler = defineParkingHandler(fetch, (rooms) => {
  const { cluster, replicas, clock, quotas } = rooms;
  const sessions = new FetchSessions({
    clock,
    slots: Number(cluster.brokerConfigValue('max.incremental.fetch.session.cache.slots')),
    newId: () => randomInt(1, 0x7fffffff),
  });
  const brokerMaxBytes = Number(cluster.brokerConfigValue('fetch.max.bytes'));

  return async (request, context) => {
    const { apiVersion, connection } = context;
    if (!ISOLATION_LEVELS.includes(request.isolationLevel)) return { errorCode: Errors.UNKNOWN_SERVER_ERROR };
    const usesTopicIds = apiVersion >= FIRST_TOPIC_ID_VERSION;
    const session = sessions.open({
      sessionId: request.sessionId,
      sessionEpoch: request.sessionEpoch,
      usesTopicIds,
      partitions: requestedPartitions(request),
      forgotten: request.forgottenTopicsData.flatMap(({ topic, topicId, partitions }) =>
        partitions.map((partition) => ({ topic, topicId, partition })),
      ),
    });
    if (typeof session === 'string') return { errorCode: Errors[session] };

    const replicaId = apiVersion >= 15 ? request.replicaState.replicaId : request.replicaId;
    const mayRead = readPermission(replicaId, connection, rooms);
    const slots = session.partitions.map((requested) => slotOf(requested, apiVersion, mayRead, rooms));
    const isFollower = replicaId >= 0;
    const client = quotaClient(context);
    const quotaBytes = isFollower ? Infinity : Math.floor(quotas.fetchableBytes(client));
    const maxBytes = Math.min(request.maxBytes, brokerMaxBytes, quotaBytes);
    const read = await replicas.fetch(
      slots.flatMap((slot) => ('fetchOffset' in slot ? [slot] : [])),
      {
        maxWaitMs: request.maxWaitMs,
        minBytes: Math.min(request.minBytes, maxBytes),
        maxBytes,
        readCommitted: request.isolationLevel === READ_COMMITTED,
        replicaId,
        signal: connection.closed,
      },
    );
    let next = 0;
    const results = slots.map((slot) => ('fetchOffset' in slot ? (read[next++] as FetchResult) : slot));
    const byteCount = results.reduce((sum, { records }) => sum + records.length, 0);
    const throttleTimeMs = isFollower ? 0 : delayed(context, quotas.chargeFetched(client, byteCount));
    if (throttleTimeMs > 0) {
      const { error, sessionId } = session.postpone();
      return { throttleTimeMs, errorCode: Errors[error], sessionId };
    }
    const { error, sessionId, isSent } = session.finish(results);
    if (error !== 'NONE') return { errorCode: Errors[error] };

    const hints = new LeaderHints(cluster, connection.listenerName, apiVersion >= 12);
    const responses: TopicResponse[] = [];
    session.partitions.forEach(({ topic, topicId }, i) => {
      if (!isSent[i]) return;
      // Partitions keep the order of the session, so a topic may come more than once.
      let last = responses.at(-1);
      if (last === undefined || last.topic !== topic || last.topicId !== topicId) {
        last = { topic, topicId, partitions: [] };
        responses.push(last);
      }
      last.partitions.push(partitionResponse(results[i] as FetchResult, hints));
    });
    return { sessionId, responses, nodeEndpoints: apiVersion >= 16 ? hints.endpoints : [] };
  };
});

interface TopicResponse {
  topic: string;
  topicId: string;
  partitions: ReturnType<typeof partitionResponse>[];
}

function requestedPartitions(request: FetchRequest): RequestedPartition[] {
  return request.topics.flatMap(({ topic, topicId, partitions }) =>
    partitions.map(({ partition, fetchOffset, currentLeaderEpoch, lastFetchedEpoch, partitionMaxBytes }) => ({
      topic,
      topicId,
      partition,
      fetchOffset,
      currentLeaderEpoch,
      lastFetchedEpoch,
      maxBytes: partitionMaxBytes,
    })),
  );
}

function readPermission(
  replicaId: number,
  connection: ConnectionContext,
  { authorizer }: Rooms,
): (topic: string) => boolean {
  if (!authorizer) return () => true;
  const access = accessOf(authorizer, connection);
  if (replicaId < 0) return (topic) => access.may('READ', 'TOPIC', topic);
  const isBroker = access.mayOnCluster('CLUSTER_ACTION');
  return () => isBroker;
}

/** What to read, or why there is nothing to read. */
function slotOf(
  requested: RequestedPartition,
  apiVersion: number,
  mayRead: (topic: string) => boolean,
  { cluster }: Rooms,
): FetchEntry | FetchResult {
  const usesTopicIds = apiVersion >= FIRST_TOPIC_ID_VERSION;
  const image = usesTopicIds ? cluster.topicById(requested.topicId) : cluster.topics.get(requested.topic);
  const topic = image?.name ?? (usesTopicIds ? null : requested.topic);
  if (topic !== null && !mayRead(topic)) return failedResult(requested, 'TOPIC_AUTHORIZATION_FAILED');
  if (image?.partitions[requested.partition]) return { ...requested, topic: image.name };
  if (image) return failedResult(requested, 'UNKNOWN_TOPIC_OR_PARTITION');
  return failedResult(requested, usesTopicIds ? 'UNKNOWN_TOPIC_ID' : 'UNKNOWN_TOPIC_OR_PARTITION');
}

function failedResult({ topic, partition }: RequestedPartition, error: ErrorName): FetchResult {
  const none = { highWatermark: -1n, lastStableOffset: -1n, logStartOffset: -1n };
  return { topic, partition, error, ...none, abortedTransactions: [], records: NO_RECORDS };
}

function partitionResponse(result: FetchResult, hints: LeaderHints) {
  const { topic, partition, error, highWatermark, lastStableOffset, logStartOffset, abortedTransactions } = result;
  return {
    partitionIndex: partition,
    errorCode: Errors[error],
    highWatermark,
    lastStableOffset,
    logStartOffset,
    abortedTransactions,
    divergingEpoch: result.divergingEpoch,
    records: result.records,
    currentLeader: hints.for(error, topic, partition),
  };
}
