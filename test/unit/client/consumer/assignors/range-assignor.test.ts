import fc from 'fast-check';
import { assignRanges } from '../../../../../src/client/consumer/assignors/range-assignor.ts';

describe('ranges as the Java assignor gives them', () => {
  const counts = new Map([
    ['a', 7],
    ['b', 3],
  ]);
  const given = (members: Parameters<typeof assignRanges>[0]) =>
    Object.fromEntries(
      [...assignRanges(members, { counts, racksOf: () => new Set() })].map(([id, partitions]) => [
        id,
        partitions.map((one) => `${one.topic}${one.partition}`).join(' '),
      ]),
    );

  it('gives the first members one more, topic by topic', () => {
    expect(
      given([
        { memberId: 'y', topics: ['a', 'b'] },
        { memberId: 'x', topics: ['b', 'a'] },
        { memberId: 'z', topics: ['a'] },
      ]),
    ).toEqual({ x: 'a0 a1 a2 b0 b1', y: 'a3 a4 b2', z: 'a5 a6' });
  });

  it('puts static members first, by their instance id', () => {
    expect(
      given([
        { memberId: 'a-dynamic', topics: ['b'] },
        { memberId: 'z-1', groupInstanceId: 'two', topics: ['b'] },
        { memberId: 'z-2', groupInstanceId: 'one', topics: ['b'] },
      ]),
    ).toEqual({ 'z-2': 'b0', 'z-1': 'b1', 'a-dynamic': 'b2' });
  });

  it('gives nothing of a topic that does not exist, and names every member', () => {
    expect(given([{ memberId: 'm', topics: ['nowhere'] }])).toEqual({ m: '' });
  });

  it('gives each partition to exactly one member, evenly', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.string({ minLength: 1 }), { minLength: 1, maxLength: 9 }),
        fc.nat(40),
        (ids, count) => {
          const members = ids.map((memberId) => ({ memberId, topics: ['t'] }));
          const all = [
            ...assignRanges(members, { counts: new Map([['t', count]]), racksOf: () => new Set() }).values(),
          ];
          expect(
            all
              .flat()
              .map((one) => one.partition)
              .sort((a, b) => a - b),
          ).toEqual([...Array(count).keys()]);
          const sizes = all.map((one) => one.length);
          expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
        },
      ),
    );
  });

  describe('with racks (KIP-881)', () => {
    const members = ['a', 'b', 'c'].map((rack, at) => ({ memberId: `m${at}`, topics: ['t', 'u'], rackId: rack }));
    const shown = (racks: Readonly<Record<number, string>>, sizes: Readonly<Record<string, number>>) =>
      [
        ...assignRanges(members, {
          counts: new Map(Object.entries(sizes)),
          racksOf: ({ partition }) => new Set((racks[partition] ?? '').split('')),
        }).values(),
      ].map((all) => all.map((one) => `${one.topic}${one.partition}`).join(' '));

    it('gives members what has a replica in their rack, and evenly all the same', () => {
      expect(shown({ 0: 'c', 1: 'a', 2: 'b' }, { t: 3 })).toEqual(['t1', 't2', 't0']);
      expect(shown({ 0: 'a', 1: 'a', 2: 'a' }, { t: 3 })).toEqual(['t0', 't1', 't2']);
    });

    it('keeps equal partitions of topics of one size together', () => {
      expect(shown({ 0: 'b', 1: 'c', 2: 'a' }, { t: 3, u: 3 })).toEqual(['t2 u2', 't0 u0', 't1 u1']);
    });

    it('does not look at racks that hold every partition', () => {
      expect(shown({ 0: 'abc', 1: 'abc', 2: 'abc' }, { t: 3 })).toEqual(['t0', 't1', 't2']);
    });
  });
});
