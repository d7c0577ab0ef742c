/**
 * StreamsGroupDescribe v0 (KIP-1071): answered as by a broker with streams.version=0, which advertises it all the same.
 * - **Not served**: streams groups, see StreamsGroupHeartbeat. UNSUPPORTED_VERSION for every group asked for, without a text.
 */
import { Errors } from '../../protocol/errors.ts';
import { streamsGroupDescribe } from '../../protocol/messages/89-streams-group-describe.ts';
import { NOT_ASKED_FOR } from './authorized-operations.ts';
import { defineHandler } from './handler.ts';

export const streamsGroupDescribeHandler = defineHandler(streamsGroupDescribe, () => ({ groupIds }) => ({
  groups: groupIds.map((groupId) => ({
    errorCode: Errors.UNSUPPORTED_VERSION,
    groupId,
    authorizedOperations: NOT_ASKED_FOR,
  })),
}));
