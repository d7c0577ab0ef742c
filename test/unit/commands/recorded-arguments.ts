import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ToolCommand } from '../../../src/cli/tool-command.ts';
import { runInProcess } from './in-process.ts';

interface Case {
  args: string[];
  stdout: string;
  stderr: string;
  list: boolean;
  code: number;
}

/** Sets in Java's sentences come in random order. */
const settled = (text: string) => text.replace(/"\[\[.*?\]\]"/g, '"[...]"').trimEnd();

/**
 * Calls that differ from what Apache Kafka's tool printed for the same arguments; `$CLUSTER` in the fixture stands for an
 * address at which nobody listens and a file that makes calls give up at once.
 */
export async function differences(fixture: string, command: typeof ToolCommand, id: string) {
  const file = new URL(`../../fixtures/args/${fixture}.json`, import.meta.url);
  const { cases } = JSON.parse(readFileSync(file, 'utf8')) as { cases: Case[] };
  const folder = mkdtempSync(join(tmpdir(), `klamm-${fixture}-`));
  try {
    const config = join(folder, 'quick.properties');
    writeFileSync(config, 'default.api.timeout.ms=1\nrequest.timeout.ms=1\n');
    const cluster = ['--bootstrap-server', '127.0.0.1:1', '--command-config', config];
    const found: unknown[] = [];
    for (const { args, ...recorded } of cases) {
      const argv = args.flatMap((one) => (one === '$CLUSTER' ? cluster : [one]));
      const { log: _log, ...printed } = await runInProcess(command, id, argv);
      const expected = { ...recorded, stderr: settled(recorded.stderr) };
      const actual = {
        stdout: printed.stdout.replaceAll(config, '$CONFIG'),
        stderr: settled(printed.stderr.replaceAll(config, '$CONFIG')),
        list: printed.list,
        code: printed.code,
      };
      if (JSON.stringify(actual) !== JSON.stringify(expected)) found.push({ args: args.join(' '), expected, actual });
    }
    return { caseCount: cases.length, found };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
