import { WholeLines } from '../../../../src/tools/console-producer/whole-lines.ts';

async function cut(...chunks: string[]): Promise<string[]> {
  const seen: string[] = [];
  const lines = new WholeLines(async (bytes, start, end) => void seen.push(bytes.toString('utf8', start, end)));
  for (const chunk of chunks) await lines.push(Buffer.from(chunk));
  await lines.end();
  return seen;
}

describe('whole lines', () => {
  it('keeps the lines of one chunk together', async () => {
    expect(await cut('a\nb\n\nc\n')).toEqual(['a\nb\n\nc\n']);
  });

  it('puts a line that spans chunks together and gives the rest in place', async () => {
    expect(await cut('a\nb', 'c', 'd\ne\nf', '\n')).toEqual(['a\n', 'bcd\n', 'e\n', 'f\n']);
  });

  it('ends the last line itself', async () => {
    expect(await cut('a\nlast')).toEqual(['a\n', 'last\n']);
    expect(await cut('one')).toEqual(['one\n']);
    expect(await cut('')).toEqual([]);
    expect(await cut('a\n')).toEqual(['a\n']);
  });

  it('does not need the chunk of an unfinished line to stay as it was', async () => {
    const seen: string[] = [];
    const lines = new WholeLines(async (bytes, start, end) => void seen.push(bytes.toString('utf8', start, end)));
    const chunk = Buffer.from('abc');
    await lines.push(chunk);
    chunk.fill(0x78);
    await lines.push(Buffer.from('d\n'));
    expect(seen).toEqual(['abcd\n']);
  });
});
