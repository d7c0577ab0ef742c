// npm run torture [-- --rounds N] [--seconds S] [--garbage]
// Each round: produce at full speed with an independent client (kafkajs, acks=-1), kill -9 the broker at random,
// with --garbage append random bytes to the newest segment of each partition, restart, read everything back:
// every acknowledged record must be there exactly once and in order.

import { randomBytes } from 'node:crypto';
import { appendFileSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Kafka, logLevel } from 'kafkajs';
import { startServer } from './real-kafka/real-kafka.mjs';

process.removeAllListeners('warning'); // kafkajs sets negative timers on newer Node versions
const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '20' },
    seconds: { type: 'string', default: '3' },
    garbage: { type: 'boolean', default: false },
    tools: { type: 'string', default: join(root, 'bin') },
  },
});
const PARTITIONS = 3;
const TOPIC = 'torture';
const dir = mkdtempSync(join(tmpdir(), 'klamm-torture-'));
const acknowledged = Array.from({ length: PARTITIONS }, () => []);
const attempted = new Array(PARTITIONS).fill(0);

async function produceUntilKilled(server) {
  const kafka = new Kafka({ brokers: [`127.0.0.1:${server.port}`], logLevel: logLevel.NOTHING, retry: { retries: 0 } });
  const producer = kafka.producer({ retry: { retries: 0 } });
  await producer.connect();
  let running = true;
  const delay = 500 + Math.random() * Number(options.seconds) * 1000;
  setTimeout(() => {
    running = false;
    server.stop('SIGKILL');
  }, delay);
  await Promise.all(
    acknowledged.map(async (mine, partition) => {
      while (running) {
        const first = attempted[partition];
        const messages = Array.from({ length: 500 }, (_, i) => ({ partition, value: `${partition}:${first + i}` }));
        attempted[partition] += messages.length;
        try {
          await producer.send({ topic: TOPIC, acks: -1, messages });
        } catch {
          return; // killed: this send was not acknowledged
        }
        mine.push(first, first + messages.length);
      }
    }),
  );
  await server.stop('SIGKILL');
  await producer.disconnect().catch(() => undefined);
}

function appendGarbage(logDir) {
  for (const name of readdirSync(logDir).filter((one) => one.startsWith(`${TOPIC}-`))) {
    const newest = readdirSync(join(logDir, name))
      .filter((one) => one.endsWith('.log'))
      .sort()
      .at(-1);
    appendFileSync(join(logDir, name, newest), randomBytes(1 + Math.floor(Math.random() * 5000)));
  }
}

async function readAll(server) {
  const kafka = new Kafka({ brokers: [`127.0.0.1:${server.port}`], logLevel: logLevel.NOTHING });
  const admin = kafka.admin();
  await admin.connect();
  const ends = await admin.fetchTopicOffsets(TOPIC);
  await admin.disconnect();
  const consumer = kafka.consumer({ groupId: `check-${Date.now()}`, maxWaitTimeInMs: 100 });
  await consumer.connect();
  await consumer.subscribe({ topics: [TOPIC], fromBeginning: true });
  const values = Array.from({ length: PARTITIONS }, () => []);
  const open = new Set(ends.filter((one) => Number(one.high) > 0).map((one) => one.partition));
  await new Promise((resolve) => {
    if (open.size === 0) return resolve();
    consumer.run({
      autoCommit: false,
      eachBatch: async ({ batch }) => {
        for (const message of batch.messages)
          values[batch.partition].push(Number(message.value.toString().split(':')[1]));
        const end = ends.find((one) => one.partition === batch.partition);
        if (Number(batch.lastOffset()) + 1 >= Number(end.high)) open.delete(batch.partition);
        if (open.size === 0) resolve();
      },
    });
  });
  await consumer.disconnect();
  return values;
}

let failures = 0;
try {
  for (let round = 1; round <= Number(options.rounds); round++) {
    const server = await startServer({ tools: options.tools, dir });
    if (round === 1) {
      const admin = new Kafka({ brokers: [`127.0.0.1:${server.port}`], logLevel: logLevel.NOTHING }).admin();
      await admin.connect();
      await admin.createTopics({ topics: [{ topic: TOPIC, numPartitions: PARTITIONS }] });
      await admin.disconnect();
    }
    await produceUntilKilled(server);
    if (options.garbage) appendGarbage(server.logDir);
    const again = await startServer({ tools: options.tools, dir });
    const values = await readAll(again);
    await again.stop(round % 2 === 0 ? 'SIGTERM' : 'SIGKILL');
    for (const [partition, mine] of values.entries()) {
      const inOrder = mine.every((one, i) => i === 0 || one > mine[i - 1]);
      const present = new Set(mine);
      let lost = 0;
      const ranges = acknowledged[partition];
      for (let i = 0; i < ranges.length; i += 2)
        for (let n = ranges[i]; n < ranges[i + 1]; n++) if (!present.has(n)) lost++;
      if (!inOrder || lost > 0) {
        failures++;
        console.log(`round ${round} partition ${partition}: ${lost} acknowledged records lost, in order: ${inOrder}`);
      }
    }
    console.log(`round ${round}: ${values.map((one) => one.length).join(' + ')} records read back`);
  }
} finally {
  rmSync(dir, { recursive: true, force: true });
}
console.log(failures === 0 ? `${options.rounds} rounds without a loss` : `${failures} failures`);
process.exitCode = failures === 0 ? 0 : 1;
