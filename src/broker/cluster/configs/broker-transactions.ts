import { atLeast, boolean, int, short } from '../../../util/config-definition.ts';

/** Transactions and idempotent producers. */
export const transactionConfigs = {
  'transaction.state.log.min.isr': int({ default: 2, validator: atLeast(1), importance: 'high' }),
  'transaction.state.log.load.buffer.size': int({ default: 5242880, validator: atLeast(1), importance: 'high' }),
  'transaction.state.log.replication.factor': short({ default: 3, validator: atLeast(1), importance: 'high' }),
  'transaction.state.log.num.partitions': int({ default: 50, validator: atLeast(1), importance: 'high' }),
  'transaction.state.log.segment.bytes': int({ default: 104857600, validator: atLeast(1), importance: 'high' }),
  'transaction.partition.verification.enable': boolean({ default: true, importance: 'low' }),
  'producer.id.expiration.ms': int({ default: 86400000, validator: atLeast(1), importance: 'low' }),
  'producer.id.expiration.check.interval.ms': int({
    default: 600000,
    validator: atLeast(1),
    importance: 'low',
    isInternal: true,
  }),
  'transactional.id.expiration.ms': int({ default: 604800000, validator: atLeast(1), importance: 'high' }),
  'transaction.max.timeout.ms': int({ default: 900000, validator: atLeast(1), importance: 'high' }),
  'transaction.abort.timed.out.transaction.cleanup.interval.ms': int({
    default: 10000,
    validator: atLeast(1),
    importance: 'low',
  }),
  'transaction.remove.expired.transaction.cleanup.interval.ms': int({
    default: 3600000,
    validator: atLeast(1),
    importance: 'low',
  }),
  'transaction.two.phase.commit.enable': boolean({ default: false, importance: 'low' }),
};
