import { MalformedBytesError, Reader } from '../../../src/protocol/primitives.ts';
import {
  array,
  arrayOf,
  bytes,
  int16,
  int32,
  int64,
  parseVersions,
  records,
  string,
  struct,
  Table,
  UnsupportedFieldError,
} from '../../../src/protocol/schema.ts';

function read<T>(table: { read(reader: Reader, version: number): T }, hex: string, version = 0): T {
  return table.read(new Reader(Buffer.from(hex, 'hex')), version);
}

describe('hostile lengths and counts', () => {
  const plain = new Table(
    'Plain',
    { versions: '0-1', flexible: '1+' },
    { items: array('0+', { id: int64('0+'), name: string('0+') }), ids: arrayOf('0+', 'int32', { nullable: '0+' }) },
  );

  it.each([
    ['a count beyond the bytes left', '7fffffff'],
    ['a count below -1', 'fffffffe'],
    ['null where null is not allowed', 'ffffffff'],
    ['one element more than fits', '0000000100000000000000010001'],
  ])('refuses %s before anything is allocated', (_name, hex) => {
    expect(() => read(plain, hex)).toThrow(MalformedBytesError);
  });

  it('refuses compact counts beyond the bytes left', () => {
    expect(() => read(plain, 'ffffffff0f', 1)).toThrow(MalformedBytesError);
    expect(() => read(plain, '00', 1)).toThrow(MalformedBytesError);
  });

  it('reads a null array where it is allowed', () => {
    expect(read(plain, '00000000ffffffff')).toEqual({ items: [], ids: null });
    expect(read(plain, '010000', 1)).toEqual({ items: [], ids: null });
  });

  const text = new Table(
    'Text',
    { versions: '0-1', flexible: '1+' },
    { name: string('0+'), data: bytes('0+', { nullable: '0+' }) },
  );

  it.each([
    ['a string longer than the frame', '7fff61', 0],
    ['a negative string length', 'fffe', 0],
    ['a null string that cannot be null', 'ffff', 0],
    ['bytes longer than the frame', '0001617fffffff', 0],
    ['a compact string longer than the frame', 'ff7f61', 1],
  ])('refuses %s', (_name, hex, version) => {
    expect(() => read(text, hex, version)).toThrow(MalformedBytesError);
  });
});

describe('nullable structs', () => {
  const inner = { id: int32('0+', { default: -1 }) };
  const table = new Table(
    'Nullable',
    { versions: '0', flexible: '0+' },
    {
      plain: struct('0+', inner, { nullable: '0+', default: null }),
      tagged: struct('0+', inner, { nullable: '0+', tag: 0, tagged: '0+', default: null }),
    },
  );

  it('marks null with -1 as an int8', () => {
    expect(table.encode({ plain: null }, 0).toString('hex')).toBe('ff00');
    expect(read(table, 'ff00')).toEqual({ plain: null, tagged: null });
  });

  it('marks presence with 1, but as an unsigned varint inside a tagged field', () => {
    const value = { plain: { id: 5 }, tagged: { id: 7 } };
    // protocol guide: nullable struct. marker, id, tags; one tag: number, size, marker, id, tags
    expect(table.encode(value, 0).toString('hex')).toBe(`01${'0000000500'}01${'0006'}01${'0000000700'}`);
    expect(read(table, '01000000050001000601' + '0000000700')).toEqual(value);
  });
});

describe('tagged fields', () => {
  const table = new Table(
    'Tagged',
    { versions: '0-1', flexible: '1+' },
    {
      a: int16('0+'),
      b: string('1+', { tag: 1, tagged: '1+', default: 'none', ignorable: true }),
      c: int32('1+', { tag: 0, tagged: '1+', default: -1 }),
      d: struct('1+', { e: int16('1+', { default: 3 }) }, { tag: 4, tagged: '1+' }),
    },
  );

  it('writes them by ascending tag and leaves out what is at its default', () => {
    expect(table.encode({ a: 1, b: 'none', c: -1, d: { e: 3 } }, 1).toString('hex')).toBe('000100');
    expect(table.encode({ a: 1, b: 'x', c: 2 }, 1).toString('hex')).toBe('0001' + '02' + '000400000002' + '01020278');
  });

  it('skips tags it does not know and fills in defaults', () => {
    expect(read(table, '0001' + '02' + '000400000009' + '6302ffff', 1)).toEqual({ a: 1, b: 'none', c: 9, d: { e: 3 } });
  });

  it('refuses a tag that does not fill its size, and a size beyond the frame', () => {
    expect(() => read(table, '0001' + '01' + '000500000009' + '00', 1)).toThrow(MalformedBytesError);
    expect(() => read(table, '0001' + '01' + '630a00', 1)).toThrow(MalformedBytesError);
    expect(() => read(table, '0001' + 'ffffffff0f', 1)).toThrow(MalformedBytesError);
  });

  it('refuses to drop a value silently, unless the table says it may', () => {
    expect(() => table.encode({ a: 1, c: 2 }, 0)).toThrow(UnsupportedFieldError);
    expect(table.encode({ a: 1, b: 'dropped', c: -1 }, 0).toString('hex')).toBe('0001');
    expect(read(table, '0001')).toEqual({ a: 1, b: 'none', c: -1, d: { e: 3 } });
  });
});

describe('records', () => {
  const table = new Table('Records', { versions: '0', flexible: 'none' }, { records: records('0', { nullable: '0' }) });

  it('writes several buffers as one field and reads them as a view', () => {
    const parts = [Buffer.from('one'), Buffer.alloc(3000, 'x'), Buffer.from('two')];
    const frame = table.encode({ records: parts }, 0);
    const back = table.read(new Reader(frame), 0).records as Buffer;
    expect(back).toEqual(Buffer.concat(parts));
    expect(back.buffer).toBe(frame.buffer);
  });
});

describe('version ranges', () => {
  it.each([
    ['3+', 3, Number.POSITIVE_INFINITY],
    ['0-4', 0, 4],
    ['2', 2, 2],
    ['none', 0, -1],
  ])('reads %s', (text, first, last) => {
    expect(parseVersions(text)).toEqual({ first, last });
  });
});
