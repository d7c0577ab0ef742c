/**
 * Produce v3-13 (advertised from 0, as Kafka does for old librdkafka): records for partitions, each judged on its own.
 * v5 log start offset, v8 record errors and texts, v10 leader hints, v13 topics by id (unknown: UNKNOWN_TOPIC_ID).
 * acks 0: no response, the connection ends if anything failed; 1: written here; -1: in all replicas in sync; else
 * INVALID_REQUIRED_ACKS. producer_byte_rate counts whole requests. Internal topics take records from the admin client only. Null records end the connection, as in
 * Kafka. Transactional: the partition must be in the open transaction (INVALID_TXN_STATE, v11 TRANSACTION_ABORTABLE), v12
 * adds it (KIP-890); records of a transaction without a transactional id: TRANSACTIONAL_ID_AUTHORIZATION_FAILED.
 */
import { Errors } from '../../protocol/errors.ts';
import { produce } from '../../protocol/messages/00-produce.ts';
import { type ApiRequest } from '../../protocol/schema.ts';
import { type AppendResult, type Failure, type ProduceEntry } from '../replicas/index.ts';
import { CloseConnectionError, defineParkingHandler, type Rooms } from './handler.ts';
import { LeaderHints } from './leader-hints.ts';
import { delayed, quotaClient } from './quota-client.ts';
import { transactionalBatch, type VerifiedEntries, verifyTransaction } from './transactional-produce.ts';

const ADMIN_CLIENT_ID = '__admin_client';
const NONE_REFUSED: VerifiedEntries = { failures: new Map(), guarded: new Map() };

/** What stands in a partition's slot before anything was appended: its records' destination or why there is none. */
type Slot = ProduceEntry | Failure;

export const produceHandler = defineParkingHandler(produce, (rooms) => {
  const { cluster, replicas, quotas } = rooms;
  return async (request, context) => {
    const { apiVersion, clientId, connection, requestBytes } = context;
    const { acks, timeoutMs } = request;
    if (request.topicData.some(({ partitionData }) => partitionData.some(({ records }) => records === null))) {
      throw new CloseConnectionError('a produce request without records');
    }
    const { transactionalId } = request;
    const found = slotsOf(request, apiVersion, clientId, rooms);
    const isNameless = transactionalId === null && hasTransactionalRecords(request);
    const slots = isNameless ? found.map((): Slot => 'TRANSACTIONAL_ID_AUTHORIZATION_FAILED') : found;
    const asked = slots.flatMap((slot) => (typeof slot === 'string' ? [] : [slot]));
    const { failures: refused, guarded } =
      transactionalId === null ? NONE_REFUSED : await verifyTransaction(transactionalId, asked, apiVersion, rooms);
    const accepted = refused.size === 0 ? asked : asked.filter((entry) => !refused.has(entry));
    const entries = guarded.size === 0 ? accepted : accepted.map((entry) => guarded.get(entry) ?? entry);
    const appended = await replicas.append(entries, { acks, timeoutMs, origin: 'client', apiVersion });
    let next = 0;
    const results = slots.map((slot): AppendResult => {
      if (typeof slot === 'string') return { error: slot };
      return refused.get(slot) ?? (appended[next++] as AppendResult);
    });
    const throttleTimeMs = delayed(context, quotas.chargeProduced(quotaClient(context), requestBytes));
    if (acks === 0) {
      const failed = results.find(({ error }) => error !== 'NONE');
      if (failed) throw new CloseConnectionError(`${failed.error} in a produce request with acks=0`);
      return null;
    }
    const hints = new LeaderHints(cluster, connection.listenerName, apiVersion >= 10);
    let at = 0;
    const topics = request.topicData.filter(({ partitionData }) => partitionData.length > 0);
    const responses = topics.map(({ name, topicId, partitionData }) => ({
      name,
      topicId,
      partitionResponses: partitionData.map(({ index }) => {
        const slot = slots[at];
        const topic = typeof slot === 'object' ? slot.topic : name;
        return partitionResponse(index, results[at++] as AppendResult, topic, hints);
      }),
    }));
    return { responses, throttleTimeMs, nodeEndpoints: hints.endpoints };
  };
});

function hasTransactionalRecords({ topicData }: ApiRequest<typeof produce>): boolean {
  return topicData.some(({ partitionData }) =>
    partitionData.some(({ records }) => transactionalBatch(records) !== null),
  );
}

/** One slot per partition, in the order of the request. */
function slotsOf(
  request: ApiRequest<typeof produce>,
  apiVersion: number,
  clientId: string | null,
  { cluster }: Rooms,
): Slot[] {
  const isById = apiVersion >= 13;
  return request.topicData.flatMap(({ name, topicId, partitionData }): Slot[] => {
    const image = isById ? cluster.topicById(topicId) : cluster.topics.get(name);
    let error: Failure | null = null;
    if (!image) error = isById ? 'UNKNOWN_TOPIC_ID' : 'UNKNOWN_TOPIC_OR_PARTITION';
    else if (image.isInternal && clientId !== ADMIN_CLIENT_ID) error = 'INVALID_TOPIC_EXCEPTION';
    return partitionData.map(({ index, records }) => {
      if (error !== null) return error;
      if (!image?.partitions[index]) return 'UNKNOWN_TOPIC_OR_PARTITION';
      return { topic: image.name, partition: index, records };
    });
  });
}

function partitionResponse(index: number, result: AppendResult, topic: string, hints: LeaderHints) {
  if (result.error === 'NONE') {
    const { baseOffset, logAppendTimeMs, logStartOffset } = result;
    return { index, baseOffset, logAppendTimeMs, logStartOffset };
  }
  return {
    index,
    errorCode: Errors[result.error],
    baseOffset: -1n,
    logStartOffset: result.logStartOffset ?? -1n,
    errorMessage: result.text ?? null,
    recordErrors: result.recordErrors?.map(({ batchIndex, text }) => ({ batchIndex, batchIndexErrorMessage: text })),
    currentLeader: hints.for(result.error, topic, index),
  };
}
