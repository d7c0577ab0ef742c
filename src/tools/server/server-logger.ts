import { type Writable } from 'node:stream';
import { brokerLogger, LogFile, ownConfigs } from '../../broker/daemon.ts';
import { type Clock } from '../../util/clock.ts';
import { isAtLeast, type NamedLogger } from '../../util/log-lines.ts';
import { type LogLevel } from '../../util/logger.ts';

export interface ServerLogOptions {
  /** The server.properties: `klamm.log.*`. */
  readonly properties: ReadonlyMap<string, string>;
  readonly stream: Writable;
  readonly clock: Clock;
  /** KLAMM_LOG_LEVEL: counts where the properties say nothing. */
  readonly environmentLevel: string | undefined;
  readonly defaultLevel: LogLevel;
  /** What is below it goes to `klamm.log.file` alone, if there is one. */
  readonly streamLevelBesideFile: LogLevel;
}

const LEVELS: readonly string[] = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR'] satisfies LogLevel[];

/** A broker's log: on a stream, and in a file that is rolled by size where one is asked for. Throws ConfigError. */
export function serverLogger(options: ServerLogOptions): NamedLogger {
  const { properties, stream, clock, environmentLevel, defaultLevel, streamLevelBesideFile } = options;
  const config = ownConfigs.parse(properties);
  const fallback = LEVELS.includes(environmentLevel ?? '') ? environmentLevel : defaultLevel;
  const threshold = (config.get('klamm.log.level') ?? fallback) as LogLevel;
  const format = config.get('klamm.log.format') as 'text' | 'json';
  const toStream = (level: LogLevel) =>
    brokerLogger({ write: (lines) => void stream.write(lines), clock, threshold: level, format });
  const path = config.get('klamm.log.file');
  if (path === null) return toStream(threshold);
  const file = new LogFile(path, {
    maxBytes: config.get('klamm.log.max.bytes'),
    backupCount: config.get('klamm.log.backups'),
  });
  const toFile = brokerLogger({ write: (lines) => file.write(lines), clock, threshold, format });
  const higher = isAtLeast(threshold, streamLevelBesideFile) ? threshold : streamLevelBesideFile;
  return both(toFile, toStream(higher));
}

function both(first: NamedLogger, second: NamedLogger): NamedLogger {
  return {
    log(...line) {
      first.log(...line);
      second.log(...line);
    },
    named: (name) => both(first.named(name), second.named(name)),
  };
}
