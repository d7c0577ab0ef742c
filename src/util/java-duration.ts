const ISO_DURATION =
  /^([-+]?)P(?:([-+]?\d+)D)?(T(?:([-+]?\d+)H)?(?:([-+]?\d+)M)?(?:([-+]?)(\d+)(?:[.,](\d{0,9}))?S)?)?$/i;

/** Nanoseconds of a duration as java.time.Duration.parse reads it (`P1DT2H3.5S`, no months or years); undefined: no duration. */
export function parseJavaDuration(text: string): bigint | undefined {
  const parts = ISO_DURATION.exec(text);
  if (!parts) return undefined;
  const [, sign, days, time, hours, minutes, secondsSign, seconds, fraction] = parts;
  if (time?.length === 1 || [days, hours, minutes, seconds].every((one) => one === undefined)) return undefined;
  let total = BigInt(days ?? 0) * 86400n + BigInt(hours ?? 0) * 3600n + BigInt(minutes ?? 0) * 60n;
  const direction = secondsSign === '-' ? -1n : 1n;
  total += direction * BigInt(seconds ?? 0);
  // Java counts seconds in a long.
  if (BigInt.asIntN(64, total) !== total) return undefined;
  const nanoseconds = total * 1_000_000_000n + direction * BigInt((fraction ?? '').padEnd(9, '0'));
  return sign === '-' ? -nanoseconds : nanoseconds;
}
