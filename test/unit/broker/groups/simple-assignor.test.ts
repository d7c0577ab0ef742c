import fc from 'fast-check';
import { assignSimply, type SharingMember } from '../../../../src/broker/groups/simple-assignor.ts';
import { type Assignment, assignmentOf, NOTHING } from '../../../../src/broker/groups/topic-assignment.ts';

const member = (memberId: string, topics: string[], current: Assignment = NOTHING): SharingMember => ({
  memberId,
  topicIds: new Set(topics),
  current,
});
const topics = (counts: Record<string, number>) =>
  new Map(Object.entries(counts).map(([topicId, count]) => [topicId, Array.from({ length: count }, (_, i) => i)]));

function text(assigned: Map<string, Assignment>): Record<string, string> {
  const one = (share: Assignment) =>
    [...share].flatMap(([topicId, partitions]) => [...partitions].map((partition) => `${topicId}${partition}`));
  return Object.fromEntries([...assigned].map(([memberId, share]) => [memberId, one(share).sort().join(' ')]));
}

describe('the simple assignor', () => {
  it('deals partitions out evenly', () => {
    const members = [member('m1', ['a', 'b']), member('m2', ['a', 'b'])];
    expect(text(assignSimply(members, topics({ a: 3, b: 2 })))).toEqual({ m1: 'a0 a1 a2', m2: 'b0 b1' });
  });

  it('lets equally many members share each partition when there are more members', () => {
    const members = ['m1', 'm2', 'm3', 'm4'].map((id) => member(id, ['a']));
    const shares = Object.values(text(assignSimply(members, topics({ a: 3 }))));
    expect(shares.map((share) => share.split(' ').length)).toEqual([2, 2, 1, 1]);
    expect(shares.join(' ').split(' ').sort()).toEqual(['a0', 'a0', 'a1', 'a1', 'a2', 'a2']);
  });

  it('keeps what members have', () => {
    const members = [
      member('m1', ['a'], assignmentOf([{ topicId: 'a', partitions: [0, 1, 2, 3] }])),
      member('m2', ['a']),
    ];
    expect(text(assignSimply(members, topics({ a: 4 })))).toEqual({ m1: 'a0 a1', m2: 'a2 a3' });
  });

  it('gives members only topics they subscribe to', () => {
    const members = [member('m1', ['a', 'b']), member('m2', ['b']), member('m3', ['c'])];
    const shares = text(assignSimply(members, topics({ a: 1, b: 2 })));
    expect(shares).toEqual({ m1: 'a0 b0', m2: 'b1', m3: '' });
  });

  it('leaves no partition with a subscriber unassigned, and shares differ by one at most', () => {
    const plan = fc.record({
      memberCount: fc.integer({ min: 1, max: 12 }),
      partitionCount: fc.integer({ min: 1, max: 12 }),
      held: fc.array(fc.array(fc.nat(11), { maxLength: 6 }), { minLength: 12, maxLength: 12 }),
    });
    fc.assert(
      fc.property(plan, ({ memberCount, partitionCount, held }) => {
        const members = Array.from({ length: memberCount }, (_, i) =>
          member(`m${i}`, ['a'], assignmentOf([{ topicId: 'a', partitions: held[i] ?? [] }])),
        );
        const shares = [...assignSimply(members, topics({ a: partitionCount })).values()].map((one) => [
          ...(one.get('a') ?? []),
        ]);
        const sizes = shares.map((share) => share.length);
        expect(new Set(shares.flat()).size).toBe(partitionCount);
        expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
      }),
      { numRuns: 200 },
    );
  });
});
