import { type PartitionLog } from '../../../../src/broker/log/types.ts';
import { type ErrorName, KafkaError } from '../../../../src/protocol/errors.ts';
import { ZERO_UUID } from '../../../../src/protocol/primitives.ts';
import { topicIdOf } from './groups-world.ts';
import { ShareWorld } from './share-world.ts';

const alter = (world: ShareWorld, offsets: Record<number, bigint>, topic = 'b', groupId = 'g') =>
  world.coordinator.alterShareOffsets(groupId, [
    { topic, offsets: new Map(Object.entries(offsets).map(([partition, offset]) => [Number(partition), offset])) },
  ]);

async function refusal(call: Promise<unknown>): Promise<string> {
  try {
    await call;
    return 'nothing';
  } catch (error) {
    if (error instanceof KafkaError) return `${error.error}: ${error.message}`;
    throw error;
  }
}

/** "topic partition start lag error" */
async function described(world: ShareWorld, topics: { topic: string; partitions: number[] }[] | null, groupId = 'g') {
  const found = await world.coordinator.describeShareOffsets(groupId, topics);
  return found.flatMap(({ topic, partitions }) =>
    partitions.map((one) => `${topic} ${one.partition} ${one.startOffset} ${one.lag} ${one.error as ErrorName}`),
  );
}

// Answers as recorded from Apache Kafka 4.3.1 (KIP-932).
describe('offsets of share groups', () => {
  it('are set, which makes a group that nobody knew', async () => {
    const world = new ShareWorld();
    expect(await alter(world, { 0: 3n })).toEqual([
      { topic: 'b', topicId: topicIdOf('b'), partitions: [{ partition: 0, error: 'NONE' }] },
    ]);
    expect(await world.summary()).toBe('Empty 1');
    expect([...world.shareStates.values()]).toEqual([{ stateEpoch: 1, startOffset: 3n }]);
    await alter(world, { 0: 5n });
    expect([...world.shareStates.values()]).toEqual([{ stateEpoch: 2, startOffset: 5n }]);
    await world.restart();
    expect(await described(world, null)).toEqual(['b 0 5 -1 NONE']);
  });

  it('are told with the lag where the log is known', async () => {
    const world = new ShareWorld();
    world.topicLogs.set('b-0', { highWatermark: 10n } as PartitionLog);
    world.shareDoneCount = 2;
    await alter(world, { 0: 3n, 1: 4n });
    expect(await described(world, null)).toEqual(['b 0 3 5 NONE', 'b 1 4 -1 NONE']);
  });

  it('are -1 where nobody read, also for groups and topics nobody knows', async () => {
    const world = new ShareWorld();
    expect(await described(world, null)).toEqual([]);
    expect(await described(world, null, '')).toEqual([]);
    expect(await described(world, [{ topic: 'b', partitions: [1] }])).toEqual(['b 1 -1 -1 NONE']);
    expect(await described(world, [{ topic: 'nope', partitions: [0] }])).toEqual(['nope 0 -1 -1 NONE']);
  });

  it('of partitions that do not exist are refused one by one', async () => {
    const world = new ShareWorld();
    expect((await alter(world, { 0: 1n, 9: 1n }))[0]?.partitions).toEqual([
      { partition: 0, error: 'NONE' },
      { partition: 9, error: 'UNKNOWN_TOPIC_OR_PARTITION' },
    ]);
    expect(await alter(world, { 0: 1n }, 'nope')).toEqual([
      { topic: 'nope', topicId: ZERO_UUID, partitions: [{ partition: 0, error: 'UNKNOWN_TOPIC_OR_PARTITION' }] },
    ]);
  });

  it('are deleted with the topic, which the group starts anew then', async () => {
    const world = new ShareWorld();
    await alter(world, { 0: 3n });
    const gone = { topic: 'nope', topicId: ZERO_UUID, error: 'UNKNOWN_TOPIC_OR_PARTITION', text: null };
    const forget = () => world.coordinator.deleteShareOffsets('g', ['b', 'nope']);
    expect(await forget()).toEqual([{ topic: 'b', topicId: topicIdOf('b'), error: 'NONE', text: null }, gone]);
    expect(world.shareStates.size).toBe(0);
    const text = 'There is no offset information to delete.';
    expect((await forget())[0]).toEqual({ ...gone, topic: 'b', text });
  });

  it('are left alone while the group has members', async () => {
    const world = new ShareWorld();
    await world.enter('m', 'b');
    const refused = 'NON_EMPTY_GROUP: The group is not empty.';
    expect(await refusal(alter(world, { 0: 1n }))).toBe(refused);
    expect(await refusal(world.coordinator.deleteShareOffsets('g', ['b']))).toBe(refused);
  });

  it('are refused without a group, and for groups of another kind', async () => {
    const world = new ShareWorld();
    expect(await refusal(alter(world, { 0: 1n }, 'b', ''))).toBe('INVALID_GROUP_ID: The group id is invalid.');
    expect(await refusal(world.coordinator.deleteShareOffsets('', []))).toMatch(/^INVALID_GROUP_ID/);
    expect(await refusal(world.coordinator.deleteShareOffsets('g', ['b']))).toBe(
      'GROUP_ID_NOT_FOUND: Group g not found.',
    );
    await world.commit('c', 1n);
    expect(await refusal(alter(world, { 0: 1n }, 'b', 'c'))).toBe('GROUP_ID_NOT_FOUND: Group c is not a share group.');
  });

  it('keep what they were when the state could not be made', async () => {
    const world = new ShareWorld();
    world.failPersister = 'COORDINATOR_NOT_AVAILABLE';
    expect((await alter(world, { 0: 1n }))[0]?.partitions).toEqual([
      { partition: 0, error: 'COORDINATOR_NOT_AVAILABLE' },
    ]);
    expect(await described(world, null)).toEqual([]);
  });
});
