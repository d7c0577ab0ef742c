import { AlterConfigOperation, ConfigResourceType, ConfigSource, ConfigType } from '../../protocol/enums.ts';
import { KafkaError } from '../../protocol/errors.ts';
import { describeConfigs as describeConfigsApi } from '../../protocol/messages/32-describe-configs.ts';
import { incrementalAlterConfigs as alterApi } from '../../protocol/messages/44-incremental-alter-configs.ts';
import { listConfigResources as listApi } from '../../protocol/messages/74-list-config-resources.ts';
import { type ApiResponse } from '../../protocol/schema.ts';
import { type Cluster, type Target } from '../cluster.ts';
import { callAdmin } from './call.ts';
import { failureOf, type Outcome, throwIfFailed } from './outcome.ts';
import { type ChangeOptions } from './topics.ts';

export type ConfigResourceKind = Exclude<keyof typeof ConfigResourceType, 'UNKNOWN'>;

export interface ConfigResource {
  readonly kind: ConfigResourceKind;
  /** BROKER: the node id, or '' for the defaults of all brokers. */
  readonly name: string;
}

/** Java's ConfigEntry.ConfigSource. */
export type ConfigSourceName =
  | 'DYNAMIC_TOPIC_CONFIG'
  | 'DYNAMIC_BROKER_LOGGER_CONFIG'
  | 'DYNAMIC_BROKER_CONFIG'
  | 'DYNAMIC_DEFAULT_BROKER_CONFIG'
  | 'DYNAMIC_CLIENT_METRICS_CONFIG'
  | 'DYNAMIC_GROUP_CONFIG'
  | 'STATIC_BROKER_CONFIG'
  | 'DEFAULT_CONFIG'
  | 'UNKNOWN';

const SOURCES: ReadonlyMap<number, ConfigSourceName> = new Map([
  [ConfigSource.TOPIC_CONFIG, 'DYNAMIC_TOPIC_CONFIG'],
  [ConfigSource.DYNAMIC_BROKER_CONFIG, 'DYNAMIC_BROKER_CONFIG'],
  [ConfigSource.DYNAMIC_DEFAULT_BROKER_CONFIG, 'DYNAMIC_DEFAULT_BROKER_CONFIG'],
  [ConfigSource.STATIC_BROKER_CONFIG, 'STATIC_BROKER_CONFIG'],
  [ConfigSource.DEFAULT_CONFIG, 'DEFAULT_CONFIG'],
  [ConfigSource.DYNAMIC_BROKER_LOGGER_CONFIG, 'DYNAMIC_BROKER_LOGGER_CONFIG'],
  [ConfigSource.CLIENT_METRICS_CONFIG, 'DYNAMIC_CLIENT_METRICS_CONFIG'],
  [ConfigSource.GROUP_CONFIG, 'DYNAMIC_GROUP_CONFIG'],
]);

const TYPES: ReadonlyMap<number, string> = new Map(Object.entries(ConfigType).map(([name, code]) => [code, name]));
const KINDS: ReadonlyMap<number, ConfigResourceKind> = new Map(
  Object.entries(ConfigResourceType).map(([name, code]) => [code, name as ConfigResourceKind]),
);

export interface ConfigSynonym {
  readonly name: string;
  readonly value: string | null;
  readonly source: ConfigSourceName;
}

export interface ConfigEntry {
  readonly name: string;
  /** Null: unset, or sensitive. */
  readonly value: string | null;
  readonly source: ConfigSourceName;
  readonly isSensitive: boolean;
  readonly isReadOnly: boolean;
  readonly synonyms: readonly ConfigSynonym[];
  readonly type: string;
}

export interface ResourceConfig extends Outcome {
  readonly resource: ConfigResource;
  /** In the order of the answer. */
  readonly entries: readonly ConfigEntry[];
}

export interface DescribeConfigsOptions {
  readonly includeSynonyms?: boolean;
  readonly timeoutMs?: number | undefined;
}

/** Resources in the order asked for. Configurations of one broker come from that broker, all others from any. */
export async function describeConfigs(
  cluster: Cluster,
  resources: readonly ConfigResource[],
  options: DescribeConfigsOptions = {},
): Promise<ResourceConfig[]> {
  if (resources.length === 0) return [];
  const answers = await Promise.all([...byTarget(resources)].map(([, group]) => describeAt(cluster, group, options)));
  const found = new Map(answers.flat().map((one) => [resourceKey(one.resource), one]));
  return resources.map((resource) => {
    const missing = new KafkaError(
      'UNKNOWN_SERVER_ERROR',
      `The broker response did not contain a result for ${resource.name}`,
    );
    return found.get(resourceKey(resource)) ?? { resource, entries: [], error: missing };
  });
}

function describeAt(
  cluster: Cluster,
  resources: readonly ConfigResource[],
  { includeSynonyms = false, timeoutMs }: DescribeConfigsOptions,
) {
  return callAdmin(cluster, {
    name: 'describeConfigs',
    api: describeConfigsApi,
    target: targetOf(resources[0] as ConfigResource),
    timeoutMs,
    request: {
      resources: resources.map(({ kind, name }) => ({
        resourceType: ConfigResourceType[kind],
        resourceName: name,
        configurationKeys: null,
      })),
      includeSynonyms,
    },
    handle: (response) => response.results.map(resourceConfig),
  });
}

function resourceConfig(result: ApiResponse<typeof describeConfigsApi>['results'][number]): ResourceConfig {
  return {
    resource: { kind: KINDS.get(result.resourceType) ?? 'TOPIC', name: result.resourceName },
    error: failureOf(result.errorCode, result.errorMessage),
    entries: result.configs.map((one) => ({
      name: one.name,
      value: one.value,
      source: SOURCES.get(one.configSource) ?? 'UNKNOWN',
      isSensitive: one.isSensitive,
      isReadOnly: one.readOnly,
      synonyms: one.synonyms.map(({ name, value, source }) => ({
        name,
        value,
        source: SOURCES.get(source) ?? 'UNKNOWN',
      })),
      type: TYPES.get(one.configType) ?? 'UNKNOWN',
    })),
  };
}

export interface ConfigChange {
  readonly name: string;
  readonly operation: keyof typeof AlterConfigOperation;
  /** Null with DELETE. */
  readonly value: string | null;
}

export interface ResourceChange {
  readonly resource: ConfigResource;
  readonly changes: readonly ConfigChange[];
}

export interface ResourceOutcome extends Outcome {
  readonly resource: ConfigResource;
}

/** Changes single values and leaves the others alone. */
export async function incrementalAlterConfigs(
  cluster: Cluster,
  changes: readonly ResourceChange[],
  { validateOnly = false }: ChangeOptions = {},
): Promise<ResourceOutcome[]> {
  const groups = byTarget(changes.map((one) => one.resource));
  const answers = await Promise.all(
    [...groups].map(([, group]) => {
      const keys = new Set(group.map(resourceKey));
      return alterAt(
        cluster,
        changes.filter((one) => keys.has(resourceKey(one.resource))),
        validateOnly,
      );
    }),
  );
  return answers.flat();
}

function alterAt(cluster: Cluster, changes: readonly ResourceChange[], validateOnly: boolean) {
  return callAdmin(cluster, {
    name: 'incrementalAlterConfigs',
    api: alterApi,
    target: targetOf((changes[0] as ResourceChange).resource),
    request: {
      resources: changes.map(({ resource, changes: values }) => ({
        resourceType: ConfigResourceType[resource.kind],
        resourceName: resource.name,
        configs: values.map(({ name, operation, value }) => ({
          name,
          configOperation: AlterConfigOperation[operation],
          value,
        })),
      })),
      validateOnly,
    },
    handle: (response): ResourceOutcome[] =>
      response.responses.map((one) => ({
        resource: { kind: KINDS.get(one.resourceType) ?? 'TOPIC', name: one.resourceName },
        error: failureOf(one.errorCode, one.errorMessage),
      })),
  });
}

/** Resources of these kinds that have configurations. */
export function listConfigResources(cluster: Cluster, kinds: readonly ConfigResourceKind[]): Promise<ConfigResource[]> {
  const isClientMetricsOnly = kinds.length === 1 && kinds[0] === 'CLIENT_METRICS';
  return callAdmin(cluster, {
    name: 'listConfigResources',
    api: listApi,
    target: 'any',
    minVersion: isClientMetricsOnly ? 0 : 1,
    request: (version) => (version >= 1 ? { resourceTypes: kinds.map((kind) => ConfigResourceType[kind]) } : {}),
    handle(response) {
      throwIfFailed(response.errorCode);
      return response.configResources.map(({ resourceName, resourceType }) => ({
        kind: KINDS.get(resourceType) ?? 'CLIENT_METRICS',
        name: resourceName,
      }));
    },
  });
}

function resourceKey({ kind, name }: ConfigResource): string {
  return `${kind}/${name}`;
}

/** Only the broker itself knows its configuration file and its loggers. */
function targetOf({ kind, name }: ConfigResource): Target {
  const isOneBroker = (kind === 'BROKER' && name !== '') || kind === 'BROKER_LOGGER';
  return isOneBroker ? { node: Number(name) } : 'any';
}

function byTarget(resources: readonly ConfigResource[]): Map<string, ConfigResource[]> {
  return Map.groupBy(resources, (one) => JSON.stringify(targetOf(one)));
}
