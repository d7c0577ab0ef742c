/**
 * SyncGroup v0-5: the leader hands in the assignment, everybody takes theirs; followers wait for the leader. In a stable
 * group the current assignment again. UNKNOWN_MEMBER_ID, ILLEGAL_GENERATION, REBALANCE_IN_PROGRESS, INVALID_GROUP_ID.
 * v3 adds group instance ids (FENCED_INSTANCE_ID); v5 protocol type and name, which must be there and agree
 * (INCONSISTENT_GROUP_PROTOCOL, KIP-559).
 */
import { Errors } from '../../protocol/errors.ts';
import { syncGroup } from '../../protocol/messages/14-sync-group.ts';
import { defineParkingHandler } from './handler.ts';

export const syncGroupHandler = defineParkingHandler(syncGroup, ({ groups }) => async (request, context) => {
  if (context.apiVersion >= 5 && (request.protocolType === null || request.protocolName === null)) {
    return { errorCode: Errors.INCONSISTENT_GROUP_PROTOCOL };
  }
  const { error, ...result } = await groups.sync({
    groupId: request.groupId,
    memberId: request.memberId,
    groupInstanceId: request.groupInstanceId,
    generationId: request.generationId,
    protocolType: request.protocolType,
    protocolName: request.protocolName,
    assignments: new Map(request.assignments.map(({ memberId, assignment }) => [memberId, assignment])),
  });
  return { ...result, errorCode: Errors[error] };
});
