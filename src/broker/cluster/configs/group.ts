import { atLeast, boolean, defineConfigs, int, oneOf, string } from '../../../util/config-definition.ts';
import { autoOffsetReset } from './validators.ts';

/** Configs of a group. */
export const groupConfigs = defineConfigs({
  'consumer.session.timeout.ms': int({ default: 45000, validator: atLeast(1) }),
  'consumer.heartbeat.interval.ms': int({ default: 5000, validator: atLeast(1) }),
  'consumer.assignment.interval.ms': int({ default: 1000, validator: atLeast(0) }),
  'share.session.timeout.ms': int({ default: 45000, validator: atLeast(1) }),
  'share.heartbeat.interval.ms': int({ default: 5000, validator: atLeast(1) }),
  'share.record.lock.duration.ms': int({ default: 30000, validator: atLeast(1000) }),
  'share.delivery.count.limit': int({ default: 5, validator: atLeast(2) }),
  'share.partition.max.record.locks': int({ default: 2000, validator: atLeast(100) }),
  'share.auto.offset.reset': string({ default: 'latest', validator: autoOffsetReset }),
  'share.isolation.level': string({
    default: 'read_uncommitted',
    validator: oneOf('read_committed', 'read_uncommitted'),
  }),
  'share.renew.acknowledge.enable': boolean({ default: true }),
  'share.assignment.interval.ms': int({ default: 1000, validator: atLeast(0) }),
  'streams.session.timeout.ms': int({ default: 45000, validator: atLeast(1) }),
  'streams.heartbeat.interval.ms': int({ default: 5000, validator: atLeast(1) }),
  'streams.num.standby.replicas': int({ default: 0, validator: atLeast(0) }),
  'streams.initial.rebalance.delay.ms': int({ default: 3000, validator: atLeast(0) }),
  'streams.assignment.interval.ms': int({ default: 1000, validator: atLeast(0) }),
});
