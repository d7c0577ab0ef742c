const BEFORE_WORD = /[$([{"'\p{Ps}\p{Pi}]|(?!¢)\p{Sc}/u;
const AFTER_WORD = /[\])}"!%.,:;?\p{Pe}\p{Pf}]/u;
const DASH = /[-\p{Pd}]/u;
const DIGIT = /\p{Nd}/u;
const SPACE = /[\p{Zs}\p{Cc}]/u;
const isLineEnd = (one: string): boolean => '\u0003\t\n\f\u2028\u2029'.includes(one);

const isCharacter = (one: string): boolean =>
  ![BEFORE_WORD, AFTER_WORD, DASH, SPACE].some((kind) => kind.test(one)) && !isLineEnd(one);

/** Characters that hold two words together: `it's`. */
const isJoint = (one: string | undefined): boolean => one === '$' || one === "'";

/** Where a run of `kind` from `at` may end: after each of its characters, and at `at` itself. */
function runEnds(text: string, at: number, kind: (one: string) => boolean): number[] {
  const ends = [at];
  for (let end = at; end < text.length && kind(text[end]!); ) ends.push(++end);
  return ends;
}

const is =
  (...kinds: readonly RegExp[]) =>
  (one: string): boolean =>
    kinds.some((kind) => kind.test(one));

/** Brackets and dashes, then digits with single points or commas among them. */
function numberEnds(text: string, at: number): number[] {
  const found: number[] = [];
  for (const start of runEnds(text, at, is(BEFORE_WORD, DASH))) {
    const digits = /^\p{Nd}+(?:[.,]\p{Nd}+)*/u.exec(text.slice(start))?.[0] ?? '';
    if (digits !== '' && DIGIT.test(digits)) found.push(start + digits.length);
  }
  return found;
}

/** Opening punctuation, a run of characters or a number, then dashes or closing punctuation; each part may be empty. */
function wordEnds(text: string, at: number): Set<number> {
  const ends = new Set<number>();
  for (const start of runEnds(text, at, is(BEFORE_WORD))) {
    for (const core of [...runEnds(text, start, isCharacter), ...numberEnds(text, start)]) {
      for (const end of runEnds(text, core, is(DASH))) ends.add(end);
      for (const end of runEnds(text, core, is(AFTER_WORD))) ends.add(end);
    }
  }
  return ends;
}

/** Words held together by joints. */
function joinedEnds(text: string, at: number): Set<number> {
  const ends = wordEnds(text, at);
  for (const end of ends) {
    if (isJoint(text[end])) for (const further of wordEnds(text, end + 1)) ends.add(further);
  }
  return ends;
}

function pieceEnd(text: string, at: number): number {
  let longest = at + 1;
  for (const word of joinedEnds(text, at)) {
    let end = word;
    while (end < text.length && SPACE.test(text[end]!) && text[end] !== '\r' && !isLineEnd(text[end]!)) end++;
    if (text.startsWith('()', end)) end = runEnds(text, end + 2, is(AFTER_WORD)).at(-1)!;
    if (text[end] === '\r') end++;
    if (end < text.length && isLineEnd(text[end]!)) end++;
    longest = Math.max(longest, end);
  }
  return longest;
}

/**
 * The pieces between which Java's BreakIterator.getLineInstance() may break a line: after spaces, dashes and closing punctuation,
 * before opening brackets. Joined they give the text again. Source: the JDK's line break rules; ideographs and marks are left out.
 */
export function linePieces(text: string): string[] {
  const pieces: string[] = [];
  for (let at = 0; at < text.length; ) {
    const end = pieceEnd(text, at);
    pieces.push(text.slice(at, end));
    at = end;
  }
  return pieces;
}
