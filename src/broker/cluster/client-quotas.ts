import { KafkaError } from '../../protocol/errors.ts';
import { inHashOrder, javaStringHash } from '../../util/java-hash-map.ts';
import { type ClientQuota } from './metadata-state.ts';
import { type ClientQuotaImage, type QuotaEntity, type QuotaFilterComponent } from './types.ts';

/** What a quota may be for, in the order in which Kafka's maps give them back. */
export const QUOTA_ENTITY_TYPES: readonly string[] = ['ip', 'client-id', 'user'];

const MATCH_EXACT = 0;
const MATCH_DEFAULT = 1;
const MATCH_ANY = 2;

/** As java.util.HashMap orders its keys: Kafka answers in this order. */
export function orderedEntity(entity: Iterable<readonly [type: string, name: string | null]>): QuotaEntity {
  return new Map(inHashOrder([...new Map(entity)], ([type]) => type, 1));
}

/** Hash of kafka's ClientQuotaEntity, for the order of entities in answers. */
export function entityHash(entity: QuotaEntity): number {
  let sum = 0;
  for (const [type, name] of entity)
    sum = (sum + (javaStringHash(type) ^ (name === null ? 0 : javaStringHash(name)))) | 0;
  return (31 + sum) | 0;
}

/** Equal for equal entities, whatever the order of their parts. */
export function entityKey(entity: QuotaEntity): string {
  return JSON.stringify([...entity].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Stored quotas by entity, in Kafka's order of entities and of keys. */
export function clientQuotaImages(stored: Iterable<ClientQuota>): ClientQuotaImage[] {
  const byEntity = new Map<string, { entity: QuotaEntity; quotas: [string, number][] }>();
  for (const { entity: parts, key, value } of stored) {
    const entity = orderedEntity(parts.map(({ entityType, entityName }) => [entityType, entityName]));
    const known = byEntity.get(entityKey(entity));
    if (known === undefined) byEntity.set(entityKey(entity), { entity, quotas: [[key, value]] });
    else known.quotas.push([key, value]);
  }
  const all = [...byEntity.values()];
  // Kafka copies its maps with room for what they held before.
  return inHashOrder(all, ({ entity }) => entityHash(entity), all.length - 1).map(({ entity, quotas }) => ({
    entity,
    quotas: new Map(inHashOrder(quotas, ([key]) => key, 1)),
  }));
}

/**
 * The entities that match every component; `strict` leaves out those with parts that no component names. Throws KafkaError
 * INVALID_REQUEST and UNSUPPORTED_VERSION (kafka 4.x ClientQuotasImage.describe).
 */
export function matchingQuotas(
  images: readonly ClientQuotaImage[],
  components: readonly QuotaFilterComponent[],
  strict: boolean,
): ClientQuotaImage[] {
  checkFilter(components);
  if (components.length === 0) return strict ? [] : [...images];
  return images.filter(({ entity }) => {
    if (strict && entity.size !== components.length) return false;
    return components.every(({ entityType, matchType, match }) => {
      const name = entity.get(entityType);
      if (name === undefined) return false;
      return matchType === MATCH_ANY || name === (matchType === MATCH_EXACT ? match : null);
    });
  });
}

function checkFilter(components: readonly QuotaFilterComponent[]): void {
  const types = new Set<string>();
  for (const { entityType, matchType, match } of components) {
    if (entityType === '') throw new KafkaError('INVALID_REQUEST', 'Invalid empty entity type.');
    if (types.has(entityType)) {
      throw new KafkaError('INVALID_REQUEST', `Entity type ${entityType} cannot appear more than once in the filter.`);
    }
    if (!QUOTA_ENTITY_TYPES.includes(entityType)) {
      throw new KafkaError('UNSUPPORTED_VERSION', `Unsupported entity type ${entityType}`);
    }
    checkMatch(matchType, match);
    types.add(entityType);
  }
  if (!types.has('ip') || types.size === 1) return;
  const use = 'IP filter component should not be used with user or clientId filter component.';
  throw new KafkaError('INVALID_REQUEST', `Invalid entity filter component combination. ${use}`);
}

function checkMatch(matchType: number, match: string | null): void {
  const refuse = (text: string): never => {
    throw new KafkaError('INVALID_REQUEST', text);
  };
  if (matchType === MATCH_EXACT) {
    if (match === null) refuse('Request specified MATCH_TYPE_EXACT, but set match string to null.');
  } else if (matchType === MATCH_DEFAULT) {
    if (match !== null) refuse('Request specified MATCH_TYPE_DEFAULT, but also specified a match string.');
  } else if (matchType === MATCH_ANY) {
    if (match !== null) refuse('Request specified MATCH_TYPE_SPECIFIED, but also specified a match string.');
  } else refuse(`Unknown match type ${matchType}`);
}

/** The name that Kafka prints in answers: `ClientQuotaEntity(entries={user=a})`. */
export function entityText(entity: QuotaEntity): string {
  const parts = [...entity].map(([type, name]) => `${type}=${name}`);
  return `ClientQuotaEntity(entries={${parts.join(', ')}})`;
}
