/**
 * LeaveGroup v0-5: takes members out of a group, which rebalances. v0-2: one member, its error on top. v3+: a list, each
 * with its error (UNKNOWN_MEMBER_ID, FENCED_INSTANCE_ID); a static member may be named by its instance id alone (KIP-345).
 * v5 adds a reason (KIP-800), which is not kept.
 */
import { Errors } from '../../protocol/errors.ts';
import { leaveGroup } from '../../protocol/messages/13-leave-group.ts';
import { defineHandler } from './handler.ts';

export const leaveGroupHandler = defineHandler(leaveGroup, ({ groups }) => async (request, context) => {
  const isSingle = context.apiVersion < 3;
  const leaving = isSingle ? [{ memberId: request.memberId, groupInstanceId: null }] : request.members;
  const { error, members } = await groups.leave(request.groupId, leaving);
  if (isSingle) return { errorCode: Errors[error === 'NONE' ? (members[0]?.error ?? 'NONE') : error] };
  return {
    errorCode: Errors[error],
    members: members.map(({ identity: { memberId, groupInstanceId }, error: memberError }) => ({
      memberId,
      groupInstanceId,
      errorCode: Errors[memberError],
    })),
  };
});
