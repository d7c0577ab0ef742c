import { spawn } from 'node:child_process';
import { openSync, readFileSync } from 'node:fs';

export interface Run {
  readonly seconds: number;
  /** User and system time of the process, 0 where the system does not tell. */
  readonly cpuSeconds: number;
  /** Largest resident set, 0 where the system does not tell. */
  readonly peakMegabytes: number;
}

export interface Command {
  readonly program: string;
  readonly args: readonly string[];
  /** File for stdin; absent: nothing. */
  readonly stdin?: string;
}

const POLL_MS = 10;
const CLOCK_TICKS_PER_SECOND = 100;

/** Runs a command once, stdout thrown away. Throws with its stderr when it fails. */
export async function measure({ program, args, stdin }: Command): Promise<Run> {
  const input = openSync(stdin ?? '/dev/null', 'r');
  const startedAt = process.hrtime.bigint();
  const child = spawn(program, args, { stdio: [input, 'ignore', 'pipe'] });
  let complaint = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    complaint = (complaint + chunk).slice(-2000);
  });
  let usage = { cpuSeconds: 0, peakMegabytes: 0 };
  const poll = setInterval(() => {
    if (child.pid !== undefined) usage = usageOf(child.pid) ?? usage;
  }, POLL_MS);
  try {
    const status = await new Promise<number | null>((resolve, reject) => {
      child.on('error', reject);
      child.on('exit', resolve);
    });
    const seconds = Number(process.hrtime.bigint() - startedAt) / 1e9;
    if (status !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${status}:\n${complaint}`);
    return { seconds, ...usage };
  } finally {
    clearInterval(poll);
  }
}

/** From /proc: launchers replace themselves by the program, so the child is the program. */
function usageOf(pid: number): { cpuSeconds: number; peakMegabytes: number } | undefined {
  try {
    const peak = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /, '')
      .split(' ');
    if (!peak) return undefined;
    const ticks = Number(fields[11]) + Number(fields[12]);
    return { cpuSeconds: ticks / CLOCK_TICKS_PER_SECOND, peakMegabytes: Number(peak[1]) / 1024 };
  } catch {
    // The process has ended, or this system has no /proc: what was seen last stands.
    return undefined;
  }
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const [low, high] = [sorted[middle - 1] ?? Number.NaN, sorted[middle] ?? Number.NaN];
  return sorted.length % 2 === 1 ? high : (low + high) / 2;
}

export interface Contestant {
  readonly name: string;
  /** Called before every round. */
  command(round: number): Promise<Command> | Command;
}

/** Runs the contestants in turn, A B A B, each round beginning with another, so that a busy moment hits them alike. */
export async function inTurn(contestants: readonly Contestant[], rounds: number): Promise<Map<string, Run[]>> {
  const runs = new Map<string, Run[]>(contestants.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (let turn = 0; turn < contestants.length; turn++) {
      const contestant = contestants[(round + turn) % contestants.length] as Contestant;
      const run = await measure(await contestant.command(round));
      runs.get(contestant.name)?.push(run);
      process.stderr.write(`  round ${round + 1}: ${contestant.name} ${run.seconds.toFixed(2)} s\n`);
    }
  }
  return runs;
}
