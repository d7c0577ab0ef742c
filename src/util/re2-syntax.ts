/**
 * Whether a regular expression is one that RE2 takes, and what RE2/J says if it is not. The syntax is read in one pass, as RE2/J
 * reads it, so that of several mistakes the same one is found first. Source: github.com/google/re2/wiki/Syntax.
 */
export type Re2Complaint =
  | 'duplicate capture group name'
  | 'invalid character class range'
  | 'invalid escape sequence'
  | 'invalid named capture'
  | 'invalid nested repetition operator'
  | 'invalid or unsupported Perl syntax'
  | 'invalid repeat count'
  | 'missing argument to repetition operator'
  | 'missing closing )'
  | 'missing closing ]'
  | 'regexp/syntax: internal error'
  | 'trailing backslash at end of expression';

const MAX_REPEAT = 1000;
const MAX_RUNE = 0x10ffff;
const POSIX_CLASSES = new Set(
  'alnum alpha ascii blank cntrl digit graph lower print punct space upper word xdigit'.split(' '),
);
const CATEGORIES = /^(?:C[cfos]?|L[lmotu]?|M[cen]?|N[dlo]?|P[cdefios]?|S[ckmo]?|Z[lps]?|Any)$/;

/** What stands on the level being read: something that can be repeated, or a vertical bar. */
type Part = 'operand' | 'bar';

class Refusal extends Error {
  readonly complaint: Re2Complaint;

  constructor(complaint: Re2Complaint) {
    super(complaint);
    this.complaint = complaint;
  }
}

/** Null for an expression that RE2 takes. */
export function re2Complaint(expression: string): Re2Complaint | null {
  try {
    new Scanner(expression).scan();
    return null;
  } catch (error) {
    if (error instanceof Refusal) return error.complaint;
    throw error;
  }
}

class Scanner {
  private readonly runes: readonly string[];
  private at = 0;
  /** The last part of the group being read, and of the groups around it. */
  private last: Part | null = null;
  private readonly outer: (Part | null)[] = [];
  private readonly names = new Set<string>();
  /** Where `:]` stands next, looked for once. */
  private posixEnd = -1;

  constructor(expression: string) {
    this.runes = [...expression];
  }

  scan(): void {
    let followsRepeat = false;
    while (this.at < this.runes.length) followsRepeat = this.step(followsRepeat);
    if (this.outer.length > 0) throw new Refusal('missing closing )');
  }

  private get next(): string | undefined {
    return this.runes[this.at];
  }

  private looksAt(text: string): boolean {
    return this.runes.slice(this.at, this.at + text.length).join('') === text;
  }

  /** The text from here to `until`, which is passed over; null without it. */
  private textUntil(until: string): string | null {
    const end = this.find(until, this.at);
    if (end < 0) return null;
    const text = this.runes.slice(this.at, end).join('');
    this.at = end + until.length;
    return text;
  }

  /** Where a text stands next; -1 for nowhere. Nothing here may look at all that follows: hostile expressions are long. */
  private find(text: string, from: number): number {
    const first = text[0] as string;
    for (let at = this.runes.indexOf(first, from); at >= 0; at = this.runes.indexOf(first, at + 1)) {
      if (this.runes.slice(at, at + text.length).join('') === text) return at;
    }
    return -1;
  }

  /** The runes from a place on that are such. */
  private runOf(such: RegExp, from: number): string {
    let end = from;
    while (end < this.runes.length && such.test(this.runes[end] as string)) end++;
    return this.runes.slice(from, end).join('');
  }

  /** Reads one element; true after a repetition operator. */
  private step(followsRepeat: boolean): boolean {
    switch (this.next) {
      case '(':
        if (this.looksAt('(?')) this.readPerlGroup();
        else {
          this.at++;
          this.openGroup();
        }
        return false;
      case ')':
        this.at++;
        this.closeGroup();
        return false;
      case '|':
        this.at++;
        this.last = 'bar';
        return false;
      case '[':
        this.readClass();
        this.last = 'operand';
        return false;
      case '*':
      case '+':
      case '?':
        this.at++;
        this.repeat(followsRepeat);
        return true;
      case '{':
        this.readCount(followsRepeat);
        return true;
      case '\\':
        this.readBackslash();
        return false;
      default:
        this.at++;
        this.last = 'operand';
        return false;
    }
  }

  private openGroup(): void {
    this.outer.push(this.last);
    this.last = null;
  }

  private closeGroup(): void {
    if (this.outer.pop() === undefined) throw new Refusal('regexp/syntax: internal error');
    this.last = 'operand';
  }

  private repeat(followsRepeat: boolean): void {
    if (this.next === '?') this.at++;
    if (followsRepeat) throw new Refusal('invalid nested repetition operator');
    if (this.last !== 'operand') throw new Refusal('missing argument to repetition operator');
  }

  /** `{n}`, `{n,}` and `{n,m}`; anything else is a literal brace, which RE2/J does not let be repeated. */
  private readCount(followsRepeat: boolean): void {
    const inside = this.runOf(/[0-9,]/, this.at + 1);
    const found = /^(0|[1-9][0-9]*)(,(0|[1-9][0-9]*)?)?$/.exec(inside);
    if (found === null || this.runes[this.at + 1 + inside.length] !== '}') {
      this.at++;
      this.last = 'operand';
      return;
    }
    this.at += inside.length + 2;
    const least = Number(found[1]);
    const most = found[3] === undefined ? null : Number(found[3]);
    if (least > MAX_REPEAT || (most !== null && (most > MAX_REPEAT || most < least))) {
      throw new Refusal('invalid repeat count');
    }
    this.repeat(followsRepeat);
  }

  /** `(?P<name>`, `(?<name>`, `(?flags)` and `(?flags:`. */
  private readPerlGroup(): void {
    const opening = ['(?P<', '(?<'].find((text) => this.looksAt(text));
    if (opening !== undefined) {
      this.at += opening.length;
      const name = this.textUntil('>');
      if (name === null || !/^[A-Za-z0-9_]+$/.test(name)) throw new Refusal('invalid named capture');
      this.openGroup();
      if (this.names.has(name)) throw new Refusal('duplicate capture group name');
      this.names.add(name);
      return;
    }
    const flags = this.runOf(/[imsU-]/, this.at + 2);
    const end = this.runes[this.at + 2 + flags.length];
    if (!/^(?:[imsU]*|[imsU]*-[imsU]+)$/.test(flags) || (end !== ':' && end !== ')')) {
      throw new Refusal('invalid or unsupported Perl syntax');
    }
    this.at += flags.length + 3;
    if (end === ':') this.openGroup();
  }

  private readBackslash(): void {
    const letter = this.runes[this.at + 1];
    if (letter === 'Q') {
      this.at += 2;
      const start = this.at;
      if (this.textUntil('\\E') === null) this.at = this.runes.length;
      if (this.at > start && this.runes[start] !== '\\') this.last = 'operand';
      return;
    }
    if (letter !== undefined && 'AbBz'.includes(letter)) this.at += 2;
    else if (!this.readNamedClass()) this.readEscape();
    this.last = 'operand';
  }

  /** `\pL`, `\p{Greek}`, `\d`, `\s`, `\w` and their negations. */
  private readNamedClass(): boolean {
    const letter = this.next === '\\' ? this.runes[this.at + 1] : undefined;
    if (letter === undefined || !'pPdDsSwW'.includes(letter)) return false;
    this.at += 2;
    if (letter !== 'p' && letter !== 'P') return true;
    const first = this.next;
    this.at++;
    const name = first === '{' ? this.textUntil('}') : (first ?? null);
    if (name === null || !isUnicodeClass(name.replace(/^\^/, ''))) throw new Refusal('invalid character class range');
    return true;
  }

  private readClass(): void {
    this.at++;
    if (this.next === '^') this.at++;
    for (let isFirst = true; this.next !== ']' || isFirst; isFirst = false) {
      if (this.looksAt('[:') && this.readPosixClass()) continue;
      if (this.readNamedClass()) continue;
      const low = this.readClassRune();
      if (this.next !== '-') continue;
      if (this.runes[this.at + 1] === ']') continue;
      this.at++;
      if (this.readClassRune() < low) throw new Refusal('invalid character class range');
    }
    this.at++;
  }

  private readPosixClass(): boolean {
    if (this.posixEnd < this.at + 2) {
      const found = this.find(':]', this.at + 2);
      this.posixEnd = found < 0 ? Number.POSITIVE_INFINITY : found;
    }
    if (this.posixEnd === Number.POSITIVE_INFINITY) return false;
    const name = this.runes.slice(this.at + 2, this.posixEnd).join('');
    if (!POSIX_CLASSES.has(name.replace(/^\^/, ''))) throw new Refusal('invalid character class range');
    this.at = this.posixEnd + 2;
    return true;
  }

  private readClassRune(): number {
    if (this.next === undefined) throw new Refusal('missing closing ]');
    if (this.next === '\\') return this.readEscape();
    return this.runes[this.at++]?.codePointAt(0) ?? 0;
  }

  /** One escaped character; its code point. */
  private readEscape(): number {
    const hexDigits = this.looksAt('\\x{') ? this.runOf(/[0-9A-Fa-f]/, this.at + 3) : '';
    const rest = this.runes.slice(this.at + 1, this.at + 4 + hexDigits.length).join('');
    if (rest === '') throw new Refusal('trailing backslash at end of expression');
    const found = /^(?:([0-7]{2,3}|0)|x\{([0-9A-Fa-f]+)\}|x([0-9A-Fa-f]{2})|([afnrtv])|([^A-Za-z0-9]))/u.exec(rest);
    const [text = '', octal, braced, hex, control, itself] = found ?? [];
    const code = Number.parseInt(braced ?? hex ?? '0', 16);
    if (found === null || code > MAX_RUNE) throw new Refusal('invalid escape sequence');
    this.at += 1 + [...text].length;
    if (octal !== undefined) return Number.parseInt(octal, 8);
    if (control !== undefined) return '\x07\f\n\r\t\v'.charCodeAt('afnrtv'.indexOf(control));
    return itself === undefined ? code : (itself.codePointAt(0) ?? 0);
  }
}

function isUnicodeClass(name: string): boolean {
  if (CATEGORIES.test(name)) return true;
  try {
    return /^[A-Z][A-Za-z_]{2,}$/.test(name) && new RegExp(`\\p{Script=${name}}`, 'u').source !== '';
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}
