// npm run fuzz [-- --frames N] [--bound MIB] [--seed S] [--lanes N] [--skip N]
// Mutated frames of recorded traffic and random bytes against a running broker of ours, many at once over several connections.
// Every second the broker must answer a valid request on a fresh connection; its memory must stay below the bound; at the end it
// must still run, and its log must not tell of a bug. --skip leaves out the first frames of the seed, to come to a failure sooner. What the frames create is deleted now and then: that much they may cost.
import { createReadStream, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { loadavg, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Kafka, logLevel } from 'kafkajs';
import { Lane } from './fuzz/lane.mjs';
import { Mutator } from './fuzz/mutate.mjs';
import { startServer } from './real-kafka/real-kafka.mjs';

process.removeAllListeners('warning'); // kafkajs sets negative timers on newer Node versions
const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const { values: options } = parseArgs({
  options: {
    frames: { type: 'string', default: '100000' },
    bound: { type: 'string', default: '768' },
    seed: { type: 'string', default: String(Date.now() % 1e9) },
    lanes: { type: 'string', default: '16' },
    skip: { type: 'string', default: '0' },
    tools: { type: 'string', default: join(root, 'bin') },
  },
});
const FRAMES_PER_CLEANUP = 20_000;
const CHECK_MS = 1000;
/** A frame may ask for ten thousand partitions, and machines may be busy with other things. */
const PATIENCE_MS = 60_000;

/** ApiVersions v0 on a connection of its own; answers after how many milliseconds the answer came, null for none. */
function answerTime(port) {
  return new Promise((resolve) => {
    const startedMs = Date.now();
    const socket = connect(port, '127.0.0.1');
    const timer = setTimeout(() => resolve(null), PATIENCE_MS);
    socket.on('error', () => resolve(null));
    socket.on('data', (chunk) => {
      clearTimeout(timer);
      socket.destroy();
      resolve(chunk.readInt32BE(4) === 77 ? Date.now() - startedMs : null);
    });
    socket.write(Buffer.from('0000000a001200000000004d0000', 'hex'));
  });
}

async function deleteTopics(port) {
  const retry = { retries: 10, initialRetryTime: 200 };
  const admin = new Kafka({ brokers: [`127.0.0.1:${port}`], logLevel: logLevel.NOTHING, retry }).admin();
  try {
    await admin.connect();
    const topics = (await admin.listTopics()).filter((topic) => !topic.startsWith('__'));
    // A frame may have deleted one of them just now.
    for (const topic of topics) await admin.deleteTopics({ topics: [topic], timeout: 30_000 }).catch(() => undefined);
    const groups = (await admin.listGroups()).groups.map(({ groupId }) => groupId);
    // Those with members go when their sessions end.
    if (groups.length > 0) await admin.deleteGroups(groups).catch(() => undefined);
  } finally {
    await admin.disconnect();
  }
}

/** What the broker is at when it does not answer. */
function condition(pid) {
  try {
    const [state, ...rest] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
    return `state ${state}, ${(Number(rest[10]) + Number(rest[11])) / 100} s of CPU, ${readdirSync(`/proc/${pid}/fd`).length} descriptors, load ${loadavg()[0]}`;
  } catch {
    return 'the broker is gone';
  }
}

async function bugInLog(file) {
  for await (const line of createInterface({ input: createReadStream(file) })) {
    if (/unhandled|TypeError|RangeError|ReferenceError/i.test(line)) return line;
  }
  return null;
}

const residentMib = (pid) => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024;

const dir = mkdtempSync(join(tmpdir(), 'klamm-fuzz-'));
const server = await startServer({ tools: options.tools, dir, extra: 'log.segment.delete.delay.ms=1000\n' });
const total = Number(options.frames);
const startedMs = Date.now();
let problem = '';
let peak = 0;
let slowest = 0;
let count = 0;
try {
  const isDone = () => count >= total || problem !== '';
  const mutator = new Mutator(join(root, 'test/fixtures/golden/traffic.jsonl'), Number(options.seed));
  for (let skipped = 0; skipped < Number(options.skip); skipped++) mutator.framed(mutator.next(), 0);
  const lanes = Array.from({ length: Number(options.lanes) }, (_, number) => new Lane(server.port, number, mutator));
  const watch = async () => {
    let nextCleanup = FRAMES_PER_CLEANUP;
    let nextReport = 100_000;
    while (!isDone()) {
      await new Promise((resolve) => setTimeout(resolve, CHECK_MS));
      const tookMs = await answerTime(server.port);
      if (tookMs === null) {
        problem = `no answer to a valid request after ${count} frames`;
        console.log(condition(server.pid));
      }
      slowest = Math.max(slowest, tookMs);
      peak = Math.max(peak, residentMib(server.pid));
      if (peak > Number(options.bound)) problem = `${Math.round(peak)} MiB resident after ${count} frames`;
      if (count >= nextCleanup) {
        nextCleanup = count + FRAMES_PER_CLEANUP;
        await deleteTopics(server.port);
      }
      if (count < nextReport) continue;
      nextReport += 100_000;
      const perSecond = Math.round((count * 1000) / (Date.now() - startedMs));
      console.log(`${count} frames, ${perSecond} a second, ${Math.round(peak)} MiB at most`);
    }
  };
  const onFrame = (frames) => {
    count += frames;
  };
  await Promise.all([...lanes.map((lane) => lane.run(isDone, onFrame)), watch()]);
  const bug = await bugInLog(join(dir, 'server.log'));
  if (bug !== null) problem ||= `the log tells of a bug: ${bug}`;
} catch (error) {
  problem ||= String(error.stack ?? error);
} finally {
  await server.stop();
  rmSync(dir, { recursive: true, force: true });
}
console.log(
  problem
    ? `FAILED with --seed ${options.seed}: ${problem}`
    : `${count} frames survived, ${Math.round(peak)} MiB and ${slowest} ms to an answer at most, seed ${options.seed}`,
);
process.exit(problem ? 1 : 0);
