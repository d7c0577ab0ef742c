import { refuseCombination, refuseTogether } from '../../../../src/cli/options/option-rules.ts';

// Sentences as Apache Kafka 4.3.1 prints them: CommandLineUtils.
const given = (...names: string[]) => ({ has: (name: string) => names.includes(name) });

describe('options that exclude each other', () => {
  it('names the first pair', () => {
    expect(() => refuseTogether(given('list', 'if-exists'), 'list', 'topic', 'if-exists')).toThrow(
      'Option "[list]" can\'t be used with option "[if-exists]"',
    );
    expect(() => refuseTogether(given('topic'), 'list', 'topic')).not.toThrow();
    expect(() => refuseTogether(given('list'), 'list', 'topic')).not.toThrow();
  });

  it('names a combination, with an explanation', () => {
    expect(() => refuseCombination(given('a', 'b', 'c'), ['a', 'b'], ['c'], ' (So it is.)')).toThrow(
      'Option combination "[[a], [b]]" can\'t be used with option "[c]" (So it is.)',
    );
    expect(() => refuseCombination(given('a', 'c'), ['a', 'b'], ['c'])).not.toThrow();
  });
});
