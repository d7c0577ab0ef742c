import { readFileSync } from 'node:fs';
import { findDeserializer } from '../../../../src/tools/console-consumer/deserializers.ts';
import { doubleText, floatText } from '../../../../src/util/java-float.ts';

type Name = 'Double' | 'Float' | 'String' | 'Bytes' | 'UUID' | 'ByteBuffer' | 'Boolean';
const RECORDED = JSON.parse(
  readFileSync(new URL('../../../fixtures/java-text/deserializers.json', import.meta.url), 'utf8'),
) as Record<Name, [string, string][]>;

function deserialize(name: string, hex: string, settings: Record<string, string> = {}, isKey = false): string {
  const className = `org.apache.kafka.common.serialization.${name}Deserializer`;
  const found = findDeserializer(className, new Map(Object.entries(settings)), isKey);
  if (!found) throw new Error(`no ${name}`);
  return found(Buffer.from(hex, 'hex'));
}

describe('text forms as the Java tool printed them', () => {
  it.each(['String', 'Bytes', 'UUID', 'ByteBuffer', 'Boolean'] as const)('%s', (name) => {
    for (const [hex, text] of RECORDED[name]) expect([hex, deserialize(name, hex)]).toEqual([hex, text]);
  });

  // JDK 17 prints more digits than needed for some numbers (JDK-4511638, repaired in JDK 19, whose rule is ours).
  it.each(['Double', 'Float'] as const)('%s: the same, or the shorter form of newer JDKs', (name) => {
    let differing = 0;
    for (const [hex, text] of RECORDED[name]) {
      const ours = deserialize(name, hex);
      if (ours === text) continue;
      differing++;
      const round = name === 'Float' ? Math.fround : (value: number) => value;
      expect([hex, round(Number(ours))]).toEqual([hex, round(Number(text))]);
      expect(ours.length).toBeLessThanOrEqual(text.length);
    }
    expect(differing).toBeLessThan(RECORDED[name].length / 8);
  });

  it('knows the corners of the number forms', () => {
    expect([1e-3, 9.99e-4, 9999999, 1e7, -0, 4.9e-324, 1e23].map(doubleText)).toEqual([
      '0.001',
      '9.99E-4',
      '9999999.0',
      '1.0E7',
      '-0.0',
      '4.9E-324',
      '1.0E23',
    ]);
    expect([Math.fround(0.1), Math.fround(3.4028235e38), Math.fround(1e-45), Number.NaN].map(floatText)).toEqual([
      '0.1',
      '3.4028235E38',
      '1.4E-45',
      'NaN',
    ]);
  });
});

describe('other deserializers', () => {
  it('reads integers of each size', () => {
    expect(deserialize('Long', '8000000000000000')).toBe('-9223372036854775808');
    expect(deserialize('Integer', 'fffffffe')).toBe('-2');
    expect(deserialize('Short', '0100')).toBe('256');
  });

  it.each([
    ['Long', '00', 'Size of data received by LongDeserializer is not 8'],
    ['Boolean', '0101', 'Size of data received by BooleanDeserializer is not 1'],
    ['Boolean', 'ff', 'Unexpected byte received for BooleanDeserializer: -1'],
    ['UUID', '6162', 'Error parsing data into UUID'],
    ['Void', '61', 'Data should be null for a VoidDeserializer.'],
  ])('%s refuses %s in the words of Java', (name, hex, text) => {
    expect(() => deserialize(name, hex)).toThrow(text);
  });

  it('String takes its encoding from the settings of its side', () => {
    expect(deserialize('String', 'e9', { 'value.deserializer.encoding': 'ISO-8859-1' })).toBe('é');
    expect(deserialize('String', 'e9', { 'deserializer.encoding': 'latin1' }, true)).toBe('é');
    expect(deserialize('String', '0061', { 'key.deserializer.encoding': 'UTF-16BE' }, true)).toBe('a');
    expect(() => deserialize('String', '61', { 'deserializer.encoding': 'EBCDIC' })).toThrow(
      'unsupported encoding EBCDIC',
    );
  });

  it('List prints entries of one size or of many, nulls included', () => {
    const settings = (inner: string) => ({
      'default.list.value.serde.type': 'java.util.ArrayList',
      'default.list.value.serde.inner': `org.apache.kafka.common.serialization.Serdes$${inner}Serde`,
    });
    // flag 0 (one size), one null at index 1, three entries
    const ints = '00' + '00000001' + '00000001' + '00000003' + '00000007' + 'fffffff8';
    expect(deserialize('List', ints, settings('Integer'))).toBe('[7, null, -8]');
    // flag 1 (sizes written), a text, a null (-1), an empty text
    const texts = '01' + '00000003' + '00000001' + '61' + 'ffffffff' + '00000000';
    expect(deserialize('List', texts, settings('String'))).toBe('[a, null, ]');
    expect(() => deserialize('List', '017fffffff', settings('String'))).toThrow('Unable to deserialize into a List');
    expect(() => deserialize('List', texts)).toThrow('Not able to determine the list class');
  });

  it('does not know classes of others', () => {
    expect(findDeserializer('no.such.Thing', new Map(), false)).toBeUndefined();
    expect(findDeserializer('io.confluent.kafka.serializers.StringDeserializer', new Map(), false)).toBeUndefined();
    expect(
      findDeserializer('org.apache.kafka.common.serialization.ConstructorDeserializer', new Map(), false),
    ).toBeUndefined();
  });
});
