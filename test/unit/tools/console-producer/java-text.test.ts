import { readFileSync } from 'node:fs';
import { JavaText } from '../../../../src/tools/console-producer/java-text.ts';

const fixture = new URL('../../../fixtures/java/utf8-lines.json', import.meta.url);
const { cases } = JSON.parse(readFileSync(fixture, 'utf8')) as { cases: [input: string, lines: string[]][] };

/** The lines as hex, whatever the chunks are. */
function linesOf(input: Buffer, chunkBytes: number): string[] {
  const text = new JavaText();
  const pieces: Buffer[] = [];
  for (let at = 0; at < input.length; at += chunkBytes) pieces.push(...text.push(input.subarray(at, at + chunkBytes)));
  const whole =
    Buffer.concat([...pieces, ...text.end()])
      .toString('hex')
      .match(/../g) ?? [];
  const lines = whole
    .join(' ')
    .split('0a')
    .map((line) => line.replaceAll(' ', ''));
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

describe('text as Java reads it, against what BufferedReader gave', () => {
  for (const chunkBytes of [4096, 1, 2, 3, 5]) {
    it(`decodes ${cases.length} inputs in chunks of ${chunkBytes} bytes`, () => {
      const wrong = cases.filter(
        ([input, lines]) => JSON.stringify(linesOf(Buffer.from(input, 'hex'), chunkBytes)) !== JSON.stringify(lines),
      );
      expect(wrong).toEqual([]);
    });
  }

  it('hands a clean chunk on without copying it', () => {
    const chunk = Buffer.from('héllo\nwörld 世界 😀\n');
    const [piece, ...more] = new JavaText().push(chunk);
    expect(piece?.buffer).toBe(chunk.buffer);
    expect(more).toEqual([]);
  });

  it('hands on what stands behind a character cut by the chunk border without copying it', () => {
    const text = new JavaText();
    text.push(Buffer.from([0x61, 0xe4, 0xb8]));
    const chunk = Buffer.from([0x96, 0x62, 0x63, 0x64, 0x65, 0x0a]);
    const pieces = text.push(chunk);
    expect(Buffer.concat(pieces).toString()).toBe('世bcde\n');
    expect(pieces.at(-1)?.buffer).toBe(chunk.buffer);
  });
});
