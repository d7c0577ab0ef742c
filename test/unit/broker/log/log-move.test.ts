import { type LogManagerOptions } from '../../../../src/broker/log/log-manager-options.ts';
import { type LogConfig } from '../../../../src/broker/log/types.ts';
import { singleBatch, transactionMarker } from '../../../../src/protocol/records/index.ts';
import { append, batchOf, LOG_DIR, LogWorld, NOW, readAll, record, TOPIC_ID } from './log-world.ts';

const OTHER = '/other';
const SMALL = { segmentBytes: 300, indexIntervalBytes: 100, fileDeleteDelayMs: 60_000 };

async function open(manager: Partial<LogManagerOptions> = {}, config = {}): Promise<LogWorld> {
  const world = await LogWorld.open({ ...SMALL, ...config }, { manager: { logDirs: [LOG_DIR, OTHER], ...manager } });
  world.fileSystem.makeDirectory(OTHER);
  world.manager.start();
  return world;
}

/** Lets the mover work until nothing moves, as far as it may without time passing. */
async function settle(world: LogWorld): Promise<void> {
  for (let turn = 0; turn < 400 && [...world.manager.futures()].length > 0; turn++) {
    await new Promise((go) => setImmediate(go));
  }
}

async function turns(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await new Promise((go) => setImmediate(go));
}

/** Time passes in small steps, between which the mover gets its turns. */
async function pass(world: LogWorld, ms: number): Promise<void> {
  const step = Math.max(100, ms / 100);
  for (let passed = 0; passed < ms; passed += step) {
    await turns();
    await world.clock.advance(Math.min(step, ms - passed));
  }
  await turns();
}

function values(world: LogWorld): string[] {
  return readAll(world.log()).map((batch) => batch.bytes().toString('latin1').match(/v\d+/)?.[0] ?? '');
}

function names(world: LogWorld, directory: string): string[] {
  return world.fileSystem
    .list(directory)
    .filter((name) => name.startsWith('t-0'))
    .map((name) => name.replace(/[0-9a-f]{32}/, 'HEX'));
}

function fill(world: LogWorld, count: number, from = 0): void {
  for (let at = from; at < from + count; at++) {
    const log = world.log();
    expect(append(log, batchOf([`v${at}`])).error).toBe('NONE');
    log.advanceHighWatermark(log.logEndOffset);
  }
}

const expected = (count: number) => Array.from({ length: count }, (_, at) => `v${at}`);

describe('a log that moves to another directory', () => {
  it('has everything there, under the same object, and goes on', async () => {
    const moved: string[] = [];
    const world = await open({ onMoved: (log) => moved.push(`${log.topic}-${log.partition} ${log.logDir}`) });
    fill(world, 20);
    const log = world.log();
    const sizes = log.sizeInBytes;
    expect(world.manager.move('t', 0, OTHER)).toBe('NONE');
    expect([...world.manager.futures()]).toEqual([
      { topic: 't', partition: 0, logDir: OTHER, sizeInBytes: 0, offsetLag: 20n },
    ]);
    fill(world, 5, 20);
    await settle(world);
    expect(moved).toEqual([`t-0 ${OTHER}`]);
    expect(world.log()).toBe(log);
    expect([log.logDir, log.path]).toEqual([OTHER, `${OTHER}/t-0`]);
    expect(log.sizeInBytes).toBeGreaterThan(sizes);
    expect(names(world, OTHER)).toEqual(['t-0']);
    expect(names(world, LOG_DIR)).toEqual(['t-0.HEX-delete']);
    fill(world, 20, 25);
    expect(values(world)).toEqual(expected(45));
    await world.clock.advance(60_000);
    expect(names(world, LOG_DIR)).toEqual([]);
    await world.manager.close();
    const again = await world.reopen(world.fileSystem);
    expect(again.log().path).toBe(`${OTHER}/t-0`);
    expect(values(again)).toEqual(expected(45));
    expect(again.lines.filter((line) => !line.startsWith('INFO'))).toEqual([]);
  });

  it('moves while producers go on, with what it knows of them and of transactions', async () => {
    const world = await open();
    const log = world.log();
    const produce = (producerId: bigint, baseSequence: number) =>
      append(log, batchOf([`v${producerId}`], { producerId, producerEpoch: 0, baseSequence, isTransactional: true }));
    const end = (type: 'commit' | 'abort', producerId: bigint) =>
      append(log, transactionMarker(type, NOW, { producerId, producerEpoch: 0, coordinatorEpoch: 0 }), 'coordinator');
    for (let round = 0; round < 6; round++) {
      produce(1n, round * 2);
      produce(2n, round);
      produce(1n, round * 2 + 1);
      end('abort', 1n);
      if (round < 5) end('commit', 2n);
    }
    log.assignLeaderEpoch(3, log.logEndOffset);
    expect(log.appendAsLeader(batchOf(['v3']), { leaderEpoch: 3, origin: 'client' }).error).toBe('NONE');
    log.advanceHighWatermark(log.logEndOffset);
    const known = {
      producers: log.activeProducers(),
      stable: log.lastStableOffset,
      epochs: [0, 1, 2, 3].map((epoch) => log.endOffsetForLeaderEpoch(epoch)),
    };
    const aborted = (of: typeof log) =>
      of.read(0n, { maxBytes: 1 << 20, minOneBatch: true, endOffset: of.logEndOffset, readCommitted: true })
        .abortedTransactions;
    const abortedBefore = aborted(log);
    expect(abortedBefore?.length).toBeGreaterThan(0);
    world.manager.move('t', 0, OTHER);
    await settle(world);
    expect(log.path).toBe(`${OTHER}/t-0`);
    for (const one of [log, (await world.crash()).log()]) {
      one.advanceHighWatermark(one.logEndOffset);
      const found = { producers: one.activeProducers(), stable: one.lastStableOffset };
      expect(found).toEqual({ producers: known.producers, stable: known.stable });
      expect([0, 1, 2, 3].map((epoch) => one.endOffsetForLeaderEpoch(epoch))).toEqual(known.epochs);
      expect(aborted(one)).toEqual(abortedBefore);
    }
    expect(end('commit', 2n).error).toBe('NONE');
    expect(produce(1n, 11)).toMatchObject({ error: 'NONE', isDuplicate: true });
  });

  it('keeps what was deleted before and while it moves deleted', async () => {
    const world = await open({ moveBytesPerSecond: () => 1000 });
    fill(world, 12);
    world.log().deleteRecordsBefore(2n);
    world.manager.move('t', 0, OTHER);
    await turns();
    world.log().deleteRecordsBefore(5n);
    await pass(world, 10_000);
    expect(world.log().path).toBe(`${OTHER}/t-0`);
    expect((await world.crash()).log().logStartOffset).toBe(5n);
  });

  it('goes no faster than it may, and follows a new rate', async () => {
    let rate = 400;
    const world = await open({ moveBytesPerSecond: () => rate });
    fill(world, 40);
    const { sizeInBytes } = world.log();
    world.manager.move('t', 0, OTHER);
    const copied = () => [...world.manager.futures()][0]?.sizeInBytes ?? null;
    await pass(world, 3000);
    expect(copied()).toBeGreaterThan(900);
    expect(copied()).toBeLessThan(1500);
    rate = 0;
    await pass(world, 5000);
    const stalled = copied() as number;
    await pass(world, 60_000);
    expect(copied()).toBe(stalled);
    expect(sizeInBytes).toBeGreaterThan(stalled);
    rate = 1_000_000;
    await pass(world, 2000);
    expect(world.log().path).toBe(`${OTHER}/t-0`);
  });

  it('catches up with producers that write more in a turn than a slice', async () => {
    const world = await open({}, { segmentBytes: 1 << 20 });
    const produce = (count: number) => {
      for (let at = 0; at < count; at++) append(world.log(), batchOf(['x'.repeat(300_000)]));
    };
    produce(40);
    world.manager.move('t', 0, OTHER);
    for (let turn = 0; turn < 60 && world.log().logDir === LOG_DIR; turn++) {
      produce(3);
      await new Promise((go) => setImmediate(go));
    }
    expect(world.log().logDir).toBe(OTHER);
  });

  it('is given up by a move back, begun anew elsewhere, and told twice goes on', async () => {
    const third = '/third';
    const world = await open({ moveBytesPerSecond: () => 1000, logDirs: [LOG_DIR, OTHER, third] });
    world.fileSystem.makeDirectory(third);
    fill(world, 40);
    expect(world.manager.move('t', 0, OTHER)).toBe('NONE');
    await pass(world, 500);
    const [future] = names(world, OTHER);
    expect(world.manager.move('t', 0, OTHER)).toBe('NONE');
    expect(names(world, OTHER)).toEqual([future]);
    expect(world.manager.move('t', 0, third)).toBe('NONE');
    expect([...world.manager.futures()].map(({ logDir }) => logDir)).toEqual([third]);
    expect(names(world, OTHER)).toEqual(['t-0.HEX-delete']);
    expect(world.manager.move('t', 0, LOG_DIR)).toBe('NONE');
    expect([...world.manager.futures()]).toEqual([]);
    await pass(world, 60_000);
    expect([LOG_DIR, OTHER, third].map((one) => names(world, one))).toEqual([['t-0'], [], []]);
    expect(values(world)).toEqual(expected(40));
  });

  it('says what it cannot do', async () => {
    const world = await open();
    fill(world, 1);
    expect(world.manager.move('t', 0, '/nowhere')).toBe('LOG_DIR_NOT_FOUND');
    expect(world.manager.move('t', 1, OTHER)).toBe('UNKNOWN_TOPIC_OR_PARTITION');
    expect(world.manager.move('t', 0, LOG_DIR)).toBe('NONE');
    world.fileSystem.refuse = (_, path) => (path.startsWith(OTHER) ? 'EIO' : null);
    expect(world.manager.move('t', 0, OTHER)).toBe('KAFKA_STORAGE_ERROR');
    expect(world.manager.offlineLogDirs).toEqual([OTHER]);
    expect(world.manager.move('t', 0, OTHER)).toBe('KAFKA_STORAGE_ERROR');
    fill(world, 1, 1);
  });

  it('creates a partition where it was to go, once', async () => {
    const world = await open();
    world.manager.prefer('t', 0, OTHER);
    world.manager.prefer('t', 1, '/nowhere');
    expect(world.log().logDir).toBe(OTHER);
    expect(world.log('t', 1).logDir).toBe(LOG_DIR);
    world.log('t', 2);
    world.manager.delete('t', 0);
    world.log('u', 0);
    world.log('u', 1);
    expect(world.log('t', 0).logDir).toBe(LOG_DIR);
  });

  it('keeps new logs out of cordoned directories while there are others (KIP-1066)', async () => {
    const cordoned = new Set([LOG_DIR]);
    const world = await open({ isCordoned: (logDir) => cordoned.has(logDir) });
    expect([0, 1, 2].map((partition) => world.log('t', partition).logDir)).toEqual([OTHER, OTHER, OTHER]);
    cordoned.add(OTHER);
    expect(world.log('t', 3).logDir).toBe(LOG_DIR);
  });

  it('ends with its topic', async () => {
    const world = await open({ moveBytesPerSecond: () => 1000 });
    fill(world, 40);
    world.manager.move('t', 0, OTHER);
    await pass(world, 500);
    world.manager.delete('t', 0);
    expect([...world.manager.futures()]).toEqual([]);
    expect([names(world, OTHER), names(world, LOG_DIR)]).toEqual([['t-0.HEX-delete'], ['t-0.HEX-delete']]);
    await pass(world, 60_000);
    expect([names(world, OTHER), names(world, LOG_DIR)]).toEqual([[], []]);
  });

  it('leaves a log alone whose new directory has no room, and the directory with it', async () => {
    const world = await open();
    fill(world, 20);
    const refuse = (ending: RegExp) => (call: string, path: string) =>
      call === 'write' && ending.test(path) ? 'ENOSPC' : null;
    world.fileSystem.refuse = refuse(/-future\/partition.metadata$/);
    expect(world.manager.move('t', 0, OTHER)).toBe('KAFKA_STORAGE_ERROR');
    world.fileSystem.refuse = refuse(/-future\/.*\.log$/);
    expect(world.manager.move('t', 0, OTHER)).toBe('NONE');
    await settle(world);
    const why = `ERROR The move of t-0 to ${OTHER} failed: ENOSPC`;
    expect(world.lines.find((line) => line.startsWith(why))).toContain(`it stays in ${LOG_DIR}`);
    expect([...world.manager.offlineLogDirs]).toEqual([]);
    fill(world, 5, 20);
    expect(values(world)).toEqual(expected(25));
    await pass(world, 1);
    expect(names(world, OTHER)).toEqual([]);
    world.fileSystem.refuse = () => null;
    world.manager.move('t', 0, OTHER);
    await settle(world);
    expect(values(world)).toEqual(expected(25));
    expect(world.log().logDir).toBe(OTHER);
  });

  it.each(['open', 'write', 'fdatasync', 'fsync', 'rename'])(
    'goes on in the old directory when %s fails in the new one',
    async (failing) => {
      const world = await open();
      fill(world, 20);
      let calls = 0;
      world.manager.move('t', 0, OTHER);
      world.fileSystem.refuse = (call, path) =>
        call === failing && path.startsWith(OTHER) && calls++ >= 0 ? 'EIO' : null;
      await settle(world);
      expect(calls).toBeGreaterThan(0);
      expect(world.log().logDir).toBe(LOG_DIR);
      fill(world, 5, 20);
      expect(values(world)).toEqual(expected(25));
      expect(world.manager.offlineLogDirs).toEqual([OTHER]);
      const again = await world.crash();
      expect(values(again)).toEqual(expected(25));
    },
  );

  it('is in the new directory when the old one fails in the end, and a start goes on with what knows more', async () => {
    const world = await open();
    fill(world, 20);
    world.fileSystem.refuse = (call, path) => (call === 'rename' && path === `${LOG_DIR}/t-0` ? 'EIO' : null);
    world.manager.move('t', 0, OTHER);
    await settle(world);
    expect(world.manager.offlineLogDirs).toEqual([LOG_DIR]);
    expect(world.log().logDir).toBe(OTHER);
    fill(world, 3, 20);
    expect([names(world, OTHER), names(world, LOG_DIR)]).toEqual([['t-0'], ['t-0']]);
    const again = await world.crash();
    expect(values(again)).toEqual(expected(23));
    expect(again.log().logDir).toBe(OTHER);
    expect(again.lines.join()).toContain(`t-0 was found twice: going on with ${OTHER}/t-0`);
    expect(names(again, LOG_DIR)).toEqual(['t-0.HEX-delete']);
  });

  it('is begun anew by the start after a crash, until it has moved', async () => {
    const world = await open({ moveBytesPerSecond: () => 1000 });
    fill(world, 40);
    world.manager.move('t', 0, OTHER);
    await pass(world, 500);
    const again = await world.crash();
    expect([...again.manager.futures()]).toMatchObject([{ logDir: OTHER, offsetLag: 40n }]);
    again.manager.start();
    fill(again, 5, 40);
    await pass(again, 60_000);
    expect(again.log().logDir).toBe(OTHER);
    expect(names(again, OTHER)).toEqual(['t-0']);
    expect(values(again)).toEqual(expected(45));
  });

  it('has a name that file systems take, however long its topic is called', async () => {
    const topic = 'x'.repeat(249);
    const world = await open({ moveBytesPerSecond: () => 1000 });
    for (let at = 0; at < 20; at++) append(world.log(topic), batchOf([`v${at}`]));
    const target = world.log(topic).logDir === OTHER ? LOG_DIR : OTHER;
    world.manager.move(topic, 0, target);
    await pass(world, 300);
    const future = world.fileSystem.list(target).find((name) => name.endsWith('-future')) as string;
    expect(future).toHaveLength(255);
    const again = await world.crash();
    again.manager.start();
    await pass(again, 10_000);
    expect(again.log(topic).logDir).toBe(target);
  });

  it('keeps a future directory whose log may lie in a directory that is offline', async () => {
    const world = await open({ moveBytesPerSecond: () => 1000 });
    fill(world, 40);
    world.manager.move('t', 0, OTHER);
    await pass(world, 500);
    const broken = await world.crash();
    broken.fileSystem.refuse = (_, path) => (path.startsWith(LOG_DIR) ? 'EIO' : null);
    const without = await broken.start();
    expect(without.manager.offlineLogDirs).toEqual([LOG_DIR]);
    expect(names(without, OTHER)[0]).toBe('t-0.HEX-future');
  });

  it('begins anew when the log is cut meanwhile', async () => {
    const world = await open({ moveBytesPerSecond: () => 1000 });
    fill(world, 40);
    world.manager.move('t', 0, OTHER);
    await pass(world, 1000);
    world.log().truncateTo(3n);
    for (const value of ['v103', 'v104']) append(world.log(), batchOf([value]));
    await pass(world, 60_000);
    expect(world.log().logDir).toBe(OTHER);
    expect(values(await world.crash())).toEqual(['v0', 'v1', 'v2', 'v103', 'v104']);
  });

  it('is not compacted on its way, and is afterwards; what retention takes meanwhile stays away', async () => {
    const cleanupPolicy = { compact: true, delete: false };
    const cleaner = { backoffMs: 100 };
    const world = await open(
      { moveBytesPerSecond: () => 1000, cleaner },
      { cleanupPolicy, minCleanableDirtyRatio: 0.01 },
    );
    for (let at = 0; at < 30; at++) {
      append(world.log(), singleBatch([record(`v${at}`, 'key')]));
      world.log().advanceHighWatermark(world.log().logEndOffset);
    }
    const before = world.log().sizeInBytes;
    world.manager.move('t', 0, OTHER);
    await pass(world, 1000);
    expect(world.log().sizeInBytes).toBe(before);
    expect([...world.manager.futures()]).toHaveLength(1);
    await pass(world, 10_000);
    expect(world.log().logDir).toBe(OTHER);
    expect(world.log().sizeInBytes).toBeLessThan(before);
    expect(world.fileSystem.readFile(`${OTHER}/cleaner-offset-checkpoint`).toString()).toContain('t 0 ');
    expect(values(await world.crash()).at(-1)).toBe('v29');

    const kept = await open({
      moveBytesPerSecond: () => 1000,
      intervals: { retentionCheckMs: 300, initialDelayMs: 300 },
    });
    fill(kept, 40);
    kept.manager.move('t', 0, OTHER);
    await pass(kept, 200);
    kept.log('t', 0, { retentionBytes: 600 } as Partial<LogConfig>);
    await pass(kept, 60_000);
    expect(kept.log().logDir).toBe(OTHER);
    const { logStartOffset, logEndOffset } = kept.log();
    expect(logStartOffset).toBeGreaterThan(20n);
    expect(values(await kept.crash())).toEqual(expected(Number(logEndOffset)).slice(Number(logStartOffset)));
  });
});

describe('a partition found in two directories', () => {
  async function twice(
    first: number,
    second: number,
    named: string,
    topicIds: readonly string[] = [TOPIC_ID, TOPIC_ID],
  ) {
    const world = await open();
    fill(world, Math.max(first, second));
    await world.manager.close();
    const disk = world.fileSystem;
    for (const name of disk.list(`${LOG_DIR}/t-0`))
      disk.put(`${OTHER}/t-0/${name}`, disk.readFile(`${LOG_DIR}/t-0/${name}`));
    for (const [directory, count] of [
      [LOG_DIR, first],
      [OTHER, second],
    ] as const) {
      if (count < Math.max(first, second)) {
        const world2 = await LogWorld.open(SMALL, { fileSystem: disk, manager: { logDirs: [directory] } });
        world2.log().truncateTo(BigInt(count));
        await world2.manager.close();
      }
      disk.put(
        `${directory}/t-0/partition.metadata`,
        Buffer.from(`version: 0\ntopic_id: ${topicIds[directory === OTHER ? 1 : 0]}`),
      );
      disk.put(`${directory}/meta.properties`, Buffer.from(`version=1\ndirectory.id=${IDS[directory]}\n`));
    }
    const placementOf = () => ({ topicId: TOPIC_ID, directoryId: IDS[named] as string });
    return LogWorld.open(SMALL, { fileSystem: disk, manager: { logDirs: [LOG_DIR, OTHER], placementOf } });
  }
  const IDS: Record<string, string> = { [LOG_DIR]: 'AAAAAAAAAAAAAAAAAAAAbA', [OTHER]: 'AAAAAAAAAAAAAAAAAAAAbQ' };

  it.each([
    ['longer', 10, 12, LOG_DIR, OTHER],
    ['longer', 12, 10, OTHER, LOG_DIR],
    ['one that the metadata do not name yet, of equals,', 10, 10, LOG_DIR, OTHER],
    ['one that the metadata do not name yet, of equals,', 10, 10, OTHER, LOG_DIR],
  ])('is the %s: %i and %i records, %s named', async (_, first, second, named, kept) => {
    const world = await twice(first, second, named);
    expect(world.log().logDir).toBe(kept);
    expect(values(world)).toEqual(expected(Math.max(first, second)));
    const lost = kept === OTHER ? LOG_DIR : OTHER;
    expect([names(world, kept), names(world, lost)]).toEqual([['t-0'], ['t-0.HEX-delete']]);
  });

  it('is the one of the topic that the metadata know; the other is kept aside', async () => {
    const world = await twice(12, 10, LOG_DIR, ['AAAAAAAAAAAAAAAAAAAAzA', TOPIC_ID]);
    expect(values(world)).toEqual(expected(10));
    expect([names(world, OTHER), names(world, LOG_DIR)]).toEqual([['t-0'], ['t-0.HEX-stray']]);
  });

  it('goes on with the one place when the other fails at the start', async () => {
    const world = await twice(10, 12, OTHER);
    await world.manager.close();
    const disk = world.fileSystem;
    disk.put(`${LOG_DIR}/t-0/leader-epoch-checkpoint`, disk.readFile(`${OTHER}/t-0/leader-epoch-checkpoint`));
    for (const name of disk.list(`${OTHER}/t-0`))
      disk.put(`${LOG_DIR}/t-0/${name}`, disk.readFile(`${OTHER}/t-0/${name}`));
    disk.refuse = (call, path) => (call === 'open' && path === `${OTHER}/u-0/00000000000000000000.log` ? 'EIO' : null);
    disk.put(`${OTHER}/u-0/00000000000000000000.log`, Buffer.alloc(10));
    const again = await world.start();
    expect(again.manager.offlineLogDirs).toEqual([OTHER]);
    expect(again.manager.get('t', 0)?.logDir).toBe(LOG_DIR);
    expect(values(again)).toEqual(expected(12));
  });
});
