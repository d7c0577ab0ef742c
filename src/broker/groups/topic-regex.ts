import { KafkaError } from '../../protocol/errors.ts';
import { re2Complaint } from '../../util/re2-syntax.ts';

const POSIX: Readonly<Record<string, string>> = {
  alnum: 'A-Za-z0-9',
  alpha: 'A-Za-z',
  ascii: '\\x00-\\x7f',
  blank: '\\t ',
  cntrl: '\\x00-\\x1f\\x7f',
  digit: '0-9',
  graph: '!-~',
  lower: 'a-z',
  print: ' -~',
  punct: '!-\\/:-@\\[-`{-~',
  space: '\\t\\n\\v\\f\\r ',
  upper: 'A-Z',
  word: 'A-Za-z0-9_',
  xdigit: '0-9A-Fa-f',
};

/**
 * An expression in RE2's syntax as one of JavaScript's, matching whole topic names. Throws INVALID_REGULAR_EXPRESSION in
 * Kafka's words, also for the few that only RE2 can express.
 */
export function topicRegex(expression: string): RegExp {
  const complaint = re2Complaint(expression);
  if (complaint !== null) throw invalid(expression, complaint);
  try {
    return new RegExp(`^(?:${translate(expression)})$`);
  } catch (error) {
    if (error instanceof SyntaxError) throw invalid(expression, 'not supported');
    throw error;
  }
}

function invalid(expression: string, complaint: string): KafkaError {
  const text = `SubscribedTopicRegex \`${expression}\` is not a valid regular expression: ${complaint}.`;
  return new KafkaError('INVALID_REGULAR_EXPRESSION', text);
}

const escaped = (text: string) => text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');

/** RE2 and JavaScript differ in spelling only here: flags, names of groups, quoting, anchors, POSIX classes. */
function translate(expression: string): string {
  const flags = /^\(\?([ims]+)\)/.exec(expression);
  if (flags !== null) return `(?${flags[1]}:${translate(expression.slice(flags[0].length))})`;
  return expression.replace(
    /\\Q(.*?)(?:\\E|$)|\\A|\\z|\(\?P<|\[:(\^?)(\w+):\]|\\[\s\S]/g,
    (text, quoted: string | undefined, negated: string | undefined, name: string | undefined) => {
      if (quoted !== undefined) return escaped(quoted);
      if (text === '\\A') return '^';
      if (text === '\\z') return '$';
      if (text === '(?P<') return '(?<';
      // A negated POSIX class inside a class has no counterpart.
      if (name !== undefined) return negated === '' ? (POSIX[name] ?? text) : '\\p{unsupported}';
      return text;
    },
  );
}
