import { clientQuotaRecord } from '../../../protocol/records/cluster-metadata.ts';
import { inHashOrder } from '../../../util/java-hash-map.ts';
import { entityHash, entityKey, entityText, orderedEntity, QUOTA_ENTITY_TYPES } from '../client-quotas.ts';
import { type MetadataRecord, record } from '../metadata-log/metadata-records.ts';
import { type MetadataState, quotaKey } from '../metadata-state.ts';
import { type ItemFailure, type QuotaAlteration, type QuotaAlterationResult, type QuotaEntity } from '../types.ts';
import { failure } from './topic-decisions.ts';

type Kind = 'DOUBLE' | 'INT' | 'LONG';
type Keys = Readonly<Record<string, Kind>>;

/** kafka QuotaConfig: users and client ids have the same four, addresses one. */
const CLIENT_KEYS: Keys = {
  producer_byte_rate: 'LONG',
  consumer_byte_rate: 'LONG',
  request_percentage: 'DOUBLE',
  controller_mutation_rate: 'DOUBLE',
};
const IP_KEYS: Keys = { connection_creation_rate: 'INT' };
const LARGEST: Readonly<Record<Kind, number>> = { DOUBLE: Infinity, INT: 0x7fffffff, LONG: 2 ** 63 };
/** How far from a whole number a value of a whole kind may be. */
const EPSILON = 1e-6;

type Refused = ItemFailure & { readonly text: string };

/**
 * AlterClientQuotas, each entity judged on its own (kafka ClientQuotaControlManager). `isHost` says of an address whether it
 * is one. Results are in Kafka's order, one per entity.
 */
export function decideAlterClientQuotas(
  state: MetadataState,
  alterations: readonly QuotaAlteration[],
  isHost: (name: string) => boolean,
): { records: MetadataRecord[]; result: QuotaAlterationResult[] } {
  const results = new Map<string, QuotaAlterationResult>();
  const records: MetadataRecord[] = [];
  for (const alteration of alterations) {
    const entity = orderedEntity(alteration.entity);
    const keys = alteration.ops.map(({ key }) => key);
    let failed: ItemFailure | null;
    if (results.has(entityKey(entity)) || new Set(keys).size < keys.length) {
      failed = refused(`Ignoring duplicate entity ${entityText(entity)}`);
    } else {
      const decided = decideEntity(state, entity, alteration.ops, isHost);
      failed = 'error' in decided ? decided : null;
      if (!('error' in decided)) records.push(...decided);
    }
    results.set(entityKey(entity), { entity, failure: failed });
  }
  return { records, result: inHashOrder([...results.values()], ({ entity }) => entityHash(entity)) };
}

function refused(text: string): Refused {
  return failure('INVALID_REQUEST', text) as Refused;
}

function decideEntity(
  state: MetadataState,
  entity: QuotaEntity,
  ops: QuotaAlteration['ops'],
  isHost: (name: string) => boolean,
): MetadataRecord[] | Refused {
  const valid = keysOf(entity, isHost);
  if (typeof valid === 'string') return refused(valid);
  const parts = [...entity].map(([entityType, entityName]) => ({ entityType, entityName }));
  const records: MetadataRecord[] = [];
  // Kafka goes through a map of the operations, which decides what is described first.
  for (const { key, value, remove } of inHashOrder(ops, (op) => op.key)) {
    const current = state.clientQuotas.get(quotaKey({ entity: parts, key }));
    if (remove) {
      if (current === undefined) continue;
      records.push(record(clientQuotaRecord, 0, { entity: parts, key, value: 0, remove: true }));
      continue;
    }
    const fault = valueFault(valid, key, value);
    if (fault !== null) return refused(fault);
    if (current !== undefined && Object.is(current.value, value)) continue;
    records.push(record(clientQuotaRecord, 0, { entity: parts, key, value, remove: false }));
  }
  return records;
}

/** The keys that an entity may have, or what is wrong with it. */
function keysOf(entity: QuotaEntity, isHost: (name: string) => boolean): Keys | string {
  if (entity.size === 0) return 'Invalid empty client quota entity';
  for (const [type, name] of entity) {
    if (!QUOTA_ENTITY_TYPES.includes(type)) return `Unhandled client quota entity type: ${type}`;
    if (name === '') return `Empty ${type} not supported`;
  }
  if (!entity.has('ip')) return CLIENT_KEYS;
  if (entity.size > 1) {
    return 'Invalid quota entity combination, IP entity shouldnot be combined with User or ClientId';
  }
  const address = entity.get('ip') ?? null;
  return address === null || isHost(address) ? IP_KEYS : `${address} is not a valid IP or resolvable host.`;
}

function valueFault(valid: Keys, key: string, value: number): string | null {
  const kind = Object.hasOwn(valid, key) ? (valid[key] as Kind) : null;
  if (kind === null) return `Invalid configuration key ${key}`;
  if (value <= 0) return `Quota ${key} must be greater than 0`;
  if (kind === 'DOUBLE') return null;
  if (value > LARGEST[kind])
    return `Proposed value for ${key} is too large for ${kind === 'INT' ? 'an INT' : 'a LONG'}.`;
  const whole = Math.trunc(value + EPSILON);
  return Math.abs(whole - value) > EPSILON ? `${key} cannot be a fractional value.` : null;
}
