import { type ErrorName } from '../../protocol/errors.ts';
import { type Offset, type ProducerId } from '../../protocol/primitives.ts';
import { NO_PRODUCER_ID } from '../../protocol/records/batch.ts';
import { BatchBuilder, type BatchMeta } from '../../protocol/records/batch-builder.ts';
import { type Clock, type Timer } from '../../util/clock.ts';
import { type Logger } from '../../util/logger.ts';
import { type ClusterMetadata } from '../cluster/index.ts';
import { coordinatorErrorOf, type ReplicaManager } from '../replicas/index.ts';
import { failedJoin, failedSync } from './answers.ts';
import { ClassicGroup } from './classic-group.ts';
import { ConsumerGroup } from './consumer-group.ts';
import { type ConsumerGroupRecord } from './consumer-records.ts';
import { groupFromRecord } from './group-record.ts';
import { transition } from './group-state.ts';
import { GroupTimers } from './group-timers.ts';
import { KeyedQueues } from './keyed-queues.ts';
import { MetadataHashes } from './metadata-hash.ts';
import { OffsetStore } from './offset-store.ts';
import { type CoordinatorRecord, encodeRecord, type GroupRecord, type OffsetRecord } from './record-format.ts';
import { type GroupSettings } from './settings.ts';
import { ShareGroup } from './share-group.ts';
import { type ShareGroupRecord } from './share-records.ts';
import { type SharePersister } from './types.ts';

export const OFFSETS_TOPIC = '__consumer_offsets';

/** Kafka's coordinator starts every batch at sequence 0, also without a producer id. */
const BASE_SEQUENCE = 0;
/** Tombstones need not be written together: batches stay well below any sensible max.message.bytes. */
const TOMBSTONE_BATCH_BYTES = 512 * 1024;
const PRODUCE_VERSION = 13;

export interface ShardContext {
  readonly metadata: Pick<ClusterMetadata, 'topics' | 'topicById' | 'brokers' | 'featuresEpoch'>;
  readonly replicas: Pick<ReplicaManager, 'append' | 'leaderLog'>;
  readonly settings: GroupSettings;
  readonly persister: SharePersister;
  readonly clock: Clock;
  readonly logger: Logger;
}

export interface AppendOutcome {
  readonly error: ErrorName;
  /** -1 with an error. */
  readonly baseOffset: Offset;
}

export type ShardState = 'loading' | 'active' | 'closed';

const UNSTORABLE: ReadonlySet<ErrorName> = new Set([
  'MESSAGE_TOO_LARGE',
  'RECORD_LIST_TOO_LARGE',
  'INVALID_FETCH_SIZE',
]);

/** What an append's failure means to a client of the coordinator (kafka 4.x CoordinatorOperationExceptionHelper). */
function coordinatorError(appendError: ErrorName): ErrorName {
  return coordinatorErrorOf(appendError) ?? (UNSTORABLE.has(appendError) ? 'UNKNOWN_SERVER_ERROR' : appendError);
}

/** The groups of one led `__consumer_offsets` partition. State follows the log: it changes after the append succeeded. */
export class Shard {
  readonly partition: number;
  readonly groups = new Map<string, ClassicGroup>();
  /** A group id is in one of the three maps at most. */
  readonly consumerGroups = new Map<string, ConsumerGroup>();
  readonly shareGroups = new Map<string, ShareGroup>();
  /** Groups that have to look at their topics again: some changed, or nobody looked since the start. */
  readonly staleConsumerGroups = new Set<string>();
  readonly staleShareGroups = new Set<string>();
  readonly offsets = new OffsetStore();
  readonly metadataHashes = new MetadataHashes();
  readonly timers: GroupTimers;
  readonly settings: GroupSettings;
  readonly metadata: ShardContext['metadata'];
  readonly persister: SharePersister;
  readonly clock: Clock;
  readonly logger: Logger;
  state: ShardState = 'loading';
  readonly replicas: ShardContext['replicas'];
  private readonly queues = new KeyedQueues();
  private expiryTimer: Timer | null = null;

  constructor(partition: number, context: ShardContext) {
    this.partition = partition;
    this.replicas = context.replicas;
    this.settings = context.settings;
    this.metadata = context.metadata;
    this.persister = context.persister;
    this.clock = context.clock;
    this.logger = context.logger;
    this.timers = new GroupTimers(context.clock, (groupId, task) => {
      this.run(groupId, task).catch((cause) => {
        this.logger.log('ERROR', `timer of group ${groupId} failed`, cause);
      });
    });
  }

  /** Tasks of one group run one after another: nothing changes the group between a check and the append it guards. */
  run<T>(groupId: string, task: () => Promise<T> | T): Promise<T> {
    return this.queues.run(groupId, task);
  }

  /** One task of the whole shard after a delay; closing the shard cancels it. */
  scheduleExpiry(delayMs: number, task: () => Promise<void>): void {
    this.expiryTimer = this.clock.after(delayMs, () => {
      task().catch((cause) => this.logger.log('ERROR', `offset expiry of partition ${this.partition} failed`, cause));
    });
  }

  /** Appends records as one batch without applying them; the error is the one clients get. */
  async append(records: readonly CoordinatorRecord[], meta: BatchMeta = {}): Promise<AppendOutcome> {
    const builder = new BatchBuilder();
    const nowMs = this.clock.now();
    for (const record of records) {
      const { key, value } = encodeRecord(record);
      builder.append(nowMs, key, value);
    }
    return this.appendBatch(builder.build({ baseSequence: BASE_SEQUENCE, ...meta }));
  }

  async appendBatch(batch: Buffer): Promise<AppendOutcome> {
    const [result] = await this.replicas.append([{ topic: OFFSETS_TOPIC, partition: this.partition, records: batch }], {
      acks: -1,
      timeoutMs: this.settings.commitTimeoutMs,
      origin: 'coordinator',
      apiVersion: PRODUCE_VERSION,
    });
    // The partition may have moved away while the append was on its way: what was known here counts no more.
    if (this.state === 'closed') return { error: 'NOT_COORDINATOR', baseOffset: -1n };
    if (result === undefined) return { error: 'UNKNOWN_SERVER_ERROR', baseOffset: -1n };
    if (result.error === 'NONE') return { error: 'NONE', baseOffset: result.baseOffset };
    this.logger.log('WARN', `cannot append to ${OFFSETS_TOPIC}-${this.partition}: ${result.error}`);
    return { error: coordinatorError(result.error), baseOffset: -1n };
  }

  /** Appends records as one batch, then applies them. */
  async commit(records: readonly CoordinatorRecord[], meta: BatchMeta = {}): Promise<ErrorName> {
    const { error, baseOffset } = await this.append(records, meta);
    if (error !== 'NONE') return error;
    records.forEach((record, i) => {
      if (record.kind === 'offset') this.applyOffset(record, baseOffset + BigInt(i), meta.producerId ?? NO_PRODUCER_ID);
      else if (record.kind === 'group') this.applyGroup(record);
      else if (record.kind === 'share') this.applyShareGroup(record);
      else this.applyConsumerGroup(record);
    });
    return 'NONE';
  }

  /** Commits deletions in batches of bounded size; stops at the first that fails. */
  async commitTombstones(records: readonly CoordinatorRecord[]): Promise<ErrorName> {
    let first = 0;
    while (first < records.length) {
      let end = first;
      for (let bytes = 0; end < records.length && bytes < TOMBSTONE_BATCH_BYTES; end++) {
        bytes += encodeRecord(records[end] as CoordinatorRecord).key.length + 16;
      }
      const error = await this.commit(records.slice(first, end));
      if (error !== 'NONE') return error;
      first = end;
    }
    return 'NONE';
  }

  applyOffset(record: OffsetRecord, recordOffset: Offset, producerId: ProducerId): void {
    const { groupId, topic, partition, value } = record;
    if (value === null) {
      this.offsets.delete(groupId, topic, partition);
      return;
    }
    // Offsets without a group belong to a simple consumer: an empty group without a protocol type.
    if (!this.groups.has(groupId) && !this.consumerGroups.has(groupId))
      this.groups.set(groupId, new ClassicGroup(groupId, this.clock.now()));
    const stored = { ...value, recordOffset };
    if (producerId === NO_PRODUCER_ID) this.offsets.put(groupId, topic, partition, stored);
    else this.offsets.putPending(producerId, groupId, topic, partition, stored);
  }

  applyGroup(record: GroupRecord): void {
    const { groupId, value } = record;
    if (value !== null) {
      this.groups.set(groupId, groupFromRecord(groupId, value));
      return;
    }
    const group = this.groups.get(groupId);
    if (group === undefined) return;
    this.timers.cancelGroup(groupId);
    transition(group, 'Dead', this.clock.now());
    this.groups.delete(groupId);
  }

  applyConsumerGroup(record: ConsumerGroupRecord): void {
    const { groupId, value, part } = record;
    let group = this.consumerGroups.get(groupId);
    if (value === null && part === 'epoch') {
      if (group !== undefined) this.timers.cancelGroup(groupId);
      this.consumerGroups.delete(groupId);
      this.staleConsumerGroups.delete(groupId);
      return;
    }
    if (group === undefined) {
      if (value === null) return;
      group = new ConsumerGroup(groupId);
      this.consumerGroups.set(groupId, group);
      this.staleConsumerGroups.add(groupId);
      // Offsets read before stand for an empty classic group: it was none.
      this.groups.delete(groupId);
    }
    group.apply(record);
  }

  applyShareGroup(record: ShareGroupRecord): void {
    const { groupId, value, part } = record;
    let group = this.shareGroups.get(groupId);
    if (value === null && part === 'epoch') {
      if (group !== undefined) this.timers.cancelGroup(groupId);
      this.shareGroups.delete(groupId);
      this.staleShareGroups.delete(groupId);
      return;
    }
    if (group === undefined) {
      if (value === null) return;
      group = new ShareGroup(groupId);
      this.shareGroups.set(groupId, group);
      this.staleShareGroups.add(groupId);
    }
    group.apply(record);
  }

  /** Answers everything parked, stops the timers; whatever still runs in a queue finds the shard closed. */
  close(): void {
    this.state = 'closed';
    this.timers.cancelAll();
    this.expiryTimer?.cancel();
    for (const group of this.groups.values()) {
      for (const member of group.members.values()) {
        member.answerJoin?.(failedJoin('NOT_COORDINATOR', member.memberId));
        member.answerSync?.(failedSync('NOT_COORDINATOR'));
        member.answerJoin = null;
        member.answerSync = null;
      }
      transition(group, 'Dead', this.clock.now());
    }
    this.groups.clear();
    this.consumerGroups.clear();
    this.shareGroups.clear();
  }
}
