import zlib from 'node:zlib';
import fc from 'fast-check';
import { MalformedBytesError } from '../../../../src/protocol/primitives.ts';
import { batches, COMPRESSION_NAMES, compress, decompress } from '../../../../src/protocol/records/index.ts';
import { segment } from './segments.ts';

const CODECS = COMPRESSION_NAMES.filter((name) => name !== 'none');
const MB = 1024 * 1024;

describe('framing as the Java producer writes it', () => {
  it('writes snappy as xerial blocks of 32 KiB', () => {
    const bytes = Buffer.alloc(70000, 'ab');
    const framed = compress('snappy', bytes);
    expect(framed.subarray(0, 16).toString('hex')).toBe('82534e41505059000000000100000001');
    let blocks = 0;
    for (let at = 16; at < framed.length; at += 4 + framed.readInt32BE(at)) blocks++;
    expect(blocks).toBe(3);
  });

  it('writes an lz4 frame with the header bytes of the Java producer', () => {
    const [batch] = batches(segment('java-lz4.log'));
    const header = batch?.body().subarray(0, 7).toString('hex');
    expect(header).toBe('04224d18604082');
    expect(compress('lz4', Buffer.from('anything')).subarray(0, 7).toString('hex')).toBe(header);
  });

  it('stores an lz4 block that does not shrink', () => {
    const noise = Buffer.from('0123456789abcdef');
    const frame = compress('lz4', noise);
    expect(frame.readUInt32LE(7)).toBe((0x80000000 | noise.length) >>> 0);
    expect(decompress('lz4', frame)).toEqual(noise);
  });
});

describe('round trips', () => {
  it.each(CODECS)('gives back what went in: %s', (codec) => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 3000 }), fc.integer({ min: 1, max: 60 }), (array, times) => {
        const bytes = Buffer.concat(Array.from({ length: times }, () => Buffer.from(array)));
        return decompress(codec, compress(codec, bytes)).equals(bytes);
      }),
      { numRuns: 40 },
    );
  });

  it('takes levels for gzip and zstd', () => {
    const bytes = Buffer.from('line of text, '.repeat(5000));
    for (const codec of ['gzip', 'zstd'] as const) {
      expect(decompress(codec, compress(codec, bytes, 1))).toEqual(bytes);
      expect(decompress(codec, compress(codec, bytes, 9))).toEqual(bytes);
    }
  });
});

describe('hostile blocks', () => {
  it.each(CODECS)('refuses a %s block that unpacks to more than the bound', (codec) => {
    const bomb = compress(codec, Buffer.alloc(8 * MB));
    expect(() => decompress(codec, bomb, MB)).toThrow(MalformedBytesError);
  });

  it.each(CODECS)('refuses %s bytes cut short or changed, with one error class', (codec) => {
    const frame = compress(codec, Buffer.from('some text that repeats, some text that repeats. '.repeat(50)));
    for (let end = 0; end < frame.length; end += 7) {
      try {
        decompress(codec, frame.subarray(0, end), MB);
      } catch (error) {
        expect(error).toBeInstanceOf(MalformedBytesError);
      }
    }
    for (let at = 0; at < frame.length; at++) {
      const broken = Buffer.from(frame);
      broken[at] = (broken[at] as number) ^ 0xff;
      try {
        expect(decompress(codec, broken, MB).length).toBeLessThanOrEqual(MB);
      } catch (error) {
        expect(error).toBeInstanceOf(MalformedBytesError);
      }
    }
  });

  it('does not believe the length a raw snappy block claims', () => {
    const claim = Buffer.from('ffffffff0f00', 'hex');
    expect(() => decompress('snappy', claim)).toThrow(MalformedBytesError);
    expect(() => decompress('snappy', Buffer.from('80808010', 'hex'))).toThrow(MalformedBytesError);
  });

  it('refuses a codec id that does not exist', () => {
    const bytes = segment('java-none.log');
    bytes[22] = (bytes[22] as number) | 7;
    const [batch] = batches(bytes);
    expect(COMPRESSION_NAMES[batch?.compression ?? 0]).toBeUndefined();
  });

  it('unpacks gzip of several members as one stream', () => {
    const two = Buffer.concat([zlib.gzipSync('one'), zlib.gzipSync('two')]);
    expect(decompress('gzip', two).toString()).toBe('onetwo');
  });
});
