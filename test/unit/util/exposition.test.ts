import { exposition, parseExposition } from '../../../src/util/exposition.ts';

describe('metrics as text', () => {
  const labels = { topic: 'a"b\\c\nd', partition: 0 };
  const family = { name: 'x_total', type: 'counter', help: 'Some.', samples: [{ labels, value: 1.5 }] } as const;

  it('names each family once, and escapes labels', () => {
    expect(exposition([family, { ...family, name: 'y', samples: [{ suffix: '_sum', labels: {}, value: 2 }] }])).toBe(
      '# HELP x_total Some.\n# TYPE x_total counter\nx_total{topic="a\\"b\\\\c\\nd",partition="0"} 1.5\n' +
        '# HELP y Some.\n# TYPE y counter\ny_sum 2\n',
    );
  });

  it('is read back by name', () => {
    const found = parseExposition(exposition([family]));
    expect(found.get('x_total')).toEqual([{ labels: { topic: 'a"b\\c\nd', partition: '0' }, value: 1.5 }]);
    expect(parseExposition('<html> no metrics\n')).toEqual(new Map());
  });
});
