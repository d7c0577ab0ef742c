import { option } from '../../../../src/cli/options/option.ts';
import { joptOptionList } from '../../../../src/cli/pages/jopt-help.ts';
import { linePieces } from '../../../../src/cli/pages/line-breaks.ts';

// Column widths and breaks as the tools of Apache Kafka 4.3.1 print them; only the sentences are ours.
describe('the list of options', () => {
  it('has two columns in 80, options in alphabetical order', () => {
    const list = joptOptionList({
      'partition-size-limit-per-response': option.int({
        argument: 'maximum number of partitions per response',
        help: 'So many at most.',
      }),
      list: option.flag({ help: 'A sentence that is long enough to need a second line, indented by two.' }),
    });
    expect(list.split('\n')).toEqual([
      'Option                                   Description                            ',
      '------                                   -----------                            ',
      '--help                                   Print this list of options.            ',
      '--list                                   A sentence that is long enough to need ',
      '                                           a second line, indented by two.      ',
      '--partition-size-limit-per-response      So many at most.                       ',
      '  <Integer: maximum number of                                                   ',
      '  partitions per response>                                                      ',
      '--version                                Print the version.                     ',
      '',
    ]);
  });

  it('stars what the parser insists on, shows defaults and optional values, and shrinks to its content', () => {
    const list = joptOptionList({
      server: option.string({ argument: 'host', required: true, help: 'Where.' }),
      state: option.string({ valueOptional: true, help: '' }),
      timeout: option.long({ argument: 'ms', default: 30000n, help: 'How long.' }),
    });
    expect(list.split('\n')).toEqual([
      'Option (* = required)      Description                ',
      '---------------------      -----------                ',
      '--help                     Print this list of options.',
      '* --server <String: host>  Where.                     ',
      '--state [String]                                      ',
      '--timeout <Long: ms>       How long. (default: 30000) ',
      '--version                  Print the version.         ',
      '',
    ]);
  });

  it('leaves out what klamm alone has', () => {
    expect(joptOptionList({ output: option.string({ help: 'x', comfortOnly: true }) })).not.toContain('output');
  });
});

describe('where a line may be broken', () => {
  // Compared with java.text.BreakIterator.getLineInstance() of JDK 17.
  it.each([
    'kraft.|version=1 |aa-|bb |(s) |server|(s) |--|foo/-|b |3.3-|IV3; |salt="|N3E=",|x |it\'s |a"|b',
    '0@example.|com:|8082:|JEXY6aqzQY-|32P5TStzaFg,|1@e',
    'a,|b |c?|d |$5.00 |-1,000.5 |x|[y] |f()| |g',
  ])('%s', (marked) => expect(linePieces(marked.replaceAll('|', '')).join('|')).toBe(marked));
});
