// Writes man/ from the command classes: `npm run generate`; with `--check` it only says what is out of date.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type CommandSummary } from '../src/cli/command-list.ts';
import { manPage, overviewPage } from '../src/cli/pages/man-page.ts';
import { type ToolCommand } from '../src/cli/tool-command.ts';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const folder = join(root, 'man');

/** File name -> text of every manual page. */
export async function manPages(): Promise<Map<string, string>> {
  const files = readdirSync(join(root, 'src/commands')).filter((name) => name.endsWith('.ts'));
  const classes: (typeof ToolCommand)[] = [];
  for (const file of files.sort()) {
    const { default: command } = await import(join(root, 'src/commands', file));
    command.id = file.slice(0, -'.ts'.length);
    classes.push(command);
  }
  const summaries: CommandSummary[] = classes.map(({ id, tool, summary = '' }) => ({
    command: id,
    original: tool.name,
    summary,
  }));
  const pages: [string, string][] = classes.map((command) => [
    `${command.tool.name ?? `klamm-${command.id}`}.1`,
    manPage(command),
  ]);
  return new Map([['klamm.1', overviewPage(summaries)], ...pages]);
}

/** Names of pages that differ from what they should be. */
export async function stalePages(): Promise<string[]> {
  const wanted = await manPages();
  const there = existsSync(folder) ? readdirSync(folder) : [];
  const read = (name: string): string | undefined =>
    there.includes(name) ? readFileSync(join(folder, name), 'utf8') : undefined;
  const changed = [...wanted].filter(([name, text]) => read(name) !== text).map(([name]) => name);
  return [...changed, ...there.filter((name) => !wanted.has(name))];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const stale = await stalePages();
  if (process.argv.includes('--check')) {
    for (const name of stale) console.log(`out of date: man/${name}`);
    process.exitCode = stale.length === 0 ? 0 : 1;
  } else {
    const wanted = await manPages();
    mkdirSync(folder, { recursive: true });
    for (const name of stale) {
      const text = wanted.get(name);
      if (text === undefined) rmSync(join(folder, name));
      else writeFileSync(join(folder, name), text);
    }
  }
}
