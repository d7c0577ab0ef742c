import { doubleText } from './config-values.ts';

export { doubleText };

/** Float.toString of Java: the shortest digits (two at least) that give the same 32-bit number, laid out as for a double. */
export function floatText(value: number): string {
  if (!Number.isFinite(value) || value === 0) return doubleText(value);
  for (let digits = 2; digits <= 9; digits++) {
    const shorter = Number(value.toPrecision(digits));
    if (Math.fround(shorter) === value) return doubleText(shorter);
  }
  return doubleText(value);
}
