import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  countingPayloads,
  pickedPayloads,
  randomPayloads,
  readPayloads,
} from '../../../../src/tools/producer-perf/payloads.ts';

const directory = mkdtempSync(join(tmpdir(), 'klamm-'));
afterAll(() => rmSync(directory, { recursive: true }));

async function read(text: string, delimiter: string): Promise<string[]> {
  const path = join(directory, 'p.txt');
  writeFileSync(path, text);
  return (await readPayloads(path, delimiter, () => undefined)).map(String);
}

describe('payloads of the producer perf test', () => {
  // Seen in Apache Kafka 4.3.1: the picks from three lines, and the letters of three records of 20 bytes.
  it('are the same in every run', () => {
    const letters = randomPayloads(20);
    expect([0, 1, 2].map(() => String(letters.next()))).toEqual([
      'YQHHNEBSEPDNSEIFGAMS',
      'UJXKOLTXSPLGHDIOYZJF',
      'NIDSPWHZMKVJAXDBZFCO',
    ]);
    const picked = pickedPayloads(['one', 'two', 'three'].map((text) => Buffer.from(text)));
    expect(Array.from({ length: 8 }, () => String(picked.next())).join(' ')).toBe('two two one one two two three one');
    const counting = countingPayloads();
    expect([0, 1, 2].map(() => String(counting.next()))).toEqual(['0', '1', '2']);
  });

  it.each([
    ['one\ntwo\n', '\n', ['one', 'two']],
    ['aa;bb;cc', ';', ['aa', 'bb', 'cc']],
    ['aa;bb;cc', '[b;]+', ['aa', 'cc']],
    ['a|b', '|', ['a', '|', 'b']],
    ['a;;b', ';', ['a', '', 'b']],
    [';a;', ';', ['a']],
  ])('reads %j parted by %j', async (text, delimiter, expected) => {
    expect(await read(text, delimiter)).toEqual(expected);
  });

  it('tells what it reads, and refuses a file that is missing or empty', async () => {
    const said: string[] = [];
    const path = join(directory, 'q.txt');
    writeFileSync(path, 'x\ny');
    await readPayloads(path, '\n', (line) => said.push(line));
    expect(said).toEqual([`Reading payloads from: ${path}`, 'Number of records read: 2']);
    writeFileSync(path, '');
    const text = 'java.lang.IllegalArgumentException: File does not exist or empty file provided.';
    for (const one of [path, join(directory, 'nowhere')]) {
      await expect(readPayloads(one, '\n', () => undefined).catch(String)).resolves.toBe(text);
    }
  });
});
