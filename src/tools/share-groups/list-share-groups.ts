import { type GroupListing, listGroups } from '../../client/admin/groups.ts';
import { type Cluster } from '../../client/index.ts';
import { inHashOrder } from '../../util/java-hash-map.ts';

/** States a share group may be listed by; as Java's client names them. */
export const SHARE_GROUP_STATES = ['Empty', 'Stable', 'Dead'] as const;

/** Share groups in the order in which Kafka's tool prints them; no states: all. */
export async function listShareGroups(
  cluster: Cluster,
  states: readonly string[],
  timeoutMs: number,
): Promise<GroupListing[]> {
  const groups = await listGroups(cluster, { states, types: ['Share'], timeoutMs });
  return inHashOrder(groups, ({ groupId }) => groupId);
}
