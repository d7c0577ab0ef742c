import {
  differs,
  type Face,
  type JavaError,
  messageAndTrace,
  option,
  ToolCommand,
  type ToolRun,
  UsageError,
} from '../cli/index.ts';
import { measureLatency, type RecordSizes } from '../tools/e2e-latency.ts';
import { doubleText } from '../util/config-values.ts';
import { fixedDecimals } from '../util/java-format.ts';

const REQUIRED = ['bootstrap-server', 'topic', 'num-records', 'producer-acks', 'record-size'] as const;
const NOTICE =
  'WARNING: Positional argument usage is deprecated and will be removed in Apache Kafka 5.0. Please use named arguments instead: --bootstrap-server, --topic, --num-records, --producer-acks, --record-size, --command-config';
const PURPOSE = 'This tool measures end-to-end latency in Kafka by sending messages and timing their reception.';

const bytes = (help: string) => option.int({ argument: 'bytes', default: 0, valueOptional: true, help });

export default class E2eLatency extends ToolCommand {
  static override summary = 'Measure the time from sending a record to reading it';
  static override tool = {
    name: 'kafka-e2e-latency',
    help: PURPOSE,
    noArguments: PURPOSE,
    optionErrors: 'usage' as const,
    takesWords: true,
  };
  static override flags = {
    'bootstrap-server': option.string({
      argument: 'bootstrap-server',
      help: 'REQUIRED: Brokers to begin with, HOST1:PORT1,HOST2:PORT2.',
    }),
    topic: option.string({ argument: 'topic-name', help: 'REQUIRED: The topic to send to; it is made if need be.' }),
    'num-records': option.int({ argument: 'count', help: 'REQUIRED: How many records to send.' }),
    'producer-acks': option.string({
      argument: 'producer-acks',
      help: "REQUIRED: Who acknowledges a record: '1' (the leader) or 'all'.",
    }),
    'record-size': option.int({ argument: 'bytes', help: "REQUIRED: Bytes of a record's value." }),
    'command-config': option.string({
      argument: 'config-file',
      valueOptional: true,
      help: 'Properties file of producer, consumer and admin client.',
    }),
    'record-key-size': bytes("Bytes of a record's key."),
    'record-header-key-size': bytes("Bytes of a header's key."),
    'record-header-size': bytes("Bytes of a header's value; -1 for null."),
    'num-headers': option.int({
      argument: 'count',
      default: 0,
      valueOptional: true,
      help: 'How many headers each record has.',
    }),
  };

  private usesWords = false;

  /** Five or six words without any of the required options are these options, in their order. */
  override async run(): Promise<number> {
    const isNamed = this.argv.some((word) => REQUIRED.some((name) => word === `--${name}`));
    const mayBeOptions = differs('optionsBeforeWords', this.faceName) && this.argv.some((word) => word.startsWith('-'));
    if (this.argv.length === 0 || isNamed || mayBeOptions) return super.run();
    const { length } = this.argv;
    if (length !== 5 && length !== 6) {
      throw new UsageError(
        `Invalid number of arguments. Expected 5 or 6 positional arguments, but got ${length}. Usage: bootstrap-server topic num-records producer-acks record-size [optional] command-config`,
        false,
      );
    }
    this.usesWords = true;
    this.argv = this.argv.flatMap((word, at) => [`--${REQUIRED[at] ?? 'command-config'}`, word]);
    return super.run();
  }

  override async execute({ options, context, face, require }: ToolRun<typeof E2eLatency.flags>) {
    if (this.usesWords) face.warn(NOTICE, 'stdout');
    await require(...REQUIRED);
    check(options);
    const isJson = face.output === 'json';
    const result = await measureLatency(
      {
        bootstrapServers: options.value('bootstrap-server') ?? '',
        topic: options.value('topic') ?? '',
        recordCount: options.value('num-records') ?? 0,
        acks: options.value('producer-acks') ?? '',
        configFile: options.value('command-config'),
        sizes: sizesOf(options),
        onProgress: (index, latencyMs) =>
          face.out(
            isJson
              ? `${JSON.stringify({ event: 'progress', index, latencyMs })}\n`
              : `${index}\t${doubleText(latencyMs)}\n`,
          ),
        onMissingTopic: (topic) =>
          face.say(`Topic "${topic}" does not exist. Will create topic with 1 partition(s) and replication factor = 1`),
        onTopicRefused: (topic) => face.say(`Creation of topic ${topic} failed`),
        connectPatienceMs: differs('connectPatienceMs', face.name),
      },
      context,
    );
    await face.print(result, {
      text: ({ averageMs, percentiles: { p50, p99, p999 } }) =>
        `Avg latency: ${fixedDecimals(averageMs, 4)} ms\nPercentiles: 50th = ${p50}, 99th = ${p99}, 99.9th = ${p999}\n`,
      json: ({ averageMs, percentiles }) => ({
        event: 'total',
        averageLatencyMs: averageMs,
        latencyPercentilesMs: percentiles,
      }),
    });
    return 0;
  }

  override failed(error: JavaError, face: Face): number {
    face.err(messageAndTrace(error));
    return 1;
  }
}

type LatencyOptions = ToolRun<typeof E2eLatency.flags>['options'];

/** In the order in which Apache's tool looks. */
function check(options: LatencyOptions): void {
  const refuse = (text: string): never => {
    throw new UsageError(text);
  };
  if ((options.value('num-records') ?? 0) <= 0) refuse('Value for --num-records must be a positive integer.');
  if (!['1', 'all'].includes(options.value('producer-acks') ?? '')) {
    refuse(
      "Invalid value for --producer-acks. Latency testing requires synchronous acknowledgement. Please use '1' or 'all'.",
    );
  }
  for (const name of ['record-size', 'record-key-size', 'record-header-key-size'] as const) {
    if ((options.value(name) ?? 0) < 0) refuse(`Value for --${name} must be a non-negative integer.`);
  }
  if (options.value('record-header-size') < -1) {
    refuse('Value for --record-header-size must be a non-negative integer or -1 for null header value.');
  }
  if (options.value('num-headers') < 0) refuse('Value for --num-headers must be a non-negative integer.');
}

function sizesOf(options: LatencyOptions): RecordSizes {
  return {
    value: options.value('record-size') ?? 0,
    key: options.value('record-key-size'),
    headerCount: options.value('num-headers'),
    headerKey: options.value('record-header-key-size'),
    headerValue: options.value('record-header-size'),
  };
}
