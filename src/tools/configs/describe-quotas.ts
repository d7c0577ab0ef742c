import { describeClientQuotas, type EntityQuotas, type QuotaFilter } from '../../client/admin/quotas.ts';
import { describeScramCredentials } from '../../client/admin/scram-credentials.ts';
import { type Cluster } from '../../client/index.ts';
import { JavaError } from '../../util/java-error.ts';
import { inHashOrder, javaStringHash } from '../../util/java-hash-map.ts';
import { executionFailure, failingAs } from '../java-failures.ts';
import { type Entity, QUOTA_TYPES } from './entity.ts';

export interface QuotaReport {
  /** Names by type: user, client-id, ip; null is the default. */
  readonly entity: Readonly<Record<string, string | null>>;
  readonly quotas: Readonly<Record<string, number>>;
}

export interface CredentialsReport {
  readonly user: string;
  readonly credentials: readonly { readonly mechanism: string; readonly iterations: number }[];
}

/** Quotas of users, clients or addresses; for users alone their SCRAM credentials as well. */
export async function* describeQuotas(
  cluster: Cluster,
  entities: readonly Entity[],
): AsyncGenerator<({ kind: 'quotas' } & QuotaReport) | ({ kind: 'credentials' } & CredentialsReport)> {
  const filters = entities.map(({ type, name }): QuotaFilter => {
    const quotaType = QUOTA_TYPES[type];
    if (quotaType === undefined)
      throw new JavaError('java.lang.IllegalArgumentException', `Unexpected entity type ${type}`);
    return { type: quotaType, name: name === '' ? null : name };
  });
  const found = await failingAs(executionFailure, () => describeClientQuotas(cluster, filters));
  for (const { entity, quotas } of inHashOrder(found, entityHash, found.length)) {
    const ordered = inHashOrder([...quotas], ([key]) => key, quotas.size);
    yield { kind: 'quotas', entity: Object.fromEntries(entity), quotas: Object.fromEntries(ordered) };
  }
  const isUsersOnly = entities.every(({ type }) => type === 'users');
  if (!isUsersOnly || entities.some(({ name }) => name === '')) return;
  const names = entities.flatMap(({ name }) => (name === undefined ? [] : [name]));
  const users = await failingAs(executionFailure, () =>
    describeScramCredentials(cluster, names.length > 0 ? names : 'all'),
  );
  for (const { user, credentials, error } of users) {
    if (error === null) yield { kind: 'credentials', user, credentials };
    // A user without credentials is one of many: only a real failure is told.
    else if (error.error !== 'RESOURCE_NOT_FOUND') throw executionFailure(error);
  }
}

/** Java's ClientQuotaEntity.hashCode: that of a map of strings, 31 added. */
function entityHash({ entity }: EntityQuotas): number {
  let sum = 0;
  for (const [type, name] of entity)
    sum = (sum + (javaStringHash(type) ^ (name === null ? 0 : javaStringHash(name)))) | 0;
  return (31 + sum) | 0;
}
