import { type ErrorName } from '../../protocol/errors.ts';
import { type Offset, type Uuid, ZERO_UUID } from '../../protocol/primitives.ts';
import { type Clock, type Timer } from '../../util/clock.ts';
import { type Logger } from '../../util/logger.ts';
import { SerialQueue } from '../../util/serial-queue.ts';
import { type ClusterMetadata, type Controller, SHARE_STATE_TOPIC } from '../cluster/index.ts';
import { type ReplicaManager } from '../replicas/index.ts';
import { ShareSettings } from './settings.ts';
import { areOrdered } from './state-batches.ts';
import { keyText, StateShard, type StateShardContext } from './state-shard.ts';
import {
  type ShareCoordinator,
  type SharePartitionKey,
  type ShareState,
  type StateOutcome,
  type StateSummary,
  type StateWrite,
} from './types.ts';

export interface ShareCoordinatorOptions {
  readonly metadata: ClusterMetadata;
  readonly controller: Controller;
  readonly replicas: ReplicaManager;
  /** The hash rule shared with groups: partition of a key among so many. */
  readonly partitionForKey: (key: string, partitionCount: number) => number;
  readonly clock: Clock;
  readonly logger: Logger;
}

const DONE: StateOutcome = { error: 'NONE' };

export function createShareCoordinator(options: ShareCoordinatorOptions): ShareCoordinator {
  return new Coordinator(options);
}

/** Follows kafka 4.x ShareCoordinatorShard: fencing by state epoch and leader epoch, snapshots and updates. */
class Coordinator implements ShareCoordinator {
  private readonly options: ShareCoordinatorOptions;
  private readonly settings: ShareSettings;
  private readonly context: StateShardContext;
  private readonly shards = new Map<number, { shard: StateShard; queue: SerialQueue; loaded: Promise<void> }>();
  private readonly timers = new Set<Timer>();
  private isClosed = false;

  constructor(options: ShareCoordinatorOptions) {
    const { metadata, replicas, clock, logger } = options;
    this.options = options;
    this.settings = new ShareSettings(metadata);
    this.context = { replicas, settings: this.settings, clock, logger };
    replicas.onLeadershipChange(({ topic, partition, isLeader }) => {
      if (topic === SHARE_STATE_TOPIC) this.setLeadership(partition, isLeader);
    });
    metadata.onChange(({ topics }) => {
      const deleted = topics.filter(({ kind }) => kind === 'deleted').map(({ topicId }) => topicId);
      if (deleted.length > 0) this.forgetTopics(new Set(deleted));
    });
    this.every('pruneIntervalMs', (shard) => shard.prune());
    this.every('coldSnapshotIntervalMs', (shard) => shard.snapshotCold(this.settings.coldSnapshotIntervalMs));
  }

  /** Housekeeping of each shard, one after the other. */
  private every(interval: 'pruneIntervalMs' | 'coldSnapshotIntervalMs', task: (shard: StateShard) => unknown): void {
    if (this.isClosed) return;
    const timer = this.options.clock.after(this.settings[interval], () => {
      this.timers.delete(timer);
      const all = [...this.shards.values()].map(({ shard, queue }) => queue.run(() => task(shard)));
      Promise.all(all)
        .catch((cause) => this.options.logger.log('ERROR', `upkeep of ${SHARE_STATE_TOPIC} failed`, cause))
        .finally(() => this.every(interval, task));
    });
    this.timers.add(timer);
  }

  private setLeadership(partition: number, isLeader: boolean): void {
    const known = this.shards.get(partition);
    if (known) known.shard.status = 'closed';
    this.shards.delete(partition);
    if (!isLeader) return;
    const shard = new StateShard(partition, this.context);
    const loaded = shard.load().catch((cause) => {
      shard.status = 'closed';
      this.options.logger.log('ERROR', `cannot load ${SHARE_STATE_TOPIC}-${partition}`, cause);
    });
    this.shards.set(partition, { shard, queue: new SerialQueue(), loaded });
  }

  private forgetTopics(topicIds: ReadonlySet<Uuid>): void {
    for (const { shard, queue } of this.shards.values()) {
      queue
        .run(async () => {
          for (const { key } of [...shard.states.values()]) {
            if (topicIds.has(key.topicId)) await shard.storeSnapshot(key, null);
          }
        })
        .catch((cause) => this.options.logger.log('ERROR', 'cannot remove states of deleted topics', cause));
    }
  }

  /** Runs in the queue of the key's shard; the topic is made on the first call. */
  private async withShard<T>(
    key: SharePartitionKey,
    fail: (error: ErrorName) => T,
    task: (shard: StateShard) => Promise<T> | T,
  ): Promise<T> {
    const { metadata, controller, partitionForKey } = this.options;
    const image = metadata.topics.get(SHARE_STATE_TOPIC) ?? (await controller.ensureInternalTopic(SHARE_STATE_TOPIC));
    if ('error' in image) return fail('COORDINATOR_NOT_AVAILABLE');
    const led = this.shards.get(partitionForKey(keyText(key), image.partitions.length));
    if (led === undefined) return fail('NOT_COORDINATOR');
    await led.loaded;
    return led.queue.run(() => (led.shard.status === 'active' ? task(led.shard) : fail('NOT_COORDINATOR')));
  }

  private checkKey({ topicId, partition }: SharePartitionKey): StateOutcome {
    if (partition < 0) return { error: 'INVALID_REQUEST', text: 'The partition id cannot be a negative number.' };
    const image = topicId === ZERO_UUID ? undefined : this.options.metadata.topicById(topicId);
    return image?.partitions[partition] === undefined ? { error: 'UNKNOWN_TOPIC_OR_PARTITION' } : DONE;
  }

  initialize(key: SharePartitionKey, state: { stateEpoch: number; startOffset: Offset }): Promise<StateOutcome> {
    return this.withShard(key, outcome, async (shard) => {
      const checked = this.checkKey(key);
      if (checked.error !== 'NONE') return checked;
      const known = shard.get(key);
      const { stateEpoch, startOffset } = state;
      if (known !== undefined && known.stateEpoch > stateEpoch) return { error: 'FENCED_STATE_EPOCH' };
      const nowMs = this.options.clock.now();
      return outcome(
        await shard.storeSnapshot(key, {
          snapshotEpoch: known === undefined ? 0 : known.snapshotEpoch + 1,
          stateEpoch,
          leaderEpoch: known?.leaderEpoch ?? 0,
          startOffset,
          deliveryCompleteCount: startOffset === -1n ? -1 : 0,
          createTimestampMs: nowMs,
          writeTimestampMs: nowMs,
          stateBatches: [],
        }),
      );
    });
  }

  read(key: SharePartitionKey, leaderEpoch: number): Promise<StateOutcome & { readonly state: ShareState | null }> {
    const fail = (error: ErrorName, text?: string) => ({ ...outcome(error, text), state: null });
    return this.withShard<StateOutcome & { state: ShareState | null }>(key, fail, async (shard) => {
      const checked = this.checkKey(key);
      if (checked.error !== 'NONE') return { ...checked, state: null };
      const known = shard.get(key);
      if (known === undefined) {
        return fail('INVALID_REQUEST', 'Read operation on uninitialized share partition not allowed.');
      }
      if (leaderEpoch !== -1 && known.leaderEpoch > leaderEpoch) return fail('FENCED_LEADER_EPOCH');
      if (leaderEpoch > known.leaderEpoch) {
        const { snapshotEpoch, startOffset, deliveryCompleteCount } = known;
        const update = { snapshotEpoch, leaderEpoch, startOffset, deliveryCompleteCount, stateBatches: [] };
        const error = await shard.storeUpdate(key, update);
        if (error !== 'NONE') return fail(error);
      }
      return { ...DONE, state: shard.get(key) ?? null };
    });
  }

  write(key: SharePartitionKey, write: StateWrite): Promise<StateOutcome> {
    return this.withShard(key, outcome, async (shard) => {
      const checked = this.checkKey(key);
      if (checked.error !== 'NONE') return checked;
      const known = shard.get(key);
      if (known === undefined) {
        return outcome('INVALID_REQUEST', 'Write operation on uninitialized share partition not allowed.');
      }
      const { leaderEpoch, stateEpoch, startOffset, deliveryCompleteCount, stateBatches } = write;
      if (leaderEpoch !== -1 && known.leaderEpoch > leaderEpoch) return outcome('FENCED_LEADER_EPOCH');
      if (stateEpoch !== -1 && known.stateEpoch > stateEpoch) return outcome('FENCED_STATE_EPOCH');
      // Kafka stores whatever comes; batches that cross each other could never be read back.
      if (!areOrdered(stateBatches)) return outcome('INVALID_REQUEST', 'The state batches are not in order.');
      const { snapshotEpoch } = known;
      return outcome(
        await shard.storeUpdate(key, { snapshotEpoch, leaderEpoch, startOffset, deliveryCompleteCount, stateBatches }),
      );
    });
  }

  delete(key: SharePartitionKey): Promise<StateOutcome> {
    return this.withShard(key, outcome, async (shard) => {
      if (key.partition < 0) return this.checkKey(key);
      if (shard.get(key) === undefined) return DONE;
      return outcome(await shard.storeSnapshot(key, null));
    });
  }

  readSummary(key: SharePartitionKey): Promise<StateSummary> {
    const none = { stateEpoch: 0, leaderEpoch: 0, startOffset: -1n, deliveryCompleteCount: -1 };
    return this.withShard<StateSummary>(
      key,
      (error) => ({ error, ...none }),
      (shard) => {
        const checked = this.checkKey(key);
        if (checked.error !== 'NONE') return { ...checked, ...none };
        const { stateEpoch, leaderEpoch, startOffset, deliveryCompleteCount } = shard.get(key) ?? none;
        return { error: 'NONE', stateEpoch, leaderEpoch, startOffset, deliveryCompleteCount };
      },
    );
  }

  close(): void {
    this.isClosed = true;
    for (const timer of this.timers) timer.cancel();
    for (const { shard } of this.shards.values()) shard.status = 'closed';
    this.shards.clear();
  }
}

function outcome(error: ErrorName, text?: string): StateOutcome {
  return text === undefined ? { error } : { error, text };
}
