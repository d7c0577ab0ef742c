import { type LogConfig, type PartitionLog } from '../../../../src/broker/log/types.ts';
import { append, batchOf, LogWorld, NOW, readAll } from './log-world.ts';

const HOUR = 3_600_000;

async function logWith(config: Partial<LogConfig>, count = 6) {
  const world = await LogWorld.open(
    { segmentBytes: 200, fileDeleteDelayMs: 1000, ...config },
    { manager: { intervals: { retentionCheckMs: 1000, initialDelayMs: 1000 } } },
  );
  const log = world.log();
  // Two batches per segment.
  for (let index = 0; index < count; index++) {
    append(log, batchOf([`record ${index} ${'.'.repeat(20)}`], {}, NOW - (count - index) * HOUR));
  }
  world.manager.start();
  return { world, log };
}

async function check(world: LogWorld, log: PartitionLog, highWatermark = log.logEndOffset): Promise<void> {
  log.advanceHighWatermark(highWatermark);
  await world.clock.advance(1001);
}

describe('retention', () => {
  it('by time drops segments whose latest record is too old', async () => {
    const { world, log } = await logWith({ retentionMs: 3.5 * HOUR });
    await check(world, log);
    expect([log.logStartOffset, log.logEndOffset]).toEqual([2n, 6n]);
    expect(readAll(log)[0]?.baseOffset).toBe(2n);
    expect(() => log.read(1n, { maxBytes: 1, minOneBatch: true, endOffset: 6n, readCommitted: false })).toThrow(
      expect.objectContaining({ error: 'OFFSET_OUT_OF_RANGE' }),
    );
    await world.manager.close();
  });

  it('drops even the newest segment and goes on at the same offset', async () => {
    const { world, log } = await logWith({ retentionMs: 1 });
    await check(world, log);
    expect([log.logStartOffset, log.logEndOffset, log.sizeInBytes]).toEqual([6n, 6n, 0]);
    expect(append(log, batchOf(['next']))).toMatchObject({ baseOffset: 6n, logStartOffset: 6n });
    const again = (await world.crash()).log();
    expect([again.logStartOffset, again.logEndOffset]).toEqual([6n, 7n]);
    await world.manager.close();
  });

  it('by size keeps at least so many bytes', async () => {
    const { world, log } = await logWith({ retentionBytes: 250 });
    const segment = log.sizeInBytes / 3;
    await check(world, log);
    expect(log.sizeInBytes).toBe(segment * 2);
    expect(log.logStartOffset).toBe(2n);
    await world.manager.close();
  });

  it('never reaches the high watermark', async () => {
    const { world, log } = await logWith({ retentionMs: 1 });
    await check(world, log, 3n);
    expect(log.logStartOffset).toBe(2n);
    await world.manager.close();
  });

  it('drops of a compacted log only what lies below the log start offset', async () => {
    const { world, log } = await logWith({ retentionMs: -1 });
    log.updateConfig({ ...log.config, retentionMs: 1, cleanupPolicy: { compact: true, delete: false } });
    log.advanceHighWatermark(6n);
    log.deleteRecordsBefore(5n);
    await check(world, log);
    expect(world.files().filter((name) => name.endsWith('.log'))).toEqual(['00000000000000000004.log']);
    await world.manager.close();
  });

  it('renames files at once and removes them after file.delete.delay.ms', async () => {
    const { world, log } = await logWith({ retentionMs: 3.5 * HOUR, fileDeleteDelayMs: 5000 });
    await check(world, log);
    expect(world.files()).toContain('00000000000000000000.log.deleted');
    expect(world.files()).not.toContain('00000000000000000000.log');
    await world.clock.advance(5000);
    expect(world.files().filter((name) => name.endsWith('.deleted'))).toEqual([]);
    await world.manager.close();
  });
});

describe('deleteRecordsBefore', () => {
  it('raises the log start, which is known after a crash and after a clean stop', async () => {
    const world = await LogWorld.open();
    const log = world.log();
    append(log, batchOf(['a', 'b', 'c', 'd']));
    log.advanceHighWatermark(3n);
    expect(() => log.deleteRecordsBefore(4n)).toThrow(expect.objectContaining({ error: 'OFFSET_OUT_OF_RANGE' }));
    expect(log.deleteRecordsBefore(2n)).toBe(2n);
    expect(log.deleteRecordsBefore(1n)).toBe(2n);
    await Promise.resolve();
    expect((await world.crash()).log().logStartOffset).toBe(2n);
    expect(log.deleteRecordsBefore(-1n)).toBe(3n);
    await world.manager.close();
    const again = (await world.crash()).log();
    expect([again.logStartOffset, again.logEndOffset, again.highWatermark]).toEqual([3n, 4n, 3n]);
    // The batch that holds the new start is still sent whole.
    expect(readAll(again)[0]?.baseOffset).toBe(0n);
  });
});

describe('rolling', () => {
  it('starts a segment when records are segment.ms apart, by their own clock', async () => {
    const world = await LogWorld.open({ segmentMs: HOUR });
    const log = world.log();
    append(log, batchOf(['a'], {}, NOW - 5 * HOUR));
    append(log, batchOf(['b'], {}, NOW - 4 * HOUR));
    append(log, batchOf(['c'], {}, NOW - 4 * HOUR + 1));
    expect(world.files().filter((name) => name.endsWith('.log'))).toEqual([
      '00000000000000000000.log',
      '00000000000000000002.log',
    ]);
  });

  it('starts a segment when an index is full', async () => {
    const world = await LogWorld.open({ segmentIndexBytes: 36, indexIntervalBytes: 0 });
    const log = world.log();
    for (let index = 0; index < 10; index++) append(log, batchOf([`${index}`], {}, NOW + index));
    expect(world.files().filter((name) => name.endsWith('.log')).length).toBeGreaterThan(2);
    expect(readAll(log).map((batch) => batch.baseOffset)).toEqual(
      Array.from({ length: 10 }, (_, index) => BigInt(index)),
    );
  });

  it('starts a segment before its offsets leave the range of an index', async () => {
    const world = await LogWorld.open();
    const log = world.log();
    const far = 0x7fffffffn + 5n;
    log.appendAsFollower(batchOf(['a'], { baseOffset: 0n }));
    log.appendAsFollower(batchOf(['b'], { baseOffset: far }));
    expect(world.files()).toContain(`${far.toString().padStart(20, '0')}.log`);
    expect(readAll(log).map((batch) => batch.baseOffset)).toEqual([0n, far]);
  });
});
