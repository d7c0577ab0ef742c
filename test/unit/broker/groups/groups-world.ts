import {
  type ClusterMetadata,
  type Controller,
  type MetadataDelta,
  type TopicImage,
} from '../../../../src/broker/cluster/types.ts';
import {
  createGroupCoordinator,
  type GroupCoordinator,
  type JoinRequest,
  type JoinResult,
  partitionForKey,
  type SharePersister,
  type SyncResult,
} from '../../../../src/broker/groups/index.ts';
import { decodeRecord } from '../../../../src/broker/groups/record-format.ts';
import { type AppendResult, type PartitionLog } from '../../../../src/broker/log/types.ts';
import { type ReplicaManager } from '../../../../src/broker/replicas/types.ts';
import { type ErrorName } from '../../../../src/protocol/errors.ts';
import { batches, RecordBatch } from '../../../../src/protocol/records/batch.ts';
import { singleBatch } from '../../../../src/protocol/records/batch-builder.ts';
import { RecordCursor } from '../../../../src/protocol/records/record-cursor.ts';
import { ManualClock } from '../../../../src/util/clock.ts';
import { silentLogger } from '../../../../src/util/logger.ts';

export const PARTITION_COUNT = 50;
export const TOPIC_ID = 'MkU3OEVBNTcwNTJENDM2Qg';

/** What the coordinator sees of a partition's log: appended batches with their offsets. */
export class MemoryLog {
  readonly logStartOffset = 0n;
  logEndOffset = 0n;
  private readonly stored: Buffer[] = [];

  append(batch: Buffer): bigint {
    const copy = Buffer.from(batch);
    const view = new RecordBatch(copy);
    const baseOffset = this.logEndOffset;
    view.baseOffset = baseOffset;
    this.stored.push(copy);
    this.logEndOffset = view.nextOffset;
    return baseOffset;
  }

  /** Takes a segment as it is. */
  load(segment: Buffer): void {
    for (const batch of batches(segment)) {
      this.stored.push(segment.subarray(batch.at, batch.at + batch.sizeInBytes));
      this.logEndOffset = batch.nextOffset;
    }
  }

  /** One whole batch a time: the smallest answer a reader has to cope with. */
  read(offset: bigint): { records: Buffer; abortedTransactions: null } {
    const found = this.stored.find((bytes) => new RecordBatch(bytes).nextOffset > offset);
    return { records: found ?? Buffer.alloc(0), abortedTransactions: null };
  }

  /** Every record, decoded; null for control records. */
  records(): ReturnType<typeof decodeRecord>[] {
    const found: ReturnType<typeof decodeRecord>[] = [];
    const cursor = new RecordCursor();
    for (const bytes of this.stored) {
      const batch = new RecordBatch(bytes);
      cursor.reset(batch);
      while (cursor.next()) found.push(batch.isControl ? null : decodeRecord(cursor.key() as Buffer, cursor.value()));
    }
    return found;
  }

  /** As the cleaner leaves it: of each key the last record, tombstones for a while; transactions stay whole. */
  compact(keepsTombstones: boolean): void {
    const cursor = new RecordCursor();
    const last = new Map<string, bigint>();
    const plain = (batch: RecordBatch) => !batch.isControl && !batch.isTransactional;
    const eachRecord = function* (bytes: Buffer) {
      cursor.reset(new RecordBatch(bytes));
      while (cursor.next()) yield { key: cursor.key() as Buffer, value: cursor.value(), offset: cursor.offset() };
    };
    for (const bytes of this.stored) {
      if (!plain(new RecordBatch(bytes))) continue;
      for (const { key, offset } of eachRecord(bytes)) last.set(key.toString('hex'), offset);
    }
    const kept = this.stored.flatMap((bytes) => {
      if (!plain(new RecordBatch(bytes))) return [bytes];
      return [...eachRecord(bytes)]
        .filter(({ key, value, offset }) => {
          return last.get(key.toString('hex')) === offset && (value !== null || keepsTombstones);
        })
        .map(({ key, value, offset }) => singleBatch([{ timestampMs: 0, key, value }], { baseOffset: offset }));
    });
    this.stored.splice(0, this.stored.length, ...kept);
  }

  get batchCount(): number {
    return this.stored.length;
  }
}

const DEFAULTS: Record<string, string> = {
  'group.min.session.timeout.ms': '6000',
  'group.max.session.timeout.ms': '1800000',
  'group.initial.rebalance.delay.ms': '0',
  'group.max.size': '2147483647',
  'offset.metadata.max.bytes': '4096',
  'offsets.commit.timeout.ms': '5000',
  'offsets.retention.minutes': '10080',
  'offsets.retention.check.interval.ms': '600000',
  'offsets.load.buffer.size': '5242880',
  'group.consumer.assignors': 'uniform,range',
  'group.consumer.max.size': '2147483647',
  'group.consumer.session.timeout.ms': '45000',
  'group.consumer.heartbeat.interval.ms': '5000',
  'group.consumer.assignment.interval.ms': '1000',
  'group.consumer.regex.refresh.interval.ms': '600000',
  'group.share.max.size': '200',
  'group.share.session.timeout.ms': '45000',
  'group.share.heartbeat.interval.ms': '5000',
  'group.share.assignment.interval.ms': '1000',
  'group.share.initialize.retry.interval.ms': '30000',
};

function topicImage(name: string, partitionCount: number, topicId = TOPIC_ID): TopicImage {
  const partitions = Array.from({ length: partitionCount }, (_, partition) => ({
    partition,
    leader: 1,
    replicas: [1],
  }));
  return { name, topicId, isInternal: name.startsWith('__'), partitions } as unknown as TopicImage;
}

/** The id of a topic made by `setTopic`. */
export function topicIdOf(name: string): string {
  return name.padEnd(22, 'A');
}

/** A coordinator over logs in memory, with a clock moved by hand. */
export class GroupsWorld {
  readonly clock = new ManualClock();
  readonly configs = new Map(Object.entries(DEFAULTS));
  readonly topics = new Map<string, TopicImage>();
  readonly groupConfigs = new Map<string, ReadonlyMap<string, string>>();
  readonly logs = Array.from({ length: PARTITION_COUNT }, () => new MemoryLog());
  /** What other topics' logs look like, by topic-partition. */
  readonly topicLogs = new Map<string, PartitionLog>();
  /** Appends fail with this until it is null again. */
  failAppends: ErrorName | null = null;
  private gate: Promise<void> = Promise.resolve();
  coordinator!: GroupCoordinator;
  leadershipChanged!: Parameters<ReplicaManager['onLeadershipChange']>[0];
  metadataChanged!: (delta: MetadataDelta) => void;

  constructor(configs: Record<string, string> = {}) {
    for (const [name, value] of Object.entries(configs)) this.configs.set(name, value);
    this.topics.set('__consumer_offsets', topicImage('__consumer_offsets', PARTITION_COUNT));
    this.topics.set('t', topicImage('t', 2));
    this.topics.set('u', topicImage('u', 1));
    this.start();
  }

  /** Makes or enlarges a topic with an id of its own, and tells the coordinator. */
  setTopic(name: string, partitionCount: number): void {
    this.topics.set(name, topicImage(name, partitionCount, topicIdOf(name)));
    const topic = { name, topicId: topicIdOf(name), kind: 'created' as const };
    this.metadataChanged({ topics: [topic], configs: [], brokersChanged: false });
  }

  /** From now on appends wait until the result is called. */
  holdAppends(): () => void {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.gate = promise;
    return resolve;
  }

  /** As after a restart of the broker: the logs stay, everything else is new. */
  start(): void {
    this.coordinator?.close();
    this.coordinator = createGroupCoordinator({
      metadata: this.metadata,
      controller: {} as Controller,
      replicas: this.replicas,
      persister: this.persister,
      clock: this.clock,
      logger: silentLogger,
    });
  }

  /** A restart, waited for until the logs are read. */
  async restart(): Promise<void> {
    this.start();
    while (this.coordinator.list({ states: [], types: [] }).error !== 'NONE') await this.settle();
  }

  /** Delivery states of share groups by `group topic-id partition`, and what was asked of them. */
  readonly shareStates = new Map<string, { stateEpoch: number; startOffset: bigint }>();
  failPersister: ErrorName | null = null;
  /** Records after the start that are done, of every state. */
  shareDoneCount = 0;

  get persister(): SharePersister {
    const key = (groupId: string, one: { topicId: string; partition: number }) =>
      `${groupId} ${one.topicId} ${one.partition}`;
    return {
      initialize: async (groupId, partitions) =>
        partitions.map((one) => {
          if (this.failPersister !== null) return this.failPersister;
          this.shareStates.set(key(groupId, one), { stateEpoch: one.stateEpoch, startOffset: one.startOffset });
          return 'NONE';
        }),
      readSummaries: async (groupId, partitions) =>
        partitions.map((one) => {
          const state = this.shareStates.get(key(groupId, one));
          const rest = { leaderEpoch: 0, deliveryCompleteCount: this.shareDoneCount };
          if (state === undefined) return { error: 'NONE', stateEpoch: 0, startOffset: -1n, ...rest };
          return { error: 'NONE', ...state, ...rest };
        }),
      delete: async (groupId, partitions) =>
        partitions.map((one) => {
          this.shareStates.delete(key(groupId, one));
          return this.failPersister ?? 'NONE';
        }),
    };
  }

  get metadata(): ClusterMetadata {
    return {
      nodeId: 1,
      topics: this.topics,
      brokers: new Map([
        [
          1,
          { brokerId: 1, endpoints: [{ listener: 'PLAINTEXT', host: 'localhost', port: 9092, securityProtocol: 0 }] },
        ],
      ]),
      topicById: (topicId: string) =>
        topicId === TOPIC_ID
          ? this.topics.get('t')
          : [...this.topics.values()].find((topic) => topic.topicId === topicId),
      partition: (topic: string, partition: number) => this.topics.get(topic)?.partitions[partition],
      featuresEpoch: 1n,
      configsOf: ({ name }: { name: string }) => this.groupConfigs.get(name) ?? new Map(),
      brokerConfigValue: (name: string) => this.configs.get(name) ?? null,
      onChange: (listener: (delta: MetadataDelta) => void) => {
        this.metadataChanged = listener;
      },
    } as unknown as ClusterMetadata;
  }

  get replicas(): ReplicaManager {
    return {
      leaderLog: (topic: string, partition: number) =>
        topic === '__consumer_offsets'
          ? (this.logs[partition] as unknown as PartitionLog)
          : (this.topicLogs.get(`${topic}-${partition}`) ?? 'UNKNOWN_TOPIC_OR_PARTITION'),
      append: async (entries: { partition: number; records: Buffer }[]): Promise<AppendResult[]> => {
        await this.gate;
        return entries.map(({ partition, records }) => {
          if (this.failAppends !== null) return { error: this.failAppends } as AppendResult;
          const baseOffset = (this.logs[partition] as MemoryLog).append(records);
          return { error: 'NONE', baseOffset } as AppendResult;
        });
      },
      onLeadershipChange: (listener: GroupsWorld['leadershipChanged']) => {
        this.leadershipChanged = listener;
      },
    } as unknown as ReplicaManager;
  }

  logOf(groupId: string): MemoryLog {
    return this.logs[partitionForKey(groupId, PARTITION_COUNT)] as MemoryLog;
  }

  /** Lets everything that is not waiting for the clock or an answer run to its end. */
  async settle(): Promise<void> {
    for (let i = 0; i < 4; i++) await new Promise((resolve) => setImmediate(resolve));
  }

  async state(groupId: string): Promise<string> {
    const [group] = await this.coordinator.describe([groupId]);
    return group?.state ?? '';
  }

  join(groupId: string, request: Partial<JoinRequest> = {}): Promise<JoinResult> {
    return this.coordinator.join({
      groupId,
      memberId: '',
      groupInstanceId: null,
      clientId: 'client',
      clientHost: '/127.0.0.1',
      sessionTimeoutMs: 10_000,
      rebalanceTimeoutMs: 60_000,
      protocolType: 'consumer',
      protocols: [{ name: 'range', metadata: subscription('t') }],
      requiresKnownMemberId: false,
      supportsSkippingAssignment: true,
      reason: null,
      ...request,
    });
  }

  /** A join that nothing holds up but timers of zero. */
  async joinNow(groupId: string, request: Partial<JoinRequest> = {}): Promise<JoinResult> {
    const result = this.join(groupId, request);
    await this.settle();
    await this.clock.advance(0);
    return result;
  }

  sync(groupId: string, member: JoinResult, assignments: Record<string, string> = {}): Promise<SyncResult> {
    return this.coordinator.sync({
      groupId,
      memberId: member.memberId,
      groupInstanceId: null,
      generationId: member.generationId,
      protocolType: null,
      protocolName: null,
      assignments: new Map(Object.entries(assignments).map(([id, text]) => [id, Buffer.from(text)])),
    });
  }

  heartbeat(
    groupId: string,
    member: Pick<JoinResult, 'memberId' | 'generationId'>,
    groupInstanceId: string | null = null,
  ) {
    const { memberId, generationId } = member;
    return this.coordinator.heartbeat({ groupId, memberId, generationId, groupInstanceId });
  }

  leave(groupId: string, ...memberIds: string[]) {
    return this.coordinator.leave(
      groupId,
      memberIds.map((memberId) => ({ memberId, groupInstanceId: null })),
    );
  }

  /** A Stable group with one member, which leads. */
  async stableGroup(groupId: string, request: Partial<JoinRequest> = {}): Promise<JoinResult> {
    const member = await this.joinNow(groupId, request);
    await this.sync(groupId, member, { [member.memberId]: `for ${member.memberId}` });
    return member;
  }

  commit(groupId: string, offset: bigint, request: Partial<Parameters<GroupCoordinator['commitOffsets']>[0]> = {}) {
    const one = { topic: 't', partition: 0, topicId: TOPIC_ID, offset, leaderEpoch: -1, metadata: '' };
    return this.coordinator.commitOffsets({
      groupId,
      memberId: '',
      groupInstanceId: null,
      generationId: -1,
      retentionTimeMs: null,
      offsets: [one],
      ...request,
    });
  }

  /** Committed offset of a partition; -1 without one, the error's name with one. */
  async offset(groupId: string, topic = 't', partition = 0, requireStable = false): Promise<bigint | string> {
    const result = await this.coordinator.fetchOffsets(groupId, [{ topic, partitions: [partition] }], requireStable);
    const fetched = result.topics[0]?.partitions[0];
    if (fetched === undefined) return result.error;
    return fetched.error === 'NONE' ? fetched.offset : fetched.error;
  }
}

/** ConsumerProtocolSubscription version 0. */
export function subscription(...topics: string[]): Buffer {
  const parts = topics.map((topic) => {
    const length = Buffer.alloc(2);
    length.writeInt16BE(topic.length);
    return Buffer.concat([length, Buffer.from(topic)]);
  });
  const head = Buffer.alloc(6);
  head.writeInt32BE(topics.length, 2);
  return Buffer.concat([head, ...parts, Buffer.from('ffffffff', 'hex')]);
}
