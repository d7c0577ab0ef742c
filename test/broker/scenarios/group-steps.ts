import { offsetCommit } from '../../../src/protocol/messages/08-offset-commit.ts';
import { offsetFetch } from '../../../src/protocol/messages/09-offset-fetch.ts';
import { findCoordinator } from '../../../src/protocol/messages/10-find-coordinator.ts';
import { joinGroup } from '../../../src/protocol/messages/11-join-group.ts';
import { heartbeat } from '../../../src/protocol/messages/12-heartbeat.ts';
import { leaveGroup } from '../../../src/protocol/messages/13-leave-group.ts';
import { syncGroup } from '../../../src/protocol/messages/14-sync-group.ts';
import { describeGroups } from '../../../src/protocol/messages/15-describe-groups.ts';
import { deleteGroups } from '../../../src/protocol/messages/42-delete-groups.ts';
import { offsetDelete } from '../../../src/protocol/messages/47-offset-delete.ts';
import { consumerGroupHeartbeat } from '../../../src/protocol/messages/68-consumer-group-heartbeat.ts';
import { consumerGroupDescribe } from '../../../src/protocol/messages/69-consumer-group-describe.ts';
import { type Uuid, Writer } from '../../../src/protocol/primitives.ts';
import { consumerProtocolSubscription } from '../../../src/protocol/records/clients.ts';
import { type Api, type ApiRequestInput } from '../../../src/protocol/schema.ts';
import { type Exchange } from './exchange.ts';

type Given<A extends Api> = Partial<ApiRequestInput<A>>;

/** ConsumerProtocolSubscription version 1. */
function subscriptionTo(topic: string): Buffer {
  const writer = new Writer();
  writer.int16(1);
  consumerProtocolSubscription.write(writer, { topics: [topic], ownedPartitions: [] }, 1);
  return writer.toBuffer();
}

const before = (one: string, other: string) => (one < other ? -1 : 1);

export const offsetOf = (partitionIndex: number, committedOffset: bigint, committedMetadata: string | null = '') => ({
  partitionIndex,
  committedOffset,
  committedMetadata,
});

/** Requests about one group, whose defaults are those of an ordinary member of topic `t`. */
export class GroupSteps {
  readonly groupId: string;
  readonly topic: string;
  private readonly x: Exchange;
  private readonly topicId: Uuid;

  constructor(x: Exchange, name: string, topicId: Uuid) {
    this.x = x;
    this.groupId = `${x.prefix}${name}`;
    this.topic = `${x.prefix}t`;
    this.topicId = topicId;
  }

  /** Waits until the broker is there for the group. */
  async ready(...groupIds: string[]): Promise<void> {
    for (const groupId of [this.groupId, ...groupIds]) {
      const coordinatorKeys = [groupId];
      await this.x.until(
        findCoordinator,
        4,
        { keyType: 0, coordinatorKeys },
        (one) => one.coordinators[0]?.errorCode === 0,
      );
      const isServed = (errorCode: number | undefined) => ![14, 15, 16].includes(errorCode ?? 0);
      await this.x.until(describeGroups, 5, { groups: [groupId] }, (one) => isServed(one.groups[0]?.errorCode));
    }
  }

  joining(given: Given<typeof joinGroup> = {}): ApiRequestInput<typeof joinGroup> {
    const protocols = [{ name: 'range', metadata: subscriptionTo(this.topic) }];
    const times = { sessionTimeoutMs: 30_000, rebalanceTimeoutMs: 30_000 };
    return { groupId: this.groupId, ...times, memberId: '', protocolType: 'consumer', protocols, ...given };
  }

  join(name: string, given: Given<typeof joinGroup> = {}, version = 9) {
    return this.x.step(`join: ${name}`, joinGroup, version, this.joining(given));
  }

  /** A member id, known from then on by a name. */
  async identify(name: string, given: Given<typeof joinGroup> = {}, version = 9) {
    const answer = await this.x.until(joinGroup, version, this.joining(given), () => true);
    this.x.alias(answer.memberId, name);
    return answer;
  }

  sync(name: string, given: Given<typeof syncGroup>, version = 5) {
    const protocol = { protocolType: 'consumer', protocolName: 'range' };
    const request = { groupId: this.groupId, generationId: 1, memberId: '', ...protocol, assignments: [], ...given };
    return this.x.step(`sync: ${name}`, syncGroup, version, request);
  }

  beat(
    name: string,
    memberId: string,
    generationId: number,
    groupInstanceId: string | null = null,
    groupId = this.groupId,
  ) {
    return this.x.step(`heartbeat: ${name}`, heartbeat, 4, { groupId, memberId, generationId, groupInstanceId });
  }

  describe(name: string, groupId = this.groupId, version = 6) {
    return this.x.step(`describe: ${name}`, describeGroups, version, { groups: [groupId] });
  }

  commit(name: string, given: Given<typeof offsetCommit> = {}, version = 9) {
    const topics = [{ name: this.topic, topicId: this.topicId, partitions: [offsetOf(0, 5n, 'note')] }];
    return this.x.step(`commit: ${name}`, offsetCommit, version, { groupId: this.groupId, topics, ...given });
  }

  fetch(name: string, given: object = {}, version = 9) {
    const topics = [{ name: this.topic, topicId: this.topicId, partitionIndexes: [0, 1] }];
    const groups = [{ groupId: this.groupId, topics, ...given }];
    return this.x.step(`fetch: ${name}`, offsetFetch, version, { groups });
  }

  leave(name: string, members: [memberId: string, groupInstanceId: string | null][], groupId = this.groupId) {
    const identities = members.map(([memberId, groupInstanceId]) => ({ memberId, groupInstanceId }));
    return this.x.step(`leave: ${name}`, leaveGroup, 5, { groupId, members: identities });
  }

  deleteOffsets(name: string, offsets: [topic: string, partitionIndex: number][], groupId = this.groupId) {
    const topics = offsets.map(([topic, partitionIndex]) => ({ name: topic, partitions: [{ partitionIndex }] }));
    return this.x.step(`delete offsets: ${name}`, offsetDelete, 0, { groupId, topics });
  }

  delete(name: string, ...groupsNames: string[]) {
    return this.x.step(`delete: ${name}`, deleteGroups, 2, { groupsNames }, ({ results }) =>
      [...results].sort((one, other) => before(one.groupId, other.groupId)),
    );
  }

  /** A heartbeat of KIP-848; the first one of member `m1` unless told otherwise. */
  consumerBeat(name: string, given: Given<typeof consumerGroupHeartbeat> = {}, version = 1) {
    const first = { rebalanceTimeoutMs: 30_000, subscribedTopicNames: [this.topic], topicPartitions: [] };
    const request = { groupId: this.groupId, memberId: 'm1', memberEpoch: 0, ...first, ...given };
    return this.x.step(`consumer heartbeat: ${name}`, consumerGroupHeartbeat, version, request);
  }

  describeConsumer(name: string, groupId = this.groupId) {
    return this.x.step(`describe consumer: ${name}`, consumerGroupDescribe, 1, { groupIds: [groupId] }, ({ groups }) =>
      groups.map(({ members, ...group }) => ({
        ...group,
        members: [...members].sort((one, other) =>
          before(one.clientId + one.memberId, other.clientId + other.memberId),
        ),
      })),
    );
  }
}
