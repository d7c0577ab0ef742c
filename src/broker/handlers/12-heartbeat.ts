/**
 * Heartbeat v0-4: keeps a member's session alive and tells it of a rebalance (REBALANCE_IN_PROGRESS).
 * UNKNOWN_MEMBER_ID, ILLEGAL_GENERATION, INVALID_GROUP_ID; v3 adds group instance ids (FENCED_INSTANCE_ID).
 */
import { Errors } from '../../protocol/errors.ts';
import { heartbeat } from '../../protocol/messages/12-heartbeat.ts';
import { defineHandler } from './handler.ts';

export const heartbeatHandler = defineHandler(heartbeat, ({ groups }) => async (request) => ({
  errorCode: Errors[await groups.heartbeat(request)],
}));
