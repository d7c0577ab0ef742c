import { StateWorld, TOPIC_ID } from './share-world.ts';

const KEY = { groupId: 'g', topicId: TOPIC_ID, partition: 0 };
const WRITE = { stateEpoch: 3, leaderEpoch: 0, startOffset: 5n, deliveryCompleteCount: 1, stateBatches: [] };
const released = (firstOffset: bigint, lastOffset: bigint, deliveryCount = 1) => ({
  firstOffset,
  lastOffset,
  deliveryState: 0,
  deliveryCount,
});

async function withState(configs: Record<string, string> = {}): Promise<StateWorld> {
  const world = new StateWorld(configs);
  expect(await world.coordinator.initialize(KEY, { stateEpoch: 3, startOffset: 5n })).toEqual({ error: 'NONE' });
  return world;
}

// Errors and texts as recorded from Apache Kafka 4.3.1 (KIP-932).
describe('the share coordinator', () => {
  it('makes a state once, and anew only for a state epoch that is not older', async () => {
    const { coordinator } = await withState();
    expect(await coordinator.readSummary(KEY)).toEqual({
      error: 'NONE',
      stateEpoch: 3,
      leaderEpoch: 0,
      startOffset: 5n,
      deliveryCompleteCount: 0,
    });
    const older = await coordinator.initialize(KEY, { stateEpoch: 2, startOffset: 9n });
    expect(older).toEqual({ error: 'FENCED_STATE_EPOCH' });
    await coordinator.write(KEY, { ...WRITE, stateBatches: [released(6n, 7n)] });
    expect(await coordinator.initialize(KEY, { stateEpoch: 3, startOffset: 1n })).toEqual({ error: 'NONE' });
    expect((await coordinator.read(KEY, 0)).state).toMatchObject({ startOffset: 1n, stateBatches: [] });
  });

  it.each([
    [{ ...KEY, partition: -1 }, 'INVALID_REQUEST', 'The partition id cannot be a negative number.'],
    [{ ...KEY, partition: 7 }, 'UNKNOWN_TOPIC_OR_PARTITION', undefined],
    [{ ...KEY, topicId: 'A'.repeat(22) }, 'UNKNOWN_TOPIC_OR_PARTITION', undefined],
  ])('knows no partition %j', async (key, error, text) => {
    const { coordinator } = new StateWorld();
    const outcome = await coordinator.initialize(key, { stateEpoch: 1, startOffset: 0n });
    expect(outcome).toEqual(text === undefined ? { error } : { error, text });
  });

  it('reads and writes no state that was not made', async () => {
    const { coordinator } = new StateWorld();
    const text = (what: string) => `${what} operation on uninitialized share partition not allowed.`;
    expect(await coordinator.read(KEY, 0)).toEqual({ error: 'INVALID_REQUEST', text: text('Read'), state: null });
    expect(await coordinator.write(KEY, WRITE)).toEqual({ error: 'INVALID_REQUEST', text: text('Write') });
    expect(await coordinator.readSummary(KEY)).toMatchObject({ error: 'NONE', startOffset: -1n });
    expect(await coordinator.delete(KEY)).toEqual({ error: 'NONE' });
  });

  it('fences leaders and states that are older than what it saw', async () => {
    const { coordinator } = await withState();
    expect((await coordinator.read(KEY, 5)).error).toBe('NONE');
    expect((await coordinator.read(KEY, 4)).error).toBe('FENCED_LEADER_EPOCH');
    expect(await coordinator.write(KEY, { ...WRITE, leaderEpoch: 4 })).toEqual({ error: 'FENCED_LEADER_EPOCH' });
    const older = { ...WRITE, leaderEpoch: 5, stateEpoch: 2 };
    expect(await coordinator.write(KEY, older)).toEqual({ error: 'FENCED_STATE_EPOCH' });
    expect(await coordinator.write(KEY, { ...WRITE, leaderEpoch: -1, stateEpoch: -1 })).toEqual({ error: 'NONE' });
  });

  it('refuses batches that cross each other', async () => {
    const { coordinator } = await withState();
    const crossing = { ...WRITE, stateBatches: [released(5n, 8n), released(7n, 9n)] };
    expect((await coordinator.write(KEY, crossing)).error).toBe('INVALID_REQUEST');
  });

  it('knows after a restart what it knew before', async () => {
    const world = await withState();
    await world.coordinator.write(KEY, { ...WRITE, startOffset: 6n, stateBatches: [released(6n, 9n, 2)] });
    await world.coordinator.write(KEY, { ...WRITE, startOffset: -1n, stateBatches: [released(8n, 9n, 3)] });
    const before = (await world.coordinator.read(KEY, 7)).state;
    world.start();
    const { state } = await world.coordinator.read(KEY, 7);
    expect(state).toEqual(before);
    expect(state).toMatchObject({
      startOffset: 6n,
      leaderEpoch: 7,
      stateBatches: [released(6n, 7n, 2), released(8n, 9n, 3)],
    });
  });

  it('writes a snapshot after so many updates, and cuts off what came before it', async () => {
    const world = await withState({ 'share.coordinator.snapshot.update.records.per.snapshot': '2' });
    for (let i = 0n; i < 3n; i++)
      await world.coordinator.write(KEY, { ...WRITE, stateBatches: [released(10n + i, 10n + i)] });
    expect((await world.coordinator.read(KEY, 0)).state?.snapshotEpoch).toBe(1);
    await world.clock.advance(300_000);
    expect(world.cutCount).toBeGreaterThanOrEqual(3n);
    world.start();
    expect((await world.coordinator.read(KEY, 0)).state?.stateBatches).toEqual([released(10n, 12n)]);
  });

  it('writes a snapshot of a state nobody wrote for a while', async () => {
    const world = await withState();
    await world.clock.advance(600_000);
    await world.clock.advance(0);
    expect((await world.coordinator.read(KEY, 0)).state?.snapshotEpoch).toBeGreaterThanOrEqual(1);
  });

  it('forgets deleted states and those of deleted topics', async () => {
    const world = await withState();
    expect(await world.coordinator.delete(KEY)).toEqual({ error: 'NONE' });
    expect((await world.coordinator.read(KEY, 0)).error).toBe('INVALID_REQUEST');
    await world.coordinator.initialize(KEY, { stateEpoch: 1, startOffset: 0n });
    world.metadataChanged({
      topics: [{ name: 't', topicId: TOPIC_ID, kind: 'deleted' }],
      configs: [],
      brokersChanged: false,
    });
    await world.clock.advance(0);
    world.start();
    expect((await world.coordinator.read(KEY, 0)).error).toBe('INVALID_REQUEST');
  });

  it('knows nothing of a write that was not stored', async () => {
    const world = await withState();
    world.failAppends = 'NOT_ENOUGH_REPLICAS';
    const write = { ...WRITE, startOffset: 9n };
    expect(await world.coordinator.write(KEY, write)).toEqual({ error: 'COORDINATOR_NOT_AVAILABLE' });
    world.failAppends = null;
    expect((await world.coordinator.readSummary(KEY)).startOffset).toBe(5n);
  });

  it('answers NOT_COORDINATOR when another broker leads', async () => {
    const world = await withState();
    for (let partition = 0; partition < 5; partition++) {
      world.leadershipChanged({ topic: '__share_group_state', partition, isLeader: false });
    }
    expect((await world.coordinator.read(KEY, 0)).error).toBe('NOT_COORDINATOR');
  });
});
