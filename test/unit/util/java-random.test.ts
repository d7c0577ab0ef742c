import { JavaRandom } from '../../../src/util/java-random.ts';

describe('JavaRandom', () => {
  it('gives the numbers of java.util.Random', () => {
    const random = new JavaRandom(0n);
    // Letters of the first records that Apache's kafka-e2e-latency sends with keys and two headers.
    const letters = Array.from({ length: 8 }, () => String.fromCharCode(65 + random.nextInt(26)));
    expect(letters.join('')).toBe('SSXVNJHP');
  });

  it('gives the numbers of java.util.Random for a power of two', () => {
    const random = new JavaRandom(42n);
    expect(Array.from({ length: 4 }, () => random.nextInt(16))).toEqual([11, 0, 10, 0]);
  });
});
