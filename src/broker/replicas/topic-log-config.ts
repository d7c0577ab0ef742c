import { type ClusterMetadata } from '../cluster/index.ts';
import { type LogConfig } from '../log/index.ts';

const LONG_MAX = '9223372036854775807';

/** The effective configs of a topic as the log room wants them. Values are validated where they were set. */
export function topicLogConfig(cluster: ClusterMetadata, topic: string): LogConfig {
  const text = (name: string): string => cluster.topicConfigValue(topic, name) ?? '';
  const number = (name: string): number => {
    const value = text(name);
    return value === LONG_MAX ? Number.POSITIVE_INFINITY : Number(value);
  };
  const compressionType = text('compression.type') as LogConfig['compressionType'];
  const policies = text('cleanup.policy')
    .split(',')
    .map((policy) => policy.trim());
  return {
    segmentBytes: number('segment.bytes'),
    segmentMs: number('segment.ms'),
    segmentJitterMs: number('segment.jitter.ms'),
    segmentIndexBytes: number('segment.index.bytes'),
    indexIntervalBytes: number('index.interval.bytes'),
    maxMessageBytes: number('max.message.bytes'),
    retentionMs: number('retention.ms'),
    retentionBytes: number('retention.bytes'),
    cleanupPolicy: { compact: policies.includes('compact'), delete: policies.includes('delete') },
    deleteRetentionMs: number('delete.retention.ms'),
    minCompactionLagMs: number('min.compaction.lag.ms'),
    maxCompactionLagMs: number('max.compaction.lag.ms'),
    minCleanableDirtyRatio: number('min.cleanable.dirty.ratio'),
    fileDeleteDelayMs: number('file.delete.delay.ms'),
    flushMessages: number('flush.messages'),
    flushMs: number('flush.ms'),
    compressionType,
    compressionLevel: compressionLevel(compressionType, (name) => number(name)),
    messageTimestampType: text('message.timestamp.type') as LogConfig['messageTimestampType'],
    messageTimestampBeforeMaxMs: number('message.timestamp.before.max.ms'),
    messageTimestampAfterMaxMs: number('message.timestamp.after.max.ms'),
    unknownProducerExpirationMs: Number(cluster.brokerConfigValue('producer.id.expiration.ms')),
  };
}

/** gzip's -1 stands for its own default. The level of lz4 changes nothing here: our codec has one. */
function compressionLevel(type: LogConfig['compressionType'], number: (name: string) => number): number | undefined {
  if (type !== 'gzip' && type !== 'zstd') return undefined;
  const level = number(`compression.${type}.level`);
  return type === 'gzip' && level === -1 ? undefined : level;
}
