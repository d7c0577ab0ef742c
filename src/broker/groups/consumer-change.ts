import { KafkaError } from '../../protocol/errors.ts';
import { type Uuid } from '../../protocol/primitives.ts';
import { type ConsumerGroup } from './consumer-group.ts';
import { type ConsumerMember, MEMBER_STATES } from './consumer-member.ts';
import { type ConsumerGroupRecord } from './consumer-records.ts';
import { type Reconciled } from './reconciliation.ts';
import { type CoordinatorRecord } from './record-format.ts';
import { type Shard } from './shard.ts';
import { ASSIGNORS } from './target-assignment.ts';
import { type Assignment, type AssignmentEpochs, equals, topicsOf } from './topic-assignment.ts';
import { type TopicRegex } from './topic-regex.ts';

/**
 * What one request or timer changes in a group: records are tried on a copy, then written as one batch. Until `commit`
 * nobody else sees any of it, and nothing remains of a change that fails.
 */
export class ConsumerChange {
  readonly groupId: string;
  private readonly shard: Shard;
  private readonly records: CoordinatorRecord[] = [];
  private readonly afterwards: (() => void)[] = [];
  private shown: ConsumerGroup;
  private isCopy = false;

  constructor(shard: Shard, group: ConsumerGroup) {
    this.shard = shard;
    this.groupId = group.groupId;
    this.shown = group;
  }

  /** The group as it will be. */
  get group(): ConsumerGroup {
    return this.shown;
  }

  get isEmpty(): boolean {
    return this.records.length === 0;
  }

  /** A record of something else that has to be written with the change. */
  addForeign(record: CoordinatorRecord): void {
    this.records.push(record);
  }

  /** Done as soon as the records are written; not at all when they cannot be. */
  onCommit(task: () => void): void {
    this.afterwards.push(task);
  }

  add(record: ConsumerGroupRecord): void {
    if (!this.isCopy) this.shown = this.shown.clone();
    this.isCopy = true;
    this.shown.apply(record);
    this.records.push(record);
  }

  setEpoch(epoch: number, metadataHash = this.group.metadataHash): void {
    this.add({ ...this.of('epoch'), value: { epoch, metadataHash } });
  }

  dropTopicsRecord(): void {
    if (this.group.hasTopicsRecord) this.add({ ...this.of('topics'), value: null });
  }

  setMember(member: ConsumerMember): void {
    const { memberId, instanceId, rackId, clientId, clientHost, rebalanceTimeoutMs, serverAssignor } = member;
    const { subscribedTopicNames, subscribedTopicRegex, classic } = member;
    this.add({
      ...this.of('member'),
      memberId,
      value: {
        instanceId,
        rackId,
        clientId,
        clientHost,
        subscribedTopicNames: [...subscribedTopicNames],
        subscribedTopicRegex: subscribedTopicRegex ?? '',
        rebalanceTimeoutMs,
        serverAssignor,
        classicMemberMetadata: classic && {
          sessionTimeoutMs: classic.sessionTimeoutMs,
          supportedProtocols: [...classic.supportedProtocols],
        },
      },
    });
  }

  setCurrent(memberId: string, current: Reconciled): void {
    const { memberEpoch, previousMemberEpoch, state, assigned, pendingRevocation, assignmentEpochs } = current;
    const value = {
      memberEpoch,
      previousMemberEpoch,
      state: MEMBER_STATES[state],
      assignedPartitions: withEpochs(assigned, assignmentEpochs, memberEpoch),
      partitionsPendingRevocation: withEpochs(pendingRevocation, assignmentEpochs, memberEpoch),
    };
    this.add({ ...this.of('current'), memberId, value });
  }

  setTarget(memberId: string, target: Assignment): void {
    this.add({ ...this.of('target'), memberId, value: { topicPartitions: topicsOf(target) } });
  }

  setTargetEpoch(assignmentEpoch: number, timestampMs: number): void {
    this.add({ ...this.of('targetEpoch'), value: { assignmentEpoch, assignmentTimestamp: BigInt(timestampMs) } });
  }

  removeMember(memberId: string): void {
    this.add({ ...this.of('current'), memberId, value: null });
    this.add({ ...this.of('target'), memberId, value: null });
    this.add({ ...this.of('member'), memberId, value: null });
  }

  /** Remembers what an expression matches now, and when; true when that is news. */
  resolveRegex(expression: string, pattern: TopicRegex, maySee: (topic: string) => boolean): boolean {
    const topics = [...this.shard.metadata.topics.keys()]
      .filter((name) => pattern.matches(name) && maySee(name))
      .sort();
    const known = this.group.regexes.get(expression);
    const isNews = (known?.topics ?? []).join() !== topics.join();
    const resolvedMs = this.shard.clock.now();
    const value = { topics, version: this.shard.metadata.featuresEpoch, timestamp: BigInt(resolvedMs) };
    this.add({ ...this.of('regex'), regularExpression: expression, value });
    return isNews;
  }

  forgetUnusedRegexes(): void {
    const used = new Set([...this.group.members.values()].map(({ subscribedTopicRegex }) => subscribedTopicRegex));
    for (const regularExpression of [...this.group.regexes.keys()]) {
      if (!used.has(regularExpression)) this.add({ ...this.of('regex'), regularExpression, value: null });
    }
  }

  /** Computes who should have what, for the group's epoch. */
  updateTargets(): void {
    const { shard, group } = this;
    const { topics } = shard.metadata;
    const partitionCounts = new Map<Uuid, number>();
    const ids = new Map<string, Uuid>();
    for (const name of [...group.subscribedTopics].sort()) {
      const image = topics.get(name);
      if (image === undefined) continue;
      ids.set(name, image.topicId);
      partitionCounts.set(image.topicId, image.partitions.length);
    }
    const members = [...group.members.values()].map((member) => ({
      memberId: member.memberId,
      instanceId: member.instanceId,
      current: group.targetOf(member.memberId),
      topicIds: new Set([...group.topicNamesOf(member)].flatMap((name) => ids.get(name) ?? [])),
    }));
    const assign = ASSIGNORS.get(preferredAssignor(shard, group));
    if (assign === undefined) throw new KafkaError('UNSUPPORTED_ASSIGNOR');
    for (const [memberId, target] of assign(members, partitionCounts)) {
      if (!group.targets.has(memberId) || !equals(target, group.targetOf(memberId))) this.setTarget(memberId, target);
    }
    this.setTargetEpoch(this.group.epoch, shard.clock.now());
  }

  /** Throws KafkaError when the records cannot be written. */
  async commit(): Promise<void> {
    const error = this.isEmpty ? 'NONE' : await this.shard.commit(this.records);
    if (error !== 'NONE') throw new KafkaError(error);
    for (const task of this.afterwards) task();
  }

  private of<P extends ConsumerGroupRecord['part']>(part: P) {
    return { kind: 'consumer' as const, part, groupId: this.groupId };
  }
}

/** The one most members ask for; the broker's first without a vote. */
export function preferredAssignor(shard: Shard, group: ConsumerGroup): string {
  const votes = new Map<string, number>();
  for (const { serverAssignor } of group.members.values()) {
    if (serverAssignor !== null) votes.set(serverAssignor, (votes.get(serverAssignor) ?? 0) + 1);
  }
  let best = shard.settings.consumerAssignors[0] ?? 'uniform';
  for (const [name, count] of votes) if (count > (votes.get(best) ?? 0)) best = name;
  return best;
}

/** Changes when a subscribed topic comes, goes, or gets partitions; 0 without topics. */
export function metadataHash(shard: Shard, group: Pick<ConsumerGroup, 'subscribedTopics'>): bigint {
  const { topics, brokers } = shard.metadata;
  return shard.metadataHashes.of(
    [...group.subscribedTopics].flatMap((name) => topics.get(name) ?? []),
    brokers,
  );
}

/** Removes everything of a group. */
export function consumerGroupTombstones(group: ConsumerGroup): ConsumerGroupRecord[] {
  const of = { kind: 'consumer', groupId: group.groupId, value: null } as const;
  const eachMember = (part: 'current' | 'target' | 'member') =>
    [...group.members.keys()].map((memberId) => ({ ...of, part, memberId }));
  return [
    ...eachMember('current'),
    ...eachMember('target'),
    { ...of, part: 'targetEpoch' },
    ...eachMember('member'),
    ...[...group.regexes.keys()].map((regularExpression) => ({ ...of, part: 'regex' as const, regularExpression })),
    { ...of, part: 'topics' },
    { ...of, part: 'epoch' },
  ];
}

function withEpochs(assignment: Assignment, epochs: AssignmentEpochs, otherwise: number) {
  return topicsOf(assignment).map(({ topicId, partitions }) => ({
    topicId,
    partitions,
    assignmentEpochs: partitions.map((partition) => epochs.get(topicId)?.get(partition) ?? otherwise),
  }));
}
