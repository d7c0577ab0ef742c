import { type FaceName } from './face/face-differences.ts';

/** Which command a call of one of our programs means, and in which face. */
export interface ProgramCall {
  readonly face: FaceName;
  readonly id: string;
  readonly argv: readonly string[];
  /** How the user named the command. */
  readonly named: string;
}

const OTHER_NAMES: Readonly<Record<string, string>> = {
  '--help': 'help',
  '-h': 'help',
  '--version': 'version',
  '-v': 'version',
};

/**
 * `argv` begins with the name of the program: `kafka-topics` and `kafka-topics.sh` have the exact face, `klamm COMMAND` the comfortable
 * one. `klamm` alone and `klamm --help` mean `klamm help`, `klamm help COMMAND` means `klamm COMMAND --help`.
 */
export function programCall([program = 'klamm', ...argv]: readonly string[]): ProgramCall {
  const original = commandOf(program);
  if (original !== undefined) return { face: 'exact', id: original, argv, named: program };
  const [first = 'help', ...rest] = argv;
  const id = OTHER_NAMES[first] ?? commandOf(first) ?? first;
  if (id !== 'help' || rest[0] === undefined || rest[0].startsWith('-')) {
    return { face: 'comfort', id, argv: rest, named: first };
  }
  return { face: 'comfort', id: commandOf(rest[0]) ?? rest[0], argv: ['--help'], named: rest[0] };
}

function commandOf(name: string): string | undefined {
  return /^kafka-(.+?)(?:\.sh)?$/.exec(name)?.[1];
}
