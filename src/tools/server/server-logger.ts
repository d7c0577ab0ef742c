import { type Writable } from 'node:stream';
import { brokerLogger, LogFile, ownConfigs } from '../../broker/daemon.ts';
import { type Clock } from '../../util/clock.ts';
import { LogLevels } from '../../util/log-levels.ts';
import { type NamedLogger } from '../../util/log-lines.ts';
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
  // What is logged may change while the broker runs; what the stream shows beside a file stays above its own level.
  const levels = new LogLevels(threshold);
  const toStream = (least: LogLevel) =>
    brokerLogger({ write: (lines) => void stream.write(lines), clock, threshold: least, levels, format });
  const path = config.get('klamm.log.file');
  if (path === null) return toStream('TRACE');
  const file = new LogFile(path, {
    maxBytes: config.get('klamm.log.max.bytes'),
    backupCount: config.get('klamm.log.backups'),
  });
  const write = (lines: string) => file.write(lines);
  const toFile = brokerLogger({ write, clock, threshold: 'TRACE', levels, format });
  return both(toFile, toStream(streamLevelBesideFile));
}

function both(first: NamedLogger, second: NamedLogger): NamedLogger {
  return {
    ...(first.levels ? { levels: first.levels } : {}),
    log(...line) {
      first.log(...line);
      second.log(...line);
    },
    named: (name) => both(first.named(name), second.named(name)),
  };
}
