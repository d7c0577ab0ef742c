import { type Interfaces } from '@oclif/core';
import { Command } from '@oclif/core/command';
import { type JavaError } from '../util/java-error.ts';
import { type ToolContext } from '../util/tool-context.ts';
import { UsageError } from '../util/usage-error.ts';
import { CommandTree, type Invocation } from './command-tree.ts';
import { type Face, type OutputForm } from './face/face.ts';
import { differs, type FaceName } from './face/face-differences.ts';
import { canonicalArgv, decodeWord } from './options/canonical-argv.ts';
import { type ParsedArgv, parseJoptArgv } from './options/jopt-argv.ts';
import { type OptionTable, option } from './options/option.ts';
import { OptionError } from './options/option-error.ts';
import { Options } from './options/options.ts';
import { choiceType } from './options/value-types.ts';
import { type ToolFacts } from './tool-facts.ts';
import { KAFKA_COMMIT, KAFKA_VERSION, KLAMM_VERSION } from './version.ts';

const NOTHING_GIVEN: ParsedArgv = { options: [], words: [], subcommand: '', asksHelp: false, asksVersion: false };

/** What every command takes under klamm. */
export const COMFORT_OPTIONS = {
  output: option.of(choiceType('String', ['json', 'table', 'text']), {
    argument: 'json|table|text',
    help: 'How results are printed: a table on a terminal and plain text elsewhere unless said otherwise.',
    comfortOnly: true,
  }),
} satisfies OptionTable;

/** One call of a command: what was asked, and everything it may use. F is the type of the command's `flags`. */
export interface ToolRun<F = OptionTable> {
  readonly options: Options<F>;
  readonly context: ToolContext;
  readonly face: Face;
  /** As the command was called. */
  readonly argv: readonly string[];
  /**
   * Insists on options: `Missing required argument "[topic]"` with the list of options; klamm on a terminal asks instead.
   * Source: CommandLineUtils.checkRequiredArgs.
   */
  require(...names: Extract<keyof F, string>[]): Promise<void>;
}

/**
 * Base of all commands; src/cli/index.ts tells how to write one. oclif reads `flags` for parsing, help and completion; `tool` holds
 * what Kafka's own parser and printer need beyond that.
 */
export abstract class ToolCommand extends Command {
  static tool: ToolFacts = {};
  static override flags: OptionTable & Interfaces.FlagInput = {};
  static override baseFlags = COMFORT_OPTIONS;
  static override strict = false;

  /** oclif would load its configuration anew here; ours is ready. */
  static override async run<T extends Command>(
    this: new (
      argv: string[],
      config: never,
    ) => T,
    argv: string[] = [],
    config?: unknown,
  ): Promise<ReturnType<T['run']>> {
    const command = new this(argv, config as never) as unknown as ToolCommand;
    return command._run();
  }

  /** The action: reads its options, calls its tool, prints the result. Returns the exit status; nothing means 0. */
  abstract execute(run: ToolRun): Promise<number | undefined>;

  /**
   * How the original tells that it failed, under its own name (`klamm` always prints one line). Returns the exit status.
   * The default is a Java program's: the exception leaves main.
   */
  failed(error: JavaError, face: Face): number {
    face.err(`Exception in thread "main" ${error.trace()}`);
    return 1;
  }

  override async run(): Promise<number> {
    const { invocation } = CommandTree.of(this.config);
    const { face } = invocation;
    // oclif's parser puts its own view of the argv in place of this one.
    const called = [...this.argv];
    const parsed = await this.readArgv(face);
    const early = await this.answerEarly(parsed, invocation);
    if (early !== undefined) return early;
    const { flags: declared, baseFlags } = this.classOf();
    const input = { flags: declared, baseFlags, args: {}, strict: false };
    const { flags, argv } = await this.parse(input, canonicalArgv(parsed.options, parsed.words));
    const words = (argv as string[]).map(decodeWord);
    const order = parsed.options.map(({ name }) => name);
    const options = new Options<OptionTable>(this.tableFor(face), flags, words, parsed.subcommand, order);
    face.choose(options.has('output') ? (options.value('output') as OutputForm) : undefined);
    this.warnStrayWords(words, face);
    const run: ToolRun = {
      options,
      face,
      argv: called,
      context: invocation.context,
      require: (...names) => this.requireOptions(options, names, invocation),
    };
    return (await this.execute(run)) ?? 0;
  }

  /** Whose name the command was called by. */
  protected get faceName(): FaceName {
    return CommandTree.of(this.config).invocation.face.name;
  }

  /** Errors go to the one way out of the process, unprinted (src/cli/run-command.ts). */
  override async catch(error: Error): Promise<never> {
    throw error;
  }

  /** All options, klamm's own included only where klamm's face is. */
  table(): OptionTable {
    return this.classOf().flags;
  }

  facts(): ToolFacts {
    return this.classOf().tool;
  }

  /** What follows from an argv that the parser took and the tool refuses: the sentence and the options, laid out as the original does. */
  async usageFailure({ text, showOptions }: UsageError): Promise<string> {
    const facts = this.facts();
    if (facts.rules !== 'argparse') return `${text}\n${showOptions ? await this.optionList() : ''}`;
    const { ArgparseError } = await import('./options/argparse-argv.ts');
    const { ArgparseParser } = await import('./options/argparse-parser.ts');
    return new ArgparseError(new ArgparseParser(facts, this.table()), text).text;
  }

  /** The list of options as the original prints it. */
  async optionList(): Promise<string> {
    const { joptOptionList } = await import('./pages/jopt-help.ts');
    return joptOptionList(this.table(), this.facts());
  }

  private classOf(): typeof ToolCommand {
    return this.ctor as unknown as typeof ToolCommand;
  }

  private async readArgv(face: Face): Promise<ParsedArgv> {
    const facts = this.facts();
    if (facts.rules === 'argparse') {
      const { parseArgparseArgv } = await import('./options/argparse-argv.ts');
      const isEmpty = this.argv.length === 0 && facts.noArgumentsStatus !== undefined;
      return isEmpty ? NOTHING_GIVEN : parseArgparseArgv(this.tableFor(face), this.argv, facts);
    }
    try {
      return parseJoptArgv(this.tableFor(face), this.argv);
    } catch (error) {
      if (error instanceof OptionError && facts.optionErrors !== 'failure') throw new UsageError(error.message);
      throw error;
    }
  }

  /** klamm's own options exist under klamm alone. */
  private tableFor(face: Face): OptionTable {
    if (differs('outputOption', face.name)) return { ...this.table(), ...COMFORT_OPTIONS };
    return Object.fromEntries(Object.entries(this.table()).filter(([, { kafka }]) => !kafka.comfortOnly));
  }

  private async answerEarly(parsed: ParsedArgv, { face }: Invocation): Promise<number | undefined> {
    const facts = this.facts();
    const isEmpty = this.argv.length === 0;
    if (parsed.asksHelp) return this.showHelp(parsed.subcommand, face);
    if (isEmpty && (facts.noArguments ?? facts.noArgumentsStatus) !== undefined) return this.showUsage(face);
    if (!parsed.asksVersion) return undefined;
    const original = facts.rules === 'argparse' ? `${KAFKA_VERSION} (Commit:${KAFKA_COMMIT})` : KAFKA_VERSION;
    const isPlain = differs('versionText', face.name) === 'kafka';
    face.out(isPlain ? `${original}\n` : `klamm ${KLAMM_VERSION} (Kafka ${KAFKA_VERSION})\n`);
    return 0;
  }

  /** `--help`. */
  private async showHelp(subcommand: string, face: Face): Promise<number> {
    const facts = this.facts();
    if (differs('helpLayout', face.name) === 'page') {
      face.out(await this.helpPage(face));
      return 0;
    }
    if (facts.rules === 'argparse') {
      face.out(await this.argparseHelp(subcommand));
      return facts.helpStatus ?? 0;
    }
    face.err(`${facts.help ?? ''}\n${await this.optionList()}`);
    return 1;
  }

  /** A call without any argument. */
  private async showUsage(face: Face): Promise<number> {
    const facts = this.facts();
    if (differs('helpLayout', face.name) === 'page') {
      face.err(await this.helpPage(face));
      return 1;
    }
    if (facts.rules === 'argparse') {
      face.out(await this.argparseHelp(''));
      return facts.noArgumentsStatus ?? 1;
    }
    face.err(`${facts.noArguments ?? ''}\n${await this.optionList()}`);
    return 1;
  }

  private async helpPage(face: Face): Promise<string> {
    const { helpPage } = await import('./pages/help-page.ts');
    return helpPage(this.classOf(), this.config, face.hasColour);
  }

  private async argparseHelp(subcommand: string): Promise<string> {
    const { ArgparseParser } = await import('./options/argparse-parser.ts');
    return new ArgparseParser(this.facts(), this.table(), subcommand).help();
  }

  private async requireOptions(options: Options, names: readonly string[], invocation: Invocation): Promise<void> {
    for (const name of names) {
      if (options.has(name)) continue;
      if (invocation.ask === undefined) throw new UsageError(`Missing required argument "[${name}]"`);
      options.supply(name, await invocation.ask(name, this.table()[name]?.kafka.help ?? name));
    }
  }

  private warnStrayWords(words: readonly string[], face: Face): void {
    if (words.length === 0 || this.facts().takesWords === true || !differs('strayWordWarning', face.name)) return;
    face.warn(`klamm ${this.id}: passed over: ${words.join(' ')}`, 'stderr');
  }
}
