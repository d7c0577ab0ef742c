import { describeClientQuotas as describeApi } from '../../protocol/messages/48-describe-client-quotas.ts';
import { alterClientQuotas as alterApi } from '../../protocol/messages/49-alter-client-quotas.ts';
import { type Cluster } from '../cluster.ts';
import { callAdmin } from './call.ts';
import { failureOf, type Outcome, throwIfFailed } from './outcome.ts';
import { type ChangeOptions } from './topics.ts';

export type QuotaEntityType = 'user' | 'client-id' | 'ip';

/** Whom a quota is for: a name by type, null standing for everyone of that type without an own quota. */
export type QuotaEntity = ReadonlyMap<QuotaEntityType, string | null>;

export interface QuotaFilter {
  readonly type: QuotaEntityType;
  /** Undefined: any entity of this type; null: the default one. */
  readonly name: string | null | undefined;
}

export interface EntityQuotas {
  readonly entity: QuotaEntity;
  readonly quotas: ReadonlyMap<string, number>;
}

const MATCH_EXACT = 0;
const MATCH_DEFAULT = 1;
const MATCH_ANY = 2;

/** Quotas of entities that have just the types of the filters, none besides. */
export function describeClientQuotas(cluster: Cluster, filters: readonly QuotaFilter[]): Promise<EntityQuotas[]> {
  return callAdmin(cluster, {
    name: 'describeClientQuotas',
    api: describeApi,
    target: 'any',
    request: {
      components: filters.map(({ type, name }) => ({
        entityType: type,
        matchType: name === undefined ? MATCH_ANY : name === null ? MATCH_DEFAULT : MATCH_EXACT,
        match: name ?? null,
      })),
      strict: true,
    },
    handle(response) {
      throwIfFailed(response.errorCode, response.errorMessage);
      return (response.entries ?? []).map(({ entity, values }) => ({
        entity: new Map(entity.map(({ entityType, entityName }) => [entityType as QuotaEntityType, entityName])),
        quotas: new Map(values.map(({ key, value }) => [key, value])),
      }));
    },
  });
}

export interface QuotaAlteration {
  readonly entity: QuotaEntity;
  /** Null removes the quota. */
  readonly quotas: ReadonlyMap<string, number | null>;
}

export function alterClientQuotas(
  cluster: Cluster,
  alterations: readonly QuotaAlteration[],
  { validateOnly = false }: ChangeOptions = {},
): Promise<Outcome[]> {
  return callAdmin(cluster, {
    name: 'alterClientQuotas',
    api: alterApi,
    target: 'any',
    request: {
      entries: alterations.map(({ entity, quotas }) => ({
        entity: [...entity].map(([entityType, entityName]) => ({ entityType, entityName })),
        ops: [...quotas].map(([key, value]) => ({ key, value: value ?? 0, remove: value === null })),
      })),
      validateOnly,
    },
    handle: (response) => response.entries.map((one) => ({ error: failureOf(one.errorCode, one.errorMessage) })),
  });
}
