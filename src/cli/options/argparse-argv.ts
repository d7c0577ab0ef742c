import { closestNames } from '../pages/argparse-text.ts';
import { type ToolFacts } from '../tool-facts.ts';
import { ArgparseParser, type ParserOption } from './argparse-parser.ts';
import { type GivenOption } from './canonical-argv.ts';
import { type ParsedArgv } from './jopt-argv.ts';
import { type OptionTable } from './option.ts';

/** The argv of a subcommand tool that its parser refuses. `text` is what the original prints: usage line, paragraph, proposals. */
export class ArgparseError extends Error {
  readonly sentence: string;
  readonly text: string;

  constructor(parser: ArgparseParser, sentence: string, proposals: readonly string[] = []) {
    super(sentence);
    this.name = 'ArgparseError';
    this.sentence = sentence;
    const list = proposals.length === 0 ? '' : `\nDid you mean:\n${proposals.map((one) => `\t${one}\n`).join('')}`;
    this.text = parser.tool.errorText?.(sentence) ?? parser.errorText(sentence) + list;
  }
}

/**
 * The rules of argparse4j 0.7 as Kafka's subcommand tools use it: options of the tool before the subcommand, the subcommand's own after
 * it, names of both may be cut short while they stay clear, values are converted at once, of an option given twice the last value
 * counts. Of several missing options the last one is named. Throws ArgparseError. Source: argparse4j ArgumentParserImpl.
 */
export function parseArgparseArgv(table: OptionTable, argv: readonly string[], tool: ToolFacts): ParsedArgv {
  return new ArgparseArgv(table, argv, tool).parse();
}

class ArgparseArgv {
  private readonly table: OptionTable;
  private readonly argv: readonly string[];
  private parser: ArgparseParser;
  private readonly given = new Map<string, GivenOption[]>();
  private readonly usedInGroup = new Map<string, ParserOption>();
  private deferred: ArgparseError | undefined;
  private asked: 'help' | 'version' | undefined;
  private isPastSeparator = false;
  private at = 0;

  constructor(table: OptionTable, argv: readonly string[], tool: ToolFacts) {
    this.table = table;
    this.argv = argv;
    this.parser = new ArgparseParser(tool, table);
  }

  parse(): ParsedArgv {
    while (this.at < this.argv.length && this.asked === undefined) this.takeNext(this.argv[this.at]!);
    if (this.asked === undefined) {
      if (this.parser.subcommands.length > 0) throw this.refusal('too few arguments');
      this.demand();
      if (this.deferred) throw this.deferred;
    }
    return {
      options: [...this.given.values()].flat(),
      words: [],
      subcommand: this.parser.subcommand,
      asksHelp: this.asked === 'help',
      asksVersion: this.asked === 'version',
    };
  }

  private takeNext(term: string): void {
    if (term === '--' && !this.isPastSeparator) {
      this.isPastSeparator = true;
      this.at++;
    } else if (this.isFlag(term)) {
      this.takeOption(term);
    } else if (!this.isPastSeparator && this.parser.subcommands.length > 0) {
      this.takeSubcommand(term);
    } else {
      throw this.refusal(`unrecognized arguments: '${this.argv.slice(this.at).join(' ')}'`);
    }
  }

  private isFlag(term: string): boolean {
    return !this.isPastSeparator && (term === '--' || (/^-+[^-]/.test(term) && !/^-\d+$/.test(term)));
  }

  private takeSubcommand(term: string): void {
    const names = this.parser.subcommands;
    const candidates = names.includes(term) ? [term] : names.filter((name) => term !== '' && name.startsWith(term));
    this.demand();
    if (candidates.length > 1) {
      throw this.refusal(`ambiguous command: ${term} could match ${[...candidates].sort().join(', ')}`);
    }
    if (candidates.length === 0) {
      const choices = names.map((name) => `'${name}'`).join(', ');
      const proposals = closestNames(
        term,
        names.map((name) => ({ shown: name, body: name })),
      );
      throw this.refusal(`invalid choice: '${term}' (choose from ${choices})`, proposals);
    }
    this.at++;
    this.parser = new ArgparseParser(this.parser.tool, this.table, candidates[0]);
    this.usedInGroup.clear();
  }

  private takeOption(term: string): void {
    const equals = term.indexOf('=');
    const flag = equals === -1 ? term : term.slice(0, equals);
    const option = this.resolve(flag);
    if (option) {
      this.at++;
      this.run(option, equals === -1 ? undefined : term.slice(equals + 1));
    } else if (/^-[^-]/.test(term)) {
      this.takeCluster(term);
    } else {
      throw this.unrecognized(term);
    }
  }

  private resolve(flag: string): ParserOption | undefined {
    const exact = this.byFlag(flag);
    if (exact) return exact;
    const candidates = this.parser.options.flatMap((option) => option.flags).filter((one) => one.startsWith(flag));
    if (candidates.length === 0) return undefined;
    const isCluster = this.isCluster(flag);
    if (candidates.length === 1 && !isCluster) return this.byFlag(candidates[0]!);
    if (isCluster) candidates.push(flag.slice(0, 2));
    throw this.refusal(`ambiguous option: ${flag} could match ${candidates.sort().join(', ')}`);
  }

  private byFlag(flag: string): ParserOption | undefined {
    return this.parser.options.find((option) => option.flags.includes(flag));
  }

  /** `-bx`: short options in one word; the first that takes a value takes the rest. */
  private isCluster(term: string): boolean {
    if (!/^-[^-]/.test(term)) return false;
    for (const letter of term.slice(1)) {
      const option = this.byFlag(`-${letter}`);
      if (!option) return false;
      if (takesValue(option)) return true;
    }
    return true;
  }

  private takeCluster(term: string): void {
    if (!this.isCluster(term)) throw this.unrecognized(term);
    this.at++;
    for (let index = 1; index < term.length && this.asked === undefined; index++) {
      const option = this.byFlag(`-${term[index]}`)!;
      if (takesValue(option)) {
        this.run(option, term.length > index + 1 ? term.slice(index + 1) : undefined);
        return;
      }
      this.run(option, undefined);
    }
  }

  private run(option: ParserOption, embedded: string | undefined): void {
    this.refuseSecondOfGroup(option);
    if (!takesValue(option)) {
      if (embedded !== undefined)
        throw this.refusal(`argument ${names(option)}: ignore implicit argument '${embedded}'`);
      if (option.action === 'store')
        this.given.set(option.name, [{ name: option.name, arity: 'none', value: undefined }]);
      else this.asked = option.action;
      return;
    }
    const values = embedded === undefined ? this.followingValues(option) : [embedded];
    if (values.length === 0) {
      const wanted = option.facts?.takesList ? 'expected 1 argument(s)' : 'expected one argument';
      throw this.refusal(`argument ${names(option)}: ${wanted}`);
    }
    for (const value of values) this.check(option, value);
    const before = option.facts?.appends ? (this.given.get(option.name) ?? []) : [];
    const added = values.map((value): GivenOption => ({ name: option.name, arity: 'required', value }));
    this.given.set(option.name, [...before, ...added]);
  }

  private followingValues(option: ParserOption): string[] {
    const most = option.facts?.takesList ? Number.POSITIVE_INFINITY : 1;
    const values: string[] = [];
    while (values.length < most && this.at < this.argv.length && !this.isFlag(this.argv[this.at]!)) {
      values.push(this.argv[this.at++]!);
    }
    return values;
  }

  private check(option: ParserOption, value: string): void {
    const { type, choices } = option.facts!;
    if (type.parse(value) === undefined) {
      const complaint = type.complaint?.(value) ?? `For input string: "${value}"`;
      const reason = `could not convert '${value}' to ${type.javaName} (${complaint})`;
      throw this.refusal(`argument ${names(option)}: ${reason}`);
    }
    if (choices && !choices.includes(value)) {
      throw this.refusal(`argument ${names(option)}: invalid choice: '${value}' (choose from {${choices.join(',')}})`);
    }
  }

  private refuseSecondOfGroup(option: ParserOption): void {
    const group = option.facts?.group;
    if (!group) return;
    const used = this.usedInGroup.get(group.name) ?? option;
    this.usedInGroup.set(group.name, used);
    if (used.name !== option.name) {
      throw this.refusal(`argument ${names(option)}: not allowed with argument ${names(used)}`);
    }
  }

  /** What is missing is told at the end, when nothing worse has come up. */
  private demand(): void {
    if (this.deferred) return;
    const missing = this.parser.options.filter((option) => option.isRequired && !this.given.has(option.name)).at(-1);
    if (missing) this.deferred = this.refusal(`argument ${names(missing)} is required`);
    if (this.deferred) return;
    const group = this.parser.groups.filter((one) => one.required && !this.usedInGroup.has(one.name)).at(-1);
    if (!group) return;
    const members = this.parser.inGroup(group).map((option) => `${names(option)} `);
    this.deferred = this.refusal(`one of the arguments ${members.join('')}is required`);
  }

  private unrecognized(term: string): ArgparseError {
    const body = term.replace(/^-+/, '');
    const known = this.parser.options.flatMap(({ flags }) =>
      flags.map((flag) => ({ shown: flag, body: flag.replace(/^-+/, '') })),
    );
    const proposals =
      body.length >= 2
        ? closestNames(
            body,
            known.filter((one) => one.body.length > 1),
          )
        : [];
    return this.refusal(`unrecognized arguments: '${term}'`, proposals);
  }

  private refusal(sentence: string, proposals: readonly string[] = []): ArgparseError {
    return new ArgparseError(this.parser, sentence, proposals);
  }
}

function takesValue(option: ParserOption): boolean {
  return option.facts !== undefined && option.facts.arity !== 'none';
}

/** `--config/-c`. */
function names(option: ParserOption): string {
  return option.flags.join('/');
}
