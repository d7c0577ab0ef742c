// npm run fuzz [-- --frames N] [--bound MIB] [--seed S]
// Mutated frames of recorded traffic and random bytes against a running broker of ours. After every hundred frames the broker
// must answer a valid request on a fresh connection; its memory must stay below the bound; it must still run at the end.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { startServer } from './real-kafka/real-kafka.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const { values: options } = parseArgs({
  options: {
    frames: { type: 'string', default: '100000' },
    bound: { type: 'string', default: '600' },
    seed: { type: 'string', default: String(Date.now() % 1e9) },
  },
});
const frames = readFileSync(join(root, 'test/fixtures/golden/traffic.jsonl'), 'utf8')
  .trim()
  .split('\n')
  .map((line) => Buffer.from(JSON.parse(line).request, 'hex'));

let state = Number(options.seed) >>> 0;
/** xorshift32: the same seed plays the same frames. */
function random(below) {
  state ^= state << 13;
  state ^= state >>> 17;
  state ^= state << 5;
  return (state >>> 0) % below;
}

const INTERESTING = [0, 1, 0x7f, 0x80, 0xff];

function mutate() {
  if (random(20) === 0) return Buffer.from(Array.from({ length: random(200) }, () => random(256)));
  let frame = Buffer.from(frames[random(frames.length)]);
  for (let changes = 1 + random(4); changes > 0 && frame.length > 0; changes--) {
    const at = random(frame.length);
    switch (random(6)) {
      case 0:
        frame[at] = random(256);
        break;
      case 1:
        frame[at] = INTERESTING[random(INTERESTING.length)];
        break;
      case 2:
        frame = frame.subarray(0, at);
        break;
      case 3:
        if (at + 4 <= frame.length) frame.writeInt32BE([-1, 0x7fffffff, -0x80000000, 0x00ffffff][random(4)], at);
        break;
      case 4:
        frame = Buffer.concat([frame.subarray(0, at), Buffer.alloc(random(16), random(256)), frame.subarray(at)]);
        break;
      default:
        frame[2] = 0;
        if (frame.length > 3) frame[3] = random(15); // another version of the same key
    }
  }
  return frame;
}

function withSize(frame) {
  const size = Buffer.alloc(4);
  // Now and then a size that lies.
  size.writeInt32BE(random(50) === 0 ? [-1, 0, 0x7fffffff, frame.length + 1000][random(4)] : frame.length);
  return Buffer.concat([size, frame]);
}

function open(port) {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  socket.on('data', () => undefined);
  return socket;
}

/** ApiVersions v0 on a connection of its own, answered within ten seconds. */
function answersValidRequest(port) {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const timer = setTimeout(() => resolve(false), 10_000);
    socket.on('error', () => resolve(false));
    socket.on('data', (chunk) => {
      clearTimeout(timer);
      socket.destroy();
      resolve(chunk.readInt32BE(4) === 77);
    });
    socket.write(Buffer.from('0000000a001200000000004d0000', 'hex'));
  });
}

const residentMib = (pid) => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024;

const dir = mkdtempSync(join(tmpdir(), 'klamm-fuzz-'));
const server = await startServer({ tools: join(root, 'bin'), dir });
const total = Number(options.frames);
let problem = '';
let peak = 0;
try {
  let socket = open(server.port);
  for (let sent = 0; sent < total && !problem; sent++) {
    if (socket.destroyed || socket.writableEnded || random(40) === 0) {
      socket.destroy();
      socket = open(server.port);
    }
    if (!socket.write(withSize(mutate()))) await new Promise((resolve) => setTimeout(resolve, 1));
    if (sent % 100 !== 99) continue;
    if (!(await answersValidRequest(server.port))) problem = `no answer to a valid request after ${sent + 1} frames`;
    peak = Math.max(peak, residentMib(server.pid));
    if (peak > Number(options.bound)) problem = `${Math.round(peak)} MiB resident after ${sent + 1} frames`;
    if (sent % 50_000 === 49_999) console.log(`${sent + 1} frames, ${Math.round(peak)} MiB at most`);
  }
  socket.destroy();
  const log = readFileSync(join(dir, 'server.log'), 'utf8');
  if (/unhandled|TypeError|RangeError/i.test(log))
    problem ||= `the log tells of a bug: ${/.*(unhandled|TypeError|RangeError).*/i.exec(log)[0]}`;
} catch (error) {
  problem ||= String(error);
} finally {
  await server.stop();
  rmSync(dir, { recursive: true, force: true });
}
console.log(
  problem
    ? `FAILED with --seed ${options.seed}: ${problem}`
    : `${total} frames survived, ${Math.round(peak)} MiB at most, seed ${options.seed}`,
);
process.exitCode = problem ? 1 : 0;
