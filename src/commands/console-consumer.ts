import { asUsageError, CONSOLE_CONSUMER_OPTIONS, differs, option, ToolCommand, type ToolRun } from '../cli/index.ts';
import {
  type ConsoleConsumerResult,
  chooseFormatter,
  consumerProperties,
  consumeToConsole,
  DEFAULT_FORMATTER,
  type Formatter,
  formatterProperties,
  type Selection,
  toJavaError,
} from '../tools/console-consumer/index.ts';
import { JavaError } from '../util/java-error.ts';
import { UsageError } from '../util/usage-error.ts';

const PURPOSE = 'This tool helps to read data from Kafka topics and outputs it to standard output.';
const NOTHING_READ = 'The time is over, and there was no partition to read from';
const LOGGER = 'org.apache.kafka.tools.consumer.ConsoleConsumer';
const PROTOCOL_NOTICE =
  'The consumer rebalance protocol (KIP-848) is production-ready! Set group.protocol=consumer to try it out. See https://kafka.apache.org/documentation/#consumer_rebalance_protocol';

type Run = ToolRun<typeof ConsoleConsumer.flags>;

export default class ConsoleConsumer extends ToolCommand {
  static override summary = 'Print the records of topics';
  static override tool = {
    name: 'kafka-console-consumer',
    help: PURPOSE,
    noArguments: PURPOSE,
    optionErrors: 'usage' as const,
    stopsGracefully: true,
  };
  static override flags = {
    ...CONSOLE_CONSUMER_OPTIONS,
    include: option.string({
      argument: 'Java regex (String)',
      help: 'Regular expression of the topics to read; it has to match the whole name.',
    }),
    partition: option.int({
      argument: 'partition',
      help: 'The one partition to read, from its end unless --offset or --from-beginning say otherwise.',
    }),
    offset: option.string({
      argument: 'consume offset',
      default: 'latest',
      help: "Where to start in --partition: a number from 0, 'earliest' or 'latest'.",
    }),
    'consumer.config': option.string({
      argument: 'config file',
      deprecated: true,
      help: '(DEPRECATED) properties file of the consumer; use --command-config instead.',
    }),
    formatter: option.string({
      argument: 'class',
      default: DEFAULT_FORMATTER,
      help: 'What turns records into text: a class name, or the path of a JavaScript module.',
    }),
    'formatter-property': option.string({
      argument: 'prop',
      help:
        'A setting of the formatter as key=value. The default formatter knows, with these defaults:\n print.timestamp=false\n' +
        ' print.key=false\n print.offset=false\n print.epoch=false\n print.partition=false\n print.headers=false\n' +
        ' print.value=true\n key.separator=\\t\n line.separator=\\n\n headers.separator=,\n null.literal=null\n' +
        ' key.deserializer= value.deserializer= headers.deserializer= (class names; not set)\n' +
        'Settings that begin with the name of a deserializer go to it without that name.',
    }),
    'from-beginning': option.flag({
      help: 'Start with the earliest record instead of the latest where the group has no offset yet.',
    }),
    'timeout-ms': option.long({ argument: 'timeout_ms', help: 'End when no record came for that long.' }),
    'skip-message-on-error': option.flag({ help: 'Pass over a record that cannot be printed instead of ending.' }),
    'key-deserializer': option.string({
      argument: 'deserializer for key',
      help: 'Class name of the deserializer of keys.',
    }),
    'isolation-level': option.string({
      default: 'read_uncommitted',
      help: 'read_committed leaves out records of transactions that were not committed.',
    }),
    group: option.string({
      argument: 'consumer group id',
      help: 'The group to read in, which remembers how far it came.',
    }),
  };

  override async execute(run: Run): Promise<number> {
    const { options, context, face } = run;
    await checkCombinations(run);
    const partition = options.value('partition');
    warnOfDeprecated(run);
    const consumer = await consumerProperties({
      configFile: options.value(options.has('consumer.config') ? 'consumer.config' : 'command-config'),
      properties: options.values(options.has('consumer-property') ? 'consumer-property' : 'command-property'),
      bootstrapServers: options.value('bootstrap-server') ?? '',
      group: options.value('group'),
      isolationLevel: options.value('isolation-level'),
      isIsolationLevelGiven: options.has('isolation-level'),
      fromBeginning: options.has('from-beginning'),
    });
    const start = startOffset(run);
    const timeoutMs = Number(options.value('timeout-ms') ?? -1n);
    const formatter = await makeFormatter(run);
    const log = context.logger.named(LOGGER);
    const selection = (): Selection => {
      if (options.has('include')) return { include: options.value('include') ?? '' };
      const topic = options.value('topic') ?? '';
      return partition === undefined ? { topic } : { topic, partition, start };
    };
    let result: ConsoleConsumerResult;
    try {
      result = await consumeToConsole(
        {
          properties: consumer.properties,
          usesGroup: partition === undefined,
          selection,
          formatter,
          maxMessages: () => options.value('max-messages') ?? -1,
          timeoutMs,
          skipsUnprintable: options.has('skip-message-on-error'),
          connectPatienceMs: differs('connectPatienceMs', face.name),
          onSubscribing: (isClassic) => {
            if (isClassic && differs('groupProtocolNotice', face.name)) face.err(`${PROTOCOL_NOTICE}\n`);
          },
          onSkipped: (error) => log.log('ERROR', 'Error processing message, skipping this message: ', error),
        },
        context,
      );
    } catch (error) {
      const failure = toJavaError(error);
      if (differs('failureForm', face.name) === 'one-line') throw failure.root();
      log.log('ERROR', 'Unknown error when running consumer: ', failure);
      return 1;
    }
    return this.report(result, run);
  }

  /** What Java's tool says at the end, on which stream, in which order. */
  private report({ processed, ended, failure, wasReading }: ConsoleConsumerResult, run: Run): number {
    const { options, context, face } = run;
    const log = context.logger.named(LOGGER);
    const tellsLikeKafka = differs('failureForm', face.name) === 'as-kafka';
    if (ended === 'pipe-closed') face.err('Unable to write to standard out, closing consumer.\n');
    if (tellsLikeKafka && (ended === 'timeout' || ended === 'failed')) {
      log.log('ERROR', 'Error processing message, terminating consumer process: ', failure ?? undefined);
    }
    face.err(`Processed a total of ${processed} messages\n`);
    if (options.has('enable-systest-events')) face.out('shutdown_complete\n');
    // Nothing more to read is how a run with --timeout-ms is meant to end; nothing to read from is not.
    if (failure === null || (ended === 'timeout' && wasReading)) return 0;
    if (!tellsLikeKafka) throw ended === 'timeout' ? new JavaError(failure.className, NOTHING_READ) : failure.root();
    if (ended !== 'broken') return 0;
    log.log('ERROR', 'Unknown error when running consumer: ', failure);
    return 1;
  }
}

/** Source: ConsoleConsumerOptions.checkRequiredArgs and its order. */
async function checkCombinations({ options, require }: Run): Promise<void> {
  if (options.has('topic') === options.has('include')) {
    throw new UsageError('Exactly one of the following arguments is required: [topic], [include]');
  }
  if (options.has('partition')) {
    if (!options.has('topic')) throw new UsageError('The topic is required when partition is specified.');
    if (options.has('from-beginning') && options.has('offset')) {
      throw new UsageError('Options from-beginning and offset cannot be specified together.');
    }
  } else if (options.has('offset')) {
    throw new UsageError('The partition is required when offset is specified.');
  }
  if (options.has('group') && options.has('partition')) {
    throw new UsageError('Options group and partition cannot be specified together.');
  }
  await require('bootstrap-server');
  for (const [old, name] of REPLACED) {
    if (options.has(old) && options.has(name)) {
      throw new UsageError(`Options --${old} and --${name} cannot be specified together.`);
    }
  }
}

const REPLACED = [
  ['consumer-property', 'command-property'],
  ['consumer.config', 'command-config'],
  ['property', 'formatter-property'],
] as const;

function warnOfDeprecated({ options, face }: Run): void {
  for (const [old, name] of REPLACED) {
    if (!options.has(old)) continue;
    face.warn(
      `Option --${old} is deprecated and will be removed in a future version. Use --${name} instead.`,
      'stdout',
    );
  }
}

function startOffset({ options }: Run): bigint | 'earliest' | 'latest' {
  if (!options.has('offset')) return options.has('from-beginning') ? 'earliest' : 'latest';
  const text = options.value('offset');
  const lower = text.toLowerCase();
  if (lower === 'earliest' || lower === 'latest') return lower;
  const offset = /^[+]?\d{1,19}$/.test(text) ? BigInt(text) : -1n;
  if (offset >= 0n && offset <= 0x7fffffffffffffffn) return offset;
  throw new UsageError(
    `The provided offset value '${text}' is incorrect. Valid values are 'earliest', 'latest', or a non-negative long.`,
  );
}

async function makeFormatter({ options, context, face }: Run): Promise<Formatter> {
  const className = options.value('formatter');
  const properties = await formatterProperties({
    configFile: options.value('formatter-config'),
    properties: options.values(options.has('property') ? 'property' : 'formatter-property'),
    keyDeserializer: options.value('key-deserializer'),
    valueDeserializer: options.value('value-deserializer'),
  }).catch(asUsageError(face));
  const wants = { json: face.output === 'json' };
  const formatter = await chooseFormatter(className, properties, wants, context.logger);
  if (formatter) return formatter;
  const isKafka = differs('failureForm', face.name) === 'as-kafka';
  throw new UsageError(isKafka ? className : `No formatter is called ${className}`);
}
