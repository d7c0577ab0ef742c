import { ProducerStateMachine } from '../../../../src/client/producer/producer-state.ts';

describe('states of a producer with an id', () => {
  it('walks through an idempotent life', () => {
    const state = new ProducerStateMachine();
    for (const next of ['INITIALIZING', 'UNINITIALIZED', 'INITIALIZING', 'READY', 'UNINITIALIZED'] as const) {
      state.transition(next);
      expect(state.current).toBe(next);
    }
  });

  it.each(['READY', 'IN_TRANSACTION', 'COMMITTING_TRANSACTION', 'ABORTABLE_ERROR'] as const)(
    'may not become %s before it has an id',
    (next) => {
      expect(() => new ProducerStateMachine().transition(next)).toThrow(
        `producer state UNINITIALIZED may not become ${next}`,
      );
    },
  );

  it('never leaves FATAL_ERROR', () => {
    const state = new ProducerStateMachine();
    state.transition('FATAL_ERROR');
    for (const next of ['UNINITIALIZED', 'INITIALIZING', 'READY', 'ABORTING_TRANSACTION'] as const) {
      expect(() => state.transition(next)).toThrow('FATAL_ERROR');
    }
  });
});
