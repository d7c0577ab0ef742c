import { type Compression } from '../../protocol/records/compression.ts';
import { ConfigError } from '../../util/config-definition.ts';
import { JavaError } from '../../util/java-error.ts';
import { type NamedLogger } from '../../util/log-lines.ts';
import { producerConfigs } from '../configs/producer.ts';

/** What the producer needs to know; sizes in bytes, times in milliseconds. */
export interface ProducerSettings {
  readonly clientId: string;
  /** -1 means all in-sync replicas. */
  readonly acks: -1 | 0 | 1;
  readonly batchBytes: number;
  /** Nobody asked for that size: under pressure larger batches are sent. */
  readonly mayGrowBatches: boolean;
  readonly lingerMs: number;
  readonly bufferBytes: number;
  readonly maxBlockMs: number;
  readonly maxRequestBytes: number;
  readonly maxInFlightRequests: number;
  readonly retries: number;
  readonly retryBackoffMs: number;
  readonly retryBackoffMaxMs: number;
  readonly deliveryTimeoutMs: number;
  readonly requestTimeoutMs: number;
  readonly metadataMaxAgeMs: number;
  readonly compression: Compression;
  readonly compressionLevel: number | undefined;
  readonly isIdempotent: boolean;
  readonly transactionalId: string | null;
  readonly transactionTimeoutMs: number;
  readonly partitioning: 'default' | 'ignore-keys' | 'round-robin';
}

const IDEMPOTENT_MAX_IN_FLIGHT = 5;
const ROUND_ROBIN = 'org.apache.kafka.clients.producer.RoundRobinPartitioner';

export type ProducerConfigValues = ReturnType<typeof producerConfigs.parse>;
type Values = ProducerConfigValues;

/** Types and validators only. Throws ConfigError. */
export function parseProducerProperties(properties: ReadonlyMap<string, string>): ProducerConfigValues {
  return producerConfigs.parse(properties);
}

/**
 * Checks a producer's settings as Java's constructor does, in its order and words. Throws ConfigError for settings that exclude each
 * other and JavaError ("Failed to construct kafka producer") for what Java finds while building.
 */
export function readProducerSettings(values: Values, logger: NamedLogger, mayGrowBatches = false): ProducerSettings {
  const transactionalId = values.get('transactional.id');
  const acksText = values.get('acks');
  const clientId = values.isSet('client.id') ? values.get('client.id') : `producer-${transactionalId ?? '1'}`;
  return {
    clientId,
    acks: acksText === 'all' ? -1 : (Number(acksText) as -1 | 0 | 1),
    batchBytes: values.get('batch.size'),
    mayGrowBatches,
    lingerMs: values.number('linger.ms'),
    bufferBytes: values.number('buffer.memory'),
    maxBlockMs: values.number('max.block.ms'),
    maxRequestBytes: values.get('max.request.size'),
    maxInFlightRequests: values.get('max.in.flight.requests.per.connection'),
    retries: values.get('retries'),
    retryBackoffMs: values.number('retry.backoff.ms'),
    retryBackoffMaxMs: values.number('retry.backoff.max.ms'),
    isIdempotent: checkIdempotence(values),
    deliveryTimeoutMs: deliveryTimeout(values, clientId, logger),
    requestTimeoutMs: values.get('request.timeout.ms'),
    metadataMaxAgeMs: values.number('metadata.max.age.ms'),
    compression: values.get('compression.type') as Compression,
    compressionLevel: compressionLevel(values),
    transactionalId,
    transactionTimeoutMs: values.get('transaction.timeout.ms'),
    partitioning: partitioning(values),
  };
}

/** Source: ProducerConfig, KIP-679: on by default, off without a word when another setting excludes it, refused when asked for. */
function checkIdempotence(values: Values): boolean {
  const isAskedFor = values.isSet('enable.idempotence');
  let isIdempotent = values.get('enable.idempotence');
  if (isIdempotent) {
    const hasRetries = values.get('retries') > 0;
    const acks = values.get('acks');
    const hasAllAcks = acks === 'all' || acks === '-1';
    if (isAskedFor && !hasRetries) {
      throw new ConfigError('Must set retries to non-zero when using the idempotent producer.');
    }
    if (isAskedFor && !hasAllAcks) {
      throw new ConfigError(
        'Must set acks to all in order to use the idempotent producer. Otherwise we cannot guarantee idempotence.',
      );
    }
    const maxInFlight = values.get('max.in.flight.requests.per.connection');
    if (maxInFlight > IDEMPOTENT_MAX_IN_FLIGHT) {
      throw new ConfigError(
        'To use the idempotent producer, max.in.flight.requests.per.connection must be set to at most 5. ' +
          `Current value is ${maxInFlight}.`,
      );
    }
    isIdempotent = hasRetries && hasAllAcks;
  }
  if (!isIdempotent && values.get('transactional.id') !== null) {
    throw new ConfigError('Cannot set a transactional.id without also enabling idempotence.');
  }
  return isIdempotent;
}

function deliveryTimeout(values: Values, clientId: string, logger: NamedLogger): number {
  const given = values.get('delivery.timeout.ms');
  const least = Math.min(values.number('linger.ms') + values.get('request.timeout.ms'), 0x7fffffff);
  if (given >= least) return given;
  const rule = 'delivery.timeout.ms should be equal to or larger than linger.ms + request.timeout.ms';
  if (values.isSet('delivery.timeout.ms')) throw failedToConstruct(new ConfigError(rule));
  logger
    .named('org.apache.kafka.clients.producer.KafkaProducer')
    .log('WARN', `[Producer clientId=${clientId}] ${rule}. Setting it to ${least}.`);
  return least;
}

function partitioning(values: Values): ProducerSettings['partitioning'] {
  const partitioner = values.get('partitioner.class');
  if (partitioner === ROUND_ROBIN) return 'round-robin';
  if (partitioner !== null) {
    throw ConfigError.forValue('partitioner.class', partitioner, `Class ${partitioner} could not be found.`);
  }
  return values.get('partitioner.ignore.keys') ? 'ignore-keys' : 'default';
}

function compressionLevel(values: Values): number | undefined {
  switch (values.get('compression.type')) {
    case 'gzip': {
      const level = values.get('compression.gzip.level');
      return level === -1 ? undefined : level;
    }
    case 'lz4':
      return values.isSet('compression.lz4.level') ? values.get('compression.lz4.level') : undefined;
    case 'zstd':
      return values.get('compression.zstd.level');
    default:
      return undefined;
  }
}

/** Java wraps what its constructor meets after the properties are parsed. */
export function failedToConstruct(cause: JavaError): JavaError {
  return new JavaError('org.apache.kafka.common.KafkaException', 'Failed to construct kafka producer', cause);
}
