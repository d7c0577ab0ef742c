import { AclOperation, AclPermissionType, PatternType, ResourceType } from '../../../protocol/enums.ts';
import { KafkaError } from '../../../protocol/errors.ts';
import { type Uuid } from '../../../protocol/primitives.ts';
import {
  accessControlEntryRecord,
  removeAccessControlEntryRecord,
} from '../../../protocol/records/cluster-metadata.ts';
import { type MetadataRecord, record } from '../metadata-log/metadata-records.ts';
import { type AccessControlEntry, type MetadataState } from '../metadata-state.ts';
import { type AclBinding, type AclFilter, type ItemFailure } from '../types.ts';
import { failure } from './topic-decisions.ts';

/** Literal, it stands for every resource of its type. */
export const WILDCARD_RESOURCE = '*';
/** The most records one request may write (kafka 4.x QuorumController). */
const MAX_RECORDS = 10_000;

/** Source: kafka 4.x ResourcePatternFilter.matches, AccessControlEntryFilter.matches. */
export function matchesAcl(filter: AclFilter, acl: AclBinding): boolean {
  const { resourceType, principal, host, operation, permissionType } = filter;
  return (
    (resourceType === ResourceType.ANY || resourceType === acl.resourceType) &&
    matchesPattern(filter, acl) &&
    (principal === null || principal === acl.principal) &&
    (host === null || host === acl.host) &&
    (operation === AclOperation.ANY || operation === acl.operation) &&
    (permissionType === AclPermissionType.ANY || permissionType === acl.permissionType)
  );
}

function matchesPattern({ patternType, resourceName: name }: AclFilter, acl: AclBinding): boolean {
  const isSameType = patternType === acl.patternType;
  if (patternType !== PatternType.ANY && patternType !== PatternType.MATCH && !isSameType) return false;
  if (name === null) return true;
  if (patternType === PatternType.ANY || isSameType) return name === acl.resourceName;
  if (acl.patternType === PatternType.PREFIXED) return name.startsWith(acl.resourceName);
  return name === acl.resourceName || acl.resourceName === WILDCARD_RESOURCE;
}

function nameOf(table: Readonly<Record<string, number>>, code: number): string {
  return Object.keys(table).find((name) => table[name] === code) ?? 'UNKNOWN';
}

const isUnknown = (table: Readonly<Record<string, number>>, code: number) => nameOf(table, code) === 'UNKNOWN';

/** Source: kafka 4.x AclControlManager.validateNewAcl. */
function faultOf({ resourceType, patternType, operation, permissionType, resourceName, principal }: AclBinding) {
  const type = nameOf(ResourceType, resourceType);
  if (type === 'UNKNOWN' || type === 'ANY') return `Invalid resourceType ${type}`;
  if (patternType !== PatternType.LITERAL && patternType !== PatternType.PREFIXED) {
    return `Invalid patternType ${nameOf(PatternType, patternType)}`;
  }
  const operationName = nameOf(AclOperation, operation);
  if (operationName === 'UNKNOWN' || operationName === 'ANY') return `Invalid operation ${operationName}`;
  if (permissionType !== AclPermissionType.DENY && permissionType !== AclPermissionType.ALLOW) {
    return `Invalid permissionType ${nameOf(AclPermissionType, permissionType)}`;
  }
  if (resourceName === '') return 'Resource name should not be empty';
  if (principal.includes(':')) return null;
  const why = 'no colon is present separating the principal type from the principal name';
  return `Could not parse principal from \`${principal}\` (${why})`;
}

function aclKey({ id: _id, ...acl }: AclBinding & { readonly id?: Uuid }): string {
  const { resourceType, resourceName, patternType, principal, host, operation, permissionType } = acl;
  return JSON.stringify([resourceType, resourceName, patternType, principal, host, operation, permissionType]);
}

export interface AclCreation {
  readonly records: readonly MetadataRecord[];
  readonly results: readonly (ItemFailure | null)[];
}

/** Each entry is judged on its own; one that is there already is a success that writes nothing. */
export function decideCreateAcls(
  { accessControlEntries }: MetadataState,
  bindings: readonly AclBinding[],
  randomUuid: () => Uuid,
): AclCreation {
  const known = new Set([...accessControlEntries.values()].map(aclKey));
  const records: MetadataRecord[] = [];
  const results = bindings.map((acl) => {
    const fault = faultOf(acl);
    if (fault !== null) return failure('INVALID_REQUEST', fault);
    const key = aclKey(acl);
    if (known.has(key)) return null;
    known.add(key);
    records.push(record(accessControlEntryRecord, 0, { id: randomUuid(), ...acl }));
    return null;
  });
  return { records, results };
}

export interface AclDeletion {
  readonly records: readonly MetadataRecord[];
  readonly results: readonly (readonly AclBinding[] | ItemFailure)[];
}

/** One list per filter of what it removes; an entry may stand in several lists and is removed once. */
export function decideDeleteAcls(state: MetadataState, filters: readonly AclFilter[]): AclDeletion {
  const removed = new Set<Uuid>();
  const results = filters.map((filter) => {
    if (isUnknown(ResourceType, filter.resourceType) || isUnknown(PatternType, filter.patternType)) {
      return failure('INVALID_REQUEST', 'Unknown patternFilter.');
    }
    if (isUnknown(AclOperation, filter.operation) || isUnknown(AclPermissionType, filter.permissionType)) {
      return failure('INVALID_REQUEST', 'Unknown entryFilter.');
    }
    const matching = [...state.accessControlEntries.values()].filter((acl) => matchesAcl(filter, acl));
    for (const { id } of matching) removed.add(id);
    return matching.map(({ id: _id, ...acl }: AccessControlEntry) => acl);
  });
  if (removed.size > MAX_RECORDS) {
    throw new KafkaError(
      'INVALID_REQUEST',
      `Cannot remove more than ${MAX_RECORDS} acls in a single delete operation.`,
    );
  }
  return { records: [...removed].map((id) => record(removeAccessControlEntryRecord, 0, { id })), results };
}
