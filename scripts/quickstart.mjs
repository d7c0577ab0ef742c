// `npm run quickstart [FILE]`: a broker of ours on a free port, a topic with 3 partitions, FILE through the console producer and back
// through the console consumer in a group; says what it runs and whether the lines came back. Nothing stays behind.
// Plain JavaScript for any Node from 18 on: it installs and builds what is missing first.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { freePorts, isListening } from './ports.mjs';
import { ensureBuilt, ensureInstalled, root } from './ready.mjs';

const TOPIC = 'quickstart';
const GROUP = 'quickstart-readers';
const PATIENCE_MS = 60_000;

const say = (text = '') => console.log(text);
const home = process.env.INIT_CWD ?? process.cwd();
const shown = (path) => (relative(home, path).startsWith('..') ? path : relative(home, path));

/** Runs one of our programs, shows the command, resolves with its stdout. */
async function run(name, args, { stdin, isQuiet = false } = {}) {
  say(`$ ${[name, ...args].join(' ')}${stdin ? ` < ${shown(stdin)}` : ''}`);
  const child = spawn(join(root, 'bin', name), args, {
    stdio: [stdin ? openSync(stdin, 'r') : 'ignore', 'pipe', 'pipe'],
  });
  const chunks = { stdout: [], stderr: [] };
  for (const stream of ['stdout', 'stderr']) child[stream].on('data', (chunk) => chunks[stream].push(chunk));
  const [status] = await once(child, 'close');
  const [stdout, stderr] = [Buffer.concat(chunks.stdout), Buffer.concat(chunks.stderr).toString()];
  if (!isQuiet) for (const line of stdout.toString().trimEnd().split('\n')) if (line !== '') say(`  ${line}`);
  if (status !== 0) throw new Error(`${name} ended with status ${status}\n${stderr}`);
  return stdout;
}

/** The broker, in a process of its own; resolves when it answers. */
async function startBroker(directory, port) {
  const args = ['start', '--port', String(port), '--data-dir', join(directory, 'data')];
  say(`$ klamm ${args.join(' ')}`);
  const child = spawn(join(root, 'bin/klamm'), args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let log = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      log = (log + chunk).slice(-10_000);
    });
  }
  const deadline = Date.now() + PATIENCE_MS;
  while (!(await isListening(port))) {
    if (child.exitCode !== null || Date.now() > deadline) throw new Error(`The broker did not start:\n${log}`);
    await new Promise((done) => setTimeout(done, 50));
  }
  const stop = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGTERM');
    await once(child, 'exit');
  };
  return { stop };
}

/** Lines as the console producer takes them, invalid UTF-8 included. */
function linesOf(bytes) {
  const text = bytes.toString('utf8');
  const lines = text.split(/\r\n|\r|\n/);
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

/** A checksum that does not depend on the order of the lines: partitions are read side by side. */
function checksum(lines) {
  const hash = createHash('sha256');
  for (const line of [...lines].sort()) hash.update(line).update('\n');
  return hash.digest('hex').slice(0, 16);
}

async function main(file) {
  const directory = mkdtempSync(join(tmpdir(), 'klamm-quickstart-'));
  const [port] = await freePorts(1);
  const server = ['--bootstrap-server', `localhost:${port}`];
  let broker;
  const onSignal = async () => {
    await broker?.stop();
    rmSync(directory, { recursive: true, force: true });
    process.exit(130);
  };
  process.once('SIGINT', onSignal).once('SIGTERM', onSignal);
  try {
    broker = await startBroker(directory, port);
    await run('kafka-topics', [...server, '--create', '--topic', TOPIC, '--partitions', '3']);
    const sent = linesOf(readFileSync(file));
    await run('kafka-console-producer', [...server, '--topic', TOPIC], { stdin: file });
    const limits = ['--max-messages', String(sent.length), '--timeout-ms', String(PATIENCE_MS)];
    const from = ['--topic', TOPIC, '--group', GROUP, '--from-beginning'];
    const received = linesOf(await run('kafka-console-consumer', [...server, ...from, ...limits], { isQuiet: true }));
    say(`  (${received.length} lines, not shown here)`);
    await run('kafka-topics', [...server, '--describe', '--topic', TOPIC]);
    await run('kafka-consumer-groups', [...server, '--describe', '--group', GROUP]);
    say();
    say(`sent      ${sent.length} lines of ${shown(file)}, checksum ${checksum(sent)}`);
    say(`received  ${received.length} lines from 3 partitions, checksum ${checksum(received)}`);
    const isSame = sent.length === received.length && checksum(sent) === checksum(received);
    say(isSame ? 'Everything came back.' : 'What came back is not what was sent.');
    return isSame ? 0 : 1;
  } finally {
    await broker?.stop();
    rmSync(directory, { recursive: true, force: true });
  }
}

// npm runs scripts in the project's folder; a path is meant from where the user is.
const file = resolve(process.env.INIT_CWD ?? '.', process.argv[2] ?? join(root, 'LICENSE'));
if (!existsSync(file)) {
  console.error(`quickstart: ${file}: there is no such file`);
  process.exit(1);
}
ensureInstalled();
ensureBuilt();
try {
  process.exitCode = await main(file);
} catch (error) {
  console.error(`quickstart: ${error.message}`);
  process.exitCode = 1;
}
