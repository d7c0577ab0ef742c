import { existsSync, readdirSync } from 'node:fs';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type CommandSource, startProgram } from './cli/index.ts';

const here = fileURLToPath(new URL('.', import.meta.url));
const extension = extname(fileURLToPath(import.meta.url));
const folder = join(here, 'commands');

/** Commands are the files of src/commands, or what the build made of them. */
const source: CommandSource = {
  ids: () =>
    readdirSync(folder)
      .filter((file) => file.endsWith(extension))
      .map((file) => file.slice(0, -extension.length))
      .sort(),
  has: (id) => existsSync(join(folder, `${id}${extension}`)),
  load: async (id) => (await import(new URL(`./commands/${id}${extension}`, import.meta.url).href)).default,
};

await startProgram({ argv: process.argv.slice(2), root: join(here, '..'), source });
