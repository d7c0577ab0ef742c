/**
 * AddRaftVoter v0-1 (KIP-853): another member of the controller quorum. This node is its only member.
 * INCONSISTENT_CLUSTER_ID for another cluster; INVALID_REQUEST without a directory id or an address for the controller
 * listener; UNSUPPORTED_VERSION while kraft.version is 0.
 * **Not served**: a second voter, as several nodes are not: UNSUPPORTED_VERSION also with kraft.version 1.
 */
import { Errors } from '../../protocol/errors.ts';
import { addRaftVoter } from '../../protocol/messages/80-add-raft-voter.ts';
import { ZERO_UUID } from '../../protocol/primitives.ts';
import { type ClusterMetadata } from '../cluster/index.ts';
import { defineHandler } from './handler.ts';

/** Null: the request is for this cluster. */
export function foreignCluster(cluster: ClusterMetadata, clusterId: string | null) {
  if (clusterId === null || clusterId === cluster.clusterId) return null;
  const errorMessage = `The given id "${clusterId}" doesn't match the cluster id "${cluster.clusterId}"`;
  return { errorCode: Errors.INCONSISTENT_CLUSTER_ID, errorMessage };
}

/** Why the quorum stays as it is. */
export function unchangeable(cluster: ClusterMetadata, change: 'adding' | 'removing') {
  const isFixed = (cluster.features.get('kraft.version') ?? 0) === 0;
  const reason = isFixed ? 'because the kraft.version feature is 0' : 'because klamm serves one controller';
  return {
    errorCode: Errors.UNSUPPORTED_VERSION,
    errorMessage: `Cluster doesn't support ${change} voter ${reason}`,
  };
}

export const addRaftVoterHandler = defineHandler(
  addRaftVoter,
  ({ cluster }) =>
    ({ clusterId, voterId, voterDirectoryId, listeners }) => {
      const foreign = foreignCluster(cluster, clusterId);
      if (foreign) return foreign;
      if (voterId < 0 || voterDirectoryId === ZERO_UUID) {
        const errorMessage = "Add voter request didn't include a valid voter";
        return { errorCode: Errors.INVALID_REQUEST, errorMessage };
      }
      const [own] = cluster.quorum.voters;
      const name = own?.endpoints[0]?.name ?? '';
      if (!listeners.some((one) => one.name === name)) {
        const found = listeners
          .map((one) => `ListenerName(${one.name})=${one.host}/<unresolved>:${one.port}`)
          .join(', ');
        const errorMessage = `Add voter request didn't include the endpoint (Endpoints(endpoints={${found}})) for the default listener ListenerName(${name})`;
        return { errorCode: Errors.INVALID_REQUEST, errorMessage };
      }
      return unchangeable(cluster, 'adding');
    },
);
