import { option, ToolCommand, type ToolRun } from '../cli/index.ts';
import {
  type DecoderName,
  decodingParser,
  dumpFiles,
  eventText,
  parserOf,
  type RecordParser,
} from '../tools/dump-log/index.ts';

const PURPOSE =
  'This tool helps to parse a log file and dump its contents to the console, useful for debugging a seemingly corrupt log segment.';
const STRING_DECODER = 'org.apache.kafka.tools.api.StringDecoder';
const CHUNK_CHARACTERS = 1 << 16;
const WHOLE_FILE = 0x7fffffff;

type Run = ToolRun<typeof DumpLog.flags>;

/** In the order in which Kafka's tool looks for them. */
const DECODERS = [
  ['offsets-decoder', 'offsets'],
  ['transaction-log-decoder', 'transactions'],
  ['cluster-metadata-decoder', 'metadata'],
  ['remote-log-metadata-decoder', 'remote metadata'],
  ['share-group-state-decoder', 'share state'],
] as const satisfies readonly (readonly [string, DecoderName])[];

export default class DumpLog extends ToolCommand {
  static override summary = 'Show what the files of a log directory hold';
  static override tool = {
    name: 'kafka-dump-log',
    help: PURPOSE,
    noArguments: PURPOSE,
    optionErrors: 'failure' as const,
  };
  static override flags = {
    'print-data-log': option.flag({ help: 'Show keys and payloads of records; any decoder does so, too.' }),
    'verify-index-only': option.flag({ help: 'Compare indexes with their segments and show no entries.' }),
    'index-sanity-check': option.flag({
      help: 'Check indexes as a broker does when it starts, which decides whether they are built anew.',
    }),
    files: option.string({
      argument: 'file1, file2, ...',
      help: 'REQUIRED: segments, indexes and snapshots, separated by commas.',
    }),
    'max-message-size': option.int({
      argument: 'size',
      default: 5242880,
      help: 'How large a batch may be that an index points to.',
    }),
    'max-bytes': option.int({
      argument: 'size',
      default: WHOLE_FILE,
      help: 'Read batches of this many bytes, not the whole file.',
    }),
    'deep-iteration': option.flag({ help: 'Show records, not only batches; showing contents does so, too.' }),
    'value-decoder-class': option.string({
      valueOptional: true,
      default: STRING_DECODER,
      help: 'How values are decoded: StringDecoder, IntegerDecoder, LongDecoder or DefaultDecoder of org.apache.kafka.tools.api.',
    }),
    'key-decoder-class': option.string({
      valueOptional: true,
      default: STRING_DECODER,
      help: 'How keys are decoded, like --value-decoder-class.',
    }),
    'offsets-decoder': option.flag({ help: 'The records are those of __consumer_offsets.' }),
    'transaction-log-decoder': option.flag({ help: 'The records are those of __transaction_state.' }),
    'cluster-metadata-decoder': option.flag({ help: 'The records are those of __cluster_metadata.' }),
    'remote-log-metadata-decoder': option.flag({ help: 'The records are those of __remote_log_metadata.' }),
    'share-group-state-decoder': option.flag({ help: 'The records are those of __share_group_state.' }),
    'skip-record-metadata': option.flag({ help: 'Show contents alone: no offsets and sizes, no control records.' }),
  };

  override async execute({ options, context, face, require }: Run): Promise<number> {
    await require('files');
    const events = dumpFiles({
      files: splitAtCommas(options.value('files') ?? ''),
      records: () => {
        const hasContents = showsContents(options);
        const parser = parserFor(options);
        const maxBytes = options.value('max-bytes');
        return {
          isDeep: hasContents || options.has('deep-iteration'),
          hasMetadata: !options.has('skip-record-metadata'),
          parser: hasContents ? parser : undefined,
          maxBytes: maxBytes === WHOLE_FILE ? undefined : maxBytes,
        };
      },
      indexes: () => ({
        isSanityOnly: options.has('index-sanity-check'),
        isQuiet: options.has('verify-index-only'),
        maxMessageBytes: options.value('max-message-size'),
      }),
    });
    let text = '';
    const flush = async (): Promise<void> => {
      const chunk = text;
      text = '';
      if (chunk !== '') await new Promise<void>((resolve) => context.stdout.write(chunk, () => resolve()));
    };
    let hasComplaints = false;
    try {
      for (const event of events) {
        if (context.stdout.errored) break;
        const shown = eventText(event);
        if (shown.isError) hasComplaints = true;
        if (face.output === 'json') await face.print(event, { text: () => '' });
        else if (shown.isError) face.err(shown.text);
        else text += shown.text;
        if (text.length >= CHUNK_CHARACTERS) await flush();
      }
    } finally {
      await flush();
    }
    return face.status(0, hasComplaints);
  }
}

function showsContents(options: Run['options']): boolean {
  const decoders = [...DECODERS.map(([name]) => name), 'value-decoder-class', 'key-decoder-class'] as const;
  return options.has('print-data-log') || decoders.some((name) => options.has(name));
}

function parserFor(options: Run['options']): RecordParser {
  const named = DECODERS.find(([name]) => options.has(name));
  if (named) return parserOf(named[1]);
  return decodingParser(options.value('value-decoder-class'), options.value('key-decoder-class'));
}

/** Java's split: empty names at the end are none. */
function splitAtCommas(text: string): string[] {
  return text.replace(/,+$/, '').split(',');
}
