/**
 * Java's `.properties` format as java.util.Properties reads and writes it: bytes are Latin-1 (a string is taken as it
 * is), `#` and `!` comment, a backslash at the end of a line continues it, key and value are parted by `=`, `:` or blanks.
 */
export class MalformedPropertiesError extends Error {
  override name = 'MalformedPropertiesError';
  readonly javaClass = 'java.lang.IllegalArgumentException';
}

function isBlank(char: string | undefined): boolean {
  return char === ' ' || char === '\t' || char === '\f';
}

/** Logical lines: comments and empty lines left out, continuations joined, escapes still in place. */
function* logicalLines(text: string): Generator<string> {
  let at = 0;
  let line = '';
  while (at < text.length) {
    while (isBlank(text[at])) at++;
    let end = at;
    while (end < text.length && text[end] !== '\n' && text[end] !== '\r') end++;
    const natural = text.slice(at, end);
    at = text[end] === '\r' && text[end + 1] === '\n' ? end + 2 : end + 1;
    // Java looks for a comment as long as the logical line holds nothing, so also behind a lone continuation.
    if (line === '' && (natural === '' || natural[0] === '#' || natural[0] === '!')) continue;
    let backslashes = 0;
    while (natural[natural.length - 1 - backslashes] === '\\') backslashes++;
    if (backslashes % 2 === 1) {
      line += natural.slice(0, -1);
      // Java returns what it has when nothing follows the line end, be it empty: the entry '' = ''.
      if (end < text.length - 1) continue;
      yield line;
      return;
    }
    yield line + natural;
    line = '';
  }
  if (line !== '') yield line;
}

const ESCAPES: Readonly<Record<string, string>> = { t: '\t', n: '\n', r: '\r', f: '\f' };

function readEscapes(text: string): string {
  if (!text.includes('\\')) return text;
  return text.replace(/\\(?:u(.{0,4})|(.))/gs, (_all, digits: string | undefined, char: string) => {
    if (digits === undefined) return ESCAPES[char] ?? char;
    if (!/^[0-9a-fA-F]{4}$/.test(digits)) throw new MalformedPropertiesError('Malformed \\uxxxx encoding.');
    return String.fromCharCode(Number.parseInt(digits, 16));
  });
}

function splitLine(line: string): [key: string, value: string] {
  let keyEnd = 0;
  while (keyEnd < line.length && !isBlank(line[keyEnd]) && line[keyEnd] !== '=' && line[keyEnd] !== ':') {
    keyEnd += line[keyEnd] === '\\' ? 2 : 1;
  }
  keyEnd = Math.min(keyEnd, line.length);
  let valueStart = keyEnd;
  while (isBlank(line[valueStart])) valueStart++;
  if (line[valueStart] === '=' || line[valueStart] === ':') {
    valueStart++;
    while (isBlank(line[valueStart])) valueStart++;
  }
  return [readEscapes(line.slice(0, keyEnd)), readEscapes(line.slice(valueStart))];
}

/** Entries in the order of the file; a later value of the same key wins. Throws MalformedPropertiesError. */
export function parseJavaProperties(source: string | Buffer): Map<string, string> {
  const properties = new Map<string, string>();
  const text = typeof source === 'string' ? source : source.toString('latin1');
  for (const line of logicalLines(text)) properties.set(...splitLine(line));
  return properties;
}

function writeEscapes(text: string, isKey: boolean): string {
  let escaped = '';
  for (let at = 0; at < text.length; at++) {
    const char = text[at] as string;
    const code = text.charCodeAt(at);
    if (char === ' ') escaped += at === 0 || isKey ? '\\ ' : ' ';
    else if (char === '\t') escaped += '\\t';
    else if (char === '\n') escaped += '\\n';
    else if (char === '\r') escaped += '\\r';
    else if (char === '\f') escaped += '\\f';
    else if ('=:#!\\'.includes(char)) escaped += `\\${char}`;
    else if (code < 0x20 || code > 0x7e) escaped += `\\u${code.toString(16).toUpperCase().padStart(4, '0')}`;
    else escaped += char;
  }
  return escaped;
}

/** One `key=value` line as Properties.store writes it, without the line end. */
export function formatJavaProperty(key: string, value: string): string {
  return `${writeEscapes(key, true)}=${writeEscapes(value, false)}`;
}
