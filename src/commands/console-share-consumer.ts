import {
  asUsageError,
  CONSOLE_CONSUMER_OPTIONS,
  differs,
  option,
  ToolCommand,
  type ToolRun,
  UsageError,
} from '../cli/index.ts';
import {
  chooseFormatter,
  DEFAULT_FORMATTER,
  type Formatter,
  formatterProperties,
  toJavaError,
} from '../tools/console-consumer/index.ts';
import {
  AcknowledgeType,
  type ShareConsoleResult,
  shareConsumerProperties,
  shareToConsole,
} from '../tools/console-share-consumer/index.ts';

const PURPOSE = 'This tool helps to read data from Kafka topics using share groups and outputs it to standard output.';
const LOGGER = 'org.apache.kafka.tools.consumer.ConsoleShareConsumer';

type Run = ToolRun<typeof ConsoleShareConsumer.flags>;

const FORMATTER_HELP =
  ' The default formatter knows, with these defaults:\n print.timestamp=false\n print.key=false\n print.offset=false\n' +
  ' print.delivery=false\n print.epoch=false\n print.partition=false\n print.headers=false\n print.value=true\n' +
  ' key.separator=\\t\n line.separator=\\n\n headers.separator=,\n null.literal=null\n' +
  ' key.deserializer= value.deserializer= headers.deserializer= (class names; not set)';

export default class ConsoleShareConsumer extends ToolCommand {
  static override summary = 'Print the records of a topic, read in a share group';
  static override tool = {
    name: 'kafka-console-share-consumer',
    help: PURPOSE,
    noArguments: PURPOSE,
    optionErrors: 'usage' as const,
    stopsGracefully: true,
  };
  static override flags = {
    ...CONSOLE_CONSUMER_OPTIONS,
    'consumer-config': option.string({
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
      help: `A setting of the formatter as key=value.${FORMATTER_HELP}`,
    }),
    'timeout-ms': option.int({ argument: 'timeout_ms', help: 'End when no record came for that long.' }),
    reject: option.flag({ help: 'Reject records when they are printed: nobody gets them again.' }),
    release: option.flag({ help: 'Give records back when they are printed: somebody gets them again.' }),
    'reject-message-on-error': option.flag({ help: 'Reject a record that cannot be printed instead of ending.' }),
    'key-deserializer': option.string({
      argument: 'deserializer for keys',
      help: 'Class name of the deserializer of keys.',
    }),
    group: option.string({ argument: 'share group id', help: 'The share group to read in.' }),
  };

  override async execute(run: Run): Promise<number> {
    const { options, context, face, require } = run;
    if (!options.has('topic')) throw new UsageError('--topic is a required argument');
    await require('bootstrap-server');
    if (options.has('reject') && options.has('release')) {
      throw new UsageError('At most one of --reject and --release may be specified.');
    }
    const names = replaced(run, 'consumer-property', 'command-property');
    const files = replaced(run, 'consumer-config', 'command-config');
    const formatterNames = replacedLater(run, 'property', 'formatter-property');
    for (const old of [names, files]) if (old.startsWith('consumer')) warn(run, old);
    const properties = await shareConsumerProperties({
      configFile: options.value(files),
      properties: options.values(names),
      bootstrapServers: options.value('bootstrap-server') ?? '',
      group: options.value('group'),
    });
    const formatter = await makeFormatter(run, formatterNames);
    const log = context.logger.named(LOGGER);
    const { RELEASE, REJECT, ACCEPT } = AcknowledgeType;
    let result: ShareConsoleResult;
    try {
      result = await shareToConsole(
        {
          properties,
          topic: options.value('topic') ?? '',
          formatter,
          acknowledgeType: options.has('reject') ? REJECT : options.has('release') ? RELEASE : ACCEPT,
          rejectsUnprintable: options.has('reject-message-on-error'),
          timeoutMs: () => options.value('timeout-ms') ?? -1,
          maxMessages: () => options.value('max-messages') ?? -1,
          onRejected: (error) => log.log('ERROR', 'Error processing message, rejecting this message: ', error),
          connectPatienceMs: differs('connectPatienceMs', face.name),
        },
        context,
      );
    } catch (error) {
      const failure = toJavaError(error);
      if (differs('failureForm', face.name) === 'one-line') throw failure.root();
      log.log('ERROR', 'Unknown error when running consumer: ', failure);
      return 1;
    }
    return report(result, run);
  }
}

/** What Java's tool says at the end, on which stream, in which order. */
function report({ processed, ended, failure }: ShareConsoleResult, { options, context, face }: Run): number {
  const log = context.logger.named(LOGGER);
  const tellsLikeKafka = differs('failureForm', face.name) === 'as-kafka';
  if (ended === 'pipe-closed') face.err('Unable to write to standard out, closing consumer.\n');
  if (tellsLikeKafka && (ended === 'timeout' || ended === 'failed')) {
    log.log('ERROR', 'Error processing message, terminating consumer process: ', failure ?? undefined);
  }
  face.err(`Processed a total of ${processed} messages\n`);
  const said = options.has('enable-systest-events') ? 'shutdown_complete\n' : '';
  if (ended === 'broken' && tellsLikeKafka) {
    log.log('ERROR', 'Unknown error when running consumer: ', failure ?? undefined);
  }
  face.out(said);
  if (failure === null || ended === 'timeout') return 0;
  if (!tellsLikeKafka) throw failure.root();
  return ended === 'broken' ? 1 : 0;
}

type Name = Extract<keyof typeof ConsoleShareConsumer.flags, string>;

/** The name under which a setting was given; both are refused. */
function replaced<Old extends Name, New extends Name>({ options }: Run, old: Old, name: New): Old | New {
  if (!options.has(old)) return name;
  if (options.has(name)) throw new UsageError(`Options --${old} and --${name} cannot be specified together.`);
  return old;
}

function warn({ face }: Run, old: string): void {
  const name = { 'consumer-property': 'command-property', 'consumer-config': 'command-config' }[old];
  const notice = `Option --${old} is deprecated and will be removed in a future version. Use --${name ?? 'formatter-property'} instead.`;
  face.warn(notice, 'stdout');
}

/** Looked at by Apache's tool only when everything about the consumer has been read. */
function replacedLater<Old extends Name, New extends Name>(run: Run, old: Old, name: New): () => Old | New {
  return () => {
    const found = replaced(run, old, name);
    if (found === old) warn(run, old);
    return found;
  };
}

async function makeFormatter(
  { options, context, face }: Run,
  names: () => 'property' | 'formatter-property',
): Promise<Formatter> {
  const className = options.value('formatter');
  const properties = await formatterProperties({
    configFile: options.value('formatter-config'),
    properties: options.values(names()),
    keyDeserializer: options.value('key-deserializer'),
    valueDeserializer: options.value('value-deserializer'),
  }).catch(asUsageError(face));
  const wants = { json: face.output === 'json' };
  const formatter = await chooseFormatter(className, properties, wants, context.logger);
  if (formatter) return formatter;
  const isKafka = differs('failureForm', face.name) === 'as-kafka';
  throw new UsageError(isKafka ? className : `No formatter is called ${className}`);
}
