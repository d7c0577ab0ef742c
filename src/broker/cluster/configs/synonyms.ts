/** The broker config that gives a topic config its default (kafka 4.x ServerTopicConfigSynonyms). */
export const TOPIC_CONFIG_SYNONYMS: Readonly<Record<string, string>> = {
  'segment.bytes': 'log.segment.bytes',
  'segment.ms': 'log.roll.ms',
  'segment.jitter.ms': 'log.roll.jitter.ms',
  'segment.index.bytes': 'log.index.size.max.bytes',
  'flush.messages': 'log.flush.interval.messages',
  'flush.ms': 'log.flush.interval.ms',
  'retention.bytes': 'log.retention.bytes',
  'retention.ms': 'log.retention.ms',
  'max.message.bytes': 'message.max.bytes',
  'index.interval.bytes': 'log.index.interval.bytes',
  'delete.retention.ms': 'log.cleaner.delete.retention.ms',
  'min.compaction.lag.ms': 'log.cleaner.min.compaction.lag.ms',
  'max.compaction.lag.ms': 'log.cleaner.max.compaction.lag.ms',
  'file.delete.delay.ms': 'log.segment.delete.delay.ms',
  'min.cleanable.dirty.ratio': 'log.cleaner.min.cleanable.ratio',
  'cleanup.policy': 'log.cleanup.policy',
  'unclean.leader.election.enable': 'unclean.leader.election.enable',
  'min.insync.replicas': 'min.insync.replicas',
  'compression.type': 'compression.type',
  'compression.gzip.level': 'compression.gzip.level',
  'compression.lz4.level': 'compression.lz4.level',
  'compression.zstd.level': 'compression.zstd.level',
  preallocate: 'log.preallocate',
  'message.timestamp.type': 'log.message.timestamp.type',
  'message.timestamp.before.max.ms': 'log.message.timestamp.before.max.ms',
  'message.timestamp.after.max.ms': 'log.message.timestamp.after.max.ms',
  'local.retention.ms': 'log.local.retention.ms',
  'local.retention.bytes': 'log.local.retention.bytes',
};

/** The broker config that gives a group config its default; the others have one of their own. */
export const GROUP_CONFIG_SYNONYMS: Readonly<Record<string, string>> = {
  'consumer.session.timeout.ms': 'group.consumer.session.timeout.ms',
  'consumer.heartbeat.interval.ms': 'group.consumer.heartbeat.interval.ms',
  'consumer.assignment.interval.ms': 'group.consumer.assignment.interval.ms',
  'share.session.timeout.ms': 'group.share.session.timeout.ms',
  'share.heartbeat.interval.ms': 'group.share.heartbeat.interval.ms',
  'share.record.lock.duration.ms': 'group.share.record.lock.duration.ms',
  'share.delivery.count.limit': 'group.share.delivery.count.limit',
  'share.partition.max.record.locks': 'group.share.partition.max.record.locks',
  'share.assignment.interval.ms': 'group.share.assignment.interval.ms',
  'streams.session.timeout.ms': 'group.streams.session.timeout.ms',
  'streams.heartbeat.interval.ms': 'group.streams.heartbeat.interval.ms',
  'streams.num.standby.replicas': 'group.streams.num.standby.replicas',
  'streams.initial.rebalance.delay.ms': 'group.streams.initial.rebalance.delay.ms',
  'streams.assignment.interval.ms': 'group.streams.assignment.interval.ms',
};

/** Broker configs with coarser or older names for the same thing: the first one that is set counts. */
const BROKER_SYNONYMS: readonly (readonly string[])[] = [
  ['log.roll.ms', 'log.roll.hours'],
  ['log.roll.jitter.ms', 'log.roll.jitter.hours'],
  ['log.flush.interval.ms', 'log.flush.scheduler.interval.ms'],
  ['log.retention.ms', 'log.retention.minutes', 'log.retention.hours'],
];

const LISTENER_PREFIX = /^listener\.name\.[^.]*\.(.*)$/;
const MECHANISM_CONFIGS = [
  'sasl.jaas.config',
  'sasl.login.callback.handler.class',
  'sasl.login.class',
  'sasl.server.callback.handler.class',
  'connections.max.reauth.ms',
];

/** The config behind `listener.name.<listener>.[<mechanism>.]<config>`; null without such a prefix. */
export function withoutListenerPrefix(name: string): string | null {
  const plain = LISTENER_PREFIX.exec(name)?.[1];
  if (plain === undefined) return null;
  return MECHANISM_CONFIGS.find((config) => plain.endsWith(config)) ?? plain;
}

/** All names whose values count for a broker config, the strongest first (DynamicBrokerConfig.brokerConfigSynonyms). */
export function brokerConfigSynonyms(name: string): readonly string[] {
  const group = BROKER_SYNONYMS.find((names) => names.includes(name));
  if (group !== undefined) return group;
  const plain = withoutListenerPrefix(name);
  return plain === null ? [name] : [name, plain];
}
