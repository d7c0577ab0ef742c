/**
 * UpdateRaftVoter v0 (KIP-853), on controller listeners alone: a voter tells where it is. INCONSISTENT_CLUSTER_ID for another
 * cluster, FENCED_LEADER_EPOCH and UNKNOWN_LEADER_EPOCH for another epoch, INVALID_REQUEST without a directory id. The answer
 * always names the leader.
 * **Not served**: voters that change, as this node is the only one: UNSUPPORTED_VERSION (a node of Apache Kafka 4.3.1 with
 * kraft.version 0 dies of that request).
 */
import { type ErrorName, Errors } from '../../protocol/errors.ts';
import { updateRaftVoter } from '../../protocol/messages/82-update-raft-voter.ts';
import { ZERO_UUID } from '../../protocol/primitives.ts';
import { type ApiRequest } from '../../protocol/schema.ts';
import { type ClusterMetadata } from '../cluster/index.ts';
import { foreignCluster } from './80-add-raft-voter.ts';
import { defineHandler } from './handler.ts';

/** Offered there; the table says what brokers offer. */
export const offeredUpdateRaftVoter = { ...updateRaftVoter, advertised: updateRaftVoter.request.versions };

function judge(cluster: ClusterMetadata, request: ApiRequest<typeof updateRaftVoter>): ErrorName {
  const { leaderEpoch } = cluster.quorum;
  if (foreignCluster(cluster, request.clusterId)) return 'INCONSISTENT_CLUSTER_ID';
  if (request.currentLeaderEpoch < leaderEpoch) return 'FENCED_LEADER_EPOCH';
  if (request.currentLeaderEpoch > leaderEpoch) return 'UNKNOWN_LEADER_EPOCH';
  const isWhole = request.voterId >= 0 && request.voterDirectoryId !== ZERO_UUID && request.listeners.length > 0;
  return isWhole ? 'UNSUPPORTED_VERSION' : 'INVALID_REQUEST';
}

export const updateRaftVoterHandler = defineHandler(offeredUpdateRaftVoter, ({ cluster }) => (request) => {
  const { leaderId, leaderEpoch, voters } = cluster.quorum;
  const { host = '', port = -1 } = voters.find(({ nodeId }) => nodeId === leaderId)?.endpoints[0] ?? {};
  return { errorCode: Errors[judge(cluster, request)], currentLeader: { leaderId, leaderEpoch, host, port } };
});
