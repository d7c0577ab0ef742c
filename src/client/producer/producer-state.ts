/** Where a producer with an id stands; the transactional states are those of Java's TransactionManager. */
export type ProducerState =
  | 'UNINITIALIZED'
  | 'INITIALIZING'
  | 'READY'
  | 'IN_TRANSACTION'
  | 'COMMITTING_TRANSACTION'
  | 'ABORTING_TRANSACTION'
  | 'ABORTABLE_ERROR'
  | 'FATAL_ERROR';

/** Legal moves, from each state. FATAL_ERROR can be entered from everywhere and is never left. */
const MOVES: Readonly<Record<ProducerState, readonly ProducerState[]>> = {
  UNINITIALIZED: ['INITIALIZING'],
  INITIALIZING: ['READY', 'UNINITIALIZED', 'ABORTABLE_ERROR'],
  READY: ['IN_TRANSACTION', 'UNINITIALIZED', 'INITIALIZING'],
  IN_TRANSACTION: ['COMMITTING_TRANSACTION', 'ABORTING_TRANSACTION', 'ABORTABLE_ERROR'],
  COMMITTING_TRANSACTION: ['READY', 'INITIALIZING', 'ABORTABLE_ERROR'],
  ABORTING_TRANSACTION: ['READY', 'INITIALIZING'],
  ABORTABLE_ERROR: ['ABORTING_TRANSACTION', 'INITIALIZING'],
  FATAL_ERROR: [],
};

export class ProducerStateMachine {
  private state: ProducerState = 'UNINITIALIZED';

  get current(): ProducerState {
    return this.state;
  }

  is(state: ProducerState): boolean {
    return this.state === state;
  }

  /** Throws on a move that is not in the table. */
  transition(next: ProducerState): void {
    if (!MOVES[this.state].includes(next) && next !== 'FATAL_ERROR') {
      throw new Error(`producer state ${this.state} may not become ${next}`);
    }
    this.state = next;
  }
}
