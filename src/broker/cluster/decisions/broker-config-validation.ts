import { KafkaError } from '../../../protocol/errors.ts';
import { ConfigDefinition, type ConfigKey } from '../../../util/config-definition.ts';
import { JavaError } from '../../../util/java-error.ts';
import { brokerConfigs } from '../configs/broker.ts';
import { brokerConfigSynonyms, withoutListenerPrefix } from '../configs/synonyms.ts';
import {
  isDynamic,
  PER_BROKER_CONFIGS,
  PER_LISTENER_CONFIGS,
  replicationQuotaConfigs,
} from '../configs/update-modes.ts';
import { type EffectiveConfigs } from '../effective-configs.ts';
import { parseServerConfig, type ServerConfig } from '../node/server-config.ts';
import { reconfigurationFault } from './reconfiguration-faults.ts';

export interface BrokerChangeContext {
  readonly effective: EffectiveConfigs;
  readonly server: ServerConfig;
}

type Configs = ReadonlyMap<string, string>;

/**
 * All dynamic configs that a broker, or all brokers, are to have (kafka DynamicBrokerConfig.validate). A failure is
 * INVALID_REQUEST even where a value is at fault: clients know it so. Throws KafkaError.
 */
export function validateBrokerChange(context: BrokerChangeContext, configs: Configs, isPerBroker: boolean): void {
  const names = [...configs.keys()];
  refuse(names.filter(isStatic), 'Cannot update these configs dynamically');
  refuse(
    names.filter((name) => PER_LISTENER_CONFIGS.has(name)),
    'These security configs can be dynamically updated only per-listener using the listener prefix',
  );
  try {
    checkTypes(configs);
    if (!isPerBroker) {
      refuse(
        names.filter(isOfOneBroker),
        'Cannot update these configs at default cluster level, broker id must be specified',
      );
    }
    checkOutcome(context, configs, isPerBroker);
  } catch (error) {
    if (error instanceof JavaError) throw new KafkaError('INVALID_REQUEST', error.message, { cause: error });
    throw error;
  }
}

function refuse(names: readonly string[], text: string): void {
  if (names.length > 0) throw new KafkaError('INVALID_REQUEST', `${text}: [${[...names].sort().join(', ')}]`);
}

/** Known, and fixed for the life of a broker. Unknown names are kept: a plugin may know them. */
function isStatic(name: string): boolean {
  return brokerConfigs.keys.has(name) && !isDynamic(name);
}

/** In order of definition, so that the same value is reported as by Kafka. Throws ConfigError. */
function checkTypes(configs: Configs): void {
  const plain = new Map([...configs].map(([name, value]) => [withoutListenerPrefix(name) ?? name, value]));
  for (const name of brokerConfigs.keys.keys()) {
    const value = plain.get(name);
    if (value !== undefined) brokerConfigs.parseValue(name, value);
  }
  for (const [name, definition] of Object.entries<ConfigKey<bigint>>(replicationQuotaConfigs)) {
    const value = plain.get(name);
    if (value !== undefined) checkQuota(name, value, definition);
  }
}

function checkQuota(name: string, value: string, definition: ConfigKey<bigint>): void {
  new ConfigDefinition({ [name]: definition }).parseValue(name, value);
}

/** What a listener may have for itself belongs to one broker's listener, but for limits (kafka DynamicBrokerConfig). */
function isOfOneBroker(name: string): boolean {
  const plain = withoutListenerPrefix(name);
  if (plain === null) return PER_BROKER_CONFIGS.has(name);
  return !CLUSTER_LEVEL_LISTENER_CONFIGS.includes(plain);
}

const CLUSTER_LEVEL_LISTENER_CONFIGS: readonly string[] = [
  'max.connections',
  'max.connection.creation.rate',
  'num.network.threads',
];

/** The broker's whole configuration with the change must be one that it would start with. Throws JavaError. */
function checkOutcome({ effective, server }: BrokerChangeContext, configs: Configs, isPerBroker: boolean): void {
  const layers = isPerBroker ? [effective.ofAllBrokers, configs] : [configs, effective.ofThisBroker];
  const merged = new Map(server.staticConfigs);
  for (const [name, value] of layers.flatMap((layer) => [...layer])) {
    if (withoutListenerPrefix(name) !== null) continue;
    for (const synonym of brokerConfigSynonyms(name)) merged.delete(synonym);
    merged.set(name, value);
  }
  const given = new Map(layers.flatMap((layer) => [...layer]));
  const fault = reconfigurationFault({
    now: server,
    current: effective.brokerValues,
    next: parseServerConfig(merged),
    textOf: (name) => given.get(name) ?? server.staticConfigs.get(name),
  });
  if (fault === null) return;
  // Java reports the exception's text as if it were a value.
  const value = `org.apache.kafka.common.config.ConfigException: ${fault}`;
  throw new JavaError('', `Invalid value ${value} for configuration Invalid dynamic configuration`);
}
