import { option, ToolCommand, type ToolRun, UsageError } from '../cli/index.ts';
import { describeGroup, type GroupOverview } from '../tools/describe-group.ts';

const HEAD = ['TOPIC', 'PARTITION', 'COMMITTED', 'END', 'LAG', 'MEMBER'];

export default class Group extends ToolCommand {
  static override summary = 'Show the state of a consumer group and how far it has read';
  static override usage = 'group GROUP --bootstrap-server HOST:PORT';
  static override tool = { takesWords: true };
  static override flags = {
    'bootstrap-server': option.string({ argument: 'host:port', help: 'Brokers to begin with, separated by commas.' }),
    'command-config': option.string({ argument: 'file', help: 'Properties file with settings of the client.' }),
  };

  override async execute({ options, context, face, require }: ToolRun<typeof Group.flags>): Promise<number> {
    const [groupId] = options.words;
    if (groupId === undefined) throw new UsageError('Say which group');
    await require('bootstrap-server');
    const address = {
      bootstrapServers: options.value('bootstrap-server'),
      configFile: options.value('command-config'),
    };
    const overview = await describeGroup(address, groupId, context);
    await face.print(overview, {
      text: (group) => `${[heading(group), ...rowsOf(group).map((row) => row.join('\t'))].join('\n')}\n`,
      table: (group) => ({ title: heading(group), head: HEAD, rows: rowsOf(group) }),
    });
    return 0;
  }
}

function heading({ groupId, type, state, memberCount }: GroupOverview): string {
  const members = `${memberCount} ${memberCount === 1 ? 'member' : 'members'}`;
  return `Group ${groupId}: ${state}, ${members}, ${type.toLowerCase()} protocol`;
}

function rowsOf({ partitions }: GroupOverview): string[][] {
  return partitions.map(({ topic, partition, committedOffset, logEndOffset, lag, clientId }) =>
    [topic, partition, committedOffset, logEndOffset ?? '-', lag ?? '-', clientId ?? '-'].map(String),
  );
}
