import {
  type ProducerSettings,
  parseProducerProperties,
  readProducerSettings,
} from '../../../../src/client/producer/producer-settings.ts';
import { JavaError } from '../../../../src/util/java-error.ts';
import { type NamedLogger } from '../../../../src/util/log-lines.ts';

function read(given: Record<string, string>, warnings: string[] = []): ProducerSettings {
  const logger: NamedLogger = { log: (_level, text) => void warnings.push(text), named: () => logger };
  const required = { 'bootstrap.servers': 'h:1', 'key.serializer': 'x', 'value.serializer': 'x' };
  return readProducerSettings(parseProducerProperties(new Map(Object.entries({ ...required, ...given }))), logger);
}

describe('settings of the producer, in the words of Apache Kafka 4.3.1', () => {
  it('is idempotent unless another setting excludes it', () => {
    expect(read({}).isIdempotent).toBe(true);
    expect(read({ acks: '1' }).isIdempotent).toBe(false);
    expect(read({ retries: '0' }).isIdempotent).toBe(false);
    expect(read({ 'enable.idempotence': 'false' }).isIdempotent).toBe(false);
    expect(read({ acks: '-1', 'enable.idempotence': 'true' }).isIdempotent).toBe(true);
  });

  it.each([
    [
      { 'enable.idempotence': 'true', acks: '1' },
      'Must set acks to all in order to use the idempotent producer. Otherwise we cannot guarantee idempotence.',
    ],
    [
      { 'enable.idempotence': 'true', retries: '0' },
      'Must set retries to non-zero when using the idempotent producer.',
    ],
    [
      { 'max.in.flight.requests.per.connection': '6', acks: '1' },
      'To use the idempotent producer, max.in.flight.requests.per.connection must be set to at most 5. Current value is 6.',
    ],
    [{ 'transactional.id': 'x', acks: '1' }, 'Cannot set a transactional.id without also enabling idempotence.'],
    [
      { 'partitioner.class': 'no.Such' },
      'Invalid value no.Such for configuration partitioner.class: Class no.Such could not be found.',
    ],
  ])('refuses %j', (given, text) => {
    expect(() => read(given as unknown as Record<string, string>)).toThrow(
      new JavaError('org.apache.kafka.common.config.ConfigException', text),
    );
  });

  it('wants delivery.timeout.ms to cover a request, and stretches it only when nobody set it', () => {
    const failure = (() => {
      try {
        return read({ 'delivery.timeout.ms': '100' });
      } catch (error) {
        return (error as JavaError).trace();
      }
    })();
    expect(failure).toBe(
      'org.apache.kafka.common.KafkaException: Failed to construct kafka producer\n' +
        'Caused by: org.apache.kafka.common.config.ConfigException: delivery.timeout.ms should be equal to or larger than linger.ms + request.timeout.ms\n',
    );
    const warnings: string[] = [];
    const settings = read({ 'client.id': 'me', 'request.timeout.ms': '200000', 'linger.ms': '1000' }, warnings);
    expect(settings.deliveryTimeoutMs).toBe(201_000);
    expect(warnings).toEqual([
      '[Producer clientId=me] delivery.timeout.ms should be equal to or larger than linger.ms + request.timeout.ms. Setting it to 201000.',
    ]);
  });

  it('names itself as Java does', () => {
    expect(read({}).clientId).toBe('producer-1');
    expect(read({ 'client.id': '' }).clientId).toBe('');
  });
});
