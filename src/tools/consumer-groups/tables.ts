import { type DeletedGroup, type DeletedOffsets } from './delete-groups.ts';
import { type ConsumerGroupDescription, type GroupOffsets } from './describe-groups.ts';
import { assignmentText, coordinatorText, MISSING, OFFSET_COLUMNS, offsetCells } from './exact-text.ts';
import { type GroupListing } from './list-groups.ts';
import { type ResetPlan } from './reset-plan.ts';
import { partitionName } from './topic-partitions.ts';

// The same results in rows and columns, for people, and as JSON, for programs.

interface Rows {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

export function listingTable(groups: readonly GroupListing[]): Rows {
  return {
    head: ['GROUP', 'TYPE', 'PROTOCOL', 'STATE'],
    rows: groups.map(({ groupId, type, protocolType, state }) => [groupId, type, protocolType || MISSING, state]),
  };
}

export function offsetsTable(groups: readonly GroupOffsets[]): Rows {
  return { head: OFFSET_COLUMNS, rows: groups.flatMap(offsetCells) };
}

export function membersTable(groups: readonly ConsumerGroupDescription[]): Rows {
  return {
    head: ['GROUP', 'CONSUMER-ID', 'GROUP-INSTANCE-ID', 'HOST', 'CLIENT-ID', '#PARTITIONS', 'ASSIGNMENT'],
    rows: groups.flatMap(({ groupId, members }) =>
      members.map(({ memberId, groupInstanceId, host, clientId, assignment }) => [
        groupId,
        memberId,
        groupInstanceId ?? MISSING,
        host,
        clientId,
        `${assignment.length}`,
        assignmentText(assignment),
      ]),
    ),
  };
}

export function statesTable(groups: readonly ConsumerGroupDescription[]): Rows {
  return {
    head: ['GROUP', 'TYPE', 'COORDINATOR (ID)', 'ASSIGNMENT-STRATEGY', 'STATE', '#MEMBERS'],
    rows: groups.map((group) => [
      group.groupId,
      group.type,
      coordinatorText(group),
      group.assignor || MISSING,
      group.state,
      `${group.members.length}`,
    ]),
  };
}

export function deletedGroupsTable(groups: readonly DeletedGroup[]): Rows {
  return {
    head: ['GROUP', 'RESULT'],
    rows: groups.map(({ groupId, error }) => [groupId, error?.message ?? 'deleted']),
  };
}

export function deletedOffsetsTable({ partitions }: DeletedOffsets): Rows {
  return {
    head: ['TOPIC', 'PARTITION', 'RESULT'],
    rows: partitions.map(({ topic, partition, error }) => [
      topic,
      `${partition ?? MISSING}`,
      error?.message ?? 'deleted',
    ]),
  };
}

/** In order of topic and partition, which the original's table is not. */
export function resetTable(plan: ResetPlan): Rows {
  const rows = [...plan].flatMap(([groupId, offsets]) =>
    offsets
      .toSorted((a, b) =>
        a.topic === b.topic ? a.partition - b.partition : partitionName(a) < partitionName(b) ? -1 : 1,
      )
      .map(({ topic, partition, offset }) => [groupId, topic, `${partition}`, `${offset}`]),
  );
  return { head: ['GROUP', 'TOPIC', 'PARTITION', 'NEW-OFFSET'], rows };
}

export function offsetsJson(groups: readonly GroupOffsets[]) {
  return groups.map(({ groupId, state, rows }) => ({
    groupId,
    state,
    partitions: rows.map(({ groupId: _, ...row }) => row),
  }));
}

export function deletedGroupsJson(groups: readonly DeletedGroup[]) {
  return groups.map(({ groupId, error }) => ({ groupId, isDeleted: error === null, error: error?.message ?? null }));
}

export function deletedOffsetsJson(groupId: string, { outcome, partitions }: DeletedOffsets) {
  const results = partitions.map(({ topic, partition, error }) => ({
    topic,
    partition,
    isDeleted: error === null,
    error: error?.message ?? null,
  }));
  return { groupId, outcome, partitions: results };
}

export function resetJson(plan: ResetPlan) {
  return [...plan].map(([groupId, offsets]) => ({ groupId, offsets }));
}
