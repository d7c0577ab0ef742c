import { ConfigResourceType } from '../../protocol/enums.ts';
import { type ClusterMetadata } from '../cluster/index.ts';

/** Configs of share groups and their coordinator, read at each use so that a dynamic change counts at once. */
export class ShareSettings {
  private readonly metadata: Pick<ClusterMetadata, 'brokerConfigValue' | 'configsOf'>;

  constructor(metadata: Pick<ClusterMetadata, 'brokerConfigValue' | 'configsOf'>) {
    this.metadata = metadata;
  }

  private number(name: string): number {
    const value = this.metadata.brokerConfigValue(name);
    if (value === null) throw new Error(`broker config ${name} has no value`);
    return Number(value);
  }

  private ofGroup(groupId: string, name: string): string | undefined {
    return this.metadata.configsOf({ type: ConfigResourceType.GROUP, name: groupId }).get(name);
  }

  /** A group's own value goes before the broker's. */
  private groupNumber(groupId: string, name: string): number {
    const own = this.ofGroup(groupId, name);
    return own === undefined ? this.number(`group.${name}`) : Number(own);
  }

  get updatesPerSnapshot(): number {
    return this.number('share.coordinator.snapshot.update.records.per.snapshot');
  }

  get loadBufferBytes(): number {
    return this.number('share.coordinator.load.buffer.size');
  }

  get writeTimeoutMs(): number {
    return this.number('share.coordinator.write.timeout.ms');
  }

  get pruneIntervalMs(): number {
    return this.number('share.coordinator.state.topic.prune.interval.ms');
  }

  get coldSnapshotIntervalMs(): number {
    return this.number('share.coordinator.cold.partition.snapshot.interval.ms');
  }

  get maxSessions(): number {
    return this.number('group.share.max.share.sessions');
  }

  lockDurationMs(groupId: string): number {
    return this.groupNumber(groupId, 'share.record.lock.duration.ms');
  }

  deliveryCountLimit(groupId: string): number {
    return this.groupNumber(groupId, 'share.delivery.count.limit');
  }

  maxRecordLocks(groupId: string): number {
    return this.groupNumber(groupId, 'share.partition.max.record.locks');
  }

  /** "latest", "earliest" or "by_duration:" and an ISO 8601 duration. */
  autoOffsetReset(groupId: string): string {
    return this.ofGroup(groupId, 'share.auto.offset.reset') ?? 'latest';
  }

  isReadCommitted(groupId: string): boolean {
    return this.ofGroup(groupId, 'share.isolation.level') === 'read_committed';
  }

  isRenewEnabled(groupId: string): boolean {
    return this.ofGroup(groupId, 'share.renew.acknowledge.enable') !== 'false';
  }
}
