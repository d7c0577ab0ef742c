// What must hold after a restart, read by kcat (librdkafka) and asked of kafkajs's admin client.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { client, GROUP, PARTITIONS, PATIENT, PER_PARTITION, TRANSACTIONAL_GROUP, TRANSACTIONAL_IDS } from './load.mjs';

/** Values of each partition in the order of their offsets; problems go to `report`. */
async function read(port, topic, report) {
  const values = Array.from({ length: PARTITIONS }, () => []);
  const offsets = new Array(PARTITIONS).fill(-1);
  const options = ['-X', 'isolation.level=read_committed', '-X', 'check.crcs=true', '-X', 'fetch.wait.max.ms=50'];
  const args = ['-b', `127.0.0.1:${port}`, '-C', '-t', topic, '-o', 'beginning', '-e', '-q', ...options];
  const child = spawn('kcat', [...args, '-f', '%p %o %s\n'], { stdio: ['ignore', 'pipe', 'pipe'] });
  let errors = '';
  child.stderr.on('data', (chunk) => {
    errors += chunk;
  });
  const ended = new Promise((resolve) => child.once('close', resolve));
  const timer = setTimeout(() => child.kill('SIGKILL'), 120_000);
  for await (const line of createInterface({ input: child.stdout })) {
    const [partition, offset, value] = line.split(' ');
    if (Number(offset) <= offsets[partition])
      report(`${topic}-${partition}: offset ${offset} after ${offsets[partition]}`);
    offsets[partition] = Number(offset);
    values[partition].push(value);
  }
  const status = await ended;
  clearTimeout(timer);
  if (status !== 0) report(`kcat ended with ${status}: ${errors.trim()}`);
  return values;
}

/** Acknowledged records are there once and in order, and nothing that nobody sent. */
function checkPlain(values, generation, report) {
  for (const [partition, mine] of values.entries()) {
    const numbers = mine.map((value) => Number(value.split(':')[1]));
    const disorder = numbers.findIndex((number, i) => i > 0 && number <= numbers[i - 1]);
    if (disorder >= 0) report(`partition ${partition}: ${numbers[disorder]} comes after ${numbers[disorder - 1]}`);
    if ((numbers.at(-1) ?? -1) >= generation.attempted[partition])
      report(`partition ${partition}: a record nobody sent`);
    const present = new Set(numbers);
    const ranges = generation.acknowledged[partition];
    let lost = 0;
    for (let i = 0; i < ranges.length; i += 2)
      for (let number = ranges[i]; number < ranges[i + 1]; number++) if (!present.has(number)) lost++;
    if (lost > 0) report(`partition ${partition}: ${lost} acknowledged records lost`);
  }
}

/** Committed transactions are whole, aborted ones invisible, undecided ones either. Answers the visible ones of each id. */
function checkTransactions(values, generation, report) {
  const counts = new Map(TRANSACTIONAL_IDS.map((id) => [id, []]));
  for (const [partition, mine] of values.entries()) {
    const last = new Map();
    for (const value of mine) {
      const [id, number, index] = value.split(':');
      const place = Number(number) * PER_PARTITION + Number(index);
      if (place <= (last.get(id) ?? -1)) report(`${value} is out of order in partition ${partition}`);
      last.set(id, place);
      const mineOfId = counts.get(id);
      mineOfId[number] = (mineOfId[number] ?? 0) + 1;
    }
  }
  for (const [id, outcomes] of generation.transactions) {
    for (const [number, outcome] of outcomes.entries()) {
      const count = counts.get(id)[number] ?? 0;
      const isWhole = count === PER_PARTITION * PARTITIONS;
      if (outcome === 'committed' ? !isWhole : outcome === 'aborted' ? count > 0 : count > 0 && !isWhole)
        report(`transaction ${id}:${number} is ${outcome}, ${count} records are visible`);
    }
  }
  return counts;
}

async function checkGroups(port, generation, visible, report) {
  const admin = client(port, PATIENT).admin();
  await admin.connect();
  const offsetsOf = async (groupId, topic) => {
    const [found] = await admin.fetchOffsets({ groupId, topics: [topic] });
    const mine = new Array(PARTITIONS).fill(-1);
    for (const { partition, offset } of found?.partitions ?? []) mine[partition] = Number(offset);
    return mine;
  };
  const plain = await offsetsOf(GROUP, generation.plain);
  for (const [partition, offset] of plain.entries()) {
    const [least, most] = [generation.offsetCommitted[partition], generation.offsetAttempted[partition]];
    if (offset < least || offset > most)
      report(`group offset of partition ${partition} is ${offset}, committed ${least}, attempted ${most}`);
  }
  const transactional = await offsetsOf(TRANSACTIONAL_GROUP, generation.transactional);
  for (const [index, id] of TRANSACTIONAL_IDS.entries()) {
    // The offset came with the last transaction that is visible, whether its commit was answered or not.
    const expected = visible.get(id).length - 1;
    if (transactional[index] !== expected)
      report(
        `transactional group offset of ${id} is ${transactional[index]}, the last visible transaction is ${expected}`,
      );
  }
  await admin.disconnect();
}

/** Compares what the broker has now with what clients were told; answers how many records were read. */
export async function verify(port, generation, report) {
  const [plain, transactional] = await Promise.all([
    read(port, generation.plain, report),
    read(port, generation.transactional, report),
  ]);
  checkPlain(plain, generation, report);
  const visible = checkTransactions(transactional, generation, report);
  await checkGroups(port, generation, visible, report);
  // Undecided ones are decided now: they must stay what they are.
  for (const [id, outcomes] of generation.transactions) {
    for (const [number, outcome] of outcomes.entries())
      if (outcome === 'unknown') outcomes[number] = visible.get(id)[number] > 0 ? 'committed' : 'aborted';
  }
  const count = (values) => values.reduce((sum, mine) => sum + mine.length, 0);
  return { plain: count(plain), transactional: count(transactional) };
}
