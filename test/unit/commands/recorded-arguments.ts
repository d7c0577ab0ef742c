import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { type ToolCommand } from '../../../src/cli/tool-command.ts';
import { fastClock, runInProcess } from './in-process.ts';

interface Printed {
  stdout: string;
  stderr: string;
  list: boolean;
  code: number;
}

/** `reached`: the arguments were taken, what came then depends on a cluster. */
type Case = { args: string[] } & (Printed | { reached: true });

interface Fixture {
  /** Files by name that stand in $PLANS. */
  plans?: Record<string, string>;
  cases: Case[];
}

/** Sets in Java's sentences come in random order. */
const settled = (text: string) =>
  text
    .replace(/"\[\[.*?\]\]"/g, '"[...]"')
    .replace(
      /(takes (?:one of these|the following) options: |Valid (?:states|types) are: )(.*)/g,
      (_, lead: string, list: string) => lead + list.split(', ').sort().join(', '),
    )
    .replace(
      /(only supports operations )\[(.*)\]/g,
      (_, lead: string, list: string) => `${lead}[${list.split(', ').sort().join(', ')}]`,
    )
    .trimEnd();

/**
 * Calls that differ from what Apache Kafka's tool printed for the same arguments. In the fixture `$CLUSTER` stands for an
 * address at which nobody listens and a file that makes calls give up at once, $CONFIG for that file alone.
 */
export async function differences(fixture: string, command: typeof ToolCommand, id: string) {
  const file = new URL(`../../fixtures/args/${fixture}.json`, import.meta.url);
  const { cases, plans = {} } = JSON.parse(readFileSync(file, 'utf8')) as Fixture;
  const folder = mkdtempSync(join(tmpdir(), `klamm-${fixture}-`));
  try {
    const config = join(folder, 'quick.properties');
    writeFileSync(config, 'default.api.timeout.ms=1\nrequest.timeout.ms=1\n');
    const planFolder = join(folder, 'plans');
    mkdirSync(planFolder);
    for (const [name, text] of Object.entries(plans)) writeFileSync(join(planFolder, name), text);
    const cluster = ['--bootstrap-server', '127.0.0.1:1', '--command-config', config];
    const argvOf = (args: readonly string[]) =>
      args
        .flatMap((one) => (one === '$CLUSTER' ? cluster : [one]))
        .map((one) => one.replace('$PLANS', planFolder).replace('$CONFIG', config));
    const hidden = (text: string) => text.replaceAll(planFolder, '$PLANS').replaceAll(config, '$CONFIG');
    const found: unknown[] = [];
    // Two hundred cases wait for a cluster that does not answer.
    const clock = fastClock();
    for (const { args, ...recorded } of cases) {
      const { log: _log, ...printed } = await runInProcess(
        command,
        id,
        argvOf(args),
        'exact',
        Readable.from([]),
        clock,
      );
      if ('reached' in recorded) {
        const isReached = /Timed out waiting for a node assignment|Failed to find brokers/.test(
          printed.stdout + printed.stderr,
        );
        if (!isReached) found.push({ args: args.join(' '), expected: 'a question to the cluster', actual: printed });
        continue;
      }
      const expected = { ...recorded, stderr: settled(recorded.stderr) };
      const { stdout, stderr, list, code } = printed;
      const actual = { stdout: hidden(stdout), stderr: settled(hidden(stderr)), list, code };
      if (JSON.stringify(actual) !== JSON.stringify(expected)) found.push({ args: args.join(' '), expected, actual });
    }
    return { caseCount: cases.length, found };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
