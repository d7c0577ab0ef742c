import { type ErrorName } from '../../protocol/errors.ts';
import { preferredAssignor } from './consumer-change.ts';
import { type Shard } from './shard.ts';
import { topicsOf, union } from './topic-assignment.ts';
import { type ConsumerGroupDescription } from './types.ts';

export function failedConsumerDescription(
  groupId: string,
  error: ErrorName,
  errorMessage: string | null,
): ConsumerGroupDescription {
  return { groupId, error, errorMessage, state: '', groupEpoch: 0, assignmentEpoch: 0, assignorName: '', members: [] };
}

/** ConsumerGroupDescribe for one group; runs in its queue. */
export function describeConsumerGroup(shard: Shard, groupId: string): ConsumerGroupDescription {
  if (groupId === '') return failedConsumerDescription(groupId, 'INVALID_GROUP_ID', null);
  const group = shard.consumerGroups.get(groupId);
  if (group === undefined) {
    const isOther = shard.groups.has(groupId) || shard.shareGroups.has(groupId);
    const text = isOther ? 'is not a consumer group.' : 'not found.';
    return failedConsumerDescription(groupId, 'GROUP_ID_NOT_FOUND', `Group ${groupId} ${text}`);
  }
  return {
    groupId,
    error: 'NONE',
    errorMessage: null,
    state: group.state,
    groupEpoch: group.epoch,
    assignmentEpoch: group.assignmentEpoch,
    assignorName: preferredAssignor(shard, group),
    members: [...group.members.values()].map(
      ({ assigned, pendingRevocation, classic, assignmentEpochs, ...member }) => ({
        ...member,
        subscribedTopicRegex: member.subscribedTopicRegex ?? '',
        isClassic: classic !== null,
        assignment: topicsOf(union(assigned, pendingRevocation)),
        targetAssignment: topicsOf(group.targetOf(member.memberId)),
      }),
    ),
  };
}
