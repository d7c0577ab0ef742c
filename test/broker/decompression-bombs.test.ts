import fs from 'node:fs';
import path from 'node:path';
import { Errors } from '../../src/protocol/errors.ts';
import { produce } from '../../src/protocol/messages/00-produce.ts';
import { offsetCommit } from '../../src/protocol/messages/08-offset-commit.ts';
import { offsetFetch } from '../../src/protocol/messages/09-offset-fetch.ts';
import { findCoordinator } from '../../src/protocol/messages/10-find-coordinator.ts';
import { initProducerId } from '../../src/protocol/messages/22-init-producer-id.ts';
import { batches, singleBatch } from '../../src/protocol/records/index.ts';
import { BOMBS, type Bomb, bombBatch } from '../unit/protocol/records/bombs.ts';
import { TestBroker } from './harness.ts';
import { type RawClient } from './raw-client.ts';

/** More than producers may make the broker unpack, less than loaders take. */
const PRODUCED_MB = 136;
/** More than anybody unpacks. */
const STORED_MB = 320;

function named(wanted: string): Bomb {
  return BOMBS.find(({ name }) => name === wanted) as Bomb;
}

/** Appends to the only segment of a partition what nobody would have let in. */
function smuggle(directory: string, bomb: Bomb): void {
  const segment = path.join(directory, `${'0'.repeat(20)}.log`);
  let baseOffset = 0n;
  for (const batch of batches(fs.readFileSync(segment))) baseOffset = batch.nextOffset;
  fs.appendFileSync(segment, bombBatch(bomb, STORED_MB, { baseOffset, partitionLeaderEpoch: 0 }));
}

describe('decompression bombs', () => {
  let broker: TestBroker;
  let client: RawClient;
  beforeAll(async () => {
    broker = await TestBroker.start({
      properties: { 'offsets.topic.num.partitions': '2', 'transaction.state.log.num.partitions': '2' },
    });
    client = await broker.connect();
    await broker.createTopic('plain');
    await broker.createTopic('repacked', 1, { 'compression.type': 'lz4' });
  });
  afterAll(() => broker.stop());

  async function produceTo(name: string, records: Buffer): Promise<number | undefined> {
    const answer = await client.send(produce, 9, {
      acks: -1,
      timeoutMs: 1000,
      topicData: [{ name, partitionData: [{ index: 0, records }] }],
    });
    return answer.responses[0]?.partitionResponses[0]?.errorCode;
  }

  // What does not say how large it is has to be unpacked up to the bound: one of each kind is enough.
  it.each([
    ['gzip', 'plain'],
    ['xerial snappy', 'repacked'],
    ['lz4', 'plain'],
    ['lz4 with a false size', 'repacked'],
    ['zstd with its size', 'plain'],
    ['zstd with a false size', 'repacked'],
  ])('a producer’s: %s for a topic that is %s', async (name, topic) => {
    expect(await produceTo(topic, bombBatch(named(name), PRODUCED_MB))).toBe(Errors.MESSAGE_TOO_LARGE);
    const honest = singleBatch([{ timestampMs: Date.now(), key: null, value: Buffer.from('v') }]);
    expect(await produceTo(topic, honest)).toBe(Errors.NONE);
  });

  async function commit(groupId: string): Promise<number | undefined> {
    const topics = [{ name: 'plain', partitions: [{ partitionIndex: 0, committedOffset: 7n }] }];
    const { topics: committed } = await client.send(offsetCommit, 8, { groupId, topics });
    return committed[0]?.partitions[0]?.errorCode;
  }

  async function coordinate(keyType: number, key: string): Promise<void> {
    for (;;) {
      const { coordinators } = await client.send(findCoordinator, 4, { keyType, coordinatorKeys: [key] });
      if (coordinators[0]?.errorCode === Errors.NONE) return;
    }
  }

  async function errorOnceLoaded(ask: () => Promise<number | undefined>): Promise<number | undefined> {
    for (;;) {
      const error = await ask();
      if (error !== Errors.COORDINATOR_LOAD_IN_PROGRESS) return error;
    }
  }

  async function initTransactions(transactionalId: string): Promise<number> {
    const { errorCode } = await client.send(initProducerId, 4, { transactionalId, transactionTimeoutMs: 10_000 });
    return errorCode;
  }

  async function fetchOffset(groupId: string): Promise<number | undefined> {
    const groups = [{ groupId, topics: [{ name: 'plain', partitionIndexes: [0] }] }];
    const { groups: answers } = await client.send(offsetFetch, 8, { groups });
    return answers[0]?.errorCode;
  }

  // A coordinator that cannot read its log would forget what is behind the place: it serves none of it.
  it('in the log of a coordinator: its partition is not served, the other one is', async () => {
    await coordinate(0, 'g');
    await coordinate(1, 't');
    const groups = ['a', 'b', 'c', 'd', 'e', 'f'];
    for (const group of groups) {
      expect(await errorOnceLoaded(() => commit(group))).toBe(Errors.NONE);
      expect(await errorOnceLoaded(() => initTransactions(group))).toBe(Errors.NONE);
    }
    await broker.restart();
    client = await broker.connect();
    for (const group of groups) {
      expect(await errorOnceLoaded(() => fetchOffset(group))).toBe(Errors.NONE);
      expect(await errorOnceLoaded(() => initTransactions(group))).toBe(Errors.NONE);
    }
    const bomb = named('zstd with its size');
    await broker.restartAfter(() => {
      smuggle(`${broker.logDir}/__consumer_offsets-0`, bomb);
      smuggle(`${broker.logDir}/__transaction_state-0`, bomb);
    });
    client = await broker.connect();
    const offsetErrors: (number | undefined)[] = [];
    const transactionErrors: (number | undefined)[] = [];
    for (const group of groups) {
      offsetErrors.push(await errorOnceLoaded(() => fetchOffset(group)));
      transactionErrors.push(await errorOnceLoaded(() => initTransactions(group)));
    }
    for (const errors of [offsetErrors, transactionErrors]) {
      expect(new Set(errors)).toEqual(new Set([Errors.NONE, Errors.NOT_COORDINATOR]));
    }
    expect(broker.logged.filter((line) => line.startsWith('ERROR'))).toEqual([
      expect.stringMatching(/^ERROR cannot load groups from __consumer_offsets-0: .*zstd block of more than/),
      expect.stringMatching(/^ERROR cannot load __transaction_state-0: .*zstd block of more than/),
    ]);
  });

  it('in the metadata log: the broker does not start, and says why', async () => {
    const bomb = named('lz4');
    await expect(broker.restartAfter(() => smuggle(`${broker.logDir}/__cluster_metadata-0`, bomb))).rejects.toThrow(
      /lz4 block of more than/,
    );
  });
});
