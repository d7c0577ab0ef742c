import { type ClusterMetadata } from '../cluster/index.ts';

/** Broker configs of this room, read at each use so that a dynamic change counts at once. */
export class GroupSettings {
  private readonly metadata: Pick<ClusterMetadata, 'brokerConfigValue'>;

  constructor(metadata: Pick<ClusterMetadata, 'brokerConfigValue'>) {
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
}
