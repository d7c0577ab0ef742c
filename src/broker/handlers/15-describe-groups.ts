/**
 * DescribeGroups v0-6: state, protocol and members of classic groups. Protocol and subscriptions are told only in Stable.
 * An unknown group is in state Dead: without an error up to v5, with GROUP_ID_NOT_FOUND and a text in v6 (KIP-1043).
 * v3 adds authorized operations, v4 group instance ids.
 */
import { AclOperation } from '../../protocol/enums.ts';
import { Errors } from '../../protocol/errors.ts';
import { describeGroups } from '../../protocol/messages/15-describe-groups.ts';
import { defineHandler } from './handler.ts';

const { READ, DELETE, DESCRIBE, DESCRIBE_CONFIGS, ALTER_CONFIGS } = AclOperation;
/** What exists for groups; without an authorizer everybody may do all of it. */
const GROUP_OPERATIONS = [READ, DELETE, DESCRIBE, DESCRIBE_CONFIGS, ALTER_CONFIGS].reduce(
  (bits, operation) => bits | (1 << operation),
  0,
);

export const describeGroupsHandler = defineHandler(describeGroups, ({ groups }) => async (request, context) => {
  const descriptions = await groups.describe(request.groups);
  return {
    groups: descriptions.map((group) => {
      const isUnknown = group.error === 'GROUP_ID_NOT_FOUND';
      const error = isUnknown && context.apiVersion < 6 ? 'NONE' : group.error;
      return {
        errorCode: Errors[error],
        errorMessage: error === 'GROUP_ID_NOT_FOUND' ? `Group ${group.groupId} not found.` : null,
        groupId: group.groupId,
        groupState: group.state,
        protocolType: group.protocolType,
        protocolData: group.protocolName,
        members: group.members.map(({ metadata, assignment, ...member }) => ({
          ...member,
          memberMetadata: metadata,
          memberAssignment: assignment,
        })),
        ...(request.includeAuthorizedOperations && error === 'NONE' ? { authorizedOperations: GROUP_OPERATIONS } : {}),
      };
    }),
  };
});
