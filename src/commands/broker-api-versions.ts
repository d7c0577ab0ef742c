import {
  ADMIN_CONFIG_FILE,
  clusterAddress,
  type Face,
  messageAndTrace,
  option,
  ToolCommand,
  type ToolRun,
} from '../cli/index.ts';
import { type BrokerApiVersions, brokerApiVersions, brokerApiVersionsText } from '../tools/broker-api-versions.ts';
import { type JavaError } from '../util/java-error.ts';

const PURPOSE = 'This tool helps to retrieve broker version information.';

export default class ApiVersions extends ToolCommand {
  static override summary = 'Show which requests brokers understand, at which versions';
  static override tool = {
    name: 'kafka-broker-api-versions',
    help: PURPOSE,
    noArguments: PURPOSE,
    optionErrors: 'failure' as const,
  };
  static override flags = {
    'bootstrap-server': option.string({
      argument: 'server(s) to use for bootstrapping',
      help: 'REQUIRED: brokers to begin with, as HOST1:PORT1,HOST2:PORT2.',
    }),
    'command-config': ADMIN_CONFIG_FILE,
  };

  override async execute({ options, context, face, require }: ToolRun<typeof ApiVersions.flags>): Promise<number> {
    await require('bootstrap-server');
    const brokers = await brokerApiVersions(clusterAddress({ options, face }), context);
    await face.print(brokers, {
      text: (all) => all.map(brokerApiVersionsText).join(''),
      table: (all) => all.map(tableOf),
    });
    return face.status(
      0,
      brokers.some(({ error }) => error !== null),
    );
  }

  override failed(error: JavaError, face: Face): number {
    face.err(messageAndTrace(error));
    return 1;
  }
}

function tableOf({ id, host, port, apis, error }: BrokerApiVersions) {
  const rows = (apis ?? []).map(({ key, name, range, usable }) => [
    `${key}`,
    name ?? 'unknown',
    range === null ? 'unsupported' : `${range.min} to ${range.max}`,
    `${usable ?? '-'}`,
  ]);
  const title = `Broker ${id} at ${host}:${port}${error === null ? '' : `: ${error}`}`;
  return { title, head: ['KEY', 'API', 'VERSIONS', 'USABLE'], rows };
}
