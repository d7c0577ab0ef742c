import { type Assertion, parseRe2, type Re2Node, Re2TooLargeError, type RuneTest } from './re2-parser.ts';

export { Re2TooLargeError } from './re2-parser.ts';

const MAX_STATES = 100_000;

/** Kinds of states. */
const MATCH = 0;
const RUNE = 1;
const SPLIT = 2;
const ASSERTION = 3;

/**
 * An expression in RE2's syntax that says whether it matches whole texts, in time linear in the text: all ways to match are
 * followed side by side, none is tried again (Thompson's construction). For expressions that `re2Complaint` has nothing
 * against; throws Re2TooLargeError for those of more than 100,000 states.
 */
export class Re2 {
  /** Each state has its kind, the state behind it, and by kind: a second one, what it tests, or what has to hold. */
  private readonly kinds: number[] = [MATCH];
  private readonly next: number[] = [0];
  private readonly other: number[] = [0];
  private readonly tests: (RuneTest | null)[] = [null];
  private readonly assertions: (Assertion | null)[] = [null];
  private readonly start: number;
  /** The mark of the place in a text where a state was entered last; every place of every text has its own. */
  private readonly entered: Float64Array;
  private mark = 0;
  /** States to enter still; a state is in here once at most. */
  private readonly waiting: Int32Array;
  /** States that wait for a character, at this place and at the next. */
  private current: Int32Array;
  private following: Int32Array;
  private stepCount = 0;

  constructor(expression: string) {
    this.start = this.build(parseRe2(expression), 0);
    const size = this.kinds.length;
    this.entered = new Float64Array(size);
    this.waiting = new Int32Array(size);
    this.current = new Int32Array(size);
    this.following = new Int32Array(size);
  }

  /** States entered in all matches so far: the work that was done. */
  get steps(): number {
    return this.stepCount;
  }

  matches(text: string): boolean {
    const runes = Array.from(text, (one) => one.codePointAt(0) ?? -1);
    this.mark++;
    let count = this.enter(this.start, this.current, 0, -1, runes[0] ?? -1);
    for (let at = 0; at < runes.length; at++) {
      if (count === 0) return false;
      const rune = runes[at] as number;
      const after = runes[at + 1] ?? -1;
      this.mark++;
      let followingCount = 0;
      for (let i = 0; i < count; i++) {
        const index = this.current[i] as number;
        if (this.tests[index]?.(rune) !== true) continue;
        followingCount = this.enter(this.next[index] as number, this.following, followingCount, rune, after);
      }
      [this.current, this.following] = [this.following, this.current];
      count = followingCount;
    }
    return this.entered[0] === this.mark;
  }

  /** Adds to the list the states that wait for a character and are reached from this one without any; the new count. */
  private enter(from: number, list: Int32Array, listed: number, before: number, after: number): number {
    const { kinds, next, other, entered, waiting, mark } = this;
    if (entered[from] === mark) return listed;
    let count = listed;
    let top = 0;
    entered[from] = mark;
    waiting[top++] = from;
    while (top > 0) {
      const index = waiting[--top] as number;
      const kind = kinds[index];
      this.stepCount++;
      if (kind === RUNE) {
        list[count++] = index;
        continue;
      }
      if (kind === MATCH || (kind === ASSERTION && !this.assertions[index]?.(before, after))) continue;
      const one = next[index] as number;
      if (entered[one] !== mark) {
        entered[one] = mark;
        waiting[top++] = one;
      }
      const second = kind === SPLIT ? (other[index] as number) : one;
      if (entered[second] !== mark) {
        entered[second] = mark;
        waiting[top++] = second;
      }
    }
    return count;
  }

  private add(kind: number, next: number, test: RuneTest | null, holds: Assertion | null): number {
    if (this.kinds.length >= MAX_STATES) throw new Re2TooLargeError(`more than ${MAX_STATES} states`);
    this.next.push(next);
    this.other.push(next);
    this.tests.push(test);
    this.assertions.push(holds);
    return this.kinds.push(kind) - 1;
  }

  private split(next: number, other: number): number {
    const index = this.add(SPLIT, next, null, null);
    this.other[index] = other;
    return index;
  }

  /** States for a tree, followed by `next`; the index of the first. */
  private build(node: Re2Node, next: number): number {
    switch (node.kind) {
      case 'rune':
        return this.add(RUNE, next, node.test, null);
      case 'assertion':
        return this.add(ASSERTION, next, null, node.holds);
      case 'all':
        return node.parts.reduceRight((following, part) => this.build(part, following), next);
      case 'either': {
        const starts = node.parts.map((part) => this.build(part, next));
        return starts.reduceRight((other, first) => this.split(first, other));
      }
      case 'repeat':
        return this.buildRepeat(node, next);
    }
  }

  private buildRepeat({ of, least, most }: Extract<Re2Node, { kind: 'repeat' }>, next: number): number {
    let following = next;
    if (most === null) {
      following = this.split(next, next);
      this.other[following] = this.build(of, following);
    } else {
      for (let i = least; i < most; i++) following = this.split(next, this.build(of, following));
    }
    for (let i = 0; i < least; i++) following = this.build(of, following);
    return following;
  }
}
