import fc from 'fast-check';
import { MalformedBytesError, Reader, Writer, ZERO_UUID } from '../../../src/protocol/primitives.ts';

function written(write: (writer: Writer) => void, sizeHint?: number): string {
  const writer = new Writer(sizeHint);
  write(writer);
  return writer.toBuffer().toString('hex');
}

function reader(hex: string): Reader {
  return new Reader(Buffer.from(hex, 'hex'));
}

describe('varints', () => {
  // protocol guide: encoding; zigzag: 0, -1, 1, -2 are 0, 1, 2, 3
  it.each([
    [0, '00'],
    [-1, '01'],
    [1, '02'],
    [-64, '7f'],
    [64, '8001'],
    [2147483647, 'feffffff0f'],
    [-2147483648, 'ffffffff0f'],
  ])('zigzag of %i is %s', (value, hex) => {
    expect(written((w) => w.varint(value))).toBe(hex);
    expect(reader(hex).varint()).toBe(value);
  });

  it.each([
    [0, '00'],
    [127, '7f'],
    [300, 'ac02'],
    [4294967295, 'ffffffff0f'],
  ])('unsigned %i is %s', (value, hex) => {
    expect(written((w) => w.uvarint(value))).toBe(hex);
    expect(reader(hex).uvarint()).toBe(value);
  });

  it.each([
    [0n, '00'],
    [-1n, '01'],
    [2n ** 63n - 1n, 'feffffffffffffffff01'],
    [-(2n ** 63n), 'ffffffffffffffffff01'],
  ])('64-bit zigzag of %s is %s', (value, hex) => {
    expect(written((w) => w.varlong(value))).toBe(hex);
    expect(reader(hex).varlong()).toBe(value);
  });

  it('gives back every 64-bit number', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (value) => {
        const r = reader(written((w) => w.varlong(value)));
        return r.varlong() === value && r.remaining === 0;
      }),
    );
  });

  it('refuses a varint without an end', () => {
    expect(() => reader('ffffffffff01').uvarint()).toThrow(MalformedBytesError);
    expect(() => reader('ffffffffffffffffffffff01').varlong()).toThrow(MalformedBytesError);
    expect(() => reader('80').uvarint()).toThrow(MalformedBytesError);
  });
});

describe('reading', () => {
  it('never goes past the end it was given', () => {
    const r = new Reader(Buffer.from('0102030405060708', 'hex'), 2, 5);
    expect(r.int16()).toBe(0x0304);
    expect(() => r.int16()).toThrow(MalformedBytesError);
    expect(r.uint8()).toBe(5);
    expect(() => r.uint8()).toThrow(MalformedBytesError);
    expect(() => r.slice(-1)).toThrow(MalformedBytesError);
    expect(() => r.skip(1)).toThrow(MalformedBytesError);
  });

  it('shows bytes without copying them', () => {
    const bytes = Buffer.from('abcdef');
    const slice = new Reader(bytes).slice(3);
    bytes[0] = 0x7a;
    expect(slice.toString()).toBe('zbc');
  });

  it('writes a uuid as 22 characters without padding', () => {
    const r = reader('00000000000000000000000000000000fbff00112233445566778899aabbccdd');
    expect(r.uuid()).toBe(ZERO_UUID);
    const uuid = r.uuid();
    expect(uuid).toBe('-_8AESIzRFVmd4iZqrvM3Q');
    expect(written((w) => w.uuid(uuid))).toBe('fbff00112233445566778899aabbccdd');
  });
});

describe('writing', () => {
  it('keeps the order across chunks and referenced buffers', () => {
    const large = Buffer.alloc(5000, 'L');
    const hex = written((w) => {
      for (let i = 0; i < 20; i++) w.int32(i);
      w.raw(large);
      w.raw(Buffer.from('small'));
      w.int64(-1n);
    }, 8);
    const numbers = Array.from({ length: 20 }, (_, i) => i.toString(16).padStart(8, '0')).join('');
    expect(hex).toBe(`${numbers}${large.toString('hex')}${Buffer.from('small').toString('hex')}ffffffffffffffff`);
  });

  it('counts what it holds before it is finished', () => {
    const writer = new Writer(8);
    writer.int32(1);
    writer.raw(Buffer.alloc(4000));
    writer.uvarint(300);
    expect(writer.byteLength).toBe(4006);
  });

  it('refuses a uuid that is none', () => {
    expect(() => written((w) => w.uuid('short'))).toThrow(RangeError);
  });
});
