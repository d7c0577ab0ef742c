import { type Option, type OptionTable } from './option.ts';
import { OptionError } from './option-error.ts';

type ValueOf<O> = O extends Option<infer T, infer D> ? (D extends true ? T : T | undefined) : never;
type ElementOf<O> = O extends Option<infer T> ? T : never;
type Name<F> = Extract<keyof F, string>;

/**
 * The options of one call. Values are converted when they are read, and only then are a wrong type and a forbidden repetition found,
 * as in Kafka's tools: *when* a command reads an option is part of its behaviour.
 */
export class Options<F = OptionTable> {
  /** Words that belong to no option: most of Kafka's tools pass over them. */
  readonly words: readonly string[];
  /** Names of the options in the order of the command line, repeated ones each time. */
  readonly order: readonly string[];
  /** argparse tools: the subcommand; '' elsewhere. */
  readonly subcommand: string;
  private readonly table: OptionTable;
  private readonly given: Map<string, readonly (string | undefined)[]>;

  constructor(
    table: F & OptionTable,
    flags: Readonly<Record<string, unknown>>,
    words: readonly string[] = [],
    subcommand = '',
    order: readonly string[] = [],
  ) {
    this.table = table;
    this.order = order;
    this.words = words;
    this.subcommand = subcommand;
    this.given = new Map();
    for (const [name, value] of Object.entries(flags)) {
      if (value === true) this.given.set(name, []);
      else if (Array.isArray(value)) this.given.set(name, value as (string | undefined)[]);
    }
  }

  /** The option is on the command line, whatever its value. */
  has(name: Name<F>): boolean {
    return this.given.has(name);
  }

  /** The option is there and has a value. */
  hasValue(name: Name<F>): boolean {
    return this.raw(name).length > 0;
  }

  /** The texts as given, in order. */
  raw(name: Name<F>): string[] {
    return (this.given.get(name) ?? []).filter((text) => text !== undefined);
  }

  /** The value; its default or `undefined` when absent. Throws OptionError: not of the type, or given more than once. */
  value<N extends Name<F>>(name: N): ValueOf<F[N]> {
    const values = this.values(name);
    if (values.length > 1) throw OptionError.multiple(name);
    return (values[0] ?? this.table[name]?.kafka.default) as ValueOf<F[N]>;
  }

  /** Every value; empty when absent (a default is not a given value). Throws OptionError: not of the type. */
  values<N extends Name<F>>(name: N): ElementOf<F[N]>[] {
    const facts = this.table[name]?.kafka;
    return this.raw(name).map((text) => {
      const value = facts?.type.parse(text);
      if (value === undefined) throw OptionError.unreadable(text, name, facts?.type.javaName);
      return value as ElementOf<F[N]>;
    });
  }

  /** Names of the options on the command line, in the order of the command's table. */
  names(): string[] {
    return Object.keys(this.table).filter((name) => this.given.has(name));
  }

  /** Fills in an option that was not given: the answer to a question. */
  supply(name: Name<F>, text: string): void {
    this.given.set(name, [text]);
  }
}
