import { connect } from 'node:net';
import { produce } from '../../src/protocol/messages/00-produce.ts';
import { fetch } from '../../src/protocol/messages/01-fetch.ts';
import { apiVersions } from '../../src/protocol/messages/18-api-versions.ts';
import { initProducerId } from '../../src/protocol/messages/22-init-producer-id.ts';
import { batches, singleBatch } from '../../src/protocol/records/index.ts';
import { TestBroker } from './harness.ts';
import { type RawClient } from './raw-client.ts';

function batch(value: string | Buffer): Buffer {
  return singleBatch([{ timestampMs: Date.now(), key: null, value: Buffer.from(value) }]);
}

function produceRequest(topic: string, records: Buffer, partition = 0, acks = -1) {
  return { acks, timeoutMs: 5000, topicData: [{ name: topic, partitionData: [{ index: partition, records }] }] };
}

function fetchRequest(topic: string, fetchOffset: bigint, more = {}) {
  const partitions = [{ partition: 0, fetchOffset, partitionMaxBytes: 1 << 20 }];
  return { maxWaitMs: 10_000, minBytes: 1, maxBytes: 50 << 20, topics: [{ topic, partitions }], ...more };
}

describe('data path', () => {
  let broker: TestBroker;
  let client: RawClient;
  beforeAll(async () => {
    broker = await TestBroker.start();
  });
  afterAll(() => broker.stop());
  beforeEach(async () => {
    client = await broker.connect();
  });

  it('wakes a long poll by an append on another connection', async () => {
    await broker.createTopic('woken');
    const waiting = client.send(fetch, 12, fetchRequest('woken', 0n));
    const producer = await broker.connect();
    await producer.send(produce, 9, produceRequest('woken', batch('x')));
    const found = (await waiting).responses[0]?.partitions[0];
    expect(found?.highWatermark).toBe(1n);
    expect([...batches(found?.records ?? Buffer.alloc(0))]).toHaveLength(1);
  });

  // Apache Kafka 4.3.1: FetchRequestTest.testZStdCompressedTopic.
  it('hands zstd to clients of every version, whatever they can read', async () => {
    await broker.createTopic('packed', 1, { 'compression.type': 'zstd' });
    await client.send(produce, 9, produceRequest('packed', batch('x')));
    for (const version of [4, 9, 10]) {
      const found = (await client.send(fetch, version, fetchRequest('packed', 0n))).responses[0]?.partitions[0];
      expect([found?.errorCode, [...batches(found?.records ?? Buffer.alloc(0))].length]).toEqual([0, 1]);
    }
  });

  it('answers pipelined requests in their order, the long poll in front of the rest', async () => {
    await broker.createTopic('ordered');
    const order: string[] = [];
    const note = (name: string) => () => void order.push(name);
    const poll = client.send(fetch, 12, fetchRequest('ordered', 0n, { maxWaitMs: 200 })).then(note('poll'));
    const write = client.send(produce, 9, produceRequest('ordered', batch('x'))).then(note('produce'));
    const versions = client.send(apiVersions, 4, { clientSoftwareName: 'a', clientSoftwareVersion: '1' });
    await Promise.all([poll, write, versions.then(note('versions'))]);
    expect(order).toEqual(['poll', 'produce', 'versions']);
  });

  it('gives pipelined batches of one producer their offsets in order', async () => {
    await broker.createTopic('pipelined');
    const answers = await Promise.all(
      Array.from({ length: 200 }, (_, i) => client.send(produce, 9, produceRequest('pipelined', batch(`${i}`)))),
    );
    const offsets = answers.map(({ responses }) => Number(responses[0]?.partitionResponses[0]?.baseOffset));
    expect(offsets).toEqual(Array.from({ length: 200 }, (_, i) => i));
  });

  it('takes acks=0 without an answer', async () => {
    await broker.createTopic('quiet');
    for (let i = 0; i < 10; i++) await client.post(produce, 9, produceRequest('quiet', batch(`${i}`), 0, 0));
    const poll = await client.send(fetch, 12, fetchRequest('quiet', 9n));
    expect(poll.responses[0]?.partitions[0]?.highWatermark).toBe(10n);
  });

  it('hands out producer ids that nobody else gets', async () => {
    const others = await Promise.all([broker.connect(), broker.connect(), broker.connect()]);
    const ids = await Promise.all(
      others.flatMap((other) =>
        Array.from({ length: 500 }, () => other.send(initProducerId, 4, { transactionalId: null })),
      ),
    );
    expect(new Set(ids.map(({ producerId }) => producerId)).size).toBe(1500);
    expect(ids.every(({ errorCode, producerEpoch }) => errorCode === 0 && producerEpoch === 0)).toBe(true);
  });

  it('serves others while many clients do not read their answers', async () => {
    await broker.createTopic('slow');
    const value = Buffer.alloc(900_000, 'z');
    for (let i = 0; i < 8; i++) await client.send(produce, 9, produceRequest('slow', batch(value)));
    const request = fetchRequest('slow', 0n, { topics: [{ topic: 'slow', partitions: [at(0)] }] });
    const bytes = Buffer.concat(client.encode(fetch, 12, request));
    const size = Buffer.alloc(4);
    size.writeInt32BE(bytes.length);
    const before = process.memoryUsage().external;
    const slow = Array.from({ length: 40 }, () => connect(broker.port, '127.0.0.1').pause());
    for (const socket of slow) for (let i = 0; i < 50; i++) socket.write(Buffer.concat([size, bytes]));
    for (let i = 0; i < 20; i++) {
      const answer = await client.send(produce, 9, produceRequest('slow', batch('still served')));
      expect(answer.responses[0]?.partitionResponses[0]?.errorCode).toBe(0);
    }
    // 40 clients x 50 answers of 7 MB would be 14 GB; one answer per client may wait, within the budget.
    expect(process.memoryUsage().external - before).toBeLessThan(400 << 20);
    for (const socket of slow) socket.destroy();
  });
});

function at(partition: number) {
  return { partition, fetchOffset: 0n, partitionMaxBytes: 8 << 20 };
}
