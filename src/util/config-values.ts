/** The text rules of Java's config values: trimming, number syntax, and how a value prints. Source: java.lang. */

/** A secret: prints as "[hidden]" wherever it is turned into text by accident. */
export class Password {
  readonly value: string;

  constructor(value: string) {
    this.value = value;
  }

  toString(): string {
    return '[hidden]';
  }

  toJSON(): string {
    return '[hidden]';
  }
}

/** String.trim() of Java: cuts everything up to U+0020, and nothing above it. */
export function javaTrim(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && text.charCodeAt(start) <= 0x20) start++;
  while (end > start && text.charCodeAt(end - 1) <= 0x20) end--;
  return text.slice(start, end);
}

const INTEGER = /^[+-]?[0-9]+$/;

/** Undefined when the text is no whole number within `bits` bits. */
export function parseInteger(text: string, bits: 16 | 32 | 64): bigint | undefined {
  if (!INTEGER.test(text)) return undefined;
  const value = BigInt(text.startsWith('+') ? text.slice(1) : text);
  return BigInt.asIntN(bits, value) === value ? value : undefined;
}

const DECIMAL = /^[+-]?(?:NaN|Infinity|(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?[fFdD]?)$/;

export function parseDouble(text: string): number | undefined {
  if (!DECIMAL.test(text)) return undefined;
  if (text.endsWith('NaN')) return Number.NaN;
  return Number(/[fFdD]$/.test(text) ? text.slice(0, -1) : text);
}

/** Double.toString of Java: "0.5", "1.0", "1.0E10". */
export function doubleText(value: number): string {
  if (!Number.isFinite(value) || value === 0) {
    if (value !== 0) return String(value);
    return Object.is(value, -0) ? '-0.0' : '0.0';
  }
  const size = Math.abs(value);
  if (size >= 1e-3 && size < 1e7) return Number.isInteger(value) ? `${value}.0` : String(value);
  // Java prints two digits at least, and the nearest of those: 4.9E-324 where one digit would do.
  const twoDigits = value.toExponential(1);
  const shortest = value.toExponential();
  const isOneDigit = !shortest.includes('.') && Number(twoDigits) === value;
  const [digits = '', exponent = '0'] = (isOneDigit ? twoDigits : shortest).split('e');
  return `${digits.includes('.') ? digits : `${digits}.0`}E${Number(exponent)}`;
}
