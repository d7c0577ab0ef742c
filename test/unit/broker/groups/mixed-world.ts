import { type JoinRequest, type JoinResult } from '../../../../src/broker/groups/index.ts';
import { readAssignment, writeAssignment } from '../../../../src/broker/groups/subscription.ts';
import { Writer } from '../../../../src/protocol/primitives.ts';
import { consumerProtocolSubscription } from '../../../../src/protocol/records/clients.ts';
import { ConsumerWorld } from './consumer-world.ts';

/** `['a0', 'b1']` as topics with partitions. */
export function partitionsOf(names: readonly string[]) {
  const byTopic = new Map<string, number[]>();
  for (const name of names) {
    const topic = name.slice(0, -1);
    byTopic.set(topic, [...(byTopic.get(topic) ?? []), Number(name.slice(-1))]);
  }
  return [...byTopic].map(([topic, partitions]) => ({ topic, partitions }));
}

/** A classic member's subscription (version 1) to topic `a`, with what it owns. */
export function owning(...names: string[]): Buffer {
  const writer = new Writer();
  writer.int16(1);
  const ownedPartitions = partitionsOf(names);
  consumerProtocolSubscription.write(writer, { topics: ['a'], ownedPartitions }, 1);
  return writer.toBuffer();
}

/** Members of both protocols in group `g`. */
export class MixedWorld extends ConsumerWorld {
  /** A JoinGroup, answered at once where the group is a KIP-848 one. */
  joinClassic(memberId: string, owned: readonly string[], request: Partial<JoinRequest> = {}): Promise<JoinResult> {
    const protocols = [{ name: 'range', metadata: owning(...owned) }];
    return this.joinNow('g', { memberId, protocols, ...request });
  }

  /** The error, or what it was assigned. */
  async syncClassic(
    member: Pick<JoinResult, 'memberId' | 'generationId'>,
    protocolName: string | null = null,
    assigned: readonly string[] = [],
  ) {
    const { memberId, generationId } = member;
    const result = await this.coordinator.sync({
      groupId: 'g',
      memberId,
      generationId,
      groupInstanceId: null,
      protocolType: null,
      protocolName,
      assignments: new Map(assigned.length === 0 ? [] : [[memberId, writeAssignment(1, partitionsOf(assigned))]]),
    });
    if (result.error !== 'NONE') return result.error;
    const { partitions } = readAssignment(result.assignment);
    return partitions.flatMap(({ topic, partitions: of }) => of.map((partition) => `${topic}${partition}`)).sort();
  }

  /** A Stable classic group of one member that leads, with what its leader gave it. */
  async classicGroup(assigned: readonly string[], request: Partial<JoinRequest> = {}): Promise<JoinResult> {
    const member = await this.joinClassic('', [], request);
    await this.coordinator.sync({
      groupId: 'g',
      memberId: member.memberId,
      generationId: member.generationId,
      groupInstanceId: request.groupInstanceId ?? null,
      protocolType: null,
      protocolName: null,
      assignments: new Map([[member.memberId, writeAssignment(1, partitionsOf(assigned))]]),
    });
    return member;
  }

  get listed() {
    return this.coordinator.list({ states: [], types: [] }).groups.map(({ type, state }) => `${type} ${state}`);
  }

  /** Past the time that assignments keep between them. */
  nextAssignment(): Promise<void> {
    return this.clock.advance(1000);
  }
}
