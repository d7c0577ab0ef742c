import { produce } from '../../../src/protocol/messages/00-produce.ts';
import { fetch } from '../../../src/protocol/messages/01-fetch.ts';
import { deleteTopics } from '../../../src/protocol/messages/20-delete-topics.ts';
import { deleteRecords } from '../../../src/protocol/messages/21-delete-records.ts';
import { type ApiRequestInput } from '../../../src/protocol/schema.ts';
import { batchOf } from './batches.ts';
import { type Exchange } from './exchange.ts';

type FetchInput = ApiRequestInput<typeof fetch>;
type TopicInput = NonNullable<FetchInput['topics']>[number];

const LIMITS = { maxWaitMs: 100, minBytes: 1, maxBytes: 1 << 20 };
const UNKNOWN_ID = 'MkU3OEVBNTcwNTJENDM2Qg';

export async function fetchScenario(x: Exchange): Promise<void> {
  const id = await x.createTopic('f', 3);
  const emptyId = await x.createTopic('empty');
  const send = (index: number, values: string[], topic = 'f') =>
    x.step('filling', produce, 9, {
      acks: -1,
      timeoutMs: 5000,
      topicData: [{ name: x.prefix + topic, partitionData: [{ index, records: batchOf(values) }] }],
    });
  await send(0, ['a', 'b', 'c']);
  await send(0, ['d']);
  await send(0, ['e'.repeat(500)]);
  await send(1, ['one']);

  type PartitionInput = NonNullable<TopicInput['partitions']>[number];
  const at = (partition: number, fetchOffset: bigint, more: Partial<PartitionInput> = {}) => ({
    partition,
    fetchOffset,
    partitionMaxBytes: 1 << 20,
    ...more,
  });
  const named = (...partitions: PartitionInput[]) => [{ topic: `${x.prefix}f`, partitions }];
  const byId = (...partitions: PartitionInput[]) => [{ topicId: id, partitions }];
  const get = (name: string, version: number, request: FetchInput) =>
    x.step(name, fetch, version, { ...LIMITS, ...request });

  for (let version = 4; version <= 12; version++) await get('from the start', version, { topics: named(at(0, 0n)) });
  for (let version = 13; version <= 18; version++) await get('from the start', version, { topics: byId(at(0, 0n)) });
  await get('from within a batch', 11, { topics: named(at(0, 1n)) });
  await get('from the second batch', 11, { topics: named(at(0, 3n)) });
  await get('at the end', 11, { topics: named(at(0, 5n)) });
  await get('beyond the end', 11, { topics: named(at(0, 6n)) });
  await get('a negative offset', 11, { topics: named(at(0, -1n)) });
  await get('an empty partition', 17, { topics: [{ topicId: emptyId, partitions: [at(0, 0n)] }] });
  await get('read committed', 17, { isolationLevel: 1, topics: byId(at(0, 0n), at(1, 1n), at(2, 0n)) });
  await get('an unknown isolation level', 17, { isolationLevel: 7, topics: byId(at(1, 0n)) });
  await get('a partition that is not there', 11, { topics: named(at(9, 0n)) });
  await get('a partition that is not there', 17, { topics: byId(at(9, 0n)) });
  await get('a topic that is not there', 11, { topics: [{ topic: `${x.prefix}absent`, partitions: [at(0, 0n)] }] });
  await get('an id that is not there', 13, { topics: [{ topicId: UNKNOWN_ID, partitions: [at(0, 0n)] }] });
  await get('an unknown topic beside a known one', 11, {
    topics: [{ topic: `${x.prefix}absent`, partitions: [at(0, 0n)] }, ...named(at(1, 0n))],
  });
  await get('nothing', 11, { topics: [] });
  await get('a topic without partitions', 11, { topics: named() });
  await get('current leader epoch', 12, { topics: named(at(1, 0n, { currentLeaderEpoch: 0 })) });
  await get('a newer leader epoch', 12, { topics: named(at(1, 0n, { currentLeaderEpoch: 5 })) });
  await get('a newer leader epoch', 16, { topics: byId(at(1, 0n, { currentLeaderEpoch: 5 })) });
  await get('last fetched epoch', 17, { topics: byId(at(1, 0n, { lastFetchedEpoch: 0 })) });

  await get('partition limit of one byte', 11, { topics: named(at(0, 0n, { partitionMaxBytes: 1 })) });
  await get('no byte for the partition', 11, { topics: named(at(0, 0n, { partitionMaxBytes: 0 })) });
  await get('limit between two batches', 11, { topics: named(at(0, 0n, { partitionMaxBytes: 120 })) });
  await get('limit within the last batch', 11, { topics: named(at(0, 0n, { partitionMaxBytes: 300 })) });
  await get('total limit of one byte', 11, { maxBytes: 1, topics: named(at(2, 0n), at(1, 0n), at(0, 0n)) });
  await get('total limit', 11, { maxBytes: 200, topics: named(at(0, 0n), at(1, 0n)) });
  await get('negative limits', 11, { maxBytes: -1, topics: named(at(0, 0n, { partitionMaxBytes: -1 }), at(1, 0n)) });
  await get('as a consumer in debug mode', 11, { replicaId: -2, topics: named(at(1, 0n)) });
  await get('a rack', 11, { rackId: 'r1', topics: named(at(1, 0n)) });

  await sessions(x, id, send);
  await x.step('moving the start', deleteRecords, 2, {
    timeoutMs: 5000,
    topics: [{ name: `${x.prefix}f`, partitions: [{ partitionIndex: 0, offset: 1n }] }],
  });
  await get('below the start', 11, { topics: named(at(0, 0n)) });
  await get('the start within a batch', 11, { topics: named(at(0, 1n, { partitionMaxBytes: 1 })) });
  await x.step('deleting', deleteTopics, 6, { topics: [{ name: `${x.prefix}empty` }], timeoutMs: 5000 });
  const isGone = { topics: [{ topicId: emptyId, partitions: [at(0, 0n)] }] };
  await x.until(fetch, 17, { ...LIMITS, ...isGone }, ({ responses }) => responses[0]?.partitions[0]?.errorCode !== 0);
  await get('a deleted topic', 17, isGone);
}

async function sessions(x: Exchange, topicId: string, send: (index: number, values: string[]) => Promise<unknown>) {
  const ask = async (
    name: string,
    sessionId: number,
    sessionEpoch: number,
    offsets: Record<number, bigint>,
    more: FetchInput = {},
  ) => {
    const partitions = Object.entries(offsets).map(([partition, fetchOffset]) => ({
      partition: Number(partition),
      fetchOffset,
      partitionMaxBytes: 1 << 20,
    }));
    const topics = partitions.length > 0 ? [{ topicId, partitions }] : [];
    const request = { ...LIMITS, sessionId, sessionEpoch, topics, ...more };
    return x.step(`session: ${name}`, fetch, 17, request, (response) => {
      if (response.sessionId !== 0) x.alias(response.sessionId, 'session');
      return response;
    });
  };
  const { sessionId } = await ask('opened', 0, 0, { 0: 5n, 1: 0n, 2: 0n });
  await ask('nothing new', sessionId, 1, {}, { minBytes: 1 });
  await ask('one moved on', sessionId, 2, { 1: 1n });
  await send(2, ['new']);
  await ask('one has news', sessionId, 3, {});
  await ask('the same again, not moved on', sessionId, 4, {});
  await ask('moved on', sessionId, 5, { 2: 1n });
  await ask('one forgotten', sessionId, 6, {}, { forgottenTopicsData: [{ topicId, partitions: [2] }] });
  await send(2, ['unseen']);
  await ask('no news of the forgotten', sessionId, 7, {});
  await ask('it comes back', sessionId, 8, { 2: 1n });
  await ask('a partition that is not there', sessionId, 9, { 8: 0n, 2: 2n });
  await ask('and again', sessionId, 10, {});
  await ask('an epoch from the past', sessionId, 3, {});
  await ask('an epoch from the future', sessionId, 99, {});
  await ask('an unknown session', 1 + (sessionId % 1000), 1, {});
  await x.step('session: by name', fetch, 12, { ...LIMITS, sessionId, sessionEpoch: 11, topics: [] });
  await ask('closed with a full fetch', sessionId, -1, { 1: 0n });
  await ask('used after that', sessionId, 11, {});
  await ask('no session', 0, -1, { 1: 0n });
  await ask('an epoch without a session', 0, 5, { 1: 0n });
}
