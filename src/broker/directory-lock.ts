import { linkSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { JavaError } from '../util/java-error.ts';
import { isAlive, processIdentity } from '../util/process-identity.ts';

export const LOCK_FILE = '.lock';

/**
 * Keeps a second broker out of a log directory by Kafka's `.lock` file. Kafka locks the file itself, which Node cannot; we
 * write who we are into it and look whether that process lives, so a lock outlives its broker only as a file. A Kafka of
 * the JVM that holds its lock is found in /proc/locks. Throws JavaError in Kafka's words.
 */
export class DirectoryLock {
  private readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  static acquire(directory: string, pid: number): DirectoryLock {
    const path = `${directory}/${LOCK_FILE}`;
    const own = `${path}.${pid}`;
    try {
      writeFileSync(own, `${pid} ${processIdentity(pid).startTime}\n`);
      // A link is made whole or not at all, also when two brokers start at once.
      while (!linked(own, path)) {
        if (isHeldByKafka(path) || isHeld(path)) throw inUse(directory);
        removeStale(path, own, directory);
      }
    } finally {
      rmSync(own, { force: true });
    }
    return new DirectoryLock(path);
  }

  release(): void {
    rmSync(this.path, { force: true });
  }
}

function inUse(directory: string): JavaError {
  return new JavaError(
    'org.apache.kafka.common.KafkaException',
    `Failed to acquire lock on file .lock in ${directory}. A Kafka instance in another process or thread is using this directory.`,
  );
}

function linked(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Another starter may have taken the stale lock over since we looked: then what we moved away is put back. */
function removeStale(path: string, own: string, directory: string): void {
  const aside = `${own}.stale`;
  try {
    renameSync(path, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  try {
    if (!isHeld(aside)) return;
    linked(aside, path);
    throw inUse(directory);
  } finally {
    rmSync(aside, { force: true });
  }
}

/** Kafka's own lock file is empty. */
function isHeld(path: string): boolean {
  try {
    const match = /^(\d+) (\S+)\n$/.exec(readFileSync(path, 'latin1'));
    return match !== null && isAlive({ pid: Number(match[1]), startTime: match[2] as string });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}

function isHeldByKafka(path: string): boolean {
  try {
    const { ino } = statSync(path);
    // "1: POSIX  ADVISORY  WRITE 4711 08:01:1234567 0 EOF"
    return readFileSync('/proc/locks', 'latin1')
      .split('\n')
      .some((line) => line.includes('POSIX') && line.includes(`:${ino} `));
  } catch {
    // Not Linux, or the file went away.
    return false;
  }
}

/** A failed system call: the directory is at fault, not another broker. */
export function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return typeof error === 'object' && error !== null && 'syscall' in error;
}
