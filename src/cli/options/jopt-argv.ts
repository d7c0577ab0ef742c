import { type GivenOption } from './canonical-argv.ts';
import { type OptionFacts, type OptionTable } from './option.ts';
import { OptionError } from './option-error.ts';

/** An argv as a parser of Kafka's understood it. */
export interface ParsedArgv {
  readonly options: readonly GivenOption[];
  readonly words: readonly string[];
  readonly subcommand: string;
  readonly asksHelp: boolean;
  readonly asksVersion: boolean;
}

const FLAG: Pick<OptionFacts, 'arity' | 'separator'> = { arity: 'none', separator: undefined };

/**
 * The rules of jopt-simple 5 with abbreviations off, as Kafka's tools use it: `--name value`, `--name=value`, one dash as good as two,
 * letters of one-letter options in a cluster, `--` ends the options, anything else is a loose word. `--name=` gives an empty
 * value. `--help` and `--version` exist everywhere and lift the demand for required options.
 * Throws OptionError. Source: joptsimple.OptionParser, ArgumentAcceptingOptionSpec.
 */
export function parseJoptArgv(table: OptionTable, argv: readonly string[]): ParsedArgv {
  return new JoptArgv(table, argv).parse();
}

class JoptArgv {
  private readonly table: OptionTable;
  private readonly argv: readonly string[];
  private readonly options: GivenOption[] = [];
  private readonly words: string[] = [];
  private readonly asked = new Set<string>();
  private at = 0;

  constructor(table: OptionTable, argv: readonly string[]) {
    this.table = table;
    this.argv = argv;
  }

  parse(): ParsedArgv {
    while (this.at < this.argv.length) {
      const candidate = this.argv[this.at++]!;
      if (candidate === '--') {
        this.words.push(...this.argv.slice(this.at));
        break;
      }
      if (candidate.startsWith('--')) this.takeLong(candidate.slice(2));
      else if (looksLikeOption(candidate)) this.takeShort(candidate.slice(1));
      else this.words.push(candidate);
    }
    const asksHelp = this.asked.has('help');
    const asksVersion = this.asked.has('version');
    if (!asksHelp && !asksVersion) this.demandRequired();
    return { options: this.options, words: this.words, subcommand: '', asksHelp, asksVersion };
  }

  private takeLong(text: string): void {
    const { name, value } = split(text);
    const facts = this.factsOf(name);
    if (facts === undefined) throw OptionError.unrecognized(name);
    this.take(name, facts, value);
  }

  private takeShort(text: string): void {
    const { name, value } = split(text);
    const facts = this.factsOf(name);
    if (facts === undefined) this.takeCluster(text);
    else this.take(name, facts, value);
  }

  private takeCluster(letters: string): void {
    for (const letter of letters) {
      const facts = this.factsOf(letter);
      if (facts === undefined) throw OptionError.unrecognized(letter);
      if (facts.arity !== 'none') break;
    }
    for (const [index, letter] of [...letters].entries()) {
      const facts = this.factsOf(letter)!;
      const rest = letters.slice(index + 1);
      if (facts.arity !== 'none' && rest !== '') {
        this.take(letter, facts, rest);
        break;
      }
      this.take(letter, facts, undefined);
    }
  }

  private take(name: string, facts: Pick<OptionFacts, 'arity' | 'separator'>, value: string | undefined): void {
    if (facts.arity === 'none') {
      this.asked.add(name);
      if (name in this.table) this.options.push({ name, arity: 'none', value: undefined });
      return;
    }
    const next = this.argv[this.at];
    // `--opt=` gives an empty value; jopt never looks further for it.
    if (value !== undefined) {
      this.add(name, facts, value);
    } else if (facts.arity === 'required' && next === undefined) {
      throw OptionError.missingArgument(name);
    } else if (next !== undefined && (facts.arity === 'required' || this.isOptionalValue(name, next))) {
      this.at++;
      this.add(name, facts, next);
    } else {
      this.options.push({ name, arity: 'optional', value: undefined });
    }
  }

  /** A word after an option whose value may be left out: its value if it converts and, unless a number, has no dash. */
  private isOptionalValue(name: string, word: string): boolean {
    const type = this.table[name]!.kafka.type;
    if (type.parse(word) === undefined) return false;
    return (
      !looksLikeOption(word) || type.javaName === 'Integer' || type.javaName === 'Long' || type.javaName === 'Double'
    );
  }

  private add(name: string, facts: Pick<OptionFacts, 'arity' | 'separator'>, value: string): void {
    const { arity, separator } = facts;
    const parts = separator === undefined ? [value] : value.split(separator).filter((part) => part !== '');
    for (const part of parts.length === 0 ? [value] : parts) this.options.push({ name, arity, value: part });
  }

  private factsOf(name: string): Pick<OptionFacts, 'arity' | 'separator'> | undefined {
    if (Object.hasOwn(this.table, name)) return this.table[name]!.kafka;
    return name === 'help' || name === 'version' ? FLAG : undefined;
  }

  private demandRequired(): void {
    const given = new Set(this.options.map(({ name }) => name));
    const missing = Object.keys(this.table).filter((name) => this.table[name]!.kafka.required && !given.has(name));
    if (missing.length > 0) throw OptionError.missingRequired(missing);
  }
}

function looksLikeOption(word: string): boolean {
  return word.startsWith('-') && word !== '-' && word !== '--';
}

function split(text: string): { name: string; value: string | undefined } {
  const at = text.indexOf('=');
  return at === -1 ? { name: text, value: undefined } : { name: text.slice(0, at), value: text.slice(at + 1) };
}
