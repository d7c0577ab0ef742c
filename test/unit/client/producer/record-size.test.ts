import { longestPlainValue, recordBytes, serializedUpperBound } from '../../../../src/client/producer/record-size.ts';
import { BatchBuilder } from '../../../../src/protocol/records/batch-builder.ts';

describe('sizes of records', () => {
  // The three sums were printed by Apache Kafka 4.3.1 in its RecordTooLargeException.
  it.each([
    [1100000, 1100088],
    [11, 96],
    [1, 86],
  ])('counts a value of %d bytes as Java does', (valueLength, expected) => {
    expect(serializedUpperBound(-1, valueLength)).toBe(expected);
  });

  it('counts key and headers', () => {
    const headers = [{ key: 'é', value: Buffer.from('12') }];
    expect(serializedUpperBound(3, 4, headers) - serializedUpperBound(-1, 4)).toBe(3 + 3 + 3);
  });

  it('knows exactly what a record takes inside a batch', () => {
    const builder = new BatchBuilder();
    const headers = [{ key: 'h', value: null }];
    let count = 0;
    for (const [delta, key, value] of [
      [0, null, null],
      [63, 'k', 'v'.repeat(70)],
      [70_000, 'k'.repeat(64), ''],
    ] as const) {
      const keyBytes = key === null ? null : Buffer.from(key);
      const valueBytes = value === null ? null : Buffer.from(value);
      const expected = recordBytes(delta, count, keyBytes?.length ?? -1, valueBytes?.length ?? -1, headers);
      expect(builder.append(1000 + delta, keyBytes, valueBytes, headers)).toBe(expected);
      count++;
    }
  });

  it.each([84, 85, 149, 150, 300, 16_384, 1_048_576])('finds the longest value for a limit of %d bytes', (limit) => {
    const longest = longestPlainValue(limit);
    if (longest >= 0) expect(serializedUpperBound(-1, longest)).toBeLessThanOrEqual(limit);
    expect(serializedUpperBound(-1, longest + 1)).toBeGreaterThan(limit);
  });
});
