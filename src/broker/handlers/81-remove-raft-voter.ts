/**
 * RemoveRaftVoter v0 (KIP-853): a member leaves the controller quorum. This node is its only member.
 * INCONSISTENT_CLUSTER_ID for another cluster; INVALID_REQUEST without a directory id; UNSUPPORTED_VERSION while
 * kraft.version is 0.
 * **Not served**: removing the last voter, also with kraft.version 1.
 */
import { Errors } from '../../protocol/errors.ts';
import { removeRaftVoter } from '../../protocol/messages/81-remove-raft-voter.ts';
import { ZERO_UUID } from '../../protocol/primitives.ts';
import { foreignCluster, unchangeable } from './80-add-raft-voter.ts';
import { defineHandler } from './handler.ts';

export const removeRaftVoterHandler = defineHandler(
  removeRaftVoter,
  ({ cluster }) =>
    ({ clusterId, voterId, voterDirectoryId }) => {
      const foreign = foreignCluster(cluster, clusterId);
      if (foreign) return foreign;
      if (voterId < 0 || voterDirectoryId === ZERO_UUID) {
        const errorMessage = "Remove voter request didn't include a valid voter";
        return { errorCode: Errors.INVALID_REQUEST, errorMessage };
      }
      return unchangeable(cluster, 'removing');
    },
);
