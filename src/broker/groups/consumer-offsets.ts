import { type ErrorName } from '../../protocol/errors.ts';
import { type ConsumerGroup } from './consumer-group.ts';
import { type GenerationRequest, type MemberEpoch } from './types.ts';

/** Who may commit in a KIP-848 group: members with their epoch, and anybody while there are none. */
export function validateConsumerCommit(
  group: ConsumerGroup,
  { memberId, generationId: memberEpoch }: GenerationRequest,
  knowsMemberEpochs: boolean,
): ErrorName {
  if (memberEpoch < 0 && group.members.size === 0) return 'NONE';
  const member = group.members.get(memberId);
  if (member === undefined) return 'UNKNOWN_MEMBER_ID';
  if (!knowsMemberEpochs) return 'UNSUPPORTED_VERSION';
  return memberEpoch === member.memberEpoch ? 'NONE' : 'STALE_MEMBER_EPOCH';
}

/** Administrators read without a member's name. */
export function validateConsumerFetch(group: ConsumerGroup, asking: MemberEpoch | undefined): ErrorName {
  if (asking === undefined) return 'NONE';
  const member = group.members.get(asking.memberId);
  if (member === undefined) return 'UNKNOWN_MEMBER_ID';
  return asking.memberEpoch === member.memberEpoch ? 'NONE' : 'STALE_MEMBER_EPOCH';
}
