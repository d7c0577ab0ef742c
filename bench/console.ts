// npm run bench [-- --lines N] [--bytes N] [--rounds N] [--partitions N] [--bootstrap HOST:PORT] [--only producer,consumer,startup,memory]
// Our console producer and consumer against kcat and, where a JDK and KAFKA_ROOT are there, Apache's, on one and the same broker
// (ours on a free port unless --bootstrap names another), in turn. Prints medians and ratios. Run by hand, never part of the tests.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { freePort, isListening } from '../test/ports.ts';
import { type Contestant, inTurn, measure, median, type Run } from './measure.ts';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const { values: options } = parseArgs({
  options: {
    lines: { type: 'string', default: '1000000' },
    bytes: { type: 'string', default: '99' },
    rounds: { type: 'string', default: '5' },
    partitions: { type: 'string', default: '1' },
    bootstrap: { type: 'string' },
    only: { type: 'string', default: 'producer,consumer,memory,startup' },
  },
});
const lineCount = Number(options.lines);
const lineBytes = Number(options.bytes);
const rounds = Number(options.rounds);
const wanted = new Set(options.only.split(','));
const work = mkdtempSync(join(tmpdir(), 'klamm-bench-'));
const run = Math.random().toString(36).slice(2, 8);

/** `count` lines of `lineBytes` bytes without their line feeds, no two alike. */
function writeLines(name: string, count: number): string {
  const file = join(work, name);
  const fd = openSync(file, 'w');
  const filler = 'the quick brown fox jumps over the lazy dog '.repeat(Math.ceil(lineBytes / 44));
  let text = '';
  for (let at = 0; at < count; at++) {
    text += `${`${String(at).padStart(9, '0')} ${filler}`.slice(0, lineBytes)}\n`;
    if (text.length > 1 << 20) {
      writeSync(fd, text);
      text = '';
    }
  }
  writeSync(fd, text);
  closeSync(fd);
  return file;
}

async function startBroker(): Promise<{ bootstrap: string; stop(): Promise<void> }> {
  const port = await freePort();
  const args = ['start', '--port', String(port), '--data-dir', join(work, 'data')];
  const broker = spawn(join(root, 'bin/klamm'), args, { stdio: ['ignore', 'ignore', 'inherit'] });
  for (const deadline = Date.now() + 30_000; ; ) {
    if (broker.exitCode !== null || Date.now() > deadline) throw new Error('our broker did not start');
    if (await isListening(port)) break;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return {
    bootstrap: `127.0.0.1:${port}`,
    async stop() {
      broker.kill('SIGTERM');
      if (broker.exitCode === null) await once(broker, 'exit');
    },
  };
}

interface Rival {
  readonly name: string;
  produce(topic: string): { program: string; args: string[] };
  /** As a member of a group, which is what console consumers are; `alone`: one partition, without a group. */
  consume(topic: string, alone: boolean): { program: string; args: string[] };
}

function rivals(bootstrap: string): Rival[] {
  const consoleTools = (name: string, produce: string, consume: string): Rival => ({
    name,
    produce: (topic) => ({ program: produce, args: ['--bootstrap-server', bootstrap, '--topic', topic] }),
    consume: (topic, alone) => ({
      program: consume,
      args: [
        ...['--bootstrap-server', bootstrap, '--topic', topic, '--from-beginning', '--max-messages', `${lineCount}`],
        ...(alone ? ['--partition', '0'] : []),
      ],
    }),
  });
  const found = [
    consoleTools('klamm', join(root, 'bin/kafka-console-producer'), join(root, 'bin/kafka-console-consumer')),
  ];
  if (spawnSync('kcat', ['-V']).status === 0) {
    found.push({
      name: 'kcat',
      produce: (topic) => ({ program: 'kcat', args: ['-P', '-b', bootstrap, '-t', topic] }),
      consume: (topic, alone) => ({
        program: 'kcat',
        args: alone
          ? ['-C', '-b', bootstrap, '-t', topic, '-p', '0', '-o', 'beginning', '-c', `${lineCount}`, '-q']
          : [
              ...['-q', '-b', bootstrap, '-X', 'auto.offset.reset=earliest', '-c', `${lineCount}`],
              ...['-G', `bench-${run}-${Math.random()}`, topic],
            ],
      }),
    });
  } else console.log('kcat is not installed: no comparison with it');
  const apache = process.env.KAFKA_ROOT && join(process.env.KAFKA_ROOT, 'bin');
  if (spawnSync('java', ['-version']).status !== 0)
    console.log('There is no Java: no comparison with the tools of Apache Kafka');
  else if (!apache || !existsSync(join(apache, 'kafka-console-producer.sh'))) {
    console.log('KAFKA_ROOT names no Apache Kafka: no comparison with its tools');
  } else {
    const tool = (name: string): string => join(apache, name);
    found.push(consoleTools('apache', tool('kafka-console-producer.sh'), tool('kafka-console-consumer.sh')));
  }
  return found;
}

async function createTopic(bootstrap: string, topic: string): Promise<void> {
  const args = ['--bootstrap-server', bootstrap, '--create', '--topic', topic, '--partitions', options.partitions];
  await measure({ program: join(root, 'bin/kafka-topics'), args });
}

async function deleteTopic(bootstrap: string, topic: string): Promise<void> {
  await measure({
    program: join(root, 'bin/kafka-topics'),
    args: ['--bootstrap-server', bootstrap, '--delete', '--topic', topic],
  });
}

function report(title: string, runs: ReadonlyMap<string, readonly Run[]>, against: string): void {
  console.log(`\n${title}`);
  const base = runs.get(against);
  for (const [name, all] of runs) {
    const seconds = median(all.map((one) => one.seconds));
    const cpuSeconds = median(all.map((one) => one.cpuSeconds));
    const peak = Math.max(...all.map((one) => one.peakMegabytes));
    const ratio = base && name !== against ? median(base.map((one) => one.seconds)) / seconds : undefined;
    const cells = [
      `  ${name.padEnd(12)}`,
      `${seconds.toFixed(3)} s`.padStart(10),
      `(${Math.min(...all.map((one) => one.seconds)).toFixed(3)} .. ${Math.max(...all.map((one) => one.seconds)).toFixed(3)})`,
      `cpu ${cpuSeconds.toFixed(2)} s`,
      `peak ${peak.toFixed(0)} MB`,
      ratio === undefined ? '' : `${ratio.toFixed(2)} x as fast as ${against}`,
    ];
    console.log(cells.join('  ').trimEnd());
  }
}

async function benchProducers(bootstrap: string, all: readonly Rival[], file: string): Promise<void> {
  const contestants = all.map(
    ({ name, produce }): Contestant => ({
      name,
      async command(round) {
        const topic = `bench-${run}-p-${name}-${round}`;
        if (round > 0) await deleteTopic(bootstrap, `bench-${run}-p-${name}-${round - 1}`);
        await createTopic(bootstrap, topic);
        return { ...produce(topic), stdin: file };
      },
    }),
  );
  const title = `producer: ${lineCount} lines of ${lineBytes} bytes, ${options.partitions} partition(s), median of ${rounds}`;
  report(title, await inTurn(contestants, rounds), 'kcat');
  for (const { name } of all) await deleteTopic(bootstrap, `bench-${run}-p-${name}-${rounds - 1}`);
}

async function benchConsumers(bootstrap: string, all: readonly Rival[], file: string): Promise<void> {
  const topic = `bench-${run}-c`;
  await createTopic(bootstrap, topic);
  await measure({ ...(all[0] as Rival).produce(topic), stdin: file });
  for (const alone of options.partitions === '1' ? [false, true] : [false]) {
    const contestants = all.map(({ name, consume }): Contestant => ({ name, command: () => consume(topic, alone) }));
    const how = alone ? 'one partition, without a group' : 'as a member of a group';
    const title = `consumer: the same lines, from the beginning, ${how}, median of ${rounds}`;
    report(title, await inTurn(contestants, rounds), 'kcat');
  }
  await deleteTopic(bootstrap, topic);
}

/** Four times the input must not take more memory. */
async function benchMemory(bootstrap: string, ours: Rival, file: string): Promise<void> {
  const quarter = writeLines('quarter', Math.ceil(lineCount / 4));
  const runs = new Map<string, Run[]>();
  for (const [name, input] of [
    ['a quarter', quarter],
    ['all lines', file],
  ] as const) {
    const topic = `bench-${run}-m-${name.replace(' ', '-')}`;
    await createTopic(bootstrap, topic);
    runs.set(name, [await measure({ ...ours.produce(topic), stdin: input })]);
    await deleteTopic(bootstrap, topic);
  }
  report('memory of our producer by size of input', runs, '');
}

async function benchStartup(bootstrap: string): Promise<void> {
  const contestants: Contestant[] = [
    { name: 'node -e 0', command: () => ({ program: process.execPath, args: ['-e', '0'] }) },
    {
      name: 'topics --list',
      command: () => ({ program: join(root, 'bin/kafka-topics'), args: ['--bootstrap-server', bootstrap, '--list'] }),
    },
  ];
  const runs = await inTurn(contestants, rounds * 3);
  report(`start-up, median of ${rounds * 3}`, runs, '');
  const seconds = (name: string): number => median((runs.get(name) ?? []).map((one) => one.seconds));
  console.log(
    `  kafka-topics --list takes ${(seconds('topics --list') / seconds('node -e 0')).toFixed(2)} x a bare Node`,
  );
}

const broker = options.bootstrap ? undefined : await startBroker();
const bootstrap = options.bootstrap ?? (broker?.bootstrap as string);
try {
  console.log(`broker: ${options.bootstrap ?? 'ours'}; ${cpus().length} cores, load ${loadavg()[0]?.toFixed(1)}`);
  const all = rivals(bootstrap);
  const file = writeLines('lines', lineCount);
  if (wanted.has('producer')) await benchProducers(bootstrap, all, file);
  if (wanted.has('consumer')) await benchConsumers(bootstrap, all, file);
  if (wanted.has('memory')) await benchMemory(bootstrap, all[0] as Rival, file);
  if (wanted.has('startup')) await benchStartup(bootstrap);
} finally {
  await broker?.stop();
  rmSync(work, { recursive: true, force: true });
}
