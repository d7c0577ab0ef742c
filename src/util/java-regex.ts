import { JavaError } from './java-error.ts';

/** Contents of a class in the `v` flavour of JavaScript's regular expressions, by Java's name for it. */
const POSIX_CLASSES: Readonly<Record<string, string>> = {
  Lower: 'a-z',
  Upper: 'A-Z',
  ASCII: '\\x00-\\x7f',
  Alpha: 'a-zA-Z',
  Digit: '0-9',
  Alnum: 'a-zA-Z0-9',
  Punct: '!-\\/:-@\\[-`\\{-~',
  Graph: '!-~',
  Print: '\\x20-~',
  Blank: '\\x20\\t',
  Cntrl: '\\x00-\\x1f\\x7f',
  XDigit: '0-9a-fA-F',
  Space: '\\t-\\r\\x20',
  javaLowerCase: '\\p{Ll}',
  javaUpperCase: '\\p{Lu}',
  javaWhitespace: '\\t-\\r\\x1c-\\x20',
};

/** Escapes that stand for a class; JavaScript's own \s and \v mean something else. */
const CLASS_ESCAPES: Readonly<Record<string, string>> = {
  d: '0-9',
  w: 'a-zA-Z_0-9',
  s: '\\t-\\r\\x20',
  h: '\\x20\\xa0\\u1680\\u180e\\u2000-\\u200a\\u202f\\u205f\\u3000\\t',
  v: '\\n-\\r\\x85\\u2028\\u2029',
};

const CHARACTER_ESCAPES: Readonly<Record<string, string>> = {
  t: '\\t',
  n: '\\n',
  r: '\\r',
  f: '\\f',
  a: '\\x07',
  e: '\\x1b',
};

const CONTROL_CODES: Readonly<Record<string, number>> = { t: 9, n: 10, f: 12, r: 13 };

const LINE_BREAK = '(?:\\r\\n|[\\n-\\r\\x85\\u2028\\u2029])';
const AT_END = '(?![\\s\\S])';

const ASSERTIONS: Readonly<Record<string, string>> = {
  A: '(?<![\\s\\S])',
  z: AT_END,
  Z: `(?=${LINE_BREAK}?${AT_END})`,
  b: '\\b',
  B: '\\B',
  R: LINE_BREAK,
};

/** Characters that mean something outside or inside a class of the `v` flavour. */
const SPECIAL = /[\\^$.*+?()[\]{}|/&\-!#%,:;<=>@`~]/;

function literal(char: string): string {
  return SPECIAL.test(char) ? `\\u{${(char.codePointAt(0) as number).toString(16)}}` : char;
}

/**
 * A Java regular expression as one of JavaScript's: posix and Java-only classes, intersections, \Q..\E, \h \R \A \z, inline flags.
 * Possessive quantifiers and atomic groups behave like ordinary ones. Throws JavaError (PatternSyntaxException) in Java's words.
 * Source: java.util.regex.Pattern.
 */
export function javaPattern(source: string): RegExp {
  const text = new Translator(source).translate();
  try {
    return new RegExp(text, 'v');
  } catch (error) {
    throw syntaxError((error as Error).message, -1, source);
  }
}

/** Whether the whole text matches, as Java's `matches()` asks. */
export function matchesWhole(pattern: RegExp, text: string): boolean {
  return new RegExp(`^(?:${pattern.source})${AT_END}`, pattern.flags).test(text);
}

/** Java's `Pattern.split(text)`: no empty pieces at the end, none at the start for a match without width. */
export function javaSplit(pattern: RegExp, text: string): string[] {
  const pieces: string[] = [];
  let from = 0;
  for (const match of text.matchAll(new RegExp(pattern.source, `${pattern.flags}g`))) {
    const end = match.index + match[0].length;
    if (end === 0) continue;
    // A match without width at the very end splits nothing off but an empty piece, which is dropped below.
    pieces.push(text.slice(from, match.index));
    from = end;
  }
  if (pieces.length === 0) return [text];
  pieces.push(text.slice(from));
  while (pieces.length > 0 && pieces[pieces.length - 1] === '') pieces.pop();
  return pieces;
}

function syntaxError(reason: string, index: number, source: string): JavaError {
  const where = index >= 0 ? ` near index ${index}\n${source}` : '';
  const caret = index >= 0 && index < source.length ? `\n${' '.repeat(index)}^` : '';
  return new JavaError('java.util.regex.PatternSyntaxException', `${reason}${where}${caret}`);
}

class Translator {
  private readonly source: string;
  private at = 0;

  constructor(source: string) {
    this.source = source;
  }

  translate(): string {
    const text = this.alternatives();
    if (this.at < this.source.length) throw this.failure("Unmatched closing ')'", Math.max(0, this.at - 1));
    return text;
  }

  private failure(reason: string, index: number): JavaError {
    return syntaxError(reason, index, this.source);
  }

  private get next(): string {
    return String.fromCodePoint(this.source.codePointAt(this.at) as number);
  }

  /** Up to the end of the pattern or of the group. */
  private alternatives(): string {
    let text = '';
    /** Flags set in the middle hold until the group ends, for every alternative: JavaScript wants them around each. */
    let opened = '';
    let closing = '';
    while (this.at < this.source.length) {
      const char = this.next;
      if (char === ')') break;
      if (char === '(') {
        const group = this.group();
        text += group.text;
        if (group.opensRest) {
          opened += group.text;
          closing += ')';
        } else text += this.quantifier();
      } else if (char === '|') {
        this.at++;
        text += `${closing}|${opened}`;
      } else if (char === '*' || char === '+' || char === '?') {
        throw this.failure(`Dangling meta character '${char}'`, this.at);
      } else text += this.atom(char) + this.quantifier();
    }
    return text + closing;
  }

  private atom(char: string): string {
    switch (char) {
      case '[':
        return this.characterClass();
      case '\\':
        return this.escape(false);
      case '.':
        this.at++;
        return '.';
      case '^':
        this.at++;
        return '^';
      case '$':
        this.at++;
        return ASSERTIONS.Z as string;
      case '{':
        throw this.failure('Illegal repetition', this.at + 1);
      default:
        this.at += char.length;
        return literal(char);
    }
  }

  private group(): { text: string; opensRest: boolean } {
    const opening = /^\(\?(?:[:=!>]|<[=!]|<([a-zA-Z][a-zA-Z0-9]*)>|([a-zA-Z]*)(?:-([a-zA-Z]*))?([:)]))|^\(/.exec(
      this.source.slice(this.at),
    ) as RegExpExecArray;
    const [head, , on, off, end] = opening;
    this.at += head.length;
    if (head === '(' && this.source[this.at] === '?') throw this.failure('Unknown inline modifier', this.at + 1);
    let start = head === '(?>' ? '(?:' : head;
    if (end !== undefined) {
      const unknown = /[^imsdxuU]/.exec(`${on ?? ''}${off ?? ''}`);
      if (unknown) throw this.failure('Unknown inline modifier', this.at - head.length + head.indexOf(unknown[0]));
      start = flagGroup(on ?? '', off ?? '');
    }
    if (end === ')') return { text: start, opensRest: true };
    const inside = this.alternatives();
    if (this.source[this.at] !== ')') throw this.failure('Unclosed group', this.source.length);
    this.at++;
    return { text: `${start}${inside})`, opensRest: false };
  }

  private quantifier(): string {
    const rest = this.source.slice(this.at);
    const counted = /^\{(\d+)(?:,(\d*))?(\}?)/.exec(rest);
    const found = counted?.[0] ?? /^[*+?]/.exec(rest)?.[0];
    if (found === undefined) return '';
    this.at += found.length;
    if (counted) {
      const [, least, most, closing] = counted;
      if (closing === '') throw this.failure('Unclosed counted closure', this.at);
      if (most && Number(most) < Number(least)) throw this.failure('Illegal repetition range', this.at - 1);
    }
    const mode = this.source[this.at];
    if (mode !== '?' && mode !== '+') return found;
    this.at++;
    return mode === '?' ? `${found}?` : found;
  }

  /** The class that begins here; nested classes and intersections included. */
  private characterClass(): string {
    const start = this.at;
    this.at++;
    const isNegated = this.source[this.at] === '^';
    if (isNegated) this.at++;
    const operands: string[] = [];
    let operand = '';
    /** A hyphen may follow what was read last and make a range of it. */
    let canBegin = false;
    for (let isFirst = true; ; isFirst = false) {
      if (this.at >= this.source.length) throw this.failure('Unclosed character class', this.source.length - 1);
      const char = this.next;
      if (char === ']' && !(isFirst && this.at === start + (isNegated ? 2 : 1))) break;
      if (char === '&' && this.source[this.at + 1] === '&') {
        this.at += 2;
        operands.push(operand);
        operand = '';
        canBegin = false;
      } else if (char === '[') {
        operand += this.characterClass();
        canBegin = false;
      } else if (char === '-' && canBegin && !/^-(?:[\][]|&&)/.test(this.source.slice(this.at))) {
        const first = this.codePoint(operand);
        this.at++;
        if (this.at === this.source.length) throw this.failure('Illegal character range', this.at);
        const last = this.member();
        if (first > this.codePoint(last)) throw this.failure('Illegal character range', this.at - 1);
        operand += `-${last}`;
        canBegin = false;
      } else {
        const member = this.member();
        operand += member;
        canBegin = !member.startsWith('[');
      }
    }
    this.at++;
    operands.push(operand);
    const inside = operands.length === 1 ? operand : operands.map((one) => `[${one}]`).join('&&');
    return `[${isNegated ? '^' : ''}${inside}]`;
  }

  /** Of the last character in the translated text. */
  private codePoint(translated: string): number {
    const escaped = /\\(?:u\{([0-9a-f]+)\}|x([0-9a-f]{2})|([tnrf]))$/.exec(translated);
    const hex = escaped?.[1] ?? escaped?.[2];
    if (hex !== undefined) return Number.parseInt(hex, 16);
    const control = escaped?.[3];
    return control ? (CONTROL_CODES[control] as number) : ([...translated].at(-1)?.codePointAt(0) ?? 0);
  }

  /** One character of a class, or an escape that stands for several. */
  private member(): string {
    const char = this.next;
    if (char === '\\') return this.escape(true);
    this.at += char.length;
    return literal(char);
  }

  private escape(isInClass: boolean): string {
    const { source } = this;
    const rest = source.slice(this.at);
    const char = rest[1];
    if (char === undefined) throw this.failure('Unexpected internal error', this.at + 1);
    if (char === 'Q') {
      const end = rest.indexOf('\\E', 2);
      const quoted = end < 0 ? rest.slice(2) : rest.slice(2, end);
      this.at += end < 0 ? rest.length : end + 2;
      return [...quoted].map(literal).join('');
    }
    const property = /^\\([pP])(?:\{(\^?)([^}]*)\}|(.))/u.exec(rest);
    if (property) {
      this.at += property[0].length;
      return this.property(property[3] ?? property[4] ?? '', (property[1] === 'P') !== (property[2] === '^'));
    }
    const code = /^\\(?:x([0-9a-fA-F]{2})|x\{([0-9a-fA-F]+)\}|u([0-9a-fA-F]{4})|0([0-3]?[0-7]{1,2}))/.exec(rest);
    if (code) {
      this.at += code[0].length;
      const octal = code[4];
      const value =
        octal === undefined ? Number.parseInt(code[1] ?? code[2] ?? code[3] ?? '', 16) : Number.parseInt(octal, 8);
      return `\\u{${value.toString(16)}}`;
    }
    const named = /^\\k<[a-zA-Z][a-zA-Z0-9]*>|^\\[1-9]\d*|^\\c./.exec(rest);
    if (named && !isInClass) {
      this.at += named[0].length;
      return named[0];
    }
    this.at += 2;
    const lower = char.toLowerCase();
    const members = CLASS_ESCAPES[lower];
    if (members !== undefined) return `[${char === lower ? '' : '^'}${members}]`;
    if (CHARACTER_ESCAPES[char] !== undefined) return CHARACTER_ESCAPES[char];
    if (!isInClass && ASSERTIONS[char] !== undefined) return ASSERTIONS[char];
    if (/[a-zA-Z]/.test(char)) throw this.failure('Illegal/unsupported escape sequence', this.at - 1);
    return literal(char);
  }

  private property(name: string, isNegated: boolean): string {
    const negation = isNegated ? '^' : '';
    const posix = POSIX_CLASSES[name];
    if (posix !== undefined) return `[${negation}${posix}]`;
    const plain = name.replace(/^(Is|In)(?=[A-Z])/, '');
    for (const candidate of [
      `\\p{${plain}}`,
      `\\p{Script=${plain}}`,
      `\\p{${plain.replace(/^(?:general_category|gc|script|sc)=/, '')}}`,
    ]) {
      try {
        new RegExp(candidate, 'v');
        return `[${negation}${candidate}]`;
      } catch {
        // Not a property of this kind: the next spelling may be.
      }
    }
    throw this.failure(`Unknown character property name {${name}}`, this.at - 1);
  }
}

/** Java's flags that JavaScript knows: i, m, s. The others change nothing here. */
function flagGroup(on: string, off: string): string {
  const known = (flags: string): string => [...new Set(flags)].filter((one) => 'ims'.includes(one)).join('');
  const flags = known(on) + (known(off) === '' ? '' : `-${known(off)}`);
  return flags === '' ? '(?:' : `(?${flags}:`;
}
