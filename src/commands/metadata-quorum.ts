import { access } from 'node:fs/promises';
import {
  differs,
  type Face,
  type JavaError,
  javaTable,
  messageAndTrace,
  option,
  ToolCommand,
  type ToolRun,
} from '../cli/index.ts';
import {
  addController,
  checkRemoval,
  describeQuorum,
  type QuorumMember,
  type QuorumStatus,
  readController,
  relativeTime,
  removeController,
  statusText,
  terse,
} from '../tools/metadata-quorum/index.ts';

const GROUP = { name: 'bootstrap', required: true };
const HEAD = ['NodeId', 'DirectoryId', 'LogEndOffset', 'Lag', 'LastFetchTimestamp', 'LastCaughtUpTimestamp', 'Status'];

type Run = ToolRun<typeof MetadataQuorum.flags>;

export default class MetadataQuorum extends ToolCommand {
  static override summary = 'Show the state of the controller quorum, add and remove its members';
  static override tool = {
    name: 'kafka-metadata-quorum',
    rules: 'argparse' as const,
    description: 'Shows the quorum of controllers that keeps the metadata, and changes who belongs to it.',
    subcommands: {
      describe: { help: 'Show the quorum' },
      'add-controller': { help: 'Make a controller a voter' },
      'remove-controller': { help: 'Take a voter out of the quorum' },
    },
  };
  static override flags = {
    'bootstrap-server': option.string({ group: GROUP, help: 'Brokers to begin with, as HOST1:PORT1,HOST2:PORT2.' }),
    'bootstrap-controller': option.string({ group: GROUP, help: 'Controllers to begin with, instead of brokers.' }),
    'command-config': option.string({
      help: 'File with settings of the admin client; for add-controller it is the configuration of the new controller, too.',
    }),
    status: option.flag({
      of: ['describe'],
      section: { title: 'Status' },
      help: 'Leader, epoch, lag and members in a few lines.',
    }),
    replication: option.flag({
      of: ['describe'],
      section: { title: 'Replication' },
      help: 'How far each member has got, one line for each.',
    }),
    'human-readable': option.flag({
      of: ['describe'],
      section: { title: 'Replication' },
      help: 'Times as milliseconds that have passed.',
    }),
    'controller-id': option.int({
      short: 'i',
      of: ['remove-controller'],
      required: ['remove-controller'],
      help: 'Node id of the voter.',
    }),
    'controller-directory-id': option.string({
      short: 'd',
      of: ['remove-controller'],
      required: ['remove-controller'],
      help: "Id of the voter's metadata directory.",
    }),
    'dry-run': option.flag({
      of: ['add-controller', 'remove-controller'],
      help: 'Say what would be done, and leave it.',
    }),
  };

  override async execute(run: Run): Promise<number> {
    const { options, face } = run;
    const configFile = options.value('command-config');
    if (configFile !== undefined) await requireFile(configFile);
    const address = {
      bootstrapServers: options.value('bootstrap-server'),
      bootstrapControllers: options.value('bootstrap-controller'),
      configFile,
      connectPatienceMs: differs('connectPatienceMs', face.name),
    };
    switch (options.subcommand) {
      case 'describe':
        await describe(run, address);
        return 0;
      case 'add-controller':
        await add(run, address);
        return 0;
      default:
        await remove(run, address);
        return 0;
    }
  }

  override failed(error: JavaError, face: Face): number {
    face.err(error.className.endsWith('.TerseException') ? `${error.message}\n` : messageAndTrace(error));
    return 1;
  }
}

type Address = Parameters<typeof describeQuorum>[0];

async function requireFile(file: string): Promise<void> {
  try {
    await access(file);
  } catch {
    throw terse(`Properties file ${file} does not exists!`);
  }
}

async function describe({ options, face, context }: Run, address: Address): Promise<void> {
  const [isStatus, isReplication] = [options.has('status'), options.has('replication')];
  const isRelative = options.has('human-readable');
  if (isStatus && isReplication) {
    throw terse('Only one of --status or --replication should be specified with describe sub-command');
  }
  if (isReplication) {
    const { members } = await describeQuorum(address, context);
    const rows = members.map((one) => memberRow(one, isRelative ? context.clock.now() : undefined));
    return face.print(members, {
      text: () => javaTable(HEAD, rows),
      table: () => ({ head: HEAD, rows }),
    });
  }
  if (!isStatus) throw terse('One of --status or --replication must be specified with describe sub-command');
  if (isRelative) throw terse('The option --human-readable is only supported along with --replication');
  const status = await describeQuorum(address, context, { withClusterId: true });
  return face.print(status, {
    text: statusText,
    table: ({ members, ...facts }: QuorumStatus) => [
      { head: Object.keys(facts), rows: [Object.values(facts).map(String)] },
      { head: HEAD, rows: members.map((one) => memberRow(one, undefined)) },
    ],
  });
}

function memberRow(one: QuorumMember, nowMs: number | undefined): string[] {
  const fetched = one.lastFetchTimestampMs;
  const caughtUp = one.lastCaughtUpTimestampMs;
  const times =
    nowMs === undefined
      ? [`${fetched}`, `${caughtUp}`]
      : [relativeTime(fetched, nowMs, 'last fetch'), relativeTime(caughtUp, nowMs, 'last caught up')];
  return [`${one.replicaId}`, one.directoryId, `${one.logEndOffset}`, `${one.lag}`, ...times, one.status];
}

async function add({ options, face, context }: Run, address: Address): Promise<void> {
  if (address.configFile === undefined) {
    throw terse('You must supply the configuration file of the controller you are adding when using add-controller.');
  }
  const controller = await readController(address.configFile);
  const isDryRun = options.has('dry-run');
  if (!isDryRun) await addController(address, controller, context);
  const { voterId, directoryId, endpoints, endpointsText } = controller;
  await face.print(controller, {
    text: () =>
      `${isDryRun ? 'DRY RUN of adding' : 'Added'} controller ${voterId} with directory id ${directoryId} and endpoints: ${endpointsText}\n`,
    json: () => ({ controllerId: voterId, directoryId, endpoints, isDryRun }),
  });
}

async function remove({ options, face, context }: Run, address: Address): Promise<void> {
  const controllerId = options.value('controller-id') ?? 0;
  const directoryId = checkRemoval(controllerId, options.value('controller-directory-id') ?? '');
  const isDryRun = options.has('dry-run');
  if (!isDryRun) await removeController(address, controllerId, directoryId, context);
  await face.print(controllerId, {
    text: () =>
      `${isDryRun ? 'DRY RUN of removing ' : 'Removed'} KRaft controller ${controllerId} with directory id ${directoryId}\n`,
    json: () => ({ controllerId, directoryId, isDryRun }),
  });
}
