import { eventText } from '../../../../src/tools/reassign-partitions/index.ts';
import { placeReplicas } from '../../../../src/tools/reassign-partitions/place-replicas.ts';

/** The same numbers each time. */
function randomFrom(seed: number): (end: number) => number {
  let state = seed;
  return (end) => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return (state >>> 8) % end;
  };
}

describe('places for replicas', () => {
  const brokers = [1, 2, 3, 4, 5, 6].map((id) => ({ id, rack: `r${id % 3}` }));

  it.each([1, 2, 3, 4])('spread over brokers and racks (seed %d)', (seed) => {
    const placed = placeReplicas(brokers, 12, 3, randomFrom(seed));
    expect(placed).toHaveLength(12);
    for (const replicas of placed) {
      expect(new Set(replicas).size).toBe(3);
      expect(new Set(replicas.map((id) => id % 3)).size).toBe(3);
    }
    const counts = Map.groupBy(placed.flat(), (id) => id);
    expect([...counts.values()].map((all) => all.length)).toEqual([6, 6, 6, 6, 6, 6]);
    const leaders = Map.groupBy(
      placed.map(([first]) => first),
      (id) => id,
    );
    expect(Math.max(...[...leaders.values()].map((all) => all.length))).toBeLessThanOrEqual(4);
  });

  it('are on all brokers where as many replicas are wanted, whatever the racks', () => {
    const uneven = [1, 2, 3, 4].map((id) => ({ id, rack: id === 4 ? 'b' : 'a' }));
    for (const replicas of placeReplicas(uneven, 4, 4, randomFrom(9))) {
      expect([...replicas].sort()).toEqual([1, 2, 3, 4]);
    }
  });

  // Texts printed by kafka-reassign-partitions 4.3.1.
  it('are refused where there are too few brokers', () => {
    const place = (count: number) =>
      placeReplicas(
        Array.from({ length: count }, (_, id) => ({ id, rack: null })),
        1,
        2,
        () => 0,
      );
    expect(() => place(1)).toThrow(
      'The target replication factor of 2 cannot be reached because only 1 broker(s) are registered or some brokers have all their log directories cordoned.',
    );
    expect(() => place(0)).toThrow('All brokers are currently fenced, or have all their log directories cordoned.');
  });
});

describe('reassignments under way', () => {
  it('are told with what comes and what goes', () => {
    const base = { topic: 'a', partition: 0, replicas: [1, 2] };
    const partitions = [
      { ...base, addingReplicas: [2], removingReplicas: [1] },
      { ...base, partition: 1, addingReplicas: [], removingReplicas: [] },
    ];
    expect(eventText({ kind: 'reassignments', partitions })).toBe(
      'Current partition reassignments:\na-0: replicas: 1,2. adding: 2. removing: 1.\na-1: replicas: 1,2.\n',
    );
    expect(eventText({ kind: 'cancelled', partitions: ['a-0'] })).toBe(
      'Successfully cancelled partition reassignment for: a-0\n',
    );
  });

  it.each([
    ['missing replica', 'Partition a-0 cannot be found in any live log directory on broker 1.'],
    [
      'missing log dir',
      'Partition a-0 is not found in any live log dir on broker 1. There is likely an offline log directory on the broker.',
    ],
    ['active', 'Partition a-0 on broker 1 is being moved to log dir /c instead of /b.'],
    ['not moving', 'Partition a-0 on broker 1 is not being moved from log dir /a to /b.'],
    ['completed', 'Reassignment of replica a-0-1 completed successfully.'],
  ] as const)('between directories: %s', (state, text) => {
    const move = { topic: 'a', partition: 0, brokerId: 1, state, current: '/a', target: '/b', future: '/c' };
    const partition = { topic: 'a', partition: 0, current: [1], target: [2], isDone: false };
    expect(eventText({ kind: 'status', partitions: [partition], moves: [move] })).toBe(
      `Status of partition reassignment:\nReassignment of partition a-0 is still in progress.\n${text}\n`,
    );
  });
});
