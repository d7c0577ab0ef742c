// npm run crowd [-- --idle N] [--slow N] [--seconds S]
// A producer's latency alone, and among thousands of idle connections and hundreds of clients that ask for much and read nothing:
// they must not make the broker's memory grow beyond the bound, nor keep the producer waiting.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Kafka, logLevel } from 'kafkajs';
import { requestHeader } from '../src/protocol/headers.ts';
import { fetch } from '../src/protocol/messages/01-fetch.ts';
import { Writer } from '../src/protocol/primitives.ts';
import { startServer } from './real-kafka/real-kafka.mjs';

process.removeAllListeners('warning'); // kafkajs sets negative timers on newer Node versions
const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const { values: options } = parseArgs({
  options: {
    idle: { type: 'string', default: '5000' },
    slow: { type: 'string', default: '500' },
    seconds: { type: 'string', default: '5' },
    bound: { type: 'string', default: '768' },
    tools: { type: 'string', default: join(root, 'bin') },
  },
});
const TOPIC = 'crowd';
const RECORD_BYTES = 1024;
const RECORDS = 10_000;
/** Each for as much as a consumer asks for by default; five at once, of which only one may be in work. */
const SLOW_FETCHES = 5;

function fetchFrame() {
  const writer = new Writer();
  requestHeader.write(writer, { requestApiKey: fetch.key, requestApiVersion: 11, clientId: 'slow' }, 1);
  const partitions = [{ partition: 0, fetchOffset: 0n, partitionMaxBytes: 1_048_576 }];
  fetch.request.write(writer, { replicaId: -1, maxWaitMs: 0, minBytes: 1, topics: [{ topic: TOPIC, partitions }] }, 11);
  const body = Buffer.concat(writer.finish());
  const size = Buffer.alloc(4);
  size.writeInt32BE(body.length);
  return Buffer.concat([size, body]);
}

function open(port, address) {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', localAddress: address }, () => resolve(socket));
    socket.once('error', reject);
  });
}

async function latencies(producer) {
  const found = [];
  const end = Date.now() + Number(options.seconds) * 1000;
  while (Date.now() < end) {
    const startedMs = performance.now();
    await producer.send({ topic: 'produced', acks: -1, messages: [{ value: 'x'.repeat(100) }] });
    found.push(performance.now() - startedMs);
  }
  found.sort((a, b) => a - b);
  const at = (share) => Math.round((found[Math.floor(found.length * share)] ?? 0) * 10) / 10;
  return { median: at(0.5), p99: at(0.99), count: found.length };
}

const residentMib = (pid) => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;

const dir = mkdtempSync(join(tmpdir(), 'klamm-crowd-'));
const server = await startServer({ tools: options.tools, dir });
let problem = '';
try {
  const kafka = new Kafka({ brokers: [`127.0.0.1:${server.port}`], logLevel: logLevel.NOTHING });
  const producer = kafka.producer();
  await producer.connect();
  const value = 'y'.repeat(RECORD_BYTES);
  for (let sent = 0; sent < RECORDS; sent += 1000) {
    const messages = Array.from({ length: 1000 }, () => ({ partition: 0, value }));
    await producer.send({ topic: TOPIC, messages });
  }
  await producer.send({ topic: 'produced', messages: [{ value: 'x' }] });
  const alone = await latencies(producer);
  const before = residentMib(server.pid);
  const sockets = [];
  for (let number = 0; number < Number(options.idle); number++) {
    sockets.push(await open(server.port, `127.0.0.${2 + (number % 8)}`));
  }
  const idle = residentMib(server.pid);
  const frame = fetchFrame();
  for (let number = 0; number < Number(options.slow); number++) {
    const socket = await open(server.port, '127.0.0.20');
    socket.pause();
    socket.write(Buffer.concat(Array.from({ length: SLOW_FETCHES }, () => frame)));
    sockets.push(socket);
  }
  const crowded = await latencies(producer);
  const after = residentMib(server.pid);
  console.log(
    `alone: ${alone.median} ms median, ${alone.p99} ms p99 of ${alone.count} sends, ${Math.round(before)} MiB`,
  );
  console.log(`with ${options.idle} idle connections: ${Math.round(idle)} MiB`);
  console.log(
    `and ${options.slow} slow readers: ${crowded.median} ms median, ${crowded.p99} ms p99 of ${crowded.count} sends, ${Math.round(after)} MiB`,
  );
  if (after > Number(options.bound)) problem = `${Math.round(after)} MiB resident`;
  if (crowded.median > 10 * alone.median + 10) problem ||= 'the producer waits';
  for (const socket of sockets) socket.destroy();
  await producer.disconnect();
} catch (error) {
  problem = String(error.stack ?? error);
} finally {
  await server.stop();
  rmSync(dir, { recursive: true, force: true });
}
console.log(problem ? `FAILED: ${problem}` : 'nobody was disturbed');
process.exit(problem ? 1 : 0);
