/**
 * InitializeShareGroupState v0 (KIP-932): makes the delivery state of a group's partitions, or makes it anew.
 * FENCED_STATE_EPOCH when a newer one is there, UNKNOWN_TOPIC_OR_PARTITION, INVALID_REQUEST. Between brokers; a single node
 * advertises it all the same.
 */
import { initializeShareGroupState } from '../../protocol/messages/83-initialize-share-group-state.ts';
import { defineHandler } from './handler.ts';
import { stateError, stateResults } from './share-state-results.ts';

export const initializeShareGroupStateHandler = defineHandler(
  initializeShareGroupState,
  ({ shareCoordinator }) =>
    ({ groupId, topics }) =>
      stateResults(groupId, topics, async (key, { stateEpoch, startOffset }) =>
        stateError(await shareCoordinator.initialize(key, { stateEpoch, startOffset })),
      ),
);
