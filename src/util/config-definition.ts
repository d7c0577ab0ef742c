/**
 * Tables of configuration keys with types, defaults and validators, and the parser that turns given text into typed
 * values with Java's error texts. Source: ConfigDef of Kafka's Java clients.
 */
import { ConfigError, type ConfigValue, type Validator } from './config-validators.ts';
import { doubleText, javaTrim, Password, parseDouble, parseInteger } from './config-values.ts';

export * from './config-validators.ts';
export { Password } from './config-values.ts';

export type ConfigTypeName = 'BOOLEAN' | 'STRING' | 'INT' | 'SHORT' | 'LONG' | 'DOUBLE' | 'LIST' | 'CLASS' | 'PASSWORD';

export type Importance = 'high' | 'medium' | 'low';

/** One key. The parsed value has type T: LONG is bigint, other numbers number, PASSWORD a `Password`. */
export interface ConfigKey<T = ConfigValue> {
  readonly type: ConfigTypeName;
  /** Undefined: the key must be given. */
  readonly default: T | undefined;
  readonly validator: Validator | undefined;
  readonly importance: Importance;
  readonly documentation: string;
  /** Internal keys work but are not listed by describe. */
  readonly isInternal: boolean;
  /** CLASS only: names that can be loaded; absent means any. */
  readonly isKnownClass: ((className: string) => boolean) | undefined;
}

export interface KeyOptions<D> {
  /** Absent: the key is required. Null: unset. */
  default?: D;
  validator?: Validator;
  importance?: Importance;
  documentation?: string;
  isInternal?: boolean;
  isKnownClass?: (className: string) => boolean;
}

type OrNull<T, D> = null extends D ? T | null : T;

function key<T, D>(type: ConfigTypeName, options: KeyOptions<D>, value: unknown): ConfigKey<OrNull<T, D>> {
  return {
    type,
    default: value as OrNull<T, D> | undefined,
    validator: options.validator,
    importance: options.importance ?? 'medium',
    documentation: options.documentation ?? '',
    isInternal: options.isInternal ?? false,
    isKnownClass: options.isKnownClass,
  };
}

export function boolean<D extends boolean | null = boolean>(options: KeyOptions<D> = {}) {
  return key<boolean, D>('BOOLEAN', options, options.default);
}

export function string<D extends string | null = string>(options: KeyOptions<D> = {}) {
  return key<string, D>('STRING', options, options.default);
}

export function int<D extends number | null = number>(options: KeyOptions<D> = {}) {
  return key<number, D>('INT', options, options.default);
}

export function short<D extends number | null = number>(options: KeyOptions<D> = {}) {
  return key<number, D>('SHORT', options, options.default);
}

export function long<D extends number | bigint | null = bigint>(options: KeyOptions<D> = {}) {
  const given = options.default;
  return key<bigint, D>('LONG', options, typeof given === 'number' ? BigInt(given) : given);
}

export function double<D extends number | null = number>(options: KeyOptions<D> = {}) {
  return key<number, D>('DOUBLE', options, options.default);
}

/** The default may be a list or its text ("a,b"). */
export function list<D extends readonly string[] | string | null = readonly string[]>(options: KeyOptions<D> = {}) {
  const given: readonly string[] | string | null | undefined = options.default;
  return key<readonly string[], D>('LIST', options, typeof given === 'string' ? splitList(given) : given);
}

/** The parsed value is the class name. */
export function className<D extends string | null = string>(options: KeyOptions<D> = {}) {
  return key<string, D>('CLASS', options, options.default);
}

export function password<D extends string | null = string>(options: KeyOptions<D> = {}) {
  const given: string | null | undefined = options.default;
  return key<Password, D>('PASSWORD', options, typeof given === 'string' ? new Password(given) : given);
}

const COMMA_WITH_WHITESPACE = /[ \t\n\v\f\r]*,[ \t\n\v\f\r]*/;

function splitList(text: string): readonly string[] {
  return text === '' ? [] : text.split(COMMA_WITH_WHITESPACE);
}

/** Text to value by type alone; the validator is not asked. Throws ConfigError. */
export function parseType(name: string, text: string, definition: ConfigKey): ConfigValue {
  const trimmed = javaTrim(text);
  const { type } = definition;
  switch (type) {
    case 'BOOLEAN': {
      const lower = trimmed.toLowerCase();
      if (lower === 'true' || lower === 'false') return lower === 'true';
      throw ConfigError.forValue(name, text, 'Expected value to be either true or false');
    }
    case 'STRING':
      return trimmed;
    case 'PASSWORD':
      return new Password(trimmed);
    case 'LIST':
      return splitList(trimmed);
    case 'CLASS':
      if (trimmed === '' || definition.isKnownClass?.(trimmed) === false) {
        throw ConfigError.forValue(name, text, `Class ${text} could not be found.`);
      }
      return trimmed;
    case 'DOUBLE': {
      const value = parseDouble(trimmed);
      if (value === undefined) throw notANumber(name, text, type);
      return value;
    }
    case 'LONG': {
      const value = parseInteger(trimmed, 64);
      if (value === undefined) throw notANumber(name, text, type);
      return value;
    }
    default: {
      const value = parseInteger(trimmed, type === 'INT' ? 32 : 16);
      if (value === undefined) throw notANumber(name, text, type);
      return Number(value);
    }
  }
}

function notANumber(name: string, text: string, type: ConfigTypeName): ConfigError {
  return ConfigError.forValue(name, text, `Not a number of type ${type}`);
}

/** A value as Java's ConfigDef.convertToString prints it; null stays null. */
export function configText(value: ConfigValue, type: ConfigTypeName): string | null {
  if (value === null) return null;
  if (type === 'DOUBLE') return doubleText(value as number);
  return Array.isArray(value) ? value.join(',') : String(value);
}

export type ConfigTable = { readonly [name: string]: ConfigKey<unknown> };
type ValueOf<K> = K extends ConfigKey<infer T> ? T : never;
type NumberNames<T extends ConfigTable> = {
  [N in keyof T]: ValueOf<T[N]> extends number | bigint ? N : never;
}[keyof T] &
  string;

/** Typed values of one parse. */
export class ConfigValues<T extends ConfigTable> {
  private readonly values: ReadonlyMap<string, ConfigValue>;
  /** What was given, unknown names included, as text. */
  readonly originals: ReadonlyMap<string, string | null>;

  constructor(values: ReadonlyMap<string, ConfigValue>, originals: ReadonlyMap<string, string | null>) {
    this.values = values;
    this.originals = originals;
  }

  get<N extends keyof T & string>(name: N): ValueOf<T[N]> {
    return this.values.get(name) as ValueOf<T[N]>;
  }

  /** A numeric value as a plain number: for durations and sizes. A LONG beyond 2^53 loses its last digits. */
  number(name: NumberNames<T>): number {
    return Number(this.values.get(name));
  }

  /** True when the name was given, as opposed to defaulted. */
  isSet(name: keyof T & string): boolean {
    return this.originals.has(name);
  }

  /** Given names that no definition knows: callers warn about them. */
  unknownNames(): string[] {
    return [...this.originals.keys()].filter((name) => !this.values.has(name));
  }
}

export class ConfigDefinition<T extends ConfigTable = ConfigTable> {
  /** In order of definition: the first wrong value in this order is the one reported. */
  readonly keys: ReadonlyMap<string, ConfigKey>;

  constructor(table: T) {
    this.keys = new Map(Object.entries(table as { [name: string]: ConfigKey }));
  }

  /** Throws ConfigError. Unknown names are kept in `originals` and otherwise ignored. */
  parse(given: ReadonlyMap<string, string | null>): ConfigValues<T> {
    const values = new Map<string, ConfigValue>();
    for (const [name, definition] of this.keys) {
      values.set(
        name,
        given.has(name) ? this.parseValue(name, given.get(name) ?? null) : checkedDefault(name, definition),
      );
    }
    return new ConfigValues<T>(values, given);
  }

  /** One value, type and validator checked. Throws ConfigError; the name must be defined. */
  parseValue(name: string, text: string | null): ConfigValue {
    const definition = this.keys.get(name);
    if (definition === undefined) throw new ConfigError(`Unknown configuration '${name}'`);
    let value = text === null ? null : parseType(name, text, definition);
    if (definition.validator?.dropsDuplicates && Array.isArray(value)) value = [...new Set(value)];
    definition.validator?.check(name, value, definition.type === 'DOUBLE');
    return value;
  }
}

function checkedDefault(name: string, definition: ConfigKey): ConfigValue {
  if (definition.default === undefined) {
    throw new ConfigError(`Missing required configuration "${name}" which has no default value.`);
  }
  return definition.default;
}

/** Keys in order of definition. */
export function defineConfigs<const T extends ConfigTable>(table: T): ConfigDefinition<T> {
  return new ConfigDefinition(table);
}
