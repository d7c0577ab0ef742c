import { type ErrorName } from '../../protocol/errors.ts';
import { heartbeatConsumerGroup } from './consumer-classic.ts';
import { restartSession } from './member-sessions.ts';
import { type Shard } from './shard.ts';
import { type GenerationRequest } from './types.ts';

/** Heartbeat; runs in the group's queue. In CompletingRebalance it is an ordinary one: the generation is current. */
export function heartbeat(shard: Shard, request: GenerationRequest): ErrorName {
  const consumer = shard.consumerGroups.get(request.groupId);
  if (consumer !== undefined) return heartbeatConsumerGroup(shard, consumer, request);
  const group = shard.groups.get(request.groupId);
  if (group === undefined) return 'UNKNOWN_MEMBER_ID';
  const error = group.validateMember(request.memberId, request.groupInstanceId);
  const member = group.members.get(request.memberId);
  if (error !== 'NONE' || member === undefined) return error;
  if (request.generationId !== group.generationId) return 'ILLEGAL_GENERATION';
  restartSession(shard, group, member);
  return group.state === 'PreparingRebalance' ? 'REBALANCE_IN_PROGRESS' : 'NONE';
}
