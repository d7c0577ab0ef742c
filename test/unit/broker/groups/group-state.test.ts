import { canMove, IllegalGroupMoveError, transition } from '../../../../src/broker/groups/group-state.ts';
import { GROUP_STATES, type GroupState } from '../../../../src/broker/groups/index.ts';

const LEGAL: readonly (readonly [GroupState, GroupState])[] = [
  ['Empty', 'PreparingRebalance'],
  ['Empty', 'Dead'],
  ['PreparingRebalance', 'CompletingRebalance'],
  ['PreparingRebalance', 'Empty'],
  ['PreparingRebalance', 'Dead'],
  ['CompletingRebalance', 'Stable'],
  ['CompletingRebalance', 'PreparingRebalance'],
  ['CompletingRebalance', 'Dead'],
  ['Stable', 'PreparingRebalance'],
  ['Stable', 'Dead'],
];
const isLegal = (from: GroupState, to: GroupState) => LEGAL.some(([a, b]) => a === from && b === to);
const MOVES = GROUP_STATES.flatMap((from) => GROUP_STATES.map((to) => [from, to] as const));

function groupIn(state: GroupState) {
  return { groupId: 'g', state, previousState: 'Empty' as GroupState, stateSinceMs: 1 as number | null };
}

describe('moves of a classic group', () => {
  it.each(MOVES.filter(([from, to]) => isLegal(from, to)))(
    '%s -> %s is legal and remembers where it came from',
    (from, to) => {
      const group = groupIn(from);
      expect(canMove(from, to)).toBe(true);
      transition(group, to, 42);
      expect(group).toEqual({ groupId: 'g', state: to, previousState: from, stateSinceMs: 42 });
    },
  );

  it.each(MOVES.filter(([from, to]) => !isLegal(from, to)))('%s -> %s throws and changes nothing', (from, to) => {
    const group = groupIn(from);
    expect(canMove(from, to)).toBe(false);
    expect(() => transition(group, to, 42)).toThrow(IllegalGroupMoveError);
    expect(group).toEqual(groupIn(from));
  });
});
