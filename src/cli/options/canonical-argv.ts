/**
 * What Kafka's parsers understood, as an argv that oclif reads the same way whatever the values look like: `--name==VALUE`,
 * `--name=` for an option whose value was left out, `--name` for one without, then `--` and the loose words, numbered.
 */
export interface GivenOption {
  readonly name: string;
  readonly arity: 'none' | 'required' | 'optional';
  /** `undefined`: no value was given. */
  readonly value: string | undefined;
}

const VALUE = '=';

export function canonicalArgv(given: readonly GivenOption[], words: readonly string[]): string[] {
  const argv = given.map(({ name, arity, value }) => {
    if (arity === 'none') return `--${name}`;
    return value === undefined ? `--${name}=` : `--${name}=${VALUE}${value}`;
  });
  return words.length === 0 ? argv : [...argv, '--', ...words.map((word, at) => `${at}${VALUE}${word}`)];
}

/** The text that canonicalArgv put into `--name=`; `undefined`: the value was left out. */
export function decodeValue(text: string): string | undefined {
  return text === '' ? undefined : text.slice(VALUE.length);
}

export function decodeWord(text: string): string {
  return text.slice(text.indexOf(VALUE) + VALUE.length);
}
