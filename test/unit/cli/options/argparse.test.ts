import { type ArgparseError, parseArgparseArgv } from '../../../../src/cli/options/argparse-argv.ts';
import { ArgparseParser } from '../../../../src/cli/options/argparse-parser.ts';
import { type OptionTable, option } from '../../../../src/cli/options/option.ts';
import { argparseWidth, closestNames, fillParagraph } from '../../../../src/cli/pages/argparse-text.ts';
import { type ToolFacts } from '../../../../src/cli/tool-facts.ts';

// Usage lines and error paragraphs as Apache Kafka 4.3.1 prints them (75 columns); the options are declared as its tools declare theirs.
const server = { name: 'server', required: true };
const everywhere = ['cluster-id', 'unregister', 'list-endpoints'];

const cluster: ToolFacts = {
  name: 'kafka-cluster',
  rules: 'argparse',
  subcommands: { 'cluster-id': { help: 'a' }, unregister: { help: 'b' }, 'list-endpoints': { help: 'c' } },
};
const clusterOptions: OptionTable = {
  'bootstrap-server': option.string({ help: 'x', short: 'b', of: everywhere, group: server }),
  'bootstrap-controller': option.string({ help: 'x', short: 'C', of: everywhere, group: server }),
  config: option.string({ help: 'x', of: everywhere }),
  'command-config': option.string({ help: 'x', short: 'c', of: everywhere }),
  id: option.int({ help: 'x', short: 'i', of: ['unregister'], required: ['unregister'] }),
  'include-fenced-brokers': option.flag({ help: 'x', of: ['list-endpoints'] }),
};

const storage: ToolFacts = {
  name: 'kafka-storage',
  rules: 'argparse',
  subcommands: Object.fromEntries(
    ['info', 'format', 'version-mapping', 'feature-dependencies', 'random-uuid'].map((name) => [name, { help: name }]),
  ),
};
const quorum = { name: 'quorum', required: false };
const storageOptions: OptionTable = {
  config: option.string({ help: 'x', short: 'c', of: ['info', 'format'], required: ['info', 'format'] }),
  'cluster-id': option.string({ help: 'x', short: 't', of: ['format'], required: ['format'] }),
  'add-scram': option.string({ help: 'x', short: 'S', of: ['format'], appends: true }),
  'ignore-formatted': option.flag({ help: 'x', short: 'g', of: ['format'] }),
  'release-version': option.string({ help: 'x', short: 'r', of: ['format', 'version-mapping'] }),
  feature: option.string({ help: 'x', short: 'f', of: ['format', 'feature-dependencies'], appends: true }),
  standalone: option.flag({ help: 'x', short: 's', of: ['format'], group: quorum }),
  'no-initial-controllers': option.flag({ help: 'x', short: 'N', of: ['format'], group: quorum }),
  'initial-controllers': option.string({ help: 'x', short: 'I', of: ['format'], group: quorum }),
};

const payload = { name: 'payload', required: true };
const perf: ToolFacts = { name: 'kafka-producer-perf-test', rules: 'argparse' };
const property = 'PROP-NAME=PROP-VALUE';
const perfOptions: OptionTable = {
  'bootstrap-server': option.string({ help: 'x', argument: 'BOOTSTRAP-SERVER' }),
  topic: option.string({ help: 'x', argument: 'TOPIC', required: true }),
  'num-records': option.long({ help: 'x', argument: 'NUM-RECORDS', required: true }),
  'payload-delimiter': option.string({ help: 'x', argument: 'PAYLOAD-DELIMITER', default: '\\n' }),
  throughput: option.double({ help: 'x', argument: 'THROUGHPUT', required: true }),
  'producer-props': option.string({ help: 'x', argument: property, takesList: true }),
  'command-property': option.string({ help: 'x', argument: property, takesList: true }),
  'producer.config': option.string({ help: 'x', argument: 'CONFIG-FILE' }),
  'command-config': option.string({ help: 'x', argument: 'CONFIG-FILE' }),
  'print-metrics': option.flag({ help: 'x' }),
  'transactional-id': option.string({ help: 'x', argument: 'TRANSACTIONAL-ID' }),
  'transaction-duration-ms': option.long({ help: 'x', argument: 'TRANSACTION-DURATION' }),
  'warmup-records': option.long({ help: 'x', argument: 'WARMUP-RECORDS' }),
  'reporting-interval': option.long({ help: 'x', argument: 'INTERVAL-MS' }),
  'record-size': option.int({ help: 'x', argument: 'RECORD-SIZE', group: payload }),
  'payload-file': option.string({ help: 'x', argument: 'PAYLOAD-FILE', group: payload }),
  'payload-monotonic': option.flag({ help: 'x', group: payload }),
};

function refusal(tool: ToolFacts, table: OptionTable, line: string): ArgparseError {
  try {
    parseArgparseArgv(table, line === '' ? [] : line.split(' '), tool);
  } catch (error) {
    return error as ArgparseError;
  }
  throw new Error('accepted');
}

describe('refusals, as argparse4j words and lays them out', () => {
  it.each([
    [
      '',
      'usage: kafka-cluster [-h] {cluster-id,unregister,list-endpoints} ...\nkafka-cluster: error: too few arguments\n',
    ],
    [
      'dance',
      'usage: kafka-cluster [-h] {cluster-id,unregister,list-endpoints} ...\n' +
        "kafka-cluster: error: invalid  choice:  'dance'  (choose from 'cluster-id',\n'unregister', 'list-endpoints')\n",
    ],
    [
      'cluster-id',
      'usage: kafka-cluster cluster-id [-h] [--config CONFIG]\n' +
        '                     [--command-config COMMAND_CONFIG]\n' +
        '                     (--bootstrap-server BOOTSTRAP_SERVER |\n' +
        '                     --bootstrap-controller BOOTSTRAP_CONTROLLER)\n' +
        'kafka-cluster:  error:  one  of   the  arguments  --bootstrap-server/-b  --\nbootstrap-controller/-C is required\n',
    ],
    [
      'clu --bootstrap-server',
      'usage: kafka-cluster cluster-id [-h] [--config CONFIG]\n' +
        '                     [--command-config COMMAND_CONFIG]\n' +
        '                     (--bootstrap-server BOOTSTRAP_SERVER |\n' +
        '                     --bootstrap-controller BOOTSTRAP_CONTROLLER)\n' +
        'kafka-cluster:  error:   argument   --bootstrap-server/-b:   expected   one\nargument\n',
    ],
  ])('kafka-cluster %s', (line, text) => expect(refusal(cluster, clusterOptions, line).text).toBe(text));

  const storageUsage =
    'usage: kafka-storage [-h]\n' +
    '                     {info,format,version-mapping,feature-dependencies,random-uuid}\n' +
    '                     ...\n';

  it.each([
    ['', `${storageUsage}kafka-storage: error: too few arguments\n`],
    [
      'dance',
      `${storageUsage}kafka-storage:  error:  invalid  choice:   'dance'   (choose  from  'info',\n` +
        "'format', 'version-mapping', 'feature-dependencies', 'random-uuid')\n",
    ],
    ['--foo', `${storageUsage}kafka-storage: error: unrecognized arguments: '--foo'\n`],
    [
      'format -c x',
      'usage: kafka-storage format [-h] --config CONFIG --cluster-id CLUSTER_ID\n' +
        '                     [--add-scram ADD_SCRAM] [--ignore-formatted]\n' +
        '                     [--release-version RELEASE_VERSION]\n' +
        '                     [--feature FEATURE] [--standalone |\n' +
        '                     --no-initial-controllers |\n' +
        '                     --initial-controllers INITIAL_CONTROLLERS]\n' +
        'kafka-storage: error: argument --cluster-id/-t is required\n',
    ],
  ])('kafka-storage %s', (line, text) => expect(refusal(storage, storageOptions, line).text).toBe(text));

  const perfUsage =
    'usage: kafka-producer-perf-test\n' +
    '       [-h] [--bootstrap-server BOOTSTRAP-SERVER] --topic TOPIC\n' +
    '       --num-records NUM-RECORDS [--payload-delimiter PAYLOAD-DELIMITER]\n' +
    '       --throughput THROUGHPUT\n' +
    '       [--producer-props PROP-NAME=PROP-VALUE [PROP-NAME=PROP-VALUE ...]]\n' +
    '       [--command-property PROP-NAME=PROP-VALUE [PROP-NAME=PROP-VALUE ...]]\n' +
    '       [--producer.config CONFIG-FILE] [--command-config CONFIG-FILE]\n' +
    '       [--print-metrics] [--transactional-id TRANSACTIONAL-ID]\n' +
    '       [--transaction-duration-ms TRANSACTION-DURATION]\n' +
    '       [--warmup-records WARMUP-RECORDS] [--reporting-interval INTERVAL-MS]\n' +
    '       (--record-size RECORD-SIZE | --payload-file PAYLOAD-FILE |\n' +
    '       --payload-monotonic)\n';

  it.each([
    [
      '--topic t --num-records x',
      `kafka-producer-perf-test: error: argument --num-records:  could not convert\n'x' to Long (For input string: "x")\n`,
    ],
    [
      '--topic t --num-records',
      'kafka-producer-perf-test:  error:  argument   --num-records:  expected  one\nargument\n',
    ],
    [
      '--topic t --num-records 4 --throughput 2 --record-size 4 --payload-monotonic',
      'kafka-producer-perf-test: error: argument  --payload-monotonic: not allowed\nwith argument --record-size\n',
    ],
    [
      '--topic t --num-records 4 --throughput 2',
      'kafka-producer-perf-test: error:  one  of  the  arguments  --record-size --\n' +
        'payload-file --payload-monotonic is required\n',
    ],
    ['--topic t --topi u', 'kafka-producer-perf-test: error: argument --throughput is required\n'],
    ['--foo', "kafka-producer-perf-test: error: unrecognized arguments: '--foo'\n\nDid you mean:\n\t--topic\n"],
    ['dance', "kafka-producer-perf-test: error: unrecognized arguments: 'dance'\n"],
  ])('kafka-producer-perf-test %s', (line, text) =>
    expect(refusal(perf, perfOptions, line).text).toBe(perfUsage + text),
  );

  it('prefers the error text of the tool', () => {
    const tool = { ...cluster, errorText: (sentence: string) => `Command line error: ${sentence}.` };
    expect(refusal(tool, clusterOptions, '').text).toBe('Command line error: too few arguments.');
  });

  it('names the subcommands or options that a shortened name may mean', () => {
    const tool = { ...cluster, subcommands: { describe: { help: 'a' }, delete: { help: 'b' } } };
    expect(refusal(tool, {}, 'de').sentence).toBe('ambiguous command: de could match delete, describe');
    expect(refusal(cluster, clusterOptions, 'cluster-id --bootstrap x').sentence).toBe(
      'ambiguous option: --bootstrap could match --bootstrap-controller, --bootstrap-server',
    );
  });

  it('refuses a value for an option that takes none', () => {
    expect(refusal(cluster, clusterOptions, 'list-endpoints --include-fenced-brokers=1').sentence).toBe(
      "argument --include-fenced-brokers: ignore implicit argument '1'",
    );
  });
});

describe('accepted argv', () => {
  const given = (tool: ToolFacts, table: OptionTable, line: string) => {
    const { options, subcommand } = parseArgparseArgv(table, line.split(' '), tool);
    return { subcommand, options: options.map(({ name, value }) => (value === undefined ? name : `${name}=${value}`)) };
  };

  it('takes short, joined, equal-signed and shortened forms', () => {
    const expected = { subcommand: 'unregister', options: ['bootstrap-server=a:1', 'id=7'] };
    for (const line of [
      'unregister --bootstrap-server a:1 --id 7',
      'unregister -b a:1 -i 7',
      'unregister -ba:1 -i7',
      'unreg --bootstrap-s=a:1 --i=7',
    ]) {
      expect(given(cluster, clusterOptions, line)).toEqual(expected);
    }
  });

  it('keeps the last value, all values where they add up, and lists up to the next option', () => {
    expect(given(storage, storageOptions, 'format -t a -t b -c c -f x=1 -f y=2').options).toEqual([
      'cluster-id=b',
      'config=c',
      'feature=x=1',
      'feature=y=2',
    ]);
    const line = '--command-property a=1 b=2 --topic t --num-records 1 --throughput -1 --payload-monotonic';
    expect(given(perf, perfOptions, line).options).toContain('command-property=b=2');
    expect(given(perf, perfOptions, line).options).toContain('throughput=-1');
  });

  it('stops at --help, whatever is missing', () => {
    expect(parseArgparseArgv(clusterOptions, ['unregister', '-h'], cluster)).toMatchObject({
      asksHelp: true,
      subcommand: 'unregister',
    });
  });
});

describe('help', () => {
  it('lists subcommands and options in two columns', () => {
    const tool: ToolFacts = { ...cluster, description: 'What it does.' };
    expect(new ArgparseParser(tool, clusterOptions).help(75)).toBe(
      'usage: kafka-cluster [-h] {cluster-id,unregister,list-endpoints} ...\n\nWhat it does.\n\npositional arguments:\n' +
        '  {cluster-id,unregister,list-endpoints}\n' +
        '    cluster-id           a\n    unregister           b\n    list-endpoints       c\n\n' +
        'optional arguments:\n  -h, --help             show this help and exit\n',
    );
  });

  it('repeats what the tool insists on in the usage of a subcommand, and puts long titles on a line of their own', () => {
    const tool: ToolFacts = { name: 'kafka-metadata-quorum', subcommands: { describe: { help: 'd' } } };
    const table: OptionTable = {
      'bootstrap-server': option.string({ help: 'One.', group: server }),
      'bootstrap-controller': option.string({ help: 'Two.', group: server }),
      status: option.flag({ help: 'Three.', of: ['describe'] }),
      replication: option.flag({ help: 'Four.', short: 'r', of: ['describe'] }),
    };
    expect(new ArgparseParser(tool, table, 'describe').usage(75)).toBe(
      'usage: kafka-metadata-quorum (--bootstrap-server BOOTSTRAP_SERVER |\n' +
        '                             --bootstrap-controller BOOTSTRAP_CONTROLLER)\n' +
        '                             describe [-h] [--status] [--replication]\n',
    );
    expect(new ArgparseParser(tool, table).help(75)).toContain(
      '  --bootstrap-server BOOTSTRAP_SERVER\n                         One.\n',
    );
  });
});

describe('text', () => {
  it('takes the width from COLUMNS, less five', () => {
    expect(argparseWidth('100')).toBe(95);
    expect(argparseWidth(undefined)).toBe(75);
    expect(argparseWidth('3')).toBe(75);
    expect(argparseWidth('wide')).toBe(75);
  });

  it('stretches every line but the last', () => {
    expect(fillParagraph('aa bb cc dd ee ff', 9)).toBe('aa bb  cc\ndd ee ff');
    expect(fillParagraph('one-two three', 8)).toBe('one-two\nthree');
  });

  it('proposes names that are close, all of the same distance', () => {
    const names = ['--topic', '--topics', '--partition'].map((shown) => ({ shown, body: shown.slice(2) }));
    expect(closestNames('topi', names)).toEqual(['--topic', '--topics']);
    expect(closestNames('zzzzzzzz', names)).toEqual([]);
  });
});

describe('options in parts of their own', () => {
  const newer = { title: 'Newer brokers', description: 'For these.' };
  const tool: ToolFacts = {
    name: 'kafka-transactions',
    rules: 'argparse',
    subcommands: { abort: { help: 'a', description: 'Ends what hangs.' } },
  };
  const table: OptionTable = {
    topic: option.string({ help: 'the topic', of: ['abort'], required: ['abort'] }),
    'start-offset': option.long({ help: 'where', of: ['abort'], section: newer }),
    'producer-epoch': option.short({ help: 'epoch', of: ['abort'] }),
  };

  it('stand behind the optional arguments, with heading and paragraph', () => {
    expect(new ArgparseParser(tool, table, 'abort').help(75)).toBe(
      [
        'usage: kafka-transactions abort [-h] --topic TOPIC',
        '                          [--start-offset START_OFFSET]',
        '                          [--producer-epoch PRODUCER_EPOCH]',
        '',
        'Ends what hangs.',
        '',
        'optional arguments:',
        '  -h, --help             show this help and exit',
        '  --topic TOPIC          the topic',
        '  --producer-epoch PRODUCER_EPOCH',
        '                         epoch',
        '',
        'Newer brokers:',
        '  For these.',
        '',
        '  --start-offset START_OFFSET',
        '                         where',
        '',
      ].join('\n'),
    );
  });

  it.each([
    ['70000', 'Value out of range. Value:"70000" Radix:10'],
    ['x', 'For input string: "x"'],
  ])('16 bits do not hold %s', (value, reason) => {
    expect(() => parseArgparseArgv(table, ['abort', '--topic', 't', '--producer-epoch', value], tool)).toThrow(
      `argument --producer-epoch: could not convert '${value}' to Short (${reason})`,
    );
  });
});
