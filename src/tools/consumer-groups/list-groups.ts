import { type GroupListing, type GroupType, listGroups } from '../../client/admin/groups.ts';
import { type Cluster } from '../../client/index.ts';
import { inHashOrder } from '../../util/java-hash-map.ts';

export type { GroupListing, GroupType };

export interface GroupFilter {
  /** Empty lets everything pass. */
  readonly states: readonly string[];
  readonly types: readonly GroupType[];
  readonly timeoutMs: number;
}

/** States a consumer group may be listed by, and types; as Java's client names them. */
export const CONSUMER_GROUP_STATES = [
  'PreparingRebalance',
  'CompletingRebalance',
  'Stable',
  'Dead',
  'Empty',
  'Assigning',
  'Reconciling',
] as const;
export const ALL_GROUP_TYPES = ['Classic', 'Consumer', 'Share', 'Streams'] as const satisfies readonly GroupType[];
export const CONSUMER_GROUP_TYPES = ['Consumer', 'Classic'] as const satisfies readonly GroupType[];

/** Consumer groups of both protocols and groups that only hold offsets, in the order in which Kafka's tool prints them. */
export async function listConsumerGroups(cluster: Cluster, filter: GroupFilter): Promise<GroupListing[]> {
  const types = filter.types.length > 0 ? filter.types : CONSUMER_GROUP_TYPES;
  const groups = await listGroups(cluster, { states: filter.states, types, timeoutMs: filter.timeoutMs });
  const consumers = groups.filter(({ protocolType }) => protocolType === '' || protocolType === 'consumer');
  return inHashOrder(consumers, ({ groupId }) => groupId);
}

/** Groups of all kinds (kafka-groups); `matches` picks. */
export async function listAllGroups(
  cluster: Cluster,
  matches: (group: GroupListing) => boolean,
): Promise<GroupListing[]> {
  const groups = await listGroups(cluster, { timeoutMs: cluster.settings.apiTimeoutMs });
  return inHashOrder(groups, ({ groupId }) => groupId).filter(matches);
}

/** The texts of a comma list among `valid`, without regard to case; null if one is none of them. */
export function parseNames<T extends string>(list: string, valid: readonly T[]): T[] | null {
  const names = list.split(',').map((text) => {
    const wanted = text.trim().toLowerCase();
    return valid.find((name) => name.toLowerCase() === wanted);
  });
  return names.every((name) => name !== undefined) ? names : null;
}
