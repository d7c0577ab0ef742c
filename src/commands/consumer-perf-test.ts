import {
  differs,
  type Face,
  JavaError,
  messageAndTrace,
  option,
  refuseTogether,
  ToolCommand,
  type ToolRun,
  UsageError,
} from '../cli/index.ts';
import {
  consumerMetricsText,
  consumerPerfProperties,
  DETAILED_HEADER,
  HEADER,
  type PerfLimits,
  progressLine,
  progressNumbers,
  runConsumerPerf,
  totalLine,
  totalNumbers,
} from '../tools/consumer-perf/index.ts';
import { simpleDateFormat } from '../util/simple-date-format.ts';

export default class ConsumerPerfTest extends ToolCommand {
  static override summary = 'Measure how fast records can be read from topics';
  static override tool = {
    name: 'kafka-consumer-perf-test',
    help: 'This tool is used to verify the consumer performance.',
    noArguments: 'This tool is used to verify the consumer performance.',
    optionErrors: 'usage' as const,
  };
  static override flags = {
    'bootstrap-server': option.string({ argument: 'server to connect to', help: 'REQUIRED: Brokers to begin with.' }),
    topic: option.string({ argument: 'topic', help: 'The topic to read.' }),
    include: option.string({
      argument: 'Java regex (String)',
      help: 'Read all topics whose whole name matches this regular expression.',
    }),
    group: option.string({ argument: 'gid', help: 'Group to read in. (default: perf-consumer- and a random number)' }),
    'fetch-size': option.int({
      argument: 'size',
      default: 1024 * 1024,
      help: 'Most bytes of one partition in one fetch.',
    }),
    'command-property': option.string({
      argument: 'prop1=val1',
      help: 'Consumer setting, such as client.id=x; wins over the same one in --command-config or --consumer.config.',
    }),
    'from-latest': option.flag({
      help: 'Begin with what is yet to come where the group has no offset, instead of with the oldest record.',
    }),
    'socket-buffer-size': option.int({
      argument: 'size',
      default: 2 * 1024 * 1024,
      help: 'Size of the buffer that TCP receives into.',
    }),
    'consumer.config': option.string({
      argument: 'config file',
      deprecated: true,
      help: '(DEPRECATED) Properties file of the consumer; use --command-config instead.',
    }),
    'command-config': option.string({ argument: 'config file', help: 'Properties file of the consumer.' }),
    'print-metrics': option.flag({ help: 'Print the counters of the consumer at the end.' }),
    'show-detailed-stats': option.flag({
      help: 'Tell about every interval of --reporting-interval instead of about the whole run.',
    }),
    timeout: option.long({
      argument: 'milliseconds',
      default: 10000n,
      valueOptional: true,
      help: 'Give up when no record came for so long.',
    }),
    messages: option.long({
      argument: 'count',
      deprecated: true,
      help: '(DEPRECATED) How many records to read; use --num-records instead.',
    }),
    'num-records': option.long({ argument: 'count', help: 'REQUIRED: How many records to read, at least.' }),
    'reporting-interval': option.long({
      argument: 'interval_ms',
      default: 5000n,
      help: 'Milliseconds between two reports of --show-detailed-stats.',
    }),
    'date-format': option.string({
      argument: 'date format',
      default: 'yyyy-MM-dd HH:mm:ss:SSS',
      help: "How times are written, as Java's SimpleDateFormat takes it.",
    }),
    'hide-header': option.flag({ help: 'Leave out the line with the names of the columns.' }),
  };

  override async execute({ options, context, face, require }: ToolRun<typeof ConsumerPerfTest.flags>) {
    await require('bootstrap-server');
    oneOf(options, 'topic', 'include');
    oneOf(options, 'messages', 'num-records');
    refuseTogether(options, 'consumer.config', 'command-config');
    for (const [old, name] of [
      ['messages', 'num-records'],
      ['consumer.config', 'command-config'],
    ] as const) {
      if (options.has(old)) face.warn(`Warning: --${old} is deprecated. Use --${name} instead.`, 'stdout');
    }
    const isDetailed = options.has('show-detailed-stats');
    const isJson = face.output === 'json';
    if (!isJson && !options.has('hide-header')) face.out(`${isDetailed ? DETAILED_HEADER : HEADER}\n`);
    const tell = (event: 'progress' | 'total', line: () => string, numbers: () => object): void =>
      face.out(isJson ? `${JSON.stringify({ event, ...numbers() })}\n` : `${line()}\n`);
    let hasEnough = true;
    let dateFormat: (epochMs: number) => string = String;
    const properties = await consumerPerfProperties({
      properties: options.values('command-property'),
      configFile: options.value(options.has('consumer.config') ? 'consumer.config' : 'command-config'),
      bootstrapServers: options.value('bootstrap-server') ?? '',
      group: () => options.value('group'),
      receiveBufferBytes: () => options.value('socket-buffer-size'),
      fetchBytes: () => options.value('fetch-size'),
      fromLatest: options.has('from-latest'),
    });
    await runConsumerPerf(
      {
        properties,
        limits: () => {
          const limits = readLimits(options);
          dateFormat = simpleDateFormat(options.value('date-format'));
          return { ...limits, selection: selectionOf(options) };
        },
        onProgress: (progress) => {
          if (isDetailed)
            tell(
              'progress',
              () => progressLine(progress, dateFormat),
              () => progressNumbers(progress),
            );
        },
        onTooFew: (timeoutMs) => {
          hasEnough = false;
          face.warn(
            `WARNING: Exiting before consuming the expected number of records: timeout (${timeoutMs} ms) exceeded. You can use the --timeout option to increase the timeout.`,
            'stdout',
          );
        },
        onFinished: (total, consumer) => {
          if (!isDetailed)
            tell(
              'total',
              () => totalLine(total, dateFormat),
              () => totalNumbers(total),
            );
          if (!options.has('print-metrics') || isJson) return;
          const clientId = properties.get('client.id') ?? '';
          const elapsedSeconds = (total.endMs - total.startMs) / 1000;
          const assignedPartitions = consumer.assignment.length;
          const { counters } = consumer;
          face.out(consumerMetricsText({ ...total, clientId, elapsedSeconds, counters, assignedPartitions }));
        },
        connectPatienceMs: differs('connectPatienceMs', face.name),
      },
      context,
    );
    return face.status(0, !hasEnough);
  }

  override failed(error: JavaError, face: Face): number {
    face.err(messageAndTrace(error));
    return 1;
  }
}

type PerfOptions = ToolRun<typeof ConsumerPerfTest.flags>['options'];
type Name = Extract<keyof typeof ConsumerPerfTest.flags, string>;

/** Source: CommandLineUtils.checkOneOfArgs. */
function oneOf(options: PerfOptions, ...names: readonly Name[]): void {
  if (names.filter((name) => options.has(name)).length === 1) return;
  const all = names.map((name) => `[${name}]`).join(', ');
  throw new UsageError(`Exactly one of the following arguments is required: ${all}`);
}

function readLimits(options: PerfOptions): Omit<PerfLimits, 'selection'> {
  const recordCount = Number(options.value(options.has('num-records') ? 'num-records' : 'messages') ?? 0n);
  const timeoutMs = Number(options.value('timeout'));
  const reportingIntervalMs = Number(options.value('reporting-interval'));
  if (reportingIntervalMs <= 0) {
    throw new JavaError('java.lang.IllegalArgumentException', 'Reporting interval must be greater than 0.');
  }
  return { recordCount, timeoutMs, reportingIntervalMs };
}

function selectionOf(options: PerfOptions): PerfLimits['selection'] {
  if (options.has('topic')) return { topic: options.value('topic') ?? '' };
  return { include: options.value('include') ?? '' };
}
