import { execFileSync } from 'node:child_process';
import { decompress } from '../../../../src/protocol/records/index.ts';
import { BOMBS } from './bombs.ts';

const MB = 1024 * 1024;
const BOUND = 16;

interface Measured {
  readonly name: string;
  readonly outcome: string;
  readonly grownBytes: number;
}

describe('decompression bombs', () => {
  it.each(BOMBS.filter(({ name }) => !name.includes('false')))(
    '$name: what is within the bound is unpacked',
    (bomb) => {
      const zeros = decompress(bomb.codec, bomb.make(4), 4 * MB);
      expect([zeros.length, zeros.every((byte) => byte === 0)]).toEqual([4 * MB, true]);
      expect(() => decompress(bomb.codec, bomb.make(8), 8 * MB - 1)).toThrow(/of more than 8388607 bytes/);
    },
  );

  it('are refused before they take more memory than the bound, announced ones before they take any', () => {
    const meter = new URL('./bomb-meter.ts', import.meta.url).pathname;
    const measured = JSON.parse(
      execFileSync(process.execPath, [meter, '512', `${BOUND}`], { encoding: 'utf8' }),
    ) as Measured[];
    const announced = new Map(BOMBS.map(({ name, isAnnounced }) => [name, isAnnounced]));
    for (const { name, outcome, grownBytes } of measured) {
      const isAnnounced = announced.get(name) ?? true;
      const expected = name === 'xerial snappy of tiny blocks' ? 'MalformedBytesError' : 'UnpackedTooLargeError';
      // What is unpacked bit by bit is there once as pieces, once as a whole.
      const isBounded = grownBytes < (isAnnounced ? 4 : 3 * BOUND) * MB;
      expect({ name, outcome, isBounded, grownBytes }).toEqual({
        name,
        outcome: expected,
        isBounded: true,
        grownBytes,
      });
    }
    expect(measured).toHaveLength(BOMBS.length + 1);
  });
});
