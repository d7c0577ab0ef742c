import { topicIdOf } from './groups-world.ts';
import { MixedWorld, partitionsOf } from './mixed-world.ts';

/** Numbers below `end`, the same ones for the same seed. */
function randomness(seed: number): (end: number) => number {
  let state = seed * 2654435761;
  return (end) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * end);
  };
}

/** Members of both protocols that do anything they may, and some things they may not. */
class RandomMembers {
  readonly world = new MixedWorld({ 'group.consumer.assignment.interval.ms': '0' });
  private readonly random: (end: number) => number;
  private readonly epochs = new Map<string, { epoch: number; owned: string[] }>();
  private readonly classics = new Map<number, { memberId: string; generationId: number; owned: string[] }>();

  constructor(seed: number) {
    this.random = randomness(seed);
  }

  async act(): Promise<void> {
    const one = this.random(3);
    switch (this.random(16)) {
      case 0:
      case 1:
      case 2:
        return this.beat(`m${one}`);
      case 3:
        return this.leave(`m${one}`);
      case 4:
      case 5:
      case 6:
        return this.classicJoin(one);
      case 7:
        return this.classicLeave(one);
      case 8:
        return this.commit();
      case 9:
        await this.world.coordinator.deleteOffsets('g', [{ topic: 't', partition: this.random(2) }]);
        return undefined;
      case 10:
        if (this.random(3) > 0) return this.classicJoin(one);
        await this.world.coordinator.deleteGroups(['g']);
        return undefined;
      case 11:
        return this.world.clock.advance(50_000);
      case 12:
        return this.world.clock.advance(500);
      default:
        return this.random(2) === 0 ? this.beat(`m${one}`) : this.classicJoin(one);
    }
  }

  private async beat(memberId: string): Promise<void> {
    const known = this.epochs.get(memberId) ?? { epoch: 0, owned: [] };
    const subscribedTopicNames = this.random(4) === 0 ? ['a', 'b'] : ['a'];
    const topicPartitions = partitionsOf(known.owned).map(({ topic, partitions }) => ({
      topicId: topicIdOf(topic),
      partitions,
    }));
    const request = { memberEpoch: known.epoch, rebalanceTimeoutMs: 10_000, subscribedTopicNames, topicPartitions };
    const regex = this.random(5) === 0 ? { subscribedTopicRegex: 'b|t' } : {};
    const answer = await this.world.heartbeatOf(memberId, { ...request, ...regex }).catch(() => null);
    if (answer === null) this.epochs.delete(memberId);
    else {
      const owned = (answer.assignment ?? []).flatMap(({ topicId, partitions }) =>
        partitions.map((partition) => `${topicId[0]}${partition}`),
      );
      this.epochs.set(memberId, { epoch: answer.memberEpoch, owned });
    }
  }

  private async leave(memberId: string): Promise<void> {
    await this.world.heartbeatOf(memberId, { memberEpoch: -1 }).catch(() => null);
    this.epochs.delete(memberId);
  }

  private async classicJoin(one: number): Promise<void> {
    const { world } = this;
    const known = this.classics.get(one) ?? { memberId: '', owned: [] };
    const times = { rebalanceTimeoutMs: 5000, sessionTimeoutMs: 40_000 };
    let isAnswered = false;
    const joining = world.joinClassic(known.memberId, known.owned, times).finally(() => {
      isAnswered = true;
    });
    for (let i = 0; i < 3; i++) await world.settle();
    // A rebalance of a classic group goes on without those who do not join.
    if (!isAnswered) await world.clock.advance(5000);
    const { error, memberId, generationId } = await joining;
    if (error !== 'NONE') {
      this.classics.delete(one);
      return;
    }
    const owned = await world.syncClassic({ memberId, generationId }, null, ['a0', `a${1 + one}`]);
    this.classics.set(one, { memberId, generationId, owned: typeof owned === 'string' ? [] : owned });
  }

  private async classicLeave(one: number): Promise<void> {
    await this.world.leave('g', this.classics.get(one)?.memberId ?? 'nobody');
    this.classics.delete(one);
  }

  private async commit(): Promise<void> {
    const [memberId = '', { epoch } = { epoch: -1 }] = [...this.epochs][0] ?? [];
    const offsets = [this.random(2)].map((partition) => {
      return { topic: 't', topicId: topicIdOf('t'), partition, offset: 7n, leaderEpoch: -1, metadata: '' };
    });
    await this.world.commit('g', 0n, { memberId, generationId: epoch, offsets });
  }

  /** Everything that can be told of the group. */
  async told(): Promise<unknown> {
    const { coordinator } = this.world;
    const [classic] = await coordinator.describe(['g']);
    const [consumer] = await coordinator.describeConsumerGroups(['g']);
    const offsets = [await this.world.offset('g', 't', 0), await this.world.offset('g', 't', 1)];
    return { listed: this.world.listed, classic: inOrder(classic), consumer: inOrder(consumer), offsets };
  }
}

/** The order of members is that of their records, which compaction changes. */
function inOrder<G extends { readonly members: readonly { readonly memberId: string }[] }>(group: G | undefined) {
  const members = [...(group?.members ?? [])].sort((one, other) => (one.memberId < other.memberId ? -1 : 1));
  const sorted = members.map((member) =>
    JSON.stringify(member, (_, value) => (Array.isArray(value) ? [...value].sort() : value)),
  );
  return { ...group, members: sorted };
}

describe('groups loaded from a compacted __consumer_offsets', () => {
  it.each(Array.from({ length: 12 }, (_, seed) => seed))('are those of the whole log, history %i', async (seed) => {
    const members = new RandomMembers(seed);
    const { world } = members;
    for (let step = 0; step < 60; step++) {
      await members.act();
      if (step % 6 !== 5) continue;
      await world.restart();
      const before = await members.told();
      world.logOf('g').compact(step % 12 === 5);
      await world.restart();
      expect(await members.told()).toEqual(before);
    }
  });
});
