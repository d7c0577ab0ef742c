import { option, ToolCommand, type ToolRun, VERIFIABLE_CONNECTION } from '../cli/index.ts';
import { runVerifiableProducer } from '../tools/verifiable-producer.ts';
import { UsageError } from '../util/usage-error.ts';

export default class VerifiableProducer extends ToolCommand {
  static override summary = 'Send counting numbers and tell which were acknowledged';
  static override tool = {
    name: 'kafka-verifiable-producer',
    rules: 'argparse' as const,
    usageName: 'verifiable-producer',
    description:
      'Sends 0, 1, 2 and so on to a topic and prints a JSON object for each record: whether it was acknowledged, and where it went.',
    showsDefaults: true,
    helpStatus: 1,
    noArgumentsStatus: 0,
    stopsGracefully: true,
  };
  static override flags = {
    topic: option.string({ argument: 'TOPIC', required: true, help: 'The topic that records are sent to.' }),
    'max-messages': option.int({
      argument: 'MAX-MESSAGES',
      default: -1,
      help: 'How many records are sent; -1: until the tool is stopped.',
    }),
    throughput: option.int({
      argument: 'THROUGHPUT',
      default: -1,
      help: 'Records per second at most, about; -1: no limit.',
    }),
    acks: option.of(
      { javaName: 'Integer', parse: (text) => (/^[+-]?\d+$/.test(text) ? text : undefined) },
      { argument: 'ACKS', default: '-1', choices: ['0', '1', '-1'], help: 'Who acknowledges each record (acks).' },
    ),
    'producer.config': option.string({
      argument: 'CONFIG-FILE',
      deprecated: true,
      help: '(DEPRECATED) properties file of the producer; use --command-config instead.',
    }),
    'message-create-time': option.long({
      argument: 'CREATE-TIME',
      default: -1n,
      help: 'Time of the first record in milliseconds since the epoch; later ones go on from there.',
    }),
    'value-prefix': option.int({ argument: 'VALUE-PREFIX', help: 'A number that each value begins with, and a dot.' }),
    'repeating-keys': option.int({
      argument: 'REPEATING-KEYS',
      help: 'Give each record a key: numbers from 0 up to this one (exclusive), over and over.',
    }),
    'command-config': option.string({
      argument: 'CONFIG-FILE',
      help: 'Properties file of the producer; it wins over the options.',
    }),
    'bootstrap-server': option.string({
      argument: 'HOST1:PORT1[,HOST2:PORT2[...]]',
      group: { name: 'connection', required: true },
      section: VERIFIABLE_CONNECTION,
      help: 'Brokers to begin with.',
    }),
  };

  override async execute({ options, context, face }: ToolRun<typeof VerifiableProducer.flags>) {
    if (options.has('producer.config') && options.has('command-config')) {
      throw new UsageError('Options --producer.config and --command-config are mutually exclusive.');
    }
    if (options.has('producer.config')) {
      face.warn(
        'Option --producer.config has been deprecated and will be removed in a future version. Use --command-config instead.',
        'stdout',
      );
    }
    const { failedRecords } = await runVerifiableProducer(
      {
        bootstrapServers: options.value('bootstrap-server') ?? '',
        topic: options.value('topic') ?? '',
        maxMessages: options.value('max-messages'),
        throughput: options.value('throughput'),
        acks: options.value('acks'),
        configFile: options.value(options.has('producer.config') ? 'producer.config' : 'command-config'),
        createTimeMs: Number(options.value('message-create-time')),
        valuePrefix: options.value('value-prefix'),
        repeatingKeys: options.value('repeating-keys'),
        isCamelCase: face.output === 'json',
      },
      context,
    );
    return face.status(0, failedRecords > 0);
  }
}
