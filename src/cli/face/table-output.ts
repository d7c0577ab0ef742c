import CliTable from 'cli-table3';
import { type Paint } from './colours.ts';
import { type Table } from './face.ts';

/** Lines around the table and below its head, none between the rows. */
const CHARS = { mid: '', 'left-mid': '', 'mid-mid': '', 'right-mid': '' };

/** A table for a terminal, with a newline at its end. Loaded only when one is drawn. */
export function drawTable({ title, head, rows }: Table, paint: Paint | undefined): string {
  const headings = head.map((text) => paint?.heading(text) ?? text);
  const table = new CliTable({ chars: CHARS, style: { head: [], border: [], compact: false } });
  const lines = rows.map((row) => [...row]);
  table.push(headings, ...lines);
  const text = table.toString().split('\n');
  const rule = text[0]!.replace('┌', '├').replace('┐', '┤').replaceAll('┬', '┼');
  const above = title === undefined ? '' : `${title}\n`;
  return `${above}${[text[0], text[1], rule, ...text.slice(2)].join('\n')}\n`;
}
