/**
 * ShareGroupDescribe v1 (KIP-932): state, epochs and members of share groups with what they fetch. Unknown groups and those
 * of another kind: GROUP_ID_NOT_FOUND with a text that says which; an empty id: INVALID_GROUP_ID, before all others.
 * Topics that are gone are left out.
 */
import { Errors } from '../../protocol/errors.ts';
import { shareGroupDescribe } from '../../protocol/messages/77-share-group-describe.ts';
import { ALL_OPERATIONS, NOT_ASKED_FOR } from './authorized-operations.ts';
import { defineHandler } from './handler.ts';
import { servesShareGroups } from './share-feature.ts';

export const shareGroupDescribeHandler = defineHandler(
  shareGroupDescribe,
  ({ cluster, groups }) =>
    async ({ groupIds, includeAuthorizedOperations }) => {
      if (!servesShareGroups(cluster)) {
        return { groups: groupIds.map((groupId) => ({ groupId, errorCode: Errors.UNSUPPORTED_VERSION })) };
      }
      const descriptions = await groups.describeShareGroups(groupIds.filter((groupId) => groupId !== ''));
      const nameless = groupIds.filter((groupId) => groupId === '');
      return {
        groups: [
          ...nameless.map((groupId) => ({ groupId, errorCode: Errors.INVALID_GROUP_ID })),
          ...descriptions.map(({ error, state, members, ...group }) => ({
            ...group,
            errorCode: Errors[error],
            groupState: state,
            members: members.map((member) => ({
              ...member,
              subscribedTopicNames: [...member.subscribedTopicNames],
              assignment: {
                topicPartitions: member.assignment.flatMap(({ topicId, partitions }) => {
                  const topicName = cluster.topicById(topicId)?.name;
                  return topicName === undefined ? [] : [{ topicId, topicName, partitions: [...partitions] }];
                }),
              },
            })),
            authorizedOperations:
              includeAuthorizedOperations && error === 'NONE' ? ALL_OPERATIONS.group : NOT_ASKED_FOR,
          })),
        ],
      };
    },
);
