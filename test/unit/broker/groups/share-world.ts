import { type ShareHeartbeatRequest, type ShareHeartbeatResult } from '../../../../src/broker/groups/index.ts';
import { KafkaError } from '../../../../src/protocol/errors.ts';
import { GroupsWorld } from './groups-world.ts';

/** Members of share group `g` over logs in memory. Topic `a` has three partitions, `b` two. */
export class ShareWorld extends GroupsWorld {
  constructor(configs: Record<string, string> = {}) {
    super(configs);
    this.setTopic('a', 3);
    this.setTopic('b', 2);
  }

  heartbeatOf(memberId: string, request: Partial<ShareHeartbeatRequest>): Promise<ShareHeartbeatResult> {
    return this.coordinator.shareHeartbeat({
      groupId: 'g',
      memberId,
      memberEpoch: 0,
      rackId: null,
      clientId: 'client',
      clientHost: '/127.0.0.1',
      subscribedTopicNames: null,
      ...request,
    });
  }

  /** Joins with epoch 0, subscribed to topic `a` unless told otherwise; "epoch [partitions]". */
  async enter(memberId: string, ...topics: string[]): Promise<string> {
    return short(await this.heartbeatOf(memberId, { subscribedTopicNames: topics.length === 0 ? ['a'] : topics }));
  }

  async beat(memberId: string, memberEpoch: number, request: Partial<ShareHeartbeatRequest> = {}): Promise<string> {
    const answer = short(await this.heartbeatOf(memberId, { memberEpoch, ...request }));
    await this.settle();
    return answer;
  }

  /** A heartbeat with the epoch the member has, after the pause between two assignments. */
  async laterBeat(memberId: string): Promise<string> {
    await this.clock.advance(1000);
    await this.settle();
    const { members } = await this.described();
    return this.beat(memberId, members.find((one) => one.memberId === memberId)?.memberEpoch ?? -9);
  }

  /** "ERROR_NAME: text" of a heartbeat that is refused. */
  async refusal(memberId: string, request: Partial<ShareHeartbeatRequest>): Promise<string> {
    try {
      return short(await this.heartbeatOf(memberId, request));
    } catch (error) {
      if (error instanceof KafkaError) return `${error.error}: ${error.message}`;
      throw error;
    }
  }

  async described() {
    const [group] = await this.coordinator.describeShareGroups(['g']);
    return group as NonNullable<typeof group>;
  }

  /** State, group epoch, and per member: epoch and what it has. */
  async summary(): Promise<string> {
    const { state, groupEpoch, members } = await this.described();
    const each = members.map((one) => `${one.memberId}@${one.memberEpoch}[${names(one.assignment)}]`);
    return [state, groupEpoch, ...each].join(' ');
  }
}

/** `topic id first letter + partition`, sorted. */
function names(topics: NonNullable<ShareHeartbeatResult['assignment']>): string {
  const all = topics.flatMap(({ topicId, partitions }) => partitions.map((one) => `${topicId[0]}${one}`));
  return all.sort().join(' ');
}

function short({ memberEpoch, assignment }: ShareHeartbeatResult): string {
  return assignment === null ? `${memberEpoch}` : `${memberEpoch} [${names(assignment)}]`;
}
