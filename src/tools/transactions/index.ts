// Owns: what kafka-transactions does: looking at transactions and producers, ending what hangs.
// In: an open cluster and what to look for.
// Out: transactions and producers as values; failures in the words of Kafka's tool.
export { abortHanging, type HangingTransaction } from './abort.ts';
export { TransactionsFailure } from './failure.ts';
export { checkSearch, findHanging, type HangingSearch, type OpenTransaction } from './find-hanging.ts';
export {
  type DescribedTransaction,
  describeProducers,
  describeTransaction,
  forceTerminate,
  listTransactions,
  withTransactions,
} from './look.ts';
