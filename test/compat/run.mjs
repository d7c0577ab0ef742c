// npm run compat [-- CLIENT ...] [--bootstrap HOST:PORT]: real programs of other people's clients against our broker (or
// any other). Clients: java and java-share (need a JDK; Kafka's jars come through Maven), kafkajs,
// franz-go, sarama, librdkafka (its Python wheel), kcat. What is missing is said.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { installKafka, startServer } from '../../scripts/real-kafka/real-kafka.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const { values, positionals } = parseArgs({ options: { bootstrap: { type: 'string' } }, allowPositionals: true });

function javaProgram(program, ...args) {
  const kafka = installKafka();
  if (kafka.missing) return { missing: kafka.missing };
  const quiet = '-Dorg.slf4j.simpleLogger.defaultLogLevel=off';
  return ['java', quiet, '-cp', kafka.classpath, join(here, 'java', program), ...args];
}

function goProgram(client, bootstrap) {
  if (spawnSync('go', ['version']).error) return { missing: 'no Go on PATH' };
  const program = join(here, `../../.cache/compat-${client}`);
  const built = spawnSync('go', ['build', '-o', program, '.'], { cwd: join(here, client), stdio: 'inherit' });
  return built.status === 0 ? [program, bootstrap] : { missing: 'it could not be built' };
}

/** Second parts of programs: what the first prepared is looked at after a restart (of our broker; others just go on). */
const AFTER_RESTART = {
  'java-share': (bootstrap, run) => javaProgram('ShareCompat.java', bootstrap, 'after', run),
};

const CLIENTS = {
  java: (bootstrap) => javaProgram('Compat.java', bootstrap),
  'java-share': (bootstrap) => javaProgram('ShareCompat.java', bootstrap),
  kafkajs: (bootstrap) => [process.execPath, join(here, 'kafkajs/compat.mjs'), bootstrap],
  'franz-go': (bootstrap) => goProgram('franz-go', bootstrap),
  sarama: (bootstrap) => goProgram('sarama', bootstrap),
  librdkafka: (bootstrap) => {
    // The wheel carries its own librdkafka; it lives in an environment of its own.
    const environment = join(here, '../../.cache/compat-librdkafka');
    const python = join(environment, 'bin/python');
    if (!existsSync(python) && spawnSync('python3', ['-m', 'venv', environment]).status !== 0) {
      return { missing: 'no Python 3 with venv on PATH' };
    }
    const pip = ['-m', 'pip', '-q', 'install', '-r', join(here, 'librdkafka/requirements.txt')];
    if (spawnSync(python, pip).status !== 0) return { missing: 'the wheel could not be installed' };
    return [python, join(here, 'librdkafka/compat.py'), bootstrap];
  },
  kcat: (bootstrap) => {
    if (spawnSync('kcat', ['-V']).error) return { missing: 'no kcat on PATH' };
    return ['bash', join(here, 'kcat/compat.sh'), bootstrap];
  },
};

const dir = mkdtempSync(join(tmpdir(), 'klamm-compat-'));
const start = () => startServer({ tools: join(here, '../../bin'), dir });
let server = values.bootstrap ? null : await start();
const bootstrap = () => values.bootstrap ?? `127.0.0.1:${server.port}`;
let failed = 0;
let passed = 0;

/** Counts what the program found; its standard output. */
function run(name, command) {
  const { stdout, stderr, status } = spawnSync(command[0], command.slice(1), { encoding: 'utf8', timeout: 300_000 });
  const counts = /(\d+) passed, (\d+) failed/.exec(stdout);
  passed += Number(counts?.[1] ?? 0);
  failed += Number(counts?.[2] ?? 1);
  console.log(`${name}: ${counts?.[0] ?? `ended with ${status}\n${stderr.slice(-2000)}`}`);
  for (const line of stdout.split('\n').filter((one) => one.startsWith('FAILED'))) console.log(`  ${line}`);
  return stdout;
}

for (const name of positionals.length > 0 ? positionals : Object.keys(CLIENTS)) {
  const command = CLIENTS[name](bootstrap());
  if (command.missing) {
    console.log(`${name}: left out, ${command.missing}`);
    continue;
  }
  const prepared = /^run (.+)$/m.exec(run(name, command))?.[1];
  if (AFTER_RESTART[name] === undefined || prepared === undefined) continue;
  await server?.stop();
  if (server !== null) server = await start();
  run(`${name} after a restart`, AFTER_RESTART[name](bootstrap(), prepared));
}
await server?.stop();
rmSync(dir, { recursive: true, force: true });
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;
