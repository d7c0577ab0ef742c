import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { localBrokerProperties } from '../../../../src/tools/server/local-broker.ts';
import { type RunningServer, RunningServers } from '../../../../src/tools/server/running-servers.ts';
import { configuredLogDirs, serverProperties } from '../../../../src/tools/server/server-properties.ts';
import { chooseServers, stopServers } from '../../../../src/tools/server/stop-servers.ts';
import { userDirectories } from '../../../../src/tools/server/user-directories.ts';
import { systemClock } from '../../../../src/util/clock.ts';
import { processIdentity } from '../../../../src/util/process-identity.ts';
import { type ToolContext } from '../../../../src/util/tool-context.ts';

const CONTEXT = { clock: systemClock } as ToolContext;

function serverOf(pid: number, more: Partial<RunningServer> = {}): RunningServer {
  const found = {
    nodeId: 1,
    processRoles: ['broker', 'controller'],
    host: 'localhost',
    port: 9092,
    logDirs: ['/data'],
  };
  return { ...processIdentity(pid), ...found, ...more };
}

describe('server tools', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(`${tmpdir()}/klamm-tools-`);
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  it('puts overrides on top of the file; a word without = empties a property', () => {
    writeFileSync(`${directory}/s.properties`, '# comment\nnode.id=1\nlog.dirs = /a, b\n');
    const file = `${directory}/s.properties`;
    const properties = serverProperties(file, ['node.id=2', 'listeners=A=B', 'empty']);
    expect([...properties]).toEqual([
      ['node.id', '2'],
      ['log.dirs', '/a, b'],
      ['listeners', 'A=B'],
      ['empty', ''],
    ]);
    expect(configuredLogDirs(file)).toEqual(['/a', `${process.cwd()}/b`]);
    expect(() => serverProperties(`${directory}/nowhere`, [])).toThrow(/ENOENT/);
  });

  it('keeps to the directories of the desktop standard', () => {
    expect(userDirectories({}, '/home/u', 7)).toEqual({
      data: '/home/u/.local/share/klamm',
      state: '/home/u/.local/state/klamm',
      runtime: `${tmpdir()}/klamm-7`,
    });
    const given = { XDG_DATA_HOME: '/d', XDG_STATE_HOME: '/s', XDG_RUNTIME_DIR: '/r' };
    expect(userDirectories(given, '/home/u', 7)).toEqual({ data: '/d/klamm', state: '/s/klamm', runtime: '/r/klamm' });
  });

  it('advertises a name when it listens on all addresses', () => {
    const base = {
      port: 9092,
      controllerPort: 9093,
      dataDirectory: '/d',
      overrides: new Map([['num.partitions', '3']]),
    };
    const properties = localBrokerProperties({ ...base, host: '0.0.0.0' });
    expect(properties.get('advertised.listeners')).not.toContain('0.0.0.0');
    expect(properties.get('num.partitions')).toBe('3');
    expect(localBrokerProperties({ ...base, host: '::1' }).get('listeners')).toContain('PLAINTEXT://[::1]:9092');
  });

  it('knows who runs, and forgets who was killed', async () => {
    const running = new RunningServers(`${directory}/run`);
    expect(running.all()).toEqual([]);
    const child = spawn('sleep', ['60']);
    const pid = child.pid as number;
    running.add(serverOf(process.pid));
    running.add(serverOf(pid, { nodeId: 2 }));
    expect(
      running
        .all()
        .map((one) => one.pid)
        .sort(),
    ).toEqual([process.pid, pid].sort());
    const ended = new Promise((resolve) => child.on('exit', resolve));
    child.kill('SIGKILL');
    await ended;
    expect(running.find(pid)).toBeUndefined();
    expect(readdirSync(`${directory}/run`)).toEqual([`${process.pid}.json`]);
    running.remove(process.pid);
    expect(running.all()).toEqual([]);
  });

  it('chooses by directory, node, role and process', () => {
    const all = [
      serverOf(1, { logDirs: ['/a'] }),
      serverOf(2, { nodeId: 2, logDirs: ['/b', '/c'] }),
      serverOf(3, { nodeId: 3, processRoles: ['broker'], logDirs: ['/d'] }),
    ];
    const pids = (choice: Parameters<typeof chooseServers>[1]) => chooseServers(all, choice).map(({ pid }) => pid);
    expect(pids({})).toEqual([1, 2, 3]);
    expect(pids({ logDirs: ['/x', '/c'] })).toEqual([2]);
    expect(pids({ nodeId: 3 })).toEqual([3]);
    expect(pids({ processRole: 'controller' })).toEqual([1, 2]);
    expect(pids({ processRole: 'controller', pid: 2 })).toEqual([2]);
    expect(pids({ nodeId: 9 })).toEqual([]);
  });

  it('waits until a server has stopped, and says which one has not', async () => {
    const willing = spawn('sleep', ['60']);
    const deaf = spawn('sh', ['-c', 'trap "" TERM; echo ready; while :; do sleep 0.1; done']);
    await new Promise((resolve) => deaf.stdout.on('data', resolve));
    const servers = [serverOf(willing.pid as number), serverOf(deaf.pid as number)];
    const kill = (pid: number) => process.kill(pid, 'SIGTERM');
    const left = await stopServers(servers, { kill, timeoutMs: 300 }, CONTEXT);
    expect(left.map(({ pid }) => pid)).toEqual([deaf.pid]);
    deaf.kill('SIGKILL');
  });
});
