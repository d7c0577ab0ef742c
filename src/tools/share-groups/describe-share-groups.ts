import {
  describeShareGroups,
  listShareGroupOffsets,
  type ShareGroupDescription,
  type ShareGroupOffset,
} from '../../client/admin/share-groups.ts';
import { type Cluster } from '../../client/index.ts';
import { KafkaError } from '../../protocol/errors.ts';
import { executionFailure } from '../java-failures.ts';

export interface DescribedOffsets {
  readonly groupId: string;
  readonly state: string;
  /** By topic, then partition. */
  readonly offsets: readonly ShareGroupOffset[];
}

/** In order of their ids. Throws the failure of the first that cannot be described. */
export async function describeGroups(
  cluster: Cluster,
  groupIds: readonly string[],
  timeoutMs: number,
): Promise<ShareGroupDescription[]> {
  const ids = [...new Set(groupIds)];
  return all(ids.sort(), await describeShareGroups(cluster, ids, timeoutMs));
}

export async function describeOffsets(
  cluster: Cluster,
  groupIds: readonly string[],
  timeoutMs: number,
): Promise<DescribedOffsets[]> {
  const groups = await describeGroups(cluster, groupIds, timeoutMs);
  const ids = groups.map((one) => one.groupId);
  const offsets = all(ids, await listShareGroupOffsets(cluster, ids, timeoutMs));
  return groups.map(({ groupId, state }, at) => ({ groupId, state, offsets: inOrder(offsets[at] ?? []) }));
}

function all<T>(ids: readonly string[], results: ReadonlyMap<string, T | KafkaError>): T[] {
  return ids.map((id) => {
    const result = results.get(id) ?? new KafkaError('GROUP_ID_NOT_FOUND', `Group ${id} not found.`);
    if (result instanceof KafkaError) throw executionFailure(result);
    return result;
  });
}

function inOrder(offsets: readonly ShareGroupOffset[]): ShareGroupOffset[] {
  return offsets.toSorted((a, b) => (a.topic === b.topic ? a.partition - b.partition : a.topic < b.topic ? -1 : 1));
}
