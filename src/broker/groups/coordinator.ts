import { ERRORS, type ErrorName, KafkaError } from '../../protocol/errors.ts';
import { type Uuid } from '../../protocol/primitives.ts';
import { type Clock } from '../../util/clock.ts';
import { type Logger } from '../../util/logger.ts';
import { type ClusterMetadata, type Controller, type MetadataDelta } from '../cluster/index.ts';
import { type ReplicaManager } from '../replicas/index.ts';
import { failedJoin, failedSync } from './answers.ts';
import { describeConsumerGroup, failedConsumerDescription } from './consumer-describe.ts';
import { consumerHeartbeat } from './consumer-heartbeat.ts';
import { deleteGroup, forgetTopic } from './deletion.ts';
import { describeGroup, failedDescription, listGroups } from './describe.ts';
import { heartbeat } from './heartbeat.ts';
import { joinClassic } from './join.ts';
import { leaveGroup } from './leave.ts';
import { loadShard } from './loading.ts';
import {
  commitOffsets,
  commitTransactionalOffsets,
  completeTransaction,
  deleteOffsets,
  fetchOffsets,
} from './offset-operations.ts';
import { partitionForKey } from './partitioning.ts';
import { GroupSettings } from './settings.ts';
import { OFFSETS_TOPIC, Shard, type ShardContext } from './shard.ts';
import { describeShareGroup, failedShareDescription } from './share-describe.ts';
import { shareHeartbeat } from './share-heartbeat.ts';
import { alterShareOffsets, deleteShareOffsets, describeShareOffsets } from './share-offsets.ts';
import { removeTopics } from './share-state-partitions.ts';
import { syncGroup } from './sync.ts';
import {
  type AlteredShareTopic,
  type CommitRequest,
  type ConsumerGroupDescription,
  type ConsumerHeartbeatRequest,
  type ConsumerHeartbeatResult,
  type DeletedShareTopic,
  type DeleteOffsetsResult,
  type DescribedShareTopic,
  type FetchOffsetsResult,
  type GenerationRequest,
  type GroupCoordinator,
  type GroupDescription,
  type JoinRequest,
  type JoinResult,
  type LeaveResult,
  type ListedGroup,
  type MemberEpoch,
  type MemberIdentity,
  type ShareGroupDescription,
  type ShareHeartbeatRequest,
  type ShareHeartbeatResult,
  type SharePersister,
  type SyncRequest,
  type SyncResult,
  type TopicPartitions,
  type TransactionalCommitRequest,
  type TransactionMarker,
} from './types.ts';

export interface GroupCoordinatorOptions {
  readonly metadata: ClusterMetadata;
  readonly controller: Controller;
  readonly replicas: ReplicaManager;
  /** Keeps how far share groups are; groups itself knows only which partitions have such a state. */
  readonly persister: SharePersister;
  readonly clock: Clock;
  readonly logger: Logger;
}

export function createGroupCoordinator(options: GroupCoordinatorOptions): GroupCoordinator {
  return new Coordinator(options);
}

/** For requests whose failure of the whole is thrown. */
function refuse(error: ErrorName): never {
  throw new KafkaError(error, ERRORS[error].text);
}

/** Finds the shard of a group and runs the request in the group's queue there. */
class Coordinator implements GroupCoordinator {
  private readonly metadata: ClusterMetadata;
  private readonly context: ShardContext;
  private readonly logger: Logger;
  private readonly settings: GroupSettings;
  private readonly shards = new Map<number, Shard>();

  constructor({ metadata, replicas, persister, clock, logger }: GroupCoordinatorOptions) {
    this.metadata = metadata;
    this.logger = logger;
    this.settings = new GroupSettings(metadata);
    this.context = { metadata, replicas, settings: this.settings, persister, clock, logger };
    replicas.onLeadershipChange(({ topic, partition, isLeader }) => {
      if (topic !== OFFSETS_TOPIC) return;
      if (isLeader) this.load(partition);
      else this.unload(partition);
    });
    metadata.onChange((delta) => {
      this.noticeTopics(delta);
      this.forgetDeletedTopics(delta);
    });
    // Leadership that was there before this room was built.
    for (const { partition, leader } of metadata.topics.get(OFFSETS_TOPIC)?.partitions ?? []) {
      if (leader === metadata.nodeId) this.load(partition);
    }
  }

  private load(partition: number): void {
    if (this.shards.has(partition)) return;
    const log = this.context.replicas.leaderLog(OFFSETS_TOPIC, partition);
    if (typeof log === 'string') return;
    const shard = new Shard(partition, this.context);
    this.shards.set(partition, shard);
    loadShard(shard, log).catch((cause) => {
      this.logger.log('ERROR', `cannot load groups from ${OFFSETS_TOPIC}-${partition}`, cause);
      if (this.shards.get(partition) === shard) this.unload(partition);
    });
  }

  private unload(partition: number): void {
    this.shards.get(partition)?.close();
    this.shards.delete(partition);
  }

  /** KIP-848: the server watches the topics, so groups look at them again with their next heartbeat. */
  private noticeTopics({ topics }: MetadataDelta): void {
    if (topics.every(({ kind }) => kind === 'config')) return;
    for (const shard of this.shards.values()) {
      for (const groupId of shard.consumerGroups.keys()) shard.staleConsumerGroups.add(groupId);
      for (const groupId of shard.shareGroups.keys()) shard.staleShareGroups.add(groupId);
    }
  }

  private forgetDeletedTopics(delta: MetadataDelta): void {
    const deleted = delta.topics.filter(({ kind }) => kind === 'deleted');
    if (deleted.length > 0) this.forgetStateOf(new Set(deleted.map(({ topicId }) => topicId)));
    for (const { name, topicId } of deleted) {
      for (const shard of this.shards.values()) {
        for (const groupId of shard.offsets.groupIdsWith(name)) {
          shard
            .run(groupId, () => forgetTopic(shard, groupId, name, topicId))
            .catch((cause) => {
              this.logger.log('ERROR', `cannot remove offsets of ${groupId} for the deleted topic ${name}`, cause);
            });
        }
      }
    }
  }

  /** The share coordinator removes the delivery state of deleted topics by itself. */
  private forgetStateOf(topicIds: ReadonlySet<Uuid>): void {
    for (const shard of this.shards.values()) {
      for (const [groupId, { initializing, initialized }] of shard.shareGroups) {
        if (![...topicIds].some((topicId) => initializing.has(topicId) || initialized.has(topicId))) continue;
        shard
          .run(groupId, async () => {
            const group = shard.shareGroups.get(groupId);
            if (group !== undefined) await removeTopics(shard, group, topicIds);
          })
          .catch((cause) => this.logger.log('ERROR', `share group ${groupId}: cannot forget deleted topics`, cause));
      }
    }
  }

  private shardOf(groupId: string): Shard | ErrorName {
    const partitionCount = this.metadata.topics.get(OFFSETS_TOPIC)?.partitions.length;
    if (partitionCount === undefined) return 'NOT_COORDINATOR';
    const shard = this.shards.get(partitionForKey(groupId, partitionCount));
    if (shard === undefined) return 'NOT_COORDINATOR';
    return shard.state === 'loading' ? 'COORDINATOR_LOAD_IN_PROGRESS' : shard;
  }

  private async inGroup<T>(
    groupId: string,
    fail: (error: ErrorName) => T,
    task: (shard: Shard) => Promise<T> | T,
  ): Promise<T> {
    const shard = this.shardOf(groupId);
    if (typeof shard === 'string') return fail(shard);
    return shard.run(groupId, () => (shard.state === 'closed' ? fail('NOT_COORDINATOR') : task(shard)));
  }

  /** Share groups commit no offsets. */
  private withOffsets<T>(
    groupId: string,
    fail: (error: ErrorName) => T,
    task: (shard: Shard) => Promise<T> | T,
  ): Promise<T> {
    return this.inGroup(groupId, fail, (shard) =>
      shard.shareGroups.has(groupId) ? fail('GROUP_ID_NOT_FOUND') : task(shard),
    );
  }

  join(request: JoinRequest): Promise<JoinResult> {
    const { groupId, memberId, sessionTimeoutMs } = request;
    if (groupId === '') return Promise.resolve(failedJoin('INVALID_GROUP_ID', memberId));
    if (sessionTimeoutMs < this.settings.minSessionTimeoutMs || sessionTimeoutMs > this.settings.maxSessionTimeoutMs) {
      return Promise.resolve(failedJoin('INVALID_SESSION_TIMEOUT', memberId));
    }
    return new Promise((resolve, reject) => {
      const fail = (error: ErrorName) => resolve(failedJoin(error, ''));
      this.inGroup(groupId, fail, (shard) =>
        shard.shareGroups.has(groupId) ? fail('INCONSISTENT_GROUP_PROTOCOL') : joinClassic(shard, request, resolve),
      ).catch(reject);
    });
  }

  sync(request: SyncRequest): Promise<SyncResult> {
    if (request.groupId === '') return Promise.resolve(failedSync('INVALID_GROUP_ID'));
    return new Promise((resolve, reject) => {
      const fail = (error: ErrorName) => resolve(failedSync(error));
      this.inGroup(request.groupId, fail, (shard) => syncGroup(shard, request, resolve)).catch(reject);
    });
  }

  heartbeat(request: GenerationRequest): Promise<ErrorName> {
    if (request.groupId === '') return Promise.resolve('INVALID_GROUP_ID');
    // While its group is loading a member is not sent away: its session starts anew afterwards (kafka 4.x).
    const fail = (error: ErrorName) => (error === 'COORDINATOR_LOAD_IN_PROGRESS' ? 'NONE' : error);
    return this.inGroup(request.groupId, fail, (shard) => heartbeat(shard, request));
  }

  consumerHeartbeat(request: ConsumerHeartbeatRequest): Promise<ConsumerHeartbeatResult> {
    const fail = (error: ErrorName): never => {
      throw new KafkaError(error);
    };
    return this.inGroup<ConsumerHeartbeatResult>(request.groupId, fail, (shard) => consumerHeartbeat(shard, request));
  }

  describeConsumerGroups(groupIds: readonly string[]): Promise<ConsumerGroupDescription[]> {
    return Promise.all(
      groupIds.map((groupId) =>
        this.inGroup(
          groupId,
          (error) => failedConsumerDescription(groupId, error, null),
          (shard) => describeConsumerGroup(shard, groupId),
        ),
      ),
    );
  }

  shareHeartbeat(request: ShareHeartbeatRequest): Promise<ShareHeartbeatResult> {
    const fail = (error: ErrorName): never => {
      throw new KafkaError(error);
    };
    return this.inGroup<ShareHeartbeatResult>(request.groupId, fail, (shard) => shareHeartbeat(shard, request));
  }

  describeShareGroups(groupIds: readonly string[]): Promise<ShareGroupDescription[]> {
    return Promise.all(
      groupIds.map((groupId) =>
        this.inGroup(
          groupId,
          (error) => failedShareDescription(groupId, error, null),
          (shard) => describeShareGroup(shard, groupId),
        ),
      ),
    );
  }

  describeShareOffsets(groupId: string, topics: readonly TopicPartitions[] | null): Promise<DescribedShareTopic[]> {
    // A group without a name has no offsets; Kafka calls that no error.
    return groupId === ''
      ? Promise.resolve([])
      : this.inGroup(groupId, refuse, (shard) => describeShareOffsets(shard, groupId, topics));
  }

  async alterShareOffsets(
    groupId: string,
    topics: Parameters<GroupCoordinator['alterShareOffsets']>[1],
  ): Promise<AlteredShareTopic[]> {
    if (groupId === '') return refuse('INVALID_GROUP_ID');
    return this.inGroup(groupId, refuse, (shard) => alterShareOffsets(shard, groupId, topics));
  }

  async deleteShareOffsets(groupId: string, topics: readonly string[]): Promise<DeletedShareTopic[]> {
    if (groupId === '') return refuse('INVALID_GROUP_ID');
    return this.inGroup(groupId, refuse, (shard) => deleteShareOffsets(shard, groupId, topics));
  }

  async leave(groupId: string, members: readonly MemberIdentity[]): Promise<LeaveResult> {
    const fail = (error: ErrorName): LeaveResult => ({ error, members: [] });
    if (groupId === '') return fail('INVALID_GROUP_ID');
    return this.inGroup(groupId, fail, (shard) => leaveGroup(shard, groupId, members));
  }

  commitOffsets(request: CommitRequest): Promise<ErrorName[]> {
    const fail = (error: ErrorName) => request.offsets.map(() => error);
    return this.withOffsets(request.groupId, fail, (shard) => commitOffsets(shard, request));
  }

  async commitTransactionalOffsets(request: TransactionalCommitRequest): Promise<ErrorName[]> {
    const fail = (error: ErrorName) => request.offsets.map(() => error);
    if (request.groupId === '') return fail('INVALID_GROUP_ID');
    return this.withOffsets(request.groupId, fail, (shard) => commitTransactionalOffsets(shard, request));
  }

  async completeTransaction(partition: number, marker: TransactionMarker): Promise<ErrorName> {
    const shard = this.shards.get(partition);
    if (shard === undefined) return 'NOT_COORDINATOR';
    if (shard.state === 'loading') return 'COORDINATOR_LOAD_IN_PROGRESS';
    return completeTransaction(shard, marker);
  }

  fetchOffsets(
    groupId: string,
    topics: readonly TopicPartitions[] | null,
    requireStable: boolean,
    member?: MemberEpoch,
  ): Promise<FetchOffsetsResult> {
    // Consumers give up on COORDINATOR_NOT_AVAILABLE here, so it is never answered (kafka 4.x GroupCoordinatorService).
    const fail = (error: ErrorName): FetchOffsetsResult => ({ error, topics: [] });
    return this.inGroup(groupId, fail, (shard) => fetchOffsets(shard, groupId, topics, requireStable, member));
  }

  async deleteOffsets(
    groupId: string,
    partitions: readonly { readonly topic: string; readonly partition: number }[],
  ): Promise<DeleteOffsetsResult> {
    const fail = (error: ErrorName): DeleteOffsetsResult => ({ error, partitions: [] });
    if (groupId === '') return fail('INVALID_GROUP_ID');
    return this.withOffsets(groupId, fail, (shard) => deleteOffsets(shard, groupId, partitions));
  }

  deleteGroups(groupIds: readonly string[]): Promise<ErrorName[]> {
    const fail = (error: ErrorName) => error;
    return Promise.all(groupIds.map((groupId) => this.inGroup(groupId, fail, (shard) => deleteGroup(shard, groupId))));
  }

  describe(groupIds: readonly string[]): Promise<GroupDescription[]> {
    return Promise.all(
      groupIds.map((groupId) =>
        this.inGroup(
          groupId,
          (error) => failedDescription(groupId, error),
          ({ groups, consumerGroups, shareGroups }) =>
            describeGroup(groupId, groups.get(groupId) ?? consumerGroups.get(groupId) ?? shareGroups.get(groupId)),
        ),
      ),
    );
  }

  list(filter: { readonly states: readonly string[]; readonly types: readonly string[] }): {
    error: ErrorName;
    groups: ListedGroup[];
  } {
    const groups: ListedGroup[] = [];
    for (const shard of this.shards.values()) {
      if (shard.state === 'loading') return { error: 'COORDINATOR_LOAD_IN_PROGRESS', groups: [] };
      const all = [shard.groups, shard.consumerGroups, shard.shareGroups].flatMap((groups) => [...groups.values()]);
      groups.push(...listGroups(all, filter));
    }
    return { error: 'NONE', groups };
  }

  close(): void {
    for (const partition of [...this.shards.keys()]) this.unload(partition);
  }
}
