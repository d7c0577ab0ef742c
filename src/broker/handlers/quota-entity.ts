import { type QuotaEntity } from '../cluster/index.ts';

/** An entity as responses spell it. */
export function entityParts(entity: QuotaEntity): { entityType: string; entityName: string | null }[] {
  return [...entity].map(([entityType, entityName]) => ({ entityType, entityName }));
}
