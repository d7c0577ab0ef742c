import { basename } from 'node:path';
import { JavaError } from '../../util/java-error.ts';

const LONG_BITS = 64;

/** The offset that the name of a file begins with. Throws JavaError as Long.parseLong does. */
export function numberOf(file: string): bigint {
  const text = basename(file).split('.')[0] ?? '';
  const value = /^[-+]?[0-9]+$/.test(text) ? BigInt(text.replace(/^\+/, '')) : undefined;
  if (value === undefined || BigInt.asIntN(LONG_BITS, value) !== value) {
    throw new JavaError('java.lang.NumberFormatException', `For input string: "${text}"`);
  }
  return value;
}

const OFFSET_DIGITS = 20;
const EPOCH_DIGITS = 10;

/** `00000000000000000010-0000000003.checkpoint`: end offset and epoch of a snapshot. Source: Java's Snapshots.parse. */
export function snapshotIdOf(file: string): { readonly endOffset: bigint; readonly epoch: number } {
  const name = basename(file);
  const end = OFFSET_DIGITS + 1 + EPOCH_DIGITS;
  for (const length of [OFFSET_DIGITS, end]) {
    if (name.length < length) {
      const begin = length === end ? OFFSET_DIGITS + 1 : 0;
      const text = `begin ${begin}, end ${length}, length ${name.length}`;
      throw new JavaError('java.lang.StringIndexOutOfBoundsException', text);
    }
  }
  const [offset, epoch] = [name.slice(0, OFFSET_DIGITS), name.slice(OFFSET_DIGITS + 1, end)];
  return { endOffset: numberOf(offset), epoch: Number(numberOf(epoch)) };
}
