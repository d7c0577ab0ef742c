/**
 * ReadShareGroupState v0 (KIP-932): the delivery state of a group's partitions, for their leader. A newer leader epoch is
 * noted, an older one is refused (FENCED_LEADER_EPOCH). Without a state: INVALID_REQUEST.
 */
import { readShareGroupState } from '../../protocol/messages/84-read-share-group-state.ts';
import { defineHandler } from './handler.ts';
import { stateError, stateResults } from './share-state-results.ts';

export const readShareGroupStateHandler = defineHandler(
  readShareGroupState,
  ({ shareCoordinator }) =>
    ({ groupId, topics }) =>
      stateResults(groupId, topics, async (key, { leaderEpoch }) => {
        const { state, ...outcome } = await shareCoordinator.read(key, leaderEpoch);
        if (state === null) return stateError(outcome);
        const { stateEpoch, startOffset, stateBatches } = state;
        return { ...stateError(outcome), stateEpoch, startOffset, stateBatches: [...stateBatches] };
      }),
);
