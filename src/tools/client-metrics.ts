import {
  type ConfigChange,
  type ConfigResource,
  describeConfigs,
  incrementalAlterConfigs,
  listConfigResources,
} from '../client/admin/configs.ts';
import { requireAll } from '../client/admin/outcome.ts';
import { type Cluster } from '../client/index.ts';

export { randomUuid } from '../protocol/random-uuid.ts';

/** What a subscription asks of clients; undefined leaves a value as it is, no words reset it. */
export interface Subscription {
  readonly intervalMs?: string | undefined;
  readonly metrics?: readonly string[] | undefined;
  readonly match?: readonly string[] | undefined;
}

export interface DescribedSubscription {
  readonly name: string;
  /** By name, in Kafka's order. */
  readonly configs: Readonly<Record<string, string | null>>;
}

const resourceOf = (name: string): ConfigResource => ({ kind: 'CLIENT_METRICS', name });

/** Names of the subscriptions there are. Throws KafkaError. */
export async function listSubscriptions(cluster: Cluster): Promise<string[]> {
  const resources = await listConfigResources(cluster, ['CLIENT_METRICS']);
  return resources.map(({ name }) => name);
}

/** Makes or changes a subscription. Throws KafkaError. */
export async function alterSubscription(cluster: Cluster, name: string, wanted: Subscription): Promise<void> {
  const values: Readonly<Record<string, string | undefined>> = {
    'interval.ms': wanted.intervalMs,
    match: wanted.match?.join(','),
    metrics: wanted.metrics?.join(','),
  };
  const changes = Object.entries(values).flatMap(([key, value]): ConfigChange[] => {
    if (value === undefined) return [];
    return [{ name: key, operation: value === '' ? 'DELETE' : 'SET', value: value === '' ? null : value }];
  });
  requireAll(await incrementalAlterConfigs(cluster, [{ resource: resourceOf(name), changes }]));
}

/** Takes back all that a subscription has; one that is not there is no failure. Throws KafkaError. */
export async function deleteSubscription(cluster: Cluster, name: string): Promise<void> {
  const [described] = requireAll(await describeConfigs(cluster, [resourceOf(name)]));
  const own = (described?.entries ?? []).filter(({ source }) => source === 'DYNAMIC_CLIENT_METRICS_CONFIG');
  const changes = own.map((entry): ConfigChange => ({ name: entry.name, operation: 'DELETE', value: null }));
  requireAll(await incrementalAlterConfigs(cluster, [{ resource: resourceOf(name), changes }]));
}

/** One subscription, or all. Null: there is none of this name. Throws KafkaError. */
export async function describeSubscriptions(
  cluster: Cluster,
  name: string | undefined,
): Promise<DescribedSubscription[] | null> {
  const existing = await listSubscriptions(cluster);
  if (name !== undefined && !existing.includes(name)) return null;
  const names = name === undefined ? existing : [name];
  const described = requireAll(await describeConfigs(cluster, names.map(resourceOf)));
  return described.map(({ resource, entries }) => {
    const sorted = [...entries].sort((a, b) => (a.name < b.name ? -1 : 1));
    return { name: resource.name, configs: Object.fromEntries(sorted.map((one) => [one.name, one.value])) };
  });
}
