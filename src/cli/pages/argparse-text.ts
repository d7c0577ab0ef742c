import { linePieces } from './line-breaks.ts';

const HELP_COLUMN = 25;
const WIDEST_TITLE = 21;
const DEFAULT_WIDTH = 75;

/** argparse4j leaves five columns of the terminal free; without a known terminal it takes 75. */
export function argparseWidth(columns: string | number | undefined): number {
  const width = Number(columns ?? Number.NaN) - 5;
  return Number.isInteger(width) && width > 0 ? width : DEFAULT_WIDTH;
}

/**
 * A paragraph filled to `width`; every line but the last is stretched to it by more space between its words. The first line starts
 * `offset` columns to the right of where the text is put; later lines are indented. Source: argparse4j 0.7 TextHelper.
 */
export function fillParagraph(text: string, width: number, offset = 0, indent = ''): string {
  let result = '';
  let line = '';
  let column = offset;
  for (const piece of linePieces(text)) {
    if (column + piece.length > width) {
      result += `${stretch(line, width - column)}\n${indent}`;
      line = '';
      column = indent.length;
    }
    line += piece;
    column += piece.length;
    if (piece.endsWith('\n')) {
      result += line + indent;
      line = '';
      column = indent.length;
    }
  }
  return result + line;
}

/** Spreads `room` more spaces over the gaps of a line, the odd ones over those in the middle. */
function stretch(line: string, room: number): string {
  const words = line.replace(/^ +| +$/g, '');
  const spare = room + line.length - words.length;
  const gaps = words.match(/ +/g)?.length ?? 0;
  if (gaps === 0) return words;
  const odd = spare % gaps;
  const firstOdd = Math.trunc((gaps - odd + 1) / 2);
  let gap = 0;
  return words.replace(/ +/g, (spaces) => {
    const isOdd = gap >= firstOdd && gap < firstOdd + odd;
    gap++;
    return spaces + ' '.repeat(Math.trunc(spare / gaps) + (isOdd ? 1 : 0));
  });
}

/** `  title      help`, the help in a column of its own, below the title when that is long. */
export function helpEntry(title: string, help: string, width: number): string {
  if (help === '') return `  ${title}\n`;
  const gap =
    title.length <= WIDEST_TITLE ? ' '.repeat(HELP_COLUMN - title.length - 2) : `\n${' '.repeat(HELP_COLUMN)}`;
  return `  ${title}${gap}${fillParagraph(help, width, HELP_COLUMN, ' '.repeat(HELP_COLUMN))}\n`;
}

/** `usage: prog opts ...`, broken between the options; they start on a line of their own when the name is long. */
export function usageText(prog: string, syntax: readonly string[], width: number): string {
  const head = `usage: ${prog}`;
  const isLong = head.length > 30;
  const indent = ' '.repeat(isLong ? 6 : head.length);
  let text = isLong ? `${head}\n${indent}` : head;
  let column = indent.length + (isLong ? indent.length : 0);
  let isFirst = true;
  for (const one of syntax) {
    if (!isFirst && column + one.length + 1 > width) {
      text += `\n${indent} ${one}`;
      column = indent.length + 1 + one.length;
    } else {
      text += ` ${one}`;
      column += 1 + one.length;
      isFirst = false;
    }
  }
  return `${text}\n`;
}

/** Names that a mistyped one may stand for, closest first; nothing when none is close. Weights and limit are git's. */
export function closestNames(
  typed: string,
  names: readonly { readonly shown: string; readonly body: string }[],
): string[] {
  const rated = names.map(({ shown, body }) => ({ shown, far: body.startsWith(typed) ? 0 : distance(typed, body) }));
  const nearest = Math.min(...rated.map(({ far }) => far));
  if (nearest >= 7) return [];
  return rated
    .filter(({ far }) => far === nearest)
    .map(({ shown }) => shown)
    .sort();
}

/** Damerau-Levenshtein: swapping neighbours is free, substituting costs 2, adding 1, deleting 4. */
function distance(from: string, to: string): number {
  let older: number[] = [];
  let old = Array.from({ length: to.length + 1 }, (_, at) => at);
  for (let i = 1; i <= from.length; i++) {
    const row = [i];
    for (let j = 1; j <= to.length; j++) {
      const isSame = from[i - 1] === to[j - 1];
      let best = old[j - 1]! + (isSame ? 0 : 2);
      if (i >= 2 && j >= 2 && !isSame && from[i - 2] === to[j - 1] && from[i - 1] === to[j - 2]) {
        best = Math.min(best, older[j - 2]!);
      }
      row[j] = Math.min(best, old[j]! + 4, row[j - 1]! + 1);
    }
    older = old;
    old = row;
  }
  return old[to.length]!;
}
