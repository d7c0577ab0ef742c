/**
 * JoinGroup v0-9: makes a client a member of a classic group; answered when the rebalance it joins completes.
 * - INVALID_GROUP_ID, INVALID_SESSION_TIMEOUT, UNKNOWN_MEMBER_ID, INCONSISTENT_GROUP_PROTOCOL, GROUP_MAX_SIZE_REACHED,
 *   FENCED_INSTANCE_ID. Only the leader gets the list of members.
 * - In a KIP-848 group without members it starts a classic one. With members it becomes one of them, is answered at once and
 *   assigned by the server (unless group.consumer.migration.policy=disabled: INCONSISTENT_GROUP_PROTOCOL).
 * - v0 has no rebalance timeout: the session timeout stands in. v4+: a dynamic member first gets MEMBER_ID_REQUIRED and
 *   its id (KIP-394). v5 adds static members (KIP-345), v7 the protocol type, v8 a reason (KIP-800), v9 SkipAssignment
 *   for a static leader that is back (KIP-814).
 */
import { Errors } from '../../protocol/errors.ts';
import { joinGroup } from '../../protocol/messages/11-join-group.ts';
import { defineParkingHandler } from './handler.ts';

export const joinGroupHandler = defineParkingHandler(joinGroup, ({ groups }) => async (request, context) => {
  const { apiVersion, clientId, connection } = context;
  const result = await groups.join({
    groupId: request.groupId,
    memberId: request.memberId,
    groupInstanceId: request.groupInstanceId,
    clientId: clientId ?? '',
    clientHost: connection.clientHost,
    sessionTimeoutMs: request.sessionTimeoutMs,
    rebalanceTimeoutMs: apiVersion === 0 ? request.sessionTimeoutMs : request.rebalanceTimeoutMs,
    protocolType: request.protocolType,
    protocols: request.protocols,
    requiresKnownMemberId: apiVersion >= 4,
    supportsSkippingAssignment: apiVersion >= 9,
    reason: request.reason,
  });
  return {
    errorCode: Errors[result.error],
    generationId: result.generationId,
    protocolType: result.protocolType,
    protocolName: apiVersion >= 7 ? result.protocolName : (result.protocolName ?? ''),
    leader: result.leader,
    skipAssignment: result.skipAssignment,
    memberId: result.memberId,
    members: result.members,
  };
});
