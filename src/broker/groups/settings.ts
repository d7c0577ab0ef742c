import { ConfigResourceType } from '../../protocol/enums.ts';
import { type ClusterMetadata } from '../cluster/index.ts';

type ConfigSource = Pick<ClusterMetadata, 'brokerConfigValue' | 'configsOf'>;

/** Broker configs of this room, read at each use so that a dynamic change counts at once. */
export class GroupSettings {
  private readonly metadata: ConfigSource;

  constructor(metadata: ConfigSource) {
    this.metadata = metadata;
  }

  private number(name: string): number {
    const value = this.metadata.brokerConfigValue(name);
    if (value === null) throw new Error(`broker config ${name} has no value`);
    return Number(value);
  }

  get minSessionTimeoutMs(): number {
    return this.number('group.min.session.timeout.ms');
  }

  get maxSessionTimeoutMs(): number {
    return this.number('group.max.session.timeout.ms');
  }

  get initialRebalanceDelayMs(): number {
    return this.number('group.initial.rebalance.delay.ms');
  }

  get maxGroupSize(): number {
    return this.number('group.max.size');
  }

  /** Counted in UTF-16 units, as Kafka does in spite of the name. */
  get maxOffsetMetadataLength(): number {
    return this.number('offset.metadata.max.bytes');
  }

  get commitTimeoutMs(): number {
    return this.number('offsets.commit.timeout.ms');
  }

  get offsetsRetentionMs(): number {
    return this.number('offsets.retention.minutes') * 60_000;
  }

  get retentionCheckIntervalMs(): number {
    return this.number('offsets.retention.check.interval.ms');
  }

  get loadBufferBytes(): number {
    return this.number('offsets.load.buffer.size');
  }

  /** In order of preference. */
  get consumerAssignors(): string[] {
    const names = this.metadata.brokerConfigValue('group.consumer.assignors') ?? '';
    return names.split(',').map((name) => name.trim());
  }

  get maxConsumerGroupSize(): number {
    return this.number('group.consumer.max.size');
  }

  get consumerRegexRefreshMs(): number {
    return this.number('group.consumer.regex.refresh.interval.ms');
  }

  /** KIP-848: which of the two conversions of groups with members are allowed; `disabled` also keeps the kinds apart. */
  private get migrationPolicy(): string {
    return (this.metadata.brokerConfigValue('group.consumer.migration.policy') ?? 'bidirectional').toLowerCase();
  }

  get canUpgradeGroups(): boolean {
    return ['upgrade', 'bidirectional'].includes(this.migrationPolicy);
  }

  get canDowngradeGroups(): boolean {
    return ['downgrade', 'bidirectional'].includes(this.migrationPolicy);
  }

  get allowsMixedGroups(): boolean {
    return this.migrationPolicy !== 'disabled';
  }

  consumerSessionTimeoutMs(groupId: string): number {
    return this.ofGroup(groupId, 'consumer.session.timeout.ms');
  }

  consumerHeartbeatIntervalMs(groupId: string): number {
    return this.ofGroup(groupId, 'consumer.heartbeat.interval.ms');
  }

  consumerAssignmentIntervalMs(groupId: string): number {
    return this.ofGroup(groupId, 'consumer.assignment.interval.ms');
  }

  get maxShareGroupSize(): number {
    return this.number('group.share.max.size');
  }

  /** After this long without an answer the delivery state of partitions is asked for again. */
  get shareInitializeRetryMs(): number {
    return this.number('group.share.initialize.retry.interval.ms');
  }

  shareSessionTimeoutMs(groupId: string): number {
    return this.ofGroup(groupId, 'share.session.timeout.ms');
  }

  shareHeartbeatIntervalMs(groupId: string): number {
    return this.ofGroup(groupId, 'share.heartbeat.interval.ms');
  }

  shareAssignmentIntervalMs(groupId: string): number {
    return this.ofGroup(groupId, 'share.assignment.interval.ms');
  }

  /** A group's own value goes before the broker's. */
  private ofGroup(groupId: string, name: string): number {
    const own = this.metadata.configsOf({ type: ConfigResourceType.GROUP, name: groupId }).get(name);
    return own === undefined ? this.number(`group.${name}`) : Number(own);
  }
}
