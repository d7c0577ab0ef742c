import Table from 'cli-table3';
import { type Table as TableContent } from './face.ts';

const PLAIN = { head: [], border: [] };
const COLOURED = { head: ['bold'], border: ['gray'] };

/** A table for a terminal, with a newline at its end. Loaded only when one is drawn. */
export function drawTable(content: TableContent, hasColour: boolean): string {
  const table = new Table({ head: [...content.head], style: hasColour ? COLOURED : PLAIN });
  for (const row of content.rows) table.push([...row]);
  return `${table.toString()}\n`;
}
