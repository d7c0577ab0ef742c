import { readFileSync } from 'node:fs';
import { Re2, Re2TooLargeError } from '../../../src/util/re2.ts';
import { re2Complaint } from '../../../src/util/re2-syntax.ts';

interface Matches {
  readonly texts: readonly string[];
  readonly cases: readonly (readonly [expression: string, matched: readonly string[]])[];
}

const fixture = (name: string) => new URL(`../../fixtures/re2/${name}.json`, import.meta.url);
const { texts, cases } = JSON.parse(readFileSync(fixture('matches'), 'utf8')) as Matches;
const verdicts = JSON.parse(readFileSync(fixture('syntax'), 'utf8')) as { cases: [string, string | null][] };

describe('an expression in the syntax of RE2', () => {
  it.each(cases)('%j matches the texts that RE2/J matches', (expression, matched) => {
    expect(re2Complaint(expression)).toBeNull();
    const pattern = new Re2(expression);
    expect(texts.filter((text) => pattern.matches(text))).toEqual(matched);
  });

  it('is taken or refused as RE2/J does, in its words', () => {
    const differing = verdicts.cases.filter(([expression, complaint]) => re2Complaint(expression) !== complaint);
    expect(differing).toEqual([]);
  });

  it('that is taken can be matched with', () => {
    const unexpected: string[] = [];
    for (const [expression, complaint] of verdicts.cases) {
      if (complaint !== null) continue;
      try {
        new Re2(expression).matches('topic-1');
      } catch (error) {
        unexpected.push(`${expression}: ${error}`);
      }
    }
    expect(unexpected).toEqual([]);
  });
});

describe('the work of a match', () => {
  const workOf = (expression: string, text: string) => {
    const pattern = new Re2(expression);
    expect(pattern.matches(text)).toBe(false);
    return pattern.steps;
  };

  it.each(['(a+)+b', '(a|a)*b', '(a*)*b', '(x+x+)+y', '(.*)(.*)(.*)(.*)(.*)b'])(
    'grows with the text only, where backtracking never ends: %s',
    (expression) => {
      const short = workOf(expression, 'a'.repeat(100));
      expect(workOf(expression, 'a'.repeat(200))).toBeLessThan(2.2 * short + 10);
    },
  );

  it('is refused beforehand for repetitions of repetitions', () => {
    expect(() => new Re2('((a{1000}){1000}){1000}')).toThrow(Re2TooLargeError);
    expect(() => new Re2(`${'('.repeat(2000)}a${')'.repeat(2000)}`)).toThrow(Re2TooLargeError);
  });
});
