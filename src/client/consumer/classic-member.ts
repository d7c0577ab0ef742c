/**
 * Membership in a classic group over our own codecs: joins, assigns for the others when it leads, keeps itself alive by heartbeats.
 * Static members (KIP-345) and incremental rebalances (KIP-429) included. Protocol guide: group membership API; source: Java's
 * AbstractCoordinator and ConsumerCoordinator.
 */
import { ERRORS, type ErrorName, Errors, errorName, KafkaError } from '../../protocol/errors.ts';
import { joinGroup } from '../../protocol/messages/11-join-group.ts';
import { heartbeat } from '../../protocol/messages/12-heartbeat.ts';
import { leaveGroup } from '../../protocol/messages/13-leave-group.ts';
import { syncGroup } from '../../protocol/messages/14-sync-group.ts';
import { type ApiResponse } from '../../protocol/schema.ts';
import { type Cluster } from '../cluster.ts';
import { ClosedError, isRetriable, needsMetadata } from '../errors.ts';
import { type TopicPartition } from './assigned-partition.ts';
import { type Assignor, type GroupSubscription } from './assignors/assignor.ts';
import {
  decodeAssignment,
  decodeSubscription,
  encodeAssignment,
  encodeSubscription,
  without,
} from './consumer-protocol.ts';
import { type GroupMember, type MemberEvents, type MemberIdentity, NO_MEMBER } from './group-member.ts';
import { WakeUp } from './wake-up.ts';

export interface ClassicMemberOptions {
  readonly cluster: Cluster;
  readonly groupId: string;
  readonly groupInstanceId: string | null;
  readonly sessionTimeoutMs: number;
  /** Java's max.poll.interval.ms. */
  readonly rebalanceTimeoutMs: number;
  readonly heartbeatIntervalMs: number;
  /** '': none. */
  readonly rack: string;
  /** In order of preference. */
  readonly assignors: readonly Assignor[];
  readonly events: MemberEvents;
}

type JoinAnswer = ApiResponse<typeof joinGroup>;

/** A broker answers one connection in order: a join waits for all members, and nothing else may wait behind it. */
const LANE = 'coordinator';
/** Over the rebalance timeout, for the way there and back. Source: AbstractCoordinator.JOIN_GROUP_TIMEOUT_LAPSE. */
const JOIN_LAPSE_MS = 5000;
const LEAVE_TIMEOUT_MS = 5000;
const PROTOCOL_TYPE = 'consumer';

const COORDINATOR_MOVED = new Set<ErrorName>(['NOT_COORDINATOR', 'COORDINATOR_NOT_AVAILABLE']);
/** The group goes on without us: what was owned is lost. */
const FORGOTTEN = new Set<ErrorName>(['UNKNOWN_MEMBER_ID', 'ILLEGAL_GENERATION']);

export class ClassicMember implements GroupMember {
  private readonly options: ClassicMemberOptions;
  /** Everything owned is given up before each join, unless all assignors can do without. */
  private readonly isCooperative: boolean;
  private readonly due: WakeUp;
  private memberId = '';
  private generation = NO_MEMBER.generationOrEpoch;
  private coordinator: number | null = null;
  private topics: readonly string[] = [];
  private owned: readonly TopicPartition[] = [];
  private mustJoin = true;
  /** Of the leader: how many partitions the group's topics had when they were assigned. */
  private assignedCounts: ReadonlyMap<string, number> | null = null;
  private running: Promise<void> | null = null;
  private isClosed = false;

  constructor(options: ClassicMemberOptions) {
    this.options = options;
    this.isCooperative = options.assignors.every((one) => one.isCooperative);
    this.due = new WakeUp(options.cluster.clock);
  }

  get identity(): MemberIdentity {
    const { groupInstanceId } = this.options;
    if (this.generation === NO_MEMBER.generationOrEpoch) return { ...NO_MEMBER, groupInstanceId };
    return { protocol: 'classic', memberId: this.memberId, generationOrEpoch: this.generation, groupInstanceId };
  }

  subscribe(topics: readonly string[]): void {
    this.topics = topics;
    this.mustJoin = true;
    if (this.running === null) this.running = this.run();
    else this.due.raise();
  }

  async close(): Promise<void> {
    this.isClosed = true;
    this.due.raise();
    const { cluster, groupId, groupInstanceId } = this.options;
    // A static member comes back: its partitions wait for it.
    if (this.coordinator === null || this.memberId === '' || groupInstanceId !== null) return;
    const { memberId } = this;
    const reason = 'the consumer is being closed';
    const request = (version: number) =>
      version < 3 ? { groupId, memberId } : { groupId, members: [{ memberId, groupInstanceId, reason }] };
    const options = { timeoutMs: LEAVE_TIMEOUT_MS };
    // Whatever hinders it: the session runs out by itself.
    await cluster.send(leaveGroup, request, { node: this.coordinator }, options).catch(() => undefined);
  }

  private async run(): Promise<void> {
    const { cluster, heartbeatIntervalMs } = this.options;
    for (let failures = 0; !this.isClosed; ) {
      try {
        if (this.mustJoin) await this.rebalance();
        else await this.beat();
        failures = 0;
      } catch (error) {
        if (this.isClosed || error instanceof ClosedError) return;
        if (!this.mayRepeat(error)) return this.options.events.onFailure(explain(error, this.options));
        failures++;
      }
      if (this.isClosed) return;
      if (failures > 0) await cluster.backoff(failures).catch(() => undefined);
      else if (!this.mustJoin) await this.due.wait(heartbeatIntervalMs);
    }
  }

  private async rebalance(): Promise<void> {
    const { cluster, groupId } = this.options;
    this.mustJoin = false;
    const { topics } = this;
    try {
      await this.giveUp(this.isCooperative ? this.owned.filter((one) => !topics.includes(one.topic)) : this.owned);
      this.coordinator ??= await cluster.findCoordinator('group', groupId);
      if (this.isClosed) return;
      const answer = await this.join(topics);
      if (this.isClosed) return;
      const assigned = await this.sync(answer);
      if (!this.isClosed) await this.adopt(assigned, answer);
    } catch (error) {
      this.mustJoin = true;
      throw error;
    }
  }

  private async join(topics: readonly string[]): Promise<JoinAnswer> {
    const { cluster, groupId, groupInstanceId, assignors, rack, sessionTimeoutMs, rebalanceTimeoutMs } = this.options;
    const subscription = {
      topics,
      ownedPartitions: this.owned,
      generationId: this.generation,
      rackId: rack || null,
    };
    const protocols = assignors.map((one) => ({
      name: one.name,
      metadata: encodeSubscription({ ...subscription, userData: one.userData() }),
    }));
    const target = { node: this.coordinator as number, lane: LANE };
    for (;;) {
      const answer = await cluster.send(
        joinGroup,
        {
          groupId,
          sessionTimeoutMs,
          rebalanceTimeoutMs,
          memberId: this.memberId,
          // Versions below 5 know no static members.
          ...(groupInstanceId === null ? {} : { groupInstanceId }),
          protocolType: PROTOCOL_TYPE,
          protocols,
        },
        target,
        { timeoutMs: rebalanceTimeoutMs + JOIN_LAPSE_MS, minVersion: groupInstanceId === null ? undefined : 5 },
      );
      if (answer.errorCode !== Errors.MEMBER_ID_REQUIRED) {
        throwIfFailed(answer.errorCode);
        this.memberId = answer.memberId;
        return answer;
      }
      this.memberId = answer.memberId;
      if (this.isClosed) return answer;
    }
  }

  private async sync(answer: JoinAnswer): Promise<TopicPartition[]> {
    const { cluster, groupId, groupInstanceId } = this.options;
    const { generationId, memberId, protocolName } = answer;
    const isLeader = answer.leader === memberId;
    this.assignedCounts = null;
    const assignments = isLeader ? await this.assignAll(answer) : [];
    const response = await cluster.send(
      syncGroup,
      {
        groupId,
        generationId,
        memberId,
        ...(groupInstanceId === null ? {} : { groupInstanceId }),
        protocolType: PROTOCOL_TYPE,
        protocolName,
        assignments,
      },
      { node: this.coordinator as number, lane: LANE },
      { timeoutMs: this.options.rebalanceTimeoutMs + JOIN_LAPSE_MS },
    );
    throwIfFailed(response.errorCode);
    return decodeAssignment(response.assignment);
  }

  private async assignAll(answer: JoinAnswer): Promise<{ memberId: string; assignment: Buffer }[]> {
    const { metadata } = this.options.cluster;
    const members: GroupSubscription[] = answer.members.map(({ memberId, groupInstanceId, metadata: bytes }) => ({
      memberId,
      groupInstanceId,
      ...decodeSubscription(bytes),
    }));
    // Members may want topics that this one does not read: a leader has to know them all.
    const topics = [...new Set(members.flatMap((one) => one.topics))];
    if (topics.some((topic) => metadata.topic(topic) === undefined)) await metadata.refresh(topics);
    const counts = this.countsOf(topics);
    this.assignedCounts = counts;
    // KIP-814: a static leader that comes back leaves everything as it is.
    if (answer.skipAssignment) return [];
    const assignor = this.assignorOf(answer);
    const assigned = assignor.assign(members, { counts, racksOf: (partition) => this.racksOf(partition) });
    return [...assigned].map(([memberId, partitions]) => ({ memberId, assignment: encodeAssignment(partitions) }));
  }

  private async adopt(assigned: readonly TopicPartition[], answer: JoinAnswer): Promise<void> {
    this.generation = answer.generationId;
    this.assignorOf(answer).onAssignment(assigned, answer.generationId);
    const dropped = this.isCooperative ? without(this.owned, assigned) : [];
    if (dropped.length > 0) {
      await this.giveUp(dropped);
      // Now others may have them.
      this.mustJoin = true;
    }
    if (this.isClosed) return;
    this.owned = assigned;
    this.options.events.onAssigned(assigned);
  }

  private async beat(): Promise<void> {
    const { cluster, groupId, groupInstanceId } = this.options;
    const { assignedCounts, generation: generationId, memberId } = this;
    this.coordinator ??= await cluster.findCoordinator('group', groupId);
    const answer = await cluster.send(
      heartbeat,
      { groupId, generationId, memberId, ...(groupInstanceId === null ? {} : { groupInstanceId }) },
      { node: this.coordinator, lane: LANE },
    );
    if (answer.errorCode === Errors.REBALANCE_IN_PROGRESS) this.mustJoin = true;
    else throwIfFailed(answer.errorCode);
    const now = assignedCounts && this.countsOf([...assignedCounts.keys()]);
    if (now && [...now].some(([topic, count]) => count !== assignedCounts.get(topic))) this.mustJoin = true;
  }

  private async giveUp(partitions: readonly TopicPartition[]): Promise<void> {
    if (partitions.length === 0) return;
    this.owned = without(this.owned, partitions);
    await this.options.events.onRevoked(partitions);
  }

  private assignorOf({ protocolName }: JoinAnswer): Assignor {
    const found = this.options.assignors.find((one) => one.name === protocolName);
    if (found) return found;
    throw new KafkaError('INCONSISTENT_GROUP_PROTOCOL');
  }

  private countsOf(topics: readonly string[]): Map<string, number> {
    const { metadata } = this.options.cluster;
    return new Map(topics.map((topic) => [topic, metadata.topic(topic)?.partitions.length ?? 0]));
  }

  private racksOf({ topic, partition }: TopicPartition): ReadonlySet<string> {
    const { metadata } = this.options.cluster;
    const replicas = metadata.topic(topic)?.partitions[partition]?.replicas ?? [];
    return new Set(replicas.map((id) => metadata.node(id)?.rack ?? '').filter((rack) => rack !== ''));
  }

  /** Prepares another attempt; false: there is no use in one. */
  private mayRepeat(error: unknown): boolean {
    const name = error instanceof KafkaError ? error.error : null;
    if (name === 'REBALANCE_IN_PROGRESS') return true;
    if (name !== null && (FORGOTTEN.has(name) || name === 'FENCED_INSTANCE_ID')) {
      const lost = this.owned;
      this.owned = [];
      this.generation = NO_MEMBER.generationOrEpoch;
      if (name === 'UNKNOWN_MEMBER_ID') this.memberId = '';
      this.mustJoin = true;
      if (lost.length > 0) this.options.events.onLost(lost);
      return name !== 'FENCED_INSTANCE_ID';
    }
    if (needsMetadata(error) || (name !== null && COORDINATOR_MOVED.has(name))) this.coordinator = null;
    return isRetriable(error);
  }
}

function throwIfFailed(errorCode: number): void {
  if (errorCode !== Errors.NONE) throw new KafkaError(errorName(errorCode));
}

function explain(error: unknown, { groupId }: ClassicMemberOptions): unknown {
  if (!(error instanceof KafkaError)) return error;
  const isForbidden = error.error === 'GROUP_AUTHORIZATION_FAILED';
  const text = isForbidden ? `Not authorized to access group: ${groupId}` : ERRORS[error.error].text;
  return new KafkaError(error.error, text, { cause: error });
}
