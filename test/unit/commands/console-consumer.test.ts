import ConsoleConsumer from '../../../src/commands/console-consumer.ts';
import { runInProcess } from './in-process.ts';

const MISSING_FILE = '/nowhere/consumer.properties';

// No broker is asked before these are found: nothing listens there.
const B = ['--bootstrap-server', '127.0.0.1:1'];
const run = (...argv: string[]) => runInProcess(ConsoleConsumer, 'console-consumer', argv);

const EXACTLY_ONE = 'Exactly one of the following arguments is required: [topic], [include]';

/** As kafka-console-consumer of Apache Kafka 4.3.1 answered; true: the list of options follows. */
const USAGE: [string[], string, boolean][] = [
  [['--property', 'a=b', '--formatter-property', 'c=d'], EXACTLY_ONE, true],
  [['--offset', '3'], EXACTLY_ONE, true],
  [[...B, '--topic', 'a', '--include', 'b'], EXACTLY_ONE, true],
  [['--topic', 'a'], 'Missing required argument "[bootstrap-server]"', true],
  [['--offset', '3', '--topic', 'a'], 'The partition is required when offset is specified.', true],
  [
    [...B, '--topic', 'a', '--from-beginning', '--offset', 'earliest'],
    'The partition is required when offset is specified.',
    true,
  ],
  [[...B, '--include', 'a', '--partition', '0'], 'The topic is required when partition is specified.', true],
  [
    [...B, '--topic', 'a', '--partition', '0', '--offset', '3', '--from-beginning'],
    'Options from-beginning and offset cannot be specified together.',
    true,
  ],
  [
    [...B, '--topic', 'a', '--partition', '0', '--group', 'g', '--offset', 'first'],
    'Options group and partition cannot be specified together.',
    true,
  ],
  [
    [
      ...B,
      '--topic',
      'a',
      '--consumer-property',
      'a=b',
      '--command-property',
      'a=b',
      '--property',
      'a=b',
      '--formatter-property',
      'a=b',
    ],
    'Options --consumer-property and --command-property cannot be specified together.',
    true,
  ],
  [
    [
      ...B,
      '--topic',
      'a',
      '--from-beginning',
      '--command-property',
      'auto.offset.reset=latest',
      '--formatter',
      'no.such',
    ],
    "Can't simultaneously specify --from-beginning and 'auto.offset.reset=latest', please remove one option",
    false,
  ],
  [
    [...B, '--topic', 'a', '--partition', '0', '--offset', 'first', '--formatter', 'no.such'],
    "The provided offset value 'first' is incorrect. Valid values are 'earliest', 'latest', or a non-negative long.",
    true,
  ],
  [
    [...B, '--topic', 'a', '--group', 'a', '--command-property', 'group.id=b', '--formatter', 'no.such'],
    "The group ids provided in different places (directly using '--group', via '--consumer-property', or via '--consumer.config') do not match. Detected group ids: 'a', 'b'",
    true,
  ],
  [[...B, '--topic', 'a', '--formatter', 'no.such'], 'no.such', true],
];

/** Failures that leave main as exceptions. */
const EXCEPTIONS: [string[], string][] = [
  [
    [...B, '--topic', 'a', '--partition', 'x', '--property', 'a=b'],
    "joptsimple.OptionArgumentConversionException: Cannot parse argument 'x' of option partition",
  ],
  [
    [...B, '--topic', 'a', '--timeout-ms', 'soon', '--formatter', 'no.such'],
    "joptsimple.OptionArgumentConversionException: Cannot parse argument 'soon' of option timeout-ms",
  ],
  [
    [...B, '--topic', 'a', '--isolation-level', 'a', '--isolation-level', 'b'],
    'joptsimple.MultipleArgumentsForOptionException: Found multiple arguments for option isolation-level, but you asked for only one',
  ],
  [
    [...B, '--topic', 'a', '--command-config', MISSING_FILE, '--formatter', 'no.such'],
    `java.nio.file.NoSuchFileException: ${MISSING_FILE}`,
  ],
];

/** Settings the client refuses: an ERROR in the log, no count, status 1. */
const REFUSED: [string[], string][] = [
  [
    ['--topic', 'a', '--isolation-level', 'READ_COMMITTED'],
    'org.apache.kafka.common.config.ConfigException: Invalid value READ_COMMITTED for configuration isolation.level: String must be one of: read_committed, read_uncommitted',
  ],
  [
    ['--topic', 'a', '--command-property', 'fetch.min.bytes=x'],
    'org.apache.kafka.common.config.ConfigException: Invalid value x for configuration fetch.min.bytes: Not a number of type INT',
  ],
  [
    ['--topic', 'a', '--topic', 'b'],
    'joptsimple.MultipleArgumentsForOptionException: Found multiple arguments for option topic',
  ],
  [['--include', '*'], "java.util.regex.PatternSyntaxException: Dangling meta character '*' near index 0"],
];

describe('kafka-console-consumer', () => {
  it.each(USAGE)('%j: %s', async (argv, text, list) => {
    const printed = await run(...argv);
    expect(printed).toMatchObject({ stdout: '', stderr: `${text}\n`, log: '', list, code: 1 });
  });

  it.each(EXCEPTIONS)('%j leaves main: %s', async (argv, text) => {
    const { stdout, stderr, code } = await run(...argv);
    expect(stderr.split('\n')[0]).toBe(`Exception in thread "main" ${text}`);
    expect([stdout, code]).toEqual(['', 1]);
  });

  it.each(REFUSED)('%j is refused by the client: %s', async (argv, text) => {
    const { stdout, stderr, log, code } = await run(...B, ...argv);
    expect(log).toContain(
      'ERROR Unknown error when running consumer:  (org.apache.kafka.tools.consumer.ConsoleConsumer)\n',
    );
    expect(log).toContain(text);
    expect(stderr).not.toContain('Processed');
    expect([stdout, code]).toEqual(['', 1]);
  });

  it('tells bad addresses as the cause of a consumer that cannot be made', async () => {
    const { log, code } = await run('--bootstrap-server', 'localhost', '--topic', 'a');
    expect(log).toContain(
      'org.apache.kafka.common.KafkaException: Failed to construct kafka consumer\nCaused by: org.apache.kafka.common.config.ConfigException: Invalid url in bootstrap.servers: localhost\n',
    );
    expect(code).toBe(1);
  });

  it('finds a wrong --max-messages only after it has subscribed', async () => {
    const { stderr, log, code } = await run(...B, '--topic', 'a', '--max-messages', 'many');
    expect(stderr).toMatch(/^The consumer rebalance protocol .*\nProcessed a total of 0 messages\n$/);
    expect(log).toContain("Cannot parse argument 'many' of option max-messages");
    expect(code).toBe(1);
  });

  it('ends with status 0 after the timeout, though no broker was there', async () => {
    const { stderr, log, code } = await run(...B, '--topic', 'a', '--timeout-ms', '300');
    expect(log).toContain('Connection to node -1 (/127.0.0.1:1) could not be established. Node may not be available.');
    expect(log).toContain(
      'ERROR Error processing message, terminating consumer process:  (org.apache.kafka.tools.consumer.ConsoleConsumer)\norg.apache.kafka.common.errors.TimeoutException\n',
    );
    expect(stderr).toContain('Processed a total of 0 messages\n');
    expect(code).toBe(0);
  });

  it('reads nothing for --max-messages 0, and for negative numbers but -1', async () => {
    for (const limit of ['0', '-5']) {
      const { stdout, stderr, log, code } = await run(...B, '--topic', 'a', '--max-messages', limit);
      expect(stderr).toMatch(/^The consumer rebalance protocol .*\nProcessed a total of 0 messages\n$/);
      expect([stdout, log, code]).toEqual(['', '', 0]);
    }
  });

  it('puts warnings about old options on stdout, in a fixed order', async () => {
    const argv = ['--property', 'a=b', '--consumer-property', 'x=y', '--topic', 'a', '--max-messages', '0'];
    const { stdout } = await run(...B, ...argv);
    expect(stdout).toBe(
      'Option --consumer-property is deprecated and will be removed in a future version. Use --command-property instead.\n' +
        'Option --property is deprecated and will be removed in a future version. Use --formatter-property instead.\n',
    );
  });
});

describe('klamm console-consumer', () => {
  const klamm = (...argv: string[]) => runInProcess(ConsoleConsumer, 'console-consumer', argv, 'comfort');

  it('says nothing about protocols, and warns on stderr', async () => {
    const { stdout, stderr, code } = await klamm(...B, '--topic', 'a', '--property', 'a=b', '--max-messages', '0');
    expect(stdout).toBe('');
    expect(stderr).toBe(
      'Option --property is deprecated and will be removed in a future version. Use --formatter-property instead.\nProcessed a total of 0 messages\n',
    );
    expect(code).toBe(0);
  });

  it('fails when the time is over and there was nothing to read from', async () => {
    const { stderr, code } = await klamm(...B, '--topic', 'a', '--timeout-ms', '300');
    expect(stderr).toContain('The time is over, and there was no partition to read from');
    expect(code).toBe(1);
  });

  it('names the cause, not the exception around it', async () => {
    const { stderr } = await klamm('--bootstrap-server', 'localhost', '--topic', 'a');
    expect(stderr).toContain('Invalid url in bootstrap.servers: localhost');
    expect(stderr).not.toContain('Failed to construct');
  });
});
