import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { staleLaunchers } from '../../../scripts/launchers.ts';
import { stalePages } from '../../../scripts/man.ts';
import { type OptionTable } from '../../../src/cli/options/option.ts';
import { joptOptionList } from '../../../src/cli/pages/jopt-help.ts';
import { type ToolCommand } from '../../../src/cli/tool-command.ts';
import { KLAMM_VERSION } from '../../../src/cli/version.ts';

const root = join(dirname(fileURLToPath(import.meta.url)), '../../..');
const ids = readdirSync(join(root, 'src/commands')).map((name) => name.replace(/\.ts$/, ''));

async function commandClass(id: string): Promise<typeof ToolCommand> {
  return (await import(join(root, 'src/commands', `${id}.ts`))).default;
}

describe('what is made from the command classes', () => {
  it('launchers and the list of programs in package.json are up to date (npm run generate)', async () => {
    expect(await staleLaunchers()).toEqual([]);
  });

  it('launchers are executable', () => {
    const names = readdirSync(join(root, 'bin'));
    expect(names.filter((name) => (statSync(join(root, 'bin', name)).mode & 0o111) !== 0o111)).toEqual([]);
  });

  it('manual pages are up to date (npm run generate)', async () => {
    expect(await stalePages()).toEqual([]);
  });

  it('the version is the one in package.json', () => {
    expect(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version).toBe(KLAMM_VERSION);
  });
});

/** One line per option: what a script may rely on. */
function surface(flags: OptionTable): string[] {
  return Object.entries(flags).map(([name, { kafka }]) => {
    const {
      arity,
      type,
      required,
      default: byDefault,
      separator,
      short,
      of,
      group,
      takesList,
      appends,
      choices,
    } = kafka;
    const facts = {
      separator,
      short,
      of,
      group: group?.name,
      takesList: takesList || undefined,
      appends: appends || undefined,
      choices,
    };
    const extra = JSON.stringify(facts) === '{}' ? '' : ` ${JSON.stringify(facts)}`;
    const value = { none: '', required: ` <${type.javaName}>`, optional: ` [${type.javaName}]` }[arity];
    const insisted = required === false ? '' : ` required${Array.isArray(required) ? ` in ${required.join()}` : ''}`;
    return `--${name}${value}${insisted}${byDefault === undefined ? '' : ` = ${byDefault}`}${extra}`;
  });
}

describe.each(ids)('klamm %s', (id) => {
  it('keeps its options', async () => {
    const { tool, flags } = await commandClass(id);
    expect([tool.name ?? '(klamm only)', ...Object.keys(tool.subcommands ?? {}), ...surface(flags)]).toMatchSnapshot();
  });

  it('keeps its help', async () => {
    const { tool, flags, summary } = await commandClass(id);
    const { ArgparseParser } = await import('../../../src/cli/options/argparse-parser.ts');
    const help =
      tool.rules === 'argparse'
        ? ['', ...Object.keys(tool.subcommands ?? {})]
            .map((name) => new ArgparseParser(tool, flags, name).help(75))
            .join('\n')
        : `${tool.help ?? summary}\n${joptOptionList(flags, tool)}`;
    expect(`\n${help}`).toMatchSnapshot();
  });
});
