import { atLeast, int } from '../../../util/config-definition.ts';

/** Retries of the broker when it verifies transactions with their coordinator. */
export const verificationConfigs = {
  'add.partitions.to.txn.retry.backoff.max.ms': int({ default: 100, validator: atLeast(0), importance: 'high' }),
  'add.partitions.to.txn.retry.backoff.ms': int({ default: 20, validator: atLeast(1), importance: 'high' }),
};
