import { linkSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { JavaError } from '../util/java-error.ts';

export const LOCK_FILE = '.lock';

/** Who holds a directory: its process, and when that began, as process ids come again. */
interface Holder {
  readonly pid: number;
  readonly startTime: string;
}

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
      writeFileSync(own, `${pid} ${startTimeOf(pid)}\n`);
      // A link is made whole or not at all, also when two brokers start at once.
      while (!linked(own, path)) {
        if (isHeldByKafka(path) || isAlive(holderOf(path))) throw inUse(directory);
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

/** The process that holds a directory; null when nobody does. */
export function processHolding(directory: string): number | null {
  const holder = holderOf(`${directory}/${LOCK_FILE}`);
  return holder !== null && isAlive(holder) ? holder.pid : null;
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
    if (!isAlive(readHolder(aside))) return;
    linked(aside, path);
    throw inUse(directory);
  } finally {
    rmSync(aside, { force: true });
  }
}

function holderOf(path: string): Holder | null {
  try {
    return readHolder(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

/** Kafka's own lock file is empty. */
function readHolder(path: string): Holder | null {
  const match = /^(\d+) (\S+)\n$/.exec(readFileSync(path, 'latin1'));
  return match ? { pid: Number(match[1]), startTime: match[2] as string } : null;
}

function isAlive(holder: Holder | null): boolean {
  if (holder === null) return false;
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  return holder.startTime === startTimeOf(holder.pid);
}

/** Field 22 of proc(5) stat; "-" where the system does not tell, then the process id alone decides. */
function startTimeOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    // A killed process that its parent has not noticed yet.
    return fields[0] === 'Z' ? 'ended' : (fields[19] ?? '-');
  } catch {
    // No /proc on this system, or the process has just ended.
    return '-';
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
