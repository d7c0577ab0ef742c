import { type OptionFacts, type OptionTable } from '../options/option.ts';
import { type ToolFacts } from '../tool-facts.ts';
import { linePieces } from './line-breaks.ts';

const OVERALL_WIDTH = 80;
const SEPARATOR_WIDTH = 2;
const CONTINUATION = '  ';

interface Row {
  readonly option: string;
  readonly description: string;
}

/**
 * The list of options as jopt-simple 5 prints it: two columns in 80, options in alphabetical order, header and rules above.
 * Source: joptsimple.BuiltinHelpFormatter (layout only; the sentences are ours).
 */
export function joptOptionList(table: OptionTable, { listsHelp = true }: Pick<ToolFacts, 'listsHelp'> = {}): string {
  const rows = Object.entries(table)
    .filter(([, { kafka }]) => !kafka.comfortOnly)
    .map(([name, { kafka }]) => ({ name, ...rowOf(name, kafka) }));
  if (listsHelp) rows.push({ name: 'help', option: '--help', description: 'Print this list of options.' });
  rows.push({ name: 'version', option: '--version', description: 'Print the version.' });
  rows.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  const hasRequired = Object.values(table).some(({ kafka }) => kafka.required === true);
  const header = hasRequired ? 'Option (* = required)' : 'Option';
  return layOut([
    { option: header, description: 'Description' },
    { option: '-'.repeat(hasRequired ? header.length : 6), description: '-----------' },
    ...rows,
  ]);
}

function rowOf(name: string, facts: OptionFacts): Row {
  const option = `${facts.required === true ? '* ' : ''}${name.length === 1 ? '-' : '--'}${name}`;
  const byDefault = facts.default === undefined ? '' : ` (default: ${facts.default})`;
  if (facts.arity === 'none') return { option, description: facts.help };
  const inner = facts.argument === undefined ? facts.type.javaName : `${facts.type.javaName}: ${facts.argument}`;
  const value = facts.arity === 'optional' ? ` [${inner}]` : ` <${inner}>`;
  return { option: option + value, description: (facts.help + byDefault).trim() };
}

function layOut(rows: readonly Row[]): string {
  const widest = (column: keyof Row): number => Math.max(...rows.map((row) => row[column].length));
  const optionWidth = Math.min((OVERALL_WIDTH - SEPARATOR_WIDTH) / 2, widest('option'));
  const descriptionWidth = Math.min(OVERALL_WIDTH - SEPARATOR_WIDTH - optionWidth, widest('description'));
  let text = '';
  for (const row of rows) {
    const options = fill(row.option, optionWidth);
    const descriptions = fill(row.description, descriptionWidth);
    for (let line = 0; line < Math.max(options.length, descriptions.length); line++) {
      const left = (options[line] ?? '').padEnd(optionWidth);
      text += `${left}${' '.repeat(SEPARATOR_WIDTH)}${(descriptions[line] ?? '').padEnd(descriptionWidth)}\n`;
    }
  }
  return text;
}

function fill(text: string, width: number): string[] {
  return text
    .trim()
    .split('\n')
    .flatMap((line) => fillLine(line, width));
}

function fillLine(line: string, width: number): string[] {
  const pieces: string[] = [];
  let piece = '';
  for (const word of linePieces(line)) {
    if (piece.length + word.length > width) {
      pieces.push(piece.trimEnd());
      piece = CONTINUATION + word;
    } else {
      piece += word;
    }
  }
  if (piece !== '') pieces.push(piece);
  return pieces;
}
