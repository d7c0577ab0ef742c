import { type NamedLogger } from '../util/log-lines.ts';

const WORDS = { WARN: 'warning', ERROR: 'error' } as const;

/** klamm's log: warnings and errors in plain words, each text once, so that a dead broker does not fill the terminal. */
export function plainLogger(write: (line: string) => void, seen = new Set<string>()): NamedLogger {
  const logger: NamedLogger = {
    log(level, text, cause) {
      if (level !== 'WARN' && level !== 'ERROR') return;
      const reason = cause instanceof Error && cause.message !== '' ? `: ${cause.message}` : '';
      const line = `${WORDS[level]}: ${`${text.trim()}${reason}`.replace(/\s*\n\s*/g, ' ')}\n`;
      if (seen.has(line)) return;
      seen.add(line);
      write(line);
    },
    named: () => logger,
  };
  return logger;
}
