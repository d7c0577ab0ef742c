import { differs, type Face, messageAndTrace, option, ToolCommand, type ToolRun } from '../cli/index.ts';
import { clusterId, type Endpoints, endpointsText, listEndpoints, unregisterBroker } from '../tools/cluster.ts';
import { JavaError } from '../util/java-error.ts';

const GROUP = { name: 'bootstrap', required: true };
type Run = ToolRun<typeof Cluster.flags>;

export default class Cluster extends ToolCommand {
  static override summary = 'Show the id and the endpoints of a cluster, remove a broker from it';
  static override tool = {
    name: 'kafka-cluster',
    rules: 'argparse' as const,
    description: 'The Kafka cluster tool.',
    helpStatus: 1,
    subcommands: {
      'cluster-id': { help: 'Get information about the ID of a cluster.' },
      unregister: { help: 'Unregister a broker.' },
      'list-endpoints': { help: 'List endpoints' },
    },
  };
  static override flags = {
    config: option.string({
      of: ['cluster-id', 'unregister', 'list-endpoints'],
      deprecated: true,
      help: '(Deprecated) the same as --command-config.',
    }),
    'command-config': option.string({
      short: 'c',
      of: ['cluster-id', 'unregister', 'list-endpoints'],
      help: 'File with settings of the admin client.',
    }),
    id: option.int({ short: 'i', of: ['unregister'], required: ['unregister'], help: 'Id of the broker to remove.' }),
    'include-fenced-brokers': option.flag({ of: ['list-endpoints'], help: 'Show fenced brokers, too.' }),
    'bootstrap-server': option.string({
      short: 'b',
      of: ['cluster-id', 'unregister', 'list-endpoints'],
      group: GROUP,
      help: 'Brokers to begin with, as HOST1:PORT1,HOST2:PORT2.',
    }),
    'bootstrap-controller': option.string({
      short: 'C',
      of: ['cluster-id', 'unregister', 'list-endpoints'],
      group: GROUP,
      help: 'Controllers to begin with, instead of brokers.',
    }),
  };

  override async execute(run: Run): Promise<number> {
    const { options, face, context } = run;
    if (options.has('config') && options.has('command-config')) {
      throw new JavaError(
        'net.sourceforge.argparse4j.inf.ArgumentParserException',
        '--config and --command-config cannot be specified together.',
      );
    }
    if (options.has('config')) {
      face.warn(
        'Option --config has been deprecated and will be removed in a future version. Use --command-config instead.',
      );
    }
    const address = {
      bootstrapServers: options.value('bootstrap-server'),
      bootstrapControllers: options.value('bootstrap-controller'),
      configFile: options.value(options.has('config') ? 'config' : 'command-config'),
      connectPatienceMs: differs('connectPatienceMs', face.name),
    };
    switch (options.subcommand) {
      case 'cluster-id': {
        const id = await clusterId(address, context);
        const none = 'No cluster ID found. The Kafka version is probably too old.\n';
        await face.print(id, {
          text: () => (id === null ? none : `Cluster ID: ${id}\n`),
          json: () => ({ clusterId: id }),
        });
        return 0;
      }
      case 'unregister': {
        const brokerId = options.value('id') ?? 0;
        const isDone = await unregisterBroker(address, brokerId, context);
        await face.print(isDone, {
          text: () =>
            isDone
              ? `Broker ${brokerId} is no longer registered.\n`
              : 'The target cluster does not support the broker unregistration API.\n',
          json: () => ({ brokerId, isUnregistered: isDone }),
        });
        return face.status(0, !isDone);
      }
      default: {
        const includeFencedBrokers = options.has('include-fenced-brokers');
        const endpoints = await listEndpoints(address, { includeFencedBrokers }, context);
        if (typeof endpoints === 'string') {
          face.warn(endpoints);
          return face.status(0, true);
        }
        await face.print(endpoints, { text: endpointsText, table: tableOf, json: ({ nodes }) => nodes });
        return 0;
      }
    }
  }

  override failed(error: JavaError, face: Face): number {
    face.err(messageAndTrace(error));
    return 1;
  }
}

function tableOf({ kind, nodes }: Endpoints) {
  return {
    head: ['ID', 'HOST', 'PORT', 'RACK', 'STATE', 'TYPE'],
    rows: nodes.map(({ id, host, port, rack, isFenced }) => [
      `${id}`,
      host,
      `${port}`,
      rack ?? '-',
      kind === 'controller' ? '-' : isFenced ? 'fenced' : 'unfenced',
      kind,
    ]),
  };
}
