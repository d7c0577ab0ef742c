import { argparseWidth, fillParagraph, helpEntry, usageText } from '../pages/argparse-text.ts';
import { type ToolFacts } from '../tool-facts.ts';
import { type OptionFacts, type OptionGroup, type OptionTable } from './option.ts';

/** One option as argparse4j sees it. */
export interface ParserOption {
  readonly name: string;
  readonly flags: readonly string[];
  readonly facts: OptionFacts | undefined;
  readonly isRequired: boolean;
  readonly action: 'store' | 'help' | 'version';
}

/** The parser of a tool or of one of its subcommands: its options, its usage line, its help. */
export class ArgparseParser {
  readonly tool: ToolFacts;
  readonly subcommand: string;
  readonly options: readonly ParserOption[];
  private readonly parent: ArgparseParser | undefined;

  constructor(tool: ToolFacts, table: OptionTable, subcommand = '') {
    this.tool = tool;
    this.subcommand = subcommand;
    this.parent = subcommand === '' ? undefined : new ArgparseParser(tool, table);
    this.options = [...this.builtIn(), ...this.declared(table)];
  }

  get prog(): string {
    return this.tool.usageName ?? this.tool.name ?? '';
  }

  get subcommands(): readonly string[] {
    return this.subcommand === '' ? Object.keys(this.tool.subcommands ?? {}) : [];
  }

  /** The groups of options that exclude each other, in order of appearance. */
  get groups(): readonly OptionGroup[] {
    const groups = new Map<string, OptionGroup>();
    for (const { facts } of this.options) if (facts?.group) groups.set(facts.group.name, facts.group);
    return [...groups.values()];
  }

  inGroup(group: OptionGroup): readonly ParserOption[] {
    return this.options.filter(({ facts }) => facts?.group?.name === group.name);
  }

  usage(width = screenWidth()): string {
    const syntax = [...(this.parent?.insistedSyntax() ?? [])];
    if (this.subcommand !== '') syntax.push(this.subcommand);
    syntax.push(...this.options.filter(({ facts }) => !facts?.group).map((option) => bracketed(option)));
    for (const group of this.groups) syntax.push(...this.groupSyntax(group));
    if (this.subcommands.length > 0) syntax.push(this.subcommandsName(), '...');
    return usageText(this.prog, syntax, width);
  }

  help(width = screenWidth()): string {
    const sections = [this.usage(width)];
    const { description, subcommandsTitle } = this.tool;
    const isMain = this.subcommand === '';
    const about = isMain ? description : this.tool.subcommands?.[this.subcommand]?.description;
    if (about !== undefined) sections.push(`${fillParagraph(about, width)}\n`);
    const commands = this.subcommands.length > 0 ? this.subcommandsHelp(width) : undefined;
    if (commands && subcommandsTitle === undefined) sections.push(`positional arguments:\n${commands}`);
    const lines = (all: readonly ParserOption[]) => all.map((option) => this.optionHelp(option, width)).join('');
    sections.push(`optional arguments:\n${lines(this.options.filter(({ facts }) => !facts?.section))}`);
    for (const [title, options] of Map.groupBy(this.options, ({ facts }) => facts?.section?.title)) {
      if (title === undefined) continue;
      const description = options[0]?.facts?.section?.description;
      const paragraph = description === undefined ? '' : `  ${fillParagraph(description, width, 2, '  ')}\n\n`;
      sections.push(`${title}:\n${paragraph}${lines(options)}`);
    }
    if (commands && subcommandsTitle !== undefined) sections.push(`${subcommandsTitle}:\n${commands}`);
    return sections.join('\n');
  }

  /** usage, then the sentence as a paragraph: what stderr gets. */
  errorText(sentence: string, width = screenWidth()): string {
    return this.usage(width) + fillParagraph(`${this.prog}: error: ${sentence}\n`, width);
  }

  private builtIn(): ParserOption[] {
    const make = (name: string, action: 'help' | 'version'): ParserOption => ({
      name,
      flags: [`-${name[0]}`, `--${name}`],
      facts: undefined,
      isRequired: false,
      action,
    });
    const hasVersion = this.tool.hasVersionOption === true && this.subcommand === '';
    return hasVersion ? [make('help', 'help'), make('version', 'version')] : [make('help', 'help')];
  }

  private declared(table: OptionTable): ParserOption[] {
    return Object.entries(table)
      .filter(
        ([, { kafka }]) =>
          kafka.comfortOnly || (this.subcommand === '' ? !kafka.of : kafka.of?.includes(this.subcommand)),
      )
      .map(([name, { kafka }]) => ({
        name,
        flags: kafka.short === undefined ? [`--${name}`] : [`--${name}`, `-${kafka.short}`],
        facts: kafka,
        isRequired: typeof kafka.required === 'boolean' ? kafka.required : kafka.required.includes(this.subcommand),
        action: 'store',
      }));
  }

  /** What a subcommand's usage line repeats of the tool's own options: those it insists on. */
  private insistedSyntax(): string[] {
    const required = this.options
      .filter(({ facts, isRequired }) => isRequired && !facts?.group)
      .map((one) => bracketed(one));
    const groups = this.groups.filter((group) => group.required).flatMap((group) => this.groupSyntax(group));
    return [...required, ...groups];
  }

  private groupSyntax(group: OptionGroup): string[] {
    const options = this.inGroup(group).map((option) => plainSyntax(option));
    if (options.length === 1) return [group.required ? options[0]! : `[${options[0]}]`];
    const [open, close] = group.required ? ['(', ')'] : ['[', ']'];
    const syntax = options.flatMap((option, at) => (at === 0 ? [option] : ['|', option]));
    syntax[0] = open + syntax[0];
    syntax[syntax.length - 1] += close;
    return syntax;
  }

  private subcommandsName(): string {
    return this.tool.subcommandsMetavar ?? `{${this.subcommands.join(',')}}`;
  }

  private subcommandsHelp(width: number): string {
    const lines = Object.entries(this.tool.subcommands ?? {}).map(([name, { help }]) =>
      helpEntry(`  ${name}`, help, width),
    );
    return helpEntry(this.subcommandsName(), '', width) + lines.join('');
  }

  private optionHelp(option: ParserOption, width: number): string {
    const { flags, facts, action } = option;
    if (!facts)
      return helpEntry(
        flags.join(', '),
        action === 'help' ? 'show this help and exit' : 'show the version and exit',
        width,
      );
    const value = metavar(option);
    const title = flags.map((flag) => (value === '' ? flag : `${flag} ${value}`)).join(', ');
    const byDefault = this.tool.showsDefaults && facts.default !== undefined ? ` (default: ${facts.default})` : '';
    return helpEntry(title, (facts.help + byDefault).trim(), width);
  }
}

function screenWidth(): number {
  return argparseWidth(process.env.COLUMNS ?? process.stderr.columns);
}

function metavar({ name, facts }: ParserOption): string {
  if (!facts || facts.arity === 'none') return '';
  const usual = facts.choices ? `{${facts.choices.join(',')}}` : name.replaceAll('-', '_').toUpperCase();
  const value = facts.argument ?? usual;
  return facts.takesList ? `${value} [${value} ...]` : value;
}

function plainSyntax(option: ParserOption): string {
  const value = metavar(option);
  return value === '' ? option.flags[0]! : `${option.flags[0]} ${value}`;
}

function bracketed(option: ParserOption): string {
  return option.isRequired ? plainSyntax(option) : `[${plainSyntax(option)}]`;
}
