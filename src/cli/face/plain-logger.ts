import { type NamedLogger } from '../../util/log-lines.ts';
import { type Paint } from './colours.ts';

const WORDS = { WARN: 'warning', ERROR: 'error' } as const;

/** klamm's log: warnings and errors in plain words, each text once, so that a dead broker does not fill the terminal. */
export function plainLogger(write: (line: string) => void, paint?: Paint): NamedLogger {
  const seen = new Set<string>();
  const logger: NamedLogger = {
    log(level, text, cause) {
      if (level !== 'WARN' && level !== 'ERROR') return;
      const reason = cause instanceof Error && cause.message !== '' ? `: ${cause.message}` : '';
      // Which client speaks is of use in a log, not on a terminal.
      const plain = text.replace(/^\[\w+ clientId=[^\]]*\] /, '').trim();
      const sentence = `${plain}${reason}`.replace(/\s*\n\s*/g, ' ');
      if (seen.has(sentence)) return;
      seen.add(sentence);
      const word = `${WORDS[level]}:`;
      write(`${(level === 'ERROR' ? paint?.error(word) : paint?.warning(word)) ?? word} ${sentence}\n`);
    },
    named: () => logger,
  };
  return logger;
}
