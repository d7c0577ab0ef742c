import { PassThrough } from 'node:stream';
import { systemClock } from '../../../src/util/clock.ts';
import { type NamedLogger } from '../../../src/util/log-lines.ts';
import { type ToolContext } from '../../../src/util/tool-context.ts';

const quiet: NamedLogger = { log: () => undefined, named: () => quiet };

/** Streams and a signal for one call of a tool that reads and prints nothing itself. */
export function toolContext(): ToolContext {
  return {
    stdin: new PassThrough(),
    stdout: new PassThrough(),
    stderr: new PassThrough(),
    logger: quiet,
    clock: systemClock,
    signal: new AbortController().signal,
    isInteractive: false,
  };
}
