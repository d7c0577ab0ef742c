import { readFileSync } from 'node:fs';
import { inHashOrder, javaStringHash } from '../../../src/util/java-hash-map.ts';

interface Case {
  keys: string[];
  capacity: number;
  given: boolean;
  order: string[];
}
const fixture = new URL('../../fixtures/java/hash-map-order.json', import.meta.url);
const { cases } = JSON.parse(readFileSync(fixture, 'utf8')) as { cases: Case[] };

describe('the order of a HashMap', () => {
  it.each(cases)('with $keys.length keys is the one that Java gives ($given)', ({ keys, capacity, given, order }) => {
    expect(inHashOrder(keys, (key) => key, given ? capacity : undefined)).toEqual(order);
  });

  it('keeps what is put in beside its key', () => {
    const values = [{ name: 'order-zeta' }, { name: 'order-alpha' }, { name: 'order-mid' }, { name: 'order-beta' }];
    const ordered = inHashOrder(values, ({ name }) => name, 4).map(({ name }) => name);
    expect(ordered).toEqual(['order-zeta', 'order-beta', 'order-alpha', 'order-mid']);
  });
});

describe('the hash of a string', () => {
  // Origin: "text".hashCode() of OpenJDK 17.
  it.each([
    ['', 0],
    ['a', 97],
    ['polygenelubricants', -2147483648],
    ['__consumer_offsets', -970371369],
  ])('%j is %d', (text, hash) => {
    expect(javaStringHash(text)).toBe(hash);
  });
});
