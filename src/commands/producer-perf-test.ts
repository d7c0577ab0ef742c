import { KAFKA_COMMIT, KAFKA_VERSION, option, ToolCommand, type ToolRun } from '../cli/index.ts';
import { type PayloadSource, runProducerPerf } from '../tools/producer-perf/index.ts';
import { UsageError } from '../util/usage-error.ts';

const PAYLOAD = { name: 'payload', required: true };
const PROPERTY = 'PROP-NAME=PROP-VALUE';
const EXACTLY_ONE = 'Exactly one of --record-size, --payload-file and --payload-monotonic is needed.';

export default class ProducerPerfTest extends ToolCommand {
  static override summary = 'Measure how fast records can be sent to a topic';
  static override tool = {
    name: 'kafka-producer-perf-test',
    rules: 'argparse' as const,
    description:
      'Sends records and measures rate and latency. Transactions are used when a transactional id is given (by --transactional-id or ' +
      'transactional.id among the properties), or a duration of transactions.',
    showsDefaults: true,
    helpStatus: 1,
    noArgumentsStatus: 0,
    stopsGracefully: true,
  };
  static override flags = {
    'bootstrap-server': option.string({
      argument: 'BOOTSTRAP-SERVER',
      help: 'Brokers to begin with; wins over bootstrap.servers among the properties.',
    }),
    topic: option.string({ argument: 'TOPIC', required: true, help: 'The topic that records are sent to.' }),
    'num-records': option.long({ argument: 'NUM-RECORDS', required: true, help: 'How many records are sent.' }),
    'payload-delimiter': option.string({
      argument: 'PAYLOAD-DELIMITER',
      default: '\\n',
      help: 'What parts the records of --payload-file: a regular expression; \\n stands for the line end.',
    }),
    throughput: option.double({
      argument: 'THROUGHPUT',
      required: true,
      help: 'Records per second at most, about; -1 for no limit.',
    }),
    'producer-props': option.string({
      argument: PROPERTY,
      takesList: true,
      deprecated: true,
      help: '(DEPRECATED) producer settings; use --command-property instead.',
    }),
    'command-property': option.string({
      argument: PROPERTY,
      takesList: true,
      help: 'Producer settings, such as linger.ms=10 batch.size=32768; they win over those of --command-config.',
    }),
    'producer.config': option.string({
      argument: 'CONFIG-FILE',
      deprecated: true,
      help: '(DEPRECATED) properties file of the producer; use --command-config instead.',
    }),
    'command-config': option.string({ argument: 'CONFIG-FILE', help: 'Properties file of the producer.' }),
    'print-metrics': option.flag({ help: 'Print the counters of the producer at the end.' }),
    'transactional-id': option.string({
      argument: 'TRANSACTIONAL-ID',
      help:
        'Send in transactions under this id; wins over transactional.id among the properties. With --transaction-duration-ms alone ' +
        'an id is made up.',
    }),
    'transaction-duration-ms': option.long({
      argument: 'TRANSACTION-DURATION',
      help: 'How long a transaction lasts before it is committed; more than 0; 3000 where transactions are used without it.',
    }),
    'warmup-records': option.long({
      argument: 'WARMUP-RECORDS',
      default: 0n,
      help: 'The first so many records are left out of a second summary, of the steady state.',
    }),
    'reporting-interval': option.long({
      argument: 'INTERVAL-MS',
      default: 5000n,
      help: 'Milliseconds between two lines of progress.',
    }),
    'record-size': option.int({ argument: 'RECORD-SIZE', group: PAYLOAD, help: `Bytes of a record. ${EXACTLY_ONE}` }),
    'payload-file': option.string({
      argument: 'PAYLOAD-FILE',
      group: PAYLOAD,
      help: `UTF-8 text file whose records are sent, picked at random. ${EXACTLY_ONE}`,
    }),
    'payload-monotonic': option.flag({ group: PAYLOAD, help: `The records are 0, 1, 2 and so on. ${EXACTLY_ONE}` }),
  };

  override async execute({ options, context, face }: ToolRun<typeof ProducerPerfTest.flags>) {
    const recordCount = options.value('num-records') ?? 0n;
    const recordSize = options.value('record-size');
    const durationMs = options.value('transaction-duration-ms');
    const refuse = (sentence: string): never => {
      throw new UsageError(sentence);
    };
    if (recordCount <= 0n) refuse('--num-records should be greater than zero.');
    if (options.value('warmup-records') >= recordCount) {
      refuse(
        'The value for --warmup-records must be strictly fewer than the number of records in the test, --num-records.',
      );
    }
    if (recordSize !== undefined && recordSize <= 0) refuse('--record-size should be greater than zero.');
    const sources = [
      'bootstrap-server',
      'command-property',
      'producer-props',
      'producer.config',
      'command-config',
    ] as const;
    if (!sources.some((name) => options.has(name))) {
      refuse(
        'At least one of --bootstrap-server, --command-property, --producer-props, --producer.config or --command-config must be specified.',
      );
    }
    for (const [name, old] of [
      ['command-property', 'producer-props'],
      ['command-config', 'producer.config'],
    ] as const) {
      if (options.has(name) && options.has(old)) refuse(`--${name} and --${old} cannot be specified together.`);
    }
    if (durationMs !== undefined && durationMs <= 0n) refuse('--transaction-duration-ms should be greater than zero.');
    if (options.value('reporting-interval') <= 0n) refuse('--reporting-interval should be greater than zero.');
    for (const [old, name] of [
      ['producer-props', 'command-property'],
      ['producer.config', 'command-config'],
    ] as const) {
      if (!options.has(old)) continue;
      const notice = `Option --${old} has been deprecated and will be removed in a future version. Use --${name} instead.`;
      face.warn(notice, 'stdout');
    }
    const { failedRecords } = await runProducerPerf(
      {
        topic: options.value('topic') ?? '',
        recordCount: Number(recordCount),
        payload: payloadSource(options),
        throughput: options.value('throughput') ?? -1,
        warmupRecords: Number(options.value('warmup-records')),
        reportingIntervalMs: Number(options.value('reporting-interval')),
        printsMetrics: options.has('print-metrics'),
        isJson: face.output === 'json',
        version: { version: KAFKA_VERSION, commitId: KAFKA_COMMIT },
        bootstrapServers: options.value('bootstrap-server'),
        configFile: options.value(options.has('producer.config') ? 'producer.config' : 'command-config'),
        properties: options.values(options.has('producer-props') ? 'producer-props' : 'command-property'),
        transactionalId: options.value('transactional-id'),
        transactionDurationMs: durationMs === undefined ? undefined : Number(durationMs),
      },
      context,
    );
    return face.status(0, failedRecords > 0);
  }
}

function payloadSource(options: ToolRun<typeof ProducerPerfTest.flags>['options']): PayloadSource {
  const path = options.value('payload-file');
  if (path !== undefined) {
    const delimiter = options.value('payload-delimiter');
    return { kind: 'file', path, delimiter: delimiter === '\\n' ? '\n' : delimiter };
  }
  const byteCount = options.value('record-size');
  return byteCount === undefined ? { kind: 'counting' } : { kind: 'random', byteCount };
}
