import { type Uuid, ZERO_UUID } from '../../protocol/primitives.ts';
import { JavaError } from '../../util/java-error.ts';

const MAX_LENGTH = 24;

function illegal(text: string): JavaError {
  return new JavaError('java.lang.IllegalArgumentException', text);
}

/** A topic id as a user writes it; undefined for the id of no topic. Throws JavaError. Source: Uuid.fromString, Base64. */
export function parseTopicId(text: string): Uuid | undefined {
  if (text.length > MAX_LENGTH) {
    throw illegal(
      `Input string with prefix \`${text.slice(0, MAX_LENGTH)}\` is too long to be decoded as a base64 UUID`,
    );
  }
  const digits = text.replace(/={1,2}$/, '');
  const wrong = /[^A-Za-z0-9_-]/u.exec(digits);
  if (wrong) throw illegal(`Illegal base64 character ${(wrong[0].codePointAt(0) as number).toString(16)}`);
  if (digits.length === 1) throw illegal('Input byte[] should at least have 2 bytes for base64 bytes');
  if (digits.length % 4 === 1) throw illegal('Last unit does not have enough valid bits');
  const bytes = Buffer.from(digits, 'base64url');
  if (bytes.length !== 16) {
    throw illegal(
      `Input string \`${text}\` decoded as ${bytes.length} bytes, which is not equal to the expected 16 bytes of a base64-encoded UUID`,
    );
  }
  const topicId = bytes.toString('base64url');
  return topicId === ZERO_UUID ? undefined : topicId;
}
