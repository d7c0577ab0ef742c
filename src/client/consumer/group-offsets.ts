import { type ErrorName, Errors, errorName, KafkaError } from '../../protocol/errors.ts';
import { offsetCommit } from '../../protocol/messages/08-offset-commit.ts';
import { offsetFetch } from '../../protocol/messages/09-offset-fetch.ts';
import { type Offset, type Uuid, ZERO_UUID } from '../../protocol/primitives.ts';
import { type Cluster } from '../cluster.ts';
import { isRetriable, needsMetadata, TimeoutError } from '../errors.ts';
import { partitionName, type TopicPartition } from './assigned-partition.ts';
import { type MemberIdentity } from './group-member.ts';

export interface CommittedOffset {
  readonly offset: Offset;
  readonly leaderEpoch: number;
}

export interface OffsetToCommit extends TopicPartition, CommittedOffset {}

const COORDINATOR_MOVED = new Set<ErrorName>([
  'NOT_COORDINATOR',
  'COORDINATOR_NOT_AVAILABLE',
  'COORDINATOR_LOAD_IN_PROGRESS',
]);

/** Offsets of one group, at its coordinator; finds the coordinator again when it moved. */
export class GroupOffsets {
  private readonly cluster: Cluster;
  private readonly groupId: string;
  private coordinator: number | null = null;

  constructor(cluster: Cluster, groupId: string) {
    this.cluster = cluster;
    this.groupId = groupId;
  }

  /** Committed offsets by `topic-partition`; absent: none. Repeats what may pass until the API timeout. Throws KafkaError. */
  fetch(
    partitions: readonly TopicPartition[],
    identity: MemberIdentity,
    requireStable: boolean,
  ): Promise<Map<string, CommittedOffset>> {
    return this.repeated((node) => this.fetchOnce(node, partitions, identity, requireStable));
  }

  /**
   * Stores offsets in the name of a member. Throws KafkaError; codes about the membership are not repeated, except that the epoch
   * of a KIP-848 member may have moved on meanwhile.
   */
  commit(offsets: readonly OffsetToCommit[], identity: () => MemberIdentity): Promise<void> {
    return this.repeated(async (node) => {
      for (;;) {
        const sent = identity();
        try {
          return await this.commitOnce(node, offsets, sent);
        } catch (error) {
          const isStale = error instanceof KafkaError && error.error === 'STALE_MEMBER_EPOCH';
          if (!isStale || identity().generationOrEpoch === sent.generationOrEpoch) throw error;
        }
      }
    });
  }

  private async repeated<T>(attempt: (node: number) => Promise<T>): Promise<T> {
    const { cluster } = this;
    const deadlineMs = cluster.clock.now() + cluster.settings.apiTimeoutMs;
    for (let failures = 1; ; failures++) {
      try {
        this.coordinator ??= await cluster.findCoordinator('group', this.groupId);
        return await attempt(this.coordinator);
      } catch (error) {
        const isMoved = error instanceof KafkaError && COORDINATOR_MOVED.has(error.error);
        if (isMoved || needsMetadata(error)) this.coordinator = null;
        if (!isRetriable(error)) throw error;
        if (cluster.clock.now() >= deadlineMs) {
          throw new TimeoutError(
            `Timeout of ${cluster.settings.apiTimeoutMs}ms expired before the offsets were known`,
            error,
          );
        }
        await cluster.backoff(failures);
      }
    }
  }

  private async fetchOnce(
    node: number,
    partitions: readonly TopicPartition[],
    identity: MemberIdentity,
    requireStable: boolean,
  ): Promise<Map<string, CommittedOffset>> {
    const { groupId, cluster } = this;
    const byTopic = [...Map.groupBy(partitions, (one) => one.topic)];
    const topics = byTopic.map(([name, members]) => ({
      name,
      topicId: cluster.metadata.topicId(name) ?? ZERO_UUID,
      partitionIndexes: members.map((one) => one.partition),
    }));
    const { response, version } = await cluster.exchange(
      offsetFetch,
      (version) =>
        version < 8
          ? { groupId, topics, requireStable: requireStable && version >= 7 }
          : {
              groups: [{ groupId, ...(identity.protocol === 'consumer' ? memberOf(identity) : {}), topics }],
              requireStable,
            },
      { node },
      { maxVersion: topics.every((one) => one.topicId !== ZERO_UUID) ? undefined : 9 },
    );
    const group = version < 8 ? response : response.groups[0];
    check(group?.errorCode ?? Errors.NONE);
    const found = new Map<string, CommittedOffset>();
    for (const topic of group?.topics ?? []) {
      const id: Uuid = 'topicId' in topic ? (topic.topicId as Uuid) : ZERO_UUID;
      const name = id === ZERO_UUID ? topic.name : cluster.metadata.topicName(id);
      if (name === undefined) continue;
      for (const one of topic.partitions) {
        check(one.errorCode, name);
        if (one.committedOffset < 0n) continue;
        const committed = { offset: one.committedOffset, leaderEpoch: one.committedLeaderEpoch };
        found.set(partitionName({ topic: name, partition: one.partitionIndex }), committed);
      }
    }
    return found;
  }

  private async commitOnce(node: number, offsets: readonly OffsetToCommit[], identity: MemberIdentity): Promise<void> {
    const { groupId, cluster } = this;
    const topics = [...Map.groupBy(offsets, (one) => one.topic)].map(([name, members]) => ({
      name,
      topicId: cluster.metadata.topicId(name) ?? ZERO_UUID,
      partitions: members.map(({ partition, offset, leaderEpoch }) => ({
        partitionIndex: partition,
        committedOffset: offset,
        committedLeaderEpoch: leaderEpoch,
        committedMetadata: '',
      })),
    }));
    const response = await cluster.send(
      offsetCommit,
      {
        groupId,
        generationIdOrMemberEpoch: identity.generationOrEpoch,
        memberId: identity.memberId,
        ...(identity.groupInstanceId === null ? {} : { groupInstanceId: identity.groupInstanceId }),
        topics,
      },
      { node },
      { maxVersion: topics.every((one) => one.topicId !== ZERO_UUID) ? undefined : 9 },
    );
    for (const topic of response.topics) {
      for (const one of topic.partitions) check(one.errorCode, topic.name);
    }
  }
}

/** KIP-848: a member may not read offsets from before its epoch. Classic members do not name themselves. */
function memberOf(identity: MemberIdentity): { memberId: string; memberEpoch: number } {
  return { memberId: identity.memberId, memberEpoch: identity.generationOrEpoch };
}

function check(errorCode: number, topic?: string): void {
  if (errorCode === Errors.NONE) return;
  const error = errorName(errorCode);
  const isTopic = error === 'TOPIC_AUTHORIZATION_FAILED' && topic !== undefined;
  throw new KafkaError(error, isTopic ? `Not authorized to access topics: [${topic}]` : undefined);
}
