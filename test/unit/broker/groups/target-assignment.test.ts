import fc from 'fast-check';
import { type AssignorMember, assignRanges, assignUniformly } from '../../../../src/broker/groups/target-assignment.ts';
import { type Assignment, NOTHING, topicsOf } from '../../../../src/broker/groups/topic-assignment.ts';

const member = (memberId: string, topicIds: string[], current: Assignment = NOTHING): AssignorMember => ({
  memberId,
  instanceId: null,
  topicIds: new Set(topicIds),
  current,
});
const shown = (shares: ReadonlyMap<string, Assignment>) =>
  Object.fromEntries(
    [...shares].map(([memberId, share]) => [
      memberId,
      topicsOf(share)
        .map(({ topicId, partitions }) => `${topicId}${partitions.join('')}`)
        .join(' '),
    ]),
  );

describe('the range assignor', () => {
  it('gives consecutive partitions of each topic, the first members one more', () => {
    const members = [member('y', ['a', 'b']), member('x', ['a', 'b']), member('z', ['a'])];
    const counts = new Map([
      ['a', 4],
      ['b', 3],
    ]);
    expect(shown(assignRanges(members, counts))).toEqual({ x: 'a01 b01', y: 'a2 b2', z: 'a3' });
  });
});

describe('the uniform assignor', () => {
  it('moves no more partitions than a balance needs', () => {
    const current = new Map([['a', new Set([0, 1, 2, 3])]]);
    const shares = assignUniformly([member('x', ['a'], current), member('y', ['a'])], new Map([['a', 4]]));
    expect(shown(shares)).toEqual({ x: 'a01', y: 'a23' });
  });

  // Two members and three partitions: recorded from Apache Kafka 4.3.1.
  it('fills members up one after another, the last ones with one more', () => {
    const counts = new Map([['a', 3]]);
    expect(shown(assignUniformly([member('x', ['a']), member('y', ['a'])], counts))).toEqual({ x: 'a0', y: 'a12' });
    const five = Array.from({ length: 5 }, (_, i) => member(`m${i}`, ['a', 'b']));
    const shares = assignUniformly(five, new Map([...counts, ['b', 4]]));
    expect(shown(shares)).toEqual({ m0: 'a0', m1: 'a1', m2: 'a2', m3: 'b01', m4: 'b23' });
  });

  it('lets a member keep the larger share it has', () => {
    const current = new Map([['a', new Set([0, 1])]]);
    const shares = assignUniformly([member('x', ['a'], current), member('y', ['a'])], new Map([['a', 3]]));
    expect(shown(shares)).toEqual({ x: 'a01', y: 'a2' });
  });

  it('gives back what is no longer subscribed to, or no longer there', () => {
    const current = new Map([
      ['a', new Set([0, 1])],
      ['b', new Set([0])],
    ]);
    const shares = assignUniformly([member('x', ['a'], current), member('y', ['a'])], new Map([['a', 1]]));
    expect(shown(shares)).toEqual({ x: 'a0', y: '' });
  });

  it('balances members with different subscriptions as far as these allow', () => {
    const members = [member('x', ['a', 'b']), member('y', ['b'])];
    const counts = new Map([
      ['a', 2],
      ['b', 4],
    ]);
    expect(shown(assignUniformly(members, counts))).toEqual({ x: 'a01 b2', y: 'b013' });
  });
});

const GROUPS = fc.record({
  counts: fc.array(fc.integer({ min: 0, max: 7 }), { minLength: 1, maxLength: 4 }),
  members: fc.array(fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }), { minLength: 1, maxLength: 6 }),
});

describe.each([
  ['uniform', assignUniformly],
  ['range', assignRanges],
])('%s', (_, assign) => {
  it('gives each partition of a subscribed topic to exactly one subscriber', () => {
    fc.assert(
      fc.property(GROUPS, ({ counts, members }) => {
        const partitionCounts = new Map(counts.map((count, i) => [`t${i}`, count]));
        const subscribers = members.map((wants, i) =>
          member(
            `m${i}`,
            wants.flatMap((isWanted, topic) => (isWanted ? [`t${topic}`] : [])),
          ),
        );
        const given: string[] = [];
        for (const [memberId, share] of assign(subscribers, partitionCounts)) {
          for (const [topicId, partitions] of share) {
            expect(subscribers.find((one) => one.memberId === memberId)?.topicIds.has(topicId)).toBe(true);
            for (const partition of partitions) given.push(`${topicId} ${partition}`);
          }
        }
        const wanted = [...partitionCounts].flatMap(([topicId, count]) =>
          subscribers.some(({ topicIds }) => topicIds.has(topicId))
            ? Array.from({ length: count }, (__, partition) => `${topicId} ${partition}`)
            : [],
        );
        expect(given.sort()).toEqual(wanted.sort());
      }),
    );
  });
});

it('uniform leaves members of one subscription at most one partition apart, also after changes', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 6 }), fc.nat(20), (before, after, count) => {
      const counts = new Map([['t', count]]);
      const first = Array.from({ length: before }, (_, i) => member(`m${i}`, ['t']));
      const shares = assignUniformly(first, counts);
      const second = Array.from({ length: after }, (_, i) => member(`m${i}`, ['t'], shares.get(`m${i}`)));
      const sizes = [...assignUniformly(second, counts).values()].map((share) => share.get('t')?.size ?? 0);
      expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
    }),
  );
});
