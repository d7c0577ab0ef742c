import {
  ADMIN_CONFIG_FILE,
  asJavaError,
  clusterAddress,
  differs,
  type Face,
  option,
  refuseTogether,
  ToolCommand,
  type ToolRun,
} from '../cli/index.ts';
import { type Session, withSession } from '../tools/admin-session.ts';
import {
  type ConfigReport,
  configLine,
  describeConfigs,
  ENTITY_TYPES,
  type Entity,
  type EntityType,
  quotaLine,
  singular,
} from '../tools/describe-configs.ts';
import { isHost } from '../tools/host-names.ts';
import { JavaError } from '../util/java-error.ts';
import { UsageError } from '../util/usage-error.ts';

const PURPOSE =
  'This tool helps to manipulate and describe entity config for a topic, client, user, broker, ip, client-metrics or group';

type Run = ToolRun<typeof Configs.flags>;
type OptionName = keyof typeof Configs.flags & string;

const FLAGS = {
  topic: 'topics',
  client: 'clients',
  user: 'users',
  broker: 'brokers',
  'broker-logger': 'broker-loggers',
  ip: 'ips',
  'client-metrics': 'client-metrics',
  group: 'groups',
} as const satisfies Record<string, EntityType>;
const DEFAULT_FLAGS = {
  'client-defaults': 'clients',
  'user-defaults': 'users',
  'broker-defaults': 'brokers',
  'ip-defaults': 'ips',
} as const satisfies Record<string, EntityType>;
type Flag = keyof typeof FLAGS;
type DefaultFlag = keyof typeof DEFAULT_FLAGS;

/** Failures that are told in their sentence alone. */
const PLAIN =
  /^(java\.lang\.(IllegalArgument|NumberFormat)Exception|org\.apache\.kafka\.common\.errors\.Invalid(Configuration|Topic)Exception|joptsimple\..*)$/;

export default class Configs extends ToolCommand {
  static override summary = 'Show and change configurations of topics, brokers, users, clients, addresses, groups';
  static override tool = {
    name: 'kafka-configs',
    help: PURPOSE,
    noArguments: PURPOSE,
    optionErrors: 'failure' as const,
  };
  static override flags = {
    'bootstrap-server': option.string({
      argument: 'server to connect to',
      help: 'Brokers to begin with, as HOST1:PORT1,HOST2:PORT2.',
    }),
    'bootstrap-controller': option.string({
      argument: 'controller to connect to',
      help: 'Controllers to begin with, instead of brokers.',
    }),
    'command-config': ADMIN_CONFIG_FILE,
    alter: option.flag({ help: 'Change configurations.' }),
    describe: option.flag({ help: 'Show configurations.' }),
    all: option.flag({ help: 'With --describe: inherited values and defaults, too.' }),
    'entity-type': option.string({
      help: `What the configurations belong to: ${ENTITY_TYPES.join(', ')}; twice for users with clients.`,
    }),
    'entity-name': option.string({ help: 'Name of the entity: of the topic, client, user, group, or the broker id.' }),
    'entity-default': option.flag({
      help: 'The default of the entity type instead of a name (clients, users, brokers, ips).',
    }),
    'add-config': option.string({
      help: 'Values to set, as k1=v1,k2=[v1,v2]; brackets keep the commas of one value. SCRAM credentials are set as SCRAM-SHA-256=[iterations=8192,password=secret].',
    }),
    'add-config-file': option.string({ help: 'File with values to set, as properties.' }),
    'delete-config': option.string({ separator: ',', help: 'Keys to set back, separated by commas.' }),
    topic: option.string({ help: 'Name of the topic.' }),
    client: option.string({ help: 'Id of the client.' }),
    'client-defaults': option.flag({ help: 'The default of all clients.' }),
    user: option.string({ help: 'Name of the user.' }),
    'user-defaults': option.flag({ help: 'The default of all users.' }),
    broker: option.string({ help: 'Id of the broker.' }),
    'broker-defaults': option.flag({ help: 'The default of all brokers.' }),
    'broker-logger': option.string({ help: 'Id of the broker whose loggers are meant.' }),
    ip: option.string({ help: 'Address.' }),
    'ip-defaults': option.flag({ help: 'The default of all addresses.' }),
    group: option.string({ help: 'Id of the group.' }),
    'client-metrics': option.string({ help: 'Name of the metrics subscription.' }),
  };

  override async execute(run: Run): Promise<number> {
    try {
      await this.act(run);
      return 0;
    } catch (error) {
      if (error instanceof UsageError || differs('failureForm', run.face.name) === 'one-line') throw error;
      const failure = await asJavaError(error);
      if (PLAIN.test(failure.className)) throw failure;
      const args = run.argv.join(' ');
      run.face.err(`Error while executing config command with args '${args}'\n${failure.trace()}`);
      return 1;
    }
  }

  override failed(error: JavaError, face: Face): number {
    face.err(`${error.hasMessage ? error.message : null}\n`);
    return 1;
  }

  private async act(run: Run): Promise<void> {
    const { options, context } = run;
    await checkArguments(run);
    const entities = entitiesOf(run);
    await withSession(clusterAddress(run), context, (session) =>
      options.has('alter') ? this.alter(run, entities, session) : this.describe(run, entities, session),
    );
  }

  private async alter({ options, face }: Run, entities: Entity[], session: Session): Promise<void> {
    if (typesOf(options).length !== namesOf(options).length) {
      throw illegal('An entity name must be specified for every entity type');
    }
    const { alterConfigs } = await import('../tools/alter-configs.ts');
    await alterConfigs(session, entities, {
      additions: options.value('add-config'),
      additionsFile: options.value('add-config-file'),
      deletions: options.values('delete-config'),
    });
    const { type, name } = entities[0] as Entity;
    await face.print(entities, {
      text: () =>
        name
          ? `Completed updating config for ${singular(type)} ${name}.\n`
          : `Completed updating default config for ${type} in the cluster.\n`,
      json: (all) => [{ kind: 'altered', entities: all.map((one) => ({ type: one.type, name: one.name ?? '' })) }],
    });
  }

  private async describe({ options, face }: Run, entities: Entity[], session: Session): Promise<void> {
    const isAll = options.has('all');
    const reports = describeConfigs(session, entities, isAll);
    if (face.output === 'text') {
      for await (const report of reports) face.out(textOf(report, isAll));
      return;
    }
    const all: ConfigReport[] = [];
    for await (const report of reports) if (report.kind !== 'heading') all.push(report);
    await face.print(all, { text: () => '', table: (found) => found.map(tableOf) });
  }
}

function illegal(text: string): JavaError {
  return new JavaError('java.lang.IllegalArgumentException', text);
}

const flagNames = Object.keys(FLAGS) as Flag[];
const defaultFlagNames = Object.keys(DEFAULT_FLAGS) as DefaultFlag[];

function typesOf(options: Run['options']): string[] {
  return [
    ...options.values('entity-type'),
    ...flagNames.filter((name) => options.has(name)).map((name) => FLAGS[name]),
    ...defaultFlagNames.filter((name) => options.has(name)).map((name) => DEFAULT_FLAGS[name]),
  ];
}

/** Names and defaults in the order of the command line, the short forms behind them. */
function namesOf(options: Run['options']): string[] {
  const given = options.values('entity-name');
  return [
    ...options.order.flatMap((name) => {
      if (name === 'entity-name') return [given.shift() ?? ''];
      return name === 'entity-default' ? [''] : [];
    }),
    ...flagNames.filter((name) => options.has(name)).map((name) => options.value(name) ?? ''),
    ...defaultFlagNames.filter((name) => options.has(name)).map(() => ''),
  ];
}

function entitiesOf({ options }: Run): Entity[] {
  const names = namesOf(options);
  const types = typesOf(options) as EntityType[];
  if (names.length > types.length) throw illegal('More entity names specified than entity types');
  return types.map((type, index) => ({ type, name: names[index] }));
}

/** Source: ConfigCommand.ConfigCommandOptions.checkArgs. */
async function checkArguments({ options, face, require }: Run): Promise<void> {
  if (options.has('alter') === options.has('describe')) {
    throw new UsageError('Command must include exactly one action: --describe, --alter');
  }
  refuseTogether(options, 'describe', 'alter', 'add-config', 'delete-config');
  if (!options.has('bootstrap-server') && !options.has('bootstrap-controller')) {
    if (!differs('questions', face.name)) {
      throw illegal('Either --bootstrap-server or --bootstrap-controller must be specified.');
    }
    await require('bootstrap-server');
  }
  const types = typesOf(options);
  checkTypes(types);
  const entityOptions: OptionName[] = ['entity-name', 'entity-type', 'entity-default'];
  const shortForms: OptionName[] = [...flagNames, ...defaultFlagNames];
  if (entityOptions.some((name) => options.has(name)) && shortForms.some((name) => options.has(name))) {
    throw illegal('--entity-{type,name,default} should not be used in conjunction with specific entity flags');
  }
  const names = namesOf(options);
  const hasName = names.some((name) => name !== '');
  const hasDefault = names.includes('');
  if (options.has('bootstrap-server') && options.has('bootstrap-controller')) {
    throw illegal('Only one of --bootstrap-server or --bootstrap-controller can be specified');
  }
  if (hasName) await checkNames(options, types);
  const list = types.join(',');
  if (options.has('describe')) {
    const isWithoutDefault = !['users', 'clients', 'brokers', 'ips'].includes(types[0] ?? '');
    if (types.includes('broker-loggers') && !hasName && !hasDefault) {
      throw illegal(`An entity name must be specified with --describe of ${list}`);
    }
    if (isWithoutDefault && options.has('entity-default')) {
      throw illegal(`--entity-default must not be specified with --describe of ${list}`);
    }
    return;
  }
  if (['users', 'clients', 'brokers', 'ips'].some((type) => types.includes(type))) {
    if (!hasName && !hasDefault) {
      throw illegal(
        'An entity-name or default entity must be specified with --alter of users, clients, brokers or ips',
      );
    }
  } else if (!hasName) throw illegal(`An entity name must be specified with --alter of ${list}`);
  if (options.has('add-config') && options.has('add-config-file')) {
    throw illegal('Only one of --add-config or --add-config-file must be specified');
  }
  if (!(['add-config', 'add-config-file', 'delete-config'] as const).some((name) => options.has(name))) {
    throw illegal('At least one of --add-config, --add-config-file, or --delete-config must be specified with --alter');
  }
}

function checkTypes(types: readonly string[]): void {
  const doubled = types.filter((type, index) => types.indexOf(type) !== index);
  if (doubled.length > 0) throw illegal(`Duplicate entity type(s) specified: ${doubled.join(',')}`);
  const unknown = types.find((type) => !(ENTITY_TYPES as readonly string[]).includes(type));
  if (unknown !== undefined) {
    throw illegal(
      `Invalid entity type ${unknown}, the entity type must be one of ${ENTITY_TYPES.join(', ')} with a --bootstrap-server or --bootstrap-controller argument`,
    );
  }
  if (types.length === 0) throw illegal('At least one entity type must be specified');
  if (types.length > 1 && !types.every((type) => type === 'users' || type === 'clients')) {
    throw illegal("Only 'users' and 'clients' entity types may be specified together");
  }
}

async function checkNames(options: Run['options'], types: readonly string[]): Promise<void> {
  if (types.includes('brokers') || types.includes('broker-loggers')) {
    for (const name of ['entity-name', 'broker', 'broker-logger'] as const) {
      const id = options.has(name) ? (options.value(name) ?? '') : undefined;
      if (id !== undefined && (!/^[-+]?\d+$/.test(id) || Number(id) !== (Number(id) | 0))) {
        throw illegal(`The entity name for ${types[0]} must be a valid integer broker id, but it is: ${id}`);
      }
    }
  }
  if (types.includes('ips')) {
    for (const name of ['entity-name', 'ip'] as const) {
      const address = options.has(name) ? (options.value(name) ?? '') : undefined;
      if (address !== undefined && !(await isHost(address))) {
        throw illegal(`The entity name for ${types[0]} must be a valid IP or resolvable host, but it is: ${address}`);
      }
    }
  }
}

function textOf(report: ConfigReport, isAll: boolean): string {
  switch (report.kind) {
    case 'missing':
      return `The ${singular(report.type)} '${report.name}' doesn't exist and doesn't have dynamic config.\n`;
    case 'heading':
      if (report.name === '') return `Default configs for ${report.type} in the cluster are:\n`;
      return `${isAll ? 'All' : 'Dynamic'} configs for ${singular(report.type)} ${report.name} are:\n`;
    case 'configs':
      return report.entries.map(configLine).join('');
    case 'quotas':
      return quotaLine(report);
    case 'credentials': {
      const list = report.credentials.map(({ mechanism, iterations }) => `${mechanism}=iterations=${iterations}`);
      return `SCRAM credential configs for user-principal '${report.user}' are ${list.join(', ')}\n`;
    }
  }
}

function tableOf(report: Exclude<ConfigReport, { kind: 'heading' }> | ConfigReport) {
  switch (report.kind) {
    case 'configs': {
      const title = report.name === '' ? `Defaults of ${report.type}` : `${singular(report.type)} ${report.name}`;
      const rows = report.entries.map((one) => [
        one.name,
        one.isSensitive ? '[hidden]' : (one.value ?? ''),
        one.source,
      ]);
      return { title, head: ['CONFIG', 'VALUE', 'SOURCE'], rows };
    }
    case 'quotas': {
      const whom = Object.entries(report.entity).map(([type, name]) => `${type} ${name ?? '(default)'}`);
      return {
        title: whom.join(', '),
        head: ['QUOTA', 'VALUE'],
        rows: Object.entries(report.quotas).map(([key, value]) => [key, `${value}`]),
      };
    }
    case 'credentials':
      return {
        title: `user ${report.user}`,
        head: ['SCRAM MECHANISM', 'ITERATIONS'],
        rows: report.credentials.map(({ mechanism, iterations }) => [mechanism, `${iterations}`]),
      };
    default:
      return { title: textOf(report, false).trim(), head: ['CONFIG', 'VALUE'], rows: [] };
  }
}
