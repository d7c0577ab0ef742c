import { readFileSync } from 'node:fs';
import { fixedDecimals } from '../../../src/util/java-format.ts';

const fixture = new URL('../../fixtures/java/fixed-decimals.json', import.meta.url);
const { digits, cases } = JSON.parse(readFileSync(fixture, 'utf8')) as {
  digits: number[];
  cases: [value: string, texts: string[]][];
};

describe('%.Nf, against texts that java.util.Formatter gave', () => {
  it.each(cases)('prints %s', (value, texts) => {
    expect(digits.map((count) => fixedDecimals(Number(value), count))).toEqual(texts);
  });

  it('prints no point without decimals', () => {
    expect([fixedDecimals(2.5, 0), fixedDecimals(0.4, 0), fixedDecimals(-7, 0)]).toEqual(['3', '0', '-7']);
  });
});
