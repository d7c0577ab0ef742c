import { createRequire } from 'node:module';
import { once } from '../../util/once.ts';

/** Reflected Castagnoli polynomial (protocol guide: record batch). */
const POLYNOMIAL = 0x82f63b78;

/** Below this a call into native code costs more than the table (measured: they meet between 150 and 200 bytes). */
const NATIVE_MIN_BYTES = 160;

type NativeCrc32c = (input: Uint8Array) => number;

/** The native function, or null where no prebuilt binary fits this machine. */
const nativeCrc32c = once((): NativeCrc32c | null => {
  try {
    return (createRequire(import.meta.url)('@node-rs/crc32') as { crc32c: NativeCrc32c }).crc32c;
  } catch {
    // No binary for this platform: the table below gives the same numbers, more slowly.
    return null;
  }
});

/** Four tables of 256 entries: table k advances a byte over k further zero bytes. */
const tables = once((): readonly [Int32Array, Int32Array, Int32Array, Int32Array] => {
  const [first, second, third, fourth] = [256, 256, 256, 256].map((size) => new Int32Array(size)) as Int32Array[] as [
    Int32Array,
    Int32Array,
    Int32Array,
    Int32Array,
  ];
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ POLYNOMIAL : crc >>> 1;
    first[byte] = crc;
  }
  const step = (crc: number): number => (crc >>> 8) ^ (first[crc & 0xff] as number);
  for (let byte = 0; byte < 256; byte++) {
    second[byte] = step(first[byte] as number);
    third[byte] = step(second[byte] as number);
    fourth[byte] = step(third[byte] as number);
  }
  return [first, second, third, fourth];
});

/** CRC-32C in plain JavaScript, four bytes at a time. Same arguments and result as `crc32c`. */
export function tableCrc32c(buffer: Buffer, start = 0, end = buffer.length): number {
  const [first, second, third, fourth] = tables();
  let crc = -1;
  let at = start;
  for (const wholeEnd = end - 3; at < wholeEnd; at += 4) {
    crc ^=
      (buffer[at] as number) |
      ((buffer[at + 1] as number) << 8) |
      ((buffer[at + 2] as number) << 16) |
      ((buffer[at + 3] as number) << 24);
    crc =
      (fourth[crc & 0xff] as number) ^
      (third[(crc >>> 8) & 0xff] as number) ^
      (second[(crc >>> 16) & 0xff] as number) ^
      (first[crc >>> 24] as number);
  }
  for (; at < end; at++) crc = (first[(crc ^ (buffer[at] as number)) & 0xff] as number) ^ (crc >>> 8);
  return ~crc >>> 0;
}

/** CRC-32C (Castagnoli) of the bytes from `start` to `end` (exclusive), as an unsigned 32-bit number. */
export function crc32c(buffer: Buffer, start = 0, end = buffer.length): number {
  if (end - start >= NATIVE_MIN_BYTES) {
    const native = nativeCrc32c();
    if (native) return native(start === 0 && end === buffer.length ? buffer : buffer.subarray(start, end));
  }
  return tableCrc32c(buffer, start, end);
}
