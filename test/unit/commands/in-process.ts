import { type Readable, Writable } from 'node:stream';
import { CommandTree } from '../../../src/cli/command-tree.ts';
import { Face } from '../../../src/cli/face/face.ts';
import { type FaceName } from '../../../src/cli/face/face-differences.ts';
import { asJavaError } from '../../../src/cli/face/failure.ts';
import { ArgparseError } from '../../../src/cli/options/argparse-argv.ts';
import { type ToolCommand } from '../../../src/cli/tool-command.ts';
import { type Clock, systemClock } from '../../../src/util/clock.ts';
import { logLines } from '../../../src/util/log-lines.ts';
import { UsageError } from '../../../src/util/usage-error.ts';

export interface Printed {
  readonly stdout: string;
  /** Without log lines and the list of options. */
  readonly stderr: string;
  readonly log: string;
  /** The list of options was printed. */
  readonly list: boolean;
  readonly code: number;
}

/** Time that runs a hundred times as fast. */
export function fastClock(): Clock {
  const begin = systemClock.now();
  return {
    now: () => begin + (systemClock.now() - begin) * 100,
    after: (delayMs, callback) => systemClock.after(delayMs / 100, callback),
  };
}

/** Runs a command class as a program of its own would run it, in this process, on streams in memory. */
export async function runInProcess(
  command: typeof ToolCommand,
  id: string,
  argv: readonly string[],
  name: FaceName = 'exact',
  stdin: Readable = process.stdin,
  clock: Clock = systemClock,
): Promise<Printed> {
  const collected = { stdout: '', stderr: '' };
  const stream = (key: keyof typeof collected) =>
    new Writable({
      decodeStrings: false,
      write(chunk, _encoding, done) {
        collected[key] += chunk;
        done();
      },
    });
  const [stdout, stderr] = [stream('stdout'), stream('stderr')];
  let log = '';
  const logger = logLines({
    write: (line) => {
      log += line;
    },
    now: () => 0,
    threshold: 'WARN',
    name: 'tool',
  });
  const face = new Face({ name, streams: { stdout, stderr }, isTerminal: false, hasColour: false } as never);
  const signal = new AbortController().signal;
  const context = { stdin, stdout, stderr, logger, clock, signal, isInteractive: false };
  const source = { ids: () => [id], has: () => true, load: async () => command as never };
  const tree = new CommandTree('/', source, { face, context, ask: undefined });
  let code: number;
  let list = false;
  try {
    await tree.commandClass(id);
    code = await tree.runCommand<number>(id, [...argv]);
  } catch (error) {
    const Concrete = command as unknown as new (argv: string[], config: unknown) => ToolCommand;
    code = 1;
    if (error instanceof ArgparseError) face.err(error.text);
    else if (error instanceof UsageError && command.tool.rules === 'argparse') {
      face.err(await new Concrete([], tree).usageFailure(error));
    } else if (error instanceof UsageError) {
      face.err(`${error.text}\n`);
      list = error.showOptions;
    } else code = new Concrete([], tree).failed(await asJavaError(native(error)), face);
  }
  const at = collected.stderr.search(/^Option(?: \(\* = required\))? {2,}Description/m);
  if (at >= 0) list = true;
  return {
    stdout: collected.stdout,
    stderr: at < 0 ? collected.stderr : collected.stderr.slice(0, at),
    log,
    list,
    code,
  };
}

/** Errors of Node's own modules come from outside Jest's realm and are no instances of its Error. */
function native(error: unknown): unknown {
  if (error instanceof Error || typeof error !== 'object' || error === null) return error;
  const { message, code, path } = error as NodeJS.ErrnoException;
  return Object.assign(new Error(message), { code, path });
}
