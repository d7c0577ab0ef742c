import { Cluster, refuseUnknownPlugins } from '../client/index.ts';
import { parseShareConsumerConfig, ShareConsumer, type ShareConsumerOptions } from '../client/share-consumer/index.ts';
import { JavaError } from '../util/java-error.ts';
import { type ToolContext } from '../util/tool-context.ts';
import { toJavaError } from './java-failures.ts';

export interface OpenShareConsumerOptions {
  readonly topics: readonly string[];
  /** Where the properties name none. */
  readonly clientId: string;
  readonly onAcknowledged?: ShareConsumerOptions['onAcknowledged'];
  /** Give up on a cluster that cannot be reached after this long. */
  readonly connectPatienceMs?: number | undefined;
}

/** A share consumer on connections of its own, not yet started. Throws ConfigError and JavaError as Java's constructor does. */
export async function openShareConsumer(
  properties: ReadonlyMap<string, string>,
  { topics, clientId, onAcknowledged, connectPatienceMs }: OpenShareConsumerOptions,
  { clock, logger }: ToolContext,
): Promise<{ consumer: ShareConsumer; maxPollRecords: number }> {
  const config = parseShareConsumerConfig(properties);
  let cluster: Cluster;
  try {
    refuseUnknownPlugins(config);
    cluster = await Cluster.open({
      config,
      clientId,
      kind: 'consumer',
      logger: logger.named('org.apache.kafka.clients.consumer.KafkaShareConsumer'),
      clock,
      connectPatienceMs,
    });
  } catch (error) {
    const text = 'Failed to construct Kafka share consumer';
    throw new JavaError('org.apache.kafka.common.KafkaException', text, toJavaError(error));
  }
  const isPatient = connectPatienceMs === undefined;
  const events = onAcknowledged ? { onAcknowledged } : {};
  return {
    consumer: new ShareConsumer({ cluster, config, topics, isPatient, ...events }),
    maxPollRecords: config.get('max.poll.records'),
  };
}
