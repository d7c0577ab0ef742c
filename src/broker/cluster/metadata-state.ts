import { type ProducerId, type Uuid } from '../../protocol/primitives.ts';
import {
  type accessControlEntryRecord,
  type clientQuotaRecord,
  type delegationTokenRecord,
  type registerBrokerRecord,
  type registerControllerRecord,
  type userScramCredentialRecord,
} from '../../protocol/records/cluster-metadata.ts';
import { type TableValue } from '../../protocol/schema.ts';
import { type StoredTopic } from './partition-image.ts';
import { type ConfigResource } from './types.ts';

export type BrokerRegistration = TableValue<typeof registerBrokerRecord>;
export type ControllerRegistration = TableValue<typeof registerControllerRecord>;
export type ScramCredential = TableValue<typeof userScramCredentialRecord>;
export type ClientQuota = TableValue<typeof clientQuotaRecord>;
export type AccessControlEntry = TableValue<typeof accessControlEntryRecord>;
export type DelegationToken = TableValue<typeof delegationTokenRecord>;

/**
 * Everything the metadata records say, as of `offset`. The maps change when a batch is applied; the values in them are
 * replaced, never changed.
 */
export interface MetadataState {
  readonly topics: Map<string, StoredTopic>;
  readonly topicsById: Map<Uuid, StoredTopic>;
  readonly brokers: Map<number, BrokerRegistration>;
  readonly controllers: Map<number, ControllerRegistration>;
  /** By `configKey`; a resource without configs is absent. */
  readonly configs: Map<string, { readonly resource: ConfigResource; readonly values: Map<string, string> }>;
  readonly features: Map<string, number>;
  /** By `<mechanism>:<user>`. */
  readonly scramCredentials: Map<string, ScramCredential>;
  /** By entity and key, see `quotaKey`. */
  readonly clientQuotas: Map<string, ClientQuota>;
  readonly accessControlEntries: Map<Uuid, AccessControlEntry>;
  readonly delegationTokens: Map<string, DelegationToken>;
  nextProducerId: ProducerId;
  /** Of the last record applied; -1 before the first. Clients know it as the epoch of the finalised features. */
  lastOffset: bigint;
}

export function emptyState(): MetadataState {
  return {
    topics: new Map(),
    topicsById: new Map(),
    brokers: new Map(),
    controllers: new Map(),
    configs: new Map(),
    features: new Map(),
    scramCredentials: new Map(),
    clientQuotas: new Map(),
    accessControlEntries: new Map(),
    delegationTokens: new Map(),
    nextProducerId: 0n,
    lastOffset: -1n,
  };
}

export function configKey({ type, name }: ConfigResource): string {
  return `${type}:${name}`;
}

export function scramKey({ mechanism, name }: Pick<ScramCredential, 'mechanism' | 'name'>): string {
  return `${mechanism}:${name}`;
}

/** Entities are equal whatever order their parts come in. */
export function quotaKey({ entity, key }: Pick<ClientQuota, 'entity' | 'key'>): string {
  const parts = entity.map(({ entityType, entityName }) => [entityType, entityName] as const);
  return JSON.stringify([parts.sort(([a], [b]) => (a < b ? -1 : 1)), key]);
}
