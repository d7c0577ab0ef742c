import { readFileSync } from 'node:fs';
import { SplittableRandom } from '../../../src/util/splittable-random.ts';

const fixture = new URL('../../fixtures/java/splittable-random.json', import.meta.url);
const { letters, bounds } = JSON.parse(readFileSync(fixture, 'utf8')) as {
  letters: string;
  bounds: Record<string, number[]>;
};

describe('SplittableRandom(0), against numbers that Java gave', () => {
  it('gives the same letters', () => {
    const random = new SplittableRandom(0);
    const ours = Array.from(letters, () => String.fromCharCode(65 + random.nextBelow(26)));
    expect(ours.join('')).toBe(letters);
  });

  it.each(Object.entries(bounds))('gives the same numbers below %s', (bound, numbers) => {
    const random = new SplittableRandom(0);
    expect(numbers.map(() => random.nextBelow(Number(bound)))).toEqual(numbers);
  });
});
