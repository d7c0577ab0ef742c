import { setTimeout as sleep } from 'node:timers/promises';
import { isAlive } from '../../util/process-identity.ts';
import { type ToolContext } from '../../util/tool-context.ts';
import { type RunningServer } from './running-servers.ts';

const LOOK_EVERY_MS = 50;

/** What `kafka-server-stop` was asked for; everything absent means the only server there is. */
export interface ServerChoice {
  readonly logDirs?: readonly string[] | undefined;
  readonly nodeId?: number | undefined;
  readonly processRole?: string | undefined;
  readonly pid?: number | undefined;
}

export function chooseServers(running: readonly RunningServer[], choice: ServerChoice): RunningServer[] {
  const { logDirs, nodeId, processRole, pid } = choice;
  return running.filter(
    (server) =>
      (logDirs === undefined || server.logDirs.some((directory) => logDirs.includes(directory))) &&
      (nodeId === undefined || server.nodeId === nodeId) &&
      (processRole === undefined || server.processRoles.includes(processRole)) &&
      (pid === undefined || server.pid === pid),
  );
}

/** Asks servers to stop cleanly and waits until they have; `kill` sends the signal. Returns those that live on. */
export async function stopServers(
  servers: readonly RunningServer[],
  options: { kill: (pid: number) => void; timeoutMs: number },
  { clock }: ToolContext,
): Promise<RunningServer[]> {
  for (const { pid } of servers) {
    try {
      options.kill(pid);
    } catch (error) {
      // It has just ended by itself.
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }
  const deadline = clock.now() + options.timeoutMs;
  for (;;) {
    const left = servers.filter(isAlive);
    if (left.length === 0 || clock.now() >= deadline) return left;
    // The clock's timers do not keep a process alive that only waits.
    await sleep(LOOK_EVERY_MS);
  }
}
