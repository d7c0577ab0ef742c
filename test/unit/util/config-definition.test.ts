import {
  atLeast,
  between,
  boolean,
  ConfigError,
  type ConfigKey,
  className,
  configText,
  defineConfigs,
  double,
  int,
  lambda,
  list,
  listOf,
  listOfAny,
  long,
  nonEmptyString,
  nonNull,
  oneOf,
  oneOfIgnoringCase,
  Password,
  password,
  short,
  string,
} from '../../../src/util/config-definition.ts';

function outcome(key: ConfigKey<never> | ConfigKey, given: string | null | undefined): unknown {
  const definition = defineConfigs({ x: key as ConfigKey });
  try {
    return definition.parse(given === undefined ? new Map() : new Map([['x', given]])).get('x');
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return `! ${error.message}`;
  }
}

// Every row was printed by org.apache.kafka.common.config.ConfigDef of Apache Kafka 4.3.1.
describe('parsed values and error texts are those of Java', () => {
  it.each<[string, ConfigKey, string | null | undefined, unknown]>([
    ['int trims', int() as ConfigKey, ' 5 ', 5],
    ['int plus', int() as ConfigKey, '+5', 5],
    ['int text', int() as ConfigKey, 'abc', '! Invalid value abc for configuration x: Not a number of type INT'],
    ['int fraction', int() as ConfigKey, '5.0', '! Invalid value 5.0 for configuration x: Not a number of type INT'],
    ['int hex', int() as ConfigKey, '0x5', '! Invalid value 0x5 for configuration x: Not a number of type INT'],
    ['int empty', int() as ConfigKey, '', '! Invalid value  for configuration x: Not a number of type INT'],
    [
      'int too large',
      int() as ConfigKey,
      '99999999999',
      '! Invalid value 99999999999 for configuration x: Not a number of type INT',
    ],
    [
      'short too large',
      short() as ConfigKey,
      '32768',
      '! Invalid value 32768 for configuration x: Not a number of type SHORT',
    ],
    ['long largest', long() as ConfigKey, '9223372036854775807', 9223372036854775807n],
    ['long text', long() as ConfigKey, 'soon', '! Invalid value soon for configuration x: Not a number of type LONG'],
    ['double exponent', double() as ConfigKey, '1e3', 1000],
    ['double suffix', double() as ConfigKey, '1d', 1],
    ['double open', double() as ConfigKey, '.5', 0.5],
    [
      'double broken',
      double() as ConfigKey,
      '1e',
      '! Invalid value 1e for configuration x: Not a number of type DOUBLE',
    ],
    ['boolean case', boolean() as ConfigKey, ' TRUE ', true],
    [
      'boolean text',
      boolean() as ConfigKey,
      'yes',
      '! Invalid value yes for configuration x: Expected value to be either true or false',
    ],
    ['list blanks', list() as ConfigKey, ' a , b ', ['a', 'b']],
    ['list empty', list() as ConfigKey, ' ', []],
    ['list open end', list() as ConfigKey, 'a,', ['a', '']],
    [
      'class unknown',
      className({ isKnownClass: (name) => name === 'a.B' }) as ConfigKey,
      'nope.Nope',
      '! Invalid value nope.Nope for configuration x: Class nope.Nope could not be found.',
    ],
    ['string trims', string() as ConfigKey, ' s ', 's'],
    ['required', int() as ConfigKey, undefined, '! Missing required configuration "x" which has no default value.'],
    ['default', long({ default: 5 }) as ConfigKey, undefined, 5n],
    [
      'below',
      int({ default: 5, validator: between(1, 9) }) as ConfigKey,
      '0',
      '! Invalid value 0 for configuration x: Value must be at least 1',
    ],
    [
      'above',
      int({ default: 5, validator: between(1, 9) }) as ConfigKey,
      '10',
      '! Invalid value 10 for configuration x: Value must be no more than 9',
    ],
    [
      'null in range',
      int({ default: 5, validator: between(1, 9) }) as ConfigKey,
      null,
      '! Invalid value null for configuration x: Value must be non-null',
    ],
    [
      'double prints as Java prints it',
      double({ default: 0, validator: between(0, 1) }) as ConfigKey,
      '123456789',
      '! Invalid value 1.23456789E8 for configuration x: Value must be no more than 1',
    ],
    [
      'bound keeps its text',
      double({ default: 0, validator: between('0.0', '1.0') }) as ConfigKey,
      '-1e10',
      '! Invalid value -1.0E10 for configuration x: Value must be at least 0.0',
    ],
    [
      'oneOf',
      string({ validator: oneOf('a', 'b') }) as ConfigKey,
      'A',
      '! Invalid value A for configuration x: String must be one of: a, b',
    ],
    [
      'oneOfIgnoringCase',
      string({ validator: oneOfIgnoringCase('a', 'b') }) as ConfigKey,
      'C',
      '! Invalid value C for configuration x: String must be one of (case insensitive): A, B',
    ],
    ['oneOfIgnoringCase fits', string({ validator: oneOfIgnoringCase('a', 'b') }) as ConfigKey, 'A', 'A'],
    [
      'nonEmptyString',
      string({ validator: nonEmptyString() }) as ConfigKey,
      '  ',
      '! Invalid value  for configuration x: String must be non-empty',
    ],
    [
      'nonNull',
      string({ validator: nonNull() }) as ConfigKey,
      null,
      '! Invalid value null for configuration x: entry must be non null',
    ],
    [
      'listOf unknown',
      list({ validator: listOf(['compact', 'delete']) }) as ConfigKey,
      'compact,c,d',
      '! Invalid value c for configuration x: String must be one of: compact, delete',
    ],
    [
      'listOf empty',
      list({ validator: listOf(['a', 'b'], false) }) as ConfigKey,
      '',
      "! Configuration 'x' must not be empty. Valid values include: [a, b]",
    ],
    [
      'listOf empty element',
      list({ validator: listOf(['a', 'b']) }) as ConfigKey,
      'a,',
      "! Configuration 'x' values must not be empty.",
    ],
    [
      'listOf null',
      list({ validator: listOf(['a']) }) as ConfigKey,
      null,
      "! Configuration 'x' values must not be null.",
    ],
    ['listOf repeated', list({ validator: listOf(['a', 'b']) }) as ConfigKey, 'a,a', ['a']],
    [
      'listOfAny empty',
      list({ validator: listOfAny(false, false) }) as ConfigKey,
      '',
      "! Configuration 'x' must not be empty. Valid values include: any non-empty value",
    ],
    ['listOfAny null', list({ validator: listOfAny(false, true) }) as ConfigKey, null, null],
    [
      'a rule of its own',
      int({ validator: lambda((_, value) => (value === 7 ? 'not seven' : null), 'x') }) as ConfigKey,
      '7',
      '! Invalid value 7 for configuration x: not seven',
    ],
  ])('%s', (_title, key, given, expected) => {
    expect(outcome(key, given)).toEqual(expected);
  });
});

describe('a definition', () => {
  const definition = defineConfigs({
    'linger.ms': long({ default: 5, validator: atLeast(0) }),
    acks: string({ default: 'all' }),
    'ssl.key.password': password({ default: null }),
    port: int(),
  });

  it('gives typed values, originals and the names it does not know', () => {
    const values = definition.parse(
      new Map([
        ['port', '9092'],
        ['bogus', 'x'],
      ]),
    );
    const lingerMs: bigint = values.get('linger.ms');
    const secret: Password | null = values.get('ssl.key.password');
    expect([lingerMs, values.number('linger.ms'), values.get('port'), secret]).toEqual([5n, 5, 9092, null]);
    expect(values.unknownNames()).toEqual(['bogus']);
    expect([values.isSet('port'), values.isSet('acks')]).toEqual([true, false]);
  });

  it('reports the first wrong value in order of definition', () => {
    const given = new Map([
      ['port', 'p'],
      ['linger.ms', 'soon'],
    ]);
    expect(() => definition.parse(given)).toThrow(
      'Invalid value soon for configuration linger.ms: Not a number of type LONG',
    );
  });

  it('never prints a password', () => {
    const secret = definition
      .parse(
        new Map([
          ['port', '1'],
          ['ssl.key.password', 'geheim'],
        ]),
      )
      .get('ssl.key.password');
    expect(`${secret} ${JSON.stringify(secret)}`).toBe('[hidden] "[hidden]"');
    expect(secret?.value).toBe('geheim');
  });
});

describe('configText prints values as Java does', () => {
  it.each([
    [1000, '1000.0'],
    [0.5, '0.5'],
    [99999999999, '9.9999999999E10'],
    [1e-5, '1.0E-5'],
    [12345678.9, '1.23456789E7'],
    [-0, '-0.0'],
    [Number.POSITIVE_INFINITY, 'Infinity'],
  ])('double %p', (value, text) => {
    expect(configText(value, 'DOUBLE')).toBe(text);
  });

  it('other types', () => {
    expect(configText(['a', 'b'], 'LIST')).toBe('a,b');
    expect(configText(new Password('p'), 'PASSWORD')).toBe('[hidden]');
    expect(configText(5n, 'LONG')).toBe('5');
    expect(configText(null, 'STRING')).toBeNull();
  });
});
