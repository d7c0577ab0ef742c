import { type AclBinding } from '../../protocol/acl-binding.ts';
import { AclOperation, AclPermissionType, PatternType, ResourceType } from '../../protocol/enums.ts';
import { JavaError } from '../../util/java-error.ts';
import { UsageError } from '../../util/usage-error.ts';

export type OperationName = keyof typeof AclOperation;
export type PatternTypeName = Exclude<keyof typeof PatternType, 'UNKNOWN'>;
export type ResourceTypeName = Exclude<keyof typeof ResourceType, 'UNKNOWN' | 'ANY'>;

/** A resource, or a filter for resources: the pattern types ANY and MATCH make it one. */
export interface ResourcePattern {
  readonly resourceType: ResourceTypeName;
  readonly name: string;
  readonly patternType: PatternTypeName;
}

export interface AccessControlEntry {
  readonly principal: string;
  readonly host: string;
  readonly operation: OperationName;
  readonly permissionType: 'ALLOW' | 'DENY';
}

/** What is to be done with one resource. */
export interface ResourceEntries {
  readonly pattern: ResourcePattern;
  readonly entries: readonly AccessControlEntry[];
}

/** What each kind of resource knows (kafka 4.x AclEntry.supportedOperations). */
const SUPPORTED: Readonly<Record<ResourceTypeName, readonly OperationName[]>> = {
  TOPIC: ['READ', 'WRITE', 'CREATE', 'DESCRIBE', 'DELETE', 'ALTER', 'DESCRIBE_CONFIGS', 'ALTER_CONFIGS'],
  GROUP: ['READ', 'DESCRIBE', 'DELETE', 'DESCRIBE_CONFIGS', 'ALTER_CONFIGS'],
  CLUSTER: ['CREATE', 'CLUSTER_ACTION', 'DESCRIBE_CONFIGS', 'ALTER_CONFIGS', 'IDEMPOTENT_WRITE', 'ALTER', 'DESCRIBE'],
  TRANSACTIONAL_ID: ['DESCRIBE', 'WRITE', 'TWO_PHASE_COMMIT'],
  DELEGATION_TOKEN: ['DESCRIBE'],
  USER: ['CREATE_TOKENS', 'DESCRIBE_TOKENS'],
};

export const CLUSTER: ResourcePattern = {
  resourceType: 'CLUSTER',
  name: 'kafka-cluster',
  patternType: 'LITERAL',
};

/** "IdempotentWrite" in any case is IDEMPOTENT_WRITE. Source: SecurityUtils.operation. */
export function operationOf(text: string): OperationName {
  const wanted = text.trim().toUpperCase();
  const names = Object.keys(AclOperation) as OperationName[];
  return names.find((name) => name.replaceAll('_', '') === wanted) ?? 'UNKNOWN';
}

/** The names that people write. */
export const OPERATION_WORDS: readonly string[] = Object.keys(AclOperation)
  .filter((name) => name !== 'UNKNOWN' && name !== 'ANY')
  .map((name) => name.replace(/([A-Z])([A-Z]*)_?/g, (_, first: string, rest: string) => first + rest.toLowerCase()));

/** Source: SecurityUtils.parseKafkaPrincipal. */
export function checkedPrincipal(text: string): string {
  const principal = text.trim();
  if (principal.includes(':')) return principal;
  const why = `expected a string in format principalType:principalName but got ${principal}`;
  throw new JavaError('java.lang.IllegalArgumentException', why);
}

/** Throws UsageError when a resource does not know an operation. */
export function checkOperations(all: readonly ResourceEntries[]): void {
  for (const { pattern, entries } of all) {
    const known = [...SUPPORTED[pattern.resourceType], 'ALL'];
    if (entries.every(({ operation }) => known.includes(operation))) continue;
    throw new UsageError(`ResourceType ${pattern.resourceType} only supports operations [${known.join(', ')}]`);
  }
}

export function patternText({ resourceType, name, patternType }: ResourcePattern): string {
  return `ResourcePattern(resourceType=${resourceType}, name=${name}, patternType=${patternType})`;
}

export function entryText({ principal, host, operation, permissionType }: AccessControlEntry): string {
  return `(principal=${principal}, host=${host}, operation=${operation}, permissionType=${permissionType})`;
}

function nameOf<T extends Readonly<Record<string, number>>>(table: T, code: number): keyof T {
  return Object.keys(table).find((name) => table[name] === code) ?? 'UNKNOWN';
}

export function toCodes(pattern: ResourcePattern, entry: AccessControlEntry): AclBinding {
  return {
    resourceType: ResourceType[pattern.resourceType],
    resourceName: pattern.name,
    patternType: PatternType[pattern.patternType],
    principal: entry.principal,
    host: entry.host,
    operation: AclOperation[entry.operation],
    permissionType: AclPermissionType[entry.permissionType],
  };
}

/** One entry with its resource, in words. */
export function fromCodes(coded: AclBinding): { pattern: ResourcePattern; entry: AccessControlEntry } {
  const { resourceType, resourceName, patternType, principal, host, operation, permissionType } = coded;
  return {
    pattern: {
      resourceType: nameOf(ResourceType, resourceType) as ResourceTypeName,
      name: resourceName,
      patternType: nameOf(PatternType, patternType) as PatternTypeName,
    },
    entry: {
      principal,
      host,
      operation: nameOf(AclOperation, operation),
      permissionType: nameOf(AclPermissionType, permissionType) as 'ALLOW' | 'DENY',
    },
  };
}

/** By resource, in the order in which resources and entries are first named. */
export function byResource(
  all: readonly { readonly pattern: ResourcePattern; readonly entry: AccessControlEntry }[],
): ResourceEntries[] {
  const groups = Map.groupBy(all, ({ pattern }) => patternText(pattern));
  return [...groups.values()].map((group) => ({
    pattern: (group[0] as (typeof group)[number]).pattern,
    entries: group.map(({ entry }) => entry),
  }));
}
