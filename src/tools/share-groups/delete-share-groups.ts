import { deleteConsumerGroups } from '../../client/admin/groups.ts';
import { type Cluster } from '../../client/index.ts';
import { JavaError } from '../../util/java-error.ts';
import { inHashOrder } from '../../util/java-hash-map.ts';
import { toJavaError } from '../java-failures.ts';
import { listShareGroups } from './list-share-groups.ts';

export interface DeletedShareGroups {
  readonly deleted: readonly string[];
  readonly failed: readonly { readonly groupId: string; readonly error: JavaError }[];
}

/** Deletes share groups without members; 'all': every share group. Source: ShareGroupCommand.deleteShareGroups. */
export async function deleteShareGroups(
  cluster: Cluster,
  groupIds: readonly string[] | 'all',
  timeoutMs: number,
): Promise<DeletedShareGroups> {
  const listed = new Map((await listShareGroups(cluster, [], timeoutMs)).map((one) => [one.groupId, one.state]));
  const wanted = groupIds === 'all' ? [...listed.keys()] : [...new Set(groupIds)];
  const failures = new Map<string, JavaError>();
  for (const groupId of wanted) {
    const refusal = refusalOf(groupId, listed.get(groupId));
    if (refusal) failures.set(groupId, refusal);
  }
  const allowed = wanted.filter((groupId) => !failures.has(groupId));
  const outcomes = allowed.length === 0 ? [] : await deleteConsumerGroups(cluster, allowed, timeoutMs);
  for (const { groupId, error } of outcomes) if (error) failures.set(groupId, toJavaError(error));
  const isDeleted = (groupId: string) => !failures.has(groupId);
  return {
    deleted: inHashOrder(allowed.filter(isDeleted), (groupId) => groupId),
    failed: inHashOrder([...failures], ([groupId]) => groupId).map(([groupId, error]) => ({ groupId, error })),
  };
}

function refusalOf(groupId: string, state: string | undefined): JavaError | null {
  if (state === undefined) {
    return new JavaError('java.lang.IllegalArgumentException', `Group '${groupId}' is not a share group.`);
  }
  if (state === 'Dead') {
    return new JavaError('java.lang.IllegalStateException', `Share group '${groupId}' group state is DEAD.`);
  }
  if (state === 'Empty') return null;
  const className = 'org.apache.kafka.common.errors.GroupNotEmptyException';
  return new JavaError(className, `Share group '${groupId}' is not EMPTY.`);
}
