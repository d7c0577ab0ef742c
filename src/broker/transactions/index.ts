// Owns: transactions and the state of transactional ids, kept in `__transaction_state` in Kafka's record formats.
// In: requests of transactional producers from handlers, leadership changes from replicas, time.
// Out: answers, state records and markers appended through replicas, markers handed to groups by a port.
export { createTransactionCoordinator, type TransactionCoordinatorOptions } from './coordinator.ts';
export { TRANSACTIONS_TOPIC } from './shard.ts';
export { TRANSACTION_STATES, type TransactionState } from './transaction-state.ts';
export type * from './types.ts';
