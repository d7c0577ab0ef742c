// Owns: the way of records to the brokers: partitioner, batches, memory bound, requests in flight, retries, producer ids.
// In: producer properties, a cluster, records as bytes (whole chunks of lines on the fast path).
// Out: record metadata, or JavaError in the words of Java's producer; failures nobody waits for go to a listener.
import { type Clock } from '../../util/clock.ts';
import { JavaError } from '../../util/java-error.ts';
import { type NamedLogger } from '../../util/log-lines.ts';
import { Cluster } from '../cluster.ts';
import { refuseUnknownPlugins } from '../plugin-classes.ts';
import { ClusterPort } from './cluster-port.ts';
import { type FailureListener } from './ports.ts';
import { Producer } from './producer.ts';
import { IdempotentIdentity } from './producer-identity.ts';
import { failedToConstruct, type ProducerConfigValues, readProducerSettings } from './producer-settings.ts';
import { type Transactions } from './transactions.ts';

export { ProducerCounters } from './batch-outcomes.ts';
export { murmur2, partitionOfKey } from './murmur2.ts';
export type { FailedRecord, FailureListener, RecordMetadata } from './ports.ts';
export { Producer, type ProducerRecord } from './producer.ts';
export { javaErrorOf } from './producer-errors.ts';
export { parseProducerProperties } from './producer-settings.ts';
export type { ProducerTopic } from './producer-topic.ts';
export { serializedUpperBound } from './record-size.ts';
export type { Transactions } from './transactions.ts';

export interface OpenProducerOptions {
  readonly values: ProducerConfigValues;
  readonly clock: Clock;
  readonly logger: NamedLogger;
  readonly onFailure: FailureListener;
  /** Hears of the marks of delivered records (Producer.tryAppendMarked). */
  readonly onMarks?: ((marks: readonly number[]) => void) | undefined;
  /** Nobody chose batch.size: batches may grow while the brokers cannot keep up. */
  readonly mayGrowBatches?: boolean;
}

export interface OpenProducer {
  readonly producer: Producer;
  readonly cluster: Cluster;
  /** Null without a transactional.id. */
  readonly transactions: Transactions | null;
  /** Delivers what was appended, then closes the connections. */
  close(): Promise<void>;
}

/** A producer on connections of its own. Throws ConfigError and JavaError as Java's constructor does. */
export async function openProducer(options: OpenProducerOptions): Promise<OpenProducer> {
  const { values, clock, logger, onFailure, onMarks } = options;
  const settings = readProducerSettings(values, logger, options.mayGrowBatches);
  let cluster: Cluster;
  try {
    refuseUnknownPlugins(values);
    cluster = await Cluster.open({ config: values, clientId: settings.clientId, kind: 'producer', logger, clock });
  } catch (error) {
    throw error instanceof JavaError ? failedToConstruct(error) : error;
  }
  const port = new ClusterPort(cluster);
  const wiring = { settings, cluster: port, clock };
  if (settings.transactionalId !== null) {
    // Loaded only when asked for: few producers have transactions.
    const { TransactionalIdentity } = await import('./transactional-identity.ts');
    const { Transactions } = await import('./transactions.ts');
    const identity = new TransactionalIdentity(wiring);
    const producer = new Producer({ ...wiring, logger, onFailure, onMarks, identity });
    return opened(cluster, producer, new Transactions(producer, identity, port));
  }
  const identity = settings.isIdempotent ? new IdempotentIdentity(wiring) : null;
  const producer = new Producer({ ...wiring, logger, onFailure, onMarks, identity });
  producer.start();
  return opened(cluster, producer, null);
}

function opened(cluster: Cluster, producer: Producer, transactions: Transactions | null): OpenProducer {
  return {
    producer,
    cluster,
    transactions,
    async close() {
      await producer.close();
      cluster.close();
    },
  };
}
