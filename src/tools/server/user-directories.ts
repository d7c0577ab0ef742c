import { tmpdir } from 'node:os';

/** Where a user's data, state and running programs are kept. Source: XDG Base Directory Specification. */
export interface UserDirectories {
  /** Kept for ever: topics. */
  readonly data: string;
  /** Kept, but nobody misses it: logs of daemons. */
  readonly state: string;
  /** Gone after a restart of the machine: who is running. */
  readonly runtime: string;
}

export function userDirectories(environment: NodeJS.ProcessEnv, home: string, userId: number): UserDirectories {
  const { XDG_DATA_HOME, XDG_STATE_HOME, XDG_RUNTIME_DIR } = environment;
  return {
    data: `${XDG_DATA_HOME || `${home}/.local/share`}/klamm`,
    state: `${XDG_STATE_HOME || `${home}/.local/state`}/klamm`,
    runtime: XDG_RUNTIME_DIR ? `${XDG_RUNTIME_DIR}/klamm` : `${tmpdir()}/klamm-${userId}`,
  };
}
