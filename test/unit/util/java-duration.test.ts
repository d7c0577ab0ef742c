import { parseJavaDuration } from '../../../src/util/java-duration.ts';

// Origin: java.time.Duration.parse of OpenJDK 17.0.15, in nanoseconds.
const PARSED: [text: string, nanoseconds: bigint | undefined][] = [
  ['P1D', 86400000000000n],
  ['PT1H', 3600000000000n],
  ['PT1M', 60000000000n],
  ['PT1S', 1000000000n],
  ['PT1.5S', 1500000000n],
  ['PT1,5S', 1500000000n],
  ['P1DT2H3M4.567S', 93784567000000n],
  ['-PT1S', -1000000000n],
  ['+PT1S', 1000000000n],
  ['PT-1S', -1000000000n],
  ['P-1D', -86400000000000n],
  ['pt1h', 3600000000000n],
  ['P', undefined],
  ['PT', undefined],
  ['P1DT', undefined],
  ['', undefined],
  ['1D', undefined],
  ['PT1H1D', undefined],
  ['PT1.S', 1000000000n],
  ['PT.5S', undefined],
  ['PT-0.5S', -500000000n],
  ['P1W', undefined],
  ['P1M', undefined],
  ['PT1.1234567891S', undefined],
  ['PT15M30S', 930000000000n],
  ['P+2DT-3H', 162000000000000n],
  ['PT0S', 0n],
  ['-P-1D', 86400000000000n],
  ['PT1S ', undefined],
  ['PT100000000000000000000S', undefined],
  ['PT-1.5S', -1500000000n],
  ['-PT-1.5S', 1500000000n],
  ['P2147483647D', 185542587100800000000000n],
];

describe('durations as Java reads them', () => {
  it.each(PARSED)('%j', (text, nanoseconds) => {
    expect(parseJavaDuration(text)).toBe(nanoseconds);
  });
});
