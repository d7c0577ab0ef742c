import { type LogManagerOptions } from '../../src/broker/log/log-manager-options.ts';
import { type LogConfig, type PartitionLog } from '../../src/broker/log/types.ts';
import {
  type BatchMeta,
  RecordBatch,
  RecordCursor,
  type RecordInput,
  singleBatch,
  transactionMarker,
} from '../../src/protocol/records/index.ts';
import { LogWorld, NOW } from '../unit/broker/log/log-world.ts';
import { PartitionHistory, recordText } from './history.ts';

export const INTERVALS = { retentionCheckMs: 1000, initialDelayMs: 1000, recoveryPointCheckpointMs: 700 };

/** Drives logs on a disk in memory and writes down what was promised when. */
export class Recorder {
  readonly histories = new Map<string, PartitionHistory>();
  world: LogWorld;
  nowMs = NOW;
  private readonly config: Partial<LogConfig>;
  private readonly manager: Partial<LogManagerOptions>;
  private readonly epochs = new Map<string, number>();
  private readonly sequences = new Map<string, number>();
  private count = 0;

  private constructor(world: LogWorld, config: Partial<LogConfig>, manager: Partial<LogManagerOptions>) {
    this.world = world;
    this.config = config;
    this.manager = manager;
  }

  static async open(config: Partial<LogConfig>, manager: Partial<LogManagerOptions> = {}): Promise<Recorder> {
    const options = { intervals: INTERVALS, cleaner: { backoffMs: 100 }, ...manager };
    const world = await LogWorld.open(config, { manager: options });
    world.manager.start();
    return new Recorder(world, config, options);
  }

  get changes(): number {
    return this.world.fileSystem.journal.length;
  }

  log(topic: string, partition: number): PartitionLog {
    return this.world.log(topic, partition);
  }

  history(topic: string, partition: number): PartitionHistory {
    const name = `${topic}-${partition}`;
    const isCompacted = this.config.cleanupPolicy?.compact ?? false;
    const known = this.histories.get(name) ?? new PartitionHistory(topic, partition, isCompacted);
    this.histories.set(name, known);
    return known;
  }

  /** A value that no other record has; its first word tells what it belongs to. */
  value(kind: 'plain' | 'txn', padding = 0): Buffer {
    return Buffer.from(`${kind} ${this.count++}${'.'.repeat(padding)}`);
  }

  append(topic: string, partition: number, records: readonly Partial<RecordInput>[], meta: BatchMeta = {}): void {
    this.nowMs += 7;
    const inputs = records.map((one) => ({ timestampMs: this.nowMs, key: null, value: null, ...one }));
    this.write(topic, partition, singleBatch(inputs, meta), 'client');
  }

  /** A batch of an idempotent or, with `isTransactional`, a transactional producer. */
  produce(
    topic: string,
    partition: number,
    producerId: number,
    isTransactional: boolean,
    key: Buffer | null = null,
  ): void {
    const id = `${topic}-${partition}-${producerId}`;
    const baseSequence = this.sequences.get(id) ?? 0;
    const meta = { producerId: BigInt(producerId), producerEpoch: 0, baseSequence, isTransactional };
    this.append(topic, partition, [{ key, value: this.value(isTransactional ? 'txn' : 'plain') }], meta);
    this.sequences.set(id, baseSequence + 1);
  }

  /** Sequences go on where the log says, after records were cut off. */
  private resume(log: PartitionLog): void {
    const known = new Map(log.activeProducers().map((one) => [`${one.producerId}`, one.lastSequence]));
    for (const id of this.sequences.keys()) {
      if (!id.startsWith(`${log.topic}-${log.partition}-`)) continue;
      this.sequences.set(id, (known.get(id.split('-').at(-1) as string) ?? -1) + 1);
    }
  }

  decide(topic: string, partition: number, producerId: number, type: 'commit' | 'abort'): void {
    this.nowMs += 7;
    const marker = { producerId: BigInt(producerId), producerEpoch: 0, coordinatorEpoch: 0 };
    this.write(topic, partition, transactionMarker(type, this.nowMs, marker), 'coordinator');
  }

  private write(topic: string, partition: number, records: Buffer, origin: 'client' | 'coordinator'): void {
    const log = this.log(topic, partition);
    const leaderEpoch = this.epochs.get(`${topic}-${partition}`) ?? 0;
    const result = log.appendAsLeader(records, { leaderEpoch, origin });
    if (result.error !== 'NONE') throw new Error(`append to ${log.path}: ${result.error}`);
    log.advanceHighWatermark(log.logEndOffset);
    const batch = new RecordBatch(Buffer.from(records));
    const history = this.history(topic, partition);
    history.noteAppend(this.changes, batch);
    if (batch.isControl) return;
    const cursor = new RecordCursor();
    cursor.reset(batch);
    while (cursor.next()) {
      history.noteRecord(cursor.offset(), recordText(cursor.timestamp(), cursor.key(), cursor.value()));
    }
  }

  newEpoch(topic: string, partition: number): void {
    const log = this.log(topic, partition);
    const name = `${topic}-${partition}`;
    const epoch = (this.epochs.get(name) ?? 0) + 1;
    this.epochs.set(name, epoch);
    log.assignLeaderEpoch(epoch, log.logEndOffset);
  }

  async flush(topic: string, partition: number): Promise<void> {
    const log = this.log(topic, partition);
    const end = log.logEndOffset;
    await log.flush();
    this.history(topic, partition).noteFlush(this.changes, end);
  }

  /** The leader of another epoch says that the log ends earlier: records that nobody acknowledged go. */
  truncate(topic: string, partition: number, offset: bigint): void {
    const log = this.log(topic, partition);
    const first = log.read(offset, {
      maxBytes: 1,
      minOneBatch: true,
      endOffset: log.logEndOffset,
      readCommitted: false,
    });
    const end = first.records.length === 0 ? offset : new RecordBatch(first.records).baseOffset;
    this.history(topic, partition).noteTruncation(this.changes, end);
    log.truncateTo(end);
    this.resume(log);
  }

  async deleteRecords(topic: string, partition: number, offset: bigint): Promise<void> {
    const from = this.changes;
    const start = this.log(topic, partition).deleteRecordsBefore(offset);
    await Promise.resolve();
    this.history(topic, partition).noteStart(from, this.changes, start);
  }

  /** Begins to move a log to the other directory; told again, it may be given up. */
  move(topic: string, partition: number, logDir: string): void {
    const error = this.world.manager.move(topic, partition, logDir);
    if (error !== 'NONE') throw new Error(`move of ${topic}-${partition}: ${error}`);
  }

  /** Lets background work happen: checkpoints, retention, cleaning, removal of files. */
  async pass(ms: number): Promise<void> {
    const from = this.changes;
    await this.world.clock.advance(ms);
    await this.idle(20);
    for (const history of this.histories.values()) {
      const { logStartOffset } = this.log(history.topic, history.partition);
      if (logStartOffset > history.confirmedStart(this.changes)) history.noteStart(from, this.changes, logStartOffset);
    }
  }

  /** A few turns of the event loop: slices of background work. */
  async idle(turns: number): Promise<void> {
    for (let turn = 0; turn < turns; turn++) await new Promise((go) => setImmediate(go));
  }

  /** A few turns of the microtask queue: background syncs are under way meanwhile. */
  async turns(count: number): Promise<void> {
    for (let turn = 0; turn < count; turn++) await Promise.resolve();
  }

  async stopAndStart(): Promise<void> {
    const ends = [...this.histories.values()].map(
      (history) => [history, this.log(history.topic, history.partition).logEndOffset] as const,
    );
    await this.world.manager.close();
    for (const [history, end] of ends) history.noteFlush(this.changes, end);
    await this.start();
  }

  /** The process dies, the page cache stays. */
  async killAndStart(): Promise<void> {
    await this.start();
  }

  private async start(): Promise<void> {
    const { fileSystem, clock } = this.world;
    const options = { fileSystem, manager: this.manager, nowMs: clock.now() };
    this.world = await LogWorld.open(this.config, options);
    this.world.manager.start();
    for (const { topic, partition } of this.histories.values()) {
      const log = this.log(topic, partition);
      log.advanceHighWatermark(log.logEndOffset);
    }
  }

  /** The world on another disk, as its next start finds it. */
  reopen(fileSystem: LogWorld['fileSystem']): Promise<LogWorld> {
    const options = { fileSystem, manager: this.manager, nowMs: this.world.clock.now() };
    return LogWorld.open(this.config, options);
  }
}
