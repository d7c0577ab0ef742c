import { type LogConfig, type PartitionLog } from '../../../../../src/broker/log/types.ts';
import {
  RecordBatch,
  RecordCursor,
  singleBatch,
  transactionMarker,
} from '../../../../../src/protocol/records/index.ts';
import { append, batchOf, fixture, fixtureFileSystem, LOG_DIR, LogWorld, NOW, readAll, record } from '../log-world.ts';
import { MemoryFileSystem } from '../memory-filesystem.ts';

const compact: Partial<LogConfig> = {
  cleanupPolicy: { compact: true, delete: false },
  segmentBytes: 400,
  indexIntervalBytes: 100,
  minCleanableDirtyRatio: 0.01,
  deleteRetentionMs: 1000,
  unknownProducerExpirationMs: Number.POSITIVE_INFINITY,
};
const manager = { cleaner: { backoffMs: 100 } };

function open(config: Partial<LogConfig> = {}): Promise<LogWorld> {
  return LogWorld.open({ ...compact, ...config }, { manager });
}

function put(log: PartitionLog, key: string, value: string | null, timestampMs = NOW): void {
  expect(append(log, singleBatch([record(value, key, timestampMs)])).error).toBe('NONE');
}

/** Lets the cleaner come round once; it works in small steps. */
async function clean(world: LogWorld, log: PartitionLog): Promise<void> {
  log.advanceHighWatermark(log.logEndOffset);
  const rounds = world.lines.length;
  await world.clock.advance(101);
  for (let step = 0; step < 50 && world.lines.length === rounds; step++) await new Promise((go) => setImmediate(go));
}

/** offset -> key=value of all data records. */
function contents(log: PartitionLog): Record<string, string> {
  const cursor = new RecordCursor();
  const found: Record<string, string> = {};
  for (const batch of readAll(log)) {
    if (batch.isControl) continue;
    expect(batch.isCrcValid()).toBe(true);
    cursor.reset(batch);
    while (cursor.next()) found[`${cursor.offset()}`] = `${cursor.key()}=${cursor.value()}`;
  }
  return found;
}

/** Latest value per key, as a reader of the whole topic knows it. */
function table(log: PartitionLog): Record<string, string> {
  const latest: Record<string, string> = {};
  for (const entry of Object.values(contents(log)))
    latest[entry.split('=')[0] as string] = entry.split('=')[1] as string;
  return latest;
}

describe('compaction', () => {
  it('makes of Kafka’s segment byte for byte what Kafka’s cleaner made of it', async () => {
    const fileSystem = fixtureFileSystem();
    for (const suffix of ['log', 'index', 'timeindex']) {
      fileSystem.rename(
        `${LOG_DIR}/compact-0/00000000000000000000.${suffix}.deleted`,
        `${LOG_DIR}/compact-0/00000000000000000000.${suffix}`,
      );
    }
    fileSystem.remove(`${LOG_DIR}/cleaner-offset-checkpoint`);
    const kafkas = new RecordBatch(fixture('compact-0/00000000000000000000.log'));
    const batches: RecordBatch[] = [];
    for (let at = 0; at < kafkas.buffer.length; at += new RecordBatch(kafkas.buffer, at).sizeInBytes) {
      batches.push(new RecordBatch(kafkas.buffer, at));
    }
    // The delete horizon of the tombstones tells when Kafka's cleaner ran: now + delete.retention.ms.
    const horizon = batches.find((batch) => batch.hasDeleteHorizon)?.baseTimestamp as bigint;
    const config = { ...compact, segmentBytes: 1000 };
    const world = await LogWorld.open(config, { fileSystem, manager, nowMs: Number(horizon) - 1000 - 100 });
    const log = world.manager.get('compact', 0) as PartitionLog;
    for (const other of world.manager.all()) {
      if (other !== log) other.updateConfig({ ...other.config, cleanupPolicy: { compact: false, delete: false } });
    }
    world.manager.start();
    await clean(world, log);
    expect(world.file('00000000000000000000.log', 'compact-0').toString('hex')).toBe(kafkas.buffer.toString('hex'));
    for (const name of ['00000000000000000000.index', '00000000000000000000.timeindex']) {
      expect(world.file(name, 'compact-0')).toEqual(fixture(`compact-0/${name}`));
    }
    expect(world.fileSystem.readFile(`${LOG_DIR}/cleaner-offset-checkpoint`)).toEqual(
      fixture('cleaner-offset-checkpoint'),
    );
    await world.manager.close();
  });

  it('keeps the latest value of each key, joins small segments and leaves the active one', async () => {
    const world = await open();
    const log = world.log();
    for (let index = 0; index < 60; index++) put(log, `k${index % 7}`, `v${index}`);
    const before = table(log);
    const active = world
      .files()
      .filter((name) => name.endsWith('.log'))
      .at(-1) as string;
    world.manager.start();
    await clean(world, log);
    expect(table(log)).toEqual(before);
    const below = Object.keys(contents(log)).filter((offset) => Number(offset) < Number(active.slice(0, 20)));
    expect(below.length).toBe(7);
    for (let index = 0; index < 20; index++) put(log, `k${index % 7}`, `w${index}`);
    await clean(world, log);
    expect(world.files().filter((name) => name.endsWith('.log')).length).toBeLessThan(10);
    expect(log.logEndOffset).toBe(80n);
    for (let offset = 0n; offset < 80n; offset++) {
      const { records } = log.read(offset, { maxBytes: 1, minOneBatch: true, endOffset: 80n, readCommitted: false });
      expect(new RecordBatch(records).lastOffset).toBeGreaterThanOrEqual(offset);
    }
    expect((await world.crash()).log().logEndOffset).toBe(80n);
    await world.manager.close();
  });

  it('keeps tombstones for delete.retention.ms after it has seen them, then drops them', async () => {
    const world = await open();
    const log = world.log();
    put(log, 'gone', 'value');
    put(log, 'gone', null);
    put(log, 'stays', 'value');
    for (let index = 0; index < 8; index++) put(log, 'filler', `${index}${'.'.repeat(50)}`);
    world.manager.start();
    await clean(world, log);
    expect(table(log)).toMatchObject({ gone: 'null', stays: 'value' });
    expect(readAll(log).find((batch) => batch.hasDeleteHorizon)?.baseTimestamp).toBe(BigInt(NOW + 100 + 1000));
    await world.clock.advance(1000);
    for (let index = 0; index < 8; index++) put(log, 'filler', `${index}${'.'.repeat(50)}`);
    await clean(world, log);
    expect(table(log)).not.toHaveProperty('gone');
    await world.manager.close();
  });

  it('waits for min.compaction.lag.ms and the dirty ratio, but not beyond max.compaction.lag.ms', async () => {
    const world = await open({ minCompactionLagMs: 1000, minCleanableDirtyRatio: 0.99, maxCompactionLagMs: 5000 });
    const log = world.log();
    const fill = () => {
      for (let index = 0; index < 20; index++) put(log, 'k', `v${index}`, world.clock.now());
    };
    fill();
    world.manager.start();
    await clean(world, log);
    expect(Object.keys(contents(log))).toHaveLength(20);
    await world.clock.advance(1000);
    await clean(world, log);
    const once = Object.keys(contents(log)).length;
    expect(once).toBeLessThan(20);
    fill();
    await world.clock.advance(2000);
    await clean(world, log);
    expect(Object.keys(contents(log))).toHaveLength(once + 20);
    await world.clock.advance(4000);
    await clean(world, log);
    expect(Object.keys(contents(log)).length).toBeLessThan(once + 20);
    await world.manager.close();
  });

  it('drops data of aborted transactions, then their markers; keeps what producers need', async () => {
    const world = await open({ segmentBytes: 500 });
    const log = world.log();
    const send = (id: bigint, sequence: number, key: string, value: string) =>
      append(
        log,
        singleBatch([record(value, key)], {
          producerId: id,
          producerEpoch: 0,
          baseSequence: sequence,
          isTransactional: true,
        }),
      );
    const mark = (id: bigint, type: 'abort' | 'commit') =>
      append(
        log,
        transactionMarker(type, NOW, { producerId: id, producerEpoch: 0, coordinatorEpoch: 0 }),
        'coordinator',
      );
    send(1n, 0, 'k', 'committed');
    mark(1n, 'commit');
    send(2n, 0, 'k', 'aborted');
    send(2n, 1, 'other', 'aborted');
    mark(2n, 'abort');
    for (let index = 0; index < 12; index++) put(log, 'filler', `${index}${'.'.repeat(50)}`);
    world.manager.start();
    await clean(world, log);
    expect(table(log)).toMatchObject({ k: 'committed' });
    expect(Object.values(contents(log))).not.toContain('other=aborted');
    const markers = () => readAll(log).filter((batch) => batch.isControl && batch.recordCount > 0).length;
    expect(markers()).toBe(2);
    // The last batch of a producer stays as a header: its sequence goes on.
    expect(readAll(log).some((batch) => batch.producerId === 2n && batch.recordCount === 0)).toBe(true);
    const again = await world.crash();
    expect(
      again
        .log()
        .activeProducers()
        .find(({ producerId }) => producerId === 2n)?.lastSequence,
    ).toBe(1);
    expect(again.log().lastStableOffset).toBe(again.log().highWatermark);
    await world.manager.close();
  });

  it('does not touch what an open transaction may still undo', async () => {
    const world = await open();
    const log = world.log();
    const meta = { producerId: 3n, producerEpoch: 0, baseSequence: 0, isTransactional: true };
    append(log, singleBatch([record('open', 'k')], meta));
    for (let index = 0; index < 30; index++) put(log, 'k', `v${index}`);
    world.manager.start();
    await clean(world, log);
    expect(Object.keys(contents(log))).toHaveLength(31);
    await world.manager.close();
  });

  it('cleans in pieces when the keys do not fit into its memory', async () => {
    const small = { cleaner: { backoffMs: 100, dedupeBufferBytes: 24 * 20 } };
    const world = await LogWorld.open({ ...compact }, { manager: small });
    const log = world.log();
    for (let index = 0; index < 120; index++) put(log, `k${index % 40}`, `v${index}`);
    const before = table(log);
    world.manager.start();
    await clean(world, log);
    for (let step = 0; step < 200; step++) await new Promise((go) => setImmediate(go));
    expect(table(log)).toEqual(before);
    expect(Object.keys(contents(log)).length).toBeLessThan(80);
    await world.manager.close();
  });

  it('leaves a log that answers the same, wherever a crash cuts it short', async () => {
    const world = await open();
    const log = world.log();
    for (let index = 0; index < 30; index++) put(log, `k${index % 4}`, index % 5 === 4 ? null : `v${index}`);
    const before = table(log);
    await log.flush();
    const { journal } = world.fileSystem;
    const from = journal.length;
    world.manager.start();
    await clean(world, log);
    const { length } = journal;
    expect(length - from).toBeGreaterThan(20);
    for (let count = from; count <= length; count++) {
      const change = journal[count - 1]!;
      const cuts = change.kind === 'write' ? [0, 1, Math.floor(change.bytes.length / 2), change.bytes.length] : [0];
      for (const bytes of cuts) {
        const disk = MemoryFileSystem.after(journal, count, bytes);
        disk.put(`${LOG_DIR}/recovery-point-offset-checkpoint`, Buffer.from('0\n1\nt 0 30\n'));
        const again = await world.reopen(disk);
        expect({ count, table: table(again.log()), end: again.log().logEndOffset }).toEqual({
          count,
          table: before,
          end: 30n,
        });
        expect(again.files().filter((name) => /cleaned|swap|deleted/.test(name))).toEqual([]);
      }
    }
    await world.manager.close();
  });

  it('gives up when the log is cut meanwhile', async () => {
    const world = await open({ segmentBytes: 1 << 20 });
    const log = world.log();
    const value = '.'.repeat(200_000);
    for (let index = 0; index < 30; index++) put(log, 'k', value);
    log.advanceHighWatermark(30n);
    world.manager.start();
    await world.clock.advance(101);
    log.truncateTo(8n);
    for (let step = 0; step < 100; step++) await new Promise((go) => setImmediate(go));
    expect(world.lines.join('\n')).toContain('was given up');
    expect(log.logEndOffset).toBe(8n);
    await world.manager.close();
  });

  it('stamps nothing onto plain batches: those that keep all records stay as they are', async () => {
    const world = await open();
    const log = world.log();
    for (let index = 0; index < 20; index++) put(log, `k${index}`, `v${index}`);
    const before = readAll(log).map((batch) => batch.bytes().toString('hex'));
    world.manager.start();
    await clean(world, log);
    expect(readAll(log).map((batch) => batch.bytes().toString('hex'))).toEqual(before);
    expect(batchOf(['x']).length).toBeGreaterThan(0);
    await world.manager.close();
  });

  it('keeps the pace that is asked for, as it is when a cleaning begins', async () => {
    const cleaner = { backoffMs: 100, maxBytesPerSecond: 1024 * 1024 };
    const world = await LogWorld.open({ ...compact, segmentBytes: 3 << 20 }, { manager: { cleaner } });
    world.manager.start();
    const log = world.log();
    const value = 'v'.repeat(600_000);
    for (let i = 0; i < 8; i++) put(log, 'k', value);
    log.advanceHighWatermark(log.logEndOffset);
    const settle = async () => {
      for (let step = 0; step < 30; step++) await new Promise((go) => setImmediate(go));
    };
    const isCleaned = () => world.lines.some((line) => line.includes('Cleaned'));
    await world.clock.advance(101);
    await settle();
    expect(isCleaned()).toBe(false);
    let waitedMs = 0;
    for (; !isCleaned() && waitedMs < 60_000; waitedMs += 500) {
      await world.clock.advance(500);
      await settle();
    }
    expect(waitedMs).toBeGreaterThan(3000);
    expect(waitedMs).toBeLessThan(20_000);
  });
});
