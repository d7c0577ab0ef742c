import { type ErrorName } from '../../protocol/errors.ts';
import { type Uuid } from '../../protocol/primitives.ts';
import { type ConsumerGroup } from './consumer-group.ts';
import { type ConsumerMember } from './consumer-member.ts';
import { type GenerationRequest, type MemberEpoch } from './types.ts';

interface ToCommit {
  readonly topicId: Uuid;
  readonly partition: number;
}

/** Classic members know generations only. */
const staleError = ({ classic }: ConsumerMember): ErrorName =>
  classic === null ? 'STALE_MEMBER_EPOCH' : 'ILLEGAL_GENERATION';

/**
 * Who may commit in a KIP-848 group: anybody while there are no members, then members with their epoch. An older epoch will
 * do for partitions that the member has had since then or before (KIP-1251); one that will not do refuses all.
 */
export function validateConsumerCommit(
  group: ConsumerGroup,
  { memberId, groupInstanceId, generationId: memberEpoch }: GenerationRequest,
  offsets: readonly ToCommit[],
  { knowsMemberEpochs, isTransactional }: { readonly knowsMemberEpochs: boolean; readonly isTransactional: boolean },
): ErrorName {
  if (memberEpoch < 0 && group.members.size === 0) return 'NONE';
  // Producers before KIP-447 commit without a word about the member.
  if (isTransactional && memberEpoch === -1 && memberId === '' && groupInstanceId === null) return 'NONE';
  const member = group.members.get(memberId);
  if (member === undefined) return 'UNKNOWN_MEMBER_ID';
  if (!isTransactional && member.classic === null && !knowsMemberEpochs) return 'UNSUPPORTED_VERSION';
  if (memberEpoch === member.memberEpoch) return 'NONE';
  if (memberEpoch > member.memberEpoch) return staleError(member);
  const isHad = ({ topicId, partition }: ToCommit) => {
    const since = member.assignmentEpochs.get(topicId)?.get(partition);
    return since !== undefined && memberEpoch >= since;
  };
  return offsets.every(isHad) ? 'NONE' : staleError(member);
}

/** Administrators read without a member's name. */
export function validateConsumerFetch(group: ConsumerGroup, asking: MemberEpoch | undefined): ErrorName {
  if (asking === undefined) return 'NONE';
  const member = group.members.get(asking.memberId);
  if (member === undefined) return 'UNKNOWN_MEMBER_ID';
  return asking.memberEpoch === member.memberEpoch ? 'NONE' : staleError(member);
}
