import { readFileSync } from 'node:fs';
import { helpFacts } from '../../../scripts/flags/help-facts.ts';
import { ABSENT, type Flags, flagDifferences, ownFlags } from '../../../scripts/flags/own-flags.ts';

const fixture = new URL('../../fixtures/flags/kafka-4.3.1.json', import.meta.url);
const kafka = (JSON.parse(readFileSync(fixture, 'utf8')) as { tools: Flags }).tools;

describe('options', () => {
  it('are those of Apache Kafka: names, values, insistence and defaults', async () => {
    expect(flagDifferences(kafka, await ownFlags())).toEqual([]);
  });

  it('are there for every tool that is not left out on purpose', async () => {
    const ours = await ownFlags();
    const programs = Object.keys(kafka).filter((name) => !name.includes(' '));
    expect(programs.filter((name) => !(name in ours) && !(name in ABSENT))).toEqual([]);
  });

  it('that differ are named from both sides', () => {
    const found = flagDifferences({ a: ['--x <String>', '--y'] }, { a: ['--x <Integer>', '--y'], b: [] });
    expect(found).toEqual([
      'a: Apache Kafka has --x <String>',
      'a: klamm has --x <Integer>',
      'b: Apache Kafka has no such tool',
    ]);
  });
});

describe('facts of a help text', () => {
  it('jopt: columns that break words, defaults, values that may be left out', () => {
    const help = [
      'What it is for.',
      'Option (* = required)        Description        ',
      '---------------------        -----------        ',
      '--a-rather-long- <Integer:   Words, and a       ',
      '  value>                       break. (default: ',
      '                               10)              ',
      '* --must <String>            Needed.            ',
      '--may [Long: what]           Not needed.        ',
      '--kind <[ONE,TWO]: kind>     One of two.        ',
      '--flag                       On or off.         ',
    ].join('\n');
    expect(helpFacts(help)).toEqual([
      '--a-rather-long- <Integer> = 10',
      '--flag',
      '--kind <words>',
      '--may [Long]',
      '--must <String> required',
    ]);
  });

  it('argparse: groups of the usage line, lists, short names', () => {
    const help = `usage: tool [-h] [--free FREE] --must MUST
       [--list A [A ...]] (--one ONE | --two TWO)

optional arguments:
  -h, --help             show
  --free FREE, -f FREE   (default: 5
                         0)
  --must MUST            needed
  --list A [A ...]       several
  --one ONE              this
  --two TWO              or that
`;
    expect(helpFacts(help)).toEqual([
      '--free -f <value> = 50',
      '--list <list>',
      '--must <value> required',
      '--one <value> one of',
      '--two <value> one of',
      '-h --help',
    ]);
  });

  it('there are none in another text', () => {
    expect(helpFacts('Could not find the main class.')).toEqual([]);
  });
});
