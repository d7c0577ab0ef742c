import { type Interfaces } from '@oclif/core';
import { boolean, custom } from '@oclif/core/flags';
import { decodeValue } from './canonical-argv.ts';
import { booleanType, doubleType, intType, longType, shortType, stringType, type ValueType } from './value-types.ts';

/** What Kafka's parsers need to know about an option beyond what oclif knows. */
export interface OptionFacts<T = unknown> {
  readonly arity: 'none' | 'required' | 'optional';
  readonly type: ValueType<T>;
  readonly help: string;
  /** What the value is called in the list of options: `<String: server to connect to>`; argparse: the metavar. */
  readonly argument: string | undefined;
  readonly default: T | undefined;
  /** jopt: starred and refused by the parser itself. argparse: true, or the subcommands that insist on it. */
  readonly required: boolean | readonly string[];
  /** jopt: one value text holds several values, separated by this character. */
  readonly separator: string | undefined;
  /** argparse: `-b`. */
  readonly short: string | undefined;
  /** argparse: the subcommands that know the option; absent: the tool itself does. */
  readonly of: readonly string[] | undefined;
  /** argparse: options of one group exclude each other; a required group insists on one. */
  readonly group: OptionGroup | undefined;
  /** argparse: the titled part of the help that the option stands in; absent: the optional arguments. */
  readonly section: OptionSection | undefined;
  /** argparse: `+` takes all following words up to the next option. */
  readonly takesList: boolean;
  /** argparse: given several times, every value counts; otherwise the last one wins. */
  readonly appends: boolean;
  /** argparse: the only texts it takes. */
  readonly choices: readonly string[] | undefined;
  /** Offered by klamm's own face alone. */
  readonly comfortOnly: boolean;
}

export interface OptionGroup {
  readonly name: string;
  readonly required: boolean;
}

/** A part of argparse's help with a heading and perhaps a paragraph of its own; one title is one part. */
export interface OptionSection {
  readonly title: string;
  readonly description?: string;
}

/** An oclif flag that carries Kafka's facts; T is what one value reads as, D whether a default stands in for an absent one. */
export type Option<T = unknown, D extends boolean = boolean> = Interfaces.Flag<unknown> & {
  readonly kafka: OptionFacts<T>;
  /** Only for the type system. */
  readonly hasDefault?: D;
};

export type OptionTable = Readonly<Record<string, Option>>;

export interface OptionSpec<T> {
  help: string;
  argument?: string;
  default?: T;
  /** The value may be left out. */
  valueOptional?: boolean;
  required?: boolean | readonly string[];
  separator?: string;
  short?: string;
  of?: readonly string[];
  group?: OptionGroup;
  section?: OptionSection;
  takesList?: boolean;
  appends?: boolean;
  choices?: readonly string[];
  comfortOnly?: boolean;
  /** Kept out of klamm's help; Kafka's list of options shows it. */
  deprecated?: boolean;
}

type Given<T, S> = S extends { default: T } ? true : false;

function factsOf<T>(type: ValueType<T>, arity: OptionFacts['arity'], spec: OptionSpec<T>): OptionFacts<T> {
  return {
    arity,
    type,
    help: spec.help,
    argument: spec.argument,
    default: spec.default,
    required: spec.required ?? false,
    separator: spec.separator,
    short: spec.short,
    of: spec.of,
    group: spec.group,
    section: spec.section,
    takesList: spec.takesList ?? false,
    appends: spec.appends ?? false,
    choices: spec.choices,
    comfortOnly: spec.comfortOnly ?? false,
  };
}

/**
 * One oclif flag. Whatever the tool says about repeating, oclif collects every value: that an option was given twice is found when
 * its value is read, as jopt finds it (src/cli/options/options.ts).
 */
function valued<T, const S extends OptionSpec<T>>(type: ValueType<T>, spec: S): Option<T, Given<T, S>> {
  const facts = factsOf<T>(type, spec.valueOptional === true ? 'optional' : 'required', spec);
  const flag = custom<string | undefined>({ parse: async (text) => decodeValue(text) })({
    summary: spec.help,
    helpValue: `<${spec.argument ?? type.javaName.toLowerCase()}>`,
    multiple: true,
    multipleNonGreedy: true,
    hidden: spec.deprecated === true,
  });
  return Object.assign(flag as unknown as Interfaces.Flag<unknown>, { kafka: facts });
}

export const option = {
  /** Present or not; jopt takes a value given to it and forgets it. */
  flag(spec: OptionSpec<boolean>): Option<boolean, false> {
    const flag = boolean({ summary: spec.help, hidden: spec.deprecated === true });
    return Object.assign(flag as Interfaces.Flag<unknown>, { kafka: factsOf(booleanType, 'none', spec) });
  },
  string: <const S extends OptionSpec<string>>(spec: S) => valued(stringType, spec),
  /** 32 bits. */
  int: <const S extends OptionSpec<number>>(spec: S) => valued(intType, spec),
  /** 16 bits. */
  short: <const S extends OptionSpec<number>>(spec: S) => valued(shortType, spec),
  /** 64 bits, as bigint. */
  long: <const S extends OptionSpec<bigint>>(spec: S) => valued(longType, spec),
  double: <const S extends OptionSpec<number>>(spec: S) => valued(doubleType, spec),
  boolean: <const S extends OptionSpec<boolean>>(spec: S) => valued(booleanType, spec),
  /** A type of the command's own. */
  of: <T, const S extends OptionSpec<T>>(type: ValueType<T>, spec: S) => valued<T, S>(type, spec),
};
