import { readFileSync } from 'node:fs';
import { JavaError } from '../../../src/util/java-error.ts';
import { javaPattern, javaSplit, matchesWhole } from '../../../src/util/java-regex.ts';

interface Case {
  pattern: string;
  matches?: string[];
  splits?: [text: string, pieces: string[]][];
  error?: string;
}
const fixture = new URL('../../fixtures/java/patterns.json', import.meta.url);
const { texts, cases } = JSON.parse(readFileSync(fixture, 'utf8')) as { texts: string[]; cases: Case[] };

describe("Java's regular expressions, against what java.util.regex gave", () => {
  for (const { pattern, matches = [], splits = [], error } of cases) {
    it(`understands ${JSON.stringify(pattern)}`, () => {
      if (error !== undefined) {
        expect(() => javaPattern(pattern)).toThrow(new JavaError('java.util.regex.PatternSyntaxException', error));
        return;
      }
      const translated = javaPattern(pattern);
      expect(texts.filter((text) => matchesWhole(translated, text))).toEqual(matches);
      for (const [text, pieces] of splits) expect(javaSplit(translated, text)).toEqual(pieces);
    });
  }
});
