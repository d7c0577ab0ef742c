import { type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, isListening } from '../ports.ts';
import { type Finished, runBin } from './run-bin.ts';

let directory: string;
let env: Record<string, string>;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'klamm-server-'));
  const at = (name: string) => join(directory, name);
  env = { XDG_RUNTIME_DIR: at('run'), XDG_STATE_HOME: at('state'), XDG_DATA_HOME: at('share'), LOG_DIR: '' };
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const run = (name: string, ...args: string[]): Promise<Finished> => runBin(name, args, { env, cwd: directory });

/** A program that goes on running: its first line, and what came of it in the end. */
function startBin(name: string, args: readonly string[]) {
  const { promise: firstLine, resolve } = Promise.withResolvers<string>();
  let started: ChildProcess | null = null;
  const ended = runBin(name, args, {
    env,
    cwd: directory,
    during: (child) => {
      started = child;
      child.stdout?.once('data', (text: string) => resolve(text.split('\n')[0] as string));
    },
  });
  return { firstLine, ended, child: started as unknown as ChildProcess };
}

async function writeProperties(nodeId = 1): Promise<number> {
  const port = await freePort();
  const lines = [
    'process.roles=broker,controller',
    `node.id=${nodeId}`,
    `controller.quorum.voters=${nodeId}@127.0.0.1:1`,
    'controller.listener.names=CONTROLLER',
    `listeners=PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:0`,
    `log.dirs=${join(directory, `data${nodeId}`)}`,
  ];
  writeFileSync(join(directory, `s${nodeId}.properties`), `${lines.join('\n')}\n`);
  return port;
}

describe('kafka-server-start', () => {
  it('shows its usage on stderr when nothing is given', async () => {
    const { stdout, stderr, status } = await run('kafka-server-start');
    expect(stdout).toBe('');
    expect(stderr).toMatch(
      /^USAGE: java \[options\] kafka\.Kafka server\.properties \[--override property=value\]\*\nOption /,
    );
    expect(stderr).not.toContain('daemon');
    expect(status).toBe(1);
  });

  it.each([
    [['nowhere.properties'], 'java.nio.file.NoSuchFileException: nowhere.properties'],
    [['s1.properties', '--no-such'], 'joptsimple.UnrecognizedOptionException: no-such is not a recognized option'],
    [['s1.properties'], 'java.lang.RuntimeException: No readable meta.properties files found.'],
    [
      ['s1.properties', '--override', 'num.partitions=several'],
      'org.apache.kafka.common.config.ConfigException: Invalid value several for configuration num.partitions: Not a number of type INT',
    ],
  ])('tells why it does not start as Kafka does: %j', async (args, line) => {
    await writeProperties();
    const { stdout, status } = await run('kafka-server-start', ...args);
    const [first, second] = stdout.split('\n');
    expect(first).toMatch(/^\[.{23}\] ERROR Exiting Kafka due to fatal exception \(kafka\.Kafka\$\)$/);
    expect(second).toBe(line);
    expect(status).toBe(1);
  });

  it('tells it in one line as klamm server-start', async () => {
    await writeProperties();
    const { stdout, stderr, status } = await run('klamm', 'server-start', 's1.properties');
    expect([stdout, stderr, status]).toEqual(['', 'klamm server-start: No readable meta.properties files found.\n', 1]);
  });

  it('runs in the background with -daemon until kafka-server-stop stops just that server', async () => {
    const [first, second] = [await writeProperties(1), await writeProperties(2)];
    for (const nodeId of [1, 2]) {
      await run('kafka-storage', 'format', '-t', 'MkU3OEVBNTcwNTJENDM2Qg', '-c', `s${nodeId}.properties`);
      const { stdout, stderr, status } = await run('kafka-server-start', '-daemon', `s${nodeId}.properties`);
      expect([stdout, stderr, status]).toEqual(['', '', 0]);
    }
    const logs = join(directory, 'state/klamm/node-1');
    expect(readFileSync(join(logs, 'kafkaServer.out'), 'utf8')).toContain('Kafka Server started');
    expect(Number(readFileSync(join(logs, 'kafka.pid'), 'utf8'))).toBeGreaterThan(1);

    const again = await run('kafka-server-start', '-daemon', 's1.properties');
    expect(again.stderr).toContain('Failed to acquire lock on file .lock in');
    expect(again.status).toBe(1);

    expect(readFileSync(join(logs, 'server.log'), 'utf8')).toContain('Kafka Server started');

    const unsure = await run('klamm', 'server-stop');
    expect(unsure.stderr).toMatch(/^Several servers run; .*\n {2}node 1 on .*\n {2}node 2 on .*\n$/);
    expect(unsure.status).toBe(1);
    expect((await run('kafka-server-stop', 's1.properties')).status).toBe(0);
    expect([await isListening(first), await isListening(second)]).toEqual([false, true]);
    expect(existsSync(join(directory, 'data1/.kafka_cleanshutdown'))).toBe(true);
    expect((await run('kafka-server-stop')).status).toBe(0);
    expect(await isListening(second)).toBe(false);
    const none = await run('kafka-server-stop');
    expect([none.stdout, none.status]).toEqual(['No kafka server to stop\n', 1]);
  });

  it('prints warnings alone beside its log file, as klamm server-start', async () => {
    const port = await writeProperties();
    await run('kafka-storage', 'format', '-t', 'MkU3OEVBNTcwNTJENDM2Qg', '-c', 's1.properties');
    const logFile = join(directory, 'broker.log');
    const override = ['--override', `klamm.log.file=${logFile}`, '--override', 'klamm.log.format=json'];
    expect((await run('klamm', 'server-start', '-daemon', 's1.properties', ...override)).status).toBe(0);
    expect(await isListening(port)).toBe(true);
    expect((await run('kafka-server-stop')).status).toBe(0);
    expect(readFileSync(join(directory, 'state/klamm/node-1/kafkaServer.out'), 'utf8')).toBe('');
    const [first] = readFileSync(logFile, 'utf8').split('\n');
    expect(JSON.parse(first as string)).toMatchObject({ level: 'INFO', logger: expect.any(String) });
  });
});

describe('klamm start', () => {
  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('formats by itself, says what to type next, and ends cleanly on %s', async (signal, status) => {
    const data = join(directory, 'data');
    const broker = startBin('klamm', ['start', '--port', '0', '--data-dir', data]);
    const line = await broker.firstLine;
    expect(line).toMatch(
      /^Broker ready on localhost:\d+, data in .*data\. Next: klamm topics --bootstrap-server localhost:\d+ --create --topic first \(Ctrl-C here stops it\)$/,
    );
    const port = /localhost:(\d+)/.exec(line)?.[1];
    const created = await run(
      'kafka-topics',
      '--bootstrap-server',
      `localhost:${port}`,
      '--create',
      '--topic',
      'first',
    );
    expect(created.stdout).toBe('Created topic first.\n');
    broker.child.kill(signal);
    expect(await broker.ended).toMatchObject({ status, stderr: '' });
    expect(existsSync(join(data, '.kafka_cleanshutdown'))).toBe(true);
    expect(existsSync(join(data, 'first-0'))).toBe(true);
  });

  it('keeps data in the directory of the user, or nowhere', async () => {
    const kept = startBin('klamm', ['start', '--port', '0']);
    expect(await kept.firstLine).toContain(`data in ${join(directory, 'share/klamm/data')}.`);
    const ephemeral = startBin('klamm', ['start', '--port', '0', '--ephemeral']);
    const temporary = /data in (\S+)\./.exec(await ephemeral.firstLine)?.[1] as string;
    expect(existsSync(temporary)).toBe(true);
    for (const one of [kept, ephemeral]) one.child.kill('SIGTERM');
    await Promise.all([kept.ended, ephemeral.ended]);
    expect(existsSync(temporary)).toBe(false);
    expect(existsSync(join(directory, 'share/klamm/data/meta.properties'))).toBe(true);
  });

  it('says in one line that the port is taken', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
    const { port } = server.address() as { port: number };
    const { stderr, status } = await run('klamm', 'start', '--ephemeral', '--port', String(port));
    server.close();
    expect(stderr).toMatch(/^klamm start: Socket server failed to bind to localhost:\d+: Address already in use\.\n$/);
    expect(status).toBe(1);
  });
});
