import { MalformedBytesError, type Offset, type ProducerId } from '../../protocol/primitives.ts';
import { NO_PRODUCER_ID, type RecordBatch } from '../../protocol/records/batch.ts';
import { SUFFIX, segmentPath } from './file-names.ts';
import { type LogContext } from './log-context.ts';
import { compareOffsets } from './offset-order.ts';
import { type CompletedTransaction, ProducerAppend } from './producer-append.ts';
import { type ProducerEntry } from './producer-entry.ts';
import { decodeProducerSnapshot, encodeProducerSnapshot } from './producer-snapshot.ts';
import { type FlushedAlong } from './segmented-log.ts';
import { TransactionOffsets } from './transaction-offsets.ts';
import { type ActiveProducer, type AppendOrigin, type LogConfig, type VerificationGuard } from './types.ts';

/**
 * Producers of a partition: sequences, epochs and open transactions, with snapshots by which a start after a crash need
 * not replay the whole log. Source: kafka 4.x ProducerStateManager.
 */
export class ProducerState implements FlushedAlong {
  readonly transactions = new TransactionOffsets();
  /** Exclusive end of what is taken in; whoever appends or replays moves it on. */
  mapEndOffset: Offset = 0n;
  private readonly context: LogContext;
  private readonly owner: { readonly config: LogConfig };
  private directory: string;
  private readonly entries = new Map<ProducerId, ProducerEntry>();
  private readonly verifications = new Map<ProducerId, VerificationGuard>();
  /** Offsets of the snapshot files, rising. */
  private snapshots: Offset[];
  private lastSnapshot: Offset = 0n;
  /** Snapshots that a power failure may take: a replay makes up for it as long as no marker behind them is cleaned away. */
  private readonly unsynced = new Set<Offset>();

  constructor(
    context: LogContext,
    owner: { readonly config: LogConfig },
    directory: string,
    snapshots: readonly Offset[],
  ) {
    this.context = context;
    this.owner = owner;
    this.directory = directory;
    this.snapshots = [...snapshots].sort(compareOffsets);
  }

  get isEmpty(): boolean {
    return this.entries.size === 0;
  }

  get(producerId: ProducerId): ProducerEntry | undefined {
    return this.entries.get(producerId);
  }

  prepare(producerId: ProducerId, origin: AppendOrigin): ProducerAppend {
    return new ProducerAppend(producerId, this.entries.get(producerId), origin, this.context.cursor);
  }

  beginVerification(producerId: ProducerId, producerEpoch: number): VerificationGuard | null {
    if (this.hasOngoingTransaction(producerId, producerEpoch)) return null;
    const guard = this.verifications.get(producerId) ?? { producerId };
    this.verifications.set(producerId, guard);
    return guard;
  }

  /** Whether a transactional batch may begin or go on with a transaction here. Source: kafka 4.x VerificationGuard. */
  isVerified(batch: RecordBatch, guard: VerificationGuard | null): boolean {
    const { producerId, producerEpoch } = batch;
    // A batch that is here already is answered, whatever has become of its transaction.
    if (this.hasOngoingTransaction(producerId, producerEpoch) || this.get(producerId)?.findDuplicate(batch))
      return true;
    return guard !== null && this.verifications.get(producerId) === guard;
  }

  hasOngoingTransaction(producerId: ProducerId, producerEpoch: number): boolean {
    const entry = this.entries.get(producerId);
    return entry !== undefined && entry.transactionFirstOffset !== null && entry.producerEpoch === producerEpoch;
  }

  /** Stores what an append changed, after its bytes are written. What was verified before is void. */
  commit(append: ProducerAppend): void {
    this.verifications.delete(append.entry.producerId);
    this.entries.set(append.entry.producerId, append.entry);
    for (const firstOffset of append.startedTransactions) this.transactions.begin(firstOffset);
  }

  /** Takes in a batch that is in the log already; answers the transaction it ended, which is not completed yet. */
  replay(batch: RecordBatch): CompletedTransaction | null {
    this.mapEndOffset = batch.nextOffset;
    if (batch.producerId === NO_PRODUCER_ID) return null;
    const append = this.prepare(batch.producerId, 'replication');
    const completed = append.add(batch);
    this.commit(append);
    return completed;
  }

  /** Forgets producers that were silent for producer.id.expiration.ms and have no open transaction. */
  removeExpired(nowMs: number): void {
    // Nobody's request takes as long as the time between two of these rounds: they will not be asked for.
    this.verifications.clear();
    for (const entry of this.entries.values()) {
      if (this.isExpired(entry, nowMs)) this.entries.delete(entry.producerId);
    }
  }

  private isExpired(entry: ProducerEntry, nowMs: number): boolean {
    const { unknownProducerExpirationMs } = this.owner.config;
    return (
      entry.transactionFirstOffset === null && nowMs - Number(entry.lastTimestampMs) >= unknownProducerExpirationMs
    );
  }

  /** Writes a snapshot of the state at its end offset, unless there is one. */
  takeSnapshot(): void {
    if (this.mapEndOffset <= this.lastSnapshot) return;
    this.writeSnapshot();
  }

  private writeSnapshot(): void {
    const bytes = encodeProducerSnapshot(this.entries.values());
    const file = this.context.fileSystem.open(this.snapshotPath(this.mapEndOffset), 'create');
    try {
      file.truncate(0);
      file.write(bytes, 0, bytes.length, 0);
    } finally {
      file.close();
    }
    if (!this.snapshots.includes(this.mapEndOffset)) this.snapshots.push(this.mapEndOffset);
    this.lastSnapshot = this.mapEndOffset;
    this.unsynced.add(this.mapEndOffset);
  }

  async syncInBackground(): Promise<boolean> {
    const offsets = this.takeUnsynced();
    for (const offset of offsets) {
      const file = this.context.fileSystem.open(this.snapshotPath(offset), 'update');
      try {
        await file.syncInBackground();
      } finally {
        file.close();
      }
    }
    return offsets.length > 0;
  }

  sync(): boolean {
    const offsets = this.takeUnsynced();
    for (const offset of offsets) {
      const file = this.context.fileSystem.open(this.snapshotPath(offset), 'update');
      try {
        file.sync();
      } finally {
        file.close();
      }
    }
    return offsets.length > 0;
  }

  private takeUnsynced(): Offset[] {
    const offsets = [...this.unsynced];
    this.unsynced.clear();
    return offsets;
  }

  private snapshotPath(offset: Offset): string {
    return segmentPath(this.directory, offset, SUFFIX.snapshot);
  }

  /**
   * Goes back to the latest sound snapshot at or below `endOffset` that is not below the first segment; snapshots outside
   * that range are removed. The caller replays the batches from `mapEndOffset` on.
   */
  reload(firstOffset: Offset, endOffset: Offset): void {
    for (const offset of [...this.snapshots]) {
      if (offset > endOffset || offset < firstOffset) this.removeSnapshot(offset);
    }
    this.clear(firstOffset);
    for (let latest = this.snapshots.at(-1); latest !== undefined; latest = this.snapshots.at(-1)) {
      if (this.load(latest)) return;
      this.removeSnapshot(latest);
    }
  }

  private load(offset: Offset): boolean {
    const path = this.snapshotPath(offset);
    try {
      const nowMs = this.context.clock.now();
      for (const entry of decodeProducerSnapshot(this.context.fileSystem.readFile(path))) {
        if (this.isExpired(entry, nowMs)) continue;
        this.entries.set(entry.producerId, entry);
        if (entry.transactionFirstOffset !== null) this.transactions.begin(entry.transactionFirstOffset);
      }
    } catch (error) {
      if (!(error instanceof MalformedBytesError)) throw error;
      this.context.logger.log('WARN', `Removing producer snapshot ${path}: ${error.message}`);
      return false;
    }
    this.mapEndOffset = offset;
    this.lastSnapshot = offset;
    return true;
  }

  private clear(endOffset: Offset): void {
    this.entries.clear();
    this.transactions.clear();
    this.mapEndOffset = endOffset;
    this.lastSnapshot = endOffset;
  }

  /** The log now starts at that offset with nothing in it. */
  startAnewAt(offset: Offset): void {
    for (const snapshot of [...this.snapshots]) this.removeSnapshot(snapshot);
    this.clear(offset);
  }

  logStartMovedTo(logStartOffset: Offset): void {
    this.transactions.forgetDecidedBelow(logStartOffset);
    if (this.mapEndOffset < logStartOffset) this.mapEndOffset = logStartOffset;
  }

  /** After a start: only snapshots at segments' beginnings and the latest one are of use. */
  keepSnapshotsAt(offsets: ReadonlySet<Offset>): void {
    const latest = this.snapshots.at(-1);
    for (const offset of [...this.snapshots]) {
      if (offset !== latest && !offsets.has(offset)) this.removeSnapshot(offset);
    }
  }

  removeSnapshot(offset: Offset): void {
    if (!this.snapshots.includes(offset)) return;
    this.snapshots = this.snapshots.filter((one) => one !== offset);
    this.unsynced.delete(offset);
    this.context.fileSystem.remove(this.snapshotPath(offset));
  }

  movedTo(directory: string): void {
    this.directory = directory;
  }

  active(): ActiveProducer[] {
    return Array.from(this.entries.values(), (entry) => ({
      producerId: entry.producerId,
      producerEpoch: entry.producerEpoch,
      lastSequence: entry.lastSequence,
      lastTimestampMs: entry.lastTimestampMs,
      coordinatorEpoch: entry.coordinatorEpoch,
      currentTransactionStartOffset: entry.transactionFirstOffset ?? -1n,
    }));
  }
}
