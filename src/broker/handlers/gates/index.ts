/**
 * Who may send what: one line per API key, the only place where the authorizer is asked (but for Fetch, whose sessions
 * remember partitions: its handler asks each time). A key without a line is refused while an authorizer is on.
 */
import { ERRORS, Errors, KafkaError } from '../../../protocol/errors.ts';
import { fetch } from '../../../protocol/messages/01-fetch.ts';
import { joinGroup } from '../../../protocol/messages/11-join-group.ts';
import { heartbeat } from '../../../protocol/messages/12-heartbeat.ts';
import { leaveGroup } from '../../../protocol/messages/13-leave-group.ts';
import { syncGroup } from '../../../protocol/messages/14-sync-group.ts';
import { saslHandshake } from '../../../protocol/messages/17-sasl-handshake.ts';
import { apiVersions } from '../../../protocol/messages/18-api-versions.ts';
import { describeAcls } from '../../../protocol/messages/29-describe-acls.ts';
import { createAcls } from '../../../protocol/messages/30-create-acls.ts';
import { deleteAcls } from '../../../protocol/messages/31-delete-acls.ts';
import { alterReplicaLogDirs } from '../../../protocol/messages/34-alter-replica-log-dirs.ts';
import { describeLogDirs } from '../../../protocol/messages/35-describe-log-dirs.ts';
import { saslAuthenticate } from '../../../protocol/messages/36-sasl-authenticate.ts';
import { createDelegationToken } from '../../../protocol/messages/38-create-delegation-token.ts';
import { renewDelegationToken } from '../../../protocol/messages/39-renew-delegation-token.ts';
import { expireDelegationToken } from '../../../protocol/messages/40-expire-delegation-token.ts';
import { describeDelegationToken } from '../../../protocol/messages/41-describe-delegation-token.ts';
import { electLeaders } from '../../../protocol/messages/43-elect-leaders.ts';
import { alterPartitionReassignments } from '../../../protocol/messages/45-alter-partition-reassignments.ts';
import { listPartitionReassignments } from '../../../protocol/messages/46-list-partition-reassignments.ts';
import { describeClientQuotas } from '../../../protocol/messages/48-describe-client-quotas.ts';
import { alterClientQuotas } from '../../../protocol/messages/49-alter-client-quotas.ts';
import { describeUserScramCredentials } from '../../../protocol/messages/50-describe-user-scram-credentials.ts';
import { alterUserScramCredentials } from '../../../protocol/messages/51-alter-user-scram-credentials.ts';
import { describeQuorum } from '../../../protocol/messages/55-describe-quorum.ts';
import { updateFeatures } from '../../../protocol/messages/57-update-features.ts';
import { unregisterBroker } from '../../../protocol/messages/64-unregister-broker.ts';
import { getTelemetrySubscriptions } from '../../../protocol/messages/71-get-telemetry-subscriptions.ts';
import { pushTelemetry } from '../../../protocol/messages/72-push-telemetry.ts';
import { listConfigResources } from '../../../protocol/messages/74-list-config-resources.ts';
import { addRaftVoter } from '../../../protocol/messages/80-add-raft-voter.ts';
import { removeRaftVoter } from '../../../protocol/messages/81-remove-raft-voter.ts';
import { initializeShareGroupState } from '../../../protocol/messages/83-initialize-share-group-state.ts';
import { readShareGroupState } from '../../../protocol/messages/84-read-share-group-state.ts';
import { writeShareGroupState } from '../../../protocol/messages/85-write-share-group-state.ts';
import { deleteShareGroupState } from '../../../protocol/messages/86-delete-share-group-state.ts';
import { readShareGroupStateSummary } from '../../../protocol/messages/87-read-share-group-state-summary.ts';
import { type Api } from '../../../protocol/schema.ts';
import { Access, type Authorizer } from '../../security/index.ts';
import { offeredUpdateRaftVoter } from '../82-update-raft-voter.ts';
import { type Handle, type Rooms } from '../handler.ts';
import * as configs from './configs.ts';
import { type Gate, onCluster, onGroup, open } from './gate.ts';
import * as groups from './groups.ts';
import * as partitions from './partitions.ts';
import * as serverSideGroups from './server-side-groups.ts';
import { refusedStates, refusedStatesWithoutText } from './share-state.ts';
import * as topics from './topics.ts';
import * as transactions from './transactions.ts';

const CLUSTER_DENIED = { errorCode: Errors.CLUSTER_AUTHORIZATION_FAILED };
/** Some requests name the operation they lack, others do not: recorded from Apache Kafka 4.3.1. */
const CLUSTER_DENIED_SHORTLY = { ...CLUSTER_DENIED, errorMessage: ERRORS.CLUSTER_AUTHORIZATION_FAILED.text };

export const GATES: readonly Gate[] = [
  partitions.produceGate,
  open(fetch),
  partitions.listOffsetsGate,
  topics.metadataGate,
  groups.offsetCommitGate,
  groups.offsetFetchGate,
  groups.findCoordinatorGate,
  onGroup(joinGroup, 'READ', ({ groupId }) => groupId),
  onGroup(heartbeat, 'READ', ({ groupId }) => groupId),
  onGroup(leaveGroup, 'READ', ({ groupId }) => groupId),
  onGroup(syncGroup, 'READ', ({ groupId }) => groupId),
  groups.describeGroupsGate,
  groups.listGroupsGate,
  open(saslHandshake),
  open(apiVersions),
  topics.createTopicsGate,
  topics.deleteTopicsGate,
  partitions.deleteRecordsGate,
  transactions.initProducerIdGate,
  partitions.offsetForLeaderEpochGate,
  transactions.addPartitionsToTxnGate,
  transactions.addOffsetsToTxnGate,
  transactions.endTxnGate,
  transactions.writeTxnMarkersGate,
  transactions.txnOffsetCommitGate,
  onCluster(describeAcls, 'DESCRIBE'),
  onCluster(createAcls, 'ALTER', ({ creations }, { code, message }) => ({
    results: creations.map(() => ({ errorCode: code, errorMessage: message })),
  })),
  onCluster(deleteAcls, 'ALTER', ({ filters }, { code, message }) => ({
    filterResults: filters.map(() => ({ errorCode: code, errorMessage: message })),
  })),
  configs.describeConfigsGate,
  configs.alterConfigsGate,
  onCluster(alterReplicaLogDirs, 'ALTER', ({ dirs }) => ({
    results: dirs.flatMap((dir) =>
      dir.topics.map(({ name, partitions: indexes }) => ({
        topicName: name,
        partitions: indexes.map((partitionIndex) => ({ partitionIndex, ...CLUSTER_DENIED })),
      })),
    ),
  })),
  onCluster(describeLogDirs, 'DESCRIBE', () => CLUSTER_DENIED),
  open(saslAuthenticate),
  topics.createPartitionsGate,
  // Tokens belong to principals: who may do what with which stands in the handlers.
  open(createDelegationToken),
  open(renewDelegationToken),
  open(expireDelegationToken),
  open(describeDelegationToken),
  groups.deleteGroupsGate,
  onCluster(electLeaders, 'ALTER', ({ topicPartitions }, { code, message }) => ({
    errorCode: code,
    replicaElectionResults: (topicPartitions ?? []).map(({ topic, partitions: indexes }) => ({
      topic,
      partitionResult: indexes.map((partitionId) => ({
        partitionId,
        errorCode: code,
        errorMessage: message,
      })),
    })),
  })),
  configs.incrementalAlterConfigsGate,
  onCluster(alterPartitionReassignments, 'ALTER'),
  onCluster(listPartitionReassignments, 'DESCRIBE'),
  groups.offsetDeleteGate,
  onCluster(describeClientQuotas, 'DESCRIBE_CONFIGS', () => ({ ...CLUSTER_DENIED_SHORTLY, entries: null })),
  onCluster(alterClientQuotas, 'ALTER_CONFIGS', ({ entries }, { code, message }) => ({
    entries: entries.map(({ entity }) => ({ entity, errorCode: code, errorMessage: message })),
  })),
  onCluster(describeUserScramCredentials, 'DESCRIBE', () => CLUSTER_DENIED_SHORTLY),
  onCluster(alterUserScramCredentials, 'ALTER', ({ deletions, upsertions }, { code, message }) => ({
    results: [...new Set([...deletions, ...upsertions].map(({ name }) => name))].map((user) => ({
      user,
      errorCode: code,
      errorMessage: message,
    })),
  })),
  onCluster(describeQuorum, 'DESCRIBE', () => CLUSTER_DENIED_SHORTLY),
  onCluster(updateFeatures, 'ALTER'),
  topics.describeClusterGate,
  partitions.describeProducersGate,
  onCluster(unregisterBroker, 'ALTER'),
  transactions.describeTransactionsGate,
  transactions.listTransactionsGate,
  serverSideGroups.consumerGroupHeartbeatGate,
  serverSideGroups.consumerGroupDescribeGate,
  open(getTelemetrySubscriptions),
  open(pushTelemetry),
  onCluster(listConfigResources, 'DESCRIBE_CONFIGS'),
  topics.describeTopicPartitionsGate,
  serverSideGroups.shareGroupHeartbeatGate,
  serverSideGroups.shareGroupDescribeGate,
  serverSideGroups.shareFetchGate,
  serverSideGroups.shareAcknowledgeGate,
  onCluster(addRaftVoter, 'ALTER'),
  onCluster(removeRaftVoter, 'ALTER'),
  onCluster(offeredUpdateRaftVoter, 'CLUSTER_ACTION'),
  onCluster(initializeShareGroupState, 'CLUSTER_ACTION', refusedStatesWithoutText),
  onCluster(readShareGroupState, 'CLUSTER_ACTION', refusedStates),
  onCluster(writeShareGroupState, 'CLUSTER_ACTION', refusedStates),
  onCluster(deleteShareGroupState, 'CLUSTER_ACTION', refusedStatesWithoutText),
  onCluster(readShareGroupStateSummary, 'CLUSTER_ACTION', refusedStates),
  serverSideGroups.streamsGroupHeartbeatGate,
  serverSideGroups.streamsGroupDescribeGate,
  serverSideGroups.describeShareGroupOffsetsGate,
  serverSideGroups.alterShareGroupOffsetsGate,
  serverSideGroups.deleteShareGroupOffsetsGate,
];

/** The address as entries name it: "/127.0.0.1" is how Kafka prints it elsewhere. */
export function accessOf(
  authorizer: Authorizer,
  { principal, clientHost }: { readonly principal: string; readonly clientHost: string },
): Access {
  return new Access(authorizer, { principal, host: clientHost.replace(/^\//, '') });
}

/** The handler behind its gate, or as it is when there is no authorizer. */
export function guarded(api: Api, handle: Handle<Api>, { authorizer, cluster }: Rooms): Handle<Api> {
  if (!authorizer) return handle;
  const judge = GATES.find((one) => one.api === api)?.judge;
  return async (given, context) => {
    if (judge === undefined) throw new KafkaError('CLUSTER_AUTHORIZATION_FAILED');
    const access = accessOf(authorizer, context.connection);
    let isSilent = false;
    const answer = async (request = given) => {
      const response = await handle(request, context);
      isSilent = response === null;
      return response ?? {};
    };
    const response = await judge({ ...context, request: given, access, cluster, answer });
    return isSilent ? null : response;
  };
}
