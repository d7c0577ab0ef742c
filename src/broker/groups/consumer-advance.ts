import { KafkaError } from '../../protocol/errors.ts';
import { type ConsumerChange, metadataHash } from './consumer-change.ts';
import { type ConsumerGroup } from './consumer-group.ts';
import { type ConsumerMember, newMember, sameDescription } from './consumer-member.ts';
import { type Reconciled, reconcile } from './reconciliation.ts';
import { type Shard } from './shard.ts';
import { type Assignment, equals } from './topic-assignment.ts';
import { topicRegex } from './topic-regex.ts';

/** Whether an expression may find a topic: nobody learns of topics in this way that he may not describe. */
export type TopicFilter = (topic: string) => boolean;

/** New topics are looked for no more often than this (kafka 4.x REGEX_BATCH_REFRESH_MIN_INTERVAL_MS). */
const MIN_REGEX_REFRESH_MS = 10_000;

/**
 * Notes what a member says of itself; the group's epoch follows where that, or its topics, changed. True: it wants others.
 * `maySee` is for the member's sake; without it expressions stay as they were resolved.
 */
export function describeMember(
  shard: Shard,
  change: ConsumerChange,
  known: ConsumerMember | undefined,
  member: ConsumerMember,
  maySee: TopicFilter | null,
): boolean {
  const before = known ?? newMember(member.memberId);
  if (known === undefined || !sameDescription(known, member)) change.setMember(member);
  const hasNewNames = before.subscribedTopicNames.join() !== member.subscribedTopicNames.join();
  const hasNewRegex = before.subscribedTopicRegex !== member.subscribedTopicRegex;
  const isStale = shard.staleConsumerGroups.has(change.groupId);
  let hasNewMatches = hasNewRegex && followRegex(change, member, maySee);
  if (maySee !== null && refreshRegexes(shard, change, isStale, maySee)) hasNewMatches = true;
  if (hasNewNames || hasNewMatches || isStale) {
    if (areRegexesFresh(shard, change.group, isStale)) shard.staleConsumerGroups.delete(change.groupId);
    const hash = metadataHash(shard, change.group);
    const isNews = hasNewNames || hasNewMatches || hash !== change.group.metadataHash;
    if (isNews) change.setEpoch(change.group.epoch + 1, hash);
    change.dropTopicsRecord();
  }
  return hasNewNames || hasNewRegex;
}

/** Resolves a member's new expression; true when an assignment has to follow. */
function followRegex(
  change: ConsumerChange,
  { subscribedTopicRegex: regex }: ConsumerMember,
  maySee: TopicFilter | null,
): boolean {
  // One that is gone, or was resolved for another member, counts at once.
  let hasNews = regex === null || change.group.regexes.has(regex);
  if (regex !== null && maySee !== null && change.resolveRegex(regex, topicRegex(regex), maySee)) hasNews = true;
  change.forgetUnusedRegexes();
  return hasNews;
}

const lastResolvedMs = ({ regexes }: ConsumerGroup) =>
  Math.max(...[...regexes.values()].map(({ resolvedMs }) => resolvedMs));

/** Whether nothing that happened to topics since can concern the group's expressions. */
function areRegexesFresh(shard: Shard, group: ConsumerGroup, isStale: boolean): boolean {
  return !isStale || group.regexes.size === 0 || lastResolvedMs(group) === shard.clock.now();
}

/** Resolves the group's expressions again when topics changed, or when they are old; true when that is news. */
function refreshRegexes(shard: Shard, change: ConsumerChange, isStale: boolean, maySee: TopicFilter): boolean {
  const ageMs = shard.clock.now() - lastResolvedMs(change.group);
  const isDue = (isStale && ageMs > MIN_REGEX_REFRESH_MS) || ageMs > shard.settings.consumerRegexRefreshMs;
  if (change.group.regexes.size === 0 || !isDue) return false;
  let hasNews = false;
  for (const expression of [...change.group.regexes.keys()]) {
    try {
      if (change.resolveRegex(expression, topicRegex(expression), maySee)) hasNews = true;
    } catch (error) {
      // It was taken when there were fewer topics; whoever speaks now may not be the one to blame.
      if (!(error instanceof KafkaError)) throw error;
      shard.logger.log('WARN', `group ${change.groupId}: ${error.message}`);
    }
  }
  return hasNews;
}

/** Assignments follow one another no closer than the configured interval (KIP-1263); a new group's first comes at once. */
export function updateTargetsWhenDue(shard: Shard, change: ConsumerChange): void {
  const { groupId, group } = change;
  if (group.assignmentEpoch >= group.epoch) return;
  const elapsedMs = shard.clock.now() - group.assignmentTimestampMs;
  const isDue = group.assignmentTimestampMs === 0 || elapsedMs >= shard.settings.consumerAssignmentIntervalMs(groupId);
  if (isDue) change.updateTargets();
}

/** The member's next step towards the group's target; `member` is the one the change shows. */
export function reconcileMember(
  shard: Shard,
  change: ConsumerChange,
  member: ConsumerMember,
  owned: Assignment | null,
  isResubscribed: boolean,
): Reconciled {
  const { group } = change;
  const { memberId } = member;
  const wanted = group.topicNamesOf(member);
  const next = reconcile(member, {
    target: { epoch: group.assignmentEpoch, assignment: group.targetOf(memberId) },
    owned,
    isResubscribed,
    isSubscribedTo: (topicId) => wanted.has(shard.metadata.topicById(topicId)?.name ?? ''),
    isHeldByOthers: (topicId, partition) => group.isHeldByOthers(memberId, topicId, partition),
  });
  if (!sameStep(member, next)) change.setCurrent(memberId, next);
  return next;
}

function sameStep(one: Reconciled, other: Reconciled): boolean {
  return (
    one === other ||
    (one.memberEpoch === other.memberEpoch &&
      one.previousMemberEpoch === other.previousMemberEpoch &&
      one.state === other.state &&
      equals(one.assigned, other.assigned) &&
      equals(one.pendingRevocation, other.pendingRevocation))
  );
}
