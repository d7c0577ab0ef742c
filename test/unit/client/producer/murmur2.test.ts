import { readFileSync } from 'node:fs';
import { murmur2, partitionOfKey } from '../../../../src/client/producer/murmur2.ts';

const fixture = new URL('../../../fixtures/java/key-partitions.json', import.meta.url);
const { cases } = JSON.parse(readFileSync(fixture, 'utf8')) as {
  cases: [key: string, hash: number, partitions: number[]][];
};

describe("the partition of a key, against what Java's producer gave", () => {
  it.each(cases.map(([key, hash, partitions]) => ({ key, hash, partitions })))('hashes $key', (one) => {
    const key = Buffer.from(one.key, 'hex');
    expect(murmur2(key)).toBe(one.hash);
    expect(one.partitions.map((_, at) => partitionOfKey(key, 0, key.length, at + 1))).toEqual(one.partitions);
    const around = Buffer.concat([Buffer.from('..'), key, Buffer.from('....')]);
    expect(murmur2(around, 2, 2 + key.length)).toBe(one.hash);
  });
});
