import { AlterConfigOperation, ConfigResourceType } from '../../../protocol/enums.ts';
import { KafkaError } from '../../../protocol/errors.ts';
import { configRecord } from '../../../protocol/records/cluster-metadata.ts';
import { type ConfigKey, configText } from '../../../util/config-definition.ts';
import { clientMetricsConfigs } from '../configs/client-metrics.ts';
import { groupConfigs } from '../configs/group.ts';
import { topicConfigs } from '../configs/topic.ts';
import { brokerDefinition } from '../describe-configs.ts';
import { type EffectiveConfigs } from '../effective-configs.ts';
import { record } from '../metadata-log/metadata-records.ts';
import { type MetadataState } from '../metadata-state.ts';
import { type ServerConfig } from '../node/server-config.ts';
import { checkTopicName } from '../topic-names.ts';
import { type ConfigAlteration, type ConfigResource } from '../types.ts';
import { validateBrokerChange } from './broker-config-validation.ts';
import { validateClientMetrics, validateGroupConfigs, validateTopicConfigs } from './config-validation.ts';
import { type Decision, failure, failureOf } from './topic-decisions.ts';

export interface ConfigContext {
  readonly state: MetadataState;
  readonly effective: EffectiveConfigs;
  readonly server: ServerConfig;
}

type Configs = Map<string, string>;

/** The longest value a record holds: strings have a 16-bit length (kafka ConfigurationControlManager). */
const MAX_VALUE_BYTES = 32767;

/** One resource of IncrementalAlterConfigs, checked in Kafka's order; all of it or nothing. */
export function decideAlterConfigs(
  context: ConfigContext,
  resource: ConfigResource,
  alterations: readonly ConfigAlteration[],
): Decision<null> {
  try {
    checkNames(alterations.map(({ name }) => name));
    checkAlteredNulls(alterations);
    checkResource(context, resource);
    // Only brokers' configs are looked at before the controller stumbles over it.
    if (resource.type !== ConfigResourceType.BROKER && alterations.some(({ operation }) => !isKnown(operation))) {
      return failure('UNKNOWN_SERVER_ERROR');
    }
    const before = context.effective.of(resource);
    if (alterations.some((one) => !before.has(one.name) && isBaseless(resource, one))) {
      return failure('UNKNOWN_SERVER_ERROR');
    }
    const changes = alterations.map(
      (one) => [one.name, newValue(context, resource, one, before.get(one.name))] as const,
    );
    return decide(context, resource, changes, new Map(before));
  } catch (error) {
    return failureOf(error);
  }
}

/** One resource of AlterConfigs: what is not named goes back to its default. */
export function decideReplaceConfigs(
  context: ConfigContext,
  resource: ConfigResource,
  configs: ReadonlyMap<string, string | null>,
): Decision<null> {
  try {
    checkNulls([...configs].filter(([, value]) => value === null).map(([name]) => ({ name })));
    if (resource.type === ConfigResourceType.BROKER_LOGGER) throw unknownType(resource);
    checkResource(context, resource);
    const before = context.effective.of(resource);
    const dropped = [...before.keys()].filter((name) => !configs.has(name));
    const changes = [...configs, ...dropped.map((name) => [name, null] as const)];
    return decide(context, resource, changes, new Map(before));
  } catch (error) {
    return failureOf(error);
  }
}

/** A code that no version of the protocol gives a meaning to. */
export function isKnown(operation: number): boolean {
  return Object.values<number>(AlterConfigOperation).includes(operation);
}

function checkNames(names: readonly string[]): void {
  if (new Set(names).size === names.length) return;
  throw new KafkaError('INVALID_REQUEST', 'Error due to duplicate config keys');
}

export function checkAlteredNulls(alterations: readonly ConfigAlteration[]): void {
  checkNulls(alterations.filter(({ operation, value }) => operation !== AlterConfigOperation.DELETE && value === null));
}

function checkNulls(nulls: readonly { readonly name: string }[]): void {
  if (nulls.length === 0) return;
  const names = nulls.map(({ name }) => name).join(', ');
  throw new KafkaError('INVALID_REQUEST', `Null value not supported for : ${names}`);
}

function unknownType({ type }: ConfigResource): KafkaError {
  return new KafkaError('INVALID_REQUEST', `Unknown resource type ${type}`);
}

/** Types this broker keeps, and broker names that are this one's. */
function checkResource({ server }: ConfigContext, resource: ConfigResource): void {
  const { type, name } = resource;
  const isKept =
    type === ConfigResourceType.TOPIC ||
    type === ConfigResourceType.BROKER ||
    type === ConfigResourceType.CLIENT_METRICS ||
    type === ConfigResourceType.GROUP;
  if (!isKept) throw unknownType(resource);
  if (type === ConfigResourceType.BROKER && name !== '') checkNodeId(name, server.nodeId);
}

/** Broker configs and loggers are altered at the broker they are for. Throws KafkaError INVALID_REQUEST. */
export function checkNodeId(name: string, nodeId: number, unexpected = unexpectedBroker): void {
  if (!/^[+-]?[0-9]+$/.test(name)) {
    throw new KafkaError('INVALID_REQUEST', `Node id must be an integer, but it is: ${name}`);
  }
  if (Number(name) !== nodeId) {
    throw new KafkaError('INVALID_REQUEST', unexpected(nodeId, name));
  }
}

function unexpectedBroker(nodeId: number, name: string): string {
  return `Unexpected broker id, expected ${nodeId}, but received ${name}`;
}

function definitionOf({ type }: ConfigResource, name: string): ConfigKey | undefined {
  if (type === ConfigResourceType.TOPIC) return topicConfigs.keys.get(name);
  if (type === ConfigResourceType.GROUP) return groupConfigs.keys.get(name);
  if (type === ConfigResourceType.CLIENT_METRICS) return clientMetricsConfigs.keys.get(name);
  return brokerDefinition(name);
}

/** Null when the config goes back to its default. */
function newValue(
  context: ConfigContext,
  resource: ConfigResource,
  { name, operation, value }: ConfigAlteration,
  before: string | undefined,
): string | null {
  if (operation === AlterConfigOperation.SET) return value;
  if (operation === AlterConfigOperation.DELETE) return null;
  if (operation !== AlterConfigOperation.APPEND && operation !== AlterConfigOperation.SUBTRACT) {
    throw new KafkaError('INVALID_REQUEST', `Unknown operations type ${operation}`);
  }
  const isAppend = operation === AlterConfigOperation.APPEND;
  checkIsList(resource, name, isAppend);
  const elements = splitList(before ?? inheritedText(context, resource, name));
  for (const element of (value as string).split(',')) {
    const at = elements.indexOf(element);
    if (isAppend && at < 0) elements.push(element);
    if (!isAppend && at >= 0) elements.splice(at, 1);
  }
  return elements.join(',');
}

function checkIsList(resource: ConfigResource, name: string, isAppend: boolean): void {
  const definition = definitionOf(resource, name);
  // The controller, which asks, does not know the types of client metrics.
  if (definition?.type === 'LIST' && resource.type !== ConfigResourceType.CLIENT_METRICS) return;
  if (resource.type !== ConfigResourceType.BROKER) {
    const what = isAppend ? 'APPEND' : 'SUBTRACT';
    throw new KafkaError('INVALID_CONFIG', `Can't ${what} to key ${name} because its type is not LIST.`);
  }
  if (definition === undefined) throw new KafkaError('INVALID_CONFIG', `Unknown config name: ${name}`);
  const what = isAppend ? 'append' : 'subtract';
  throw new KafkaError('INVALID_CONFIG', `Config value ${what} is not allowed for config key: ${name}`);
}

/** Kafka stumbles over elements for a broker's list that has no default to begin with. */
function isBaseless(resource: ConfigResource, { name, operation }: ConfigAlteration): boolean {
  if (resource.type !== ConfigResourceType.BROKER) return false;
  const definition = definitionOf(resource, name);
  const isAboutElements = operation === AlterConfigOperation.APPEND || operation === AlterConfigOperation.SUBTRACT;
  return isAboutElements && definition?.type === 'LIST' && definition.default === undefined;
}

/** A broker's lists begin with their default, whatever the file says: so does Kafka (ConfigAdminManager). */
function inheritedText({ effective }: ConfigContext, resource: ConfigResource, name: string): string {
  if (resource.type === ConfigResourceType.TOPIC) return effective.topicDefaultText(name) ?? '';
  const definition = definitionOf(resource, name);
  return definition === undefined ? '' : (configText(definition.default ?? null, definition.type) ?? '');
}

function splitList(text: string): string[] {
  return text
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '');
}

/** `configs` is changed in place to what the resource is to have. */
function decide(
  context: ConfigContext,
  resource: ConfigResource,
  changes: readonly (readonly [name: string, value: string | null])[],
  configs: Configs,
): Decision<null> {
  const { state } = context;
  const { type, name: resourceName } = resource;
  const isBroker = type === ConfigResourceType.BROKER;
  const records = [];
  // A broker judges its own configs before the controller hears of them.
  if (isBroker) validate(context, resource, changed(configs, changes));
  for (const [name, value] of changes) {
    if (isBroker) checkMinInSyncReplicas(state, resource, name, value);
    if (value !== null && Buffer.byteLength(value) > MAX_VALUE_BYTES) {
      const limit = `exceeds the maximum value size of ${MAX_VALUE_BYTES} bytes.`;
      return failure('INVALID_CONFIG', `The configuration value cannot be added because it ${limit}`);
    }
    // A broker's config is written even when it stays the same: brokers reload files at it (KAFKA-14136).
    const isChange = isBroker || (configs.get(name) ?? null) !== value;
    if (isChange) records.push(record(configRecord, 0, { resourceType: type, resourceName, name, value }));
    if (value === null) configs.delete(name);
    else configs.set(name, value);
  }
  if (!isBroker) validate(context, resource, configs);
  if (type === ConfigResourceType.TOPIC && !state.topics.has(resourceName)) {
    return failure('UNKNOWN_TOPIC_OR_PARTITION', `The topic '${resourceName}' does not exist.`);
  }
  return { records, result: null };
}

function changed(configs: Configs, changes: readonly (readonly [name: string, value: string | null])[]): Configs {
  const result = new Map(configs);
  for (const [name, value] of changes) {
    if (value === null) result.delete(name);
    else result.set(name, value);
  }
  return result;
}

function validate(context: ConfigContext, { type, name }: ConfigResource, configs: Configs): void {
  const { effective } = context;
  switch (type) {
    case ConfigResourceType.TOPIC:
      if (name === '') throw new KafkaError('INVALID_REQUEST', 'Default topic resources are not allowed.');
      checkTopicName(name);
      validateTopicConfigs(configs, effective);
      return;
    case ConfigResourceType.GROUP:
      if (name === '') throw new KafkaError('INVALID_REQUEST', 'Default group resources are not allowed.');
      validateGroupConfigs(configs, effective);
      return;
    case ConfigResourceType.CLIENT_METRICS:
      validateClientMetrics(name, configs);
      return;
    default:
      validateBrokerChange(context, configs, name !== '');
  }
}

/** With eligible leader replicas on, one value holds for all brokers (KIP-966). Throws KafkaError INVALID_CONFIG. */
function checkMinInSyncReplicas(
  { features }: MetadataState,
  resource: ConfigResource,
  name: string,
  value: string | null,
): void {
  if (name !== 'min.insync.replicas' || (features.get('eligible.leader.replicas.version') ?? 0) === 0) return;
  if (resource.name !== '') {
    const text = 'Broker-level min.insync.replicas cannot be altered while ELR is enabled.';
    throw new KafkaError('INVALID_CONFIG', text);
  }
  if (value !== null) return;
  throw new KafkaError('INVALID_CONFIG', 'Cluster-level min.insync.replicas cannot be removed while ELR is enabled.');
}
