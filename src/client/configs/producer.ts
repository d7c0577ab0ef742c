const gzipLevel = lambda((_name, value) => {
  const isLevel = value === -1 || ((value as number) >= 1 && (value as number) <= 9);
  return isLevel ? null : 'Value must be between 1 and 9 or equal to -1';
}, '[1,...,9] or -1');

import {
  atLeast,
  between,
  boolean,
  ConfigError,
  className,
  defineConfigs,
  int,
  lambda,
  list,
  listOfAny,
  long,
  nonEmptyString,
  oneOf,
  oneOfIgnoringCase,
  string,
} from '../../util/config-definition.ts';
import { securityConfigs } from './security.ts';

/** Keys of the producer, in the order in which Java checks them. */
export const producerConfigs = defineConfigs({
  'bootstrap.servers': list({ validator: listOfAny(false, false), importance: 'high' }),
  'client.dns.lookup': string({
    default: 'use_all_dns_ips',
    validator: oneOf('use_all_dns_ips', 'resolve_canonical_bootstrap_servers_only'),
  }),
  'buffer.memory': long({ default: 33554432, validator: atLeast(0), importance: 'high' }),
  retries: int({ default: 2147483647, validator: between(0, 2147483647), importance: 'high' }),
  acks: string({ default: 'all', validator: oneOf('all', '-1', '0', '1'), importance: 'low' }),
  'compression.type': string({
    default: 'none',
    validator: oneOf('none', 'gzip', 'snappy', 'lz4', 'zstd'),
    importance: 'high',
  }),
  'compression.gzip.level': int({ default: -1, validator: gzipLevel }),
  'compression.lz4.level': int({ default: 9, validator: between(1, 17) }),
  'compression.zstd.level': int({ default: 3, validator: between(-131072, 22) }),
  'batch.size': int({ default: 16384, validator: atLeast(0) }),
  'partitioner.adaptive.partitioning.enable': boolean({ default: true, importance: 'low' }),
  'partitioner.availability.timeout.ms': long({ default: 0, validator: atLeast(0), importance: 'low' }),
  'partitioner.ignore.keys': boolean({ default: false }),
  'linger.ms': long({ default: 5, validator: atLeast(0) }),
  'delivery.timeout.ms': int({ default: 120000, validator: atLeast(0) }),
  'client.id': string({ default: '' }),
  'send.buffer.bytes': int({ default: 131072, validator: atLeast(-1) }),
  'receive.buffer.bytes': int({ default: 32768, validator: atLeast(-1) }),
  'max.request.size': int({ default: 1048576, validator: atLeast(0) }),
  'reconnect.backoff.ms': long({ default: 50, validator: atLeast(0), importance: 'low' }),
  'reconnect.backoff.max.ms': long({ default: 1000, validator: atLeast(0), importance: 'low' }),
  'retry.backoff.ms': long({ default: 100, validator: atLeast(0), importance: 'low' }),
  'retry.backoff.max.ms': long({ default: 1000, validator: atLeast(0), importance: 'low' }),
  'enable.metrics.push': boolean({ default: true, importance: 'low' }),
  'max.block.ms': long({ default: 60000, validator: atLeast(0) }),
  'request.timeout.ms': int({ default: 30000, validator: atLeast(0) }),
  'metadata.max.age.ms': long({ default: 300000, validator: atLeast(0), importance: 'low' }),
  'metadata.max.idle.ms': long({ default: 300000, validator: atLeast(5000), importance: 'low' }),
  'metrics.sample.window.ms': long({ default: 30000, validator: atLeast(0), importance: 'low' }),
  'metrics.num.samples': int({ default: 2, validator: atLeast(1), importance: 'low' }),
  'metrics.recording.level': string({ default: 'INFO', validator: oneOf('INFO', 'DEBUG', 'TRACE'), importance: 'low' }),
  'metric.reporters': list({
    default: 'org.apache.kafka.common.metrics.JmxReporter',
    validator: listOfAny(true, false),
    importance: 'low',
  }),
  'max.in.flight.requests.per.connection': int({ default: 5, validator: atLeast(1), importance: 'low' }),
  'key.serializer': className({ importance: 'high' }),
  'value.serializer': className({ importance: 'high' }),
  'socket.connection.setup.timeout.ms': long({ default: 10000 }),
  'socket.connection.setup.timeout.max.ms': long({ default: 30000 }),
  'connections.max.idle.ms': long({ default: 540000 }),
  'partitioner.class': className({ default: null }),
  'interceptor.classes': list({ default: '', validator: listOfAny(true, false), importance: 'low' }),
  'security.protocol': string({
    default: 'PLAINTEXT',
    validator: oneOfIgnoringCase('SASL_SSL', 'PLAINTEXT', 'SSL', 'SASL_PLAINTEXT'),
  }),
  'security.providers': string({ default: null, importance: 'low' }),
  ...securityConfigs,
  'enable.idempotence': boolean({ default: true, importance: 'low' }),
  'transaction.timeout.ms': int({ default: 60000, importance: 'low' }),
  'transactional.id': string({ default: null, validator: nonEmptyString(), importance: 'low' }),
  'transaction.two.phase.commit.enable': boolean({ default: false, importance: 'low' }),
  'metadata.recovery.strategy': string({
    default: 'rebootstrap',
    validator: oneOfIgnoringCase('REBOOTSTRAP', 'NONE'),
    importance: 'low',
  }),
  'metadata.recovery.rebootstrap.trigger.ms': long({ default: 300000, validator: atLeast(0), importance: 'low' }),
  'config.providers': list({ default: '', validator: listOfAny(true, false), importance: 'low' }),
});

export interface ProducerConfig {
  readonly values: ReturnType<typeof producerConfigs.parse>;
  readonly acks: -1 | 0 | 1;
  /** `enable.idempotence`, switched off where other settings forbid it and nobody asked for it. */
  readonly isIdempotent: boolean;
}

const ACKS: Readonly<Record<string, -1 | 0 | 1>> = { all: -1, '-1': -1, '0': 0, '1': 1 };
const MAX_IN_FLIGHT_OF_IDEMPOTENT = 5;

/** Throws ConfigError: single values first, then what Java checks across them. */
export function parseProducerConfig(given: ReadonlyMap<string, string>): ProducerConfig {
  const values = producerConfigs.parse(given);
  const acks = ACKS[values.get('acks')] as -1 | 0 | 1;
  let isIdempotent = values.get('enable.idempotence');
  if (isIdempotent) {
    const isAsked = values.isSet('enable.idempotence');
    if (values.get('retries') === 0) {
      if (isAsked) throw new ConfigError('Must set retries to non-zero when using the idempotent producer.');
      isIdempotent = false;
    }
    if (acks !== -1) {
      if (isAsked) {
        throw new ConfigError(
          'Must set acks to all in order to use the idempotent producer. Otherwise we cannot guarantee idempotence.',
        );
      }
      isIdempotent = false;
    }
    const inFlight = values.get('max.in.flight.requests.per.connection');
    if (inFlight > MAX_IN_FLIGHT_OF_IDEMPOTENT) {
      throw new ConfigError(
        `To use the idempotent producer, max.in.flight.requests.per.connection must be set to at most ${MAX_IN_FLIGHT_OF_IDEMPOTENT}. Current value is ${inFlight}.`,
      );
    }
  }
  if (!isIdempotent && values.isSet('transactional.id')) {
    throw new ConfigError('Cannot set a transactional.id without also enabling idempotence.');
  }
  if (values.get('transaction.two.phase.commit.enable') && values.isSet('transaction.timeout.ms')) {
    throw new ConfigError(
      'Cannot set transaction.timeout.ms when transaction.two.phase.commit.enable is set to true. Transactions will not expire with two-phase commit enabled.',
    );
  }
  return { values, acks, isIdempotent };
}
