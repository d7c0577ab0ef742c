/**
 * ConsumerGroupDescribe v0-1: state, epochs and members of KIP-848 groups, with what they have and what they shall have.
 * Unknown and classic groups: GROUP_ID_NOT_FOUND with a text that says which. Topics that are gone are left out.
 * v1 adds the member's type. Where such groups are off: UNSUPPORTED_VERSION for each group.
 */
import { Errors } from '../../protocol/errors.ts';
import { consumerGroupDescribe } from '../../protocol/messages/69-consumer-group-describe.ts';
import { type ClusterMetadata } from '../cluster/index.ts';
import { type ConsumerGroupDescription } from '../groups/index.ts';
import { ALL_OPERATIONS, NOT_ASKED_FOR } from './authorized-operations.ts';
import { servesConsumerGroups } from './consumer-feature.ts';
import { defineHandler } from './handler.ts';

/** Which protocol a member speaks. */
const CLASSIC_MEMBER = 0;
const CONSUMER_MEMBER = 1;

function named(cluster: ClusterMetadata, assigned: ConsumerGroupDescription['members'][number]['assignment']) {
  const topicPartitions = assigned.flatMap(({ topicId, partitions }) => {
    const topicName = cluster.topicById(topicId)?.name;
    return topicName === undefined ? [] : [{ topicId, topicName, partitions: [...partitions] }];
  });
  return { topicPartitions };
}

export const consumerGroupDescribeHandler = defineHandler(
  consumerGroupDescribe,
  ({ cluster, groups }) =>
    async ({ groupIds, includeAuthorizedOperations }) => {
      if (!servesConsumerGroups(cluster)) {
        return { groups: groupIds.map((groupId) => ({ groupId, errorCode: Errors.UNSUPPORTED_VERSION })) };
      }
      const descriptions = await groups.describeConsumerGroups(groupIds);
      return {
        groups: descriptions.map(({ error, state, members, ...group }) => ({
          ...group,
          errorCode: Errors[error],
          groupState: state,
          members: members.map(({ isClassic, ...member }) => ({
            ...member,
            subscribedTopicNames: [...member.subscribedTopicNames],
            assignment: named(cluster, member.assignment),
            targetAssignment: named(cluster, member.targetAssignment),
            memberType: isClassic ? CLASSIC_MEMBER : CONSUMER_MEMBER,
          })),
          authorizedOperations: includeAuthorizedOperations && error === 'NONE' ? ALL_OPERATIONS.group : NOT_ASKED_FOR,
        })),
      };
    },
);
