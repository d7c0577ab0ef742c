import { KafkaError } from '../../../protocol/errors.ts';
import { ConfigError } from '../../../util/config-definition.ts';
import { clientMetricsConfigs } from '../configs/client-metrics.ts';
import { groupConfigs } from '../configs/group.ts';
import { GROUP_CONFIG_SYNONYMS } from '../configs/synonyms.ts';
import { topicConfigs } from '../configs/topic.ts';
import { type EffectiveConfigs } from '../effective-configs.ts';

type Configs = ReadonlyMap<string, string>;

function invalid(text: string): KafkaError {
  return new KafkaError('INVALID_CONFIG', text);
}

/** Runs a check that throws ConfigError, as Kafka does with ConfigException. Throws KafkaError INVALID_CONFIG. */
function asInvalidConfig<T>(check: () => T): T {
  try {
    return check();
  } catch (error) {
    if (error instanceof ConfigError) throw new KafkaError('INVALID_CONFIG', error.message, { cause: error });
    throw error;
  }
}

/** All configs a topic is to have (kafka LogConfig.validate). Throws KafkaError INVALID_CONFIG. */
export function validateTopicConfigs(configs: Configs, effective: EffectiveConfigs): void {
  for (const name of configs.keys()) {
    if (!topicConfigs.keys.has(name)) throw invalid(`Unknown topic config name: ${name}`);
  }
  const merged = new Map<string, string>();
  for (const name of topicConfigs.keys.keys()) {
    const value = configs.get(name) ?? effective.topicDefaultText(name);
    if (value !== null) merged.set(name, value);
  }
  const values = asInvalidConfig(() => topicConfigs.parse(merged));
  const least = values.get('min.compaction.lag.ms');
  const most = values.get('max.compaction.lag.ms');
  if (least > most) {
    throw invalid(`conflict topic config setting min.compaction.lag.ms (${least}) > max.compaction.lag.ms (${most})`);
  }
  if (values.get('remote.storage.enable')) {
    throw invalid(
      'Tiered Storage functionality is disabled in the broker. Topic cannot be configured with remote log storage.',
    );
  }
}

/** In Kafka's order: a group config, and the broker configs that are its limits. */
const GROUP_LIMITS: readonly (readonly [name: string, least: string | null, most: string])[] = [
  between('consumer', 'heartbeat.interval.ms'),
  between('consumer', 'session.timeout.ms'),
  between('consumer', 'assignment.interval.ms'),
  between('share', 'heartbeat.interval.ms'),
  between('share', 'session.timeout.ms'),
  between('share', 'record.lock.duration.ms'),
  between('share', 'delivery.count.limit'),
  between('share', 'partition.max.record.locks'),
  between('share', 'assignment.interval.ms'),
  between('streams', 'heartbeat.interval.ms'),
  between('streams', 'session.timeout.ms'),
  ['streams.num.standby.replicas', null, 'group.streams.max.standby.replicas'],
  between('streams', 'assignment.interval.ms'),
];

function between(kind: string, what: string): [name: string, least: string, most: string] {
  return [`${kind}.${what}`, `group.${kind}.min.${what}`, `group.${kind}.max.${what}`];
}

/** All configs a group is to have (kafka GroupConfig.validate). Throws KafkaError INVALID_CONFIG. */
export function validateGroupConfigs(configs: Configs, effective: EffectiveConfigs): void {
  for (const name of configs.keys()) {
    if (!groupConfigs.keys.has(name)) throw invalid(`Unknown group config name: ${name}`);
  }
  const merged = new Map<string, string>();
  for (const name of groupConfigs.keys.keys()) {
    const synonym = GROUP_CONFIG_SYNONYMS[name];
    const value = configs.get(name) ?? (synonym === undefined ? null : effective.brokerText(synonym));
    if (value !== null) merged.set(name, value);
  }
  const values = asInvalidConfig(() => groupConfigs.parse(merged));
  const number = (name: string) => Number(values.get(name as 'consumer.session.timeout.ms'));
  for (const [name, least, most] of GROUP_LIMITS) {
    if (!configs.has(name)) continue;
    if (least !== null && number(name) < Number(effective.brokerText(least))) {
      throw invalid(`${name} must be greater than or equal to ${least}`);
    }
    if (number(name) > Number(effective.brokerText(most))) {
      throw invalid(`${name} must be less than or equal to ${most}`);
    }
  }
  for (const kind of ['consumer', 'share', 'streams']) {
    const [session, heartbeat] = [`${kind}.session.timeout.ms`, `${kind}.heartbeat.interval.ms`];
    if (number(session) <= number(heartbeat)) throw invalid(`${session} must be greater than ${heartbeat}`);
  }
}

const MIN_PUSH_INTERVAL_MS = 100;
const MAX_PUSH_INTERVAL_MS = 3_600_000;
const MATCHED_PROPERTIES = [
  'client_instance_id',
  'client_id',
  'client_software_name',
  'client_software_version',
  'client_source_address',
  'client_source_port',
];

/** All configs of a client metrics subscription (kafka ClientMetricsConfigs.validate, KIP-714). Throws KafkaError. */
export function validateClientMetrics(subscription: string, configs: Configs): void {
  if (subscription === '') throw new KafkaError('INVALID_REQUEST', "Subscription name can't be empty");
  for (const name of configs.keys()) {
    if (clientMetricsConfigs.keys.has(name)) continue;
    throw new KafkaError('INVALID_REQUEST', `Unknown client metrics configuration: ${name}`);
  }
  const values = asInvalidConfig(() => clientMetricsConfigs.parse(configs));
  const intervalMs = values.get('interval.ms');
  if (intervalMs < MIN_PUSH_INTERVAL_MS || intervalMs > MAX_PUSH_INTERVAL_MS) {
    const range = `interval must be between ${MIN_PUSH_INTERVAL_MS} and ${MAX_PUSH_INTERVAL_MS} (1 hour)`;
    throw new KafkaError('INVALID_REQUEST', `Invalid value ${intervalMs} for interval.ms, ${range}`);
  }
  for (const pattern of values.get('match')) {
    const [property = '', expression, more] = pattern.split('=');
    const isLegal = expression !== undefined && more === undefined && MATCHED_PROPERTIES.includes(property.trim());
    if (!isLegal || !isRegularExpression(expression.trim()))
      throw invalid(`Illegal client matching pattern: ${pattern}`);
  }
}

function isRegularExpression(text: string): boolean {
  try {
    return new RegExp(text) !== null;
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}
