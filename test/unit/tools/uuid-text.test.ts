import { parseUuid } from '../../../src/tools/uuid-text.ts';

const read = (text: string): string => {
  try {
    return parseUuid(text);
  } catch (error) {
    return (error as Error).message;
  }
};

describe('ids that users write', () => {
  /** As kafka-metadata-quorum and kafka-topics of Apache Kafka 4.3.1 answered. */
  it.each([
    ['AAAAAAAAAAAAAAAAAAAAAQ', 'AAAAAAAAAAAAAAAAAAAAAQ'],
    ['AAAAAAAAAAAAAAAAAAAAAQ==', 'AAAAAAAAAAAAAAAAAAAAAQ'],
    ['a', 'Input byte[] should at least have 2 bytes for base64 bytes'],
    [
      'ab',
      'Input string `ab` decoded as 1 bytes, which is not equal to the expected 16 bytes of a base64-encoded UUID',
    ],
    ['short', 'Last unit does not have enough valid bits'],
    ['!!', 'Illegal base64 character 21'],
    ['AAAA=', 'Input byte array has wrong 4-byte ending unit'],
    ['A'.repeat(25), `Input string with prefix \`${'A'.repeat(24)}\` is too long to be decoded as a base64 UUID`],
  ])('%s', (text, expected) => expect(read(text)).toBe(expected));
});
