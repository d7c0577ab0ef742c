import { type ConsumerChange, metadataHash } from './consumer-change.ts';
import { type ConsumerMember, newMember, sameDescription } from './consumer-member.ts';
import { type Reconciled, reconcile } from './reconciliation.ts';
import { type Shard } from './shard.ts';
import { type Assignment, equals } from './topic-assignment.ts';
import { topicRegex } from './topic-regex.ts';

/** Notes what a member says of itself; the group's epoch follows where that, or its topics, changed. True: it wants others. */
export function describeMember(
  shard: Shard,
  change: ConsumerChange,
  known: ConsumerMember | undefined,
  member: ConsumerMember,
): boolean {
  const before = known ?? newMember(member.memberId);
  if (known === undefined || !sameDescription(known, member)) change.setMember(member);
  const hasNewNames = before.subscribedTopicNames.join() !== member.subscribedTopicNames.join();
  const hasNewRegex = before.subscribedTopicRegex !== member.subscribedTopicRegex;
  const isStale = shard.staleConsumerGroups.has(change.groupId);
  const hasNewMatches = followRegexes(shard, change, member, hasNewRegex, isStale);
  if (hasNewNames || hasNewMatches || isStale) {
    shard.staleConsumerGroups.delete(change.groupId);
    const hash = metadataHash(shard, change.group);
    const isNews = hasNewNames || hasNewMatches || hash !== change.group.metadataHash;
    if (isNews) change.setEpoch(change.group.epoch + 1, hash);
    change.dropTopicsRecord();
  }
  return hasNewNames || hasNewRegex;
}

/** Resolves expressions that are new, old, or may match new topics; true when an assignment has to follow. */
function followRegexes(
  shard: Shard,
  change: ConsumerChange,
  { subscribedTopicRegex: regex }: ConsumerMember,
  isNew: boolean,
  isStale: boolean,
): boolean {
  let hasNews = false;
  if (isNew) {
    // One that is gone, or was resolved for another member, counts at once.
    hasNews = regex === null || change.group.regexes.has(regex);
    if (regex !== null && change.resolveRegex(regex, topicRegex(regex))) hasNews = true;
    change.forgetUnusedRegexes();
  }
  const ageLimitMs = shard.settings.consumerRegexRefreshMs;
  for (const [expression, { resolvedMs }] of [...change.group.regexes]) {
    const isOld = shard.clock.now() - resolvedMs >= ageLimitMs;
    if ((isStale || isOld) && change.resolveRegex(expression, topicRegex(expression))) hasNews = true;
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
