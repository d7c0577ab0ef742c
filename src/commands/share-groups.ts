import {
  BOOTSTRAP_SERVER,
  differs,
  GROUP_OPTIONS,
  groupCommandFailed,
  option,
  refuseTogether,
  refuseUnavailable,
  ToolCommand,
  type ToolRun,
  UsageError,
} from '../cli/index.ts';
import { type Session, withSession } from '../tools/admin-session.ts';
import { parseNames } from '../tools/consumer-groups/index.ts';
import { executionFailure, wrappedFailure } from '../tools/java-failures.ts';
import {
  deletedGroupsText,
  deletedOffsetsText,
  deleteOffsets,
  deleteShareGroups,
  describeGroups,
  describeOffsets,
  listingText,
  listShareGroups,
  memberColumns,
  memberRows,
  membersText,
  offsetColumns,
  offsetRows,
  offsetsText,
  RESET_COLUMNS,
  type ResetTarget,
  remarkOf,
  resetOffsets,
  resetRows,
  resetText,
  SHARE_GROUP_STATES,
  stateColumns,
  stateRows,
  stateText,
} from '../tools/share-groups/index.ts';

const ACTIONS = ['list', 'describe', 'delete', 'reset-offsets', 'delete-offsets'] as const;
const TARGETS = ['to-datetime', 'to-earliest', 'to-latest'] as const;
const PURPOSE = 'This tool helps to list, describe, reset and delete share groups.';

/** Options that exist only beside one of these. */
const ONLY_BESIDE = {
  members: ['describe'],
  verbose: ['describe'],
  offsets: ['describe'],
  state: ['describe', 'list'],
} as const;

type Run = ToolRun<typeof ShareGroups.flags>;
type Action = (typeof ACTIONS)[number];

export default class ShareGroups extends ToolCommand {
  static override summary = 'List, describe and delete share groups, reset their offsets';
  static override tool = {
    name: 'kafka-share-groups',
    help: PURPOSE,
    noArguments: PURPOSE,
    optionErrors: 'failure' as const,
  };
  static override flags = {
    ...GROUP_OPTIONS,
    'bootstrap-server': BOOTSTRAP_SERVER,
    group: option.string({ argument: 'share group', help: 'The group; may be repeated with --describe and --delete.' }),
    topic: option.string({
      argument: 'topic',
      help: 'The topic whose offsets are deleted or reset; with --reset-offsets also as name:0,1,2. May be repeated.',
    }),
    'all-topics': option.flag({ help: 'With --reset-offsets: every topic the group has begun.' }),
    list: option.flag({ help: 'Print the names of all share groups.' }),
    describe: option.flag({ help: 'Show how far groups have come.' }),
    'all-groups': option.flag({ help: 'Every share group instead of those named by --group.' }),
    delete: option.flag({ help: 'Delete groups without members.' }),
    'reset-offsets': option.flag({
      help: 'Set where a group without members goes on. One target: --to-earliest, --to-latest or --to-datetime; --topic or --all-topics; --dry-run or --execute.',
    }),
    'delete-offsets': option.flag({ help: 'Delete the offsets of a group for topics.' }),
    execute: option.flag({ help: 'With --reset-offsets: set the new offsets.' }),
  };

  override async execute(run: Run): Promise<number> {
    const { options, face, require } = run;
    refuseUnavailable(options, ONLY_BESIDE);
    await require('bootstrap-server');
    checkArguments(run);
    const [action, ...others] = ACTIONS.filter((name) => options.has(name));
    if (action === undefined || others.length > 0) {
      const names = ACTIONS.map((name) => `--${name}`).join(', ');
      throw new UsageError(`Command must include exactly one action: ${names}.`);
    }
    try {
      return await perform(action, run);
    } catch (error) {
      return groupCommandFailed('share', error, face);
    }
  }
}

/** Source: ShareGroupCommandOptions.checkArgs. */
function checkArguments({ options }: Run): void {
  const refuse = (text: string): never => {
    throw new UsageError(text);
  };
  if (options.has('describe')) {
    if (!options.has('group') && !options.has('all-groups')) {
      refuse('Option [describe] takes one of these options: [all-groups], [group]');
    }
    const views = (['members', 'offsets', 'state'] as const).filter((name) => options.has(name));
    if (views.length > 1) {
      refuse('Option [describe] takes at most one of these options: [members], [offsets], [state]');
    }
    if (options.value('state') !== undefined) refuse('Option [describe] does not take a value for [state]');
  }
  if (options.has('delete')) {
    if (!options.has('group') && !options.has('all-groups')) {
      refuse('Option [delete] takes the options [group] or [all-groups]');
    }
    if (options.has('group') && options.has('all-groups')) {
      refuse('Option [delete] takes either [group] or [all-groups], not both.');
    }
    if (options.has('topic')) refuse('Option [delete] does not take the option: [topic]');
  }
  if (options.has('delete-offsets') && !(options.has('group') && options.has('topic'))) {
    refuse('Option [delete-offsets] takes the following options: [group], [topic]');
  }
  if (options.has('reset-offsets')) {
    if (options.has('dry-run') && options.has('execute')) {
      refuse('Option [reset-offsets] only accepts one of [execute] and [dry-run]');
    }
    if (!options.has('dry-run') && !options.has('execute')) {
      refuse('Option [reset-offsets] takes the option: [execute] or [dry-run]');
    }
    if (!options.has('group') && !options.has('all-groups')) refuse('Option [reset-offsets] takes the option: [group]');
    if (!options.has('topic') && !options.has('all-topics')) {
      refuse('Option [reset-offsets] takes one of these options: [all-topics], [topic]');
    }
    if (!TARGETS.some((name) => options.has(name))) {
      refuse('Option [reset-offsets] takes one of these options: [to-datetime], [to-earliest], [to-latest]');
    }
    for (const name of TARGETS) refuseTogether(options, name, ...TARGETS.filter((one) => one !== name));
  }
  refuseTogether(options, 'group', 'all-groups', 'list');
  refuseTogether(options, 'topic', 'describe', 'list');
}

async function perform(action: Action, run: Run): Promise<number> {
  const { options, context, face } = run;
  const address = {
    configFile: options.value('command-config'),
    bootstrapServers: options.value('bootstrap-server'),
    connectPatienceMs: differs('connectPatienceMs', face.name),
  };
  const timeoutMs = () => Number(BigInt.asIntN(32, options.value('timeout')));
  return withSession(address, context, async (session) => {
    switch (action) {
      case 'list':
        return list(session, run, timeoutMs);
      case 'describe':
        return describe(session, run, timeoutMs());
      case 'delete':
        return remove(session, run, timeoutMs());
      case 'delete-offsets':
        return removeOffsets(session, run, timeoutMs());
      case 'reset-offsets':
        return reset(session, run, timeoutMs());
    }
  });
}

async function list(session: Session, { options, face }: Run, timeoutMs: () => number): Promise<number> {
  const withStates = options.has('state');
  const stateList = options.value('state') ?? '';
  const states = stateList === '' ? [] : parseNames(stateList, SHARE_GROUP_STATES);
  if (states === null) {
    throw new UsageError(`Invalid state list '${stateList}'. Valid states are: ${SHARE_GROUP_STATES.join(', ')}`);
  }
  const groups = await listShareGroups(session, states, timeoutMs()).catch((error: unknown) => {
    throw withStates ? executionFailure(error) : wrappedFailure(error);
  });
  await face.print(groups, {
    text: (all) => listingText(all, withStates),
    table: (all) => ({ head: ['GROUP', 'STATE'], rows: all.map(({ groupId, state }) => [groupId, state]) }),
    json: (all) => all.map(({ groupId, state }) => ({ groupId, state })),
  });
  return 0;
}

async function describe(session: Session, run: Run, timeoutMs: number): Promise<number> {
  const { options, face } = run;
  const groupIds = options.has('all-groups')
    ? (await listShareGroups(session, [], timeoutMs)).map(({ groupId }) => groupId)
    : options.values('group');
  const isVerbose = options.has('verbose');
  if (!options.has('members') && !options.has('state')) {
    await face.print(await describeOffsets(session, groupIds, timeoutMs), {
      text: (all) => all.map((one) => offsetsText(one, isVerbose)).join(''),
      table: (all) => ({ head: offsetColumns(isVerbose), rows: offsetRows(all, isVerbose) }),
      json: (all) => all.map(({ offsets, ...group }) => ({ ...group, partitions: offsets })),
    });
    return 0;
  }
  const groups = await describeGroups(session, groupIds, timeoutMs);
  const ofMembers = options.has('members');
  for (const group of groups) {
    const remark = remarkOf(group.groupId, group.state);
    if (remark) face.warn(face.output === 'text' ? remark.text : remark.text.trim(), remark.stream);
    if (face.output === 'text') face.out(ofMembers ? membersText(group, isVerbose) : stateText(group, isVerbose));
  }
  if (face.output === 'text') return 0;
  await face.print(groups, {
    text: () => '',
    table: (all) =>
      ofMembers
        ? { head: memberColumns(isVerbose), rows: memberRows(all, isVerbose) }
        : { head: stateColumns(isVerbose), rows: stateRows(all, isVerbose) },
  });
  return 0;
}

async function remove(session: Session, { options, face }: Run, timeoutMs: number): Promise<number> {
  const groupIds = options.has('all-groups') ? 'all' : options.values('group');
  const result = await deleteShareGroups(session, groupIds, timeoutMs);
  await face.print(result, {
    text: deletedGroupsText,
    json: ({ deleted, failed }) => [
      ...deleted.map((groupId) => ({ groupId, isDeleted: true, error: null })),
      ...failed.map(({ groupId, error }) => ({ groupId, isDeleted: false, error: error.message })),
    ],
  });
  return face.status(0, result.failed.length > 0);
}

async function removeOffsets(session: Session, { options, face }: Run, timeoutMs: number): Promise<number> {
  const groupId = options.value('group') ?? '';
  const result = await deleteOffsets(session, groupId, options.values('topic'), timeoutMs);
  await face.print(result, {
    text: deletedOffsetsText,
    json: ({ topics }) => ({
      groupId,
      topics: topics.map(({ topic, error }) => ({
        topic,
        isDeleted: error === null,
        error: error === null ? null : error.message,
      })),
    }),
  });
  return face.status(
    0,
    result.topics.some(({ error }) => error !== null),
  );
}

async function reset(session: Session, { options, context, face }: Run, timeoutMs: number): Promise<number> {
  const groupId = options.value('group') ?? '';
  const plan = await resetOffsets(
    session,
    {
      groupId,
      topics: options.has('topic') ? options.values('topic') : 'all',
      target: targetOf(options),
      isDryRun: options.has('dry-run'),
      timeoutMs,
    },
    { clock: context.clock, logger: context.logger, notice: () => undefined },
  );
  await face.print(plan, {
    text: (offsets) => resetText(groupId, offsets),
    table: (offsets) => ({ head: RESET_COLUMNS, rows: resetRows(groupId, offsets) }),
    json: (offsets) => ({
      groupId,
      offsets: offsets.map(({ topic, partition, offset }) => ({ topic, partition, offset })),
    }),
  });
  return 0;
}

function targetOf(options: Run['options']): ResetTarget {
  if (options.has('to-datetime')) return { kind: 'datetime', text: options.value('to-datetime') ?? '' };
  return { kind: options.has('to-earliest') ? 'earliest' : 'latest' };
}
