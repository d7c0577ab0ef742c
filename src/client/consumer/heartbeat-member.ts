/**
 * Membership by the consumer rebalance protocol (KIP-848): the coordinator assigns, the member reports by heartbeats what it wants
 * and what it owns. Partitions that stay are read on during a rebalance. Protocol guide: KIP-848 consumer groups.
 */
import { randomBytes } from 'node:crypto';
import { type ErrorName, Errors, errorName, KafkaError } from '../../protocol/errors.ts';
import { consumerGroupHeartbeat } from '../../protocol/messages/68-consumer-group-heartbeat.ts';
import { type ApiRequestInput, type ApiResponse } from '../../protocol/schema.ts';
import { type Cluster } from '../cluster.ts';
import { ClosedError, isRetriable, needsMetadata, UnsupportedVersionError } from '../errors.ts';
import { partitionName, type TopicPartition } from './assigned-partition.ts';
import { type GroupMember, type MemberEvents, type MemberIdentity } from './group-member.ts';
import { WakeUp } from './wake-up.ts';

export interface HeartbeatMemberOptions {
  readonly cluster: Cluster;
  readonly groupId: string;
  readonly rebalanceTimeoutMs: number;
  readonly groupInstanceId: string | null;
  /** '': none. */
  readonly rack: string;
  /** `uniform`, `range`; null: the group's default. */
  readonly serverAssignor: string | null;
  readonly events: MemberEvents;
}

type Heartbeat = ApiRequestInput<typeof consumerGroupHeartbeat>;
type HeartbeatAnswer = ApiResponse<typeof consumerGroupHeartbeat>;

const JOIN_EPOCH = 0;
const LEAVE_EPOCH = -1;
/** A static member that will come back: its partitions wait for it. */
const STATIC_LEAVE_EPOCH = -2;
/** Before the coordinator has named an interval. */
const FIRST_INTERVAL_MS = 1000;
const LEAVE_TIMEOUT_MS = 5000;
const LANE = 'coordinator';

const COORDINATOR_MOVED = new Set<ErrorName>(['NOT_COORDINATOR', 'COORDINATOR_NOT_AVAILABLE']);
const FENCED = new Set<ErrorName>(['UNKNOWN_MEMBER_ID', 'FENCED_MEMBER_EPOCH']);

export class HeartbeatMember implements GroupMember {
  private readonly options: HeartbeatMemberOptions;
  /** Chosen by the member and kept for its life. */
  private readonly memberId = randomBytes(16).toString('base64url');
  private readonly due: WakeUp;
  private epoch = JOIN_EPOCH;
  private intervalMs = FIRST_INTERVAL_MS;
  private coordinator: number | null = null;
  private topics: readonly string[] = [];
  private owned: readonly TopicPartition[] = [];
  /** What the coordinator wants this member to own, by topic id; null: as it is. */
  private target: HeartbeatAnswer['assignment'] = null;
  /** The next heartbeat says everything, not only what changed. */
  private saysAll = true;
  private saysTopics = false;
  private saysOwned = false;
  private reconciling: Promise<void> | null = null;
  private running: Promise<void> | null = null;
  private isClosed = false;

  constructor(options: HeartbeatMemberOptions) {
    this.options = options;
    this.due = new WakeUp(options.cluster.clock);
  }

  get identity(): MemberIdentity {
    const { groupInstanceId } = this.options;
    return { protocol: 'consumer', memberId: this.memberId, generationOrEpoch: this.epoch, groupInstanceId };
  }

  subscribe(topics: readonly string[]): void {
    this.topics = topics;
    this.saysTopics = true;
    if (this.running === null) this.running = this.run();
    else this.due.raise();
  }

  async close(): Promise<void> {
    this.isClosed = true;
    this.due.raise();
    if (this.running === null || this.epoch <= JOIN_EPOCH || this.coordinator === null) return;
    const { cluster, groupId, groupInstanceId } = this.options;
    const memberEpoch = groupInstanceId === null ? LEAVE_EPOCH : STATIC_LEAVE_EPOCH;
    const request = { groupId, memberId: this.memberId, memberEpoch, instanceId: groupInstanceId };
    const target = { node: this.coordinator, lane: LANE };
    // Whatever hinders it: the session runs out by itself.
    await cluster.send(consumerGroupHeartbeat, request, target, { timeoutMs: LEAVE_TIMEOUT_MS }).catch(() => undefined);
  }

  private async run(): Promise<void> {
    const { cluster } = this.options;
    for (let failures = 0; !this.isClosed; ) {
      try {
        await this.beat();
        failures = 0;
      } catch (error) {
        if (this.isClosed || error instanceof ClosedError) return;
        if (!this.mayRepeat(error)) return this.options.events.onFailure(explain(error));
        failures++;
      }
      if (this.isClosed) return;
      if (failures > 0) await cluster.backoff(failures).catch(() => undefined);
      else await this.due.wait(this.intervalMs);
    }
  }

  private async beat(): Promise<void> {
    const { cluster, groupId } = this.options;
    this.coordinator ??= await cluster.findCoordinator('group', groupId);
    const request = this.nextHeartbeat();
    const response = await cluster.send(consumerGroupHeartbeat, request, { node: this.coordinator, lane: LANE });
    if (this.isClosed) return;
    if (response.errorCode !== Errors.NONE) {
      throw new KafkaError(errorName(response.errorCode), response.errorMessage ?? undefined);
    }
    this.epoch = response.memberEpoch;
    this.intervalMs = response.heartbeatIntervalMs;
    if (response.assignment) this.target = response.assignment;
    if (this.target) this.reconciling ??= this.reconcile();
  }

  private nextHeartbeat(): Heartbeat {
    const { groupId, groupInstanceId, rack, rebalanceTimeoutMs, serverAssignor } = this.options;
    const isWhole = this.saysAll || this.epoch === JOIN_EPOCH;
    const request: Heartbeat = {
      groupId,
      memberId: this.memberId,
      memberEpoch: this.epoch,
      instanceId: groupInstanceId,
      ...(isWhole ? { rackId: rack || null, rebalanceTimeoutMs, serverAssignor } : {}),
      ...(isWhole || this.saysTopics ? { subscribedTopicNames: [...this.topics].sort() } : {}),
      ...(isWhole || this.saysOwned ? { topicPartitions: this.ownedById() } : {}),
    };
    this.saysAll = false;
    this.saysTopics = false;
    this.saysOwned = false;
    return request;
  }

  private ownedById(): { topicId: string; partitions: number[] }[] {
    const { metadata } = this.options.cluster;
    return [...Map.groupBy(this.owned, (one) => one.topic)].flatMap(([topic, members]) => {
      const topicId = metadata.topicId(topic);
      return topicId === undefined ? [] : [{ topicId, partitions: members.map((one) => one.partition) }];
    });
  }

  /** Gives up what is not wanted, then takes what is new, then says so. Heartbeats go on meanwhile. */
  private async reconcile(): Promise<void> {
    const { events } = this.options;
    try {
      while (this.target !== null && !this.isClosed) {
        const wanted = await this.resolve(this.target);
        if (wanted === null) return;
        this.target = null;
        const names = new Set(wanted.map(partitionName));
        const revoked = this.owned.filter((one) => !names.has(partitionName(one)));
        if (revoked.length > 0) await events.onRevoked(revoked);
        if (this.isClosed) return;
        this.owned = wanted;
        events.onAssigned(wanted);
        this.saysOwned = true;
        this.due.raise();
      }
    } catch (error) {
      if (!this.isClosed) events.onFailure(error);
    } finally {
      this.reconciling = null;
    }
  }

  /** Topic names for ids; null: not known even after a look, so the next heartbeat tries again. */
  private async resolve(target: NonNullable<HeartbeatAnswer['assignment']>): Promise<TopicPartition[] | null> {
    const { metadata } = this.options.cluster;
    const isKnown = () => target.topicPartitions.every((one) => metadata.topicName(one.topicId) !== undefined);
    if (!isKnown()) {
      await metadata.refresh(this.topics).catch((error: unknown) => {
        if (!isRetriable(error)) throw error;
      });
    }
    if (!isKnown()) return null;
    return target.topicPartitions.flatMap(({ topicId, partitions }) => {
      const topic = metadata.topicName(topicId) as string;
      return partitions.map((partition) => ({ topic, partition }));
    });
  }

  /** Prepares another attempt; false: there is no use in one. */
  private mayRepeat(error: unknown): boolean {
    this.saysAll = true;
    const name = error instanceof KafkaError ? error.error : null;
    if (name !== null && FENCED.has(name)) {
      // What is owned went to others while we did not know: nothing of it may be committed.
      const lost = this.owned;
      this.owned = [];
      this.target = null;
      this.epoch = JOIN_EPOCH;
      if (lost.length > 0) this.options.events.onLost(lost);
      return true;
    }
    if (needsMetadata(error) || (name !== null && COORDINATOR_MOVED.has(name))) this.coordinator = null;
    return isRetriable(error);
  }
}

function explain(error: unknown): unknown {
  if (!(error instanceof UnsupportedVersionError)) return error;
  return new UnsupportedVersionError(
    'The cluster does not support the new CONSUMER group protocol. Set group.protocol=classic on the consumer configs to revert to the CLASSIC protocol until the cluster is upgraded.',
    error,
  );
}
