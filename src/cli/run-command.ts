import { type Command } from '@oclif/core';
import { logLines, type NamedLogger } from '../util/log-lines.ts';
import { UsageError } from '../util/usage-error.ts';
import { type CommandSource, CommandTree } from './command-tree.ts';
import { type Paint } from './face/colours.ts';
import { Face } from './face/face.ts';
import { differs, type FaceName } from './face/face-differences.ts';
import { plainLogger } from './face/plain-logger.ts';
import { type ArgparseError } from './options/argparse-argv.ts';
import { ProcessContext, ProcessStreams } from './process-context.ts';
import { type ToolCommand } from './tool-command.ts';

export interface CommandCall {
  readonly face: FaceName;
  readonly id: string;
  readonly argv: readonly string[];
  /** The folder that holds package.json. */
  readonly root: string;
  readonly source: CommandSource;
}

const SIGNAL_STATUS = { SIGINT: 130, SIGTERM: 143 } as const;
/** A signal so soon after another is the same one: `timeout` signals its child and then the child's whole group. */
const SAME_SIGNAL_MS = 1000;

/**
 * Runs one command in this process and leaves the process: the one place that turns results, failures and signals into an exit
 * status. Never returns to its caller before the process ends.
 */
export async function runCommand(call: CommandCall): Promise<never> {
  // Node's own notices (experimental features, timers of libraries) are not for users of a tool.
  process.removeAllListeners('warning');
  const { env } = process;
  const hasColour = differs('colour', call.face) && !env.NO_COLOR && env.TERM !== 'dumb';
  const paint = hasColour && process.stderr.isTTY ? (await import('./face/colours.ts')).colours() : undefined;
  return new CommandRun(call, hasColour, paint).finish();
}

class CommandRun {
  private readonly call: CommandCall;
  private readonly face: Face;
  private readonly stop = new AbortController();
  private readonly tree: CommandTree;
  private readonly streams = new ProcessStreams();
  /** For stderr. */
  private readonly paint: Paint | undefined;
  private signalStatus: number | undefined;
  private signalledAtMs = 0;
  private commandClass: typeof ToolCommand | undefined;

  constructor(call: CommandCall, hasColour: boolean, paint: Paint | undefined) {
    this.call = call;
    this.paint = paint;
    const { streams } = this;
    this.face = new Face({ name: call.face, streams, isTerminal: process.stdout.isTTY === true, hasColour });
    const context = new ProcessContext(streams, this.logger(), this.stop.signal);
    const ask = differs('questions', call.face) && context.isInteractive ? askOnTerminal : undefined;
    this.tree = new CommandTree(call.root, call.source, { face: this.face, ask, context });
  }

  async finish(): Promise<never> {
    this.listen();
    let status: number;
    try {
      this.commandClass = (await this.tree.commandClass(this.call.id)) as unknown as typeof ToolCommand;
      status = await this.tree.runCommand<number>(this.call.id, [...this.call.argv]);
    } catch (error) {
      status = await this.tell(error);
    }
    return this.leave(this.signalStatus ?? status);
  }

  private listen(): void {
    for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, () => this.interrupt(name));
    const tellAndLeave = (error: unknown): void => void this.tell(error).then((status) => this.leave(status));
    process.on('uncaughtException', tellAndLeave);
    process.on('unhandledRejection', tellAndLeave);
  }

  /** The first signal asks commands that stop gracefully to stop; the second one, or any other command, ends at once. */
  private interrupt(name: keyof typeof SIGNAL_STATUS): void {
    const isRepeated = this.signalStatus !== undefined && performance.now() - this.signalledAtMs > SAME_SIGNAL_MS;
    this.signalStatus ??= SIGNAL_STATUS[name];
    this.signalledAtMs ||= performance.now();
    this.stop.abort();
    if (isRepeated || this.commandClass?.tool.stopsGracefully !== true) void this.leave(this.signalStatus);
  }

  /** Prints a failure as the face wants it; returns the exit status. */
  private async tell(error: unknown): Promise<number> {
    if (error instanceof Error && error.name === 'ExitPromptError') return SIGNAL_STATUS.SIGINT;
    if (differs('failureForm', this.face.name) === 'one-line') {
      const { plainSentence } = await import('./face/failure.ts');
      const isUsage = isRefusedArgv(error) || (error instanceof UsageError && error.showOptions);
      const hint = isUsage ? ` (see klamm ${this.call.id} --help)` : '';
      const program = `klamm ${this.call.id}:`;
      this.face.err(`${this.paint?.error(program) ?? program} ${oneLine(plainSentence(error))}${hint}\n`);
      return 1;
    }
    if (isRefusedArgv(error)) {
      this.face.err(error.text);
      return 1;
    }
    const command = this.commandClass && this.bareCommand(this.commandClass);
    if (error instanceof UsageError) {
      this.face.err(command ? await command.usageFailure(error) : `${error.text}\n`);
      return 1;
    }
    const { asJavaError } = await import('./face/failure.ts');
    const failure = await asJavaError(error);
    if (command) return command.failed(failure, this.face);
    this.face.err(`Exception in thread "main" ${failure.trace()}`);
    return 1;
  }

  /** Lets the streams drain, then ends the process: connections that are still open must not keep it. */
  private async leave(status: number): Promise<never> {
    await this.streams.drained();
    process.exit(status);
  }

  private logger(): NamedLogger {
    const write = (line: string): void => this.face.err(line);
    if (differs('logLayout', this.face.name) === 'plain') return plainLogger(write, this.paint);
    return logLines({ write, now: () => Date.now(), threshold: 'WARN', name: 'org.apache.kafka.tools' });
  }

  private bareCommand(commandClass: typeof ToolCommand): ToolCommand {
    const Concrete = commandClass as unknown as new (argv: string[], config: unknown) => Command;
    return new Concrete([], this.tree) as ToolCommand;
  }
}

/** An ArgparseError, without loading its module for tools that never throw it. */
function isRefusedArgv(error: unknown): error is ArgparseError {
  return error instanceof Error && error.name === 'ArgparseError';
}

async function askOnTerminal(name: string, about: string): Promise<string> {
  const { askFor } = await import('./face/questions.ts');
  return askFor(name, about);
}

function oneLine(text: string): string {
  return text.replace(/\s*\n\s*/g, ' ').trim();
}
