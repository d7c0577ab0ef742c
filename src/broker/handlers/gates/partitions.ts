import { produce } from '../../../protocol/messages/00-produce.ts';
import { listOffsets } from '../../../protocol/messages/02-list-offsets.ts';
import { deleteRecords } from '../../../protocol/messages/21-delete-records.ts';
import { offsetForLeaderEpoch } from '../../../protocol/messages/23-offset-for-leader-epoch.ts';
import { describeProducers } from '../../../protocol/messages/61-describe-producers.ts';
import { CloseConnectionError } from '../handler.ts';
import { gate, split, TOPIC_DENIED, TRANSACTIONAL_ID_DENIED } from './gate.ts';

const FIRST_TOPIC_ID_VERSION = 13;

/** WRITE on the topics, and on the transactional id if there is one. */
export const produceGate = gate(produce, async ({ request, apiVersion, access, cluster, answer }) => {
  const { transactionalId, topicData, acks } = request;
  const mayUseId = transactionalId === null || access.may('WRITE', 'TRANSACTIONAL_ID', transactionalId);
  const { allowed, denied } = split(topicData, ({ name, topicId }) => {
    const topic = apiVersion < FIRST_TOPIC_ID_VERSION ? name : cluster.topicById(topicId)?.name;
    // An id that nobody knows is the handler's to refuse.
    return mayUseId && (topic === undefined || access.may('WRITE', 'TOPIC', topic));
  });
  if (denied.length === 0) return answer();
  const refused = denied.map(({ name, topicId, partitionData }) => ({
    name,
    topicId,
    partitionResponses: partitionData.map(({ index }) => ({
      index,
      errorCode: mayUseId ? TOPIC_DENIED : TRANSACTIONAL_ID_DENIED,
      baseOffset: -1n,
    })),
  }));
  const response = allowed.length === 0 ? { responses: [] } : await answer({ ...request, topicData: allowed });
  if (acks === 0) throw new CloseConnectionError('a produce request with acks=0 without authorization');
  return { ...response, responses: [...refused, ...(response.responses ?? [])] };
});

export const listOffsetsGate = gate(listOffsets, async ({ request, access, answer }) => {
  const { allowed, denied } = split(request.topics, ({ name }) => access.may('DESCRIBE', 'TOPIC', name));
  if (denied.length === 0) return answer();
  const refused = denied.map(({ name, partitions }) => ({
    name,
    partitions: partitions.map(({ partitionIndex }) => ({ partitionIndex, errorCode: TOPIC_DENIED })),
  }));
  const response = await answer({ ...request, topics: allowed });
  return { ...response, topics: [...(response.topics ?? []), ...refused] };
});

export const deleteRecordsGate = gate(deleteRecords, async ({ request, access, answer }) => {
  const { allowed, denied } = split(request.topics, ({ name }) => access.may('DELETE', 'TOPIC', name));
  if (denied.length === 0) return answer();
  const refused = denied.map(({ name, partitions }) => ({
    name,
    partitions: partitions.map(({ partitionIndex }) => ({
      partitionIndex,
      lowWatermark: -1n,
      errorCode: TOPIC_DENIED,
    })),
  }));
  const response = await answer({ ...request, topics: allowed });
  return { ...response, topics: [...(response.topics ?? []), ...refused] };
});

/** Brokers ask too: CLUSTER_ACTION is enough. */
export const offsetForLeaderEpochGate = gate(offsetForLeaderEpoch, async ({ request, access, answer }) => {
  if (access.mayOnCluster('CLUSTER_ACTION')) return answer();
  const { allowed, denied } = split(request.topics, ({ topic }) => access.may('DESCRIBE', 'TOPIC', topic));
  if (denied.length === 0) return answer();
  const refused = denied.map(({ topic, partitions }) => ({
    topic,
    partitions: partitions.map(({ partition }) => ({ partition, errorCode: TOPIC_DENIED })),
  }));
  const response = await answer({ ...request, topics: allowed });
  return { ...response, topics: [...(response.topics ?? []), ...refused] };
});

export const describeProducersGate = gate(describeProducers, async ({ request, access, answer }) => {
  const { allowed, denied } = split(request.topics, ({ name }) => access.may('READ', 'TOPIC', name));
  if (denied.length === 0) return answer();
  const refused = denied.map(({ name, partitionIndexes }) => ({
    name,
    partitions: partitionIndexes.map((partitionIndex) => ({
      partitionIndex,
      errorCode: TOPIC_DENIED,
      errorMessage: null,
    })),
  }));
  const response = await answer({ ...request, topics: allowed });
  return { ...response, topics: [...(response.topics ?? []), ...refused] };
});
