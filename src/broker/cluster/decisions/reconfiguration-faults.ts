import { type BrokerConfigs } from '../configs/broker.ts';
import { brokerListeners, effectiveDurationMs, type ServerConfig } from '../node/server-config.ts';

export interface Reconfiguration {
  readonly now: ServerConfig;
  /** The dynamic values of now included. */
  readonly current: BrokerConfigs;
  /** What the broker would start with after the change. */
  readonly next: ServerConfig;
  /** The dynamic values to come, those under a listener's prefix included. */
  readonly textOf: (name: string) => string | undefined;
}

/**
 * Why a running broker does not take over configs that it would start with; null when it does. Sources: kafka 4.x
 * DynamicMetricsReporters, SocketServer, DynamicThreadPool, DynamicRemoteLogConfig, DynamicLogConfig, DynamicListenerConfig.
 */
export function reconfigurationFault(change: Reconfiguration): string | null {
  return (
    connectionLimitFault(change) ??
    reporterFault(change) ??
    threadCountsFault(change) ??
    localRetentionFault(change) ??
    listenerFault(change)
  );
}

const CONNECTION_LIMITS = ['max.connections', 'max.connection.creation.rate'] as const;

/** A listener that takes no connection at all could not be asked to change its mind. */
function connectionLimitFault({ now, next, textOf }: Reconfiguration): string | null {
  for (const name of CONNECTION_LIMITS) {
    for (const { listener } of brokerListeners(now)) {
      const prefixed = textOf(`listener.name.${listener.toLowerCase()}.${name}`);
      const limit = prefixed === undefined ? next.values.get(name) : Number(prefixed);
      if (limit <= 0) return `Invalid ${name} ${limit}`;
    }
  }
  return null;
}

/** Reporters are classes of a JVM; the one that comes with Kafka is taken for what it is here: nothing. */
function reporterFault({ next }: Reconfiguration): string | null {
  const foreign = next.values
    .get('metric.reporters')
    .some((name) => name !== 'org.apache.kafka.common.metrics.JmxReporter');
  const reporters = 'kafka.server.DynamicMetricsReporters';
  return foreign
    ? `Validation of dynamic config update of Set(metric.reporters) failed with class class ${reporters}`
    : null;
}

const THREAD_COUNTS = [
  'num.io.threads',
  'num.network.threads',
  'num.replica.fetchers',
  'num.recovery.threads.per.data.dir',
  'background.threads',
  'log.cleaner.threads',
  'remote.log.reader.threads',
  'remote.log.manager.copier.thread.pool.size',
  'remote.log.manager.expiration.thread.pool.size',
  'remote.log.manager.follower.thread.pool.size',
] as const;

function threadCountsFault({ current, next }: Reconfiguration): string | null {
  for (const name of THREAD_COUNTS) {
    const fault = threadCountFault(name, next.values.get(name), current.get(name));
    if (fault !== null) return fault;
  }
  return null;
}

/** Pools of threads grow and shrink by at most the factor 2 at a time. */
function threadCountFault(name: string, count: number, current: number): string | null {
  if (count === current) return null;
  if (name === 'log.cleaner.threads') {
    if (count < current / 2)
      return `Log cleaner threads cannot be reduced to less than half the current value ${current}`;
    if (count <= current * 2) return null;
    return `Log cleaner threads cannot be increased to more than double the current value ${current}`;
  }
  const failed = `Dynamic thread count update validation failed for ${name}=${count}`;
  if (count < Math.floor(current / 2)) return `${failed}, value should be at least half the current value ${current}`;
  return count <= current * 2
    ? null
    : `${failed}, value should not be greater than double the current value ${current}`;
}

const AS_ALL = -2n;
const UNLIMITED = -1n;

/** What is kept here of a log that also lies elsewhere is no more than what is kept at all. */
function localRetentionFault({ next: { values } }: Reconfiguration): string | null {
  return (
    localFault(
      'log.local.retention.ms',
      'log.retention.ms',
      values,
      BigInt(effectiveDurationMs(values, 'log.retention.ms')),
    ) ?? localFault('log.local.retention.bytes', 'log.retention.bytes', values, values.get('log.retention.bytes'))
  );
}

function localFault(
  name: 'log.local.retention.ms' | 'log.local.retention.bytes',
  wholeName: string,
  values: BrokerConfigs,
  whole: bigint,
): string | null {
  const local = values.get(name);
  if (whole === UNLIMITED || local === AS_ALL) return null;
  const invalid = `Invalid value ${local} for configuration ${name}: Value must not be`;
  if (local === UNLIMITED) return `${invalid} -1 as ${wholeName} value is set as ${whole}.`;
  return local > whole ? `${invalid} more than ${wholeName} property value: ${whole}` : null;
}

function listenerFault({ now, next }: Reconfiguration): string | null {
  for (const { listener, securityProtocol } of brokerListeners(next)) {
    const before = now.listeners.find((one) => one.listener === listener);
    if (before !== undefined && before.securityProtocol !== securityProtocol) {
      return `Security protocol cannot be updated for existing listener ListenerName(${listener})`;
    }
  }
  return null;
}
