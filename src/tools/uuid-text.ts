import { type Uuid } from '../protocol/primitives.ts';
import { JavaError } from '../util/java-error.ts';

const MAX_LENGTH = 24;
const UUID_BYTES = 16;

function illegal(text: string): JavaError {
  return new JavaError('java.lang.IllegalArgumentException', text);
}

/** An id as a user writes it, in its usual form. Throws JavaError. Source: Kafka's Uuid.fromString, java.util.Base64.Decoder. */
export function parseUuid(text: string): Uuid {
  if (text.length > MAX_LENGTH) {
    const start = text.slice(0, MAX_LENGTH);
    throw illegal(`Input string with prefix \`${start}\` is too long to be decoded as a base64 UUID`);
  }
  if (text.length === 1) throw illegal('Input byte[] should at least have 2 bytes for base64 bytes');
  const end = text.indexOf('=');
  const digits = end < 0 ? text : text.slice(0, end);
  const wrong = /[^A-Za-z0-9_-]/u.exec(digits);
  if (wrong) throw illegal(`Illegal base64 character ${(wrong[0].codePointAt(0) as number).toString(16)}`);
  const rest = digits.length % 4;
  if (end >= 0) {
    const padding = rest === 2 ? '==' : '=';
    const isWhole = rest >= 2 && text.startsWith(padding, end);
    if (!isWhole) throw illegal('Input byte array has wrong 4-byte ending unit');
    const after = end + padding.length;
    if (after < text.length) throw illegal(`Input byte array has incorrect ending byte at ${after}`);
  } else if (rest === 1) throw illegal('Last unit does not have enough valid bits');
  const bytes = Buffer.from(digits, 'base64url');
  if (bytes.length !== UUID_BYTES) {
    throw illegal(
      `Input string \`${text}\` decoded as ${bytes.length} bytes, which is not equal to the expected ${UUID_BYTES} bytes of a base64-encoded UUID`,
    );
  }
  return bytes.toString('base64url');
}
