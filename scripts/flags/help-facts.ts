// What the help of a tool says about its options, as facts: one short line per option, without any sentence of it.

/** Lines such as `--topic <String> required`, `--state [String]`, `--timeout <Long> = 30000`, sorted; [] when the text is no help. */
export function helpFacts(help: string): string[] {
  const facts = /^Option.* Description *$/m.test(help) ? joptFacts(help) : argparseFacts(help);
  return facts.sort();
}

interface Row {
  option: string;
  description: string;
}

/** Words that a narrow column broke are joined again; a break behind a hyphen or a dot is inside a word. */
function joined(before: string, next: string): string {
  if (before === '') return next.trim();
  return /[-.:]$/.test(before) ? before + next.trim() : `${before} ${next.trim()}`;
}

const DEFAULT = /\(default: ?(.*)\)$/;

/** Spaces in a default come from the column's width, too. */
function defaultOf(description: string): string {
  const [, value] = DEFAULT.exec(description) ?? [];
  // kafka-consumer-perf-test makes its group up anew each time.
  return value === undefined ? '' : ` = ${value.replace(/\s/g, '').replace(/^perf-consumer-.*/, 'perf-consumer-N')}`;
}

function joptFacts(help: string): string[] {
  const lines = help.split('\n');
  const head = lines.findIndex((line) => /^Option.* Description *$/.test(line));
  const column = lines[head]!.indexOf('Description');
  const rows: Row[] = [];
  for (const line of lines.slice(head + 2)) {
    const [left, right] = [line.slice(0, column).trimEnd(), line.slice(column)];
    if (/^(\* )?--?\S/.test(left)) rows.push({ option: left, description: right.trim() });
    else if (rows.length > 0) {
      const row = rows.at(-1)!;
      if (left !== '') row.option = joined(row.option, left);
      if (right.trim() !== '') row.description = joined(row.description, right);
    }
  }
  return rows.map(({ option, description }) => {
    const [, star, names, optional, required] =
      /^(\* )?(-[^<[]*?)(?: \[(.*)\]| <(.*)>)?$/.exec(option.replace(/\s+/g, ' ')) ?? [];
    const type = (text: string): string => /^(\[.*?\]|[^:]*)/.exec(text)![1]!.replace(/^\[.*\]$/, 'words');
    const value =
      optional !== undefined ? ` [${type(optional)}]` : required !== undefined ? ` <${type(required)}>` : '';
    return `${names}${value}${star === undefined ? '' : ' required'}${defaultOf(description)}`;
  });
}

function argparseFacts(help: string): string[] {
  const [usageLines = '', ...rest] = help.split('\n\n');
  const usage = usageLines.replace(/\s+/g, ' ');
  if (!usage.startsWith('usage:')) return [];
  const rows: Row[] = [];
  for (const line of rest.join('\n').split('\n')) {
    const [, title, description] = /^ {2}(-\S.*?)(?: {2,}(.*))?$/.exec(line) ?? [];
    if (title !== undefined) rows.push({ option: title, description: description ?? '' });
    else if (rows.length > 0 && /^ {25}\S/.test(line)) {
      rows.at(-1)!.description = joined(rows.at(-1)!.description, line);
    }
  }
  return rows.map(({ option, description }) => {
    const names = option.split(', ').map((one) => one.split(' ')[0]!);
    const takesList = / \[.* \.\.\.\]/.test(option);
    const takesValue = option.split(', ')[0]!.includes(' ');
    const value = takesList ? ' <list>' : takesValue ? ' <value>' : '';
    return `${names.join(' ')}${value}${insistence(usage, names)}${takesValue ? defaultOf(description.replace(/\s+/g, ' ')) : ''}`;
  });
}

/** In usage lines `[--a A]` may be left out, `(--a A | --b B)` wants one of them. */
function insistence(usage: string, names: readonly string[]): string {
  for (const name of names) {
    const at = usage.search(new RegExp(`[ [(]${name}(?=[ \\])]|$)`));
    if (at < 0) continue;
    if (usage[at] === '[') return '';
    if (usage[at] === '(') return ' one of';
    // A later one of a group: what opened the group says whether one is needed.
    const before = usage.slice(0, at);
    if (before.endsWith('|')) return before.lastIndexOf('(') > before.lastIndexOf('[') ? ' one of' : '';
    return ' required';
  }
  return '';
}
