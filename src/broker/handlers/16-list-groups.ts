/**
 * ListGroups v0-5: the groups this node coordinates. v4 adds states and a filter by state, v5 types and a filter by type;
 * filters compare without case, an unknown value matches nothing. COORDINATOR_LOAD_IN_PROGRESS while groups are loading.
 */
import { Errors } from '../../protocol/errors.ts';
import { listGroups } from '../../protocol/messages/16-list-groups.ts';
import { defineHandler } from './handler.ts';

export const listGroupsHandler = defineHandler(listGroups, ({ groups }) => ({ statesFilter, typesFilter }) => {
  const { error, groups: listed } = groups.list({ states: statesFilter, types: typesFilter });
  return {
    errorCode: Errors[error],
    groups: listed.map(({ groupId, protocolType, state, type }) => ({
      groupId,
      protocolType,
      groupState: state,
      groupType: type,
    })),
  };
});
