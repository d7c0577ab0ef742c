import { type ErrorName } from '../../protocol/errors.ts';
import { type Shard } from './shard.ts';
import { SIMPLE_ASSIGNOR } from './simple-assignor.ts';
import { topicsOf } from './topic-assignment.ts';
import { type ShareGroupDescription } from './types.ts';

export function failedShareDescription(
  groupId: string,
  error: ErrorName,
  errorMessage: string | null,
): ShareGroupDescription {
  return { groupId, error, errorMessage, state: '', groupEpoch: 0, assignmentEpoch: 0, assignorName: '', members: [] };
}

/** ShareGroupDescribe for one group; runs in its queue. */
export function describeShareGroup(shard: Shard, groupId: string): ShareGroupDescription {
  const group = shard.shareGroups.get(groupId);
  if (group === undefined) {
    const isOther = shard.groups.has(groupId) || shard.consumerGroups.has(groupId);
    const text = isOther ? 'is not a share group.' : 'not found.';
    return failedShareDescription(groupId, 'GROUP_ID_NOT_FOUND', `Group ${groupId} ${text}`);
  }
  return {
    groupId,
    error: 'NONE',
    errorMessage: null,
    state: group.state,
    groupEpoch: group.epoch,
    assignmentEpoch: group.assignmentEpoch,
    assignorName: SIMPLE_ASSIGNOR,
    members: [...group.members.values()].map(({ assigned, previousMemberEpoch, ...member }) => ({
      ...member,
      assignment: topicsOf(assigned),
    })),
  };
}
