import { array, bytes, int8, int32, int64, string, struct, Table, uuid } from '../../../src/protocol/schema.ts';
import { tableJson } from '../../../src/protocol/table-json.ts';

const table = new Table(
  'Example',
  { versions: '0-1', flexible: '0+' },
  {
    name: string('0+', { nullable: '0+' }),
    old: int8('0'),
    long: int64('0+'),
    data: bytes('0+'),
    list: array('0+', { one: int32('0+'), late: int32('1+') }),
    id: uuid('0+', { tag: 0, tagged: '0+' }),
    inner: struct('0+', { a: int32('0+'), b: string('0+') }, { nullable: '0+', tag: 1, tagged: '0+' }),
  },
);

const json = (input: Parameters<typeof table.encode>[0], version: number) =>
  tableJson(table, { ...table.struct.defaults(), ...input }, version);

// Rules of Kafka's generated JSON converters, seen in what kafka-dump-log 4.3.1 prints.
describe('a struct as JSON', () => {
  it('has the fields of its version in the order of the table', () => {
    expect(json({ name: 'a', old: 3, list: [{ one: 1, late: 2 }] }, 0)).toBe(
      '{"name":"a","old":3,"long":0,"data":"","list":[{"one":1}]}',
    );
    expect(json({ name: 'a', old: 3, list: [{ one: 1, late: 2 }] }, 1)).toBe(
      '{"name":"a","long":0,"data":"","list":[{"one":1,"late":2}]}',
    );
  });

  it('leaves tagged fields out where they say nothing; null says something', () => {
    const common = '"name":null,"long":0,"data":"","list":[]';
    expect(json({ name: null, inner: { a: 0, b: '' } }, 1)).toBe(`{${common}}`);
    expect(json({ name: null, inner: null }, 1)).toBe(`{${common},"inner":null}`);
    expect(json({ name: null, inner: { a: 1, b: '' } }, 1)).toBe(`{${common},"inner":{"a":1,"b":""}}`);
    const id = 'RQ1JJlQmSgqP_omRzuM45A';
    expect(json({ name: null, id }, 1)).toBe(`{${common},"id":"${id}"}`);
  });

  it('keeps all digits, and writes bytes in base64 and control characters with capitals', () => {
    expect(json({ name: '\u001fé"', long: 9223372036854775807n, data: Buffer.from('xyz') }, 1)).toBe(
      '{"name":"\\u001Fé\\"","long":9223372036854775807,"data":"eHl6","list":[]}',
    );
  });
});
