import { atLeast, boolean, int, long, oneOf, string } from '../../../util/config-definition.ts';

/** Replication and leader election. */
export const replicationConfigs = {
  'controller.socket.timeout.ms': int({ default: 30000 }),
  'default.replication.factor': int({ default: 1 }),
  'replica.lag.time.max.ms': long({ default: 30000, importance: 'high' }),
  'replica.socket.timeout.ms': int({ default: 30000, importance: 'high' }),
  'replica.socket.receive.buffer.bytes': int({ default: 65536, importance: 'high' }),
  'replica.fetch.max.bytes': int({ default: 1048576, validator: atLeast(0) }),
  'replica.fetch.wait.max.ms': int({ default: 500, importance: 'high' }),
  'replica.fetch.backoff.ms': int({ default: 1000, validator: atLeast(0) }),
  'replica.fetch.min.bytes': int({ default: 1, importance: 'high' }),
  'replica.fetch.response.max.bytes': int({ default: 10485760, validator: atLeast(0) }),
  'num.replica.fetchers': int({ default: 1, validator: atLeast(1), importance: 'high' }),
  'replica.high.watermark.checkpoint.interval.ms': long({ default: 5000, importance: 'high' }),
  'fetch.purgatory.purge.interval.requests': int({ default: 1000 }),
  'producer.purgatory.purge.interval.requests': int({ default: 1000 }),
  'delete.records.purgatory.purge.interval.requests': int({ default: 1 }),
  'auto.leader.rebalance.enable': boolean({ default: true, importance: 'high' }),
  'leader.imbalance.check.interval.seconds': long({ default: 300, validator: atLeast(1), importance: 'high' }),
  'unclean.leader.election.interval.ms': long({ default: 300000, validator: atLeast(1), isInternal: true }),
  'unclean.leader.election.enable': boolean({ default: false, importance: 'high' }),
  'security.inter.broker.protocol': string({
    default: 'PLAINTEXT',
    validator: oneOf('PLAINTEXT', 'SSL', 'SASL_PLAINTEXT', 'SASL_SSL'),
  }),
  'inter.broker.listener.name': string({ default: null }),
  'replica.selector.class': string({ default: null }),
  'follower.fetch.last.tiered.offset.enable': boolean({ default: false }),
};
