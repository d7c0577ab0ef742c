import { ConfigResourceType, ConfigSource, ConfigType } from '../../protocol/enums.ts';
import { ERRORS, KafkaError } from '../../protocol/errors.ts';
import { type ConfigDefinition, type ConfigKey, configText } from '../../util/config-definition.ts';
import { inHashOrder } from '../../util/java-hash-map.ts';
import { type BrokerLoggers } from './broker-loggers.ts';
import { brokerConfigs } from './configs/broker.ts';
import { clientMetricsConfigs } from './configs/client-metrics.ts';
import { documentationOf } from './configs/documentation.ts';
import { groupConfigs } from './configs/group.ts';
import {
  brokerConfigSynonyms,
  GROUP_CONFIG_SYNONYMS,
  TOPIC_CONFIG_SYNONYMS,
  withoutListenerPrefix,
} from './configs/synonyms.ts';
import { topicConfigs } from './configs/topic.ts';
import { isDynamic, replicationQuotaConfigs } from './configs/update-modes.ts';
import { type EffectiveConfigs } from './effective-configs.ts';
import { type MetadataState } from './metadata-state.ts';
import { checkTopicName } from './topic-names.ts';
import { type ConfigEntry, type ConfigResource, type ConfigSynonym } from './types.ts';

export interface DescribeContext {
  readonly nodeId: number;
  readonly staticConfigs: ReadonlyMap<string, string>;
  readonly state: MetadataState;
  readonly effective: EffectiveConfigs;
  readonly loggers: BrokerLoggers;
}

/**
 * Every config of a resource with its sources, in the order of Kafka's map. Throws KafkaError; `names` null or empty means all.
 * Source: kafka ConfigHelper.
 */
export function describeConfigs(
  context: DescribeContext,
  resource: ConfigResource,
  names: readonly string[] | null,
): ConfigEntry[] {
  const entries = inHashOrder(entriesOf(context, resource), ({ name }) => name);
  if (names === null || names.length === 0) return entries;
  return entries.filter((entry) => names.includes(entry.name));
}

function entriesOf(context: DescribeContext, { type, name }: ConfigResource): ConfigEntry[] {
  switch (type) {
    case ConfigResourceType.TOPIC:
      return describeTopic(context, name);
    case ConfigResourceType.BROKER:
      return name === '' ? clusterEntries(context) : brokerEntries(context, name);
    case ConfigResourceType.BROKER_LOGGER:
      return loggerEntries(context, name);
    case ConfigResourceType.CLIENT_METRICS:
      return clientMetricsEntries(context, name);
    case ConfigResourceType.GROUP:
      return groupEntries(context, name);
    default:
      throw new KafkaError('INVALID_REQUEST', ERRORS.INVALID_REQUEST.text);
  }
}

interface EntryFacts {
  readonly name: string;
  readonly value: string | null;
  readonly definition: ConfigKey | undefined;
  readonly synonyms: readonly ConfigSynonym[];
  readonly isReadOnly?: boolean;
}

function entry({ name, value, definition, synonyms, isReadOnly = false }: EntryFacts): ConfigEntry {
  return {
    name,
    value: isSensitive(definition) ? null : value,
    source: synonyms[0]?.source ?? ConfigSource.DEFAULT_CONFIG,
    isReadOnly,
    isSensitive: isSensitive(definition),
    type: definition === undefined ? ConfigType.UNKNOWN : ConfigType[definition.type],
    documentation: documentationOf(name),
    synonyms,
  };
}

/** What nobody knows may be a secret. */
function isSensitive(definition: ConfigKey | undefined): boolean {
  return definition === undefined || definition.type === 'PASSWORD';
}

function listed(definition: ConfigDefinition): [string, ConfigKey][] {
  return [...definition.keys].filter(([, key]) => !key.isInternal);
}

function describeTopic(context: DescribeContext, topic: string): ConfigEntry[] {
  checkTopicName(topic);
  if (!context.state.topics.has(topic)) throw new KafkaError('UNKNOWN_TOPIC_OR_PARTITION', '');
  return topicEntries(context, context.effective.of({ type: ConfigResourceType.TOPIC, name: topic }));
}

/** Every config of a topic that has these of its own. */
export function topicEntries(context: DescribeContext, own: ReadonlyMap<string, string>): ConfigEntry[] {
  const { effective } = context;
  const names = new Set([...listed(topicConfigs as unknown as ConfigDefinition).map(([name]) => name), ...own.keys()]);
  return [...names].map((name) => {
    const definition = topicConfigs.keys.get(name);
    const value = effective.topicValueText(own, name);
    const synonym = TOPIC_CONFIG_SYNONYMS[name];
    const inherited = synonym === undefined ? [] : brokerSynonyms(context, synonym, definition);
    const synonyms = own.has(name) ? [{ name, value, source: ConfigSource.TOPIC_CONFIG }, ...inherited] : inherited;
    return entry({ name, value, definition, synonyms });
  });
}

/** The definition of a broker config, also under a listener's prefix. */
export function brokerDefinition(name: string): ConfigKey | undefined {
  const plain = withoutListenerPrefix(name) ?? name;
  return brokerConfigs.keys.get(plain) ?? replicationQuotaConfigs[plain as keyof typeof replicationQuotaConfigs];
}

/**
 * All values that a broker config has under any of its names, the one that counts first. What stands before the first value
 * under its own name is dropped: it would not count for it.
 */
function brokerSynonyms(
  { effective, staticConfigs }: Pick<DescribeContext, 'effective' | 'staticConfigs'>,
  name: string,
  definition: ConfigKey | undefined,
): ConfigSynonym[] {
  const names = brokerConfigSynonyms(name);
  const all: ConfigSynonym[] = [];
  const add = (source: number, textOf: (synonym: string) => string | null | undefined) => {
    for (const synonym of names) {
      const value = textOf(synonym);
      if (value === undefined || value === null) continue;
      all.push({ name: synonym, value: isSensitive(definition) ? null : value, source });
    }
  };
  add(ConfigSource.DYNAMIC_BROKER_CONFIG, (synonym) => effective.ofThisBroker.get(synonym));
  add(ConfigSource.DYNAMIC_DEFAULT_BROKER_CONFIG, (synonym) => effective.ofAllBrokers.get(synonym));
  add(ConfigSource.STATIC_BROKER_CONFIG, (synonym) => staticConfigs.get(synonym));
  add(ConfigSource.DEFAULT_CONFIG, (synonym) => defaultText(brokerConfigs.keys.get(synonym)));
  const first = all.findIndex((synonym) => synonym.name === name);
  return first < 0 ? [] : all.slice(first);
}

function defaultText(definition: ConfigKey | undefined): string | null {
  return definition?.default === undefined ? null : configText(definition.default, definition.type);
}

function brokerEntries(context: DescribeContext, broker: string): ConfigEntry[] {
  const { nodeId, effective, staticConfigs } = context;
  if (brokerId(broker) !== nodeId) {
    const expected = `Unexpected broker id, expected ${nodeId} or empty string`;
    throw new KafkaError('INVALID_REQUEST', `${expected}, but received ${broker}`);
  }
  const { brokerValues } = effective;
  const names = new Set([
    ...listed(brokerConfigs as unknown as ConfigDefinition).map(([name]) => name),
    ...staticConfigs.keys(),
    ...effective.ofAllBrokers.keys(),
    ...effective.ofThisBroker.keys(),
  ]);
  return [...names].map((name) => {
    const definition = brokerDefinition(name);
    const isTabled = brokerConfigs.keys.has(name);
    const value =
      definition !== undefined && isTabled
        ? configText(brokerValues.get(name as 'node.id'), definition.type)
        : (brokerValues.originals.get(name) ?? null);
    const synonyms = brokerSynonyms(context, name, definition);
    return entry({ name, value, definition, synonyms, isReadOnly: !isDynamic(name) });
  });
}

/** Only what was set for all brokers. */
function clusterEntries({ effective }: DescribeContext): ConfigEntry[] {
  return [...effective.ofAllBrokers].map(([name, value]) => {
    const definition = brokerDefinition(name);
    const shown = isSensitive(definition) ? null : value;
    const synonyms = [{ name, value: shown, source: ConfigSource.DYNAMIC_DEFAULT_BROKER_CONFIG }];
    return entry({ name, value, definition, synonyms, isReadOnly: !isDynamic(name) });
  });
}

function loggerEntries({ nodeId, loggers }: DescribeContext, broker: string): ConfigEntry[] {
  if (broker === '') throw new KafkaError('INVALID_REQUEST', 'Broker id must not be empty');
  if (brokerId(broker) !== nodeId) {
    throw new KafkaError('INVALID_REQUEST', `Unexpected broker id, expected ${nodeId} but received ${broker}`);
  }
  return [...loggers.levels()].map(([name, level]) => ({
    name,
    value: level,
    source: ConfigSource.DYNAMIC_BROKER_LOGGER_CONFIG,
    isReadOnly: false,
    isSensitive: false,
    type: ConfigType.UNKNOWN,
    documentation: '',
    synonyms: [],
  }));
}

function clientMetricsEntries({ effective }: DescribeContext, subscription: string): ConfigEntry[] {
  if (subscription === '') {
    throw new KafkaError('INVALID_REQUEST', 'Client metrics subscription name must not be empty');
  }
  const own = effective.of({ type: ConfigResourceType.CLIENT_METRICS, name: subscription });
  return [...clientMetricsConfigs.keys].map(([name, definition]) => {
    const value = own.get(name) ?? defaultText(definition);
    const synonyms = own.has(name) ? [{ name, value, source: ConfigSource.CLIENT_METRICS_CONFIG }] : [];
    return entry({ name, value, definition, synonyms });
  });
}

function groupEntries({ effective, ...context }: DescribeContext, group: string): ConfigEntry[] {
  if (group === '') throw new KafkaError('INVALID_REQUEST', 'Group name must not be empty');
  const own = effective.of({ type: ConfigResourceType.GROUP, name: group });
  return [...groupConfigs.keys].map(([name, definition]) => {
    const synonym = GROUP_CONFIG_SYNONYMS[name];
    const ownDefault = { name, value: defaultText(definition), source: ConfigSource.DEFAULT_CONFIG };
    const inherited =
      synonym === undefined ? [ownDefault] : brokerSynonyms({ effective, ...context }, synonym, definition);
    const value = own.get(name) ?? (synonym === undefined ? ownDefault.value : effective.brokerText(synonym));
    const synonyms = own.has(name) ? [{ name, value, source: ConfigSource.GROUP_CONFIG }, ...inherited] : inherited;
    return entry({ name, value, definition, synonyms });
  });
}

function brokerId(name: string): number {
  if (/^[+-]?[0-9]+$/.test(name)) return Number(name);
  throw new KafkaError('INVALID_REQUEST', `Broker id must be an integer, but it is: ${name}`);
}
