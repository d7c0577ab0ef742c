// What the rooms are told of a server.properties, each in its own words.
import { lookup } from 'node:dns/promises';
import { statfsSync } from 'node:fs';
import { configText } from '../util/config-definition.ts';
import {
  brokerConfigs,
  brokerListeners,
  type ClusterMetadata,
  connectionOverrides,
  controllerListeners,
  type ServerConfig,
} from './cluster/index.ts';
import { type CleanerOptions, type LogIntervals, type Placement } from './log/index.ts';
import { type Listener, type SocketServerConfig } from './net/index.ts';
import { type AuthorizerConfig, type SaslConfig, secureListener } from './security/index.ts';

/** Long.MAX_VALUE as a number: Kafka's never. */
const LONG_MAX = 2 ** 63;

/** All listeners, the clients' first, with their certificates. Throws JavaError when those cannot be used. */
export function nodeListeners(config: ServerConfig): Listener[] {
  return [...brokerListeners(config), ...controllerListeners(config)].map(
    ({ listener, securityProtocol, host, port }) => {
      const place = { name: listener, host, port };
      if (!securityProtocol.endsWith('SSL')) return place;
      const secure = secureListener({
        listener,
        speaksSasl: securityProtocol === 'SASL_SSL',
        given: config.staticConfigs,
        defaultOf(name) {
          const key = brokerConfigs.keys.get(name);
          return key === undefined ? null : configText(key.default ?? null, key.type);
        },
      });
      return { ...place, secure };
    },
  );
}

export function saslConfig(config: ServerConfig): SaslConfig {
  const { values, staticConfigs } = config;
  const speakSasl = config.listeners.filter(({ securityProtocol }) => securityProtocol.startsWith('SASL_'));
  return {
    listeners: speakSasl.map(({ listener }) => listener),
    given: staticConfigs,
    mechanisms: values.get('sasl.enabled.mechanisms'),
    maxReauthMs: values.number('connections.max.reauth.ms'),
    failureDelayMs: values.get('connection.failed.authentication.delay.ms'),
    maxReceiveBytes: values.get('sasl.server.max.receive.size'),
  };
}

/** Kafka's table knows the class alone: what the class reads stands in the file beside it. */
export function authorizerConfig({ values, staticConfigs }: ServerConfig): AuthorizerConfig {
  return {
    className: values.get('authorizer.class.name'),
    superUsers: staticConfigs.get('super.users') ?? '',
    allowEveryoneIfNoAclIsFound: staticConfigs.get('allow.everyone.if.no.acl.found') ?? '',
  };
}

/** Intervals of the log room's background work, from Kafka's configs; the largest number Kafka knows means never. */
export function logIntervals({ values }: ServerConfig): Partial<LogIntervals> {
  const flushMs = values.number('log.flush.scheduler.interval.ms');
  return {
    retentionCheckMs: values.number('log.retention.check.interval.ms'),
    recoveryPointCheckpointMs: values.get('log.flush.offset.checkpoint.interval.ms'),
    logStartCheckpointMs: values.get('log.flush.start.offset.checkpoint.interval.ms'),
    highWatermarkCheckpointMs: values.number('replica.high.watermark.checkpoint.interval.ms'),
    producerExpirationCheckMs: values.get('producer.id.expiration.check.interval.ms'),
    initialDelayMs: values.number('log.initial.task.delay.ms'),
    // Kafka looks at flush.ms never unless told; a topic that sets flush.ms wants it to be looked at.
    ...(flushMs >= LONG_MAX ? {} : { flushCheckMs: flushMs }),
  };
}

/** The cleaner's pace and memory follow their dynamic configs. */
export function cleanerOptions({ values }: ServerConfig, metadata: ClusterMetadata): Partial<CleanerOptions> {
  const live = (name: string) => Number(metadata.brokerConfigValue(name));
  return {
    isEnabled: values.get('log.cleaner.enable'),
    get backoffMs() {
      return live('log.cleaner.backoff.ms');
    },
    get dedupeBufferBytes() {
      return live('log.cleaner.dedupe.buffer.size');
    },
    get maxBytesPerSecond() {
      return live('log.cleaner.io.max.bytes.per.second');
    },
  };
}

/** Of replicas that move between log directories; follows its dynamic config. */
export function moveBytesPerSecond(metadata: ClusterMetadata): number {
  const rate = metadata.brokerConfigValue('replica.alter.log.dirs.io.max.bytes.per.second');
  return rate === null || Number(rate) >= LONG_MAX ? Number.POSITIVE_INFINITY : Number(rate);
}

/** Where the metadata say that this node's replica is. */
export function placementOf(metadata: ClusterMetadata, topic: string, partition: number): Placement | undefined {
  const image = metadata.partition(topic, partition);
  const topicId = metadata.topics.get(topic)?.topicId;
  const directoryId = image?.directories[image.replicas.indexOf(metadata.nodeId)];
  return topicId === undefined || directoryId === undefined ? undefined : { topicId, directoryId };
}

/** Limits of connections follow their dynamic configs. */
export function socketServerConfig(config: ServerConfig, metadata: () => ClusterMetadata | null): SocketServerConfig {
  const { values, staticConfigs, interBrokerListenerName } = config;
  const live = (
    name: 'max.connections' | 'max.connections.per.ip' | 'max.connections.per.ip.overrides' | 'num.io.threads',
  ): string => metadata()?.brokerConfigValue(name) ?? String(values.get(name));
  return {
    socketRequestMaxBytes: values.get('socket.request.max.bytes'),
    queuedMaxRequestBytes: values.number('queued.max.request.bytes'),
    queuedMaxRequests: values.get('queued.max.requests'),
    get numIoThreads() {
      return Number(live('num.io.threads'));
    },
    connectionsMaxIdleMs: values.number('connections.max.idle.ms'),
    get maxConnections() {
      return Number(live('max.connections'));
    },
    maxConnectionsOf(listener) {
      const name = `listener.name.${listener.toLowerCase()}.max.connections`;
      const text = metadata()?.brokerConfigValue(name) ?? staticConfigs.get(name) ?? '';
      return /^[0-9]+$/.test(text) ? Number(text) : Number.POSITIVE_INFINITY;
    },
    protectedListener: brokerListeners(config).length > 1 ? interBrokerListenerName : null,
    get maxConnectionsPerIp() {
      return Number(live('max.connections.per.ip'));
    },
    get maxConnectionsPerIpOverrides() {
      return connectionOverrides(live('max.connections.per.ip.overrides'));
    },
    socketListenBacklogSize: values.get('socket.listen.backlog.size'),
  };
}

/** How fast connections of a listener may come: its dynamic configs say it, else the file; null where neither does. */
export function listenerRates(
  { staticConfigs }: ServerConfig,
  metadata: ClusterMetadata,
): (listener: string) => number | null {
  return (listener) => {
    const name = `listener.name.${listener.toLowerCase()}.max.connection.creation.rate`;
    const text = metadata.brokerConfigValue(name) ?? staticConfigs.get(name) ?? '';
    return /^[0-9]+$/.test(text) ? Number(text) : null;
  };
}

export async function addressOf(hostName: string): Promise<string | null> {
  try {
    return (await lookup(hostName)).address;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).syscall === 'getaddrinfo') return null;
    throw error;
  }
}

export function diskSpace(path: string): { totalBytes: bigint; usableBytes: bigint } | null {
  try {
    const { bsize, blocks, bavail } = statfsSync(path, { bigint: true });
    return { totalBytes: bsize * blocks, usableBytes: bsize * bavail };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).syscall === undefined) throw error;
    return null;
  }
}
