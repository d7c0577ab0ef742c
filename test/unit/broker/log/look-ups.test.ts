import { singleBatch } from '../../../../src/protocol/records/index.ts';
import { append, batchOf, LOG_DIR, LogWorld, NOW, readAll, record } from './log-world.ts';

describe('look-ups by time', () => {
  it('find the first record at or after a time, over segments and out-of-order timestamps', async () => {
    const log = (await LogWorld.open({ segmentBytes: 300, indexIntervalBytes: 50 })).log();
    const times = [10, 20, 15, 40, 35, 30, 60, 50, 70, 65, 90, 80, 100, 95, 95, 120];
    for (const time of times)
      append(log, singleBatch([record('a', null, NOW + time), record('b', null, NOW + time + 2)]));
    const all = times.flatMap((time) => [time, time + 2]);
    for (let time = 0; time < 125; time++) {
      const expected = all.findIndex((one) => one >= time);
      const found = log.offsetForTimestamp(BigInt(NOW + time));
      expect({ time, found: found && [found.offset, found.timestampMs] }).toEqual({
        time,
        found: expected < 0 ? null : [BigInt(expected), BigInt(NOW + (all[expected] as number))],
      });
    }
    expect(log.offsetOfMaxTimestamp()).toEqual({ timestampMs: BigInt(NOW + 122), offset: 31n, leaderEpoch: 0 });
  });

  it('find nothing in an empty log and pass over what lies below the log start', async () => {
    const log = (await LogWorld.open({ segmentBytes: 100 })).log();
    expect([log.offsetForTimestamp(0n), log.offsetOfMaxTimestamp()]).toEqual([null, null]);
    for (let index = 0; index < 4; index++) append(log, batchOf([`${index}`], {}, NOW - index));
    log.advanceHighWatermark(4n);
    log.deleteRecordsBefore(2n);
    expect(log.offsetForTimestamp(BigInt(NOW - 9))?.offset).toBe(2n);
    expect(log.offsetForTimestamp(BigInt(NOW - 2))?.offset).toBe(2n);
    expect(log.offsetForTimestamp(BigInt(NOW))).toBeNull();
  });

  it('answer the first record of a batch that the broker stamped', async () => {
    const log = (await LogWorld.open({ messageTimestampType: 'LogAppendTime' })).log();
    append(log, batchOf(['a', 'b', 'c']));
    expect(log.offsetOfMaxTimestamp()).toMatchObject({ timestampMs: BigInt(NOW), offset: 0n });
  });
});

describe('read', () => {
  const values = Array.from({ length: 40 }, (_, index) => `value ${index}`);

  async function filled(segmentBytes = 500) {
    const log = (await LogWorld.open({ segmentBytes, indexIntervalBytes: 120 })).log();
    for (let index = 0; index < 40; index += 2) append(log, batchOf(values.slice(index, index + 2)));
    return log;
  }

  it('answers from every offset the batch that holds it, for every limit whole batches only', async () => {
    const log = await filled();
    for (let offset = 0n; offset < 40n; offset++) {
      for (const maxBytes of [0, 1, 100, 250, 100_000]) {
        const { records } = log.read(offset, { maxBytes, minOneBatch: true, endOffset: 40n, readCommitted: false });
        expect(records.readBigInt64BE(0)).toBe(offset - (offset % 2n));
        let at = 0;
        while (at < records.length) at += 12 + records.readInt32BE(at + 8);
        expect(at).toBe(records.length);
      }
    }
  });

  it('answers nothing when the first batch does not fit and none is granted', async () => {
    const log = await filled();
    const options = { minOneBatch: false, endOffset: 40n, readCommitted: false };
    expect(log.read(0n, { ...options, maxBytes: 60 }).records).toHaveLength(0);
    expect(log.read(0n, { ...options, maxBytes: 200 }).records.length).toBeGreaterThan(0);
  });

  it('ends at the end offset, also in the middle of a segment', async () => {
    const log = await filled(1 << 20);
    for (let endOffset = 2n; endOffset <= 40n; endOffset += 2n) {
      const { records } = log.read(0n, { maxBytes: 1 << 20, minOneBatch: true, endOffset, readCommitted: false });
      const batches = [];
      for (let at = 0; at < records.length; at += 12 + records.readInt32BE(at + 8)) batches.push(at);
      expect(BigInt(batches.length * 2)).toBe(endOffset);
    }
    expect(log.read(4n, { maxBytes: 99, minOneBatch: true, endOffset: 4n, readCommitted: false }).records).toHaveLength(
      0,
    );
  });

  it('refuses offsets outside the log, answers nothing at its end', async () => {
    const log = await filled();
    const options = { maxBytes: 99, minOneBatch: true, endOffset: 40n, readCommitted: false };
    expect(() => log.read(41n, options)).toThrow(expect.objectContaining({ error: 'OFFSET_OUT_OF_RANGE' }));
    expect(() => log.read(-1n, options)).toThrow(expect.objectContaining({ error: 'OFFSET_OUT_OF_RANGE' }));
    expect(log.read(40n, options).records).toHaveLength(0);
  });
});

describe('indexes', () => {
  it.each([
    ['missing', null],
    ['of a wrong size', Buffer.alloc(13)],
    ['full of zeros', Buffer.alloc(24)],
    ['pointing behind the log', Buffer.from('000000010fffffff', 'hex')],
  ])('that are %s are made anew from the log', async (_, content) => {
    const config = { segmentBytes: 400, indexIntervalBytes: 60 };
    const world = await LogWorld.open(config);
    for (let index = 0; index < 20; index++) append(world.log(), batchOf([`record ${index}`], {}, NOW + index));
    await world.manager.close();
    const good = new Map(world.files().map((name) => [name, world.file(name)]));
    for (const name of good.keys()) {
      if (!name.endsWith('index')) continue;
      const path = `${LOG_DIR}/t-0/${name}`;
      if (content === null) world.fileSystem.remove(path);
      else world.fileSystem.put(path, name.endsWith('.timeindex') ? Buffer.alloc(24) : content);
    }
    const again = await world.crash();
    const log = again.log();
    expect(readAll(log)).toHaveLength(20);
    for (let index = 0; index < 20; index++) {
      expect(log.offsetForTimestamp(BigInt(NOW + index))?.offset).toBe(BigInt(index));
    }
    await again.manager.close();
    for (const [name, bytes] of good) {
      if (name.endsWith('index')) expect({ name, bytes: again.file(name) }).toEqual({ name, bytes });
    }
    expect(again.lines.some((line) => line.startsWith('WARN') && line.includes('rebuilding'))).toBe(true);
  });
});
