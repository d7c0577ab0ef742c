import { type Assertion, parseRe2, type Re2Node, Re2TooLargeError, type RuneTest } from './re2-parser.ts';

export { Re2TooLargeError } from './re2-parser.ts';

/** One state of the machine; `next` is the one behind it. */
type State =
  | { readonly kind: 'rune'; readonly test: RuneTest; readonly next: number }
  | { readonly kind: 'assertion'; readonly holds: Assertion; readonly next: number }
  | { readonly kind: 'split'; readonly next: number; other: number }
  | { readonly kind: 'match' };

const MAX_STATES = 200_000;

/**
 * An expression in RE2's syntax that says whether it matches whole texts, in time linear in the text: all ways to match are
 * followed side by side, none is tried again (Thompson's construction). For expressions that `re2Complaint` has nothing
 * against; throws Re2TooLargeError for those of more than 200,000 states.
 */
export class Re2 {
  private readonly states: State[] = [{ kind: 'match' }];
  private readonly start: number;
  /** The place in the text where a state was entered last, plus one. */
  private readonly entered: Uint32Array;
  private stepCount = 0;

  constructor(expression: string) {
    this.start = this.build(parseRe2(expression), 0);
    this.entered = new Uint32Array(this.states.length);
  }

  /** States entered in all matches so far: the work that was done. */
  get steps(): number {
    return this.stepCount;
  }

  matches(text: string): boolean {
    const runes = Array.from(text, (one) => one.codePointAt(0) ?? -1);
    this.entered.fill(0);
    let current = this.enter([this.start], runes, 0);
    for (let at = 0; at < runes.length && current.length > 0; at++) {
      const rune = runes[at] as number;
      const following: number[] = [];
      for (const index of current) {
        const state = this.states[index];
        if (state?.kind === 'rune' && state.test(rune)) following.push(state.next);
      }
      current = this.enter(following, runes, at + 1);
    }
    return current.includes(0);
  }

  /** These states and those reached without a character: each once. */
  private enter(from: readonly number[], runes: readonly number[], at: number): number[] {
    const waiting = [...from];
    const reached: number[] = [];
    const before = runes[at - 1] ?? -1;
    const after = runes[at] ?? -1;
    for (let index = waiting.pop(); index !== undefined; index = waiting.pop()) {
      if (this.entered[index] === at + 1) continue;
      this.entered[index] = at + 1;
      this.stepCount++;
      const state = this.states[index] as State;
      if (state.kind === 'split') waiting.push(state.other, state.next);
      else if (state.kind === 'assertion') {
        if (state.holds(before, after)) waiting.push(state.next);
      } else if (state.kind === 'rune' || at === runes.length) reached.push(index);
    }
    return reached;
  }

  private add(state: State): number {
    if (this.states.length >= MAX_STATES) throw new Re2TooLargeError(`more than ${MAX_STATES} states`);
    return this.states.push(state) - 1;
  }

  /** States for a tree, followed by `next`; the index of the first. */
  private build(node: Re2Node, next: number): number {
    switch (node.kind) {
      case 'rune':
        return this.add({ kind: 'rune', test: node.test, next });
      case 'assertion':
        return this.add({ kind: 'assertion', holds: node.holds, next });
      case 'all':
        return node.parts.reduceRight((following, part) => this.build(part, following), next);
      case 'either': {
        const starts = node.parts.map((part) => this.build(part, next));
        return starts.reduceRight((other, first) => this.add({ kind: 'split', next: first, other }));
      }
      case 'repeat':
        return this.buildRepeat(node, next);
    }
  }

  private buildRepeat({ of, least, most }: Extract<Re2Node, { kind: 'repeat' }>, next: number): number {
    let following = next;
    if (most === null) {
      const loop: State = { kind: 'split', next, other: next };
      following = this.add(loop);
      loop.other = this.build(of, following);
    } else {
      for (let i = least; i < most; i++) {
        const other = this.build(of, following);
        following = this.add({ kind: 'split', next, other });
      }
    }
    for (let i = 0; i < least; i++) following = this.build(of, following);
    return following;
  }
}
