import { describeCluster } from '../client/admin/cluster.ts';
import { type ConfigEntry, type ConfigSourceName, describeConfigs as describeAt } from '../client/admin/configs.ts';
import { requireAll } from '../client/admin/outcome.ts';
import { type Cluster, TimeoutError } from '../client/index.ts';
import { JavaError } from '../util/java-error.ts';
import { inHashOrder } from '../util/java-hash-map.ts';
import { type CredentialsReport, describeQuotas, type QuotaReport } from './configs/describe-quotas.ts';
import { type Entity, type EntityType, RESOURCE_KINDS } from './configs/entity.ts';
import { executionFailure, failingAs } from './java-failures.ts';

export { configLine, quotaLine } from './configs/config-text.ts';
export type { CredentialsReport, QuotaReport } from './configs/describe-quotas.ts';
export { ENTITY_TYPES, type Entity, type EntityType, singular } from './configs/entity.ts';

export interface EntityConfigs {
  readonly type: EntityType;
  readonly name: string;
  readonly entries: readonly ConfigEntry[];
}

/** What is found, one after the other: Kafka's tool prints the heading of an entity before it asks for its configurations. */
export type ConfigReport =
  | { readonly kind: 'missing'; readonly type: EntityType; readonly name: string }
  | { readonly kind: 'heading'; readonly type: EntityType; readonly name: string }
  | ({ readonly kind: 'configs' } & EntityConfigs)
  | ({ readonly kind: 'quotas' } & QuotaReport)
  | ({ readonly kind: 'credentials' } & CredentialsReport);

const DYNAMIC_SOURCES: Readonly<Partial<Record<EntityType, ConfigSourceName>>> = {
  topics: 'DYNAMIC_TOPIC_CONFIG',
  brokers: 'DYNAMIC_BROKER_CONFIG',
  'client-metrics': 'DYNAMIC_CLIENT_METRICS_CONFIG',
  groups: 'DYNAMIC_GROUP_CONFIG',
};

/** `isAll`: defaults and inherited values, too. Source: kafka.admin.ConfigCommand.describeConfig. */
export async function* describeConfigs(
  cluster: Cluster,
  entities: readonly Entity[],
  isAll: boolean,
): AsyncGenerator<ConfigReport> {
  const [first] = entities;
  if (!first) return;
  if (RESOURCE_KINDS[first.type] === undefined) {
    yield* describeQuotas(cluster, entities);
    return;
  }
  const { type, name } = first;
  if (type === 'topics' && name === '') {
    throw new JavaError(
      'org.apache.kafka.common.errors.InvalidTopicException',
      'Topic name is invalid: the empty string is not allowed',
    );
  }
  if (!isAll && name !== undefined && !(await failingAs(executionFailure, () => exists(cluster, type, name)))) {
    yield { kind: 'missing', type, name };
    return;
  }
  const names = name === undefined ? await failingAs(executionFailure, () => allNames(cluster, type)) : [name];
  for (const one of names) {
    yield { kind: 'heading', type, name: one };
    yield { kind: 'configs', type, name: one, entries: await entriesOf(cluster, type, one, isAll) };
  }
}

async function exists(cluster: Cluster, type: EntityType, name: string): Promise<boolean> {
  if (name === '' && (type === 'brokers' || type === 'broker-loggers')) return true;
  return (await allNames(cluster, type)).includes(name);
}

/** Entities that there are, in Java's order. */
async function allNames(cluster: Cluster, type: EntityType): Promise<string[]> {
  switch (type) {
    case 'topics': {
      const { listTopics } = await import('../client/admin/topics.ts');
      return inHashOrder(
        (await listTopics(cluster)).map(({ name }) => name),
        (name) => name,
      );
    }
    case 'brokers':
    case 'broker-loggers': {
      const ids = (await describeCluster(cluster)).nodes.map(({ id }) => id);
      return [...inHashOrder(ids, (id) => id).map(String), ''];
    }
    case 'client-metrics': {
      const { listConfigResources } = await import('../client/admin/configs.ts');
      return (await listConfigResources(cluster, ['CLIENT_METRICS'])).map(({ name }) => name);
    }
    default: {
      const { listConfigResources } = await import('../client/admin/configs.ts');
      const { listGroups } = await import('../client/admin/groups.ts');
      const groups = (await listGroups(cluster)).map(({ groupId }) => groupId);
      const configured = (await listConfigResources(cluster, ['GROUP'])).map(({ name }) => name);
      return [...new Set([...groups, ...configured])];
    }
  }
}

/** The tool itself waits no longer for one answer. */
const LONGEST_WAIT_MS = 30_000;

/** In order of name. */
async function entriesOf(cluster: Cluster, type: EntityType, name: string, isAll: boolean): Promise<ConfigEntry[]> {
  const kind = RESOURCE_KINDS[type] ?? 'TOPIC';
  const isCutShort = cluster.settings.apiTimeoutMs > LONGEST_WAIT_MS;
  const options = { includeSynonyms: true, timeoutMs: isCutShort ? LONGEST_WAIT_MS : undefined };
  const [config] = await failingAs(
    (error) => {
      if (isCutShort && error instanceof TimeoutError) return new JavaError('java.util.concurrent.TimeoutException');
      return executionFailure(error);
    },
    async () => requireAll(await describeAt(cluster, [{ kind, name }], options)),
  );
  const isDefault = type === 'brokers' && name === '';
  const source = isDefault ? 'DYNAMIC_DEFAULT_BROKER_CONFIG' : DYNAMIC_SOURCES[type];
  const all = [...(config?.entries ?? [])].sort((a, b) => (a.name < b.name ? -1 : 1));
  return isAll || source === undefined ? all : all.filter((entry) => entry.source === source);
}
