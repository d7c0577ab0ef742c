import fc from 'fast-check';
import { highest } from '../../../../src/broker/log/offset-order.ts';
import { type PartitionLog } from '../../../../src/broker/log/types.ts';
import { RecordCursor } from '../../../../src/protocol/records/index.ts';
import { append, batchOf, LogWorld, NOW, readAll } from './log-world.ts';

type Step =
  | { readonly act: 'append'; readonly count: number; readonly size: number; readonly later: number }
  | { readonly act: 'truncate' | 'deleteRecords' | 'advance'; readonly part: number }
  | { readonly act: 'flush' | 'crash' | 'restart' | 'retention' };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 10,
    arbitrary: fc.record({
      act: fc.constant('append' as const),
      count: fc.integer({ min: 1, max: 4 }),
      size: fc.integer({ min: 0, max: 60 }),
      later: fc.integer({ min: -20, max: 40 }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      act: fc.constantFrom('truncate' as const, 'deleteRecords' as const, 'advance' as const),
      part: fc.double({ min: 0, max: 1, noNaN: true }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      act: fc.constantFrom('flush' as const, 'crash' as const, 'restart' as const, 'retention' as const),
    }),
  },
);

/** What a log is to its readers: batches, where it starts and ends. */
interface Model {
  batches: { base: bigint; next: bigint; values: string[]; timestampMs: number }[];
  start: bigint;
  end: bigint;
  highWatermark: bigint;
}

function between(low: bigint, high: bigint, part: number): bigint {
  return low + BigInt(Math.floor(Number(high - low) * part));
}

function check(log: PartitionLog, model: Model): void {
  expect([log.logStartOffset, log.logEndOffset]).toEqual([model.start, model.end]);
  const expected = model.batches.filter(({ next }) => next > model.start);
  const found = readAll(log, model.start);
  const cursor = new RecordCursor();
  const values = found.map((batch) => {
    cursor.reset(batch);
    const texts: string[] = [];
    while (cursor.next()) texts.push(`${cursor.value()}`);
    return { base: batch.baseOffset, next: batch.nextOffset, values: texts };
  });
  expect(values).toEqual(expected.map(({ base, next, values: texts }) => ({ base, next, values: texts })));
  for (const { base, timestampMs } of expected) {
    if (base < model.start) continue;
    const first = expected.find((one) => one.timestampMs >= timestampMs) as (typeof expected)[number];
    const offset = highest(first.base, model.start);
    expect(log.offsetForTimestamp(BigInt(timestampMs))?.offset).toBe(offset);
  }
}

/** After a new start a cut in the middle of a batch is forgotten: the log ends where its last batch does. */
function noteRestart(log: PartitionLog, model: Model): void {
  if (log.logEndOffset < model.end) {
    expect(log.logEndOffset).toBe(model.batches.at(-1)?.next ?? model.start);
    model.end = log.logEndOffset;
  }
  model.highWatermark = log.highWatermark;
}

async function play(steps: readonly Step[]): Promise<void> {
  let world = await LogWorld.open(
    { segmentBytes: 400, indexIntervalBytes: 80, retentionBytes: 900 },
    { manager: { intervals: { retentionCheckMs: 1000, initialDelayMs: 1000 } } },
  );
  const model: Model = { batches: [], start: 0n, end: 0n, highWatermark: 0n };
  let time = NOW - 1_000_000;
  for (const [index, one] of steps.entries()) {
    const log = world.log();
    if (one.act === 'append') {
      time += one.later;
      const values = Array.from({ length: one.count }, (_, at) => `${index}.${at}${'.'.repeat(one.size)}`);
      expect(append(log, batchOf(values, {}, time))).toMatchObject({ baseOffset: model.end });
      const next = model.end + BigInt(one.count);
      model.batches.push({ base: model.end, next, values, timestampMs: time });
      model.end = next;
    } else if (one.act === 'advance') {
      log.advanceHighWatermark(between(model.highWatermark, model.end, one.part));
      model.highWatermark = log.highWatermark;
    } else if (one.act === 'truncate') {
      const offset = between(model.highWatermark, model.end, one.part);
      log.truncateTo(offset);
      if (offset < model.end) {
        model.batches = model.batches.filter(({ next }) => next <= offset);
        model.end = offset;
      }
    } else if (one.act === 'deleteRecords') {
      model.start = log.deleteRecordsBefore(between(model.start, model.highWatermark, one.part));
      await Promise.resolve();
    } else if (one.act === 'flush') {
      await log.flush();
    } else if (one.act === 'retention') {
      world.manager.start();
      await world.clock.advance(1001);
      // What goes is checked elsewhere; here that nothing else does.
      expect(log.logStartOffset).toBeLessThanOrEqual(
        model.highWatermark > model.start ? model.highWatermark : model.start,
      );
      model.start = log.logStartOffset;
      await world.manager.close();
      world = await world.crash();
      noteRestart(world.log(), model);
    } else {
      if (one.act === 'restart') await world.manager.close();
      world = await world.crash();
      noteRestart(world.log(), model);
    }
    check(world.log(), model);
  }
}

describe('a log', () => {
  it('holds what was appended and not cut, through any sequence of appends, cuts, deletions, crashes and restarts', async () => {
    await fc.assert(fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), play), { numRuns: 150 });
  }, 120_000);
});
