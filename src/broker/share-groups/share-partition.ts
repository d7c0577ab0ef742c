import { type ErrorName } from '../../protocol/errors.ts';
import { type Offset } from '../../protocol/primitives.ts';
import { type Clock, type Timer } from '../../util/clock.ts';
import { type Logger } from '../../util/logger.ts';
import { type AcknowledgeFailure, type AcknowledgementBatch, planAcknowledgement } from './acknowledgement.ts';
import { type AcquiredRecords, type Acquirer, acquireRecords, type BatchRange } from './acquisition.ts';
import { isDone, RecordState, type Run, settledState } from './in-flight.ts';
import { InFlightWindow } from './in-flight-window.ts';
import { type ShareObserver } from './observer.ts';
import { highest, lowest } from './offset-order.ts';
import { type ShareSettings } from './settings.ts';
import { type ShareCoordinator, type SharePartitionKey, type StateBatch } from './types.ts';

export interface SharePartitionOptions {
  readonly coordinator: ShareCoordinator;
  readonly settings: ShareSettings;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly observer: ShareObserver | null;
  readonly leaderEpoch: number;
  /** Where a group starts that never read from the partition. */
  readonly firstOffset: () => Offset;
}

/** What a failure of the share coordinator means to a member (kafka 4.x SharePartition.fetchPersisterError). */
function memberError(error: ErrorName): ErrorName {
  switch (error) {
    case 'NONE':
    case 'GROUP_ID_NOT_FOUND':
    case 'UNKNOWN_TOPIC_OR_PARTITION':
      return error;
    case 'NOT_COORDINATOR':
    case 'COORDINATOR_NOT_AVAILABLE':
    case 'COORDINATOR_LOAD_IN_PROGRESS':
      return 'COORDINATOR_NOT_AVAILABLE';
    case 'FENCED_LEADER_EPOCH':
    case 'FENCED_STATE_EPOCH':
      return 'NOT_LEADER_OR_FOLLOWER';
    default:
      return 'UNKNOWN_SERVER_ERROR';
  }
}

/**
 * A group's records of one partition: who holds which, until when. Acquisitions and locks live in memory; what becomes of
 * records is stored by the coordinator, and an acknowledgement is answered after that.
 */
export class SharePartition {
  readonly key: SharePartitionKey;
  /** Set when the stored state was made anew by somebody else: this one must not be used any more. */
  isFenced = false;
  private readonly options: SharePartitionOptions;
  private window = new InFlightWindow(0n);
  private stateEpoch = 0;
  private loading: Promise<ErrorName> | null = null;
  private lockTimer: { readonly timer: Timer; readonly atMs: number } | null = null;
  private readonly waiters = new Set<() => void>();
  private isClosed = false;

  constructor(key: SharePartitionKey, options: SharePartitionOptions) {
    this.key = key;
    this.options = options;
  }

  /** Reads the stored state on the first call; a failed one may be repeated. */
  load(): Promise<ErrorName> {
    this.loading ??= this.readState().then((error) => {
      if (error !== 'NONE') this.loading = null;
      return error;
    });
    return this.loading;
  }

  private async readState(): Promise<ErrorName> {
    const { coordinator, leaderEpoch, firstOffset } = this.options;
    const { error, state } = await coordinator.read(this.key, leaderEpoch);
    if (error !== 'NONE' || state === null) return memberError(error === 'NONE' ? 'UNKNOWN_SERVER_ERROR' : error);
    this.stateEpoch = state.stateEpoch;
    const startOffset = state.startOffset === -1n ? firstOffset() : state.startOffset;
    this.window = InFlightWindow.restored(startOffset, state);
    return 'NONE';
  }

  get inFlight(): { readonly inFlightRecordCount: number; readonly inFlightBatchCount: number } {
    return { inFlightRecordCount: this.window.size, inFlightBatchCount: this.window.batches.length };
  }

  get startOffset(): Offset {
    return this.window.startOffset;
  }

  nextFetchOffset(): Offset {
    return this.window.nextFetchOffset();
  }

  /** Whether there may be something to acquire: room for new records, or old ones that are free. */
  canAcquire(): boolean {
    const { settings } = this.options;
    if (this.window.nextFetchOffset() <= this.window.endOffset) return true;
    return this.window.size < settings.maxRecordLocks(this.key.groupId);
  }

  acquire(
    fetchOffset: Offset,
    batches: readonly BatchRange[],
    request: Pick<Acquirer, 'memberId' | 'maxRecords' | 'isStrict' | 'batchSize'>,
  ): AcquiredRecords[] {
    if (this.isFenced) return [];
    const { settings, clock } = this.options;
    const { groupId } = this.key;
    const lockedUntilMs = clock.now() + settings.lockDurationMs(groupId);
    const acquired = acquireRecords(this.window, fetchOffset, batches, {
      ...request,
      lockedUntilMs,
      deliveryCountLimit: settings.deliveryCountLimit(groupId),
      maxRecordLocks: settings.maxRecordLocks(groupId),
    });
    if (acquired.length > 0) this.watchLocks(lockedUntilMs);
    return acquired;
  }

  /** Records of aborted transactions go to nobody: what is left of the acquired ones. */
  dropAborted(acquired: readonly AcquiredRecords[], aborted: readonly BatchRange[]): AcquiredRecords[] {
    let left = [...acquired];
    for (const { firstOffset, lastOffset } of aborted) {
      for (const batch of this.window.within(firstOffset, lastOffset)) {
        const isInside = batch.firstOffset >= firstOffset && batch.lastOffset <= lastOffset;
        if (!isInside) batch.split();
        for (const { delivery } of batch.runs(firstOffset, lastOffset)) {
          if (delivery.state === RecordState.ACQUIRED && !delivery.isChanging) delivery.settle(RecordState.ARCHIVED, 0);
        }
      }
      left = left.flatMap((one) => [
        ...(one.firstOffset < firstOffset ? [{ ...one, lastOffset: lowest(one.lastOffset, firstOffset - 1n) }] : []),
        ...(one.lastOffset > lastOffset ? [{ ...one, firstOffset: highest(one.firstOffset, lastOffset + 1n) }] : []),
      ]);
    }
    if (aborted.length > 0) this.window.advance();
    return left;
  }

  /** The log starts later now. */
  moveStart(logStartOffset: Offset): void {
    if (this.window.moveStart(logStartOffset)) this.wake();
  }

  /** Null when all of it took effect and is stored; else nothing did. */
  async acknowledge(memberId: string, batches: readonly AcknowledgementBatch[]): Promise<AcknowledgeFailure | null> {
    const { settings, clock } = this.options;
    const { groupId } = this.key;
    const plan = planAcknowledgement(this.window, memberId, batches, settings.isRenewEnabled(groupId));
    if ('error' in plan) return plan;
    const limit = settings.deliveryCountLimit(groupId);
    const lockedUntilMs = clock.now() + settings.lockDurationMs(groupId);
    const changes = plan.flatMap(({ state, ...run }) => {
      if (state !== null) return [{ ...run, state: settledState(run.delivery, state, limit) }];
      run.delivery.lockedUntilMs = lockedUntilMs;
      return [];
    });
    if (changes.length === 0) return null;
    for (const { delivery } of changes) delivery.isChanging = true;
    const doneNow = changes.reduce((sum, one) => sum + (isDone(one.state) ? lengthOf(one) : 0), 0);
    const error = await this.store(changes, this.window.doneCount() + doneNow);
    for (const { delivery, state } of changes) {
      delivery.isChanging = false;
      if (error === 'NONE') delivery.settle(state, limit);
    }
    if (error !== 'NONE') {
      this.expireLocks();
      return { error, text: null };
    }
    const wasFull = this.window.size >= settings.maxRecordLocks(groupId);
    this.window.advance();
    if (wasFull || changes.some(({ state }) => state === RecordState.AVAILABLE)) this.wake();
    return null;
  }

  /** The member is gone: what it holds is free for others, without waiting for the locks. */
  async release(memberId: string): Promise<void> {
    await this.free(({ delivery }) => delivery.memberId === memberId);
  }

  /** Called when records become free or room for new ones. */
  wait(waiter: () => void): void {
    this.waiters.add(waiter);
  }

  stopWaiting(waiter: () => void): void {
    this.waiters.delete(waiter);
  }

  close(): void {
    this.isClosed = true;
    this.lockTimer?.timer.cancel();
    this.wake();
  }

  private wake(): void {
    for (const waiter of [...this.waiters]) waiter();
  }

  private *acquiredRuns(): Generator<Run> {
    const { window } = this;
    for (const batch of window.within(window.startOffset, window.endOffset)) {
      for (const run of batch.runs()) {
        if (run.delivery.state === RecordState.ACQUIRED && !run.delivery.isChanging) yield run;
      }
    }
  }

  private async free(isFreed: (run: Run) => boolean): Promise<void> {
    const limit = this.options.settings.deliveryCountLimit(this.key.groupId);
    const freed = [...this.acquiredRuns()].filter(isFreed);
    if (freed.length === 0) return;
    for (const { delivery } of freed) delivery.settle(RecordState.AVAILABLE, limit);
    const doneCount = this.window.doneCount();
    const stored = this.store(
      freed.map((run) => ({ ...run, state: run.delivery.state })),
      doneCount,
    );
    this.window.advance();
    this.wake();
    const error = await stored;
    if (error !== 'NONE') {
      // Nothing is lost: after a restart the records are free as well, only less often delivered.
      const { groupId, topicId, partition } = this.key;
      this.options.logger.log(
        'WARN',
        `share group ${groupId}: cannot store releases of ${topicId}-${partition}: ${error}`,
      );
    }
  }

  private watchLocks(untilMs: number): void {
    if (this.isClosed || (this.lockTimer !== null && this.lockTimer.atMs <= untilMs)) return;
    this.lockTimer?.timer.cancel();
    const { clock } = this.options;
    const timer = clock.after(untilMs - clock.now(), () => {
      this.lockTimer = null;
      this.expireLocks();
    });
    this.lockTimer = { timer, atMs: untilMs };
  }

  /** Frees what was held too long, then waits for the next lock that may run out. */
  private expireLocks(): void {
    if (this.isClosed) return;
    const nowMs = this.options.clock.now();
    const isTimedOut = ({ delivery }: Run) => delivery.lockedUntilMs <= nowMs;
    const { observer } = this.options;
    if (observer !== null) {
      const timedOutCount = [...this.acquiredRuns()].filter(isTimedOut).reduce((sum, run) => sum + lengthOf(run), 0);
      if (timedOutCount > 0) observer.lockTimedOut(this.key, timedOutCount);
    }
    this.free(isTimedOut).catch((cause) => {
      this.options.logger.log('ERROR', 'cannot release expired acquisition locks', cause);
    });
    let nextMs = Number.POSITIVE_INFINITY;
    for (const { delivery } of this.acquiredRuns()) nextMs = Math.min(nextMs, delivery.lockedUntilMs);
    if (nextMs !== Number.POSITIVE_INFINITY) this.watchLocks(nextMs);
  }

  private async store(
    changes: readonly (Run & { readonly state: number })[],
    deliveryCompleteCount: number,
  ): Promise<ErrorName> {
    const { coordinator, leaderEpoch } = this.options;
    const stateBatches: StateBatch[] = [];
    const sorted = [...changes].sort((one, other) => (one.firstOffset < other.firstOffset ? -1 : 1));
    for (const { firstOffset, lastOffset, delivery, state } of sorted) {
      const { deliveryCount } = delivery;
      const last = stateBatches.at(-1);
      const isSame = last?.deliveryState === state && last.deliveryCount === deliveryCount;
      if (last !== undefined && isSame && last.lastOffset === firstOffset - 1n) {
        stateBatches[stateBatches.length - 1] = { ...last, lastOffset };
      } else stateBatches.push({ firstOffset, lastOffset, deliveryState: state, deliveryCount });
    }
    const { stateEpoch } = this;
    const { startOffset } = this.window;
    const write = { stateEpoch, leaderEpoch, startOffset, deliveryCompleteCount, stateBatches };
    const { error } = await coordinator.write(this.key, write);
    if (error === 'NONE') return 'NONE';
    // The state was made anew, or is gone: what is known here counts no more.
    if (error !== 'COORDINATOR_NOT_AVAILABLE' && error !== 'NOT_COORDINATOR') this.isFenced = true;
    return memberError(error);
  }
}

function lengthOf({ firstOffset, lastOffset }: BatchRange): number {
  return Number(lastOffset - firstOffset) + 1;
}
