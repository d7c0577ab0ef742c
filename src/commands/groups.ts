import {
  ADMIN_CONFIG_FILE,
  asJavaError,
  differs,
  type Face,
  option,
  refuseTogether,
  ToolCommand,
  type ToolRun,
} from '../cli/index.ts';
import { openSession } from '../tools/admin-session.ts';
import {
  ALL_GROUP_TYPES,
  type GroupListing,
  groupsText,
  listAllGroups,
  listingTable,
  parseNames,
} from '../tools/consumer-groups/index.ts';
import { JavaError } from '../util/java-error.ts';
import { UsageError } from '../util/usage-error.ts';

type Run = ToolRun<typeof Groups.flags>;

export default class Groups extends ToolCommand {
  static override summary = 'List the groups of a cluster, of all kinds';
  static override tool = {
    name: 'kafka-groups',
    help: 'This tool helps to list groups of all types.',
  };
  static override flags = {
    'bootstrap-server': option.string({
      argument: 'server to connect to',
      required: true,
      help: 'Brokers to begin with, as HOST1:PORT1,HOST2:PORT2.',
    }),
    'command-config': ADMIN_CONFIG_FILE,
    list: option.flag({ help: 'Print the groups.' }),
    'group-type': option.string({
      argument: 'type',
      help: "Only groups of this type: 'classic', 'consumer', 'share' or 'streams'.",
    }),
    protocol: option.string({ argument: 'protocol', help: 'Only groups whose members speak this protocol.' }),
    consumer: option.flag({
      help: 'Only groups of consumers, whatever their type, and groups that only hold offsets.',
    }),
    share: option.flag({ help: 'Only share groups.' }),
    streams: option.flag({ help: 'Only streams groups.' }),
  };

  override async execute(run: Run): Promise<number> {
    const { options, context, face } = run;
    if (!options.has('list')) throw new UsageError('Command must include exactly one action: --list.');
    refuseTogether(options, 'consumer', 'group-type', 'protocol', 'share', 'streams');
    refuseTogether(options, 'share', 'consumer', 'group-type', 'protocol', 'streams');
    refuseTogether(options, 'streams', 'consumer', 'group-type', 'protocol', 'share');
    const matches = readFilter(run);
    const address = {
      configFile: options.value('command-config'),
      bootstrapServers: options.value('bootstrap-server'),
      connectPatienceMs: differs('connectPatienceMs', face.name),
    };
    const session = await openSession(address, context).catch((error: unknown) => this.told(error, run));
    if (typeof session === 'number') return session;
    try {
      await face.print(await listAllGroups(session, matches), { text: groupsText, table: listingTable });
      return 0;
    } catch (error) {
      return await this.told(error, run);
    } finally {
      session.close();
    }
  }

  /** What fails before the action begins is told by Java's last resort. */
  override failed(error: JavaError, face: Face): number {
    face.err(`${error.hasMessage ? error.message : null}\n${error.trace()}\n`);
    return 1;
  }

  private async told(error: unknown, { face, context }: Run): Promise<number> {
    if (differs('failureForm', face.name) === 'one-line') throw error;
    const failure = await asJavaError(error);
    if (failure.className.startsWith('java.nio.file.')) throw failure;
    face.out(`Error while executing groups command : ${failure.hasMessage ? failure.message : null}\n`);
    context.logger.named('org.apache.kafka.tools.GroupsCommand').log('ERROR', failure.trace());
    return 1;
  }
}

/** Source: GroupsCommand.GroupsService.combinedFilter. */
function readFilter({ options }: Run): (group: GroupListing) => boolean {
  const typeName = options.value('group-type');
  const types = typeName === undefined ? undefined : parseNames(typeName, ALL_GROUP_TYPES);
  if (types === null || (types && types.length > 1)) {
    throw new JavaError('java.lang.IllegalArgumentException', '--group-type must be a valid group type.');
  }
  const protocol = options.value('protocol');
  if (types !== undefined || protocol !== undefined) {
    return (group) =>
      (types === undefined || types[0] === group.type) && (protocol === undefined || protocol === group.protocolType);
  }
  if (options.has('consumer')) {
    return ({ type, protocolType }) => type === 'Consumer' || protocolType === 'consumer' || protocolType === '';
  }
  const only = options.has('share') ? 'Share' : options.has('streams') ? 'Streams' : undefined;
  return ({ type }) => only === undefined || type === only;
}
