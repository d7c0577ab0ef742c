import { checkBootstrapServers, differs, type Face, option, ToolCommand, type ToolRun } from '../cli/index.ts';
import { LINE_MESSAGE_READER, type OptionSetting, produceFromConsole } from '../tools/console-producer/index.ts';
import { type JavaError } from '../util/java-error.ts';
import { UsageError } from '../util/usage-error.ts';

const PURPOSE = 'This tool helps to read data from standard input and publish it to Kafka.';

export default class ConsoleProducer extends ToolCommand {
  static override summary = 'Send the lines of standard input to a topic';
  static override tool = {
    name: 'kafka-console-producer',
    help: PURPOSE,
    noArguments: PURPOSE,
    optionErrors: 'usage' as const,
    stopsGracefully: true,
  };
  static override flags = {
    topic: option.string({ argument: 'topic', help: 'REQUIRED: the topic that records are sent to.' }),
    'bootstrap-server': option.string({
      argument: 'server to connect to',
      help: 'REQUIRED: brokers to begin with, as HOST1:PORT1,HOST2:PORT2.',
    }),
    sync: option.flag({ help: 'Wait for the acknowledgement of each record before the next one is read.' }),
    'compression-codec': option.string({
      argument: 'compression-codec',
      valueOptional: true,
      help: "Codec of the batches: 'none', 'gzip', 'snappy', 'lz4' or 'zstd'; without a value 'gzip'.",
    }),
    'batch-size': option.int({
      argument: 'size',
      default: 16384,
      help: 'Bytes that a batch of one partition collects before it is sent (batch.size). --max-partition-memory-bytes wins over it.',
    }),
    'message-send-max-retries': option.int({
      default: 3,
      help: 'How often a batch is sent again after a passing failure (retries).',
    }),
    'retry-backoff-ms': option.long({
      default: 100n,
      help: 'Pause before the first new attempt; later ones are longer (retry.backoff.ms).',
    }),
    timeout: option.long({
      argument: 'timeout_ms',
      default: 1000n,
      help: 'How long a record waits for others to fill its batch, unless --sync is used with 0 (linger.ms).',
    }),
    'request-required-acks': option.string({
      argument: 'request required acks',
      default: '-1',
      help: 'Who acknowledges: 0 no one, 1 the leader, -1 or all every in-sync replica (acks).',
    }),
    'request-timeout-ms': option.int({
      argument: 'request timeout ms',
      default: 1500,
      help: 'How long to wait for the answer to a request; more than 0 (request.timeout.ms).',
    }),
    'metadata-expiry-ms': option.long({
      argument: 'metadata expiration interval',
      default: 300000n,
      help: 'Age after which leaders and partitions are asked for again although nothing failed (metadata.max.age.ms).',
    }),
    'max-block-ms': option.long({
      argument: 'max block on send',
      default: 60000n,
      help: 'Longest wait for the topic or for free memory before a record fails (max.block.ms).',
    }),
    'max-memory-bytes': option.long({
      argument: 'total memory in bytes',
      default: 33554432n,
      help: 'Memory for records that wait to be sent (buffer.memory).',
    }),
    'max-partition-memory-bytes': option.int({
      argument: 'memory in bytes per partition',
      default: 16384,
      deprecated: true,
      help: '(Deprecated) the same as --batch-size, which replaces it.',
    }),
    'line-reader': option.string({
      argument: 'reader_class',
      default: LINE_MESSAGE_READER,
      help: 'What makes records of standard input: the class name of the line reader, or the path of a JavaScript module.',
    }),
    'socket-buffer-size': option.int({
      argument: 'size',
      default: 102400,
      help: 'Size of the socket buffer for sending (send.buffer.bytes).',
    }),
    property: option.string({
      argument: 'prop',
      deprecated: true,
      help: '(DEPRECATED) a setting of the line reader as key=value; use --reader-property instead.',
    }),
    'reader-property': option.string({
      argument: 'prop',
      help:
        'A setting of the line reader as key=value. The built-in reader knows, with these defaults:\n parse.key=false\n' +
        ' parse.headers=false\n ignore.error=false\n key.separator=\\t\n headers.delimiter=\\t\n headers.separator=,\n' +
        ' headers.key.separator=:\n null.marker= (a field that equals it is null; not set)\n' +
        'With both a line reads "h1:v1,h2:v2\\tkey\\tvalue".',
    }),
    'reader-config': option.string({
      argument: 'config file',
      help: 'Properties file of the line reader; --reader-property wins over it.',
    }),
    'producer-property': option.string({
      argument: 'producer_prop',
      deprecated: true,
      help: '(DEPRECATED) a producer setting as key=value; use --command-property instead.',
    }),
    'command-property': option.string({ argument: 'producer_prop', help: 'A producer setting as key=value.' }),
    'producer.config': option.string({
      argument: 'config file',
      deprecated: true,
      help: '(DEPRECATED) properties file of the producer; use --command-config instead.',
    }),
    'command-config': option.string({
      argument: 'config file',
      help: 'Properties file of the producer; --command-property wins over it.',
    }),
  };

  override async execute({ options, context, face, require }: ToolRun<typeof ConsoleProducer.flags>) {
    await require('topic');
    for (const [name, old] of [
      ['command-config', 'producer.config'],
      ['command-property', 'producer-property'],
      ['reader-property', 'property'],
    ] as const) {
      if (options.has(name) && options.has(old)) {
        throw new UsageError(`Options --${name} and --${old} cannot be specified together.`);
      }
    }
    for (const [old, when, name] of [
      ['producer-property', 'a future version', 'command-property'],
      ['producer.config', 'a future version', 'command-config'],
      ['property', 'a future version', 'reader-property'],
      ['max-partition-memory-bytes', 'Apache Kafka 5.0', 'batch-size'],
    ] as const) {
      if (options.has(old)) {
        face.warn(`Warning: --${old} is deprecated and will be removed in ${when}. Use --${name} instead.`, 'stdout');
      }
    }
    const bootstrapServers = options.value('bootstrap-server') ?? '';
    checkBootstrapServers(bootstrapServers);
    const setting = (key: string, name: keyof typeof ConsoleProducer.flags & string): OptionSetting => ({
      key,
      value: String(options.value(name)),
      isGiven: options.has(name),
    });
    const { failedRecords } = await produceFromConsole(
      {
        topic: options.value('topic') ?? '',
        isSync: options.has('sync'),
        lineReader: options.value('line-reader'),
        readerConfigFile: options.value('reader-config'),
        readerProperties: options.values(options.has('property') ? 'property' : 'reader-property'),
        configFile: options.value(options.has('producer.config') ? 'producer.config' : 'command-config'),
        properties: options.values(options.has('producer-property') ? 'producer-property' : 'command-property'),
        bootstrapServers,
        compression: options.has('compression-codec') ? options.value('compression-codec') || 'gzip' : 'none',
        options: [
          setting('linger.ms', 'timeout'),
          setting('acks', 'request-required-acks'),
          setting('request.timeout.ms', 'request-timeout-ms'),
          setting('retries', 'message-send-max-retries'),
          setting('retry.backoff.ms', 'retry-backoff-ms'),
          setting('send.buffer.bytes', 'socket-buffer-size'),
          setting('buffer.memory', 'max-memory-bytes'),
          setting(
            'batch.size',
            options.has('max-partition-memory-bytes') ? 'max-partition-memory-bytes' : 'batch-size',
          ),
          setting('metadata.max.age.ms', 'metadata-expiry-ms'),
          setting('max.block.ms', 'max-block-ms'),
        ],
        isJavaText: differs('producerInput', face.name) === 'java-text',
        stopsWithoutTopic: !differs('waitsPerRecord', face.name),
      },
      context,
    );
    return face.status(0, failedRecords > 0);
  }

  /** Usage goes by its sentence alone when an option is read too late; everything else is a stack trace. */
  override failed(error: JavaError, face: Face): number {
    face.err(error.className.startsWith('joptsimple.') ? `${error.message}\n` : error.trace());
    return 1;
  }
}
