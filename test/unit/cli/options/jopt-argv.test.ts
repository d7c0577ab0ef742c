import { canonicalArgv, decodeValue, decodeWord } from '../../../../src/cli/options/canonical-argv.ts';
import { parseJoptArgv } from '../../../../src/cli/options/jopt-argv.ts';
import { option } from '../../../../src/cli/options/option.ts';
import { Options } from '../../../../src/cli/options/options.ts';

// The rules were checked against jopt-simple 5.0.4 in Apache Kafka 4.3.1's tools.
const table = {
  'bootstrap-server': option.string({ help: 'x' }),
  topic: option.string({ help: 'x' }),
  partitions: option.int({ help: 'x' }),
  timeout: option.long({ help: 'x', default: 30000n }),
  rate: option.double({ help: 'x' }),
  state: option.string({ help: 'x', valueOptional: true }),
  limit: option.long({ help: 'x', valueOptional: true }),
  input: option.string({ help: 'x', separator: ',' }),
  'consumer.config': option.string({ help: 'x' }),
  list: option.flag({ help: 'x' }),
};

function read(...argv: string[]) {
  const { options, words } = parseJoptArgv(table, argv);
  const flags: Record<string, unknown> = {};
  for (const { name, arity, value } of options) {
    if (arity === 'none') flags[name] = true;
    else flags[name] = [...((flags[name] as unknown[]) ?? []), value];
  }
  return new Options<typeof table>(table, flags, words);
}

describe('what counts as an option and what as its value', () => {
  it.each([[['--topic', 'a']], [['--topic=a']], [['-topic', 'a']], [['-topic=a']]])('%j gives the topic', (argv) =>
    expect(read(...argv).value('topic')).toBe('a'),
  );

  it('takes the next word whatever it looks like', () => {
    expect(read('--topic', '--list').value('topic')).toBe('--list');
    expect(read('--topic', '--list').has('list')).toBe(false);
    expect(read('--topic', '--').value('topic')).toBe('--');
  });

  it('takes names with dots, and values with equal signs', () => {
    expect(read('--consumer.config', 'a=b=c').value('consumer.config')).toBe('a=b=c');
    expect(read('--topic=k=v').value('topic')).toBe('k=v');
  });

  it('forgets a value given to an option that takes none', () => {
    const options = read('--list=yes', 'word');
    expect(options.has('list')).toBe(true);
    expect(options.words).toEqual(['word']);
  });

  it('keeps loose words, and everything behind --', () => {
    expect(read('a', '--list', 'b', '-', '--', '--topic', 'c').words).toEqual(['a', 'b', '-', '--topic', 'c']);
  });

  it('takes the value of an option that may do without only if it is no option', () => {
    expect(read('--state', 'Stable').value('state')).toBe('Stable');
    expect(read('--state', '--list').raw('state')).toEqual([]);
    expect(read('--state', '--list').has('list')).toBe(true);
    expect(read('--state').has('state')).toBe(true);
    expect(read('--limit', '-5').value('limit')).toBe(-5n);
    expect(read('--limit', 'soon').words).toEqual(['soon']);
  });

  it('takes several values from one text where a separator is set', () => {
    expect(read('--input', 'a,,b', '--input=c').values('input')).toEqual(['a', 'b', 'c']);
    expect(read('--input', ',').values('input')).toEqual([',']);
  });
});

describe('refusals', () => {
  const refusal = (...argv: string[]) => {
    try {
      parseJoptArgv(table, argv);
    } catch (error) {
      return String(error);
    }
    return 'accepted';
  };

  it('knows no abbreviations', () => {
    expect(refusal('--boot', 'x')).toBe('joptsimple.UnrecognizedOptionException: boot is not a recognized option');
    expect(refusal('--colour=yes')).toBe('joptsimple.UnrecognizedOptionException: colour is not a recognized option');
    expect(refusal('-xyz')).toBe('joptsimple.UnrecognizedOptionException: x is not a recognized option');
  });

  it('misses a value at the end only', () => {
    expect(refusal('--topic')).toBe(
      'joptsimple.OptionMissingRequiredArgumentException: Option topic requires an argument',
    );
  });

  // Origin: jopt-simple 5.0.4, as Apache Kafka 4.3.1 ships it.
  it('takes nothing behind the equals sign for an empty value, and leaves the next word alone', () => {
    for (const name of ['topic', 'state'] as const) {
      expect(read(`--${name}=`).value(name)).toBe('');
      expect(read(`--${name}=`, 'x').value(name)).toBe('');
      expect(read(`--${name}=`, 'x').words).toEqual(['x']);
    }
  });

  it('an unknown option beats --help, --help beats what is missing', () => {
    const strict = { server: option.string({ help: 'x', required: true }), ...table };
    expect(() => parseJoptArgv(strict, ['--help', '--nope'])).toThrow('nope is not a recognized option');
    expect(parseJoptArgv(strict, ['--help']).asksHelp).toBe(true);
    expect(parseJoptArgv(strict, ['--version']).asksVersion).toBe(true);
    expect(() => parseJoptArgv(strict, ['--list'])).toThrow('Missing required option(s) [server]');
  });
});

describe('values are converted when they are read', () => {
  it('accepts anything until then', () => {
    const options = read('--partitions', 'many', '--topic', 'a', '--topic', 'b');
    expect(() => options.value('partitions')).toThrow("Cannot parse argument 'many' of option partitions");
    expect(() => options.value('topic')).toThrow(
      'Found multiple arguments for option topic, but you asked for only one',
    );
    expect(options.values('topic')).toEqual(['a', 'b']);
  });

  it('keeps to the ranges of Java types', () => {
    expect(read('--partitions', '+7').value('partitions')).toBe(7);
    expect(() => read('--partitions', '2147483648').value('partitions')).toThrow('Cannot parse');
    expect(() => read('--partitions', '1.0').value('partitions')).toThrow('Cannot parse');
    expect(read('--timeout', '9223372036854775807').value('timeout')).toBe(9223372036854775807n);
    expect(() => read('--timeout', '9223372036854775808').value('timeout')).toThrow('Cannot parse');
    expect(read('--rate', '1e3').value('rate')).toBe(1000);
    expect(() => read('--rate', 'fast').value('rate')).toThrow('Cannot parse');
  });

  it('a default stands in for an absent value, but is not given', () => {
    expect(read('--list').value('timeout')).toBe(30000n);
    expect(read('--list').has('timeout')).toBe(false);
    expect(read('--list').values('timeout')).toEqual([]);
  });
});

describe('the argv that oclif gets', () => {
  it('reads back the same whatever the values look like', () => {
    const given = ['--topic', '', '-', '=', 'a=b'].map((value) => ({
      name: 'topic',
      arity: 'required' as const,
      value,
    }));
    const argv = canonicalArgv([...given, { name: 'state', arity: 'optional', value: undefined }], ['5', 'x', '5']);
    const values = argv
      .filter((one) => one.startsWith('--topic='))
      .map((one) => decodeValue(one.slice('--topic='.length)));
    expect(values).toEqual(['--topic', '', '-', '=', 'a=b']);
    expect(decodeValue('')).toBeUndefined();
    expect(argv.slice(argv.indexOf('--') + 1).map(decodeWord)).toEqual(['5', 'x', '5']);
  });
});
