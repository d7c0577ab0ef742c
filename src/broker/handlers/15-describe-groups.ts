/**
 * DescribeGroups v0-6: state, protocol and members of classic groups. Protocol and subscriptions are told only in Stable.
 * An unknown group, or one of the newer protocol, is in state Dead: without an error up to v5, with GROUP_ID_NOT_FOUND and a text in v6 (KIP-1043).
 * v3 adds authorized operations, v4 group instance ids.
 */
import { Errors } from '../../protocol/errors.ts';
import { describeGroups } from '../../protocol/messages/15-describe-groups.ts';
import { ALL_OPERATIONS } from './authorized-operations.ts';
import { defineHandler } from './handler.ts';

export const describeGroupsHandler = defineHandler(describeGroups, ({ groups }) => async (request, context) => {
  const descriptions = await groups.describe(request.groups);
  return {
    groups: descriptions.map((group) => {
      const isUnknown = group.error === 'GROUP_ID_NOT_FOUND';
      const error = isUnknown && context.apiVersion < 6 ? 'NONE' : group.error;
      return {
        errorCode: Errors[error],
        errorMessage:
          error === 'GROUP_ID_NOT_FOUND' ? (group.errorMessage ?? `Group ${group.groupId} not found.`) : null,
        groupId: group.groupId,
        groupState: group.state,
        protocolType: group.protocolType,
        protocolData: group.protocolName,
        members: group.members.map(({ metadata, assignment, ...member }) => ({
          ...member,
          memberMetadata: metadata,
          memberAssignment: assignment,
        })),
        ...(request.includeAuthorizedOperations && error === 'NONE'
          ? { authorizedOperations: ALL_OPERATIONS.group }
          : {}),
      };
    }),
  };
});
