// Owns: what kafka-acls does: entries of the cluster listed, added and removed, and what its options stand for.
// In: texts of options, an open cluster.
// Out: entries by resource, in words; the texts Apache's tool prints. Throws UsageError, JavaError.
import { createAcls, deleteAcls, describeAcls } from '../../client/admin/acls.ts';
import { type Cluster } from '../../client/index.ts';
import { type AclFilter } from '../../protocol/acl-binding.ts';
import { AclOperation, AclPermissionType, PatternType, ResourceType } from '../../protocol/enums.ts';
import { executionFailure, failingAs } from '../java-failures.ts';
import {
  type AccessControlEntry,
  byResource,
  entryText,
  fromCodes,
  type ResourceEntries,
  type ResourcePattern,
  toCodes,
} from './entries.ts';

export {
  type AccessControlEntry,
  entryText,
  OPERATION_WORDS,
  type PatternTypeName,
  patternText,
  type ResourceEntries,
  type ResourcePattern,
} from './entries.ts';
export { type AclRequest, planEntries, resourcesOf } from './plan.ts';

const ANY_ENTRY = {
  principal: null,
  host: null,
  operation: AclOperation.ANY,
  permissionType: AclPermissionType.ANY,
} as const;
const EVERYTHING: AclFilter = {
  ...ANY_ENTRY,
  resourceType: ResourceType.ANY,
  resourceName: null,
  patternType: PatternType.ANY,
};

function allOf({ resourceType, name, patternType }: ResourcePattern): AclFilter {
  return {
    ...ANY_ENTRY,
    resourceType: ResourceType[resourceType],
    resourceName: name,
    patternType: PatternType[patternType],
  };
}

/** Entries of these resources, of all without any. Failures are Java's ExecutionException. */
export async function listAcls(cluster: Cluster, resources: readonly ResourcePattern[]): Promise<ResourceEntries[]> {
  const filters = resources.length === 0 ? [EVERYTHING] : resources.map(allOf);
  const found = [];
  for (const filter of filters) {
    found.push(...(await failingAs(executionFailure, () => describeAcls(cluster, filter))));
  }
  return byResource(found.map(fromCodes)).map(({ pattern, entries }) => ({ pattern, entries: once(entries) }));
}

/** Two filters may find the same entry. */
function once(entries: readonly AccessControlEntry[]): AccessControlEntry[] {
  return [...new Map(entries.map((entry) => [entryText(entry), entry])).values()];
}

export interface AddedAcls {
  readonly pattern: ResourcePattern;
  readonly existing: readonly AccessControlEntry[];
  readonly added: readonly AccessControlEntry[];
}

/** Adds what is not there yet, resource by resource; `tell` hears of each before it is written. */
export async function addAcls(
  cluster: Cluster,
  planned: readonly ResourceEntries[],
  tell: (one: AddedAcls) => void,
): Promise<void> {
  for (const { pattern, entries } of planned) {
    const [present] = await listAcls(cluster, [pattern]);
    const known = new Set(present?.entries.map(entryText));
    const existing = entries.filter((entry) => known.has(entryText(entry)));
    const added = entries.filter((entry) => !known.has(entryText(entry)));
    tell({ pattern, existing, added });
    if (added.length === 0) continue;
    const bindings = added.map((entry) => toCodes(pattern, entry));
    await failingAs(executionFailure, () => createAcls(cluster, bindings));
  }
}

/** Removes these entries of the resources that a pattern finds, without any all of them. Answers what is gone. */
export async function removeAcls(cluster: Cluster, { pattern, entries }: ResourceEntries): Promise<ResourceEntries[]> {
  const filters = entries.length === 0 ? [allOf(pattern)] : entries.map((entry) => toCodes(pattern, entry));
  const removed = await failingAs(executionFailure, () => deleteAcls(cluster, filters));
  return byResource(removed.map(fromCodes));
}
