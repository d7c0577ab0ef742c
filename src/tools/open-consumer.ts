import { type Consumer, type ConsumerConfig, openConsumer, parseConsumerConfig } from '../client/consumer/index.ts';
import { Cluster, refuseUnknownPlugins } from '../client/index.ts';
import { JavaError } from '../util/java-error.ts';
import { type ToolContext } from '../util/tool-context.ts';
import { toJavaError } from './java-failures.ts';

export interface OpenConsumerOptions {
  /** Where the properties name none. */
  readonly clientId: string;
  readonly usesGroup: boolean;
  /** Give up on a cluster that cannot be reached after this long. */
  readonly connectPatienceMs?: number | undefined;
}

export interface OpenConsumer {
  readonly consumer: Consumer;
  readonly cluster: Cluster;
  readonly config: ConsumerConfig;
}

/** A consumer on connections of its own. Throws ConfigError and JavaError as Java's constructor does. */
export async function openToolConsumer(
  properties: ReadonlyMap<string, string>,
  { clientId, usesGroup, connectPatienceMs }: OpenConsumerOptions,
  { clock, logger }: ToolContext,
): Promise<OpenConsumer> {
  const config = parseConsumerConfig(properties);
  let cluster: Cluster;
  try {
    refuseBlankGroup(config);
    refuseUnknownPlugins(config.values);
    cluster = await Cluster.open({
      config: config.values,
      clientId,
      kind: 'consumer',
      logger: logger.named('org.apache.kafka.clients.consumer.KafkaConsumer'),
      clock,
      connectPatienceMs,
    });
  } catch (error) {
    const text = 'Failed to construct kafka consumer';
    throw new JavaError('org.apache.kafka.common.KafkaException', text, toJavaError(error));
  }
  const isPatient = connectPatienceMs === undefined;
  return { consumer: await openConsumer(cluster, config, { usesGroup, isPatient }), cluster, config };
}

function refuseBlankGroup({ values }: ConsumerConfig): void {
  if (values.get('group.id')?.trim() !== '') return;
  throw new JavaError(
    'org.apache.kafka.common.errors.InvalidGroupIdException',
    'The configured group.id should not be an empty string or whitespace.',
  );
}
