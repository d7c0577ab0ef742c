import { parseAddress, parseBootstrapServers, resolvable } from '../../../src/client/bootstrap.ts';
import { javaAddress } from '../../../src/client/node-link.ts';
import { exponentialBackoffMs } from '../../../src/client/settings.ts';
import { keptLog, openCluster } from './fake-broker.ts';

// Origin: org.apache.kafka.common.utils.Utils.getHost and getPort, Apache Kafka 4.3.1.
const ADDRESSES: [text: string, host: string | null, port: number | null][] = [
  ['localhost:9092', 'localhost', 9092],
  ['localhost', null, null],
  ['127.0.0.1:1', '127.0.0.1', 1],
  ['[::1]:9092', '::1', 9092],
  ['::1:9092', '::1', 9092],
  ['PLAINTEXT://a.b:9092', 'a.b', 9092],
  ['SASL_SSL://a:1', 'a', 1],
  ['my-host_1:9092', 'my-host_1', 9092],
  ['a b:9092', null, null],
  ['a:9092 ', null, null],
  ['http://x/y:90', null, null],
  ['a:b:1', 'a:b', 1],
  ['[a]:1', 'a', 1],
  ['a%1:1', 'a%1', 1],
  ['ü:1', null, null],
  ['x://:1', '', 1],
  [':1', '', 1],
  ['a:', null, null],
  ['a:-1', null, null],
  ['a;b:1', null, null],
  ['1://a:2', 'a', 2],
  ['//a:1', null, null],
];

describe('bootstrap addresses', () => {
  it.each(ADDRESSES)('%j is read as Java reads it', (text, host, port) => {
    expect(parseAddress(text)).toEqual(host === null ? undefined : { host, port });
  });

  it('refuses what is no address, in Java’s words', () => {
    expect(() => parseBootstrapServers(['a:1', 'localhost'])).toThrow('Invalid url in bootstrap.servers: localhost');
    expect(() => parseBootstrapServers(['a:99999'])).toThrow('Invalid port in bootstrap.servers: a:99999');
    expect(() => parseBootstrapServers(['a'], 'bootstrap.controllers')).toThrow(
      'Invalid url in bootstrap.controllers: a',
    );
  });

  it('leaves out names that do not resolve, and refuses a list of nothing else', async () => {
    const logger = keptLog();
    const addresses = parseBootstrapServers(['nosuch.invalid:9092', '127.0.0.1:1']);
    expect(await resolvable(addresses, logger)).toEqual([{ host: '127.0.0.1', port: 1 }]);
    expect(logger.lines).toEqual([
      "WARN Couldn't resolve server nosuch.invalid:9092 from bootstrap.servers as DNS resolution failed for nosuch.invalid (ClientUtils)",
    ]);
    await expect(resolvable(addresses.slice(0, 1), logger)).rejects.toThrow(
      'No resolvable bootstrap urls given in bootstrap.servers',
    );
  });
});

describe('an address in a log line', () => {
  // Origin: log lines of kafka-topics, Apache Kafka 4.3.1.
  it.each([
    ['127.0.0.1', '/127.0.0.1:1'],
    ['localhost', 'localhost/127.0.0.1:1'],
    ['', 'localhost/127.0.0.1:1'],
    ['::1', '/[0:0:0:0:0:0:0:1]:1'],
    ['fe80::1:0:2', '/[fe80:0:0:0:0:1:0:2]:1'],
  ])('%j', (host, text) => {
    expect(javaAddress({ host, port: 1 })).toBe(text);
  });
});

describe('settings across keys', () => {
  it('warns of a backoff that starts above its limit', async () => {
    const logger = keptLog();
    const cluster = await openCluster('127.0.0.1:1', { 'retry.backoff.ms': '5000' }, { logger });
    cluster.close();
    expect(logger.lines).toEqual([
      "WARN Configuration 'retry.backoff.ms' with value '5000' is greater than configuration 'retry.backoff.max.ms' with value '1000'. A static backoff with value '1000' will be applied. (CommonClientConfigs)",
    ]);
  });

  it('takes a given reconnect backoff as the limit, too', async () => {
    const cluster = await openCluster('127.0.0.1:1', { 'reconnect.backoff.ms': '300' });
    cluster.close();
    expect(cluster.settings.reconnectBackoffMaxMs).toBe(300);
  });

  it('refuses SASL without a mechanism', async () => {
    await expect(
      openCluster('127.0.0.1:1', { 'security.protocol': 'SASL_PLAINTEXT', 'sasl.mechanism': '' }),
    ).rejects.toThrow('When the security.protocol configuration enables SASL, mechanism must be non-null');
  });

  it('grows pauses up to their limit', () => {
    const middle = () => 0.5;
    expect([0, 1, 2, 3, 9].map((failures) => exponentialBackoffMs(50, 1000, failures, middle))).toEqual([
      0, 50, 100, 200, 1000,
    ]);
    expect(exponentialBackoffMs(5000, 1000, 3, middle)).toBe(1000);
    expect(exponentialBackoffMs(100, 1000, 1, () => 0)).toBe(80);
  });
});
