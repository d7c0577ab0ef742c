import { type Uuid } from '../../protocol/primitives.ts';

/** Partitions by topic id. No topic without partitions; values are never changed in place. */
export type Assignment = ReadonlyMap<Uuid, ReadonlySet<number>>;

/** As messages and records carry it. */
export interface AssignedTopic {
  readonly topicId: Uuid;
  readonly partitions: readonly number[];
}

/** The member's epoch when it got a partition. */
export type AssignmentEpochs = ReadonlyMap<Uuid, ReadonlyMap<number, number>>;

export const NOTHING: Assignment = new Map();

export function assignmentOf(topics: readonly AssignedTopic[]): Assignment {
  const assignment = new Map<Uuid, Set<number>>();
  for (const { topicId, partitions } of topics) {
    if (partitions.length === 0) continue;
    const known = assignment.get(topicId);
    if (known === undefined) assignment.set(topicId, new Set(partitions));
    else for (const partition of partitions) known.add(partition);
  }
  return assignment;
}

/** As a record tells them; partitions without an epoch of their own get the given one (KIP-1251). */
export function epochsOf(
  topics: readonly (AssignedTopic & { readonly assignmentEpochs?: readonly number[] | null })[],
  otherwise: number,
): AssignmentEpochs {
  const epochs = new Map<Uuid, Map<number, number>>();
  for (const { topicId, partitions, assignmentEpochs } of topics) {
    const known = epochs.get(topicId) ?? new Map<number, number>();
    const own = assignmentEpochs?.length === partitions.length ? assignmentEpochs : null;
    partitions.forEach((partition, i) => {
      known.set(partition, own?.[i] ?? otherwise);
    });
    epochs.set(topicId, known);
  }
  return epochs;
}

/** Partitions ascending. */
export function topicsOf(assignment: Assignment): { topicId: Uuid; partitions: number[] }[] {
  return [...assignment].map(([topicId, partitions]) => ({
    topicId,
    partitions: [...partitions].sort((one, other) => one - other),
  }));
}

export function has(assignment: Assignment, topicId: Uuid, partition: number): boolean {
  return assignment.get(topicId)?.has(partition) ?? false;
}

/** What of the assignment the rule keeps. */
export function filter(assignment: Assignment, keeps: (topicId: Uuid, partition: number) => boolean): Assignment {
  const kept = new Map<Uuid, ReadonlySet<number>>();
  for (const [topicId, partitions] of assignment) {
    const left = [...partitions].filter((partition) => keeps(topicId, partition));
    if (left.length > 0) kept.set(topicId, new Set(left));
  }
  return kept;
}

export function minus(assignment: Assignment, other: Assignment): Assignment {
  return filter(assignment, (topicId, partition) => !has(other, topicId, partition));
}

export function intersection(assignment: Assignment, other: Assignment): Assignment {
  return filter(assignment, (topicId, partition) => has(other, topicId, partition));
}

export function union(assignment: Assignment, other: Assignment): Assignment {
  return assignmentOf([...topicsOf(assignment), ...topicsOf(other)]);
}

export function equals(assignment: Assignment, other: Assignment): boolean {
  return minus(assignment, other).size === 0 && minus(other, assignment).size === 0;
}
