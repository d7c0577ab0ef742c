import { readFileSync } from 'node:fs';

/** A process, and when it began: its number alone comes again. */
export interface ProcessIdentity {
  readonly pid: number;
  readonly startTime: string;
}

/** `startTime` is "-" where the system does not tell; then the number alone decides. */
export function processIdentity(pid: number): ProcessIdentity {
  return { pid, startTime: startTimeOf(pid) };
}

export function isAlive({ pid, startTime }: ProcessIdentity): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // Somebody else's process is one, too.
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  return startTime === startTimeOf(pid);
}

/** Field 22 of proc(5) stat. */
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
