import { MalformedBytesError, type Offset, type Uuid, ZERO_UUID } from '../../protocol/primitives.ts';
import { type RecordBatch } from '../../protocol/records/batch.ts';
import { MalformedCheckpointError, readPartitionMetadata } from './checkpoints.ts';
import { CorruptIndexError } from './entry-file.ts';
import { CHECKPOINT, SUFFIX } from './file-names.ts';
import { LeaderEpochs } from './leader-epochs.ts';
import { type LogContext } from './log-context.ts';
import { LogSegment } from './log-segment.ts';
import { highest, lowest } from './offset-order.ts';
import { rebuildProducers } from './producer-replay.ts';
import { ProducerState } from './producer-state.ts';
import { completeTransaction } from './producer-update.ts';
import { tidyPartition } from './segment-files.ts';
import { SegmentedLog } from './segmented-log.ts';
import { type DirectoryState } from './storage-guard.ts';
import { type LogConfig } from './types.ts';

export interface LoadOptions {
  /** `<log dir>/<topic>-<partition>`; must exist. */
  readonly directory: string;
  readonly owner: { readonly config: LogConfig };
  readonly hadCleanShutdown: boolean;
  /** What the log directory's checkpoints say; 0 when they say nothing. */
  readonly recoveryPoint: Offset;
  readonly logStartOffset: Offset;
  readonly highWatermark: Offset;
  /** The cleaner's checkpoint: below it segments need not join. */
  readonly cleanedTo?: Offset | undefined;
}

export interface LoadedLog {
  readonly segments: SegmentedLog;
  readonly producers: ProducerState;
  readonly leaderEpochs: LeaderEpochs;
  readonly logStartOffset: Offset;
  readonly highWatermark: Offset;
}

/** What a partition's log is made of. */
export interface PartitionLogState extends LoadedLog {
  readonly topic: string;
  readonly partition: number;
  readonly topicId: Uuid;
  readonly directory: DirectoryState;
  /** Shared with the segments: they see a changed config. */
  readonly owner: { config: LogConfig };
}

/**
 * Opens a partition's directory. After a clean stop it is trusted; otherwise everything from the recovery point on is read
 * again: the log ends behind the last batch that is whole, unspoilt and in order, and indexes, producer state and leader
 * epochs are made anew from there. Whatever is repaired is logged. Source: kafka 4.x LogLoader, UnifiedLog.
 */
export function loadPartition(context: LogContext, options: LoadOptions): LoadedLog {
  return new Loader(context, options).load();
}

class Loader {
  private readonly context: LogContext;
  private readonly options: LoadOptions;
  private segments: LogSegment[] = [];
  private readonly producers: ProducerState;
  private readonly leaderEpochs: LeaderEpochs;
  /** Bases of segments without offset or time index. */
  private readonly unindexed = new Set<Offset>();
  /** There was no segment. */
  private isNew = false;

  constructor(context: LogContext, options: LoadOptions) {
    this.context = context;
    this.options = options;
    const { directory, owner } = options;
    const files = tidyPartition(context, directory);
    for (const [baseOffset, existing] of files.segments) {
      this.segments.push(new LogSegment(context, owner, { directory, baseOffset, existing }));
      if (!existing.has(SUFFIX.offsetIndex) || !existing.has(SUFFIX.timeIndex)) this.unindexed.add(baseOffset);
    }
    this.producers = new ProducerState(context, owner, directory, files.snapshots);
    const epochPath = `${directory}/${CHECKPOINT.leaderEpoch}`;
    let epochs: LeaderEpochs | null = null;
    try {
      epochs = LeaderEpochs.open(context.fileSystem, epochPath);
    } catch (error) {
      if (!(error instanceof MalformedCheckpointError)) throw error;
      this.warn(`${error.message}; reading the leader epochs from the log`);
    }
    this.leaderEpochs = epochs ?? new LeaderEpochs(context.fileSystem, epochPath, []);
  }

  private warn(text: string): void {
    this.context.logger.log('WARN', text);
  }

  load(): LoadedLog {
    const { options, context } = this;
    if (this.segments.length === 0) {
      this.segments.push(this.newSegment(options.logStartOffset));
      this.isNew = true;
    }
    const logStartOffset = highest(options.logStartOffset, this.firstOffset);
    const trustedEnd = this.trustedEnd();
    const nextOffset = trustedEnd ?? this.recover();
    if (nextOffset < logStartOffset) return this.startAnew(logStartOffset, nextOffset);
    this.leaderEpochs.truncateFromEnd(nextOffset);
    this.leaderEpochs.truncateFromStart(logStartOffset);
    this.completeEpochs(logStartOffset, nextOffset);
    this.leaderEpochs.save();
    if (trustedEnd !== null) this.leaderEpochs.noteDurableBelow(nextOffset);
    this.producers.keepSnapshotsAt(new Set(this.segments.map((segment) => segment.baseOffset)));
    const recoveryPoint = trustedEnd ?? lowest(options.recoveryPoint, nextOffset);
    const highWatermark = lowest(highest(options.highWatermark, logStartOffset), nextOffset);
    this.producers.transactions.forgetDecidedBelow(highWatermark);
    const { directory, owner } = options;
    const along = [this.leaderEpochs, this.producers];
    const isDurable = trustedEnd !== null && !this.isNew;
    const state = { directory, segments: this.segments, nextOffset, recoveryPoint, along, isDurable };
    const segments = new SegmentedLog(context, owner, state);
    return { segments, producers: this.producers, leaderEpochs: this.leaderEpochs, logStartOffset, highWatermark };
  }

  private get firstOffset(): Offset {
    return (this.segments[0] as LogSegment).baseOffset;
  }

  private newSegment(baseOffset: Offset): LogSegment {
    const { directory, owner } = this.options;
    return new LogSegment(this.context, owner, { directory, baseOffset, existing: new Set() });
  }

  /** The log's end when the last stop was clean and nothing found speaks against it; null when it must be recovered. */
  private trustedEnd(): Offset | null {
    if (!this.options.hadCleanShutdown) return null;
    try {
      this.trust(this.segments);
      // Nothing else reads a transaction index before a reader depends on it.
      for (const segment of this.segments) segment.indexes.transactions.all();
      const end = (this.segments.at(-1) as LogSegment).nextOffset();
      rebuildProducers(this.producers, this.segments, this.firstOffset, end);
      return end;
    } catch (error) {
      if (!(error instanceof MalformedBytesError) && !(error instanceof CorruptIndexError)) throw error;
      this.warn(`${error.message} in spite of a clean shutdown; recovering ${this.options.directory}`);
      return null;
    }
  }

  /** Makes up for what is missing beside logs that are not read again: indexes, and the leader epochs. */
  private trust(segments: readonly LogSegment[]): void {
    for (const segment of segments) {
      if (segment.sizeInBytes === 0 || !this.unindexed.has(segment.baseOffset)) continue;
      this.warn(`Segment ${segment.path} lacks an index; rebuilding its indexes`);
      segment.indexes.rebuild();
      if (segment !== this.segments.at(-1)) segment.becomeInactive();
    }
    if (this.leaderEpochs.latest >= 0) return;
    for (const segment of segments) {
      const scan = segment.scan(0);
      while (scan.next()) this.noteEpoch(scan.header);
    }
  }

  private noteEpoch({ partitionLeaderEpoch, baseOffset }: RecordBatch): void {
    if (partitionLeaderEpoch > this.leaderEpochs.latest) this.leaderEpochs.assign(partitionLeaderEpoch, baseOffset);
  }

  /** A crash may bring records back that were deleted, but not their epochs. */
  private completeEpochs(logStartOffset: Offset, end: Offset): void {
    const known = this.leaderEpochs.all()[0]?.startOffset ?? end;
    if (known <= logStartOffset) return;
    const found = new Map<number, Offset>();
    for (const segment of this.segments) {
      if (segment.baseOffset >= known) break;
      const scan = segment.scan(0);
      while (scan.next() && scan.header.baseOffset < known) {
        const { partitionLeaderEpoch, baseOffset, lastOffset } = scan.header;
        if (lastOffset < logStartOffset || found.has(partitionLeaderEpoch)) continue;
        found.set(partitionLeaderEpoch, highest(baseOffset, logStartOffset));
      }
    }
    const earlier = Array.from(found, ([leaderEpoch, startOffset]) => ({ leaderEpoch, startOffset }));
    if (earlier.length > 0) this.leaderEpochs.prepend(earlier);
  }

  /** Index of the first segment that may hold what was never flushed, or whose transaction index is spoilt. */
  private firstUntrusted(): number {
    const { recoveryPoint, hadCleanShutdown } = this.options;
    let index = this.segments.findLastIndex((segment) => segment.baseOffset <= recoveryPoint);
    if (index < 0) index = 0;
    // A clean stop that is not believed: the checkpoint lies at the log's end, so the segments must tell.
    const suspects = hadCleanShutdown ? this.segments : this.segments.slice(0, index);
    const spoilt = suspects.findIndex((segment) => !hasSoundTransactionIndex(segment));
    return spoilt < 0 ? index : Math.min(index, spoilt);
  }

  /** Reads the untrusted segments again; returns the log's end. Brings producers and epochs to it. */
  private recover(): Offset {
    const from = this.firstUntrusted();
    const trusted = this.segments.slice(0, from);
    this.trust(trusted);
    const fromOffset = (this.segments[from] as LogSegment).baseOffset;
    rebuildProducers(this.producers, trusted, this.firstOffset, fromOffset);
    // From here on the batches tell: what the file says may be of a log that was cut, and the cut may be undone.
    this.leaderEpochs.forgetFrom(fromOffset);
    for (let index = from; index < this.segments.length; index++) {
      const segment = this.segments[index] as LogSegment;
      this.producers.mapEndOffset = highest(this.producers.mapEndOffset, segment.baseOffset);
      if (index > from) this.producers.takeSnapshot();
      const { cutBytes, reason } = segment.recover((batch) => this.visit(batch, segment));
      // Indexes of the last one stay in memory until a flush, as those of every segment that is written to.
      if (index < this.segments.length - 1) segment.becomeInactive();
      if (cutBytes > 0) this.warn(`Cut ${cutBytes} bytes off the end of ${segment.path}: ${reason}`);
      if (cutBytes === 0 && this.isJoined(index)) continue;
      if (this.startsBehind(index)) {
        this.dropUpTo(index);
        return this.recover();
      }
      this.dropBehind(index);
    }
    return (this.segments.at(-1) as LogSegment).nextOffset();
  }

  /**
   * Whether the next segment goes on where this one ends: a crash may keep it and take the end of this one, at a batch's
   * boundary. What the cleaner has seen was durable, and Kafka's cleaner leaves segments that do not join.
   */
  private isJoined(index: number): boolean {
    const next = this.segments[index + 1];
    if (next === undefined) return true;
    const end = (this.segments[index] as LogSegment).nextOffset();
    return end === next.baseOffset || (end < next.baseOffset && next.baseOffset <= (this.options.cleanedTo ?? 0n));
  }

  private visit(batch: RecordBatch, segment: LogSegment): void {
    this.noteEpoch(batch);
    const completed = this.producers.replay(batch);
    if (completed) completeTransaction(this.producers, completed, segment.indexes.transactions);
  }

  /** Retention may have got as far as this, with its renames in any order; what it was to keep lies behind. */
  private startsBehind(index: number): boolean {
    const next = this.segments[index + 1];
    return next !== undefined && next.baseOffset <= this.options.logStartOffset;
  }

  private dropUpTo(index: number): void {
    for (const segment of this.segments.splice(0, index + 1)) {
      this.warn(`Deleting segment ${segment.path}, which lies below the log start offset and a gap`);
      segment.remove();
      this.producers.removeSnapshot(segment.baseOffset);
    }
  }

  private dropBehind(index: number): void {
    for (const segment of this.segments.splice(index + 1).reverse()) {
      this.warn(`Deleting segment ${segment.path}, which lies behind the cut`);
      segment.remove();
      this.producers.removeSnapshot(segment.baseOffset);
    }
    // They must not come back once appends have filled the gap.
    this.context.fileSystem.syncDirectory(this.options.directory);
  }

  /** All that is left lies below the log start offset, which never goes back. */
  private startAnew(logStartOffset: Offset, endOffset: Offset): LoadedLog {
    const { directory, owner } = this.options;
    this.warn(`${directory} ends at ${endOffset}, below its log start offset ${logStartOffset}; starting anew there`);
    for (const segment of this.segments.reverse()) segment.remove();
    this.context.fileSystem.syncDirectory(directory);
    this.segments = [this.newSegment(logStartOffset)];
    this.leaderEpochs.clear();
    this.producers.startAnewAt(logStartOffset);
    const { producers, leaderEpochs, segments: newSegments } = this;
    const ends = { nextOffset: logStartOffset, recoveryPoint: logStartOffset };
    const state = { directory, segments: newSegments, ...ends, along: [leaderEpochs, producers], isDurable: false };
    const segments = new SegmentedLog(this.context, owner, state);
    return { segments, producers, leaderEpochs, logStartOffset, highWatermark: logStartOffset };
  }
}

function hasSoundTransactionIndex(segment: LogSegment): boolean {
  try {
    segment.indexes.transactions.all();
    return true;
  } catch (error) {
    if (error instanceof CorruptIndexError) return false;
    throw error;
  }
}

/** Of the topic a directory belongs to; all zeros when it does not say. */
export function readTopicId({ fileSystem, logger }: LogContext, directory: string): Uuid {
  try {
    return readPartitionMetadata(fileSystem, directory) ?? ZERO_UUID;
  } catch (error) {
    if (!(error instanceof MalformedCheckpointError)) throw error;
    logger.log('WARN', `${error.message}; its topic id will be written anew`);
    return ZERO_UUID;
  }
}
