import { type ErrorName } from '../../protocol/errors.ts';
import { MalformedBytesError, type Offset } from '../../protocol/primitives.ts';
import { batches } from '../../protocol/records/batch.ts';
import { BatchBuilder } from '../../protocol/records/batch-builder.ts';
import { RecordCursor } from '../../protocol/records/record-cursor.ts';
import { type Clock } from '../../util/clock.ts';
import { type Logger } from '../../util/logger.ts';
import { SHARE_STATE_TOPIC } from '../cluster/index.ts';
import { coordinatorErrorOf, type ReplicaManager } from '../replicas/index.ts';
import {
  decodeShareRecord,
  type EncodedRecord,
  encodeSnapshot,
  encodeUpdate,
  type ShareUpdate,
} from './record-format.ts';
import { type ShareSettings } from './settings.ts';
import { combineBatches } from './state-batches.ts';
import { type SharePartitionKey, type ShareState } from './types.ts';

const PRODUCE_VERSION = 13;
/** Kafka's coordinators start every batch at sequence 0, also without a producer id. */
const BASE_SEQUENCE = 0;

export interface StateShardContext {
  readonly replicas: Pick<ReplicaManager, 'append' | 'leaderLog'>;
  readonly settings: ShareSettings;
  readonly clock: Clock;
  readonly logger: Logger;
}

interface StoredState {
  readonly key: SharePartitionKey;
  state: ShareState;
  /** Where the last snapshot lies: nothing before it is needed for this state. */
  snapshotOffset: Offset;
  updatesSinceSnapshot: number;
}

export function keyText({ groupId, topicId, partition }: SharePartitionKey): string {
  return `${groupId}:${topicId}:${partition}`;
}

/** The delivery states of one led `__share_group_state` partition. They follow the log: changed after the append succeeded. */
export class StateShard {
  readonly partition: number;
  readonly states = new Map<string, StoredState>();
  status: 'loading' | 'active' | 'closed' = 'loading';
  private readonly context: StateShardContext;
  /** What `prune` cut off last. */
  private prunedOffset: Offset = 0n;

  constructor(partition: number, context: StateShardContext) {
    this.partition = partition;
    this.context = context;
  }

  get(key: SharePartitionKey): ShareState | undefined {
    return this.states.get(keyText(key))?.state;
  }

  /** A whole state: a new one, or one with so many updates that reading them all would take long. Null deletes. */
  async storeSnapshot(key: SharePartitionKey, state: ShareState | null): Promise<ErrorName> {
    const { error, offset } = await this.append(encodeSnapshot(key, state));
    if (error === 'NONE') this.applySnapshot(key, state, offset);
    return error;
  }

  async storeUpdate(key: SharePartitionKey, update: ShareUpdate): Promise<ErrorName> {
    const stored = this.states.get(keyText(key));
    if (stored !== undefined && stored.updatesSinceSnapshot >= this.context.settings.updatesPerSnapshot) {
      const nowMs = this.context.clock.now();
      const next = this.updated(stored.state, update);
      return this.storeSnapshot(key, { ...next, snapshotEpoch: next.snapshotEpoch + 1, writeTimestampMs: nowMs });
    }
    const { error } = await this.append(encodeUpdate(key, update));
    if (error === 'NONE') this.applyUpdate(key, update);
    return error;
  }

  /** Snapshots of states nobody wrote for a while, so that old segments can go. */
  async snapshotCold(intervalMs: number): Promise<void> {
    const nowMs = this.context.clock.now();
    for (const { key, state } of [...this.states.values()]) {
      if (this.status !== 'active') return;
      if (nowMs - state.writeTimestampMs < intervalMs) continue;
      await this.storeSnapshot(key, { ...state, snapshotEpoch: state.snapshotEpoch + 1, writeTimestampMs: nowMs });
    }
  }

  /** Cuts off the records before the oldest snapshot that is still needed. */
  prune(): void {
    if (this.status !== 'active') return;
    const log = this.context.replicas.leaderLog(SHARE_STATE_TOPIC, this.partition);
    if (typeof log === 'string') return;
    let needed = log.highWatermark;
    for (const { snapshotOffset } of this.states.values()) if (snapshotOffset < needed) needed = snapshotOffset;
    if (needed <= this.prunedOffset || needed <= log.logStartOffset) return;
    log.deleteRecordsBefore(needed);
    this.prunedOffset = needed;
  }

  /** Reads the whole partition; afterwards the shard serves. Other work goes on between the chunks. */
  async load(): Promise<void> {
    const log = this.context.replicas.leaderLog(SHARE_STATE_TOPIC, this.partition);
    if (typeof log === 'string') {
      this.status = 'closed';
      return;
    }
    const cursor = new RecordCursor();
    const endOffset = log.logEndOffset;
    let offset = log.logStartOffset;
    while (offset < endOffset && this.status === 'loading') {
      const before = offset;
      const maxBytes = this.context.settings.loadBufferBytes;
      const { records } = log.read(offset, { maxBytes, minOneBatch: true, endOffset, readCommitted: false });
      for (const batch of batches(records)) {
        offset = batch.nextOffset;
        if (batch.isControl) continue;
        cursor.reset(batch);
        while (cursor.next()) if (cursor.offset() >= log.logStartOffset) this.replay(cursor);
      }
      if (offset === before) break;
      await new Promise((resolve) => setImmediate(resolve));
    }
    if (this.status === 'loading') this.status = 'active';
  }

  private replay(cursor: RecordCursor): void {
    const key = cursor.key();
    if (key === null) return;
    try {
      const record = decodeShareRecord(key, cursor.value());
      if (record?.kind === 'snapshot') this.applySnapshot(record.key, record.state, cursor.offset());
      else if (record?.kind === 'update') this.applyUpdate(record.key, record.update);
    } catch (error) {
      if (!(error instanceof MalformedBytesError)) throw error;
      // One record nobody can read must not take all states of the partition away.
      const where = `${SHARE_STATE_TOPIC}-${this.partition} offset ${cursor.offset()}`;
      this.context.logger.log('WARN', `skipped an unreadable record at ${where}`, error);
    }
  }

  private applySnapshot(key: SharePartitionKey, state: ShareState | null, offset: Offset): void {
    if (state === null) this.states.delete(keyText(key));
    else {
      const { groupId, topicId, partition } = key;
      const stored = { key: { groupId, topicId, partition }, state, snapshotOffset: offset, updatesSinceSnapshot: 0 };
      this.states.set(keyText(key), stored);
    }
  }

  private applyUpdate(key: SharePartitionKey, update: ShareUpdate): void {
    const stored = this.states.get(keyText(key));
    // An update of an older snapshot, or of a state that was deleted, says nothing any more.
    if (stored === undefined || update.snapshotEpoch < stored.state.snapshotEpoch) return;
    stored.state = this.updated(stored.state, update);
    stored.updatesSinceSnapshot++;
  }

  private updated(state: ShareState, update: ShareUpdate): ShareState {
    const startOffset = update.startOffset === -1n ? state.startOffset : update.startOffset;
    return {
      ...state,
      leaderEpoch: update.leaderEpoch === -1 ? state.leaderEpoch : update.leaderEpoch,
      startOffset,
      deliveryCompleteCount: update.deliveryCompleteCount,
      stateBatches: combineBatches(state.stateBatches, update.stateBatches, startOffset),
      writeTimestampMs: this.context.clock.now(),
    };
  }

  private async append({ key, value }: EncodedRecord): Promise<{ error: ErrorName; offset: Offset }> {
    const { replicas, settings, clock, logger } = this.context;
    const builder = new BatchBuilder();
    builder.append(clock.now(), key, value);
    const records = builder.build({ baseSequence: BASE_SEQUENCE });
    const [result] = await replicas.append([{ topic: SHARE_STATE_TOPIC, partition: this.partition, records }], {
      acks: -1,
      timeoutMs: settings.writeTimeoutMs,
      origin: 'coordinator',
      apiVersion: PRODUCE_VERSION,
    });
    // The partition may have moved away while the append was on its way: what was known here counts no more.
    if (this.status === 'closed') return { error: 'NOT_COORDINATOR', offset: -1n };
    if (result?.error === 'NONE') return { error: 'NONE', offset: result.baseOffset };
    logger.log('WARN', `cannot append to ${SHARE_STATE_TOPIC}-${this.partition}: ${result?.error}`);
    return {
      error: coordinatorErrorOf(result?.error ?? 'UNKNOWN_SERVER_ERROR') ?? 'UNKNOWN_SERVER_ERROR',
      offset: -1n,
    };
  }
}
