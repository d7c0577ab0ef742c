import { Errors } from '../../../protocol/errors.ts';
import { initProducerId } from '../../../protocol/messages/22-init-producer-id.ts';
import { addPartitionsToTxn } from '../../../protocol/messages/24-add-partitions-to-txn.ts';
import { addOffsetsToTxn } from '../../../protocol/messages/25-add-offsets-to-txn.ts';
import { endTxn } from '../../../protocol/messages/26-end-txn.ts';
import { writeTxnMarkers } from '../../../protocol/messages/27-write-txn-markers.ts';
import { txnOffsetCommit } from '../../../protocol/messages/28-txn-offset-commit.ts';
import { describeTransactions } from '../../../protocol/messages/65-describe-transactions.ts';
import { listTransactions } from '../../../protocol/messages/66-list-transactions.ts';
import { type Access } from '../../security/index.ts';
import { clusterDenied, GROUP_DENIED, gate, split, TOPIC_DENIED, TRANSACTIONAL_ID_DENIED } from './gate.ts';

function mayWriteAs(access: Access, transactionalId: string): boolean {
  return access.may('WRITE', 'TRANSACTIONAL_ID', transactionalId);
}

/** Without a transactional id: IDEMPOTENT_WRITE on the cluster, or WRITE on any topic at all (KIP-679). */
export const initProducerIdGate = gate(initProducerId, ({ request, access, answer }) => {
  const { transactionalId } = request;
  if (transactionalId !== null) {
    if (mayWriteAs(access, transactionalId)) return answer();
    return { errorCode: TRANSACTIONAL_ID_DENIED, producerId: -1n, producerEpoch: -1 };
  }
  if (access.mayOnCluster('IDEMPOTENT_WRITE') || access.mayOnSome('WRITE', 'TOPIC')) return answer();
  return { errorCode: Errors.CLUSTER_AUTHORIZATION_FAILED, producerId: -1n, producerEpoch: -1 };
});

interface AddedTopic {
  readonly name: string;
  readonly partitions: number[];
}

function addedTopics(topics: readonly AddedTopic[], errorOf: (topic: string) => number) {
  return topics.map(({ name, partitions }) => ({
    name,
    resultsByPartition: partitions.map((partitionIndex) => ({ partitionIndex, partitionErrorCode: errorOf(name) })),
  }));
}

/** WRITE on the transactional id and the topics; one topic refused and no partition is added. Newer versions are brokers'. */
export const addPartitionsToTxnGate = gate(addPartitionsToTxn, async (call) => {
  const { request, apiVersion, access, answer } = call;
  const errorsFor = (topics: readonly AddedTopic[]) => {
    const { denied } = split(topics, ({ name }) => access.may('WRITE', 'TOPIC', name));
    if (denied.length === 0) return null;
    const names = new Set(denied.map(({ name }) => name));
    return addedTopics(topics, (name) => (names.has(name) ? TOPIC_DENIED : Errors.OPERATION_NOT_ATTEMPTED));
  };
  if (apiVersion < 4) {
    const topics = request.v3AndBelowTopics;
    if (!mayWriteAs(access, request.v3AndBelowTransactionalId)) {
      return { resultsByTopicV3AndBelow: addedTopics(topics, () => TRANSACTIONAL_ID_DENIED) };
    }
    const errors = errorsFor(topics);
    return errors === null ? answer() : { resultsByTopicV3AndBelow: errors };
  }
  if (!access.mayOnCluster('CLUSTER_ACTION')) throw clusterDenied(call, 'CLUSTER_ACTION');
  return answer();
});

/** WRITE on the transactional id, READ on the group. */
export const addOffsetsToTxnGate = gate(addOffsetsToTxn, ({ request, access, answer }) => {
  if (!mayWriteAs(access, request.transactionalId)) return { errorCode: TRANSACTIONAL_ID_DENIED };
  if (!access.may('READ', 'GROUP', request.groupId)) return { errorCode: GROUP_DENIED };
  return answer();
});

export const endTxnGate = gate(endTxn, ({ request, access, answer }) =>
  mayWriteAs(access, request.transactionalId) ? answer() : { errorCode: TRANSACTIONAL_ID_DENIED },
);

/** ALTER or CLUSTER_ACTION on the cluster; the response has no error of its own. */
export const writeTxnMarkersGate = gate(writeTxnMarkers, ({ request, access, answer }) => {
  if (access.mayOnCluster('ALTER') || access.mayOnCluster('CLUSTER_ACTION')) return answer();
  const errorCode = Errors.CLUSTER_AUTHORIZATION_FAILED;
  return {
    markers: request.markers.map(({ producerId, topics }) => ({
      producerId,
      topics: topics.map(({ name, partitionIndexes }) => ({
        name,
        partitions: partitionIndexes.map((partitionIndex) => ({ partitionIndex, errorCode })),
      })),
    })),
  };
});

/** WRITE on the transactional id, READ on the group and the topics. */
export const txnOffsetCommitGate = gate(txnOffsetCommit, async ({ request, access, answer }) => {
  const { transactionalId, groupId, topics } = request;
  const refuse = (some: typeof topics, errorCode: number) =>
    some.map(({ name, partitions }) => ({
      name,
      partitions: partitions.map(({ partitionIndex }) => ({ partitionIndex, errorCode })),
    }));
  if (!mayWriteAs(access, transactionalId)) return { topics: refuse(topics, TRANSACTIONAL_ID_DENIED) };
  if (!access.may('READ', 'GROUP', groupId)) return { topics: refuse(topics, GROUP_DENIED) };
  const { allowed, denied } = split(topics, ({ name }) => access.may('READ', 'TOPIC', name));
  if (denied.length === 0) return answer();
  if (allowed.length === 0) return { topics: refuse(denied, TOPIC_DENIED) };
  const response = await answer({ ...request, topics: allowed });
  return { ...response, topics: [...(response.topics ?? []), ...refuse(denied, TOPIC_DENIED)] };
});

/** DESCRIBE on the transactional ids; topics that may not be described are left out. */
export const describeTransactionsGate = gate(describeTransactions, async ({ request, access, answer }) => {
  const { allowed, denied } = split(request.transactionalIds, (id) => access.may('DESCRIBE', 'TRANSACTIONAL_ID', id));
  const response = await answer({ ...request, transactionalIds: allowed });
  const shown = (response.transactionStates ?? []).map((one) => ({
    ...one,
    topics: (one.topics ?? []).filter(({ topic }) => access.may('DESCRIBE', 'TOPIC', topic ?? '')),
  }));
  const refused = denied.map((transactionalId) => ({ transactionalId, errorCode: TRANSACTIONAL_ID_DENIED }));
  return { ...response, transactionStates: [...shown, ...refused] };
});

export const listTransactionsGate = gate(listTransactions, async ({ access, answer }) => {
  const response = await answer();
  const shown = (response.transactionStates ?? []).filter(({ transactionalId }) =>
    access.may('DESCRIBE', 'TRANSACTIONAL_ID', transactionalId ?? ''),
  );
  return { ...response, transactionStates: shown };
});
