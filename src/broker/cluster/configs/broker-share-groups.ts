import { atLeast, between, int, short, string } from '../../../util/config-definition.ts';

/** Share groups and their coordinator. */
export const shareGroupConfigs = {
  'group.share.delivery.count.limit': int({ default: 5, validator: between(2, 10) }),
  'group.share.max.delivery.count.limit': int({ default: 10, validator: between(5, 25) }),
  'group.share.min.delivery.count.limit': int({ default: 2, validator: between(2, 5) }),
  'group.share.record.lock.duration.ms': int({ default: 30000, validator: between(1000, 3600000) }),
  'group.share.min.record.lock.duration.ms': int({ default: 15000, validator: between(1000, 30000) }),
  'group.share.max.record.lock.duration.ms': int({ default: 60000, validator: between(30000, 3600000) }),
  'group.share.partition.max.record.locks': int({ default: 2000, validator: between(100, 10000) }),
  'group.share.max.partition.max.record.locks': int({ default: 4000, validator: between(2000, 10000) }),
  'group.share.min.partition.max.record.locks': int({ default: 100, validator: between(100, 2000) }),
  'share.fetch.purgatory.purge.interval.requests': int({ default: 1000 }),
  'group.share.max.share.sessions': int({ default: 2000, validator: atLeast(1) }),
  'group.share.persister.class.name': string({
    default: 'org.apache.kafka.server.share.persister.DefaultStatePersister',
    isInternal: true,
  }),
  'share.coordinator.state.topic.num.partitions': int({ default: 50, validator: atLeast(1), importance: 'high' }),
  'share.coordinator.state.topic.replication.factor': short({ default: 3, validator: atLeast(1), importance: 'high' }),
  'share.coordinator.state.topic.min.isr': short({ default: 2, validator: atLeast(1), importance: 'high' }),
  'share.coordinator.state.topic.segment.bytes': int({ default: 104857600, validator: atLeast(1), importance: 'high' }),
  'share.coordinator.threads': int({ default: 1, validator: atLeast(1) }),
  'share.coordinator.snapshot.update.records.per.snapshot': int({ default: 500, validator: between(0, 500) }),
  'share.coordinator.load.buffer.size': int({ default: 5242880, validator: atLeast(1), importance: 'high' }),
  'share.coordinator.state.topic.compression.codec': int({ default: 0, importance: 'high' }),
  'share.coordinator.append.linger.ms': int({ default: -1, validator: atLeast(-1) }),
  'share.coordinator.write.timeout.ms': int({ default: 5000, validator: atLeast(1), importance: 'high' }),
  'share.coordinator.state.topic.prune.interval.ms': int({
    default: 300000,
    validator: atLeast(1),
    importance: 'low',
    isInternal: true,
  }),
  'share.coordinator.cold.partition.snapshot.interval.ms': int({
    default: 300000,
    validator: atLeast(1),
    importance: 'low',
    isInternal: true,
  }),
  'share.coordinator.cached.buffer.max.bytes': int({ default: 1048588, validator: atLeast(524288) }),
};
