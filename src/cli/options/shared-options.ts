import { option } from './option.ts';

// Options that several tools declare in the same words.

export const BOOTSTRAP_SERVER = option.string({
  argument: 'server to connect to',
  help: 'REQUIRED: brokers to begin with, as HOST1:PORT1,HOST2:PORT2.',
});

export const ADMIN_CONFIG_FILE = option.string({
  argument: 'command config property file',
  help: 'File with settings of the admin client.',
});

/** What kafka-consumer-groups and kafka-share-groups have in common. */
export const GROUP_OPTIONS = {
  timeout: option.long({
    argument: 'timeout (ms)',
    default: 30000n,
    help: 'How long a call to the cluster may take.',
  }),
  'command-config': ADMIN_CONFIG_FILE,
  'dry-run': option.flag({ help: 'With --reset-offsets: show the new offsets and change nothing.' }),
  'to-datetime': option.string({
    argument: 'datetime',
    help: "To the first record at or after a time. Format: 'YYYY-MM-DDThh:mm:ss.sss', UTC unless a zone follows.",
  }),
  'to-earliest': option.flag({ help: 'To the start of the log.' }),
  'to-latest': option.flag({ help: 'To the end of the log.' }),
  members: option.flag({ help: 'With --describe: the members of each group.' }),
  verbose: option.flag({ help: 'With --describe: more columns.' }),
  offsets: option.flag({ help: 'With --describe: offsets and lag, which is what it shows without further options.' }),
  state: option.string({
    valueOptional: true,
    help: 'With --describe: the state of each group. With --list: states as well, or only groups in these states.',
  }),
};

/** What the two console consumers have in common. */
export const CONSOLE_CONSUMER_OPTIONS = {
  topic: option.string({ argument: 'topic', help: 'The topic to read.' }),
  'consumer-property': option.string({
    argument: 'consumer_prop',
    deprecated: true,
    help: '(DEPRECATED) a consumer setting as key=value; use --command-property instead.',
  }),
  'command-property': option.string({ argument: 'consumer_prop', help: 'A consumer setting as key=value.' }),
  'command-config': option.string({
    argument: 'config file',
    help: 'Properties file of the consumer; --command-property wins over it.',
  }),
  property: option.string({
    argument: 'prop',
    deprecated: true,
    help: '(DEPRECATED) a setting of the formatter as key=value; use --formatter-property instead.',
  }),
  'formatter-config': option.string({
    argument: 'config file',
    help: 'Properties file of the formatter; --formatter-property wins over it.',
  }),
  'max-messages': option.int({ argument: 'num_messages', help: 'End after that many records.' }),
  'bootstrap-server': BOOTSTRAP_SERVER,
  'value-deserializer': option.string({
    argument: 'deserializer for values',
    help: 'Class name of the deserializer of values.',
  }),
  'enable-systest-events': option.flag({ help: 'Print a line when the consumer has shut down.' }),
};

/** What the verifiable tools say about the cluster. */
export const VERIFIABLE_CONNECTION = { title: 'Connection Group', description: 'Where the brokers are' };

/** What the two verifiable consumers have in common. */
export const VERIFIABLE_CONSUMER_OPTIONS = {
  'command-config': option.string({
    argument: 'CONFIG-FILE',
    help: 'Properties file of the consumer; options win over it.',
  }),
  'bootstrap-server': option.string({
    argument: 'HOST1:PORT1[,HOST2:PORT2[...]]',
    required: true,
    section: VERIFIABLE_CONNECTION,
    help: 'Brokers to begin with.',
  }),
};
