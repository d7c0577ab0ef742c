import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { openLogManager } from '../../../../src/broker/log/index.ts';
import { ManualClock } from '../../../../src/util/clock.ts';
import { silentLogger } from '../../../../src/util/logger.ts';
import { append, batchOf, defaultConfig, LogWorld, readAll, TOPIC_ID } from './log-world.ts';
import { MemoryFileSystem } from './memory-filesystem.ts';

const BOTH = { logDirs: ['/a', '/b'] };

describe('the log manager', () => {
  it('places new logs where the fewest are', async () => {
    const world = await LogWorld.open({}, { manager: BOTH });
    const dirs = Array.from({ length: 5 }, (_, partition) => world.log('t', partition).logDir);
    expect(dirs).toEqual(['/a', '/b', '/a', '/b', '/a']);
    expect(world.log('t', 0)).toBe(world.manager.get('t', 0));
    expect([...world.manager.all()]).toHaveLength(5);
  });

  it('finds everything again after a clean stop, and says so to the next start by a marker', async () => {
    const world = await LogWorld.open({}, { manager: BOTH });
    for (let partition = 0; partition < 4; partition++)
      append(world.log('a.b-c', partition), batchOf([`${partition}`]));
    await world.manager.close();
    expect(world.fileSystem.status('/a/.kafka_cleanshutdown')).toBeDefined();
    const again = await world.crash();
    expect(again.fileSystem.status('/a/.kafka_cleanshutdown')).toBeUndefined();
    expect(again.lines).toEqual([]);
    expect([...again.manager.all()].map((log) => [log.topic, log.partition, log.logEndOffset, log.topicId])).toEqual(
      expect.arrayContaining([0, 1, 2, 3].map((partition) => ['a.b-c', partition, 1n, TOPIC_ID])),
    );
    expect((await again.crash()).lines.join()).toContain('no clean shutdown marker');
  });

  it('takes a directory out of service at the first I/O failure; the others go on', async () => {
    const offline: string[] = [];
    const world = await LogWorld.open({}, { manager: { ...BOTH, onOffline: (dir) => offline.push(dir) } });
    const [first, second] = [world.log('t', 0), world.log('t', 1)];
    append(first, batchOf(['stored']));
    first.advanceHighWatermark(1n);
    world.fileSystem.refuse = (syscall, file) => (syscall === 'write' && file.startsWith('/a/') ? 'ENOSPC' : null);
    expect(append(first, batchOf(['lost']))).toEqual({ error: 'KAFKA_STORAGE_ERROR' });
    expect([first.isOffline, second.isOffline, offline]).toEqual([true, false, ['/a']]);
    expect(world.manager.offlineLogDirs).toEqual(['/a']);
    expect(() => readAll(first)).toThrow(expect.objectContaining({ error: 'KAFKA_STORAGE_ERROR' }));
    await expect(first.flush()).rejects.toMatchObject({ error: 'KAFKA_STORAGE_ERROR' });
    expect(append(second, batchOf(['stored'])).error).toBe('NONE');
    expect([world.log('t', 2).logDir, world.log('t', 3).logDir]).toEqual(['/b', '/b']);
    expect(world.lines.filter((line) => line.startsWith('ERROR'))).toHaveLength(1);
    world.fileSystem.refuse = () => null;
    await world.manager.close();
    expect(world.fileSystem.status('/a/.kafka_cleanshutdown')).toBeUndefined();
    const again = await world.crash();
    expect(again.manager.get('t', 0)?.logEndOffset).toBe(1n);
  });

  it('marks a directory offline when a background sync fails', async () => {
    const world = await LogWorld.open({ segmentBytes: 100 });
    append(world.log(), batchOf(['a']));
    world.fileSystem.refuse = (syscall) => (syscall === 'fdatasync' ? 'EIO' : null);
    append(world.log(), batchOf(['rolls the segment']));
    await new Promise((go) => setImmediate(go));
    expect(world.log().isOffline).toBe(true);
  });

  it('starts with the directories that can be read, and does not make logs anew that may lie in the others', async () => {
    const world = await LogWorld.open({}, { manager: BOTH });
    append(world.log('t', 0), batchOf(['a']));
    append(world.log('t', 1), batchOf(['b']));
    const disk = MemoryFileSystem.after(world.fileSystem.journal, world.fileSystem.journal.length);
    disk.refuse = (_, file) => (file.startsWith('/a') ? 'EACCES' : null);
    const again = await world.reopen(disk);
    expect(again.manager.offlineLogDirs).toEqual(['/a']);
    expect(again.log('t', 1).logEndOffset).toBe(1n);
    expect(() => again.log('t', 0)).toThrow(expect.objectContaining({ error: 'KAFKA_STORAGE_ERROR' }));
    disk.refuse = () => 'EIO';
    await expect(world.reopen(disk)).rejects.toMatchObject({ error: 'KAFKA_STORAGE_ERROR' });
  });

  it('renames a deleted log at once, answers as if it were unknown, and removes the files later', async () => {
    const world = await LogWorld.open({ fileDeleteDelayMs: 1000 });
    const log = world.log();
    append(log, batchOf(['a']));
    world.manager.delete('t', 0);
    expect(world.manager.get('t', 0)).toBeUndefined();
    const [name] = world.fileSystem.list('/logs').filter((one) => one.startsWith('t-0'));
    expect(name).toMatch(/^t-0\.[0-9a-f]{32}-delete$/);
    expect(append(log, batchOf(['b']))).toEqual({ error: 'UNKNOWN_TOPIC_OR_PARTITION' });
    expect(world.log().logEndOffset).toBe(0n);
    await world.clock.advance(1001);
    expect(world.fileSystem.list('/logs')).not.toContain(name);
    expect(world.manager.offlineLogDirs).toEqual([]);
  });

  it('removes what a stop left of deleted logs and segments', async () => {
    const world = await LogWorld.open({ segmentBytes: 120 });
    const log = world.log();
    for (const value of ['a', 'b', 'c']) append(log, batchOf([value.repeat(20)]));
    world.log('gone');
    world.manager.delete('gone', 0);
    log.truncateTo(1n);
    expect(world.files().some((name) => name.endsWith('.deleted'))).toBe(true);
    const again = await world.crash();
    expect(again.files().some((name) => name.endsWith('.deleted'))).toBe(false);
    expect(again.fileSystem.list('/logs').some((name) => name.endsWith('-delete'))).toBe(false);
    expect(again.log().logEndOffset).toBe(1n);
  });

  it('refuses another topic’s log under the same name', async () => {
    const world = await LogWorld.open();
    world.log();
    expect(() => world.manager.getOrCreate('t', 0, 'AAAAAAAAAAAAAAAAAAAABA', defaultConfig)).toThrow(
      expect.objectContaining({ error: 'INCONSISTENT_TOPIC_ID' }),
    );
  });

  it('writes checkpoints and flushes in the background, and only what changed', async () => {
    const world = await LogWorld.open({ flushMs: 2000 }, { manager: { intervals: { initialDelayMs: 0 } } });
    const log = world.log();
    append(log, batchOf(['a', 'b']));
    log.advanceHighWatermark(2n);
    world.manager.start();
    await world.clock.advance(65_000);
    const text = (name: string) => world.fileSystem.readFile(`/logs/${name}`).toString();
    expect(text('recovery-point-offset-checkpoint')).toBe('0\n1\nt 0 2\n');
    expect(text('replication-offset-checkpoint')).toBe('0\n1\nt 0 2\n');
    const before = world.fileSystem.journal.length;
    await world.clock.advance(600_000);
    expect(world.fileSystem.journal.length).toBe(before);
    await world.manager.close();
  });

  it('flushes before it answers when flush.messages says so', async () => {
    const world = await LogWorld.open({ flushMessages: 2 });
    const syncs = () =>
      world.fileSystem.journal.filter((change) => change.kind === 'sync' && change.path.endsWith('.log')).length;
    append(world.log(), batchOf(['a']));
    expect(syncs()).toBe(0);
    append(world.log(), batchOf(['b']));
    expect(syncs()).toBe(1);
  });
});

describe('ten thousand partitions', () => {
  it('keep few files open, and come back after a clean stop', async () => {
    const world = await LogWorld.open({}, { manager: { maxOpenFiles: 50 } });
    for (let partition = 0; partition < 10_000; partition++) append(world.log('many', partition), batchOf(['a']));
    for (let partition = 0; partition < 10_000; partition += 7)
      expect(readAll(world.log('many', partition))).toHaveLength(1);
    await world.manager.close();
    expect(world.fileSystem.openCount).toBe(0);
    expect(world.fileSystem.mostOpen).toBeLessThan(80);
    const again = await world.crash();
    expect(again.log('many', 9_999).logEndOffset).toBe(1n);
    expect(again.fileSystem.openCount).toBeLessThan(80);
  }, 60_000);

  it('survive a process that runs out of descriptors', async () => {
    const world = await LogWorld.open();
    const logs = Array.from({ length: 20 }, (_, partition) => world.log('t', partition));
    world.fileSystem.refuse = (syscall) => (syscall === 'open' && world.fileSystem.openCount >= 10 ? 'EMFILE' : null);
    for (const log of logs) expect(append(log, batchOf(['a'])).error).toBe('NONE');
    for (const log of logs) expect(readAll(log)).toHaveLength(1);
  });
});

describe('on a real disk', () => {
  it('appends, crashes and comes back', async () => {
    const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'klamm-log-'));
    const options = { logDirs: [directory], clock: new ManualClock(), logger: silentLogger, defaultConfig };
    const manager = await openLogManager(options);
    const log = manager.getOrCreate('t', 0, TOPIC_ID, { ...defaultConfig, segmentBytes: 1000 });
    const now = options.clock.now();
    for (let index = 0; index < 100; index++) append(log, batchOf([`record ${index}`], {}, now));
    await log.flush();
    const crashed = await openLogManager(options);
    expect(readAll(crashed.get('t', 0)!)).toHaveLength(100);
    await crashed.close();
    const again = await openLogManager(options);
    expect(again.get('t', 0)?.logEndOffset).toBe(100n);
    await again.close();
    await manager.close();
    fs.rmSync(directory, { recursive: true });
  });
});
