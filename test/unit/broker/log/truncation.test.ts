import { type PartitionLog } from '../../../../src/broker/log/types.ts';
import { append, batchOf, LogWorld, NOW, readAll } from './log-world.ts';

describe('truncation', () => {
  it('drops the batch that holds the offset and all behind it, with indexes, producers and epochs', async () => {
    const world = await LogWorld.open({ segmentBytes: 300, indexIntervalBytes: 50 });
    const log = world.log();
    for (let index = 0; index < 12; index++) {
      const meta = { producerId: 9n, producerEpoch: 0, baseSequence: index };
      const records = batchOf([`record ${index}`], meta, NOW + index);
      log.appendAsLeader(records, { leaderEpoch: index < 6 ? 1 : 2, origin: 'client' });
    }
    log.advanceHighWatermark(12n);
    log.truncateTo(5n);
    expect([log.logEndOffset, log.highWatermark, log.latestLeaderEpoch]).toEqual([5n, 5n, 1]);
    expect(readAll(log).map((batch) => batch.baseOffset)).toEqual([0n, 1n, 2n, 3n, 4n]);
    expect(log.activeProducers()[0]?.lastSequence).toBe(4);
    expect(log.offsetOfMaxTimestamp()?.offset).toBe(4n);
    const next = batchOf(['again'], { producerId: 9n, producerEpoch: 0, baseSequence: 5 });
    expect(append(log, next)).toMatchObject({ error: 'NONE', baseOffset: 5n });
    await world.manager.close();
    const again = (await world.crash()).log();
    expect(readAll(again)).toHaveLength(6);
  });

  it('to the middle of a batch drops the whole batch but keeps the offset', async () => {
    const log = (await LogWorld.open()).log();
    append(log, batchOf(['a', 'b']));
    append(log, batchOf(['c', 'd']));
    log.truncateTo(3n);
    expect([log.logEndOffset, readAll(log).length]).toEqual([3n, 1]);
  });

  it('takes from a flush that waits for its turn what it was to promise', async () => {
    const world = await LogWorld.open();
    const log = world.log() as PartitionLog & { readonly recoveryPoint: bigint };
    for (let index = 0; index < 4; index++) append(log, batchOf([`record ${index}`]));
    const flushes = [log.flush(), log.flush()];
    for (let index = 4; index < 8; index++) append(log, batchOf([`record ${index}`]));
    flushes.push(log.flush());
    log.truncateTo(2n);
    append(log, batchOf(['another']));
    await Promise.all(flushes);
    expect(log.recoveryPoint).toBeLessThanOrEqual(3n);
    for (let index = 0; index < 5; index++) append(log, batchOf([`later ${index}`]));
    expect(log.recoveryPoint).toBeLessThanOrEqual(3n);
  });

  it('goes on somewhere else when the log is emptied', async () => {
    const world = await LogWorld.open({ segmentBytes: 300 });
    const log = world.log();
    for (let index = 0; index < 12; index++) append(log, batchOf([`record ${index}`]));
    log.truncateFullyAndStartAt(100n);
    expect([log.logStartOffset, log.logEndOffset, log.highWatermark, log.latestLeaderEpoch]).toEqual([
      100n,
      100n,
      100n,
      -1,
    ]);
    expect(append(log, batchOf(['a']))).toMatchObject({ baseOffset: 100n });
    const again = (await world.crash()).log();
    expect([again.logStartOffset, again.logEndOffset]).toEqual([100n, 101n]);
    log.truncateTo(7n);
    expect([log.logStartOffset, log.logEndOffset]).toEqual([7n, 7n]);
  });
});

describe('leader epochs', () => {
  it('tell where an epoch ended (KIP-101)', async () => {
    const world = await LogWorld.open();
    const log = world.log();
    const write = (leaderEpoch: number) => log.appendAsLeader(batchOf(['a', 'b']), { leaderEpoch, origin: 'client' });
    write(2);
    write(2);
    write(5);
    log.assignLeaderEpoch(7, 6n);
    const table = (from: typeof log) => [-1, 0, 2, 3, 5, 6, 7, 8].map((epoch) => from.endOffsetForLeaderEpoch(epoch));
    const expected = [
      { leaderEpoch: -1, endOffset: -1n },
      { leaderEpoch: 0, endOffset: 0n },
      { leaderEpoch: 2, endOffset: 4n },
      { leaderEpoch: 2, endOffset: 4n },
      { leaderEpoch: 5, endOffset: 6n },
      { leaderEpoch: 5, endOffset: 6n },
      { leaderEpoch: 7, endOffset: 6n },
      { leaderEpoch: -1, endOffset: -1n },
    ];
    expect(table(log)).toEqual(expected);
    expect([0n, 3n, 4n, 5n, 6n].map((offset) => log.leaderEpochForOffset(offset))).toEqual([2, 2, 5, 5, 7]);
    write(7);
    await world.manager.close();
    expect((await world.crash()).log().endOffsetForLeaderEpoch(5)).toEqual({ leaderEpoch: 5, endOffset: 6n });
  });

  it('follow the log start, and the log when their file is lost', async () => {
    const world = await LogWorld.open();
    const log = world.log();
    for (const leaderEpoch of [1, 1, 3, 4]) log.appendAsLeader(batchOf(['a', 'b']), { leaderEpoch, origin: 'client' });
    log.advanceHighWatermark(8n);
    log.deleteRecordsBefore(3n);
    expect(world.file('leader-epoch-checkpoint').toString()).toBe('0\n3\n1 3\n3 4\n4 6\n');
    log.deleteRecordsBefore(6n);
    expect(world.file('leader-epoch-checkpoint').toString()).toBe('0\n1\n4 6\n');
    await world.manager.close();
    world.fileSystem.put('/logs/t-0/leader-epoch-checkpoint', Buffer.from('0\n9\n4'));
    const again = await world.crash();
    expect(again.file('leader-epoch-checkpoint').toString()).toBe('0\n1\n4 6\n');
    expect(again.lines.join()).toContain('leader-epoch-checkpoint');
  });
});
