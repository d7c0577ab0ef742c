import { type ConsumerHeartbeatRequest, type ConsumerHeartbeatResult } from '../../../../src/broker/groups/index.ts';
import { KafkaError } from '../../../../src/protocol/errors.ts';
import { GroupsWorld } from './groups-world.ts';

export interface Beat {
  readonly epoch: number;
  /** `topic id first letter + partition`, sorted; null when the answer says nothing of it. */
  readonly assigned: string[] | null;
}

/** Members of KIP-848 groups over logs in memory. Topic `a` has three partitions, `b` two. */
export class ConsumerWorld extends GroupsWorld {
  constructor(configs: Record<string, string> = {}) {
    super(configs);
    this.setTopic('a', 3);
    this.setTopic('b', 2);
  }

  heartbeatOf(memberId: string, request: Partial<ConsumerHeartbeatRequest>): Promise<ConsumerHeartbeatResult> {
    return this.coordinator.consumerHeartbeat({
      groupId: 'g',
      memberId,
      memberEpoch: 0,
      instanceId: null,
      rackId: null,
      clientId: 'client',
      clientHost: '/127.0.0.1',
      rebalanceTimeoutMs: -1,
      subscribedTopicNames: null,
      subscribedTopicRegex: null,
      serverAssignor: null,
      topicPartitions: null,
      makesMemberIds: false,
      maySee: () => true,
      ...request,
    });
  }

  /** Joins with epoch 0, subscribed to topic `a` unless told otherwise. */
  async enter(memberId: string, request: Partial<ConsumerHeartbeatRequest> = {}): Promise<Beat> {
    const first = { rebalanceTimeoutMs: 10_000, subscribedTopicNames: ['a'], topicPartitions: [] };
    return short(await this.heartbeatOf(memberId, { ...first, ...request }));
  }

  async beat(memberId: string, memberEpoch: number, request: Partial<ConsumerHeartbeatRequest> = {}): Promise<Beat> {
    return short(await this.heartbeatOf(memberId, { memberEpoch, ...request }));
  }

  /** "ERROR_NAME: text" of a heartbeat that is refused. */
  async refusal(memberId: string, request: Partial<ConsumerHeartbeatRequest>): Promise<string> {
    try {
      const { memberEpoch } = await this.heartbeatOf(memberId, request);
      return `epoch ${memberEpoch}`;
    } catch (error) {
      if (error instanceof KafkaError) return `${error.error}: ${error.message}`;
      throw error;
    }
  }

  async described() {
    const [group] = await this.coordinator.describeConsumerGroups(['g']);
    return group as NonNullable<typeof group>;
  }

  /** State, group epoch, and per member: epoch and what it has. */
  async summary(): Promise<string> {
    const { state, groupEpoch, members } = await this.described();
    const each = members.map((one) => `${one.memberId}@${one.memberEpoch}[${names(one.assignment).join(' ')}]`);
    return [state, groupEpoch, ...each].join(' ');
  }
}

type Topics = NonNullable<ConsumerHeartbeatResult['assignment']>;

function names(topics: Topics): string[] {
  return topics.flatMap(({ topicId, partitions }) => partitions.map((one) => `${topicId[0]}${one}`)).sort();
}

function short({ memberEpoch, assignment }: ConsumerHeartbeatResult): Beat {
  return { epoch: memberEpoch, assigned: assignment === null ? null : names(assignment) };
}
