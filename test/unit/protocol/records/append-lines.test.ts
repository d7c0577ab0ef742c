import { BatchBuilder } from '../../../../src/protocol/records/batch-builder.ts';
import { copyLine, viewOf } from '../../../../src/protocol/records/copy-line.ts';

/** The same numbers in every run. */
function pseudoRandom(seed: number): (bound: number) => number {
  let state = seed;
  return (bound) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * bound);
  };
}

function randomLine(random: (bound: number) => number, maxBytes: number): Buffer {
  const line = Buffer.alloc(random(maxBytes + 1));
  for (let at = 0; at < line.length; at++) {
    const byte = random(256);
    line[at] = byte === 10 ? 0x8a : byte;
  }
  return line;
}

describe('appending lines in one run', () => {
  it.each([3, 20, 70, 200, 9000])('makes the batches that single appends make, lines up to %d bytes', (maxBytes) => {
    const random = pseudoRandom(maxBytes);
    for (let round = 0; round < 30; round++) {
      const lines = Array.from({ length: 1 + random(40) }, () => randomLine(random, maxBytes));
      const before = Buffer.alloc(random(5), 10);
      const chunk = Buffer.concat([
        before,
        ...lines.flatMap((line) => [line, Buffer.from('\n')]),
        Buffer.from('rest\n'),
      ]);
      const end = chunk.length - 5;
      const limitBytes = [200, 1000, 16_384, 1 << 20][random(4)] as number;
      const timestampMs = 1_700_000_000_000 + random(100_000);
      let next = 0;
      for (let at = before.length; at < end; ) {
        const [bulk, single] = [new BatchBuilder({ capacity: limitBytes }), new BatchBuilder()];
        at = bulk.appendLines(timestampMs, chunk, at, end, limitBytes, Number.POSITIVE_INFINITY);
        for (let count = bulk.recordCount; count > 0; count--) single.append(timestampMs, null, lines[next++] ?? null);
        expect(bulk.recordCount).toBeGreaterThan(0);
        if (bulk.recordCount > 1) expect(bulk.sizeInBytes).toBeLessThanOrEqual(limitBytes);
        expect(bulk.build().equals(single.build())).toBe(true);
      }
      expect(next).toBe(lines.length);
    }
  });

  it('goes on in a batch that has records, with their base time', () => {
    const [bulk, single] = [new BatchBuilder(), new BatchBuilder()];
    for (const builder of [bulk, single]) builder.append(1000, Buffer.from('k'), Buffer.from('v'));
    const chunk = Buffer.from('one\ntwo\n');
    expect(bulk.appendLines(91_000, chunk, 0, chunk.length, 16_384, 100)).toBe(chunk.length);
    for (const line of ['one', 'two']) single.append(91_000, null, Buffer.from(line));
    expect(bulk.build().equals(single.build())).toBe(true);
  });

  it('stops before a line that is too long', () => {
    const builder = new BatchBuilder();
    const chunk = Buffer.from(`ok\n${'x'.repeat(50)}\nok\n`);
    expect(builder.appendLines(0, chunk, 0, chunk.length, 16_384, 49)).toBe(3);
    expect(builder.recordCount).toBe(1);
    expect(builder.appendLines(0, chunk, 3, chunk.length, 16_384, 50)).toBe(chunk.length);
  });

  it('takes a first record beyond the limit alone', () => {
    const builder = new BatchBuilder({ capacity: 100 });
    const chunk = Buffer.from(`${'x'.repeat(500)}\nshort\n`);
    expect(builder.appendLines(0, chunk, 0, chunk.length, 100, 1000)).toBe(501);
    expect(builder.recordCount).toBe(1);
  });

  it('copies a line only as far as the target reaches', () => {
    const source = Buffer.from('abcdefgh\n');
    const target = Buffer.alloc(8);
    const copy = (targetEnd: number) => copyLine(source, viewOf(source), 0, 9, target, viewOf(target), 0, targetEnd);
    expect(copy(8)).toBe(8);
    expect(copy(7)).toBe(-1);
    expect(copyLine(source, viewOf(source), 0, 8, target, viewOf(target), 0, 8)).toBe(-1);
    expect(target.toString()).toBe('abcdefgh');
  });
});

describe('appending slices', () => {
  it('makes the batch that appending buffers makes', () => {
    const [slices, buffers] = [new BatchBuilder(), new BatchBuilder()];
    const source = Buffer.from('..key|value..');
    slices.appendSlices(5, source, 2, 5, 6, 11);
    slices.appendSlices(6, source, -1, -1, 6, 11);
    slices.appendSlices(7, source, 2, 2, -1, -1);
    buffers.append(5, Buffer.from('key'), Buffer.from('value'));
    buffers.append(6, null, Buffer.from('value'));
    buffers.append(7, Buffer.alloc(0), null);
    expect(slices.build()).toEqual(buffers.build());
  });
});
