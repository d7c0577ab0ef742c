import { type Readable, type Writable } from 'node:stream';
import { type Clock } from './clock.ts';
import { type NamedLogger } from './log-lines.ts';

/** What a tool action gets from its caller: it never touches the process itself. */
export interface ToolContext {
  readonly stdin: Readable;
  readonly stdout: Writable;
  readonly stderr: Writable;
  /** Lines on stderr, WARN and above; `logger.named('org.apache.kafka.clients.NetworkClient')` speaks for another class. */
  readonly logger: NamedLogger;
  readonly clock: Clock;
  /** Aborted by SIGINT and SIGTERM: finish what must be finished, then return; the exit status is not the action's business. */
  readonly signal: AbortSignal;
  /** Both stdin and stdout are terminals: Kafka's console producer then shows its `>`. */
  readonly isInteractive: boolean;
}
