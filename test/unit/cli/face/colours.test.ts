import { stripVTControlCharacters } from 'node:util';
import { colours } from '../../../../src/cli/face/colours.ts';
import { plainLogger } from '../../../../src/cli/face/plain-logger.ts';
import { drawTable } from '../../../../src/cli/face/table-output.ts';

it('headings are bold, and a coloured table has the widths of a plain one', () => {
  const content = { head: ['A', 'B'], rows: [['1', '22']] };
  const painted = drawTable(content, colours());
  expect(painted).toContain('\u001b[1mA\u001b[22m');
  expect(stripVTControlCharacters(painted)).toBe(drawTable(content, undefined));
});

it('warnings and errors begin with a coloured word', () => {
  const lines: string[] = [];
  const logger = plainLogger((line) => lines.push(line), colours());
  logger.log('WARN', 'careful');
  logger.log('ERROR', 'no');
  expect(lines).toEqual(['\u001b[33mwarning:\u001b[39m careful\n', '\u001b[31merror:\u001b[39m no\n']);
});
