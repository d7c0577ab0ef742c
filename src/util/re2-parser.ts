/** A regular expression in RE2's syntax as a tree. Source: github.com/google/re2/wiki/Syntax. */
export type Re2Node =
  | { readonly kind: 'rune'; readonly test: RuneTest }
  | { readonly kind: 'assertion'; readonly holds: Assertion }
  | { readonly kind: 'all'; readonly parts: readonly Re2Node[] }
  | { readonly kind: 'either'; readonly parts: readonly Re2Node[] }
  /** `most` null means as often as you like. */
  | { readonly kind: 'repeat'; readonly of: Re2Node; readonly least: number; readonly most: number | null };

/** Whether one code point is matched. */
export type RuneTest = (rune: number) => boolean;
/** Of the code points before and after a place; -1 at the ends of the text. */
export type Assertion = (before: number, after: number) => boolean;

/** An expression that is right, and larger than one that anybody means. */
export class Re2TooLargeError extends Error {
  override name = 'Re2TooLargeError';
}

const MAX_DEPTH = 1000;
const NEWLINE = 10;

interface Flags {
  readonly i: boolean;
  readonly m: boolean;
  readonly s: boolean;
}

/** What of a group was read so far. */
interface Level {
  readonly alternatives: Re2Node[];
  parts: Re2Node[];
  flags: Flags;
}

const inRange = (low: number, high: number) => (rune: number) => rune >= low && rune <= high;
const among = (text: string) => {
  const runes = new Set(Array.from(text, (one) => one.codePointAt(0)));
  return (rune: number) => runes.has(rune);
};
const not = (test: RuneTest) => (rune: number) => !test(rune);
const anyOf = (tests: readonly RuneTest[]) => (rune: number) => tests.some((test) => test(rune));

const isDigit = inRange(48, 57);
const isUpper = inRange(65, 90);
const isLower = inRange(97, 122);
const isAlpha = anyOf([isUpper, isLower]);
const isAlnum = anyOf([isAlpha, isDigit]);
const isWord = anyOf([isAlnum, among('_')]);
const isGraph = inRange(33, 126);

const POSIX: Readonly<Record<string, RuneTest>> = {
  alnum: isAlnum,
  alpha: isAlpha,
  ascii: inRange(0, 127),
  blank: among('\t '),
  cntrl: anyOf([inRange(0, 31), inRange(127, 127)]),
  digit: isDigit,
  graph: isGraph,
  lower: isLower,
  print: inRange(32, 126),
  punct: (rune) => isGraph(rune) && !isAlnum(rune),
  space: among('\t\n\v\f\r '),
  upper: isUpper,
  word: isWord,
  xdigit: anyOf([isDigit, inRange(65, 70), inRange(97, 102)]),
};

const PERL: Readonly<Record<string, RuneTest>> = { d: isDigit, s: among('\t\n\f\r '), w: isWord };

/** Code points that differ in case only, the given one first; of those beyond ASCII the two that fold into it are named. */
function folds(rune: number): number[] {
  const found = [rune];
  for (const one of found) {
    const text = String.fromCodePoint(one);
    for (const other of [text.toLowerCase(), text.toUpperCase()]) {
      const folded = other.codePointAt(0) ?? one;
      if (String.fromCodePoint(folded) === other && !found.includes(folded)) found.push(folded);
    }
  }
  if (found.includes(0x6b) && rune !== 0x212a) found.push(0x212a);
  if (found.includes(0x73) && rune !== 0x17f) found.push(0x17f);
  return found;
}

const ASCII_END = 128;

/** What was found out about an ASCII character is remembered: names of topics consist of them. */
function foldingCase(test: RuneTest): RuneTest {
  const known: (boolean | undefined)[] = [];
  return (rune) => {
    if (rune >= ASCII_END) return folds(rune).some(test);
    known[rune] ??= folds(rune).some(test);
    return known[rune];
  };
}

/** An expression that `re2Complaint` has nothing against, as a tree. Throws Re2TooLargeError. */
export function parseRe2(expression: string): Re2Node {
  return new Parser(expression).parse();
}

class Parser {
  private readonly runes: readonly string[];
  private at = 0;
  private readonly outer: Level[] = [];
  private level: Level = { alternatives: [], parts: [], flags: { i: false, m: false, s: false } };

  constructor(expression: string) {
    this.runes = [...expression];
  }

  parse(): Re2Node {
    while (this.at < this.runes.length) this.readOne();
    return this.closed();
  }

  private take(): string {
    return this.runes[this.at++] ?? '';
  }

  /** Up to a character, which is passed over. */
  private takeUntil(end: string): string {
    let text = '';
    while (this.at < this.runes.length && this.runes[this.at] !== end) text += this.take();
    this.at++;
    return text;
  }

  private push(test: RuneTest): void {
    this.level.parts.push({ kind: 'rune', test });
  }

  /** Folding comes before every negation: neither [^k] nor [[:^lower:]] without case matches K. */
  private folded(test: RuneTest): RuneTest {
    return this.level.flags.i ? foldingCase(test) : test;
  }

  private assert(holds: Assertion): void {
    this.level.parts.push({ kind: 'assertion', holds });
  }

  private readOne(): void {
    const rune = this.take();
    switch (rune) {
      case '(':
        this.openGroup();
        break;
      case ')':
        this.closeGroup();
        break;
      case '|':
        this.level.alternatives.push({ kind: 'all', parts: this.level.parts });
        this.level.parts = [];
        break;
      case '*':
        this.repeat(0, null);
        break;
      case '+':
        this.repeat(1, null);
        break;
      case '?':
        this.repeat(0, 1);
        break;
      case '{':
        this.readCount();
        break;
      case '\\':
        this.readBackslash();
        break;
      default:
        this.readPlain(rune);
    }
  }

  private readPlain(rune: string): void {
    const { m, s } = this.level.flags;
    if (rune === '[') this.push(this.readClass());
    else if (rune === '.') this.push(s ? () => true : (one) => one !== NEWLINE);
    else if (rune === '^') this.assert((before) => before === -1 || (m && before === NEWLINE));
    else if (rune === '$') this.assert((_, after) => after === -1 || (m && after === NEWLINE));
    else this.literal(rune);
  }

  private closeGroup(): void {
    const group = this.closed();
    this.level = this.outer.pop() ?? this.level;
    this.level.parts.push(group);
  }

  private literal(text: string): void {
    const wanted = text.codePointAt(0);
    this.push(this.folded((rune) => rune === wanted));
  }

  private closed(): Re2Node {
    const { alternatives, parts } = this.level;
    const last: Re2Node = { kind: 'all', parts };
    return alternatives.length === 0 ? last : { kind: 'either', parts: [...alternatives, last] };
  }

  private openGroup(): void {
    let { flags } = this.level;
    if (this.runes[this.at] === '?') {
      this.at++;
      const isNamed = ['P', '<'].includes(this.runes[this.at] ?? '');
      if (isNamed) this.takeUntil('>');
      else {
        const { changed, isGroup } = this.readFlags(flags);
        flags = changed;
        if (!isGroup) {
          this.level.flags = flags;
          return;
        }
      }
    }
    if (this.outer.length >= MAX_DEPTH) throw new Re2TooLargeError(`more than ${MAX_DEPTH} groups within one another`);
    this.outer.push(this.level);
    this.level = { alternatives: [], parts: [], flags };
  }

  private readFlags(flags: Flags): { changed: Flags; isGroup: boolean } {
    let changed = flags;
    let isOn = true;
    for (let rune = this.take(); ; rune = this.take()) {
      if (rune === ':' || rune === ')' || rune === '') return { changed, isGroup: rune === ':' };
      if (rune === '-') isOn = false;
      else changed = { ...changed, [rune]: isOn };
    }
  }

  /** Whether it would rather match little or much does not matter to a whole match. */
  private repeat(least: number, most: number | null): void {
    if (this.runes[this.at] === '?') this.at++;
    const of = this.level.parts.pop();
    if (of !== undefined) this.level.parts.push({ kind: 'repeat', of, least, most });
  }

  private readCount(): void {
    const end = this.runes.indexOf('}', this.at);
    const isShort = end >= 0 && end - this.at < 12;
    const found = isShort ? /^(\d+)(,(\d*))?$/.exec(this.runes.slice(this.at, end).join('')) : null;
    if (found === null) {
      this.literal('{');
      return;
    }
    this.at = end + 1;
    const least = Number(found[1]);
    const most = found[2] === undefined ? least : null;
    this.repeat(least, found[3] ? Number(found[3]) : most);
  }

  private readBackslash(): void {
    const letter = this.runes[this.at] ?? '';
    if (letter !== '' && 'AzbBQ'.includes(letter)) {
      this.at++;
      if (letter === 'Q') this.readQuoted();
      else if (letter === 'A') this.assert((before) => before === -1);
      else if (letter === 'z') this.assert((_, after) => after === -1);
      else this.assert((before, after) => (isWord(before) !== isWord(after)) === (letter === 'b'));
      return;
    }
    const test = this.readNamedClass();
    if (test === null) this.literal(String.fromCodePoint(this.readEscape()));
    else this.push(test);
  }

  private readQuoted(): void {
    while (this.at < this.runes.length) {
      const rune = this.take();
      if (rune === '\\' && this.runes[this.at] === 'E') {
        this.at++;
        return;
      }
      this.literal(rune);
    }
  }

  /** What follows a backslash, where it stands for more than one code point. */
  private readNamedClass(): RuneTest | null {
    const letter = this.runes[this.at] ?? '';
    const lower = letter.toLowerCase();
    if (!'pdsw'.includes(lower) || lower === '') return null;
    this.at++;
    const isNegated = letter !== lower;
    const perl = PERL[lower];
    const test = perl === undefined ? this.readUnicodeClass() : this.folded(perl);
    return isNegated ? not(test) : test;
  }

  private readUnicodeClass(): RuneTest {
    const first = this.take();
    const written = first === '{' ? this.takeUntil('}') : first;
    const name = written.replace(/^\^/, '');
    const isScript = name.length > 2 && name !== 'Any';
    const pattern = new RegExp(`\\p{${isScript ? `Script=${name}` : name}}`, 'u');
    const test = this.folded((rune) => pattern.test(String.fromCodePoint(rune)));
    return name === written ? test : not(test);
  }

  private readClass(): RuneTest {
    const isNegated = this.runes[this.at] === '^';
    if (isNegated) this.at++;
    const tests: RuneTest[] = [];
    for (let isFirst = true; this.runes[this.at] !== ']' || isFirst; isFirst = false) {
      tests.push(this.readClassPart());
    }
    this.at++;
    const test = anyOf(tests);
    return isNegated ? not(test) : test;
  }

  private readClassPart(): RuneTest {
    const posix = this.readPosixClass();
    if (posix !== null) return posix;
    if (this.runes[this.at] === '\\') {
      this.at++;
      const named = this.readNamedClass();
      if (named !== null) return named;
      this.at--;
    }
    const low = this.readClassRune();
    if (this.runes[this.at] !== '-' || this.runes[this.at + 1] === ']') return this.folded(inRange(low, low));
    this.at++;
    return this.folded(inRange(low, this.readClassRune()));
  }

  private readPosixClass(): RuneTest | null {
    const found = /^\[:(\^?)(\w+):\]/.exec(this.runes.slice(this.at, this.at + 12).join(''));
    const test = POSIX[found?.[2] ?? ''];
    if (found === null || test === undefined) return null;
    this.at += found[0].length;
    return found[1] === '' ? this.folded(test) : not(this.folded(test));
  }

  private readClassRune(): number {
    const rune = this.take();
    return rune === '\\' ? this.readEscape() : (rune.codePointAt(0) ?? 0);
  }

  /** The code point of what follows a backslash. */
  private readEscape(): number {
    const rest = this.runes.slice(this.at, this.at + 12).join('');
    const found = /^(?:([0-7]{2,3}|0)|x\{([0-9A-Fa-f]+)\}|x([0-9A-Fa-f]{2})|([afnrtv]))/.exec(rest);
    if (found === null) {
      if (rest.startsWith('x{')) {
        this.at += 2;
        return Number.parseInt(this.takeUntil('}'), 16);
      }
      return this.take().codePointAt(0) ?? 0;
    }
    const [text, octal, braced, hex, control = ''] = found;
    this.at += text.length;
    if (octal !== undefined) return Number.parseInt(octal, 8);
    if (control !== '') return '\x07\f\n\r\t\v'.charCodeAt('afnrtv'.indexOf(control));
    return Number.parseInt(braced ?? hex ?? '0', 16);
  }
}
