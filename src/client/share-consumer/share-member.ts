/** Membership in a share group by heartbeats. The coordinator alone assigns; there is nothing to give up in order. Source: KIP-932. */
import { randomBytes } from 'node:crypto';
import { type ErrorName, Errors, errorName, KafkaError } from '../../protocol/errors.ts';
import { shareGroupHeartbeat } from '../../protocol/messages/76-share-group-heartbeat.ts';
import { type Cluster } from '../cluster.ts';
import { type TopicPartition } from '../consumer/assigned-partition.ts';
import { WakeUp } from '../consumer/wake-up.ts';
import { ClosedError, isRetriable, needsMetadata, UnsupportedVersionError } from '../errors.ts';

export interface ShareMemberOptions {
  readonly cluster: Cluster;
  readonly groupId: string;
  /** '': none. */
  readonly rack: string;
  readonly topics: readonly string[];
  onAssigned(partitions: readonly TopicPartition[]): void;
  /** Membership is not to be had. */
  onFailure(error: unknown): void;
}

const JOIN_EPOCH = 0;
const LEAVE_EPOCH = -1;
/** Before the coordinator has named an interval. */
const FIRST_INTERVAL_MS = 1000;
const LEAVE_TIMEOUT_MS = 5000;
const LANE = 'coordinator';
const COORDINATOR_MOVED = new Set<ErrorName>(['NOT_COORDINATOR', 'COORDINATOR_NOT_AVAILABLE']);
const FENCED = new Set<ErrorName>(['UNKNOWN_MEMBER_ID', 'FENCED_MEMBER_EPOCH']);

export class ShareMember {
  /** Chosen by the member and kept for its life. */
  readonly memberId = randomBytes(16).toString('base64url');
  private readonly options: ShareMemberOptions;
  private readonly due: WakeUp;
  private epoch = JOIN_EPOCH;
  private intervalMs = FIRST_INTERVAL_MS;
  private coordinator: number | null = null;
  private isClosed = false;

  constructor(options: ShareMemberOptions) {
    this.options = options;
    this.due = new WakeUp(options.cluster.clock);
  }

  /** Joins, and stays until it is closed. */
  async run(): Promise<void> {
    const { cluster } = this.options;
    for (let failures = 0; !this.isClosed; ) {
      try {
        await this.beat();
        failures = 0;
      } catch (error) {
        if (this.isClosed || error instanceof ClosedError) return;
        if (!this.mayRepeat(error)) return this.options.onFailure(explain(error));
        failures++;
      }
      if (this.isClosed) return;
      if (failures > 0) await cluster.backoff(failures).catch(() => undefined);
      else await this.due.wait(this.intervalMs);
    }
  }

  async close(): Promise<void> {
    this.isClosed = true;
    this.due.raise();
    if (this.epoch <= JOIN_EPOCH || this.coordinator === null) return;
    const { cluster, groupId } = this.options;
    const request = { groupId, memberId: this.memberId, memberEpoch: LEAVE_EPOCH };
    const target = { node: this.coordinator, lane: LANE };
    // Whatever hinders it: the session runs out by itself.
    await cluster.send(shareGroupHeartbeat, request, target, { timeoutMs: LEAVE_TIMEOUT_MS }).catch(() => undefined);
  }

  private async beat(): Promise<void> {
    const { cluster, groupId, rack, topics, onAssigned } = this.options;
    this.coordinator ??= await cluster.findCoordinator('group', groupId);
    if (this.isClosed) return;
    const isJoining = this.epoch === JOIN_EPOCH;
    const response = await cluster.send(
      shareGroupHeartbeat,
      {
        groupId,
        memberId: this.memberId,
        memberEpoch: this.epoch,
        ...(isJoining ? { rackId: rack || null, subscribedTopicNames: [...topics].sort() } : {}),
      },
      { node: this.coordinator, lane: LANE },
    );
    if (response.errorCode !== Errors.NONE) {
      throw new KafkaError(errorName(response.errorCode), response.errorMessage ?? undefined);
    }
    this.epoch = response.memberEpoch;
    this.intervalMs = response.heartbeatIntervalMs;
    if (this.isClosed || !response.assignment) return;
    const { metadata } = cluster;
    const assigned = response.assignment.topicPartitions;
    if (assigned.some((one) => metadata.topicName(one.topicId) === undefined)) await metadata.refresh(topics);
    onAssigned(
      assigned.flatMap(({ topicId, partitions }) => {
        const topic = metadata.topicName(topicId);
        return topic === undefined ? [] : partitions.map((partition) => ({ topic, partition }));
      }),
    );
  }

  /** Prepares another attempt; false: there is no use in one. */
  private mayRepeat(error: unknown): boolean {
    const name = error instanceof KafkaError ? error.error : null;
    if (name !== null && FENCED.has(name)) {
      this.epoch = JOIN_EPOCH;
      this.options.onAssigned([]);
      return true;
    }
    if (needsMetadata(error) || (name !== null && COORDINATOR_MOVED.has(name))) this.coordinator = null;
    return isRetriable(error);
  }
}

function explain(error: unknown): unknown {
  if (!(error instanceof UnsupportedVersionError)) return error;
  return new UnsupportedVersionError(
    'The cluster does not support the share group protocol. To use share groups, the cluster must have the share group protocol enabled.',
    error,
  );
}
