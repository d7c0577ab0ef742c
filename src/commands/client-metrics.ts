import {
  ADMIN_CONFIG_FILE,
  asJavaError,
  BOOTSTRAP_SERVER,
  clusterAddress,
  differs,
  type Face,
  messageAndTrace,
  option,
  refuseTogether,
  ToolCommand,
  type ToolRun,
} from '../cli/index.ts';
import { type Session, withSession } from '../tools/admin-session.ts';
import {
  alterSubscription,
  type DescribedSubscription,
  deleteSubscription,
  describeSubscriptions,
  listSubscriptions,
  randomUuid,
} from '../tools/client-metrics.ts';
import { JavaError } from '../util/java-error.ts';
import { UsageError } from '../util/usage-error.ts';

const PURPOSE = 'This tool helps to manipulate and describe client metrics configurations.';
const ACTIONS = ['alter', 'delete', 'describe', 'list'] as const;
const SELECTORS = [
  'client_id',
  'client_instance_id',
  'client_software_name',
  'client_software_version',
  'client_source_address',
  'client_source_port',
];

type Run = ToolRun<typeof ClientMetrics.flags>;

export default class ClientMetrics extends ToolCommand {
  static override summary = 'Show and change which metrics clients are asked for';
  static override tool = { name: 'kafka-client-metrics', help: PURPOSE, noArguments: PURPOSE };
  static override flags = {
    'bootstrap-server': BOOTSTRAP_SERVER,
    'command-config': ADMIN_CONFIG_FILE,
    alter: option.flag({ help: 'Make or change a subscription.' }),
    delete: option.flag({ help: 'Remove a subscription.' }),
    describe: option.flag({ help: 'Show one subscription, or all.' }),
    list: option.flag({ help: 'Show the names of the subscriptions.' }),
    name: option.string({ argument: 'name', help: 'Name of the subscription.' }),
    'generate-name': option.flag({ help: 'Make up a name.' }),
    interval: option.string({
      argument: 'push interval',
      help: 'How often clients push, in milliseconds; empty goes back to the default.',
    }),
    match: option.string({
      argument: 'k1=v1,k2=v2',
      separator: ',',
      help: `Which clients are meant: selectors with regular expressions, out of ${SELECTORS.join(', ')}; empty means all.`,
    }),
    metrics: option.string({
      argument: 'm1,m2',
      separator: ',',
      help: 'Prefixes of the names of metrics; empty means none.',
    }),
  };

  override async execute(run: Run): Promise<number> {
    const { options, context, face } = run;
    const action = checkArguments(options);
    try {
      return await withSession(clusterAddress(run), context, (session) => this.act(action, run, session));
    } catch (error) {
      if (differs('failureForm', face.name) === 'one-line') throw error;
      const failure = await asJavaError(error);
      // The file of settings is read before the service is there.
      if (failure.className.startsWith('java.nio.file.')) throw failure;
      face.out(`Error while executing client metrics command : ${failure.hasMessage ? failure.message : null}\n`);
      context.logger.named('org.apache.kafka.tools.ClientMetricsCommand').log('ERROR', failure.trace());
      return 1;
    }
  }

  /** What fails before the action begins is told by Java's last resort. */
  override failed(error: JavaError, face: Face): number {
    face.err(messageAndTrace(error));
    return 1;
  }

  private async act(action: (typeof ACTIONS)[number], { options, face }: Run, session: Session): Promise<number> {
    const given = options.value('name');
    if (action === 'list') {
      const names = await listSubscriptions(session);
      await face.print(names, {
        text: (all) => all.map((name) => `${name}\n`).join(''),
        table: (all) => ({ head: ['NAME'], rows: all.map((name) => [name]) }),
      });
      return 0;
    }
    if (action === 'describe') {
      const found = await describeSubscriptions(session, given);
      await face.print(found ?? [], {
        text: (all) => (found === null ? notThere(given ?? '') : all.map(describedText).join('')),
        table: (all) => ({
          head: ['NAME', 'CONFIG', 'VALUE'],
          rows: all.flatMap(({ name, configs }) =>
            Object.entries(configs).map(([config, value]) => [name, config, value ?? '']),
          ),
        }),
      });
      return face.status(0, found === null);
    }
    const name = given ?? randomUuid();
    if (action === 'delete') await deleteSubscription(session, name);
    else {
      await alterSubscription(session, name, {
        intervalMs: options.value('interval'),
        metrics: options.has('metrics') ? options.values('metrics') : undefined,
        match: options.has('match') ? options.values('match') : undefined,
      });
    }
    const done = action === 'delete' ? 'Deleted' : 'Altered';
    await face.print([{ name }], { text: () => `${done} client metrics config for ${name}.\n` });
    return 0;
  }
}

/** Source: ClientMetricsCommandOptions.checkArgs. */
function checkArguments(options: Run['options']): (typeof ACTIONS)[number] {
  const [action, ...more] = ACTIONS.filter((name) => options.has(name));
  if (action === undefined || more.length > 0) {
    throw new UsageError('Command must include exactly one action: --alter, --delete, --describe or --list.');
  }
  if (!options.has('bootstrap-server')) throw illegal('--bootstrap-server must be specified.');
  refuseTogether(options, 'list', 'name');
  for (const name of ['list', 'describe', 'delete'] as const) {
    refuseTogether(options, name, 'generate-name', 'interval', 'match', 'metrics');
  }
  if (action === 'alter' && options.has('name') === options.has('generate-name')) {
    throw illegal('One of --name or --generate-name must be specified with --alter.');
  }
  const interval = options.value('interval') ?? '';
  if (interval !== '' && !(/^[+-]?[0-9]+$/.test(interval) && Math.abs(Number(interval)) <= 0x7fffffff)) {
    throw illegal('Invalid interval value. Enter an integer, or leave empty to reset.');
  }
  if (action === 'delete' && !options.has('name')) {
    throw illegal('A client metrics resource name must be specified with --delete.');
  }
  return action;
}

function illegal(text: string): JavaError {
  return new JavaError('java.lang.IllegalArgumentException', text);
}

function notThere(name: string): string {
  return `The client metric resource ${name} doesn't exist and doesn't have dynamic config.\n`;
}

function describedText({ name, configs }: DescribedSubscription): string {
  const lines = Object.entries(configs).map(([config, value]) => `  ${config}=${value}\n`);
  return `Client metrics configs for ${name} are:\n${lines.join('')}`;
}
