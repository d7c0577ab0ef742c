// Plays test/conformance/*.t with our tools against our broker: `npm run conformance [-- [--jobs N] [--record] FILE.t ...]`.
// Cases in test/conformance/expected-failures.json must fail; one that passes has to leave the list (`--record` rewrites it).
// The last line counts: `N passed, N failed, N skipped` (skipped: known to fail, or in need of a cluster that is not there).
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { freePorts, isListening } from './ports.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const cases = join(root, 'test/conformance');
const listFile = join(cases, 'expected-failures.json');
/** Cases tagged [acl] play on a second broker. */
const AUTHORIZER = [
  'authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer',
  'super.users=User:ANONYMOUS',
];
const START_TIMEOUT_MS = 30_000;

/** Starts our broker with the settings that the cases were recorded with. */
export async function startOurBroker(directory, extra = []) {
  const [port] = await freePorts(1);
  const settings = [
    'group.initial.rebalance.delay.ms=0',
    'offsets.topic.replication.factor=1',
    'transaction.state.log.replication.factor=1',
    'transaction.state.log.min.isr=1',
    'share.coordinator.state.topic.replication.factor=1',
    'share.coordinator.state.topic.min.isr=1',
    ...extra,
  ];
  const place = ['--host', '127.0.0.1', '--port', `${port}`, '--data-dir', join(directory, 'data')];
  const overrides = settings.flatMap((setting) => ['--override', setting]);
  const server = spawn(join(root, 'bin/klamm'), ['start', ...place, ...overrides], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let log = '';
  server.stderr.on('data', (chunk) => {
    log = (log + chunk).slice(-20_000);
  });
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (!(await isListening(port))) {
    if (server.exitCode !== null || Date.now() > deadline) throw new Error(`The broker did not start:\n${log}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return {
    port,
    async stop() {
      if (server.exitCode !== null) return;
      server.kill('SIGTERM');
      await once(server, 'exit');
    },
  };
}

/** The runner's reports of single cases, by `file: title`. */
function reportsOf(output) {
  const reports = new Map();
  for (const block of output.split(/^(?=--- )/m)) {
    const [, file, title] = /^--- (\S+):\d+ {2}(.*)$/m.exec(block) ?? [];
    if (file === undefined) continue;
    const body = block.replace(/\n\S+\.t +\d+\/\d+[\s\S]*$/, '\n');
    const key = `${file}: ${title}`;
    reports.set(key, (reports.get(key) ?? '') + body);
  }
  return reports;
}

async function play(options, files) {
  const directory = mkdtempSync(join(tmpdir(), 'klamm-conformance-'));
  const report = join(directory, 'report.json');
  const brokers = await Promise.allSettled([
    startOurBroker(join(directory, 'plain')),
    startOurBroker(join(directory, 'guarded'), AUTHORIZER),
  ]);
  const started = brokers.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  try {
    for (const one of brokers) if (one.status === 'rejected') throw one.reason;
    const [plain, guarded] = started.map(({ port }) => `127.0.0.1:${port}`);
    const places = ['--bootstrap', plain, '--bootstrap-acl', guarded];
    const args = ['--tools', join(root, 'bin'), ...places, '--jobs', options.jobs];
    if (options.filter) args.push('--filter', options.filter);
    const runner = spawn('python3', [join(cases, 'run'), ...args, '--json', report, ...files], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    for await (const chunk of runner.stdout) output += chunk;
    return { ...JSON.parse(readFileSync(report, 'utf8')), reports: reportsOf(output) };
  } finally {
    await Promise.all(started.map((one) => one.stop()));
    rmSync(directory, { recursive: true, force: true });
  }
}

function judge({ cases: played, skipped, reports }, expected) {
  const counts = { passed: 0, failed: 0, skipped };
  for (const { file, title, ok } of played) {
    const isExpected = expected[file]?.includes(title) === true;
    if (ok && !isExpected) counts.passed++;
    else if (!ok && isExpected) counts.skipped++;
    else {
      counts.failed++;
      if (ok) console.log(`--- ${file}  ${title}\n    passes now: take it off test/conformance/expected-failures.json`);
      else console.log(reports.get(`${file}: ${title}`) ?? `--- ${file}  ${title}`);
    }
  }
  return counts;
}

async function main() {
  const { values: options, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      jobs: { type: 'string', default: '3' },
      filter: { type: 'string' },
      record: { type: 'boolean', default: false },
    },
  });
  if (spawnSync('python3', ['--version']).status !== 0) {
    console.log('The runner of the cases needs python3, which is not here.\n0 passed, 0 failed, 1 skipped');
    return;
  }
  const expected = JSON.parse(readFileSync(listFile, 'utf8'));
  const names = positionals.length > 0 ? positionals : Object.keys(expected);
  const files = names.map((name) => (name.includes('/') ? name : join(cases, name)));
  const result = await play(options, files);
  if (options.record) {
    for (const name of names) {
      const file = name.replace(/^.*\//, '');
      expected[file] = result.cases
        .filter((one) => one.file === file && !one.ok)
        .map((one) => one.title)
        .sort();
    }
    writeFileSync(listFile, `${JSON.stringify(expected, null, 2)}\n`);
  }
  const { passed, failed, skipped } = judge(result, expected);
  for (const file of readdirSync(cases).filter((name) => names.some((one) => one.endsWith(name)))) {
    const mine = result.cases.filter((one) => one.file === file);
    console.log(`${file.padEnd(24)} ${mine.filter(({ ok }) => ok).length}/${mine.length}`);
  }
  console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
  process.exitCode = failed === 0 ? 0 : 1;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    await main();
  } catch (error) {
    console.log(`${error.message}\n0 passed, 1 failed`);
    process.exitCode = 1;
  }
}
