import { type GroupListing } from '../../client/admin/groups.ts';
import { type ShareGroupDescription } from '../../client/admin/share-groups.ts';
import { type PlannedOffset } from '../consumer-groups/reset-plan.ts';
import { type DeletedShareGroups } from './delete-share-groups.ts';
import { type DescribedOffsets } from './describe-share-groups.ts';
import { type DeletedShareOffsets } from './share-group-offsets.ts';

// Texts as kafka-share-groups prints them. Source: ShareGroupCommand.

const MISSING = '-';
const LEAST_WIDTH = 15;
const COORDINATOR_WIDTH = 25;

/** Lines of columns that are `widths` wide at least; the last has no padding. */
function lines(rows: readonly (readonly unknown[])[], widths: readonly number[]): string {
  const line = (row: readonly unknown[]) =>
    row.map((cell, at) => (at === row.length - 1 ? `${cell}` : `${cell}`.padEnd(widths[at] ?? 0))).join(' ');
  return rows.map((row) => `${line(row)}\n`).join('');
}

const widest = (texts: readonly string[], least = LEAST_WIDTH): number =>
  Math.max(least, ...texts.map((text) => text.length));

export function listingText(groups: readonly GroupListing[], withStates: boolean): string {
  if (!withStates) return groups.map(({ groupId }) => `${groupId}\n`).join('');
  const rows = groups.map(({ groupId, state }) => [groupId, state]);
  return lines([['GROUP', 'STATE'], ...rows], [widest(groups.map((one) => one.groupId))]);
}

export function offsetRows(groups: readonly DescribedOffsets[], isVerbose: boolean): string[][] {
  return groups.flatMap(({ groupId, offsets }) =>
    offsets.map(({ topic, partition, leaderEpoch, startOffset, lag }) => [
      groupId,
      topic,
      `${partition}`,
      ...(isVerbose ? [`${leaderEpoch ?? MISSING}`] : []),
      `${startOffset ?? MISSING}`,
      `${lag ?? MISSING}`,
    ]),
  );
}

export function offsetColumns(isVerbose: boolean): string[] {
  return ['GROUP', 'TOPIC', 'PARTITION', ...(isVerbose ? ['LEADER-EPOCH'] : []), 'START-OFFSET', 'LAG'];
}

export function offsetsText(group: DescribedOffsets, isVerbose: boolean): string {
  const { groupId, offsets } = group;
  if (offsets.length === 0) return `\nShare group '${groupId}' has no offset information.\n`;
  const widths = [widest([groupId]), widest(offsets.map((one) => one.topic)), 10, 13, 13];
  return `\n${lines([offsetColumns(isVerbose), ...offsetRows([group], isVerbose)], widths)}`;
}

/** `t:0,1;u:2` */
export function assignmentText(assignment: ShareGroupDescription['members'][number]['assignment']): string {
  return [...Map.groupBy(assignment, (one) => one.topic)]
    .map(([topic, members]) => `${topic}:${members.map((one) => one.partition).join(',')}`)
    .sort()
    .join(';');
}

export function memberColumns(isVerbose: boolean): string[] {
  const epoch = isVerbose ? ['MEMBER-EPOCH'] : [];
  return ['GROUP', 'CONSUMER-ID', 'HOST', 'CLIENT-ID', '#PARTITIONS', ...epoch, 'ASSIGNMENT'];
}

export function memberRows(groups: readonly ShareGroupDescription[], isVerbose: boolean): string[][] {
  return groups.flatMap(({ groupId, members }) =>
    members
      .toSorted((a, b) => (a.memberId < b.memberId ? -1 : 1))
      .map(({ memberId, host, clientId, assignment, memberEpoch }) => [
        groupId,
        memberId,
        host,
        clientId,
        `${assignment.length}`,
        ...(isVerbose ? [`${memberEpoch}`] : []),
        assignmentText(assignment),
      ]),
  );
}

export function membersText(group: ShareGroupDescription, isVerbose: boolean): string {
  const { groupId, members } = group;
  if (members.length === 0) return '';
  const widths = [
    widest([groupId]),
    widest(members.map((one) => one.memberId)),
    widest(members.map((one) => one.host)),
    widest(members.map((one) => one.clientId)),
    12,
    13,
  ];
  return `\n${lines([memberColumns(isVerbose), ...memberRows([group], isVerbose)], widths)}`;
}

export function stateColumns(isVerbose: boolean): string[] {
  const epochs = isVerbose ? ['GROUP-EPOCH', 'ASSIGNMENT-EPOCH'] : [];
  return ['GROUP', 'COORDINATOR (ID)', 'STATE', ...epochs, '#MEMBERS'];
}

export function stateRows(groups: readonly ShareGroupDescription[], isVerbose: boolean): string[][] {
  return groups.map(({ groupId, coordinator, state, groupEpoch, assignmentEpoch, members }) => [
    groupId,
    `${coordinator.host}:${coordinator.port}  (${coordinator.id})`,
    state,
    ...(isVerbose ? [`${groupEpoch}`, `${assignmentEpoch}`] : []),
    `${members.length}`,
  ]);
}

export function stateText(group: ShareGroupDescription, isVerbose: boolean): string {
  const rows = stateRows([group], isVerbose);
  const widths = [widest([group.groupId]), widest([rows[0]?.[1] ?? ''], COORDINATOR_WIDTH), 15, 12, 17];
  return `\n${lines([stateColumns(isVerbose), ...rows], widths)}`;
}

/** What is said of a group before its table, if anything. */
export function remarkOf(groupId: string, state: string): { text: string; stream: 'stdout' | 'stderr' } | null {
  if (state === 'Dead') return { text: `\nError: Share group '${groupId}' does not exist.`, stream: 'stdout' };
  if (state === 'Empty') return { text: `\nShare group '${groupId}' has no active members.`, stream: 'stderr' };
  return null;
}

export function deletedGroupsText({ deleted, failed }: DeletedShareGroups): string {
  const names = deleted.map((groupId) => `'${groupId}'`).join(', ');
  if (failed.length === 0) return `Deletion of requested share groups (${names}) was successful.\n`;
  const reasons = failed.map(
    ({ groupId, error }) => `* Group '${groupId}' could not be deleted due to: ${error.toString()}\n`,
  );
  const rest = deleted.length > 0 ? `\nThese share groups were deleted successfully: ${names}\n` : '';
  return `\nError: Deletion of some share groups failed:\n${reasons.join('')}${rest}`;
}

export function deletedOffsetsText({ groupError, topics }: DeletedShareOffsets): string {
  const head = groupError ? `\nError: ${groupError.message}\n` : '';
  const rows = topics.map(({ topic, error }) => [topic, error ? `Error: ${error.message}` : 'Successful']);
  return `${head}\n${lines([['TOPIC', 'STATUS'], ...rows], [widest(topics.map((one) => one.topic))])}`;
}

export const RESET_COLUMNS = ['GROUP', 'TOPIC', 'PARTITION', 'NEW-OFFSET'];

export function resetRows(groupId: string, plan: readonly PlannedOffset[]): string[][] {
  return plan.map(({ topic, partition, offset }) => [groupId, topic, `${partition}`, `${offset}`]);
}

export function resetText(groupId: string, plan: readonly PlannedOffset[]): string {
  const widths = [widest([groupId]), widest(plan.map((one) => one.topic)), 10];
  return `\n${lines([RESET_COLUMNS, ...resetRows(groupId, plan)], widths)}`;
}
