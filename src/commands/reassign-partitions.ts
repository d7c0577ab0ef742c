import {
  clusterAddress,
  type Face,
  JavaError,
  type Options,
  option,
  ToolCommand,
  type ToolRun,
  UsageError,
} from '../cli/index.ts';
import { withSession } from '../tools/admin-session.ts';
import {
  cancelAssignment,
  eventText,
  executeAssignment,
  generateAssignment,
  listReassignments,
  type ReassignEvent,
  readPlanFile,
  TerseFailure,
  verifyAssignment,
} from '../tools/reassign-partitions/index.ts';

const PURPOSE = 'This tool helps to move topic partitions between replicas.';
/** Found while Kafka's parser reads the argv, before the tool begins. */
const PARSER_FAILURE = /^joptsimple\.(UnrecognizedOption|OptionMissingRequiredArgument)Exception$/;

type Run = ToolRun<typeof ReassignPartitions.flags>;
type Name = keyof typeof ReassignPartitions.flags;

/** What each action insists on, and what it takes beside that. Source: ReassignPartitionsCommand.validateAndParseArgs. */
const ACTIONS = {
  generate: {
    required: ['topics-to-move-json-file', 'broker-list'],
    permitted: ['bootstrap-server', 'command-config', 'disable-rack-aware'],
  },
  execute: {
    required: ['reassignment-json-file'],
    permitted: [
      'additional',
      'bootstrap-server',
      'command-config',
      'throttle',
      'replica-alter-log-dirs-throttle',
      'timeout',
      'disallow-replication-factor-change',
    ],
  },
  verify: {
    required: ['reassignment-json-file'],
    permitted: ['bootstrap-server', 'command-config', 'preserve-throttles'],
  },
  list: { required: [], permitted: ['bootstrap-server', 'bootstrap-controller', 'command-config'] },
  cancel: {
    required: ['reassignment-json-file'],
    permitted: ['bootstrap-server', 'bootstrap-controller', 'command-config', 'preserve-throttles', 'timeout'],
  },
} as const satisfies Record<string, { required: readonly Name[]; permitted: readonly Name[] }>;
type Action = keyof typeof ACTIONS;

export default class ReassignPartitions extends ToolCommand {
  static override summary = 'Move replicas of partitions between brokers and directories';
  static override tool = {
    name: 'kafka-reassign-partitions',
    help: PURPOSE,
    noArguments: PURPOSE,
    optionErrors: 'failure' as const,
  };
  static override flags = {
    verify: option.flag({
      help: 'Tell how far the plan in --reassignment-json-file has come; when it is done, its throttles are removed.',
    }),
    generate: option.flag({
      help: 'Propose a plan for --topics-to-move-json-file and --broker-list; nothing is moved.',
    }),
    execute: option.flag({ help: 'Start the plan in --reassignment-json-file.' }),
    cancel: option.flag({ help: 'End what of the plan in --reassignment-json-file is under way.' }),
    list: option.flag({ help: 'Show all reassignments under way.' }),
    'bootstrap-server': option.string({
      argument: 'Server(s) to use for bootstrapping',
      valueOptional: true,
      help: 'Brokers to begin with, as HOST1:PORT1,HOST2:PORT2.',
    }),
    'command-config': option.string({
      argument: 'Admin client property file',
      help: 'File with settings of the admin client.',
    }),
    'reassignment-json-file': option.string({
      argument: 'manual assignment json file path',
      help: 'The plan: \n{"partitions":\n\t[{"topic": "foo",\n\t  "partition": 1,\n\t  "replicas": [1,2,3],\n\t  "log_dirs": ["dir1","dir2","dir3"] }],\n"version":1\n}\nlog_dirs may be left out; "any" leaves the choice to the broker, an absolute path moves the replica there.',
    }),
    'topics-to-move-json-file': option.string({
      argument: 'topics to reassign json file path',
      help: 'Topics that a plan is proposed for: \n{"topics":\n\t[{"topic": "foo"},{"topic": "foo1"}],\n"version":1\n}',
    }),
    'broker-list': option.string({
      argument: 'brokerlist',
      help: 'Brokers that a proposed plan may use, as 0,1,2; needed with --generate.',
    }),
    'bootstrap-controller': option.string({
      argument: 'bootstrap controller to connect to',
      valueOptional: true,
      help: 'Controllers to begin with, instead of brokers; for --cancel and --list.',
    }),
    'disable-rack-aware': option.flag({ help: 'Propose a plan without regard to racks.' }),
    throttle: option.long({
      argument: 'throttle',
      default: -1n,
      help: 'Bytes per second that may move between brokers, with --execute; give the plan again with --additional to change it. At least 1 KB/s makes sense.',
    }),
    'replica-alter-log-dirs-throttle': option.long({
      argument: 'replicaAlterLogDirsThrottle',
      default: -1n,
      help: 'The same for replicas that move between directories of one broker.',
    }),
    timeout: option.long({
      argument: 'timeout',
      default: 10000n,
      help: 'Milliseconds that the start of moves between directories may take.',
    }),
    additional: option.flag({
      help: 'Start the plan beside what is under way, or change the throttle of what is under way.',
    }),
    'preserve-throttles': option.flag({ help: 'Leave throttles of brokers and topics as they are.' }),
    'disallow-replication-factor-change': option.flag({
      help: 'Refuse a plan that changes how many replicas a partition has.',
    }),
  };

  override async execute({ options, context, face }: Run): Promise<number> {
    const action = actionOf(options);
    const server = options.has('bootstrap-controller') ? 'bootstrap-controller' : 'bootstrap-server';
    // Kafka's tool hands a missing value on and trips over it.
    if (!options.hasValue(server)) throw new JavaError('java.lang.NullPointerException');
    const address = { ...clusterAddress({ options, face }), clientId: 'reassign-partitions-tool' };
    const report = (event: ReassignEvent) => face.print(event, { text: eventText });
    const plan = () => readPlanFile(options.value('reassignment-json-file') ?? '');
    await withSession(address, context, async (cluster) => {
      switch (action) {
        case 'verify': {
          const preservesThrottles = options.has('preserve-throttles');
          return verifyAssignment(cluster, await plan(), { preservesThrottles }, report);
        }
        case 'generate': {
          const topics = await readPlanFile(options.value('topics-to-move-json-file') ?? '');
          return generateAssignment(
            cluster,
            topics,
            {
              brokerList: options.value('broker-list') ?? '',
              isRackAware: !options.has('disable-rack-aware'),
              randomBelow: (end) => Math.floor(Math.random() * end),
            },
            report,
          );
        }
        case 'execute': {
          const text = await plan();
          return executeAssignment(
            cluster,
            text,
            {
              isAdditional: options.has('additional'),
              bytesPerSecond: options.value('throttle'),
              logDirBytesPerSecond: options.value('replica-alter-log-dirs-throttle'),
              timeoutMs: options.value('timeout'),
              allowsOtherReplicationFactor: !options.has('disallow-replication-factor-change'),
            },
            report,
          );
        }
        case 'cancel': {
          const text = await plan();
          const preservesThrottles = options.has('preserve-throttles');
          return cancelAssignment(cluster, text, { preservesThrottles, timeoutMs: options.value('timeout') }, report);
        }
        default:
          return listReassignments(cluster, report);
      }
    });
    return 0;
  }

  /** Failures stand on stdout; those of the parser leave main. */
  override failed(error: JavaError, face: Face): number {
    if (PARSER_FAILURE.test(error.className)) return super.failed(error, face);
    if (error instanceof TerseFailure) face.out(`${error.message}\n`);
    else face.out(`Error: ${error.hasMessage ? error.message : null}\n${error.trace()}\n`);
    return 1;
  }
}

function actionOf(options: Options<typeof ReassignPartitions.flags>): Action {
  const names = Object.keys(ACTIONS) as Action[];
  const asked = names.filter((name) => options.has(name));
  const [action] = asked;
  if (action === undefined || asked.length > 1) {
    const order = ['generate', 'execute', 'verify', 'cancel', 'list'];
    throw new UsageError(`Command must include exactly one action: ${order.map((name) => `--${name}`).join(', ')}`);
  }
  const [hasServer, hasController] = [options.has('bootstrap-server'), options.has('bootstrap-controller')];
  if (hasServer && hasController) {
    throw new UsageError("Please don't specify both --bootstrap-server and --bootstrap-controller");
  }
  if (!hasServer && !hasController) {
    throw new UsageError('Please specify either --bootstrap-server or --bootstrap-controller');
  }
  const { required, permitted } = ACTIONS[action];
  const missing = required.find((name) => !options.has(name));
  if (missing !== undefined) throw new UsageError(`Missing required argument "[${missing}]"`);
  const fitting = new Set<string>([action, 'output', ...required, ...permitted]);
  const stray = options.order.find((name) => !fitting.has(name));
  if (stray !== undefined) throw new UsageError(`Option "[${stray}]" can't be used with action "[${action}]"`);
  return action;
}
