import { existsSync, readdirSync } from 'node:fs';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type CommandSource, programCall, type runCommand } from './cli/index.ts';

/** What a file of dist/commands exports; in the sources the runner is the cli room's. */
interface CommandModule {
  readonly default: Awaited<ReturnType<CommandSource['load']>>;
  readonly runCommand?: typeof runCommand;
}

const here = fileURLToPath(new URL('.', import.meta.url));
const extension = extname(fileURLToPath(import.meta.url));
const folder = join(here, 'commands');
const load = (file: string): Promise<unknown> => import(new URL(file, import.meta.url).href);
const loadCommand = async (id: string): Promise<CommandModule> =>
  (await load(`./commands/${id}${extension}`)) as CommandModule;

/** Commands are the files of src/commands, or what the build made of them. */
const source: CommandSource = {
  ids: () =>
    readdirSync(folder)
      .filter((file) => file.endsWith(extension))
      .map((file) => file.slice(0, -extension.length))
      .sort(),
  load: async (id) => (await loadCommand(id)).default,
};

const { face, id, argv, named } = programCall(process.argv.slice(2));
if (/^[a-z][a-z0-9-]*$/.test(id) && existsSync(join(folder, `${id}${extension}`))) {
  const command = await loadCommand(id);
  const runner = command.runCommand ?? ((await load('./cli/index.ts')) as Required<CommandModule>).runCommand;
  await runner({ face, id, argv, root: join(here, '..'), source });
} else {
  process.stderr.write(`klamm: there is no command '${named}' (see klamm help)\n`);
  process.exitCode = 1;
}
