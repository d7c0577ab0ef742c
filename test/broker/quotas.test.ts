import { Errors } from '../../src/protocol/errors.ts';
import { produce } from '../../src/protocol/messages/00-produce.ts';
import { fetch } from '../../src/protocol/messages/01-fetch.ts';
import { apiVersions } from '../../src/protocol/messages/18-api-versions.ts';
import { createTopics } from '../../src/protocol/messages/19-create-topics.ts';
import { deleteTopics } from '../../src/protocol/messages/20-delete-topics.ts';
import { createPartitions } from '../../src/protocol/messages/37-create-partitions.ts';
import { alterClientQuotas } from '../../src/protocol/messages/49-alter-client-quotas.ts';
import { singleBatch } from '../../src/protocol/records/index.ts';
import { ManualClock } from '../../src/util/clock.ts';
import { TestBroker } from './harness.ts';

describe('quotas of a running broker', () => {
  const clock = new ManualClock();
  let broker: TestBroker;
  beforeAll(async () => {
    broker = await TestBroker.start({ clock });
  });
  afterAll(() => broker.stop());

  async function limit(clientId: string, quotas: Readonly<Record<string, number>>): Promise<void> {
    const admin = await broker.connect('admin');
    const ops = Object.entries(quotas).map(([key, value]) => ({ key, value, remove: false }));
    const entity = [{ entityType: 'client-id', entityName: clientId }];
    const { entries } = await admin.send(alterClientQuotas, 1, { entries: [{ entity, ops }], validateOnly: false });
    expect(entries[0]?.errorMessage).toBeNull();
  }

  function records(byteCount: number): Buffer {
    return singleBatch([{ timestampMs: clock.now(), key: null, value: Buffer.alloc(byteCount) }]);
  }

  const write = (topic: string, byteCount: number) => ({
    acks: 1,
    timeoutMs: 1000,
    topicData: [{ name: topic, partitionData: [{ index: 0, records: records(byteCount) }] }],
  });

  const ask = { clientSoftwareName: 'a', clientSoftwareVersion: '1' };

  /** Whether an answer is there after everything that is under way has come to rest. */
  async function isAnswered(answer: Promise<unknown>, onOther: string): Promise<boolean> {
    let isThere = false;
    void answer.then(() => {
      isThere = true;
    });
    // A whole exchange on another connection takes longer than the answer would.
    const other = await broker.connect(onOther);
    await other.send(apiVersions, 4, ask);
    await other.send(apiVersions, 4, ask);
    return isThere;
  }

  // KIP-219: the answer goes out at once, and the connection is not read from until the delay is over.
  it('answer an overdone produce with its delay and take nothing from the connection before', async () => {
    await broker.createTopic('fast');
    await limit('hasty', { producer_byte_rate: 1000 });
    const client = await broker.connect('hasty');
    const { throttleTimeMs, responses } = await client.send(produce, 9, write('fast', 20_000));
    expect(responses[0]?.partitionResponses[0]?.errorCode).toBe(0);
    expect(throttleTimeMs).toBeGreaterThan(10_000);
    expect(throttleTimeMs).toBeLessThan(10_300);
    const next = client.send(apiVersions, 4, ask);
    expect(await isAnswered(next, 'patient')).toBe(false);
    await clock.advance(throttleTimeMs - 1);
    expect(await isAnswered(next, 'patient')).toBe(false);
    await clock.advance(1);
    expect((await next).errorCode).toBe(0);
    const patient = await broker.connect('patient');
    expect((await patient.send(produce, 9, write('fast', 20_000))).throttleTimeMs).toBe(0);
  });

  it('answer an overdone fetch with nothing, and with the records after the delay', async () => {
    await broker.createTopic('long');
    const producer = await broker.connect('producer');
    for (let i = 0; i < 3; i++) await producer.send(produce, 9, write('long', 6000));
    await limit('greedy', { consumer_byte_rate: 1000 });
    const client = await broker.connect('greedy');
    const read = (fetchOffset: bigint) =>
      client.send(fetch, 12, {
        maxWaitMs: 0,
        minBytes: 1,
        maxBytes: 1 << 20,
        topics: [{ topic: 'long', partitions: [{ partition: 0, fetchOffset, partitionMaxBytes: 1 << 20 }] }],
      });
    const first = await read(0n);
    // No more than all windows hold: one batch of three.
    expect(first.responses[0]?.partitions[0]?.records?.length).toBeLessThan(7000);
    const second = await read(1n);
    expect(second.responses).toEqual([]);
    expect(second.throttleTimeMs).toBeGreaterThan(2000);
    // The delay is what brings the rate of the past down; what comes next counts on its own.
    for (let delayMs = second.throttleTimeMs, rounds = 0; ; rounds++) {
      expect(rounds).toBeLessThan(10);
      await clock.advance(delayMs);
      const { throttleTimeMs, responses } = await read(1n);
      if (throttleTimeMs === 0) {
        expect(responses[0]?.partitions[0]?.records?.length).toBeGreaterThan(6000);
        break;
      }
      delayMs = throttleTimeMs;
    }
  });

  // KIP-599
  it('refuse changes of partitions to clients that know the error, and delay the others', async () => {
    await limit('builder', { controller_mutation_rate: 1 });
    const create = (name: string, numPartitions: number) => ({
      topics: [{ name, numPartitions, replicationFactor: 1 }],
    });
    const client = await broker.connect('builder');
    const first = await client.send(createTopics, 6, create('built', 14));
    expect([first.topics[0]?.errorCode, first.throttleTimeMs]).toEqual([0, 0]);
    const refused = await client.send(createTopics, 6, create('more', 1));
    expect(refused.topics[0]).toMatchObject({
      errorCode: Errors.THROTTLING_QUOTA_EXCEEDED,
      errorMessage: 'The throttling quota has been exceeded.',
    });
    expect(refused.throttleTimeMs).toBe(3000);
    const others = [
      (await broker.connect('builder')).send(deleteTopics, 6, { topics: [{ name: 'built' }] }),
      (await broker.connect('builder')).send(createPartitions, 3, {
        topics: [{ name: 'built', count: 20, assignments: null }],
      }),
    ] as const;
    expect((await others[0]).responses[0]?.errorCode).toBe(Errors.THROTTLING_QUOTA_EXCEEDED);
    expect((await others[1]).results[0]?.errorCode).toBe(Errors.THROTTLING_QUOTA_EXCEEDED);
    const old = await broker.connect('builder');
    const done = await old.send(createTopics, 5, create('old', 1));
    expect([done.topics[0]?.errorCode, done.throttleTimeMs]).toEqual([0, 4000]);
  });
});
