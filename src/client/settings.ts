import { ConfigError, type ConfigTable, type ConfigValues } from '../util/config-definition.ts';
import { type NamedLogger } from '../util/log-lines.ts';
import { type adminConfigs } from './configs/admin.ts';
import { type consumerConfigs } from './configs/consumer.ts';
import { type producerConfigs } from './configs/producer.ts';

export type SecurityProtocol = 'PLAINTEXT' | 'SSL' | 'SASL_PLAINTEXT' | 'SASL_SSL';

/** What connections and retries need to know, out of any client's configuration. */
export interface ClientSettings {
  readonly clientId: string;
  readonly requestTimeoutMs: number;
  /** How long one call of the API may take with all its retries. The producer has none: its request timeout stands in. */
  readonly apiTimeoutMs: number;
  readonly retries: number;
  readonly retryBackoffMs: number;
  readonly retryBackoffMaxMs: number;
  readonly reconnectBackoffMs: number;
  readonly reconnectBackoffMaxMs: number;
  readonly connectTimeoutMs: number;
  readonly connectTimeoutMaxMs: number;
  readonly maxIdleMs: number;
  readonly metadataMaxAgeMs: number;
  readonly mayRebootstrap: boolean;
  readonly securityProtocol: SecurityProtocol;
  /** Everything else about TLS and SASL, read by those who need it. */
  readonly security: SecurityValues;
}

export type SecurityValues = ReturnType<typeof adminConfigs.parse>;
export type AnyClientValues = ReturnType<
  typeof adminConfigs.parse | typeof producerConfigs.parse | typeof consumerConfigs.parse
>;

/** Throws ConfigError for what Java checks across several keys of every client. */
export function clientSettings(values: AnyClientValues, clientId: string, logger: NamedLogger): ClientSettings {
  // The keys read here have the same names and types in all three tables.
  const common = values as SecurityValues;
  const securityProtocol = common.get('security.protocol').toUpperCase() as SecurityProtocol;
  if (securityProtocol.startsWith('SASL') && common.get('sasl.mechanism') === '') {
    throw new ConfigError(
      'When the security.protocol configuration enables SASL, mechanism must be non-null and non-empty string.',
    );
  }
  const retryBackoffMs = common.number('retry.backoff.ms');
  const retryBackoffMaxMs = common.number('retry.backoff.max.ms');
  warnStaticBackoff(logger, 'retry.backoff.ms', retryBackoffMs, 'retry.backoff.max.ms', retryBackoffMaxMs);
  const connectTimeoutMs = common.number('socket.connection.setup.timeout.ms');
  const connectTimeoutMaxMs = common.number('socket.connection.setup.timeout.max.ms');
  const [low, high] = ['socket.connection.setup.timeout.ms', 'socket.connection.setup.timeout.max.ms'] as const;
  warnStaticBackoff(logger, low, connectTimeoutMs, high, connectTimeoutMaxMs);
  const reconnectBackoffMs = common.number('reconnect.backoff.ms');
  const isStatic = common.isSet('reconnect.backoff.ms') && !common.isSet('reconnect.backoff.max.ms');
  const requestTimeoutMs = common.get('request.timeout.ms');
  return {
    clientId: common.get('client.id') === '' ? clientId : common.get('client.id'),
    requestTimeoutMs,
    apiTimeoutMs: optionalNumber(values, 'default.api.timeout.ms') ?? requestTimeoutMs,
    retries: optionalNumber(values, 'retries') ?? 0x7fffffff,
    retryBackoffMs,
    retryBackoffMaxMs,
    reconnectBackoffMs,
    reconnectBackoffMaxMs: isStatic ? reconnectBackoffMs : common.number('reconnect.backoff.max.ms'),
    connectTimeoutMs,
    connectTimeoutMaxMs,
    maxIdleMs: common.number('connections.max.idle.ms'),
    metadataMaxAgeMs: common.number('metadata.max.age.ms'),
    mayRebootstrap: common.get('metadata.recovery.strategy').toLowerCase() === 'rebootstrap',
    securityProtocol,
    security: common,
  };
}

/** A key that not every client has. */
function optionalNumber(values: AnyClientValues, name: string): number | undefined {
  const value: unknown = (values as unknown as ConfigValues<ConfigTable>).get(name);
  return typeof value === 'number' ? value : undefined;
}

function warnStaticBackoff(logger: NamedLogger, lowName: string, low: number, highName: string, high: number): void {
  if (low <= high) return;
  logger
    .named('org.apache.kafka.clients.CommonClientConfigs')
    .log(
      'WARN',
      `Configuration '${lowName}' with value '${low}' is greater than configuration '${highName}' with value '${high}'. A static backoff with value '${high}' will be applied.`,
    );
}

/** Waiting time before attempt `failures` + 1: doubles each time, is capped, and differs by up to 20 % between clients. */
export function exponentialBackoffMs(baseMs: number, maxMs: number, failures: number, random = Math.random): number {
  if (failures === 0) return 0;
  const cappedMs = baseMs > maxMs ? maxMs : Math.min(baseMs * 2 ** (failures - 1), maxMs);
  return Math.round(cappedMs * (0.8 + 0.4 * random()));
}
