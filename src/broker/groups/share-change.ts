import { KafkaError } from '../../protocol/errors.ts';
import { type Uuid } from '../../protocol/primitives.ts';
import { metadataHash } from './consumer-change.ts';
import { type Shard } from './shard.ts';
import { type PartitionsByTopic, type ShareGroup, type ShareMember } from './share-group.ts';
import { type ShareGroupRecord } from './share-records.ts';
import { assignSimply } from './simple-assignor.ts';
import { type Assignment, equals, filter, topicsOf } from './topic-assignment.ts';

function topicList(topics: PartitionsByTopic) {
  return [...topics].map(([topicId, { topicName, partitions }]) => ({
    topicId,
    topicName,
    partitions: [...partitions].sort((one, other) => one - other),
  }));
}

export interface StatePartitions {
  readonly initializing: PartitionsByTopic;
  readonly initialized: PartitionsByTopic;
  readonly deleting: ReadonlyMap<Uuid, string>;
}

/**
 * What one request or timer changes in a share group: records are tried on a copy, then written as one batch. Until
 * `commit` nobody else sees any of it, and nothing remains of a change that fails.
 */
export class ShareChange {
  readonly groupId: string;
  private readonly shard: Shard;
  private readonly records: ShareGroupRecord[] = [];
  private shown: ShareGroup;
  private isCopy = false;

  constructor(shard: Shard, group: ShareGroup) {
    this.shard = shard;
    this.groupId = group.groupId;
    this.shown = group;
  }

  /** The group as it will be. */
  get group(): ShareGroup {
    return this.shown;
  }

  setMember({ memberId, rackId, clientId, clientHost, subscribedTopicNames }: ShareMember): void {
    const value = { rackId, clientId, clientHost, subscribedTopicNames: [...subscribedTopicNames] };
    this.add({ ...this.of('member'), memberId, value });
  }

  setCurrent({ memberId, memberEpoch, previousMemberEpoch, assigned }: ShareMember): void {
    const value = { memberEpoch, previousMemberEpoch, state: 0, assignedPartitions: topicsOf(assigned) };
    this.add({ ...this.of('current'), memberId, value });
  }

  removeMember(memberId: string): void {
    this.add({ ...this.of('current'), memberId, value: null });
    this.add({ ...this.of('target'), memberId, value: null });
    this.add({ ...this.of('member'), memberId, value: null });
  }

  /** A group nobody has joined yet. */
  begin(): void {
    this.setEpoch(this.group.epoch);
    this.updateTargets();
  }

  bumpEpoch(): void {
    this.setEpoch(this.group.epoch + 1);
  }

  private setEpoch(epoch: number): void {
    const value = { epoch, metadataHash: metadataHash(this.shard, this.group) };
    this.add({ ...this.of('epoch'), value });
  }

  setStatePartitions({ initializing, initialized, deleting }: StatePartitions): void {
    const value = {
      initializingTopics: topicList(initializing),
      initializedTopics: topicList(initialized),
      deletingTopics: [...deleting].map(([topicId, topicName]) => ({ topicId, topicName })),
    };
    this.add({ ...this.of('statePartitions'), value });
  }

  /** Computes who shall share what, for the group's epoch. Partitions without a delivery state wait until they have one. */
  updateTargets(): void {
    const { group, shard } = this;
    const { topics } = shard.metadata;
    const partitions = new Map<Uuid, readonly number[]>();
    const ids = new Map<string, Uuid>();
    for (const name of [...group.subscribedTopics].sort()) {
      const image = topics.get(name);
      const known = image === undefined ? undefined : group.initialized.get(image.topicId);
      if (image === undefined || known === undefined) continue;
      ids.set(name, image.topicId);
      const isThere = (partition: number) => partition < image.partitions.length;
      partitions.set(
        image.topicId,
        [...known.partitions].filter(isThere).sort((one, other) => one - other),
      );
    }
    const members = [...group.members.values()].map(({ memberId, subscribedTopicNames }) => ({
      memberId,
      current: group.targetOf(memberId),
      topicIds: new Set(subscribedTopicNames.flatMap((name) => ids.get(name) ?? [])),
    }));
    for (const [memberId, target] of assignSimply(members, partitions)) {
      if (group.targets.has(memberId) && equals(target, group.targetOf(memberId))) continue;
      this.add({ ...this.of('target'), memberId, value: { topicPartitions: topicsOf(target) } });
    }
    const value = { assignmentEpoch: this.group.epoch, assignmentTimestamp: BigInt(shard.clock.now()) };
    this.add({ ...this.of('targetEpoch'), value });
  }

  /** Throws KafkaError when the records cannot be written. */
  async commit(): Promise<void> {
    if (this.records.length === 0) return;
    const error = await this.shard.commit(this.records);
    if (error !== 'NONE') throw new KafkaError(error);
  }

  private add(record: ShareGroupRecord): void {
    if (!this.isCopy) this.shown = this.shown.clone();
    this.isCopy = true;
    this.shown.apply(record);
    this.records.push(record);
  }

  private of<P extends ShareGroupRecord['part']>(part: P) {
    return { kind: 'share' as const, part, groupId: this.groupId };
  }
}

/** What of an assignment belongs to topics that the names still stand for. */
export function subscribedPart(shard: Shard, assignment: Assignment, names: readonly string[]): Assignment {
  const ids = new Set(names.map((name) => shard.metadata.topics.get(name)?.topicId));
  return filter(assignment, (topicId) => ids.has(topicId));
}

/** Removes everything of a share group that has no members. */
export function shareGroupTombstones(groupId: string): ShareGroupRecord[] {
  const of = { kind: 'share', groupId, value: null } as const;
  return [
    { ...of, part: 'statePartitions' },
    { ...of, part: 'targetEpoch' },
    { ...of, part: 'epoch' },
  ];
}
