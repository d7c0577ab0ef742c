import { readFileSync } from 'node:fs';
import { xxh3 } from '../../../src/util/xxh3.ts';

const fixture = new URL('../../fixtures/xxh3.json', import.meta.url);
const { cases } = JSON.parse(readFileSync(fixture, 'utf8')) as { cases: [hex: string, hash: string][] };

describe('XXH3 with 64 bits', () => {
  it.each(cases.map(([hex, hash]) => [hex.length / 2, hex, hash] as const))('of %i bytes', (_, hex, hash) => {
    expect(String(xxh3(Buffer.from(hex, 'hex')))).toBe(hash);
  });
});
