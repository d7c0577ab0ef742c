import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { DirectoryLock } from '../../../src/broker/directory-lock.ts';

describe('DirectoryLock', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(`${tmpdir()}/klamm-lock-`);
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  it('refuses a directory that a living process holds, in the words of Kafka', () => {
    const lock = DirectoryLock.acquire(directory, process.pid);
    expect(() => DirectoryLock.acquire(directory, process.pid)).toThrow(
      `Failed to acquire lock on file .lock in ${directory}. A Kafka instance in another process or thread is using this directory.`,
    );
    lock.release();
    expect(readdirSync(directory)).toEqual([]);
    DirectoryLock.acquire(directory, process.pid).release();
  });

  it('takes over what a killed broker left, and the empty file of Kafka', async () => {
    const child = spawn('sleep', ['60']);
    const lock = DirectoryLock.acquire(directory, child.pid as number);
    const ended = new Promise((resolve) => child.on('exit', resolve));
    expect(() => DirectoryLock.acquire(directory, process.pid)).toThrow('Failed to acquire lock');
    child.kill('SIGKILL');
    await ended;
    DirectoryLock.acquire(directory, process.pid);
    lock.release();
    writeFileSync(`${directory}/.lock`, '');
    DirectoryLock.acquire(directory, process.pid).release();
    expect(existsSync(`${directory}/.lock`)).toBe(false);
  });

  it('does not mistake a new process for the holder because the system gave it the same number', () => {
    writeFileSync(`${directory}/.lock`, `${process.pid} 1\n`);
    DirectoryLock.acquire(directory, process.pid).release();
  });
});
