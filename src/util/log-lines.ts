import { JavaError } from './java-error.ts';
import { type LogLevels } from './log-levels.ts';
import { type Logger, type LogLevel } from './logger.ts';

const LEVELS: readonly LogLevel[] = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR'];

/** A logger that can be asked for one of its kind under another name, as log4j's loggers are named after classes. */
export interface NamedLogger extends Logger {
  /** Where its levels can be changed while it writes. */
  readonly levels?: LogLevels;
  named(name: string): NamedLogger;
}

export function isAtLeast(level: LogLevel, threshold: LogLevel): boolean {
  return LEVELS.indexOf(level) >= LEVELS.indexOf(threshold);
}

/** Local time as log4j's %d prints it: `2026-01-02 03:04:05,678`. */
export function logTime(epochMs: number): string {
  const time = new Date(epochMs);
  const two = (value: number): string => String(value).padStart(2, '0');
  const date = `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}`;
  const clock = `${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}`;
  return `${date} ${clock},${String(time.getMilliseconds()).padStart(3, '0')}`;
}

export interface LogLinesOptions {
  /** Receives whole lines, newline included. */
  write(line: string): void;
  now(): number;
  /** Lines below it are dropped. */
  threshold: LogLevel;
  name: string;
}

function describe(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}

/**
 * Log lines of Kafka's tools: `[2026-01-02 03:04:05,678] WARN text (logger)`. A cause follows on lines of its own, in Java's
 * text form (`class: message`), without frames.
 */
export function logLines(options: LogLinesOptions): NamedLogger {
  const { write, now, threshold, name } = options;
  return {
    log(level, text, cause) {
      if (!isAtLeast(level, threshold)) return;
      const below = cause === undefined ? '' : cause instanceof JavaError ? cause.trace() : `${describe(cause)}\n`;
      write(`[${logTime(now())}] ${level} ${text} (${name})\n${below}`);
    },
    named: (other) => logLines({ ...options, name: other }),
  };
}
