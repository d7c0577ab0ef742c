import { clusterAddress, type Face, messageAndTrace, option, ToolCommand, type ToolRun } from '../cli/index.ts';
import { type BrokerLogDirs, describeLogDirs, logDirsJson } from '../tools/log-dirs.ts';
import { type JavaError } from '../util/java-error.ts';

const PURPOSE = 'This tool helps to query log directory usage on the specified brokers.';

export default class LogDirs extends ToolCommand {
  static override summary = 'Show what lies in the log directories of brokers';
  static override tool = {
    name: 'kafka-log-dirs',
    help: PURPOSE,
    noArguments: PURPOSE,
    optionErrors: 'failure' as const,
  };
  static override flags = {
    'bootstrap-server': option.string({
      argument: 'The server(s) to use for bootstrapping',
      help: 'REQUIRED: brokers to begin with, as HOST1:PORT1,HOST2:PORT2.',
    }),
    'command-config': option.string({
      argument: 'Admin client property file',
      help: 'File with settings of the admin client.',
    }),
    describe: option.flag({ help: 'REQUIRED: show the directories with their partitions.' }),
    'topic-list': option.string({
      argument: 'Topic list',
      default: '',
      help: 'Topics to show, separated by commas; all without it.',
    }),
    'broker-list': option.string({
      argument: 'Broker list',
      default: '',
      help: 'Brokers to ask, separated by commas; all without it.',
    }),
  };

  override async execute({ options, context, face, require }: ToolRun<typeof LogDirs.flags>): Promise<number> {
    await require('bootstrap-server', 'describe');
    const address = clusterAddress({ options, face });
    const lists = {
      topicList: options.values('topic-list').at(-1) ?? '',
      brokerList: options.values('broker-list').at(-1) ?? '',
    };
    const report = await describeLogDirs(address, lists, context, () => {
      if (face.output === 'text') face.out('Querying brokers for log directories information\n');
    });
    if ('missing' in report) {
      const [missing, existing] = [report.missing.join(','), report.existing.join(',')];
      face.err(
        `ERROR: The given brokers do not exist from --broker-list: ${missing}. Current existent brokers: ${existing}\n`,
      );
      return 1;
    }
    const ids = report.brokers.map(({ broker }) => broker).join(',');
    await face.print(report.brokers, {
      text: (brokers) => `Received log directory information from brokers ${ids}\n${logDirsJson(brokers)}\n`,
      table: (brokers) => ({
        head: ['BROKER', 'LOG DIRECTORY', 'PARTITION', 'BYTES', 'LAG', 'FUTURE'],
        rows: brokers.flatMap(rowsOf),
      }),
    });
    return 0;
  }

  override failed(error: JavaError, face: Face): number {
    face.err(messageAndTrace(error));
    return 1;
  }
}

function rowsOf({ broker, logDirs }: BrokerLogDirs): string[][] {
  return logDirs.flatMap(({ logDir, error, partitions }) => {
    if (error !== null) return [[`${broker}`, logDir, error, '', '', '']];
    return partitions.map(({ partition, size, offsetLag, isFuture }) => [
      `${broker}`,
      logDir,
      partition,
      `${size}`,
      `${offsetLag}`,
      isFuture ? 'yes' : '',
    ]);
  });
}
