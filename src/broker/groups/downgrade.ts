import { KafkaError } from '../../protocol/errors.ts';
import { MalformedBytesError } from '../../protocol/primitives.ts';
import { ClassicGroup, type ClassicMember, metadataFor, selectProtocol } from './classic-group.ts';
import { type ConsumerChange, consumerGroupTombstones } from './consumer-change.ts';
import { type ConsumerGroup } from './consumer-group.ts';
import { type ConsumerMember } from './consumer-member.ts';
import { generationRecord } from './group-record.ts';
import { restartSession } from './member-sessions.ts';
import { prepareRebalance } from './rebalance.ts';
import { type Shard } from './shard.ts';
import { readSubscription, writeAssignment } from './subscription.ts';
import { type Assignment } from './topic-assignment.ts';

/**
 * Whether the group becomes a classic one when these members go: only classic members stay, and there are some. `comingCount`
 * is the number of classic members that come instead.
 */
export function canDowngrade(
  shard: Shard,
  group: ConsumerGroup,
  leaving: readonly ConsumerMember[],
  comingCount = 0,
): boolean {
  const ids = new Set(leaving.map(({ memberId }) => memberId));
  const left = [...group.members.values()].filter(({ memberId }) => !ids.has(memberId));
  if (left.some(({ classic }) => classic === null) || left.length + comingCount === 0) return false;
  if (!shard.settings.canDowngradeGroups) {
    shard.logger.log('INFO', `group ${group.groupId} stays a consumer group: downgrades are disabled`);
    return false;
  }
  if (left.length + comingCount <= shard.settings.maxGroupSize) return true;
  shard.logger.log('INFO', `group ${group.groupId} stays a consumer group: it is too large for a classic one`);
  return false;
}

/**
 * Ends a change with the group as a classic one of the members that the change shows, except those who leave. They keep
 * their target assignment; with a reason they are asked to join again, since the target is not one for them alone.
 */
export async function downgradeGroup(
  shard: Shard,
  change: ConsumerChange,
  leaving: readonly string[],
  generationId: number,
  rebalanceReason: string | null,
): Promise<void> {
  const { group } = change;
  const classic = classicGroup(shard, group, leaving, generationId);
  for (const record of consumerGroupTombstones(group)) change.addForeign(record);
  change.addForeign(generationRecord(classic, [...classic.members.values()], ({ assignment }) => assignment));
  change.onCommit(() => {
    // The record names one protocol of each member; alive, they still offer all of theirs.
    shard.groups.set(group.groupId, classic);
    for (const member of classic.members.values()) restartSession(shard, classic, member);
    shard.logger.log('INFO', `group ${group.groupId}: a classic group now, with ${classic.members.size} members`);
  });
  await change.commit();
  if (rebalanceReason !== null) await prepareRebalance(shard, classic, rebalanceReason);
}

function classicGroup(
  shard: Shard,
  group: ConsumerGroup,
  leaving: readonly string[],
  generationId: number,
): ClassicGroup {
  const classic = new ClassicGroup(group.groupId, shard.clock.now(), 'Stable');
  classic.generationId = generationId;
  for (const member of group.members.values()) {
    if (!leaving.includes(member.memberId)) classic.add(classicMember(member), 'consumer');
  }
  const protocolName = selectProtocol([...classic.members.values()]);
  classic.protocolName = protocolName;
  classic.refreshSubscribedTopics();
  try {
    for (const member of classic.members.values()) {
      const { version } = readSubscription(metadataFor(member, protocolName));
      member.assignment = writeAssignment(version, named(shard, group.targetOf(member.memberId)));
    }
  } catch (error) {
    if (!(error instanceof MalformedBytesError)) throw error;
    throw new KafkaError(
      'GROUP_ID_NOT_FOUND',
      `Cannot downgrade the classic group ${group.groupId}: ${error.message}.`,
    );
  }
  return classic;
}

function classicMember(member: ConsumerMember): ClassicMember {
  return {
    memberId: member.memberId,
    groupInstanceId: member.instanceId,
    clientId: member.clientId,
    clientHost: member.clientHost,
    rebalanceTimeoutMs: member.rebalanceTimeoutMs,
    sessionTimeoutMs: member.classic?.sessionTimeoutMs ?? member.rebalanceTimeoutMs,
    protocols: member.classic?.supportedProtocols ?? [],
    assignment: Buffer.alloc(0),
    isNew: false,
    answerJoin: null,
    answerSync: null,
  };
}

/** By name, as classic members are told; topics that are gone are left out. */
export function named(shard: Shard, assignment: Assignment): { topic: string; partitions: number[] }[] {
  return [...assignment].flatMap(([topicId, partitions]) => {
    const topic = shard.metadata.topicById(topicId)?.name;
    return topic === undefined ? [] : [{ topic, partitions: [...partitions].sort((one, other) => one - other) }];
  });
}
