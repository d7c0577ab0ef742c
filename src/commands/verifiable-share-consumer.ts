import { differs, option, ToolCommand, type ToolRun, VERIFIABLE_CONSUMER_OPTIONS } from '../cli/index.ts';
import { runVerifiableShareConsumer } from '../tools/verifiable-share-consumer.ts';

export default class VerifiableShareConsumer extends ToolCommand {
  static override summary = 'Read a topic in a share group and tell what happens';
  static override tool = {
    name: 'kafka-verifiable-share-consumer',
    rules: 'argparse' as const,
    usageName: 'verifiable-share-consumer',
    description:
      'Reads a topic in a share group and prints a JSON object for whatever happens: records that are read, records that are acknowledged.',
    showsDefaults: true,
    helpStatus: 1,
    noArgumentsStatus: 0,
    stopsGracefully: true,
  };
  static override flags = {
    topic: option.string({ argument: 'TOPIC', required: true, help: 'The topic to read.' }),
    'group-id': option.string({ argument: 'GROUP-ID', required: true, help: 'The share group to read in.' }),
    'max-messages': option.int({
      argument: 'MAX-MESSAGES',
      default: -1,
      help: 'How many records to read; -1: until the tool is stopped.',
    }),
    verbose: option.flag({ help: 'Tell of every record.' }),
    'acknowledgement-mode': option.string({
      argument: 'ACKNOWLEDGEMENT-MODE',
      default: 'auto',
      help: "How records are acknowledged: 'auto' (with the next poll), 'sync' or 'async'.",
    }),
    'offset-reset-strategy': option.string({
      argument: 'OFFSET-RESET-STRATEGY',
      default: '',
      help: "Where the group begins: 'earliest' or 'latest'.",
    }),
    ...VERIFIABLE_CONSUMER_OPTIONS,
  };

  override async execute({ options, context, face }: ToolRun<typeof VerifiableShareConsumer.flags>) {
    const { failure } = await runVerifiableShareConsumer(
      {
        bootstrapServers: options.value('bootstrap-server') ?? '',
        topic: options.value('topic') ?? '',
        groupId: options.value('group-id') ?? '',
        maxMessages: options.value('max-messages'),
        verbose: options.has('verbose'),
        acknowledgementMode: options.value('acknowledgement-mode'),
        offsetResetStrategy: options.value('offset-reset-strategy'),
        configFile: options.value('command-config'),
        connectPatienceMs: differs('connectPatienceMs', face.name),
      },
      context,
    );
    return face.status(0, failure !== null);
  }
}
