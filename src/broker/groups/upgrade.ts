import { KafkaError } from '../../protocol/errors.ts';
import { MalformedBytesError } from '../../protocol/primitives.ts';
import { failedJoin, failedSync } from './answers.ts';
import { type ClassicGroup, type ClassicMember, metadataFor } from './classic-group.ts';
import { ConsumerChange, metadataHash } from './consumer-change.ts';
import { ConsumerGroup } from './consumer-group.ts';
import { type ConsumerMember, newMember } from './consumer-member.ts';
import { restartSessionOf } from './consumer-sessions.ts';
import { groupTombstone } from './deletion.ts';
import { type Shard } from './shard.ts';
import { readAssignment, readSubscription } from './subscription.ts';
import { assignmentOf, epochsOf } from './topic-assignment.ts';

/**
 * A classic group with members as a KIP-848 group, because one of that protocol joins it. The classic members stay as they
 * are, with what they were assigned; those that wait for a rebalance are sent into the new one. Throws GROUP_ID_NOT_FOUND in
 * Kafka's words where the group cannot be changed.
 */
export function upgradeGroup(shard: Shard, classic: ClassicGroup): ConsumerChange {
  const { groupId, generationId } = classic;
  const refuse = (text: string): never => {
    shard.logger.log('INFO', `group ${groupId} is not upgraded: ${text}`);
    throw new KafkaError(
      'GROUP_ID_NOT_FOUND',
      `Cannot upgrade classic group ${groupId} to consumer group because ${text}`,
    );
  };
  if (!shard.settings.canUpgradeGroups) refuse('online upgrade is disabled.');
  if (!classic.usesConsumerProtocol) refuse('the group does not use the consumer embedded protocol.');
  if (classic.members.size > shard.settings.maxConsumerGroupSize) {
    refuse('the group size exceeds the consumer group maximum size.');
  }
  const members = [...classic.members.values()];
  const converted: ConsumerMember[] = [];
  try {
    for (const member of members) converted.push(convert(shard, classic, member, refuse));
  } catch (error) {
    if (error instanceof MalformedBytesError) refuse('the embedded consumer protocol is malformed.');
    throw error;
  }
  const change = new ConsumerChange(shard, new ConsumerGroup(groupId));
  change.addForeign(groupTombstone(groupId));
  for (const member of converted) change.setMember(member);
  change.setEpoch(generationId, metadataHash(shard, change.group));
  for (const { memberId, assigned } of converted) change.setTarget(memberId, assigned);
  change.setTargetEpoch(generationId, 0);
  for (const member of converted) change.setCurrent(member.memberId, member);
  change.onCommit(() => {
    for (const member of members) sendIntoRebalance(member);
    for (const member of converted) restartSessionOf(shard, groupId, member);
    shard.logger.log('INFO', `group ${groupId}: a consumer group now, with ${members.length} classic members`);
  });
  return change;
}

function convert(
  shard: Shard,
  { generationId, protocolName }: ClassicGroup,
  member: ClassicMember,
  refuse: (text: string) => never,
): ConsumerMember {
  const { memberId, groupInstanceId, clientId, clientHost, rebalanceTimeoutMs, sessionTimeoutMs, protocols } = member;
  const { partitions, hasUserData } = readAssignment(member.assignment);
  if (hasUserData) {
    refuse(
      'an unsupported custom assignor is in use. Please refer to the documentation or switch to a default assignor before re-attempting the upgrade.',
    );
  }
  const topics = partitions.flatMap(({ topic, partitions: of }) => {
    const topicId = shard.metadata.topics.get(topic)?.topicId;
    return topicId === undefined ? [] : [{ topicId, partitions: of }];
  });
  // Before its first generation a group has no protocol: any of the member's carries the same subscription.
  const { topics: names, rackId } = readSubscription(metadataFor(member, protocolName ?? protocols[0]?.name ?? ''));
  return {
    ...newMember(memberId),
    instanceId: groupInstanceId,
    rackId: rackId || null,
    clientId,
    clientHost,
    subscribedTopicNames: [...new Set(names)].sort(),
    rebalanceTimeoutMs,
    classic: { sessionTimeoutMs, supportedProtocols: protocols },
    memberEpoch: generationId,
    previousMemberEpoch: generationId,
    assigned: assignmentOf(topics),
    assignmentEpochs: epochsOf(topics, generationId),
  };
}

function sendIntoRebalance(member: ClassicMember): void {
  member.answerJoin?.(failedJoin('REBALANCE_IN_PROGRESS', member.memberId));
  member.answerSync?.(failedSync('REBALANCE_IN_PROGRESS'));
  member.answerJoin = null;
  member.answerSync = null;
}
