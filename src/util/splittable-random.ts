/** 32 x 32 bits unsigned, the upper half of the product; the factor `b` in two halves of 16 bits. */
function multiplyHigh(a: number, bHigh: number, bLow: number): number {
  const aLow = a & 0xffff;
  const aHigh = a >>> 16;
  const low = (Math.imul(aLow, bLow) >>> 16) + (Math.imul(aHigh, bLow) >>> 0);
  // Up to 33 bits: no bit may be lost before the last shift.
  const middle = (low % 0x10000) + (Math.imul(aLow, bHigh) >>> 0);
  return (Math.imul(aHigh, bHigh) + Math.floor(low / 0x10000) + Math.floor(middle / 0x10000)) | 0;
}

/**
 * Java's SplittableRandom: the same numbers for the same seed, in 32-bit halves because there is no fast 64-bit integer here.
 * Source: java.util.SplittableRandom (mix32, golden gamma).
 */
export class SplittableRandom {
  private high: number;
  private low: number;

  constructor(seed: number) {
    this.high = seed < 0 ? -1 : 0;
    this.low = seed | 0;
  }

  /** 32 random bits, signed. */
  nextInt(): number {
    // seed += 0x9e3779b97f4a7c15
    const sum = (this.low >>> 0) + 0x7f4a7c15;
    let low = sum | 0;
    let high = (this.high + 0x9e3779b9 + (sum > 0xffffffff ? 1 : 0)) | 0;
    this.low = low;
    this.high = high;
    // z = (z ^ (z >>> 33)) * 0x62a9d9ed799705f5
    low ^= high >>> 1;
    const middle = (multiplyHigh(low, 0x7997, 0x05f5) + Math.imul(low, 0x62a9d9ed) + Math.imul(high, 0x799705f5)) | 0;
    low = Math.imul(low, 0x799705f5);
    high = middle;
    // upper half of (z ^ (z >>> 28)) * 0xcb24d0a5c88c35b3
    low ^= (low >>> 28) | (high << 4);
    high ^= high >>> 28;
    return (multiplyHigh(low, 0xc88c, 0x35b3) + Math.imul(low, 0xcb24d0a5) + Math.imul(high, 0xc88c35b3)) | 0;
  }

  /** A whole number from 0 (inclusive) to `bound` (exclusive). */
  nextBelow(bound: number): number {
    const bits = this.nextInt();
    const last = bound - 1;
    if ((bound & last) === 0) return bits & last;
    for (let candidate = bits >>> 1; ; candidate = this.nextInt() >>> 1) {
      const remainder = candidate % bound;
      // The numbers above the last whole multiple of `bound` would favour small results.
      if (candidate + last - remainder <= 0x7fffffff) return remainder;
    }
  }
}
