// npm run torture [-- --rounds N] [--seconds S] [--garbage] [--keep]
// Each round: plain producers, transactional producers and a consumer group (kafkajs) at full speed, kill -9 of the broker at a
// random moment (now and then once more while it recovers), with --garbage random bytes behind the newest segments, restart; then
// kcat reads everything back: acknowledged records once and in order, committed transactions whole, aborted ones invisible,
// group offsets neither behind nor beyond what was committed.
import { randomBytes } from 'node:crypto';
import { appendFileSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { startServer } from './real-kafka/real-kafka.mjs';
import {
  client,
  joinGroup,
  newGeneration,
  PARTITIONS,
  PATIENT,
  producePlain,
  produceTransactions,
  TRANSACTIONAL_IDS,
  transactionalProducer,
} from './torture/load.mjs';
import { verify } from './torture/verify.mjs';

process.removeAllListeners('warning'); // kafkajs sets negative timers on newer Node versions
// Clients whose broker was killed under them may fail after nobody waits for them any more.
process.on('unhandledRejection', (error) => {
  if (!String(error?.stack).includes('kafkajs')) throw error;
});
const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '20' },
    seconds: { type: 'string', default: '3' },
    garbage: { type: 'boolean', default: false },
    keep: { type: 'boolean', default: false },
    tools: { type: 'string', default: join(root, 'bin') },
  },
});
/** Rounds after which new topics are used and the old ones are deleted. */
const ROUNDS_PER_GENERATION = 5;
const dir = mkdtempSync(join(tmpdir(), 'klamm-torture-'));
const extra =
  'log.segment.bytes=1048576\noffsets.topic.segment.bytes=1048576\ntransaction.state.log.segment.bytes=1048576\n';
const start = () => startServer({ tools: options.tools, dir, extra });

/** Ends clients whose broker may be dead; what they then complain of is of no interest. */
async function leave(clients) {
  const patience = new Promise((resolve) => setTimeout(resolve, 2000).unref());
  await Promise.race([Promise.allSettled(clients.map((one) => one.disconnect())), patience]);
}

async function createTopics(server, generation, old) {
  const admin = client(server.port, PATIENT).admin();
  await admin.connect();
  if (old) await admin.deleteTopics({ topics: [old.plain, old.transactional] });
  const topics = [generation.plain, generation.transactional];
  await admin.createTopics({ topics: topics.map((topic) => ({ topic, numPartitions: PARTITIONS })) });
  await admin.disconnect();
}

/** Full load until the broker is killed. `producers` have come by their ids, so nothing is open from before. */
async function loadUntilKilled(server, generation, producers) {
  const state = { isRunning: true, clients: [...producers.values()], offsetCommits: 0 };
  const { consumer, joined } = await joinGroup(server.port, generation, state);
  state.clients.push(consumer);
  await Promise.race([joined, new Promise((resolve) => setTimeout(resolve, 8000).unref())]);
  const delay = 300 + Math.random() * Number(options.seconds) * 1000;
  const killed = new Promise((resolve) => setTimeout(resolve, delay)).then(() => {
    state.isRunning = false;
    return server.stop('SIGKILL');
  });
  await Promise.all([
    killed,
    producePlain(server.port, generation, state),
    ...[...producers].map(([id, producer]) => produceTransactions(producer, id, generation, state)),
  ]);
  await leave(state.clients);
  return state.offsetCommits;
}

function appendGarbage(logDir) {
  for (const name of readdirSync(logDir).filter((one) => one.startsWith('torture-'))) {
    const newest = readdirSync(join(logDir, name))
      .filter((one) => one.endsWith('.log'))
      .sort()
      .at(-1);
    if (newest) appendFileSync(join(logDir, name, newest), randomBytes(1 + Math.floor(Math.random() * 5000)));
  }
}

let failures = 0;
let generation = newGeneration(0);
let committed = 0;
let kills = 0;
const startedMs = Date.now();
try {
  let server = await start();
  await createTopics(server, generation);
  for (let round = 1; round <= Number(options.rounds); round++) {
    const report = (text) => {
      failures++;
      console.log(`round ${round}: FAILED: ${text}`);
    };
    const producers = new Map();
    for (const id of TRANSACTIONAL_IDS) producers.set(id, await transactionalProducer(server.port, id));
    const offsetCommits = await loadUntilKilled(server, generation, producers);
    kills++;
    if (options.garbage) appendGarbage(server.logDir);
    server = await start();
    if (Math.random() < 0.2) {
      await server.stop('SIGKILL');
      kills++;
      server = await start();
    }
    // Who comes by an id ends what was left open by it.
    for (const id of TRANSACTIONAL_IDS) await leave([await transactionalProducer(server.port, id)]);
    const found = await verify(server.port, generation, report).catch((error) => {
      report(`${error.stack ?? error}`);
      return { plain: 0 };
    });
    const outcomes = [...generation.transactions.values()].flat();
    const count = outcomes.filter((one) => one === 'committed').length;
    console.log(
      `round ${round}: ${found.plain} records, ${count} of ${outcomes.length} transactions committed, ${offsetCommits} offset commits`,
    );
    if (failures > 0 && options.keep) break;
    if (round % ROUNDS_PER_GENERATION !== 0) continue;
    committed += count;
    const old = generation;
    generation = newGeneration(round);
    await createTopics(server, generation, old);
    if (round % (2 * ROUNDS_PER_GENERATION) === 0) {
      await server.stop('SIGTERM');
      server = await start();
    }
  }
  await server.stop('SIGKILL');
} finally {
  if (options.keep && failures > 0) console.log(`kept in ${dir}`);
  else rmSync(dir, { recursive: true, force: true });
}
const minutes = Math.round((Date.now() - startedMs) / 60_000);
console.log(
  failures === 0
    ? `${options.rounds} rounds without a loss: ${kills} kills, ${committed} transactions committed, ${minutes} minutes`
    : `${failures} failures`,
);
// Clients of dead brokers may still wait for something.
process.exit(failures === 0 ? 0 : 1);
