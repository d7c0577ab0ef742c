/** DeleteShareGroupState v0 (KIP-932): removes the delivery state of a group's partitions; NONE where there is none. */
import { deleteShareGroupState } from '../../protocol/messages/86-delete-share-group-state.ts';
import { defineHandler } from './handler.ts';
import { stateError, stateResults } from './share-state-results.ts';

export const deleteShareGroupStateHandler = defineHandler(
  deleteShareGroupState,
  ({ shareCoordinator }) =>
    ({ groupId, topics }) =>
      stateResults(groupId, topics, async (key) => stateError(await shareCoordinator.delete(key))),
);
