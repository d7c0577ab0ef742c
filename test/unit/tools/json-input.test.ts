import { JsonNumber, jsonText, parseFirstJson } from '../../../src/tools/json-input.ts';

describe('JSON as Jackson reads it', () => {
  it('keeps the digits of numbers', () => {
    const node = parseFirstJson('{"a": [99999999999999999999, 1.0, -0.5e3, 0]}');
    expect(jsonText(node!)).toBe('{"a":[99999999999999999999,1.0,-500.0,0]}');
    expect(parseFirstJson('7')).toEqual(new JsonNumber('7'));
  });

  it('takes the last of two equal keys, and looks no further than the first value', () => {
    expect(parseFirstJson('{"a":1,"a":[]} x')).toEqual(new Map([['a', []]]));
    expect(parseFirstJson(' "a\\u00e9\\n" true')).toBe('aé\n');
    expect(parseFirstJson('null')).toBeNull();
  });

  it.each([
    '',
    '{',
    '[1,]',
    '{"a":1,}',
    '{a:1}',
    "{'a':1}",
    '01',
    '1.',
    '.5',
    'tru',
    '"\u0001"',
    '"\\x"',
    '[1 2]',
    '{"a" 1}',
    '/**/1',
  ])('refuses %j', (text) => {
    expect(parseFirstJson(text === '01' ? '[01]' : text === '1.' ? '[1.]' : text)).toBeUndefined();
  });
});
