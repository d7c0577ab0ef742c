import { type FailedRecord } from '../../../../src/client/producer/ports.ts';
import { Producer } from '../../../../src/client/producer/producer.ts';
import { IdempotentIdentity } from '../../../../src/client/producer/producer-identity.ts';
import { parseProducerProperties, readProducerSettings } from '../../../../src/client/producer/producer-settings.ts';
import { ManualClock } from '../../../../src/util/clock.ts';
import { type NamedLogger } from '../../../../src/util/log-lines.ts';
import { FakeCluster } from './fake-cluster.ts';

export interface TestProducer {
  readonly producer: Producer;
  readonly cluster: FakeCluster;
  readonly clock: ManualClock;
  readonly failures: string[];
  readonly warnings: string[];
  /** Appends the lines. */
  lines(topic: string, ...values: string[]): Promise<void>;
}

const REQUIRED = {
  'bootstrap.servers': 'h:1',
  'key.serializer': 'x',
  'value.serializer': 'x',
  'linger.ms': '0',
};

/** A producer on a cluster in memory, topic `t` with one partition led by node 1, and a clock that the test moves. */
export function openTestProducer(properties: Record<string, string> = {}, mayGrowBatches = false): TestProducer {
  const cluster = new FakeCluster();
  cluster.addTopic('t', [1]);
  const clock = new ManualClock();
  const warnings: string[] = [];
  const logger: NamedLogger = { log: (_level, text) => void warnings.push(text), named: () => logger };
  const failures: string[] = [];
  const onFailure = ({ topic, keyLength, valueLength, error }: FailedRecord): void => {
    failures.push(`${topic} ${keyLength} ${valueLength} ${error}`);
  };
  const values = parseProducerProperties(new Map(Object.entries({ ...REQUIRED, ...properties })));
  const settings = readProducerSettings(values, logger, mayGrowBatches);
  const identity = settings.isIdempotent ? new IdempotentIdentity({ settings, cluster, clock }) : null;
  const producer = new Producer({ settings, cluster, clock, logger, onFailure, identity, random: () => 0 });
  return {
    producer,
    cluster,
    clock,
    failures,
    warnings,
    lines(topic, ...all) {
      const chunk = Buffer.from(all.map((line) => `${line}\n`).join(''));
      return producer.appendLines(topic, chunk, 0, chunk.length);
    },
  };
}

/** Lets everything settle that does not wait for the clock. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
}

export function numbered(count: number, from = 0): string[] {
  return Array.from({ length: count }, (_, at) => `line ${from + at}`);
}
