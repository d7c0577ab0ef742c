const MULTIPLIER = 0x5deece66dn;
const MASK = (1n << 48n) - 1n;

/** The numbers that java.util.Random gives for a seed. */
export class JavaRandom {
  private state: bigint;

  constructor(seed: bigint) {
    this.state = (seed ^ MULTIPLIER) & MASK;
  }

  /** From 0 to `bound` (exclusive). Source: java.util.Random.nextInt(int). */
  nextInt(bound: number): number {
    if ((bound & -bound) === bound) return Number((BigInt(bound) * BigInt(this.next31())) >> 31n);
    for (;;) {
      const bits = this.next31();
      const value = bits % bound;
      // The last incomplete stretch would favour small numbers.
      if (bits - value + bound - 1 <= 0x7fffffff) return value;
    }
  }

  private next31(): number {
    this.state = (this.state * MULTIPLIER + 0xbn) & MASK;
    return Number(this.state >> 17n);
  }
}
