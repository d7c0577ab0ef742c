import { type ErrorName } from '../../protocol/errors.ts';
import { type Offset } from '../../protocol/primitives.ts';
import { type Clock } from '../../util/clock.ts';
import { parseJavaDuration } from '../../util/java-duration.ts';
import { type Logger } from '../../util/logger.ts';
import { type ClusterMetadata } from '../cluster/index.ts';
import { type ReplicaManager } from '../replicas/index.ts';
import { type ShareObserver } from './observer.ts';
import { type ShareSettings } from './settings.ts';
import { SharePartition } from './share-partition.ts';
import { keyText } from './state-shard.ts';
import { type ShareCoordinator, type SharePartitionKey } from './types.ts';

export interface SharePartitionsOptions {
  readonly metadata: Pick<ClusterMetadata, 'topicById' | 'onChange'>;
  readonly replicas: Pick<ReplicaManager, 'leaderLog' | 'offsetFor' | 'onLeadershipChange'>;
  readonly coordinator: ShareCoordinator;
  readonly settings: ShareSettings;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly observer: ShareObserver | null;
}

export interface LedSharePartition {
  readonly topic: string;
  readonly share: SharePartition;
}

const LATEST = -1n;
const EARLIEST = -2n;

/** The share partitions of the groups that are at work here; others are read from their stored state when they come. */
export class SharePartitions {
  private readonly options: SharePartitionsOptions;
  private readonly byKey = new Map<string, LedSharePartition>();

  constructor(options: SharePartitionsOptions) {
    this.options = options;
    options.metadata.onChange(({ topics }) => {
      const deleted = new Set(topics.filter(({ kind }) => kind === 'deleted').map(({ topicId }) => topicId));
      if (deleted.size > 0) this.drop(({ share }) => deleted.has(share.key.topicId));
    });
    options.replicas.onLeadershipChange(({ topic, partition, isLeader }) => {
      if (!isLeader) this.drop((one) => one.topic === topic && one.share.key.partition === partition);
    });
  }

  /** What is known of it now; nothing is loaded. */
  find(key: SharePartitionKey): SharePartition | undefined {
    const led = this.byKey.get(keyText(key));
    return led === undefined || led.share.isFenced ? undefined : led.share;
  }

  /** Read from its stored state when nobody of the group came before. */
  async open(key: SharePartitionKey): Promise<LedSharePartition | ErrorName> {
    const image = this.options.metadata.topicById(key.topicId);
    if (image === undefined) return 'UNKNOWN_TOPIC_ID';
    const partition = image.partitions[key.partition];
    if (partition === undefined) return 'UNKNOWN_TOPIC_OR_PARTITION';
    const log = this.options.replicas.leaderLog(image.name, key.partition);
    if (typeof log === 'string') return log;
    const text = keyText(key);
    let led = this.byKey.get(text);
    if (led?.share.isFenced) {
      this.drop((one) => one === led);
      led = undefined;
    }
    if (led === undefined) {
      const { coordinator, settings, clock, logger, observer } = this.options;
      const share = new SharePartition(key, {
        coordinator,
        settings,
        clock,
        logger,
        observer,
        leaderEpoch: partition.leaderEpoch,
        firstOffset: () => this.firstOffset(key.groupId, image.name, key.partition),
      });
      led = { topic: image.name, share };
      this.byKey.set(text, led);
    }
    const error = await led.share.load();
    if (error === 'NONE') return led;
    if (this.byKey.get(text) === led) this.byKey.delete(text);
    return error;
  }

  /** share.auto.offset.reset: where a group starts. */
  private firstOffset(groupId: string, topic: string, partition: number): Offset {
    const { settings, replicas, clock } = this.options;
    const reset = settings.autoOffsetReset(groupId);
    const find = (timestampMs: bigint) =>
      replicas.offsetFor({ topic, partition, timestampMs, currentLeaderEpoch: -1 }, false).offset;
    const backNs = reset.startsWith('by_duration:') ? parseJavaDuration(reset.slice('by_duration:'.length)) : undefined;
    if (backNs !== undefined) {
      const found = find(BigInt(clock.now()) - backNs / 1_000_000n);
      if (found >= 0n) return found;
    }
    const offset = find(reset === 'earliest' ? EARLIEST : LATEST);
    return offset < 0n ? 0n : offset;
  }

  all(): SharePartition[] {
    return [...this.byKey.values()].map(({ share }) => share);
  }

  /** A group nobody works in any more is read anew by the next member. */
  dropGroup(groupId: string): void {
    this.drop(({ share }) => share.key.groupId === groupId);
  }

  close(): void {
    this.drop(() => true);
  }

  private drop(isDropped: (led: LedSharePartition) => boolean): void {
    for (const [text, led] of this.byKey) {
      if (!isDropped(led)) continue;
      this.byKey.delete(text);
      led.share.isFenced = true;
      led.share.close();
    }
  }
}
