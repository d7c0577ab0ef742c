import { spawn } from 'node:child_process';
import { closeSync, fstatSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ToolContext } from '../../util/tool-context.ts';
import { type RunningServer, type RunningServers } from './running-servers.ts';

export interface DaemonOptions {
  /** The program and its arguments, without -daemon. */
  readonly command: readonly string[];
  /** Where `kafkaServer.out` (everything it prints) and `kafka.pid` go. */
  readonly logDirectory: string;
  readonly running: RunningServers;
}

export type DaemonOutcome =
  | { readonly isReady: true; readonly server: RunningServer; readonly outputFile: string }
  | { readonly isReady: false; readonly output: string; readonly outputFile: string };

const LOOK_EVERY_MS = 50;

/**
 * Starts a server that outlives this process, and waits until it serves or has ended. Its output of this start is returned
 * when it did not get that far.
 */
export async function startDaemon(options: DaemonOptions, { clock }: ToolContext): Promise<DaemonOutcome> {
  const { command, logDirectory, running } = options;
  mkdirSync(logDirectory, { recursive: true });
  const outputFile = join(logDirectory, 'kafkaServer.out');
  const descriptor = openSync(outputFile, 'a');
  // What earlier servers printed stays; another one may even be at it.
  const { size: begin } = fstatSync(descriptor);
  const [program, ...args] = command;
  const child = spawn(program as string, args, { detached: true, stdio: ['ignore', descriptor, descriptor] });
  closeSync(descriptor);
  const ended = new Promise<'ended'>((resolve) => {
    child.on('exit', () => resolve('ended'));
    child.on('error', () => resolve('ended'));
  });
  for (;;) {
    const server = child.pid === undefined ? undefined : running.find(child.pid);
    if (server) {
      writeFileSync(join(logDirectory, 'kafka.pid'), `${server.pid}\n`);
      child.unref();
      return { isReady: true, server, outputFile };
    }
    const look = new Promise<'look'>((resolve) => clock.after(LOOK_EVERY_MS, () => resolve('look')));
    if ((await Promise.race([ended, look])) === 'ended') {
      const output = readFileSync(outputFile).toString('utf8', begin);
      return { isReady: false, output, outputFile };
    }
  }
}
