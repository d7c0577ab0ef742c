import { type RunningBroker, startBroker } from '../../broker/daemon.ts';
import { type NamedLogger } from '../../util/log-lines.ts';
import { processIdentity } from '../../util/process-identity.ts';
import { type ToolContext } from '../../util/tool-context.ts';
import { type RunningServers } from './running-servers.ts';

export interface RunServerOptions {
  readonly properties: ReadonlyMap<string, string>;
  /** Prepares directories that are not formatted yet, instead of refusing them. */
  readonly formatsDirectories: boolean;
  readonly pid: number;
  readonly running: RunningServers;
  readonly logger: NamedLogger;
  readonly onReady?: (broker: RunningBroker) => void;
}

/**
 * Runs a broker in this process until the context's signal fires, then stops it cleanly. Throws what keeps it from starting;
 * returns false when it had to give up while running.
 */
export async function runServer(options: RunServerOptions, context: ToolContext): Promise<boolean> {
  const { properties, formatsDirectories, pid, running, logger } = options;
  const { clock, signal } = context;
  const broker = await startBroker({ properties, formatsDirectories, pid, clock, logger });
  const { nodeId, processRoles, host, port, logDirs, metrics } = broker;
  running.add({ ...processIdentity(pid), nodeId, processRoles, host, port, logDirs, metrics });
  try {
    options.onReady?.(broker);
    const stopped = new Promise<true>((resolve) => {
      if (signal.aborted) resolve(true);
      signal.addEventListener('abort', () => resolve(true), { once: true });
    });
    return await Promise.race([stopped, broker.failed.then(() => false)]);
  } finally {
    await broker.stop();
    running.remove(pid);
  }
}
