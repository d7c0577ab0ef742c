/** Java's `%.Nf` (Locale.ROOT): the shortest decimal text of the double, rounded half up; NaN and Infinity by name. */
export function fixedDecimals(value: number, digits: number): string {
  if (!Number.isFinite(value)) return String(value);
  const sign = value < 0 || Object.is(value, -0) ? '-' : '';
  const [mantissa = '', exponent = '0'] = String(Math.abs(value)).split('e');
  const [whole = '', fraction = ''] = mantissa.split('.');
  // The number is 0.DIGITS times ten to the power of `point`.
  const allDigits = whole + fraction;
  const point = whole.length + Number(exponent);
  const kept = point + digits;
  const padded = kept < 0 ? '' : allDigits.slice(0, kept).padEnd(kept, '0');
  const next = kept >= 0 && kept < allDigits.length ? Number(allDigits[kept]) : 0;
  let scaled = BigInt(padded === '' ? '0' : padded);
  if (next >= 5) scaled += 1n;
  const text = scaled.toString().padStart(digits + 1, '0');
  return digits === 0 ? sign + text : `${sign}${text.slice(0, -digits)}.${text.slice(-digits)}`;
}
