import { type LogConfig, type PartitionLog } from '../../../../src/broker/log/types.ts';
import { transactionMarker } from '../../../../src/protocol/records/index.ts';
import { append, batchOf, LOG_DIR, LogWorld, NOW, readAll } from './log-world.ts';
import { MemoryFileSystem } from './memory-filesystem.ts';

const config: Partial<LogConfig> = {
  segmentBytes: 700,
  indexIntervalBytes: 100,
  unknownProducerExpirationMs: Number.POSITIVE_INFINITY,
};

/** Everything a reader, a producer and a coordinator can see of a log. */
function state(log: PartitionLog) {
  log.advanceHighWatermark(log.logEndOffset);
  const batches = readAll(log);
  const end = log.logEndOffset;
  const aborted = new Set<string>();
  for (let offset = log.logStartOffset; offset < end; offset++) {
    const read = log.read(offset, { maxBytes: 1, minOneBatch: true, endOffset: end, readCommitted: true });
    for (const { producerId, firstOffset } of read.abortedTransactions ?? [])
      aborted.add(`${producerId}@${firstOffset}`);
  }
  return {
    end,
    start: log.logStartOffset,
    stable: log.lastStableOffset,
    bytes: Buffer.concat(batches.map((batch) => batch.bytes())).toString('hex'),
    producers: log.activeProducers().sort((a, b) => Number(a.producerId - b.producerId)),
    aborted: [...aborted].sort(),
    latest: log.offsetOfMaxTimestamp(),
    inTheMiddle: log.offsetForTimestamp(BigInt(NOW + 7_000)),
    epoch: log.latestLeaderEpoch,
  };
}

/** Appends of every kind; after each, what a crash right then must bring back, and how much of the journal made it. */
function workload(world: LogWorld, log: PartitionLog): { journalLength: number; state: ReturnType<typeof state> }[] {
  const checkpoints = [{ journalLength: world.fileSystem.journal.length, state: state(log) }];
  const note = () => checkpoints.push({ journalLength: world.fileSystem.journal.length, state: state(log) });
  const sequences = { 1: 0, 2: 0 };
  for (let round = 0; round < 8; round++) {
    const at = NOW + round * 1000;
    append(log, batchOf([`plain ${round}`, 'x'.repeat(round * 9)], {}, at));
    note();
    for (const id of [1, 2] as const) {
      const meta = { producerId: BigInt(id), producerEpoch: 0, baseSequence: sequences[id]++, isTransactional: true };
      append(log, batchOf([`producer ${id} round ${round}`], meta, at + id));
      note();
    }
    const decided = { producerId: 1n, producerEpoch: 0, coordinatorEpoch: round };
    append(log, transactionMarker(round % 2 ? 'abort' : 'commit', at + 5, decided), 'coordinator');
    note();
    if (round % 3 === 2) {
      const marker = { producerId: 2n, producerEpoch: 0, coordinatorEpoch: round };
      append(log, transactionMarker('abort', at + 6, marker), 'coordinator');
      note();
    }
  }
  return checkpoints;
}

describe('a log after a crash', () => {
  it('holds exactly the appends that were written whole, whatever byte the disk stopped at', async () => {
    const world = await LogWorld.open(config);
    const log = world.log();
    const checkpoints = workload(world, log);
    const { journal } = world.fileSystem;
    const last = checkpoints.at(-1)!;
    expect(last.state.aborted.length).toBeGreaterThan(4);
    let cuts = 0;
    for (let count = checkpoints[0]!.journalLength; count <= journal.length; count++) {
      const change = journal[count - 1]!;
      // All bytes of small writes, a sample of the long ones.
      const size = change.kind === 'write' ? change.bytes.length : 0;
      for (let bytes = 0; bytes <= size; bytes += 1) {
        if (change.kind === 'write' && !change.path.endsWith('.log') && bytes % 7 !== 0 && bytes !== size) continue;
        const again = await world.reopen(MemoryFileSystem.after(journal, count, bytes));
        const found = state(again.log());
        const written = checkpoints.findLast(({ state: { end } }) => end === found.end);
        expect(found).toEqual(written?.state);
        // Nothing that was there before the change is lost.
        const before = checkpoints.findLast(({ journalLength }) => journalLength < count) ?? checkpoints[0]!;
        expect(found.end).toBeGreaterThanOrEqual(before.state.end);
        cuts++;
      }
    }
    expect(cuts).toBeGreaterThan(1000);
  }, 120_000);

  it('goes on where it was: a producer’s retry is known, its next batch fits', async () => {
    const world = await LogWorld.open(config);
    const meta = { producerId: 5n, producerEpoch: 1, baseSequence: 0 };
    const first = append(world.log(), batchOf(['a', 'b'], meta));
    const again = await world.crash();
    const log = again.log();
    expect(append(log, batchOf(['a', 'b'], meta))).toMatchObject({
      ...first,
      isDuplicate: true,
      logAppendTimeMs: BigInt(NOW),
    });
    expect(append(log, batchOf(['c'], { ...meta, baseSequence: 3 }))).toEqual({
      error: 'OUT_OF_ORDER_SEQUENCE_NUMBER',
    });
    expect(append(log, batchOf(['c'], { ...meta, baseSequence: 2 }))).toMatchObject({ error: 'NONE', baseOffset: 2n });
  });

  it.each([
    ['garbage', Buffer.from('garbage that is no batch at all, and longer than a header of sixty-one bytes')],
    ['zeros', Buffer.alloc(200)],
    ['half a batch', batchOf(['half a batch']).subarray(0, 65)],
    ['an old batch again', batchOf(['first'])],
    ['a batch with a flipped bit', flipped(batchOf(['x'], { baseOffset: 3n }))],
  ])('cuts %s off the newest segment and says so', async (_, tail) => {
    const world = await LogWorld.open(config);
    append(world.log(), batchOf(['first']));
    append(world.log(), batchOf(['second', 'third']));
    const whole = world.file('00000000000000000000.log');
    const { journal } = world.fileSystem;
    const disk = MemoryFileSystem.after(journal, journal.length);
    disk.put(`${LOG_DIR}/t-0/00000000000000000000.log`, Buffer.concat([whole, tail]));
    const again = await world.reopen(disk);
    expect(again.log().logEndOffset).toBe(3n);
    expect(again.file('00000000000000000000.log')).toEqual(whole);
    expect(again.lines.join('\n')).toMatch(
      /WARN Cut \d+ bytes off the end of \/logs\/t-0\/00000000000000000000\.log: /,
    );
    expect(append(again.log(), batchOf(['fourth']))).toMatchObject({ baseOffset: 3n });
  });

  it('drops the segments behind a spoilt batch, for offsets must stay dense', async () => {
    const world = await LogWorld.open({ ...config, segmentBytes: 300 });
    for (let count = 0; count < 12; count++) append(world.log(), batchOf([`record ${count} ${'.'.repeat(60)}`]));
    const { journal } = world.fileSystem;
    const disk = MemoryFileSystem.after(journal, journal.length);
    const second = world.files().filter((name) => name.endsWith('.log'))[1] as string;
    disk.put(`${LOG_DIR}/t-0/${second}`, flipped(world.file(second)));
    // The flushes of the rolls have moved the recovery point, but no checkpoint says so yet.
    const again = await world.reopen(disk);
    const log = again.log();
    expect(log.logEndOffset).toBe(BigInt(second.slice(0, 20)) + 1n);
    expect(again.files().filter((name) => name.endsWith('.log'))).toHaveLength(2);
    expect(readAll(log)).toHaveLength(Number(log.logEndOffset));
  });

  it('does not read again what the recovery point vouches for', async () => {
    const world = await LogWorld.open({ ...config, segmentBytes: 300 });
    for (let count = 0; count < 12; count++) append(world.log(), batchOf([`record ${count} ${'.'.repeat(60)}`]));
    await world.log().flush();
    const { journal } = world.fileSystem;
    const disk = MemoryFileSystem.after(journal, journal.length);
    disk.put(`${LOG_DIR}/recovery-point-offset-checkpoint`, Buffer.from('0\n1\nt 0 12\n'));
    const second = world.files().filter((name) => name.endsWith('.log'))[1] as string;
    disk.put(`${LOG_DIR}/t-0/${second}`, flipped(world.file(second)));
    const again = await world.reopen(disk);
    expect(again.log().logEndOffset).toBe(12n);
  });

  it('never goes back behind the log start offset', async () => {
    const world = await LogWorld.open(config);
    const log = world.log();
    for (let count = 0; count < 4; count++) append(log, batchOf([`record ${count}`]));
    log.advanceHighWatermark(4n);
    expect(log.deleteRecordsBefore(3n)).toBe(3n);
    await Promise.resolve();
    const { journal } = world.fileSystem;
    const disk = MemoryFileSystem.after(journal, journal.length);
    disk.put(`${LOG_DIR}/t-0/00000000000000000000.log`, Buffer.alloc(0));
    const again = (await world.reopen(disk)).log();
    expect([again.logStartOffset, again.logEndOffset]).toEqual([3n, 3n]);
  });

  it('promises log starts durably, also when it tells of another log only', async () => {
    const world = await LogWorld.open();
    const logs = [0, 1].map((partition) => world.log('t', partition));
    for (const log of logs) {
      for (let index = 0; index < 3; index++) append(log, batchOf([`record ${index}`]));
      log.advanceHighWatermark(3n);
      log.deleteRecordsBefore(2n);
      await Promise.resolve();
      const last = world.fileSystem.journal.slice(-3).map(({ kind }) => kind);
      expect(last).toEqual(['sync', 'rename', 'syncDirectory']);
    }
  });

  it('finds what lies behind a gap below the log start offset', async () => {
    const world = await LogWorld.open({ segmentBytes: 300, indexIntervalBytes: 50 });
    const log = world.log();
    for (let index = 0; index < 16; index++) append(log, batchOf([`record ${index}`]));
    const bases = world.files().filter((name) => name.endsWith('.log'));
    const start = BigInt(parseInt(bases[3] as string, 10));
    log.advanceHighWatermark(16n);
    log.deleteRecordsBefore(start);
    await Promise.resolve();
    const { journal } = world.fileSystem;
    // Retention renames one by one, and the disk may keep any of the renames.
    const disk = MemoryFileSystem.after(journal, journal.length);
    disk.rename(`${LOG_DIR}/t-0/${bases[1]}`, `${LOG_DIR}/t-0/${bases[1]}.deleted`);
    const again = await world.reopen(disk);
    expect([again.log().logStartOffset, again.log().logEndOffset]).toEqual([start, 16n]);
    expect(readAll(again.log()).at(-1)?.baseOffset).toBe(15n);
    expect(again.lines.join('\n')).toContain('lies below the log start offset and a gap');
  });
});

function flipped(bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes);
  const at = copy.length - 3;
  copy[at] = (copy[at] as number) ^ 0x10;
  return copy;
}
