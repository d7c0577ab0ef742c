import {
  atLeast,
  boolean,
  ConfigError,
  type ConfigValue,
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
  type Validator,
} from '../../util/config-definition.ts';
import { parseJavaDuration } from '../../util/java-duration.ts';
import { JavaError } from '../../util/java-error.ts';
import { securityConfigs } from './security.ts';

function offsetResetReason(name: string, value: ConfigValue): string | null {
  const text = String(value);
  if (['earliest', 'latest', 'none'].includes(text)) return null;
  const duration = text.startsWith('by_duration:') ? parseJavaDuration(text.slice('by_duration:'.length)) : undefined;
  if (duration !== undefined && duration >= 0n) return null;
  return `Invalid value \`${text}\` for configuration ${name}. The value must be either 'earliest', 'latest', 'none' or of the format 'by_duration:<PnDTnHnMn.nS.>'.`;
}

function eitherOf(first: string, second: string): Validator {
  return lambda((name, value) => {
    const isKnown = [first, second].includes(String(value).toLowerCase());
    return isKnown
      ? null
      : `Invalid value \`${value}\` for configuration ${name}. The value must either be '${first}' or '${second}'.`;
  }, `[${first}, ${second}]`);
}

/** Keys of the consumer, in the order in which Java checks them. */
export const consumerConfigs = defineConfigs({
  'bootstrap.servers': list({ validator: listOfAny(false, false), importance: 'high' }),
  'client.dns.lookup': string({
    default: 'use_all_dns_ips',
    validator: oneOf('use_all_dns_ips', 'resolve_canonical_bootstrap_servers_only'),
  }),
  'group.id': string({ default: null, importance: 'high' }),
  'group.instance.id': string({ default: null, validator: nonEmptyString() }),
  'session.timeout.ms': int({ default: 45000, importance: 'high' }),
  'heartbeat.interval.ms': int({ default: 3000, importance: 'high' }),
  'partition.assignment.strategy': list({
    default:
      'class org.apache.kafka.clients.consumer.RangeAssignor,class org.apache.kafka.clients.consumer.CooperativeStickyAssignor',
    validator: listOfAny(true, false),
  }),
  'metadata.max.age.ms': long({ default: 300000, validator: atLeast(0), importance: 'low' }),
  'enable.auto.commit': boolean({ default: true }),
  'auto.commit.interval.ms': int({ default: 5000, validator: atLeast(0), importance: 'low' }),
  'client.id': string({ default: '', importance: 'low' }),
  'client.rack': string({ default: '', importance: 'low' }),
  'max.partition.fetch.bytes': int({ default: 1048576, validator: atLeast(0), importance: 'high' }),
  'send.buffer.bytes': int({ default: 131072, validator: atLeast(-1) }),
  'receive.buffer.bytes': int({ default: 65536, validator: atLeast(-1) }),
  'fetch.min.bytes': int({ default: 1, validator: atLeast(0), importance: 'high' }),
  'fetch.max.bytes': int({ default: 52428800, validator: atLeast(0) }),
  'fetch.max.wait.ms': int({ default: 500, validator: atLeast(0), importance: 'low' }),
  'reconnect.backoff.ms': long({ default: 50, validator: atLeast(0), importance: 'low' }),
  'reconnect.backoff.max.ms': long({ default: 1000, validator: atLeast(0), importance: 'low' }),
  'retry.backoff.ms': long({ default: 100, validator: atLeast(0), importance: 'low' }),
  'retry.backoff.max.ms': long({ default: 1000, validator: atLeast(0), importance: 'low' }),
  'enable.metrics.push': boolean({ default: true, importance: 'low' }),
  'auto.offset.reset': string({
    default: 'latest',
    validator: lambda(offsetResetReason, '[latest, earliest, none, by_duration:PnDTnHnMn.nS]'),
  }),
  'check.crcs': boolean({ default: true, importance: 'low' }),
  'metrics.sample.window.ms': long({ default: 30000, validator: atLeast(0), importance: 'low' }),
  'metrics.num.samples': int({ default: 2, validator: atLeast(1), importance: 'low' }),
  'metrics.recording.level': string({ default: 'INFO', validator: oneOf('INFO', 'DEBUG', 'TRACE'), importance: 'low' }),
  'metric.reporters': list({
    default: 'org.apache.kafka.common.metrics.JmxReporter',
    validator: listOfAny(true, false),
    importance: 'low',
  }),
  'key.deserializer': className({ importance: 'high' }),
  'value.deserializer': className({ importance: 'high' }),
  'request.timeout.ms': int({ default: 30000, validator: atLeast(0) }),
  'default.api.timeout.ms': int({ default: 60000, validator: atLeast(0) }),
  'socket.connection.setup.timeout.ms': long({ default: 10000 }),
  'socket.connection.setup.timeout.max.ms': long({ default: 30000 }),
  'connections.max.idle.ms': long({ default: 540000 }),
  'interceptor.classes': list({ default: '', validator: listOfAny(true, false), importance: 'low' }),
  'max.poll.records': int({ default: 500, validator: atLeast(1) }),
  'max.poll.interval.ms': int({ default: 300000, validator: atLeast(1) }),
  'exclude.internal.topics': boolean({ default: true }),
  'internal.throw.on.fetch.stable.offset.unsupported': boolean({ default: false, importance: 'low', isInternal: true }),
  'isolation.level': string({ default: 'read_uncommitted', validator: oneOf('read_committed', 'read_uncommitted') }),
  'allow.auto.create.topics': boolean({ default: true }),
  'group.protocol': string({
    default: 'classic',
    validator: oneOfIgnoringCase('CONSUMER', 'CLASSIC'),
    importance: 'high',
  }),
  'group.remote.assignor': string({ default: null }),
  'security.providers': string({ default: null, importance: 'low' }),
  'security.protocol': string({
    default: 'PLAINTEXT',
    validator: oneOfIgnoringCase('SASL_SSL', 'PLAINTEXT', 'SSL', 'SASL_PLAINTEXT'),
  }),
  ...securityConfigs,
  'metadata.recovery.strategy': string({
    default: 'rebootstrap',
    validator: oneOfIgnoringCase('REBOOTSTRAP', 'NONE'),
    importance: 'low',
  }),
  'metadata.recovery.rebootstrap.trigger.ms': long({ default: 300000, validator: atLeast(0), importance: 'low' }),
  'share.acknowledgement.mode': string({ default: 'implicit', validator: eitherOf('implicit', 'explicit') }),
  'share.acquire.mode': string({ default: 'BATCH_OPTIMIZED', validator: eitherOf('batch_optimized', 'record_limit') }),
  'config.providers': list({ default: '', validator: listOfAny(true, false), importance: 'low' }),
});

export interface ConsumerConfig {
  readonly values: ReturnType<typeof consumerConfigs.parse>;
  /** `enable.auto.commit`, off without a group unless asked for. */
  readonly isAutoCommit: boolean;
  readonly groupProtocol: 'classic' | 'consumer';
}

/** Keys that one group protocol leaves to the broker or does not have. */
const FOREIGN_TO_PROTOCOL = {
  classic: ['group.remote.assignor'],
  consumer: ['partition.assignment.strategy', 'heartbeat.interval.ms', 'session.timeout.ms'],
} as const;

/** Throws ConfigError, and JavaError where Java throws another class. */
export function parseConsumerConfig(given: ReadonlyMap<string, string>): ConsumerConfig {
  const values = consumerConfigs.parse(given);
  let isAutoCommit = values.get('enable.auto.commit');
  if (values.get('group.id') === null && isAutoCommit) {
    if (values.isSet('enable.auto.commit')) {
      throw new JavaError(
        'org.apache.kafka.common.errors.InvalidConfigurationException',
        'enable.auto.commit cannot be set to true when default group id (null) is used.',
      );
    }
    isAutoCommit = false;
  }
  const groupProtocol = values.get('group.protocol').toLowerCase() === 'consumer' ? 'consumer' : 'classic';
  for (const name of FOREIGN_TO_PROTOCOL[groupProtocol]) {
    if (values.isSet(name) && values.get(name) !== null) {
      throw new ConfigError(`${name} cannot be set when group.protocol=${groupProtocol.toUpperCase()}`);
    }
  }
  return { values, isAutoCommit, groupProtocol };
}
