import {
  differs,
  GROUP_OPTIONS,
  groupCommandFailed,
  option,
  refuseTogether,
  refuseUnavailable,
  ToolCommand,
  type ToolRun,
} from '../cli/index.ts';
import { type Session, withSession } from '../tools/admin-session.ts';
import {
  CONSUMER_GROUP_STATES,
  CONSUMER_GROUP_TYPES,
  deletedGroupsJson,
  deletedGroupsTable,
  deletedGroupsText,
  deletedOffsetsJson,
  deletedOffsetsTable,
  deletedOffsetsText,
  deleteGroups,
  deleteOffsets,
  describeGroups,
  describeOffsets,
  exportPlan,
  listConsumerGroups,
  listingTable,
  listingText,
  membersTable,
  membersText,
  offsetsJson,
  offsetsTable,
  offsetsText,
  parseNames,
  type ResetNotice,
  type ResetTarget,
  resetJson,
  resetNoticeText,
  resetOffsets,
  resetTable,
  resetText,
  stateRemark,
  statesTable,
  stateText,
  validateRegex,
} from '../tools/consumer-groups/index.ts';
import { executionFailure, wrappedFailure } from '../tools/java-failures.ts';
import { UsageError } from '../util/usage-error.ts';

const ACTIONS = ['list', 'describe', 'delete', 'reset-offsets', 'delete-offsets', 'validate-regex'] as const;
const TARGETS = [
  'to-offset',
  'to-datetime',
  'by-duration',
  'to-earliest',
  'to-latest',
  'to-current',
  'shift-by',
  'from-file',
] as const;
const NO_EXECUTE_WARNING =
  'WARN: No action will be performed as the --execute option is missing. In version 5.0, this command will require either --dry-run or --execute to be specified. You should add the --dry-run option explicitly if you are scripting this command and want to keep the current default behavior without prompting.';

/** Options that exist only beside one of these. */
const ONLY_BESIDE = {
  members: ['describe'],
  verbose: ['describe'],
  offsets: ['describe'],
  state: ['describe', 'list'],
  type: ['list'],
} as const;

type Run = ToolRun<typeof ConsumerGroups.flags>;

export default class ConsumerGroups extends ToolCommand {
  static override summary = 'List, describe and delete consumer groups, reset their offsets';
  static override tool = {
    name: 'kafka-consumer-groups',
    help: 'This tool helps to list all consumer groups, describe a consumer group, delete consumer group info, or reset consumer group offsets.',
    noArguments:
      'This tool helps to list all consumer groups, describe a consumer group, delete consumer group info, or reset consumer group offsets.',
    optionErrors: 'failure' as const,
  };
  static override flags = {
    ...GROUP_OPTIONS,
    'bootstrap-server': option.string({
      argument: 'server to connect to',
      help: 'REQUIRED unless --validate-regex is used: brokers to begin with, as HOST1:PORT1,HOST2:PORT2.',
    }),
    group: option.string({ argument: 'consumer group', help: 'The group; may be repeated.' }),
    topic: option.string({
      argument: 'topic',
      help: 'With --delete-offsets and --reset-offsets: the topic, with partitions as name:0,1,2; may be repeated.',
    }),
    'all-topics': option.flag({ help: 'With --reset-offsets: every topic the group has committed offsets for.' }),
    list: option.flag({ help: 'Print the names of all consumer groups.' }),
    describe: option.flag({ help: 'Show how far groups have read and how much is left.' }),
    'all-groups': option.flag({ help: 'Every consumer group instead of those named by --group.' }),
    delete: option.flag({ help: 'Delete groups without members, with their offsets.' }),
    'reset-offsets': option.flag({
      help: 'Set the offsets of groups without members. One target: --to-earliest, --to-latest, --to-current, --to-offset, --shift-by, --by-duration, --to-datetime or --from-file; --topic or --all-topics; --dry-run or --execute.',
    }),
    'delete-offsets': option.flag({ help: 'Delete the offsets of a group for topics it is not subscribed to.' }),
    execute: option.flag({ help: 'With --reset-offsets: commit the new offsets.' }),
    export: option.flag({ help: 'With --reset-offsets: print the new offsets as CSV, which --from-file reads.' }),
    'to-offset': option.long({ argument: 'offset', help: 'To this offset.' }),
    'from-file': option.string({ argument: 'path to CSV file', help: 'To the offsets in a file.' }),
    'by-duration': option.string({
      argument: 'duration',
      help: "To the first record that is at most this old. Format: 'PnDTnHnMnS'.",
    }),
    'to-current': option.flag({ help: 'To what is committed, or the end of the log where nothing is.' }),
    'shift-by': option.long({ argument: 'number-of-offsets', help: 'Forward, or backward with a negative number.' }),
    type: option.string({ valueOptional: true, help: 'With --list: types as well, or only groups of these types.' }),
    'validate-regex': option.string({
      argument: 'regex',
      help: 'Check whether brokers take a regular expression (RE2 syntax) as a subscription.',
    }),
  };

  override async execute(run: Run): Promise<number> {
    const { options, face, require } = run;
    refuseUnavailable(options, ONLY_BESIDE);
    if (!options.has('validate-regex')) await require('bootstrap-server');
    checkArguments(run);
    const [action, ...others] = ACTIONS.filter((name) => options.has(name));
    if (action === undefined || others.length > 0) {
      const names = ACTIONS.map((name) => `--${name}`).join(', ');
      throw new UsageError(`Command must include exactly one action: ${names}`);
    }
    if (action === 'validate-regex') return validate(run);
    try {
      return await perform(action, run);
    } catch (error) {
      return groupCommandFailed('consumer', error, face);
    }
  }
}

/** Source: ConsumerGroupCommandOptions.checkArgs. */
function checkArguments({ options, face }: Run): void {
  const hasGroups = options.has('group') || options.has('all-groups');
  const requireGroups = (name: string) => {
    if (!hasGroups) throw new UsageError(`Option [${name}] takes one of these options: [group], [all-groups]`);
  };
  if (options.has('describe')) {
    requireGroups('describe');
    const views = (['members', 'offsets', 'state'] as const).filter((name) => options.has(name));
    if (views.length > 1) {
      throw new UsageError('Option [describe] takes at most one of these options: [members], [offsets], [state]');
    }
    if (options.value('state') !== undefined) {
      throw new UsageError('Option [describe] does not take a value for [state]');
    }
  }
  if (options.has('delete')) {
    requireGroups('delete');
    if (options.has('topic')) {
      throw new UsageError('The consumer does not support topic-specific offset deletion from a consumer group.');
    }
  }
  if (options.has('delete-offsets') && !(options.has('group') && options.has('topic'))) {
    throw new UsageError('Option [delete-offsets] takes the following options: [group], [topic]');
  }
  if (options.has('reset-offsets')) {
    if (options.has('dry-run') && options.has('execute')) {
      throw new UsageError('Option [reset-offsets] only accepts one of [execute] and [dry-run]');
    }
    if (!options.has('dry-run') && !options.has('execute')) face.warn(NO_EXECUTE_WARNING, 'stderr');
    requireGroups('reset-offsets');
    for (const name of TARGETS) refuseTogether(options, name, ...TARGETS.filter((one) => one !== name));
  }
  refuseTogether(options, 'group', 'all-groups');
  refuseTogether(options, 'group', 'list');
  refuseTogether(options, 'topic', 'list', 'describe');
}

async function validate({ options, face }: Run): Promise<number> {
  const expression = options.value('validate-regex') ?? '';
  const complaint = validateRegex(expression);
  const sentence = `The regular expression \`${expression}\` is ${complaint === null ? 'valid' : `invalid: ${complaint}`}.`;
  await face.print({ expression, isValid: complaint === null, complaint }, { text: () => `${sentence}\n` });
  return face.status(0, complaint !== null);
}

async function perform(action: Exclude<(typeof ACTIONS)[number], 'validate-regex'>, run: Run): Promise<number> {
  const { options, context, face } = run;
  // Kafka's tool reads all of these before it does anything.
  const target = readTarget(run);
  const timeoutMs = Number(BigInt.asIntN(32, options.value('timeout')));
  const address = {
    configFile: options.value('command-config'),
    bootstrapServers: options.value('bootstrap-server'),
    connectPatienceMs: differs('connectPatienceMs', face.name),
  };
  return withSession(address, context, (session) => {
    switch (action) {
      case 'list':
        return list(session, run, timeoutMs);
      case 'describe':
        return describe(session, run, timeoutMs);
      case 'delete':
        return remove(session, run, timeoutMs);
      case 'delete-offsets':
        return removeOffsets(session, run, timeoutMs);
      case 'reset-offsets':
        return reset(session, run, target, timeoutMs);
    }
  });
}

function readTarget({ options }: Run): ResetTarget | null {
  const [offset] = options.values('to-offset');
  const [path] = options.values('from-file');
  const [datetime] = options.values('to-datetime');
  const duration = options.value('by-duration');
  const by = options.value('shift-by');
  if (offset !== undefined) return { kind: 'offset', offset };
  for (const kind of ['earliest', 'latest'] as const) if (options.has(`to-${kind}`)) return { kind };
  if (by !== undefined) return { kind: 'shift', by };
  if (datetime !== undefined) return { kind: 'datetime', text: datetime };
  if (duration !== undefined) return { kind: 'duration', text: duration };
  if (path !== undefined) return { kind: 'file', path };
  return options.has('to-current') ? { kind: 'current' } : null;
}

async function list(session: Session, { options, face }: Run, timeoutMs: number): Promise<number> {
  const columns = { state: options.has('state'), type: options.has('type') };
  const typeList = options.value('type') ?? '';
  const types = typeList === '' ? [] : parseNames(typeList, CONSUMER_GROUP_TYPES);
  if (types === null) {
    throw new UsageError(`Invalid types list '${typeList}'. Valid types are: ${CONSUMER_GROUP_TYPES.join(', ')}`);
  }
  const stateList = options.value('state') ?? '';
  const states = stateList === '' ? [] : parseNames(stateList, CONSUMER_GROUP_STATES);
  if (states === null) {
    throw new UsageError(`Invalid state list '${stateList}'. Valid states are: ${CONSUMER_GROUP_STATES.join(', ')}`);
  }
  const isPlain = !columns.state && !columns.type;
  const groups = await listConsumerGroups(session, { states, types, timeoutMs }).catch((error: unknown) => {
    throw isPlain ? wrappedFailure(error) : executionFailure(error);
  });
  await face.print(groups, {
    text: (all) => (isPlain ? all.map(({ groupId }) => `${groupId}\n`).join('') : listingText(all, columns)),
    table: listingTable,
  });
  return 0;
}

async function groupIdsOf(session: Session, { options }: Run, timeoutMs: number): Promise<string[]> {
  if (!options.has('all-groups')) return options.values('group');
  const groups = await listConsumerGroups(session, { states: [], types: [], timeoutMs }).catch((error: unknown) => {
    throw wrappedFailure(error);
  });
  return groups.map(({ groupId }) => groupId);
}

async function describe(session: Session, run: Run, timeoutMs: number): Promise<number> {
  const { options, face } = run;
  const groupIds = await groupIdsOf(session, run, timeoutMs);
  const isVerbose = options.has('verbose');
  let isMissing = false;
  const remark = ({ groupId, state }: { groupId: string; state: string }) => {
    isMissing ||= state === 'Dead';
    const found = stateRemark(groupId, state);
    if (found) face.warn(face.output === 'text' ? found.text : found.text.trim(), found.stream);
  };
  /** Remarks stand before their group's table; one table or document for all groups has them in front. */
  const print = async <T extends { groupId: string; state: string }>(
    groups: readonly T[],
    view: {
      text(group: T): string;
      table(all: readonly T[]): ReturnType<typeof statesTable>;
      json?(all: readonly T[]): unknown;
    },
  ) => {
    for (const group of groups) {
      remark(group);
      if (face.output === 'text') face.out(view.text(group));
    }
    if (face.output !== 'text') await face.print(groups, { ...view, text: () => '' });
  };
  if (options.has('members')) {
    const groups = await describeGroups(session, groupIds, timeoutMs);
    await print(groups, { text: (group) => membersText(group, isVerbose), table: membersTable });
  } else if (options.has('state')) {
    const groups = await describeGroups(session, groupIds, timeoutMs);
    await print(groups, { text: (group) => stateText(group, isVerbose), table: statesTable });
  } else {
    const groups = await describeOffsets(session, groupIds, timeoutMs);
    await print(groups, { text: (group) => offsetsText(group, isVerbose), table: offsetsTable, json: offsetsJson });
  }
  return face.status(0, isMissing);
}

async function remove(session: Session, run: Run, timeoutMs: number): Promise<number> {
  const deleted = await deleteGroups(session, await groupIdsOf(session, run, timeoutMs), timeoutMs);
  await run.face.print(deleted, {
    text: deletedGroupsText,
    table: deletedGroupsTable,
    json: deletedGroupsJson,
  });
  return run.face.status(
    0,
    deleted.some(({ error }) => error !== null),
  );
}

async function removeOffsets(session: Session, { options, face }: Run, timeoutMs: number): Promise<number> {
  const groupId = options.value('group') ?? '';
  const deleted = await deleteOffsets(session, groupId, options.values('topic'), timeoutMs);
  await face.print(deleted, {
    text: (result) => deletedOffsetsText(groupId, result),
    table: deletedOffsetsTable,
    json: (result) => deletedOffsetsJson(groupId, result),
  });
  return face.status(0, deleted.outcome !== 'NONE' || deleted.partitions.some(({ error }) => error !== null));
}

async function reset(session: Session, run: Run, target: ResetTarget | null, timeoutMs: number): Promise<number> {
  const { options, context, face } = run;
  const namedGroupIds = options.values('group');
  let isFailure = false;
  const notice = (one: ResetNotice) => {
    if (one.kind === 'active' || one.kind === 'no-plan') isFailure = true;
    const text = resetNoticeText(one);
    if (text !== null) face.warn(differs('failureForm', face.name) === 'one-line' ? text.trim() : text);
    if (one.kind === 'not-single-group-csv' && differs('failureForm', face.name) === 'as-kafka') {
      face.err(one.reason.trace());
    }
  };
  const scope = options.has('all-topics') ? 'committed' : options.has('topic') ? options.values('topic') : 'none';
  const plan = await resetOffsets(
    session,
    {
      groupIds: await groupIdsOf(session, run, timeoutMs),
      scope,
      target,
      namedGroupIds,
      isDryRun: options.has('dry-run') || !options.has('execute'),
      timeoutMs,
    },
    { clock: context.clock, logger: context.logger, notice },
  );
  if (options.has('export') && face.output !== 'json') face.out(`${exportPlan(plan, namedGroupIds.length === 1)}\n`);
  else {
    await face.print(plan, { text: resetText, table: resetTable, json: resetJson });
  }
  return face.status(0, isFailure);
}
