import fc from 'fast-check';
import { crc32c, tableCrc32c } from '../../../../src/protocol/records/crc32c.ts';

// Vectors of RFC 3720, appendix B.4.
const VECTORS: [string, Buffer, number][] = [
  ['32 zeroes', Buffer.alloc(32), 0x8a9136aa],
  ['32 ones', Buffer.alloc(32, 0xff), 0x62a8ab43],
  ['ascending', Buffer.from(Array.from({ length: 32 }, (_, i) => i)), 0x46dd794e],
  ['descending', Buffer.from(Array.from({ length: 32 }, (_, i) => 31 - i)), 0x113fdb5c],
  ['123456789', Buffer.from('123456789'), 0xe3069283],
  ['nothing', Buffer.alloc(0), 0],
];

describe('CRC-32C', () => {
  it.each(VECTORS)('knows the published value for %s', (_name, bytes, expected) => {
    expect(crc32c(bytes)).toBe(expected);
    expect(tableCrc32c(bytes)).toBe(expected);
  });

  it('gives the same number natively and by table, for any part of a buffer', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 400, maxLength: 3000 }), fc.nat(200), fc.nat(190), (array, start, cut) => {
        const bytes = Buffer.from(array);
        return crc32c(bytes, start, bytes.length - cut) === tableCrc32c(bytes, start, bytes.length - cut);
      }),
    );
  });
});
