import { type ChildProcess, spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = join(dirname(fileURLToPath(import.meta.url)), '../..');

export interface Finished {
  readonly stdout: string;
  readonly stderr: string;
  readonly status: number | null;
}

export interface RunOptions {
  readonly input?: string | Buffer;
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Called once the process runs, with its stdin still open: end it or signal it. */
  readonly during?: (child: ChildProcess) => void;
  /** The executable, where it is not bin/NAME. */
  readonly path?: string;
}

/** Runs the real launcher of a program, built from this tree, and waits for its end. */
export async function runBin(name: string, args: readonly string[], options: RunOptions = {}): Promise<Finished> {
  const child = spawn(options.path ?? join(root, 'bin', name), args, {
    cwd: options.cwd ?? root,
    env: { ...process.env, NODE_OPTIONS: '', ...options.env },
  });
  const collected = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream].setEncoding('utf8').on('data', (text: string) => {
      collected[stream] += text;
    });
  }
  child.stdin.on('error', () => undefined);
  if (options.during) options.during(child);
  else child.stdin.end(options.input ?? '');
  const status = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  return { ...collected, status };
}
