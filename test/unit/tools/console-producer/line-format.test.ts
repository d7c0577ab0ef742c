import {
  isPlain,
  type LineFormat,
  LineParser,
  ParsedLine,
  readLineFormat,
} from '../../../../src/tools/console-producer/line-format.ts';

function format(properties: Record<string, string>, encoding: LineFormat['encoding'] = 'utf8'): LineFormat {
  return readLineFormat(new Map(Object.entries(properties)), encoding);
}

function parse(properties: Record<string, string>, ...lines: string[]): unknown[] {
  const parser = new LineParser(format(properties));
  const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''));
  const line = new ParsedLine();
  let at = 0;
  return lines.map(() => {
    const end = bytes.indexOf('\n', at);
    parser.parse(bytes, at, end, line);
    at = end + 1;
    const { keyStart, keyEnd, valueStart, valueEnd, headers } = line;
    return [
      ...(headers ? [headers.map(({ key, value }) => [String(key), value && String(value)])] : []),
      keyStart < 0 ? null : bytes.toString('utf8', keyStart, keyEnd),
      valueStart < 0 ? null : bytes.toString('utf8', valueStart, valueEnd),
    ];
  });
}

const KEYED = { 'parse.key': 'true' };
const HEADED = { 'parse.headers': 'true' };

describe('lines taken apart as LineMessageReader does', () => {
  it('reads booleans in any case with blanks around', () => {
    expect(format({ 'parse.key': ' TRUE ' }).parsesKey).toBe(true);
    expect(format({ 'parse.key': 'yes' }).parsesKey).toBe(false);
  });

  it('needs no parser for lines that are values', () => {
    expect(isPlain(format({}))).toBe(true);
    expect(isPlain(format({ 'null.marker': 'NIL' }))).toBe(false);
  });

  it('splits at the first separator; empty keys and values are no nulls', () => {
    expect(parse(KEYED, 'k1\tv1', 'k2\tv2\tmore', '\tno key', 'no value\t')).toEqual([
      ['k1', 'v1'],
      ['k2', 'v2\tmore'],
      ['', 'no key'],
      ['no value', ''],
    ]);
    expect(parse({ ...KEYED, 'key.separator': '=>' }, 'a=>b=>c')).toEqual([['a', 'b=>c']]);
    expect(parse({ ...KEYED, 'key.separator': '' }, 'abc')).toEqual([['', 'abc']]);
  });

  it('names the line without a separator', () => {
    expect(() => parse(KEYED, 'k\tv', 'none')).toThrow("No key separator found on line number 2: 'none'");
    expect(() => parse(HEADED, 'none')).toThrow("No headers delimiter found on line number 1: 'none'");
    expect(() => parse(HEADED, 'h1:v1,h2\tv')).toThrow("No header key separator found in pair 'h2' on line number 1");
    expect(() => parse(HEADED, '\tv')).toThrow("No header key separator found in pair '' on line number 1");
  });

  it('does not find a separator of the next line', () => {
    expect(parse({ ...KEYED, 'ignore.error': 'true' }, 'plain', 'k\tv', 'x')).toEqual([
      [null, 'plain'],
      ['k', 'v'],
      [null, 'x'],
    ]);
  });

  it('takes headers, key and value in this order', () => {
    expect(parse({ ...HEADED, ...KEYED }, 'h1:v1,h1:again,h2:\tkey\tvalue')).toEqual([
      [
        [
          ['h1', 'v1'],
          ['h1', 'again'],
          ['h2', ''],
        ],
        'key',
        'value',
      ],
    ]);
  });

  it('reads headers.separator as a regular expression and drops empty pairs at the end', () => {
    const properties = { ...HEADED, 'headers.separator': '[;,]' };
    expect(parse(properties, 'a:1;b:2,c:3,,\tv')).toEqual([
      [
        [
          ['a', '1'],
          ['b', '2'],
          ['c', '3'],
        ],
        null,
        'v',
      ],
    ]);
    expect(() => format({ 'headers.separator': '[' })).toThrow('Unclosed character class near index 0');
  });

  it('turns a field that equals the null marker into null', () => {
    const marker = { 'null.marker': 'NIL' };
    expect(parse({ ...KEYED, ...marker }, 'NIL\tv', 'k\tNIL', 'k\tNILS')).toEqual([
      [null, 'v'],
      ['k', null],
      ['k', 'NILS'],
    ]);
    expect(parse(marker, 'NIL', 'x')).toEqual([
      [null, null],
      [null, 'x'],
    ]);
    expect(parse({ ...HEADED, ...marker }, 'NIL\tv', 'a:NIL\tv')).toEqual([
      [null, 'v'],
      [[['a', null]], null, 'v'],
    ]);
    expect(() => parse({ ...HEADED, ...marker }, 'NIL:x\tv')).toThrow(
      "Header keys should not be equal to the null marker 'NIL' as they can't be null",
    );
  });

  it('with ignore.error takes a header without its separator as a name without value', () => {
    expect(parse({ ...HEADED, 'ignore.error': 'true' }, 'h1:v1,h2\tv', 'none')).toEqual([
      [
        [
          ['h1', 'v1'],
          ['h2', null],
        ],
        null,
        'v',
      ],
      [null, 'none'],
    ]);
  });

  it('keeps bytes of headers that are not UTF-8 when input is bytes', () => {
    const parser = new LineParser(format(HEADED, 'latin1'));
    const line = new ParsedLine();
    const bytes = Buffer.concat([Buffer.from('h:'), Buffer.from([0xff, 0xfe]), Buffer.from(',é:x\tv')]);
    parser.parse(bytes, 0, bytes.length, line);
    expect(line.headers?.[0]?.value).toEqual(Buffer.from([0xff, 0xfe]));
    expect(line.headers?.[1]?.key.toString()).toBe('é');
  });

  it.each([
    [{ 'headers.delimiter': ',' }, 'headers.delimiter and headers.separator may not be equal'],
    [{ 'headers.delimiter': ':' }, 'headers.delimiter and headers.key.separator may not be equal'],
    [{ 'headers.separator': ':' }, 'headers.separator and headers.key.separator may not be equal'],
    [{ 'null.marker': '\t' }, 'null.marker and key.separator may not be equal'],
    [{ 'null.marker': ',' }, 'null.marker and headers.separator may not be equal'],
    [{ 'null.marker': 'x', 'headers.delimiter': 'x' }, 'null.marker and headers.delimiter may not be equal'],
    [{ 'null.marker': ':' }, 'null.marker and headers.key.separator may not be equal'],
  ])('refuses %j', (properties, text) => {
    expect(() => format(properties as unknown as Record<string, string>)).toThrow(text);
  });
});
