import { differs, option, ToolCommand, type ToolRun, UsageError, VERIFIABLE_CONSUMER_OPTIONS } from '../cli/index.ts';
import { runVerifiableConsumer } from '../tools/verifiable-consumer.ts';

const RANGE = 'org.apache.kafka.clients.consumer.RangeAssignor';

export default class VerifiableConsumer extends ToolCommand {
  static override summary = 'Read a topic in a group and tell what happens';
  static override tool = {
    name: 'kafka-verifiable-consumer',
    rules: 'argparse' as const,
    usageName: 'verifiable-consumer',
    description:
      'Reads a topic as a member of a group and prints a JSON object for whatever happens: partitions that come and go, records that are read, offsets that are committed.',
    showsDefaults: true,
    helpStatus: 1,
    noArgumentsStatus: 0,
    stopsGracefully: true,
  };
  static override flags = {
    topic: option.string({ argument: 'TOPIC', required: true, help: 'The topic to read.' }),
    'group-protocol': option.string({
      argument: 'GROUP-PROTOCOL',
      default: 'classic',
      help: 'Protocol of the group: CLASSIC or CONSUMER.',
    }),
    'group-remote-assignor': option.string({
      argument: 'GROUP-REMOTE-ASSIGNOR',
      help: "The coordinator's assignor, with group protocol CONSUMER.",
    }),
    'group-id': option.string({ argument: 'GROUP-ID', required: true, help: 'The group to read in.' }),
    'group-instance-id': option.string({
      argument: 'GROUP-INSTANCE-ID',
      help: 'Name of this member that lasts over restarts.',
    }),
    'max-messages': option.int({
      argument: 'MAX-MESSAGES',
      default: -1,
      help: 'How many records to read; -1: until the tool is stopped.',
    }),
    'session-timeout': option.int({
      argument: 'TIMEOUT-MS',
      help: 'Session timeout of the member; not with group protocol CONSUMER.',
    }),
    verbose: option.flag({ help: 'Tell of every record.' }),
    'enable-autocommit': option.flag({ help: 'Commit from time to time instead of after every poll.' }),
    'reset-policy': option.string({
      argument: 'RESET-POLICY',
      default: 'earliest',
      help: "Where to begin without a committed offset: 'earliest', 'latest' or 'none'.",
    }),
    'assignment-strategy': option.string({
      argument: 'ASSIGNMENT-STRATEGY',
      default: RANGE,
      help: 'Class of the assignor, with group protocol CLASSIC.',
    }),
    'consumer.config': option.string({
      argument: 'CONFIG-FILE',
      deprecated: true,
      help: '(DEPRECATED) properties file of the consumer; use --command-config instead.',
    }),
    ...VERIFIABLE_CONSUMER_OPTIONS,
  };

  override async execute({ options, context, face }: ToolRun<typeof VerifiableConsumer.flags>) {
    if (options.has('consumer.config') && options.has('command-config')) {
      throw new UsageError('Options --consumer.config and --command-config are mutually exclusive.');
    }
    if (options.has('consumer.config')) {
      face.warn(
        'Option --consumer.config has been deprecated and will be removed in a future version. Use --command-config instead.',
        'stdout',
      );
    }
    const { failure } = await runVerifiableConsumer(
      {
        bootstrapServers: options.value('bootstrap-server') ?? '',
        topic: options.value('topic') ?? '',
        groupId: options.value('group-id') ?? '',
        groupProtocol: options.value('group-protocol'),
        groupRemoteAssignor: options.value('group-remote-assignor'),
        groupInstanceId: options.value('group-instance-id'),
        maxMessages: options.value('max-messages'),
        sessionTimeoutMs: options.value('session-timeout'),
        verbose: options.has('verbose'),
        enableAutocommit: options.has('enable-autocommit'),
        resetPolicy: options.value('reset-policy'),
        assignmentStrategy: options.value('assignment-strategy'),
        configFile: options.value(options.has('consumer.config') ? 'consumer.config' : 'command-config'),
        connectPatienceMs: differs('connectPatienceMs', face.name),
      },
      context,
    );
    return face.status(0, failure !== null);
  }
}
