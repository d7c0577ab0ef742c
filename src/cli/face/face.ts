import { type Writable } from 'node:stream';
import { type Paint } from './colours.ts';
import { differs, type FaceName } from './face-differences.ts';
import { toJson } from './json-output.ts';

export type OutputForm = 'text' | 'table' | 'json';

export interface Table {
  /** A line above. */
  readonly title?: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** How a result is shown. `text` gives the original tool's stdout, byte for byte; without `table` it serves people, too. */
export interface View<T> {
  text(value: T): string;
  table?(value: T): Table | readonly Table[];
  /** What `--output json` prints: one document in camelCase; absent: the value itself. */
  json?(value: T): unknown;
}

export interface OutputStreams {
  readonly stdout: Writable;
  readonly stderr: Writable;
}

export interface FaceOptions {
  readonly name: FaceName;
  readonly streams: OutputStreams;
  readonly isTerminal: boolean;
  /** Colour may be used on this terminal (NO_COLOR and the like say no). */
  readonly hasColour: boolean;
}

/**
 * What a person or a script sees of a command. All that a command writes goes through here, or, for streams of records, straight
 * to the stdout in its ToolContext.
 */
export class Face {
  readonly name: FaceName;
  readonly hasColour: boolean;
  private chosen: OutputForm | undefined;
  private readonly isTerminal: boolean;
  private readonly streams: OutputStreams;

  constructor(options: FaceOptions) {
    const { name, streams, isTerminal, hasColour } = options;
    this.name = name;
    this.streams = streams;
    this.hasColour = differs('colour', name) && isTerminal && hasColour;
    this.isTerminal = isTerminal;
  }

  /** A table on a terminal, text elsewhere, unless `--output` says otherwise. */
  get output(): OutputForm {
    return this.chosen ?? (differs('tables', this.name) && this.isTerminal ? 'table' : 'text');
  }

  choose(output: OutputForm | undefined): void {
    if (differs('outputOption', this.name)) this.chosen = output;
  }

  /** A result, in the form that was asked for. */
  async print<T>(value: T, view: View<T>): Promise<void> {
    if (this.output === 'json') return this.out(`${toJson(view.json ? view.json(value) : value)}\n`);
    const table = this.output === 'table' ? view.table?.(value) : undefined;
    if (table === undefined) return this.out(view.text(value));
    const { drawTable } = await import('./table-output.ts');
    const paint = await this.paint();
    for (const one of 'head' in table ? [table] : table) this.out(drawTable(one, paint));
  }

  /** Something done, in words: on stdout as the original, but never inside JSON. */
  say(line: string): void {
    if (this.output === 'json') this.err(`${line}\n`);
    else this.out(`${line}\n`);
  }

  /** A notice about the call itself; `stream` is where the original prints it. klamm always takes stderr. */
  warn(line: string, stream: 'stdout' | 'stderr' = 'stdout'): void {
    if (differs('deprecationStream', this.name) === 'kafka' && stream === 'stdout') this.out(`${line}\n`);
    else this.err(`${line}\n`);
  }

  /** The exit status: `kafka` is the original's, also where that reports success for a failure. */
  status(kafka: number, isFailure = kafka !== 0): number {
    return differs('honestStatus', this.name) && isFailure && kafka === 0 ? 1 : kafka;
  }

  /** How words are set off; absent where there is no colour. */
  async paint(): Promise<Paint | undefined> {
    return this.hasColour ? (await import('./colours.ts')).colours() : undefined;
  }

  /** Bytes on stdout, as they are. */
  out(text: string): void {
    if (text !== '') this.streams.stdout.write(text);
  }

  /** Bytes on stderr, as they are. */
  err(text: string): void {
    if (text !== '') this.streams.stderr.write(text);
  }
}
