/**
 * ReadShareGroupStateSummary v0-1 (KIP-932): epochs and start offset of a group's partitions; start -1 where there is no
 * state. v1 adds how many records after the start are done.
 */
import { readShareGroupStateSummary } from '../../protocol/messages/87-read-share-group-state-summary.ts';
import { defineHandler } from './handler.ts';
import { stateError, stateResults } from './share-state-results.ts';

export const readShareGroupStateSummaryHandler = defineHandler(
  readShareGroupStateSummary,
  ({ shareCoordinator }) =>
    ({ groupId, topics }) =>
      stateResults(groupId, topics, async (key) => {
        const { error, text, ...summary } = await shareCoordinator.readSummary(key);
        return { ...summary, ...stateError(text === undefined ? { error } : { error, text }) };
      }),
);
