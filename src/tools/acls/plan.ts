import {
  type AccessControlEntry,
  CLUSTER,
  checkedPrincipal,
  checkOperations,
  entryText,
  type OperationName,
  operationOf,
  type PatternTypeName,
  patternText,
  type ResourceEntries,
  type ResourcePattern,
} from './entries.ts';

/** What the options say, as texts. Null: not given. */
export interface AclRequest {
  readonly topics: readonly string[];
  readonly groups: readonly string[];
  readonly transactionalIds: readonly string[];
  readonly delegationTokens: readonly string[];
  readonly userPrincipals: readonly string[];
  readonly isForCluster: boolean;
  readonly patternType: PatternTypeName;
  readonly operations: readonly string[];
  readonly allowPrincipals: readonly string[] | null;
  readonly denyPrincipals: readonly string[] | null;
  readonly allowHosts: readonly string[] | null;
  readonly denyHosts: readonly string[] | null;
  readonly isForProducer: boolean;
  readonly isForConsumer: boolean;
  readonly isIdempotent: boolean;
}

const trimmed = (texts: readonly string[]) => [...new Set(texts.map((text) => text.trim()))];

/** Source: AclCommand.getResourceFilter. */
export function resourcesOf(request: AclRequest): ResourcePattern[] {
  const { patternType } = request;
  const named = (resourceType: ResourcePattern['resourceType'], names: readonly string[]) =>
    [...new Set(names)].map((name) => ({ resourceType, name, patternType }));
  return [
    ...named('TOPIC', trimmed(request.topics)),
    ...(patternType === 'LITERAL' && (request.isForCluster || request.isIdempotent) ? [CLUSTER] : []),
    ...named('GROUP', trimmed(request.groups)),
    ...named('TRANSACTIONAL_ID', request.transactionalIds),
    ...named('DELEGATION_TOKEN', trimmed(request.delegationTokens)),
    ...named('USER', trimmed(request.userPrincipals)),
  ];
}

function entriesFor(request: AclRequest, operations: readonly OperationName[]): AccessControlEntry[] {
  const all = (
    principals: readonly string[] | null,
    hosts: readonly string[] | null,
    permissionType: 'ALLOW' | 'DENY',
  ) =>
    trimmed(principals ?? [])
      .map(checkedPrincipal)
      .flatMap((principal) =>
        trimmed(hosts ?? ['*']).flatMap((host) =>
          operations.map((operation) => ({ principal, host, operation, permissionType })),
        ),
      );
  return [
    ...all(request.allowPrincipals, request.allowHosts, 'ALLOW'),
    ...all(request.denyPrincipals, request.denyHosts, 'DENY'),
  ];
}

/**
 * Resources with the entries that the options describe, producer's and consumer's shortcuts spelled out. Throws UsageError
 * when a resource does not know an operation, JavaError for a malformed principal.
 */
export function planEntries(request: AclRequest): ResourceEntries[] {
  const resources = resourcesOf(request);
  const of = (type: ResourcePattern['resourceType'], ...operations: OperationName[]) => {
    const entries = entriesFor(request, operations);
    return resources.filter(({ resourceType }) => resourceType === type).map((pattern) => ({ pattern, entries }));
  };
  const planned: ResourceEntries[] = [];
  if (!request.isForProducer && !request.isForConsumer) {
    const entries = entriesFor(request, [...new Set(request.operations.map(operationOf))]);
    planned.push(...resources.map((pattern) => ({ pattern, entries })));
  }
  if (request.isForProducer) {
    planned.push(...of('TOPIC', 'WRITE', 'DESCRIBE', 'CREATE'), ...of('TRANSACTIONAL_ID', 'WRITE', 'DESCRIBE'));
    if (request.isIdempotent) planned.push({ pattern: CLUSTER, entries: entriesFor(request, ['IDEMPOTENT_WRITE']) });
  }
  if (request.isForConsumer) planned.push(...of('TOPIC', 'READ', 'DESCRIBE'), ...of('GROUP', 'READ'));
  const merged = mergeResources(planned);
  checkOperations(merged);
  return merged;
}

/** Each resource once, each of its entries once. */
function mergeResources(planned: readonly ResourceEntries[]): ResourceEntries[] {
  return [...Map.groupBy(planned, ({ pattern }) => patternText(pattern)).values()].map((same) => {
    const entries = same.flatMap((one) => one.entries);
    const byText = new Map(entries.map((entry) => [entryText(entry), entry]));
    return { pattern: (same[0] as ResourceEntries).pattern, entries: [...byText.values()] };
  });
}
