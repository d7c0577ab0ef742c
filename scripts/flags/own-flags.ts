// The help of our tools, made from their command classes as a call of them prints it.
import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ArgparseParser } from '../../src/cli/options/argparse-parser.ts';
import { joptOptionList } from '../../src/cli/pages/jopt-help.ts';
import { type ToolCommand } from '../../src/cli/tool-command.ts';
import { helpFacts } from './help-facts.ts';

const commands = join(dirname(fileURLToPath(import.meta.url)), '../../src/commands');

/** Per tool, and per subcommand as `kafka-cluster unregister`, the facts of its options. */
export type Flags = Record<string, readonly string[]>;

/** Tools of Apache Kafka that klamm does not have: what they are for lies outside. The list is complete. */
export const ABSENT: Readonly<Record<string, string>> = {
  'kafka-delegation-tokens': 'the bundled broker has no delegation tokens',
  'kafka-jmx': 'reads a Java process',
  'kafka-replica-verification': 'deprecated, and speaks to replicas as a broker',
  'kafka-share-consumer-perf-test': 'share groups: the console consumer and the group tool only',
  'kafka-streams-application-reset': 'belongs to Kafka Streams, a Java library',
  'kafka-streams-groups': 'belongs to Kafka Streams, a Java library',
  'kafka-verifiable-share-consumer': "part of Apache Kafka's own system tests",
};

export async function ownFlags(): Promise<Flags> {
  const flags: Flags = {};
  for (const file of readdirSync(commands).sort()) {
    const { default: command } = (await import(join(commands, file))) as { default: typeof ToolCommand };
    const { tool, flags: table } = command;
    // A script around a signal, without a parser.
    if (tool.name === undefined || tool.name === 'kafka-server-stop') continue;
    if (tool.rules !== 'argparse') flags[tool.name] = helpFacts(joptOptionList(table, tool));
    else {
      for (const subcommand of ['', ...Object.keys(tool.subcommands ?? {})]) {
        const help = new ArgparseParser(tool, table, subcommand).help(75);
        flags[`${tool.name} ${subcommand}`.trim()] = helpFacts(help);
      }
    }
  }
  return flags;
}

/** What is in one set of options and not in the other, in words; tools that only `kafka` has are left out. */
export function flagDifferences(kafka: Flags, ours: Flags): string[] {
  const found: string[] = [];
  for (const [tool, options] of Object.entries(ours)) {
    const original = kafka[tool];
    if (original === undefined) {
      found.push(`${tool}: Apache Kafka has no such tool`);
      continue;
    }
    found.push(...original.filter((one) => !options.includes(one)).map((one) => `${tool}: Apache Kafka has ${one}`));
    found.push(...options.filter((one) => !original.includes(one)).map((one) => `${tool}: klamm has ${one}`));
  }
  return found;
}
