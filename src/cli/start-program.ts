import { type CommandSource } from './command-tree.ts';
import { runCommand } from './run-command.ts';

export interface ProgramCall {
  /** The name the program was called by (`kafka-topics`, `kafka-topics.sh`, `klamm`), then its arguments. */
  readonly argv: readonly string[];
  readonly root: string;
  readonly source: CommandSource;
}

const COMMAND_ID = /^[a-z][a-z0-9-]*$/;

/** Finds the command and the face from the name of the program. `klamm` alone and `klamm --help` mean `klamm help`. */
export async function startProgram({ argv, root, source }: ProgramCall): Promise<never> {
  // Node's own notices (experimental features, timers of libraries) are not for users of a tool.
  process.removeAllListeners('warning');
  const [name = 'klamm', ...rest] = argv;
  const original = /^kafka-(.+?)(\.sh)?$/.exec(name)?.[1];
  if (original !== undefined) return runCommand({ face: 'exact', id: original, argv: rest, root, source });
  const [first = 'help', ...others] = rest;
  const id =
    { '--help': 'help', '-h': 'help', '--version': 'version', '-v': 'version' }[first] ?? first.replace(/^kafka-/, '');
  if (COMMAND_ID.test(id) && source.has(id)) return runCommand({ face: 'comfort', id, argv: others, root, source });
  process.stderr.write(`klamm: there is no command '${first}' (see klamm help)\n`);
  process.exit(1);
}
