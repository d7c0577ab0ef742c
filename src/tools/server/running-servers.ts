import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isAlive, type ProcessIdentity } from '../../util/process-identity.ts';

/** A server that runs, as it wrote itself down when it was ready. */
export interface RunningServer extends ProcessIdentity {
  readonly nodeId: number;
  readonly processRoles: readonly string[];
  readonly host: string;
  readonly port: number;
  readonly logDirs: readonly string[];
  /** Where it serves its metrics; null when it does not. */
  readonly metrics?: { readonly host: string; readonly port: number } | null;
}

/** One file `<pid>.json` per running server in the user's runtime directory, so that stop and -daemon find them. */
export class RunningServers {
  private readonly directory: string;

  constructor(directory: string) {
    this.directory = directory;
  }

  add(server: RunningServer): void {
    mkdirSync(this.directory, { recursive: true, mode: 0o700 });
    const path = this.pathOf(server.pid);
    writeFileSync(`${path}.tmp`, `${JSON.stringify(server)}\n`);
    renameSync(`${path}.tmp`, path);
  }

  remove(pid: number): void {
    rmSync(this.pathOf(pid), { force: true });
  }

  find(pid: number): RunningServer | undefined {
    return this.all().find((server) => server.pid === pid);
  }

  all(): RunningServer[] {
    const servers: RunningServer[] = [];
    for (const name of this.names()) {
      const server = this.read(name);
      if (server === undefined) continue;
      if (isAlive(server)) servers.push(server);
      // Killed: it could not take its file away.
      else this.remove(server.pid);
    }
    return servers.sort((a, b) => a.pid - b.pid);
  }

  private names(): string[] {
    try {
      return readdirSync(this.directory).filter((name) => /^\d+\.json$/.test(name));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw error;
    }
  }

  private read(name: string): RunningServer | undefined {
    try {
      return JSON.parse(readFileSync(join(this.directory, name), 'utf8')) as RunningServer;
    } catch (error) {
      // It stopped while we looked.
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  }

  private pathOf(pid: number): string {
    return join(this.directory, `${pid}.json`);
  }
}
