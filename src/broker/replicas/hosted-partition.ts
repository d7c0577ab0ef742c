import { type ErrorName } from '../../protocol/errors.ts';
import { type Offset, type Uuid } from '../../protocol/primitives.ts';
import { type PartitionImage } from '../cluster/index.ts';
import { type AppendOrigin, type AppendResult, type PartitionLog, type VerificationGuard } from '../log/index.ts';
import { type Failure } from './types.ts';

/** Something that waits for a partition to move on: a fetch for data, an append for its replicas. */
export interface PartitionWaiter {
  /** Records became visible; `appendedBytes` is their size, 0 when only the last stable offset may have moved. */
  onAdvanced(partition: HostedPartition, appendedBytes: number): void;
  /** The partition is no longer led here. */
  onLost(partition: HostedPartition): void;
}

/** Failures that tell no log start offset. Source: kafka 4.x ReplicaManager.appendToLocalLog. */
const BARE_FAILURES: ReadonlySet<ErrorName> = new Set([
  'UNSUPPORTED_COMPRESSION_TYPE',
  'MESSAGE_TOO_LARGE',
  'RECORD_LIST_TOO_LARGE',
  'CORRUPT_MESSAGE',
  'KAFKA_STORAGE_ERROR',
]);

export interface PartitionSettings {
  readonly minInsyncReplicas: number;
}

/**
 * One partition with a replica on this node: who leads it, its log, and who waits for it. Everything is synchronous, so a
 * check and the act it guards are never parted.
 */
export class HostedPartition {
  readonly topic: string;
  readonly topicId: Uuid;
  readonly partition: number;
  leaderEpoch = -1;
  isLeader = false;
  private openedLog: PartitionLog | null = null;
  private openLog: (() => PartitionLog | null) | null;
  private isr: readonly number[] = [];
  private replicaCount = 0;
  private settings: PartitionSettings = { minInsyncReplicas: 1 };
  private readonly waiters = new Set<PartitionWaiter>();

  /** `openLog` is called once, when the log is first asked for; it answers null when the directory failed. */
  constructor(topic: string, topicId: Uuid, partition: number, openLog: () => PartitionLog | null) {
    this.topic = topic;
    this.topicId = topicId;
    this.partition = partition;
    this.openLog = openLog;
  }

  /** Null when its directory failed before the log could be opened. */
  get log(): PartitionLog | null {
    this.open();
    return this.openedLog;
  }

  get isOpen(): boolean {
    return this.openLog === null;
  }

  open(): void {
    const { openLog } = this;
    if (openLog === null) return;
    this.openLog = null;
    this.openedLog = openLog();
    if (this.isLeader) this.lead();
  }

  /** The partition is no longer hosted: a log that nobody has asked for stays unmade. */
  drop(deleteLog: () => void): void {
    if (this.openedLog) deleteLog();
    this.openLog = null;
    this.isLeader = false;
    this.releaseWaiters();
  }

  /** Takes over what the controller decided. Returns what that means for this node's leadership. */
  update(image: PartitionImage, nodeId: number, settings: PartitionSettings): 'elected' | 'resigned' | 'same' {
    this.settings = settings;
    this.isr = image.isr;
    this.replicaCount = image.replicas.length;
    const wasLeader = this.isLeader;
    this.leaderEpoch = image.leaderEpoch;
    this.isLeader = image.leader === nodeId;
    if (this.isLeader && this.isOpen) this.lead();
    if (this.isLeader && !wasLeader) return 'elected';
    if (wasLeader && !this.isLeader) {
      this.releaseWaiters();
      return 'resigned';
    }
    return 'same';
  }

  /** What a leader owes its log: the epoch begins at its end. */
  private lead(): void {
    const { openedLog: log, leaderEpoch } = this;
    if (log && !log.isOffline && log.latestLeaderEpoch < leaderEpoch) {
      log.assignLeaderEpoch(leaderEpoch, log.logEndOffset);
    }
    this.advanceHighWatermark(0);
  }

  /** The log if this node leads and the caller knows the same epoch (-1: unchecked); else why not. KIP-320. */
  leaderLog(currentLeaderEpoch = -1): PartitionLog | Failure {
    if (currentLeaderEpoch >= 0 && currentLeaderEpoch !== this.leaderEpoch) {
      return currentLeaderEpoch < this.leaderEpoch ? 'FENCED_LEADER_EPOCH' : 'UNKNOWN_LEADER_EPOCH';
    }
    if (this.log === null || this.log.isOffline) return 'KAFKA_STORAGE_ERROR';
    return this.isLeader ? this.log : 'NOT_LEADER_OR_FOLLOWER';
  }

  append(
    records: Buffer,
    options: { acks: number; origin: AppendOrigin; apiVersion: number },
    verificationGuard?: VerificationGuard | null,
  ): AppendResult {
    const log = this.leaderLog();
    if (typeof log === 'string') return { error: log };
    const required = Math.min(this.settings.minInsyncReplicas, this.replicaCount);
    if (options.acks === -1 && this.isr.length < required) {
      const where = `partition ${this.topic}-${this.partition}`;
      const text = `The size of the current ISR : ${this.isr.length} is insufficient to satisfy the min.isr requirement of ${required} for ${where}`;
      return { error: 'NOT_ENOUGH_REPLICAS', text };
    }
    const { origin, apiVersion } = options;
    const result = log.appendAsLeader(records, {
      leaderEpoch: this.leaderEpoch,
      origin,
      apiVersion,
      verificationGuard,
    });
    if (result.error === 'NONE' && !result.isDuplicate) this.advanceHighWatermark(records.length);
    if (result.error !== 'NONE' && !BARE_FAILURES.has(result.error)) {
      return { ...result, logStartOffset: log.logStartOffset };
    }
    return result;
  }

  /** Acknowledged by all: every replica in sync has the records before `offset`. */
  isReplicated(offset: Offset): boolean {
    return this.log !== null && this.log.highWatermark >= offset;
  }

  wait(waiter: PartitionWaiter): void {
    this.waiters.add(waiter);
  }

  stopWaiting(waiter: PartitionWaiter): void {
    this.waiters.delete(waiter);
  }

  releaseWaiters(): void {
    for (const waiter of [...this.waiters]) waiter.onLost(this);
  }

  /**
   * The high watermark is the smallest log end offset in the ISR. Alone in it, that is ours; other replicas' positions
   * will come from their fetches.
   */
  private advanceHighWatermark(appendedBytes: number): void {
    const { log } = this;
    if (log === null || log.isOffline || this.isr.length !== 1) return;
    log.advanceHighWatermark(log.logEndOffset);
    for (const waiter of this.waiters) waiter.onAdvanced(this, appendedBytes);
  }
}
