// npm run matrix [-- --lines N] [--quick] [--cells ours-ours,ours-kafka,apache-ours,apache-kafka] [--conformance]
// Plays the same work in the four cells of {our tools, Apache's tools} x {our broker, Apache Kafka 4.3.1}: topics by
// hand, a file through producer and consumer on 1 and 6 partitions, with and without keys, with every codec, and a group
// that goes on after half the topic. Apache Kafka comes through Maven where a JDK is present; where not, says so.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { installKafka, startServer } from './real-kafka/real-kafka.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const { values: options } = parseArgs({
  options: {
    lines: { type: 'string', default: '1000000' },
    quick: { type: 'boolean', default: false },
    conformance: { type: 'boolean', default: false },
    cells: { type: 'string', default: 'ours-ours,ours-kafka,apache-ours,apache-kafka' },
  },
});
/** Cases tagged [acl] play on a second broker. */
const AUTHORIZER = `authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
super.users=User:ANONYMOUS
`;
const lineCount = Number(options.lines);
const codecs = options.quick ? ['none', 'zstd'] : ['none', 'gzip', 'snappy', 'lz4', 'zstd'];
const work = mkdtempSync(join(tmpdir(), 'klamm-matrix-'));
let passed = 0;
let failed = 0;

function check(title, ok, detail = '') {
  if (ok) passed++;
  else failed++;
  console.log(`${ok ? 'ok    ' : 'FAILED'} ${title}${detail && !ok ? `\n       ${detail}` : ''}`);
}

async function writeLines(file, keyed) {
  const out = createWriteStream(file);
  const pad = 'abcdefghijklmnopqrstuvwxyz0123456789'.repeat(3);
  for (let i = 0; i < lineCount; i++) {
    const line = keyed
      ? `key-${i % 997}\t${String(i).padStart(9, '0')} ${pad.slice(0, 80)}\n`
      : `${String(i).padStart(9, '0')} ${pad.slice(0, 89)}\n`;
    if (!out.write(line)) await new Promise((resolve) => out.once('drain', resolve));
  }
  await new Promise((resolve) => out.end(resolve));
}

async function sha256(file) {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file)) hash.update(chunk);
  return hash.digest('hex');
}

/** Runs a tool; stdin from and stdout to files where named. */
function run(tools, name, args, { stdin, stdout, timeoutMs = 300_000 } = {}) {
  const from = stdin ? `<"${stdin}"` : '</dev/null';
  const to = stdout ? `>"${stdout}"` : '';
  const result = spawnSync('bash', ['-c', `exec "$0" "$@" ${from} ${to}`, join(tools, name), ...args], {
    encoding: 'utf8',
    timeout: timeoutMs,
    maxBuffer: 1 << 30,
  });
  return { status: result.status, stdout: result.stdout ?? '', stderr: result.stderr ?? '' };
}

/** Per partition the numbers of the lines must grow; all together each line exactly once. */
async function checkPartitioned(file, keyed) {
  const last = new Map();
  const seen = new Uint8Array(lineCount);
  let count = 0;
  const lines = createInterface({ input: createReadStream(file, { highWaterMark: 1 << 20 }) });
  for await (const line of lines) {
    const [partition, ...rest] = line.split('\t');
    const number = Number((keyed ? rest[1] : rest[0]).slice(0, 9));
    if (number <= (last.get(partition) ?? -1)) return `line ${number} after ${last.get(partition)} in ${partition}`;
    last.set(partition, number);
    seen[number]++;
    count++;
  }
  if (count !== lineCount) return `${count} lines of ${lineCount}`;
  return seen.every((one) => one === 1) ? '' : 'lines lost or doubled';
}

async function playCell(name, tools, bootstrap, files) {
  const b = ['--bootstrap-server', bootstrap];
  const topics = (...args) => run(tools, 'kafka-topics', [...b, ...args]);
  let out = topics('--create', '--topic', 'm-one', '--partitions', '1', '--config', 'retention.ms=86400000');
  check(`${name}: create`, out.status === 0 && out.stdout === 'Created topic m-one.\n', out.stdout + out.stderr);
  out = topics('--list', '--topic', 'm-one');
  check(`${name}: list`, out.stdout === 'm-one\n', out.stdout + out.stderr);
  out = topics('--alter', '--topic', 'm-one', '--partitions', '2');
  check(`${name}: alter`, out.status === 0 && out.stdout === '', out.stdout + out.stderr);
  out = topics('--describe', '--topic', 'm-one');
  const described = out.stdout.replace(/TopicId: \S+/, 'TopicId: X');
  const expected =
    'Topic: m-one\tTopicId: X\tPartitionCount: 2\tReplicationFactor: 1\tConfigs: min.insync.replicas=1,retention.ms=86400000\n' +
    [0, 1]
      .map((p) => `\tTopic: m-one\tPartition: ${p}\tLeader: 1\tReplicas: 1\tIsr: 1\tElr: \tLastKnownElr: \n`)
      .join('');
  check(`${name}: describe`, described === expected, described + out.stderr);
  out = topics('--delete', '--topic', 'm-one');
  check(`${name}: delete`, out.status === 0 && topics('--list', '--topic', 'm-one').stdout.trim() === '', out.stdout);

  for (const partitions of [1, 6]) {
    for (const keyed of [false, true]) {
      for (const codec of codecs) {
        const topic = `m-${partitions}-${keyed ? 'keys' : 'plain'}-${codec}`;
        topics('--create', '--topic', topic, '--partitions', String(partitions));
        const input = keyed ? files.keyed : files.plain;
        const produced = run(
          tools,
          'kafka-console-producer',
          [
            ...b,
            '--topic',
            topic,
            '--compression-codec',
            codec,
            ...(keyed ? ['--reader-property', 'parse.key=true'] : []),
          ],
          { stdin: input.path },
        );
        const output = join(work, 'out');
        const columns = [...(keyed ? ['print.key=true'] : []), ...(partitions > 1 ? ['print.partition=true'] : [])];
        const consumed = run(
          tools,
          'kafka-console-consumer',
          [
            ...b,
            '--topic',
            topic,
            '--from-beginning',
            '--max-messages',
            String(lineCount),
            '--timeout-ms',
            '20000',
            ...columns.flatMap((one) => ['--formatter-property', one]),
          ],
          { stdout: output },
        );
        let problem =
          produced.status !== 0 || /ERROR|Exception/.test(produced.stderr)
            ? `producer: ${produced.status} ${produced.stderr.slice(0, 300)}`
            : '';
        if (consumed.status !== 0) problem += `consumer: ${consumed.status} ${consumed.stderr.slice(0, 300)}`;
        if (!problem) {
          problem =
            partitions === 1
              ? (await sha256(output)) === input.sha256
                ? ''
                : 'checksums differ'
              : await checkPartitioned(output, keyed);
        }
        check(
          `${name}: ${lineCount} lines, ${partitions} partition(s), ${keyed ? 'keys' : 'no keys'}, ${codec}`,
          problem === '',
          problem,
        );
        topics('--delete', '--topic', topic);
      }
    }
  }

  topics('--create', '--topic', 'm-half', '--partitions', '1');
  run(tools, 'kafka-console-producer', [...b, '--topic', 'm-half'], { stdin: files.plain.path });
  const half = Math.floor(lineCount / 2);
  const group = ['--topic', 'm-half', '--group', 'm-group', '--timeout-ms', '20000'];
  const [first, second] = [join(work, 'first'), join(work, 'second')];
  run(tools, 'kafka-console-consumer', [...b, ...group, '--from-beginning', '--max-messages', String(half)], {
    stdout: first,
  });
  run(tools, 'kafka-console-consumer', [...b, ...group, '--max-messages', String(lineCount - half)], {
    stdout: second,
  });
  spawnSync('bash', ['-c', `cat "${first}" "${second}" > "${join(work, 'whole')}"`]);
  check(`${name}: a group goes on after half the topic`, (await sha256(join(work, 'whole'))) === files.plain.sha256);
}

/** One consumer of each kind in one group on 4 partitions: two each, and every line once. */
async function sharedGroup(brokerName, bootstrap) {
  const b = ['--bootstrap-server', bootstrap];
  run(kafka.tools, 'kafka-topics', [...b, '--create', '--topic', 'm-shared', '--partitions', '4']);
  const args = [
    ...b,
    '--topic',
    'm-shared',
    '--group',
    'm-shared',
    '--from-beginning',
    '--command-property',
    'heartbeat.interval.ms=300',
  ];
  const members = ['ours', 'apache'].map((one) => {
    const child = spawn(join(toolDirs[one], 'kafka-console-consumer'), args, { stdio: ['ignore', 'pipe', 'ignore'] });
    const member = { child, lines: '' };
    child.stdout.on('data', (chunk) => {
      member.lines += chunk;
    });
    return member;
  });
  const describe = () =>
    run(kafka.tools, 'kafka-consumer-groups', [...b, '--describe', '--group', 'm-shared', '--members']).stdout;
  const counts = () =>
    describe()
      .split('\n')
      .filter((line) => line.startsWith('m-shared'))
      .map((line) => line.trim().split(/\s+/).at(-1))
      .join();
  const until = Date.now() + 40_000;
  while (counts() !== '2,2' && Date.now() < until) await new Promise((resolve) => setTimeout(resolve, 500));
  check(`${brokerName}: Apache's consumer and ours share a group, two partitions each`, counts() === '2,2', describe());
  const input = join(work, 'shared');
  const lines = Array.from({ length: 1000 }, (_, i) => `k${i}\tv${i}`);
  writeFileSync(input, `${lines.join('\n')}\n`);
  run(kafka.tools, 'kafka-console-producer', [...b, '--topic', 'm-shared', '--reader-property', 'parse.key=true'], {
    stdin: input,
  });
  const got = () => members.flatMap((one) => one.lines.split('\n')).filter((line) => line !== '');
  while (got().length < 1000 && Date.now() < until + 20_000) await new Promise((resolve) => setTimeout(resolve, 200));
  const isWhole =
    got().sort().join() ===
    lines
      .map((line) => line.split('\t')[1])
      .sort()
      .join();
  check(
    `${brokerName}: each got some lines, together every line once`,
    isWhole && members.every((one) => one.lines !== ''),
    `${got().length} lines`,
  );
  await Promise.all(
    members.map(({ child }) => new Promise((resolve) => child.once('exit', resolve) && child.kill('SIGINT'))),
  );
}

/** Apache's dump tool reads every file a stopped broker of ours left, to the last batch. */
function dumpEverything(logDir) {
  const files = readdirSync(logDir, { recursive: true }).map((one) => join(logDir, one));
  const dump = (some, ...flags) =>
    some.length === 0 ? '' : run(kafka.tools, 'kafka-dump-log', [...flags, '--files', some.join(',')]);
  const isMetadata = (one) => one.includes('__cluster_metadata-0');
  const sets = [
    ['log segments', files.filter((one) => one.endsWith('.log') && !isMetadata(one)), ['--deep-iteration']],
    [
      'group offsets',
      files.filter((one) => one.endsWith('.log') && one.includes('__consumer_offsets')),
      ['--deep-iteration', '--offsets-decoder'],
    ],
    [
      'cluster metadata',
      files.filter((one) => /\.(log|checkpoint)$/.test(one) && isMetadata(one)),
      ['--deep-iteration', '--cluster-metadata-decoder'],
    ],
    ['indexes', files.filter((one) => /\.(index|timeindex|txnindex)$/.test(one)), ['--index-sanity-check']],
    ['producer snapshots', files.filter((one) => one.endsWith('.snapshot')), []],
  ];
  for (const [title, some, flags] of sets) {
    const result = dump(some, ...flags);
    if (result === '') continue;
    const text = result.stdout + result.stderr;
    const bad = /exception|error|mismatch|invalid|corrupt|isvalid: false/i.exec(text);
    check(
      `ours: kafka-dump-log reads ${some.length} files of ${title}`,
      result.status === 0 && !bad,
      text.slice(Math.max(0, (bad?.index ?? 0) - 300), (bad?.index ?? 0) + 500),
    );
  }
}

function conformance(name, tools, bootstrap, guarded) {
  return new Promise((resolve) => {
    const places = ['--bootstrap', bootstrap, '--bootstrap-acl', guarded];
    const args = [join(root, 'test/conformance/run'), '--tools', tools, ...places, '--jobs', '2'];
    const cases = join(root, 'test/conformance');
    const files = readdirSync(cases).filter((one) => one.endsWith('.t'));
    const child = spawn('python3', [...args, ...files.map((one) => join(cases, one))], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let text = '';
    child.stdout.on('data', (chunk) => {
      text += chunk;
    });
    child.on('exit', () => {
      console.log(
        text
          .split('\n')
          .filter((line) => /^\S+\.t .*\d+\/\d+/.test(line))
          .map((line) => `       ${name}: ${line}`)
          .join('\n'),
      );
      const [, ok, bad] = /(\d+) passed, (\d+) failed/.exec(text) ?? [0, 0, 1];
      passed += Number(ok);
      failed += Number(bad);
      resolve();
    });
  });
}

const kafka = installKafka();
if (kafka.missing) console.log(`Apache Kafka is left out: ${kafka.missing}. Only our tools on our broker are played.`);
const toolDirs = { ours: join(root, 'bin'), apache: kafka.tools };
const files = { plain: { path: join(work, 'plain') }, keyed: { path: join(work, 'keyed') } };
for (const [name, file] of Object.entries(files)) {
  await writeLines(file.path, name === 'keyed');
  file.sha256 = await sha256(file.path);
}
try {
  for (const cell of options.cells.split(',')) {
    const [tools, brokerName] = cell.split('-');
    if (kafka.missing && cell !== 'ours-ours') continue;
    const server = await startServer({
      tools: brokerName === 'ours' ? toolDirs.ours : kafka.tools,
      dir: join(work, cell),
    });
    try {
      await playCell(cell, toolDirs[tools], `127.0.0.1:${server.port}`, files);
      if (tools === 'ours' && !kafka.missing) await sharedGroup(brokerName, `127.0.0.1:${server.port}`);
      if (options.conformance) {
        const guarded = await startServer({
          tools: brokerName === 'ours' ? toolDirs.ours : kafka.tools,
          dir: join(work, `${cell}-guarded`),
          extra: AUTHORIZER,
        });
        try {
          const places = [server, guarded].map(({ port }) => `127.0.0.1:${port}`);
          await conformance(cell, toolDirs[tools], ...places);
        } finally {
          await guarded.stop();
          rmSync(join(work, `${cell}-guarded`), { recursive: true, force: true });
        }
      }
    } finally {
      await server.stop();
      if (brokerName === 'ours' && !kafka.missing) dumpEverything(server.logDir);
      rmSync(join(work, cell), { recursive: true, force: true });
    }
  }
} finally {
  rmSync(work, { recursive: true, force: true });
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;
