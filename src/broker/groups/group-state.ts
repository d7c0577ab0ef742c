/** States of a classic group as DescribeGroups names them. */
export const GROUP_STATES = ['Empty', 'PreparingRebalance', 'CompletingRebalance', 'Stable', 'Dead'] as const;
export type GroupState = (typeof GROUP_STATES)[number];

/**
 * The legal moves. Protocol guide: classic group protocol.
 * - Empty: no members; offsets may still be there.
 * - PreparingRebalance: members are asked to join again; joins are parked.
 * - CompletingRebalance: the generation is fixed, the leader's assignment is awaited; followers' syncs are parked.
 * - Stable: the assignment is stored and handed out.
 * - Dead: deleted or no longer coordinated here; nothing leads out of it.
 */
const LEGAL_MOVES: { readonly [from in GroupState]: readonly GroupState[] } = {
  Empty: ['PreparingRebalance', 'Dead'],
  PreparingRebalance: ['CompletingRebalance', 'Empty', 'Dead'],
  CompletingRebalance: ['Stable', 'PreparingRebalance', 'Dead'],
  Stable: ['PreparingRebalance', 'Dead'],
  Dead: [],
};

export class IllegalGroupMoveError extends Error {
  override name = 'IllegalGroupMoveError';
}

interface StateHolder {
  readonly groupId: string;
  state: GroupState;
  previousState: GroupState;
  stateSinceMs: number | null;
}

export function canMove(from: GroupState, to: GroupState): boolean {
  return LEGAL_MOVES[from].includes(to);
}

/** The only place where a group's state changes. Throws IllegalGroupMoveError, leaving the group as it was. */
export function transition(group: StateHolder, to: GroupState, nowMs: number): void {
  if (!canMove(group.state, to)) {
    throw new IllegalGroupMoveError(`group ${group.groupId} cannot move from ${group.state} to ${to}`);
  }
  group.previousState = group.state;
  group.state = to;
  group.stateSinceMs = nowMs;
}
