import { type Clock, systemClock } from '../util/clock.ts';
import { type NamedLogger } from '../util/log-lines.ts';
import { type ToolContext } from '../util/tool-context.ts';

type Output = NodeJS.WriteStream;

/**
 * The streams of this process, each made when it is first used: most calls never touch stdin and stderr. A reader that went away is
 * no failure of ours; what cannot be written is dropped, as Java's System.out does.
 */
export class ProcessStreams {
  private readonly guarded = new Set<Output>();

  get stdin(): NodeJS.ReadStream {
    return process.stdin;
  }

  get stdout(): Output {
    return this.guard(process.stdout);
  }

  get stderr(): Output {
    return this.guard(process.stderr);
  }

  /** Resolves when everything written so far has left the process. */
  async drained(): Promise<void> {
    const pending = [...this.guarded].filter((stream) => stream.writableLength > 0 && !stream.destroyed);
    await Promise.all(pending.map((stream) => new Promise<void>((resolve) => stream.write('', () => resolve()))));
  }

  private guard(stream: Output): Output {
    if (!this.guarded.has(stream)) {
      this.guarded.add(stream);
      stream.on('error', ignoreClosedPipe);
    }
    return stream;
  }
}

/** What the process gives to a tool action. */
export class ProcessContext implements ToolContext {
  readonly logger: NamedLogger;
  readonly signal: AbortSignal;
  readonly clock: Clock = systemClock;
  private readonly streams: ProcessStreams;

  constructor(streams: ProcessStreams, logger: NamedLogger, signal: AbortSignal) {
    this.streams = streams;
    this.logger = logger;
    this.signal = signal;
  }

  get stdin(): NodeJS.ReadStream {
    return this.streams.stdin;
  }

  get stdout(): Output {
    return this.streams.stdout;
  }

  get stderr(): Output {
    return this.streams.stderr;
  }

  get isInteractive(): boolean {
    return process.stdout.isTTY === true && process.stdin.isTTY === true;
  }
}

function ignoreClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
}
