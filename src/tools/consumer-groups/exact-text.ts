import { ERRORS } from '../../protocol/errors.ts';
import { type DeletedGroup, type DeletedOffsets } from './delete-groups.ts';
import { type ConsumerGroupDescription, type GroupMember, type GroupOffsets, sorted } from './describe-groups.ts';
import { type GroupListing } from './list-groups.ts';
import { type ResetNotice } from './reset-offsets.ts';
import { type ResetPlan } from './reset-plan.ts';
import { type TopicPartition } from './topic-partitions.ts';

// What Apache's kafka-consumer-groups and kafka-groups print, byte for byte.

export const MISSING = '-';

type Cell = string | number | bigint | null;

function cell(value: Cell): string {
  return value === null || value === '' ? MISSING : String(value);
}

/** Columns padded to their width and parted by a space; a width of 0 takes the value as it is. */
function line(widths: readonly number[], values: readonly Cell[]): string {
  return values.map((value, i) => String(value).padEnd(widths[i] ?? 0)).join(' ');
}

function widest(least: number, texts: readonly string[]): number {
  return texts.reduce((width, text) => Math.max(width, text.length), least);
}

/** Lines that each begin on a new one, as Kafka's tool prints its tables. */
function block(lines: readonly string[]): string {
  return `\n${lines.join('\n')}\n`;
}

/** `--list --state --type`. */
export function listingText(groups: readonly GroupListing[], columns: { state: boolean; type: boolean }): string {
  const widths = [
    widest(
      15,
      groups.map(({ groupId }) => groupId),
    ) + 10,
  ];
  const pick = (group: string, type: string, state: string) => [
    group,
    ...(columns.type ? [type] : []),
    ...(columns.state ? [state] : []),
  ];
  const rows = groups.map(({ groupId, type, state }) => pick(groupId, type, state === '' ? 'Unknown' : state));
  return [pick('GROUP', 'TYPE', 'STATE'), ...rows].map((row) => `${line([...widths, 20, 20], row)}\n`).join('');
}

/** kafka-groups `--list`. */
export function groupsText(groups: readonly GroupListing[]): string {
  const rows = groups.map(({ groupId, type, protocolType }) => [groupId, type, protocolType]);
  const width = widest(20, rows.flat());
  const widths = [width, width, width];
  return [line(widths, ['GROUP', 'TYPE', 'PROTOCOL']), ...rows.map((row) => `${line(widths, row)} `)]
    .map((text) => `${text}\n`)
    .join('');
}

export const OFFSET_COLUMNS = [
  'GROUP',
  'TOPIC',
  'PARTITION',
  'LEADER-EPOCH',
  'CURRENT-OFFSET',
  'LOG-END-OFFSET',
  'LAG',
  'CONSUMER-ID',
  'HOST',
  'CLIENT-ID',
] as const;

export function offsetCells(group: GroupOffsets): string[][] {
  return group.rows.map((row) =>
    [
      row.groupId,
      row.topic,
      row.partition,
      row.leaderEpoch,
      row.currentOffset,
      row.logEndOffset,
      row.lag,
      row.consumerId,
      row.host,
      row.clientId,
    ].map(cell),
  );
}

export function offsetsText(group: GroupOffsets, isVerbose: boolean): string {
  const cells = offsetCells(group);
  if (cells.length === 0) return '';
  const column = (index: number) => cells.map((row) => row[index] ?? '');
  const widths = [
    widest(15, column(0)),
    widest(15, column(1)),
    10,
    15,
    15,
    15,
    15,
    widest(15, column(7)),
    widest(15, column(8)),
    0,
  ];
  const shown = <T>(row: readonly T[]): T[] => row.filter((_, index) => isVerbose || index !== 3);
  return block([OFFSET_COLUMNS, ...cells].map((row) => line(shown(widths), shown(row))));
}

export function assignmentText(partitions: readonly TopicPartition[] | null): string {
  if (partitions === null || partitions.length === 0) return MISSING;
  const byTopic = Map.groupBy(sorted(partitions), ({ topic }) => topic);
  return [...byTopic]
    .map(([topic, members]) => `${topic}:${members.map(({ partition }) => partition).join(',')}`)
    .join(';');
}

export function membersText(
  { groupId, members, targetAssignmentEpoch }: ConsumerGroupDescription,
  isVerbose: boolean,
): string {
  const hasInstances = members.some(({ groupInstanceId }) => groupInstanceId !== null && groupInstanceId !== '');
  const isMixed =
    members.some(({ isUpgraded }) => isUpgraded === true) && members.some(({ isUpgraded }) => isUpgraded === false);
  const columns: { head: string; least: number; isFixed?: true; text: (member: GroupMember) => string }[] = [
    { head: 'GROUP', least: 15, text: () => groupId },
    { head: 'CONSUMER-ID', least: 15, text: ({ memberId }) => memberId },
    { head: 'GROUP-INSTANCE-ID', least: 17, text: ({ groupInstanceId }) => groupInstanceId ?? '' },
    { head: 'HOST', least: 15, text: ({ host }) => host },
    { head: 'CLIENT-ID', least: 15, text: ({ clientId }) => clientId },
    { head: '#PARTITIONS', least: 15, isFixed: true, text: ({ assignment }) => String(assignment.length) },
  ];
  const details: typeof columns = [
    { head: 'CURRENT-EPOCH', least: 15, isFixed: true, text: ({ memberEpoch }) => cell(memberEpoch) },
    { head: 'CURRENT-ASSIGNMENT', least: 20, text: ({ assignment }) => assignmentText(assignment) },
    { head: 'TARGET-EPOCH', least: 15, isFixed: true, text: () => cell(targetAssignmentEpoch) },
    { head: 'TARGET-ASSIGNMENT', least: 20, text: ({ targetAssignment }) => assignmentText(targetAssignment) },
  ];
  if (isMixed) {
    details.push({
      head: 'UPGRADED',
      least: 0,
      isFixed: true,
      text: ({ isUpgraded }) => String(isUpgraded ?? MISSING),
    });
  }
  const draw = (shown: typeof columns) => {
    const rows = members.map((member) => shown.map(({ text }) => text(member)));
    const widths = shown.map(({ least, isFixed }, i) =>
      isFixed
        ? least
        : widest(
            least,
            rows.map((row) => row[i] ?? ''),
          ),
    );
    return [shown.map(({ head }) => head), ...rows].map((row) => line(widths, row));
  };
  const left = draw(columns.filter(({ head }) => hasInstances || head !== 'GROUP-INSTANCE-ID'));
  const right = isVerbose ? draw(details) : [];
  return `\n${left.map((text, i) => `${text} ${right[i] ?? ''}\n`).join('')}`;
}

export function coordinatorText({ coordinator: { host, port, id } }: ConsumerGroupDescription): string {
  return `${host}:${port}  (${id})`;
}

export function stateText(group: ConsumerGroupDescription, isVerbose: boolean): string {
  const { groupId, state, members, assignor, groupEpoch, targetAssignmentEpoch } = group;
  const coordinator = coordinatorText(group);
  const widths = [widest(15, [groupId]), widest(25, [coordinator]), 20, 20];
  const strategy = cell(assignor);
  if (!isVerbose) {
    const head = ['GROUP', 'COORDINATOR (ID)', 'ASSIGNMENT-STRATEGY', 'STATE', '#MEMBERS'];
    return block([head, [groupId, coordinator, strategy, state, members.length]].map((row) => line(widths, row)));
  }
  const head = [
    'GROUP',
    'COORDINATOR (ID)',
    'ASSIGNMENT-STRATEGY',
    'STATE',
    'GROUP-EPOCH',
    'TARGET-ASSIGNMENT-EPOCH',
    '#MEMBERS',
  ];
  const row = [groupId, coordinator, strategy, state, cell(groupEpoch), cell(targetAssignmentEpoch), members.length];
  return block([head, row].map((values) => line([...widths, 15, 25], values)));
}

/** What the state of a group means to its reader; `stdout` for a failure, `stderr` for a remark. */
export function stateRemark(groupId: string, state: string): { stream: 'stdout' | 'stderr'; text: string } | null {
  switch (state) {
    case 'Dead':
      return { stream: 'stdout', text: `\nError: Consumer group '${groupId}' does not exist.` };
    case 'Empty':
      return { stream: 'stderr', text: `\nConsumer group '${groupId}' has no active members.` };
    case 'PreparingRebalance':
    case 'CompletingRebalance':
    case 'Assigning':
    case 'Reconciling':
      return { stream: 'stderr', text: `\nWarning: Consumer group '${groupId}' is rebalancing.` };
    default:
      return null;
  }
}

const quoted = (groups: readonly DeletedGroup[]) => groups.map(({ groupId }) => `'${groupId}'`).join(', ');

export function deletedGroupsText(groups: readonly DeletedGroup[]): string {
  const failed = groups.filter(({ error }) => error !== null);
  const gone = groups.filter(({ error }) => error === null);
  if (failed.length === 0) return `Deletion of requested consumer groups (${quoted(gone)}) was successful.\n`;
  const reasons = failed.map(({ groupId, error }) => `* Group '${groupId}' could not be deleted due to: ${error}\n`);
  const rest = gone.length > 0 ? `\nThese consumer groups were deleted successfully: ${quoted(gone)}\n` : '';
  return `\nError: Deletion of some consumer groups failed:\n${reasons.join('')}${rest}`;
}

function deletionSentence(groupId: string, { outcome }: DeletedOffsets): string {
  switch (outcome) {
    case 'NONE':
      return `Request succeeded for deleting offsets from group ${groupId}.\n`;
    case 'INVALID_GROUP_ID':
    case 'GROUP_ID_NOT_FOUND':
    case 'GROUP_AUTHORIZATION_FAILED':
    case 'NON_EMPTY_GROUP':
      return `\nError: ${ERRORS[outcome].text}\n`;
    case 'GROUP_SUBSCRIBED_TO_TOPIC':
    case 'TOPIC_AUTHORIZATION_FAILED':
    case 'UNKNOWN_TOPIC_OR_PARTITION':
      return '\nError: Encountered some partition-level error, see the follow-up details.\n';
    default:
      return `\nError: Encountered some unknown error: ${outcome}\n`;
  }
}

export function deletedOffsetsText(groupId: string, deleted: DeletedOffsets): string {
  const widths = [
    widest(
      15,
      deleted.partitions.map(({ topic }) => topic),
    ),
    10,
    15,
  ];
  const rows = deleted.partitions.map(({ topic, partition, error }) => [
    topic,
    cell(partition),
    error === null ? 'Successful' : `Error: ${error}`,
  ]);
  const table = [['TOPIC', 'PARTITION', 'STATUS'], ...rows].map((row) => line(widths, row));
  return deletionSentence(groupId, deleted) + block(table);
}

export function resetText(plan: ResetPlan): string {
  if (plan.size === 0) return '\n';
  const rows = [...plan].flatMap(([groupId, offsets]) =>
    offsets.map(({ topic, partition, offset }) => [groupId, topic, partition, offset]),
  );
  const widths = [
    widest(15, [...plan.keys()]),
    widest(
      15,
      rows.map(([, topic]) => String(topic)),
    ),
    10,
  ];
  return block([['GROUP', 'TOPIC', 'PARTITION', 'NEW-OFFSET'], ...rows].map((row) => line(widths, row)));
}

/** What is said on the way to a reset; null for a remark that only a trace tells. */
export function resetNoticeText(notice: ResetNotice): string | null {
  switch (notice.kind) {
    case 'active':
      return `\nError: Assignments can only be reset if the group '${notice.groupId}' is inactive, but the current state is ${notice.state}.`;
    case 'no-plan':
      return `\nError: No reset plan for group ${notice.groupId} found`;
    case 'no-record':
      return `\nWarn: Partition ${notice.partition} from topic ${notice.topic} is empty. Falling back to latest known offset.`;
    case 'not-single-group-csv':
      return null;
  }
}
