import { type ConfigResourceKind } from '../../client/admin/configs.ts';
import { type QuotaEntityType } from '../../client/admin/quotas.ts';

export const ENTITY_TYPES = [
  'topics',
  'clients',
  'users',
  'brokers',
  'ips',
  'client-metrics',
  'groups',
  'broker-loggers',
] as const;
export type EntityType = (typeof ENTITY_TYPES)[number];

/** What configurations belong to. */
export interface Entity {
  readonly type: EntityType;
  /** '' is the default of its type; undefined: every one of its type. */
  readonly name: string | undefined;
}

export const RESOURCE_KINDS: Readonly<Partial<Record<EntityType, ConfigResourceKind>>> = {
  topics: 'TOPIC',
  brokers: 'BROKER',
  'broker-loggers': 'BROKER_LOGGER',
  'client-metrics': 'CLIENT_METRICS',
  groups: 'GROUP',
};

export const QUOTA_TYPES: Readonly<Partial<Record<EntityType, QuotaEntityType>>> = {
  users: 'user',
  clients: 'client-id',
  ips: 'ip',
};

/** `topics` in a sentence about one: `topic`. */
export function singular(type: EntityType): string {
  return type.slice(0, -1);
}
