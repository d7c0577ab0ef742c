/**
 * DeleteGroups v0-2: removes groups without members and their offsets. GROUP_ID_NOT_FOUND, NON_EMPTY_GROUP per group; a
 * group named twice is deleted once.
 */
import { Errors } from '../../protocol/errors.ts';
import { deleteGroups } from '../../protocol/messages/42-delete-groups.ts';
import { defineHandler } from './handler.ts';

export const deleteGroupsHandler = defineHandler(deleteGroups, ({ groups }) => async ({ groupsNames }) => {
  const groupIds = [...new Set(groupsNames)];
  const errors = await groups.deleteGroups(groupIds);
  return {
    results: groupIds.map((groupId, i) => ({ groupId, errorCode: Errors[errors[i] ?? 'UNKNOWN_SERVER_ERROR'] })),
  };
});
