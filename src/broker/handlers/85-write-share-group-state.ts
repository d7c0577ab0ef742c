/**
 * WriteShareGroupState v0-1 (KIP-932): what changed in the delivery state of a group's partitions. FENCED_LEADER_EPOCH,
 * FENCED_STATE_EPOCH; without a state, or with batches that are out of order, INVALID_REQUEST. v1 adds how many records
 * after the start are done.
 */
import { writeShareGroupState } from '../../protocol/messages/85-write-share-group-state.ts';
import { defineHandler } from './handler.ts';
import { stateError, stateResults } from './share-state-results.ts';

export const writeShareGroupStateHandler = defineHandler(
  writeShareGroupState,
  ({ shareCoordinator }) =>
    ({ groupId, topics }) =>
      stateResults(groupId, topics, async (key, { partition, ...write }) =>
        stateError(await shareCoordinator.write(key, write)),
      ),
);
