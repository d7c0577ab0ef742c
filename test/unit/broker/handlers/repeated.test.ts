import { Repetitions } from '../../../../src/broker/handlers/repeated.ts';

describe('repetitions in a request', () => {
  it('are the values that stand in it more than once, and every place but the first', () => {
    const values = ['a', 'b', 'a', 'c', 'b', 'a'];
    const repetitions = new Repetitions(values);
    expect(values.map((value) => repetitions.isRepeated(value))).toEqual([true, true, true, false, true, true]);
    expect(values.map((_, i) => repetitions.isFirst(i))).toEqual([true, true, false, true, false, false]);
    expect(repetitions.isRepeated('d')).toBe(false);
  });

  it('are found in half a million values that are all different', () => {
    const values = Array.from({ length: 500_000 }, (_, i) => `topic-${i}`);
    const repetitions = new Repetitions(values);
    expect(values.some((value) => repetitions.isRepeated(value))).toBe(false);
    expect(values.every((_, i) => repetitions.isFirst(i))).toBe(true);
  });
});
