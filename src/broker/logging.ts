import { closeSync, fstatSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { type Clock } from '../util/clock.ts';
import { JavaError } from '../util/java-error.ts';
import { LogLevels } from '../util/log-levels.ts';
import { isAtLeast, logTime, type NamedLogger } from '../util/log-lines.ts';
import { type LogLevel } from '../util/logger.ts';

export interface BrokerLoggerOptions {
  /** Receives whole lines, newline included. */
  readonly write: (lines: string) => void;
  readonly clock: Clock;
  /** Lines below it are dropped, whatever `levels` say. */
  readonly threshold?: LogLevel;
  /** Levels by logger, changed by those who hold it too; the threshold for all loggers when absent. */
  readonly levels?: LogLevels;
  /** Default: text. */
  readonly format?: 'text' | 'json';
  readonly name?: string;
}

/**
 * The broker's log in the layout of Kafka's log4j: `[2026-01-02 03:04:05,678] INFO text (logger)`, or as JSON lines with
 * `time` (ISO 8601), `level`, `logger`, `message`, `cause`. In text a cause follows on its own lines; its stack only at DEBUG,
 * unless it is no error we know: then the stack is what a bug report needs. What the text says already is not said again.
 */
export function brokerLogger(options: BrokerLoggerOptions): NamedLogger {
  const { write, clock, threshold = 'INFO', format = 'text', name = 'klamm.broker' } = options;
  const levels = options.levels ?? new LogLevels(threshold);
  return {
    levels,
    log(level, text, cause) {
      if (!isAtLeast(level, threshold) || !levels.isLogged(level, name)) return;
      const below = causeLines(text, cause, isAtLeast('DEBUG', threshold) && levels.isLogged('DEBUG', name));
      if (format === 'text') write(`[${logTime(clock.now())}] ${level} ${text} (${name})\n${below}`);
      else write(jsonLine({ time: new Date(clock.now()).toISOString(), level, logger: name, message: text }, below));
    },
    named: (other) => brokerLogger({ ...options, levels, name: other }),
  };
}

function jsonLine(line: Readonly<Record<string, string>>, cause: string): string {
  return `${JSON.stringify(cause === '' ? line : { ...line, cause: cause.trimEnd() })}\n`;
}

const KNOWN_ERRORS: readonly string[] = ['KafkaError', 'MalformedBytesError', 'UnpackedTooLargeError'];

function causeLines(text: string, cause: unknown, hasStacks: boolean): string {
  if (cause === undefined) return '';
  if (cause instanceof JavaError) return cause.trace();
  if (!(cause instanceof Error)) return `${String(cause)}\n`;
  // Errors of the system, of the protocol and of bytes say all in their message; a TypeError is a mistake of ours.
  const isKnown = 'code' in cause || KNOWN_ERRORS.includes(cause.name);
  if (hasStacks || !isKnown) return `${cause.stack ?? cause.message}\n`;
  return text.includes(cause.message) ? '' : `${cause.message}\n`;
}

/** A log file that is moved to `path.1`, `path.2`, ... when it has grown to `maxBytes`. Lines are in it when `write` returns. */
export class LogFile {
  private readonly path: string;
  private readonly maxBytes: number;
  private readonly backupCount: number;
  private descriptor: number;
  private byteCount: number;

  constructor(path: string, options: { maxBytes?: number; backupCount?: number } = {}) {
    this.path = path;
    this.maxBytes = options.maxBytes ?? 100 * 1024 * 1024;
    this.backupCount = options.backupCount ?? 10;
    this.descriptor = openSync(path, 'a');
    this.byteCount = fstatSync(this.descriptor).size;
  }

  write(lines: string): void {
    const bytes = Buffer.from(lines);
    if (this.byteCount > 0 && this.byteCount + bytes.length > this.maxBytes) this.roll();
    writeSync(this.descriptor, bytes);
    this.byteCount += bytes.length;
  }

  close(): void {
    closeSync(this.descriptor);
  }

  private roll(): void {
    closeSync(this.descriptor);
    rmSync(`${this.path}.${this.backupCount}`, { force: true });
    for (let i = this.backupCount - 1; i >= 0; i--) {
      const from = i === 0 ? this.path : `${this.path}.${i}`;
      try {
        renameSync(from, `${this.path}.${i + 1}`);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      }
    }
    this.descriptor = openSync(this.path, 'a');
    this.byteCount = 0;
  }
}
