// npm run flags [-- --record]: compares the options of each of our tools (names, values, insistence, defaults) with what
// Apache Kafka's own --help says. Kafka is found by KAFKA_ROOT, or where `npm run matrix` has put it. `--record` writes the facts
// to test/fixtures/flags, with which `npm test` compares without Kafka.
import { execFile } from 'node:child_process';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { helpFacts } from './flags/help-facts.ts';
import { ABSENT, flagDifferences, ownFlags } from './flags/own-flags.ts';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const tools = join(process.env.KAFKA_ROOT ?? join(root, '.cache/kafka'), 'tools');
if (!existsSync(tools)) {
  console.error(`flags: Apache Kafka is not in ${dirname(tools)}: set KAFKA_ROOT, or let npm run matrix install it`);
  process.exit(2);
}

async function ask(tool, args) {
  const result = await promisify(execFile)(join(tools, tool), args, {
    encoding: 'utf8',
    timeout: 120_000,
    env: { ...process.env, COLUMNS: '80' },
  }).catch((error) => error);
  return `${result.stdout ?? ''}${result.stderr ?? ''}`;
}

/** These two show their options when they are called with nothing. */
const WITHOUT_HELP = ['kafka-e2e-latency', 'kafka-server-start'];

async function flagsOf(tool) {
  const help = await ask(tool, WITHOUT_HELP.includes(tool) ? [] : ['--help']);
  const flags = { [tool]: helpFacts(help) };
  const [, list = ''] = /^ {2}\{([a-z,-]+)\}$/m.exec(help) ?? [];
  const commands = /^commands:\n {2}COMMAND\n([\s\S]*)/m.exec(help)?.[1] ?? '';
  const subcommands = list ? list.split(',') : [...commands.matchAll(/^ {4}([A-Za-z-]+)/gm)].map(([, name]) => name);
  for (const one of subcommands) flags[`${tool} ${one}`] = helpFacts(await ask(tool, [one, '--help']));
  return flags;
}

const names = readdirSync(tools).filter((name) => !name.includes('.'));
const queue = [...names];
const kafka = {};
await Promise.all(
  [1, 2].map(async () => {
    for (let tool = queue.shift(); tool !== undefined; tool = queue.shift()) Object.assign(kafka, await flagsOf(tool));
  }),
);
const unread = Object.keys(kafka).filter((tool) => kafka[tool].length === 0);
for (const tool of unread) console.log(`${tool}: no options found in its help`);

if (process.argv.includes('--record')) {
  const origin = 'the options that the tools of Apache Kafka 4.3.1 list on --help, read by scripts/flags/help-facts.ts';
  const sorted = Object.fromEntries(Object.entries(kafka).sort(([a], [b]) => (a < b ? -1 : 1)));
  writeFileSync(
    join(root, 'test/fixtures/flags/kafka-4.3.1.json'),
    `${JSON.stringify({ origin, tools: sorted }, null, 1)}\n`,
  );
}

const ours = await ownFlags();
const found = flagDifferences(kafka, ours);
for (const line of found) console.log(line);
const absent = names.filter((name) => !(name in ours));
for (const name of absent)
  console.log(`${name}: not in klamm (${ABSENT[name] ?? 'for no reason that is written down'})`);
const unexplained = absent.filter((name) => !(name in ABSENT));
const options = Object.values(ours).flat().length;
console.log(`${Object.keys(ours).length} tools and subcommands, ${options} options, ${found.length} differences`);
process.exitCode = found.length + unread.length + unexplained.length === 0 ? 0 : 1;
