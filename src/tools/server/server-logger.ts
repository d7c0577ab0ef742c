import { type Writable } from 'node:stream';
import { brokerLogger } from '../../broker/daemon.ts';
import { type Clock } from '../../util/clock.ts';
import { type NamedLogger } from '../../util/log-lines.ts';
import { type LogLevel } from '../../util/logger.ts';

const LEVELS: readonly string[] = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR'] satisfies LogLevel[];

/** A broker's log on a stream; `level` is what to begin with, INFO when it is none. */
export function serverLogger(stream: Writable, clock: Clock, level: string | undefined): NamedLogger {
  const threshold = (LEVELS.includes(level ?? '') ? level : 'INFO') as LogLevel;
  return brokerLogger({ write: (lines) => void stream.write(lines), clock, threshold });
}
