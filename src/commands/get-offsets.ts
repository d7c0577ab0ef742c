import { checkBootstrapServers, differs, type Face, option, ToolCommand, type ToolRun } from '../cli/index.ts';
import { getOffsets } from '../tools/get-offsets.ts';
import { type JavaError } from '../util/java-error.ts';

const PURPOSE = 'An interactive shell for getting topic-partition offsets.';

/** Told without a trace: the tool makes one sentence of what its parser refuses. */
const TERSE = /\.(TerseException|UnrecognizedOptionException|OptionMissingRequiredArgumentException)$/;

export default class GetOffsets extends ToolCommand {
  static override summary = 'Show the offsets of partitions, by time';
  static override tool = {
    name: 'kafka-get-offsets',
    help: PURPOSE,
    noArguments: PURPOSE,
    optionErrors: 'failure' as const,
  };
  static override flags = {
    'bootstrap-server': option.string({
      argument: 'HOST1:PORT1,...,HOST3:PORT3',
      help: 'REQUIRED: brokers to begin with.',
    }),
    'topic-partitions': option.string({
      argument: 'topic1:1,topic2:0-3,topic3,topic4:5-,topic5:-3',
      help: 'Topics as regular expressions, each perhaps with a partition or a range whose end is left out; excludes --topic and --partitions.',
    }),
    topic: option.string({
      argument: 'topic',
      help: 'A regular expression over whole topic names; all topics without it.',
    }),
    partitions: option.string({ argument: 'partition ids', help: 'Partitions, separated by commas; all without it.' }),
    time: option.string({
      argument:
        '<timestamp> / -1 or latest / -2 or earliest / -3 or max-timestamp / -4 or earliest-local / -5 or latest-tiered / -6 or earliest-pending-upload',
      default: 'latest',
      help: 'Offsets at this time, in milliseconds since the epoch, or at the place named; nothing is shown where there is none.',
    }),
    'command-config': option.string({
      argument: 'config file',
      help: 'File with settings of the admin client.',
    }),
    'exclude-internal-topics': option.flag({ help: 'Leave out the topics Kafka keeps for itself.' }),
  };

  override async execute({ options, context, face, require }: ToolRun<typeof GetOffsets.flags>): Promise<number> {
    await require('bootstrap-server');
    const bootstrapServers = options.value('bootstrap-server') ?? '';
    checkBootstrapServers(bootstrapServers);
    const report = await getOffsets(
      {
        bootstrapServers,
        configFile: options.value('command-config'),
        connectPatienceMs: differs('connectPatienceMs', face.name),
      },
      {
        topicPartitions: options.value('topic-partitions'),
        topic: options.value('topic'),
        partitions: options.value('partitions'),
        time: options.value('time'),
        excludesInternal: options.has('exclude-internal-topics'),
      },
      context,
    );
    for (const sentence of report.skipped) face.warn(sentence, 'stderr');
    await face.print(report.offsets, {
      text: (all) => all.map(({ topic, partition, offset }) => `${topic}:${partition}:${offset}\n`).join(''),
      table: (all) => ({
        head: ['TOPIC', 'PARTITION', 'OFFSET'],
        rows: all.map(({ topic, partition, offset }) => [topic, `${partition}`, `${offset}`]),
      }),
    });
    return face.status(0, report.skipped.length > 0);
  }

  override failed(error: JavaError, face: Face): number {
    face.err(`Error occurred: ${error.hasMessage ? error.message : null}\n`);
    if (!TERSE.test(error.className)) face.err(`${error.trace()}\n`);
    return 1;
  }
}
