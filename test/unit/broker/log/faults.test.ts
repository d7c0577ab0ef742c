import { type PartitionLog } from '../../../../src/broker/log/types.ts';
import { ManualClock } from '../../../../src/util/clock.ts';
import { append, batchOf, LOG_DIR, LogWorld, NOW, readAll } from './log-world.ts';
import { MemoryFileSystem } from './memory-filesystem.ts';

const BOTH = { logDirs: ['/a', '/b'] };
const HOUR = 3_600_000;

/** A copy of the disk as it is, with one byte of a file changed. */
function withFlippedBit(world: LogWorld, file: string, at: number): MemoryFileSystem {
  const { journal } = world.fileSystem;
  const disk = MemoryFileSystem.after(journal, journal.length);
  flip(disk, `${LOG_DIR}/t-0/${file}`, at);
  return disk;
}

function flip(disk: MemoryFileSystem, path: string, at: number): void {
  const bytes = disk.readFile(path);
  bytes[at] = (bytes[at] as number) ^ 0x04;
  disk.put(path, bytes);
}

function readAt(log: PartitionLog, offset: bigint): bigint[] {
  const options = { maxBytes: 10_000, minOneBatch: true, endOffset: log.logEndOffset, readCommitted: false };
  const { records } = log.read(offset, options);
  const offsets: bigint[] = [];
  for (let at = 0; at < records.length; at += 12 + records.readInt32BE(at + 8)) {
    offsets.push(records.readBigInt64BE(at));
  }
  return offsets;
}

const corrupt = expect.objectContaining({ error: 'CORRUPT_MESSAGE' });

describe('a full disk', () => {
  it('acknowledges nothing that was not stored, and leaves no half of it behind', async () => {
    const world = await LogWorld.open();
    const log = world.log();
    append(log, batchOf(['stored']));
    world.fileSystem.keepsHalf = true;
    world.fileSystem.refuse = (syscall) => (syscall === 'write' ? 'ENOSPC' : null);
    expect(append(log, batchOf(['does not fit']))).toEqual({ error: 'KAFKA_STORAGE_ERROR' });
    expect(world.file('00000000000000000000.log').length).toBeGreaterThan(batchOf(['stored']).length);
    world.fileSystem.refuse = () => null;
    // There is room again, but nobody knows what else failed: offline until a restart.
    expect(append(log, batchOf(['later']))).toEqual({ error: 'KAFKA_STORAGE_ERROR' });
    expect(world.lines.filter((line) => line.startsWith('ERROR')).join()).toMatch(/ENOSPC.*offline until a restart/);
    const again = await world.crash();
    expect(again.log().logEndOffset).toBe(1n);
    expect(append(again.log(), batchOf(['fits now']))).toMatchObject({ baseOffset: 1n });
  });

  it('under a roll, an index or a checkpoint takes the directory offline; the others go on', async () => {
    for (const refused of [
      '.timeindex',
      '.snapshot',
      'leader-epoch-checkpoint.tmp',
      'replication-offset-checkpoint.tmp',
    ]) {
      const intervals = { initialDelayMs: 10, highWatermarkCheckpointMs: 10 };
      const world = await LogWorld.open({ segmentBytes: 150 }, { manager: { ...BOTH, intervals } });
      const [first, second] = [world.log('t', 0), world.log('t', 1)];
      world.fileSystem.refuse = (syscall, path) =>
        syscall === 'write' && path.startsWith('/a/') && path.includes(refused) ? 'ENOSPC' : null;
      world.manager.start();
      for (let count = 0; count < 3; count++) append(first, batchOf([`record ${count} ${'.'.repeat(40)}`]));
      await world.clock.advance(11);
      expect([refused, first.isOffline, second.isOffline]).toEqual([refused, true, false]);
      expect(append(second, batchOf(['goes on'])).error).toBe('NONE');
      world.fileSystem.refuse = () => null;
      await world.manager.close();
      const again = await world.crash();
      expect(again.log('t', 1).logEndOffset).toBe(1n);
    }
  });
});

describe('a directory that cannot be written', () => {
  it.each(['EROFS', 'EACCES'])('with %s refuses appends and takes its logs offline', async (code) => {
    const world = await LogWorld.open({ segmentBytes: 100 }, { manager: BOTH });
    const [first, second] = [world.log('t', 0), world.log('t', 1)];
    append(first, batchOf(['before']));
    world.fileSystem.refuse = (syscall, path) =>
      path.startsWith('/a/') && ['open', 'write', 'mkdir', 'rename', 'ftruncate'].includes(syscall) ? code : null;
    expect(append(first, batchOf(['rolls'])).error).toBe('KAFKA_STORAGE_ERROR');
    expect(world.manager.offlineLogDirs).toEqual(['/a']);
    expect(append(second, batchOf(['goes on'])).error).toBe('NONE');
    expect(world.log('new').logDir).toBe('/b');
  });
});

describe('a flipped bit', () => {
  async function logOfFour(): Promise<LogWorld> {
    const world = await LogWorld.open();
    for (const value of ['zero', 'one', 'two', 'three']) append(world.log(), batchOf([value]));
    await world.manager.close();
    return world;
  }
  const batchBytes = batchOf(['zero']).length;

  it('in a batch answers CORRUPT_MESSAGE for it, and serves the others', async () => {
    const world = await logOfFour();
    const disk = withFlippedBit(world, '00000000000000000000.log', 2 * batchBytes - 2);
    const again = await world.reopen(disk);
    const log = again.log();
    log.advanceHighWatermark(log.logEndOffset);
    expect(readAt(log, 0n)).toEqual([0n]);
    expect(() => readAt(log, 1n)).toThrow(corrupt);
    expect(() => readAt(log, 1n)).toThrow(corrupt);
    expect(again.lines.filter((line) => line.startsWith('ERROR'))).toEqual([
      expect.stringContaining('record batch at offset 1 of /logs/t-0/00000000000000000000.log fails its checksum'),
    ]);
    expect(log.isOffline).toBe(false);
    expect(append(log, batchOf(['four'])).error).toBe('NONE');
    expect(readAt(log, 4n)).toEqual([4n]);
  });

  it('while the broker runs is seen as well', async () => {
    const world = await LogWorld.open();
    const log = world.log();
    for (const value of ['zero', 'one', 'two']) append(log, batchOf([value]));
    flip(world.fileSystem, `${LOG_DIR}/t-0/00000000000000000000.log`, 2 * batchBytes - 2);
    expect(readAt(log, 0n)).toEqual([0n]);
    expect(() => readAt(log, 1n)).toThrow(corrupt);
    expect(readAt(log, 2n)).toEqual([2n]);
  });
});

describe('files that go missing', () => {
  async function manySegments(): Promise<{ world: LogWorld; bases: string[] }> {
    const world = await LogWorld.open({ segmentBytes: 200, indexIntervalBytes: 50 }, { manager: { maxIndexBytes: 0 } });
    for (let index = 0; index < 12; index++) append(world.log(), batchOf([`record ${index} ${'.'.repeat(30)}`]));
    await world.log().flush();
    return { world, bases: world.files().filter((name) => name.endsWith('.log')) };
  }

  it('an index is made anew, at once and at the next start', async () => {
    const { world, bases } = await manySegments();
    const index = (bases[1] as string).replace('.log', '.index');
    world.fileSystem.remove(`${LOG_DIR}/t-0/${index}`);
    expect(readAll(world.log())).toHaveLength(12);
    await world.manager.close();
    world.fileSystem.remove(`${LOG_DIR}/t-0/${(bases[2] as string).replace('.log', '.timeindex')}`);
    const again = await world.crash();
    expect(readAll(again.log())).toHaveLength(12);
    expect(again.lines.join('\n')).toContain(
      `Segment ${LOG_DIR}/t-0/${bases[2]} lacks an index; rebuilding its indexes`,
    );
  });

  it('a segment takes the directory offline when it is read, and is told of in the log', async () => {
    const { world, bases } = await manySegments();
    const path = `${LOG_DIR}/t-0/${bases[1]}`;
    world.fileSystem.refuse = (syscall, file) => (file === path && syscall === 'read' ? 'ENOENT' : null);
    const log = world.log();
    expect(() => readAt(log, BigInt((bases[1] as string).slice(0, 20)))).toThrow(
      expect.objectContaining({ error: 'KAFKA_STORAGE_ERROR' }),
    );
    expect(log.isOffline).toBe(true);
    expect(world.lines.join('\n')).toContain('ERROR I/O failure in log directory /logs (read of t-0)');
  });

  it('the newest segment ends the log where the one before does', async () => {
    const { world, bases } = await manySegments();
    const { journal } = world.fileSystem;
    const disk = MemoryFileSystem.after(journal, journal.length);
    disk.remove(`${LOG_DIR}/t-0/${bases.at(-1)}`);
    const log = (await world.reopen(disk)).log();
    expect(log.logEndOffset).toBe(BigInt((bases.at(-1) as string).slice(0, 20)));
    expect(append(log, batchOf(['goes on'])).error).toBe('NONE');
  });
});

describe('a clock that is set back', () => {
  const intervals = { retentionCheckMs: 1000, initialDelayMs: 1000, flushCheckMs: 1000 };

  /** Timers go on as ever; only what the clock says was set back. */
  function setBack() {
    const timers = new ManualClock(NOW);
    const state = { backMs: 0 };
    const clock = { now: () => timers.now() - state.backMs, after: timers.after.bind(timers) };
    return { timers, state, manager: { intervals, clock } };
  }

  it('expires nothing early, says why nothing expires, and goes on when it has caught up', async () => {
    const { timers, state, manager } = setBack();
    const world = await LogWorld.open({ segmentBytes: 120, retentionMs: HOUR, fileDeleteDelayMs: 1000 }, { manager });
    const log = world.log();
    for (let index = 0; index < 3; index++) append(log, batchOf([`record ${index} ${'.'.repeat(40)}`], {}, NOW));
    log.advanceHighWatermark(log.logEndOffset);
    world.manager.start();
    state.backMs = 2 * HOUR;
    await timers.advance(2001);
    expect(log.logStartOffset).toBe(0n);
    expect(world.lines.filter((line) => line.includes('ahead of the clock'))).toHaveLength(1);
    await timers.advance(3 * HOUR + 1001);
    expect(log.logStartOffset).toBe(3n);
    await world.manager.close();
  });

  it('appends, flushes and removes deleted files as before', async () => {
    const { timers, state, manager } = setBack();
    const world = await LogWorld.open({ flushMs: 5000, fileDeleteDelayMs: 1000 }, { manager });
    const log = world.log();
    append(log, batchOf(['a']));
    world.log('gone');
    world.manager.delete('gone', 0);
    world.manager.start();
    state.backMs = 2 * HOUR;
    append(log, batchOf(['b'], {}, NOW - 2 * HOUR));
    world.log('gone too');
    world.manager.delete('gone too', 0);
    await timers.advance(2002);
    expect(world.fileSystem.list(LOG_DIR).filter((name) => name.endsWith('-delete'))).toEqual([]);
    const syncs = world.fileSystem.journal.filter(({ kind, path }) => kind === 'sync' && path.endsWith('.log'));
    expect(syncs.length).toBeGreaterThan(0);
    expect(readAll(log)).toHaveLength(2);
    await world.manager.close();
  });
});
