import { type Offset, type ProducerId } from '../../../protocol/primitives.ts';
import { RecordCursor } from '../../../protocol/records/record-cursor.ts';
import { SUFFIX } from '../file-names.ts';
import { type LogContext } from '../log-context.ts';
import { LogSegment } from '../log-segment.ts';
import { highest } from '../offset-order.ts';
import { type DiskPartitionLog } from '../partition-log.ts';
import { yieldToLoop } from '../periodic-task.ts';
import { BatchFilter, type LastOfProducer } from './batch-filter.ts';
import { CleanedTransactions } from './cleaned-transactions.ts';
import { OffsetMap } from './offset-map.ts';

/** Bytes read between two looks at the event loop. */
const STEP_BYTES = 1024 * 1024;
/** How long a pause lasts before a stop is looked for. */
const LONGEST_PAUSE_MS = 300;
/** A rewritten segment spans no more offsets than an index can count. */
const MAX_SPAN = 0x7fffffffn;

/** The log changed under the cleaner's hands (truncated, deleted, expired, offline): what was written is thrown away. */
export class CompactionAborted extends Error {
  override name = 'CompactionAborted';
}

export interface CompactionOptions {
  /** log.cleaner.dedupe.buffer.size */
  readonly dedupeBufferBytes: number;
  /** log.cleaner.io.max.bytes.per.second: what is read and written together. */
  readonly maxBytesPerSecond: number;
}

export interface CompactionResult {
  /** Exclusive end of what is clean now. */
  readonly cleanedTo: Offset;
  readonly bytesBefore: number;
  readonly bytesAfter: number;
}

/**
 * One cleaning of one log, in small steps between which other work goes on: learns the latest offset of each key of the
 * dirty part, then rewrites everything up to its end without what is superseded. Segments are swapped in one piece.
 * Source: kafka 4.x Cleaner.
 */
export class Compaction {
  private readonly context: LogContext;
  private readonly log: DiskPartitionLog;
  private readonly options: CompactionOptions;
  /** Own one: steps of this work are interleaved with appends. */
  private readonly cursor = new RecordCursor();
  private readonly isStopped: () => boolean;
  private stepBytes = 0;
  private steppedMs: number;

  constructor(context: LogContext, log: DiskPartitionLog, options: CompactionOptions, isStopped: () => boolean) {
    this.context = context;
    this.log = log;
    this.options = options;
    this.isStopped = isStopped;
    this.steppedMs = context.clock.now();
  }

  /** Throws CompactionAborted; the log is as before then, or cleaned in part. */
  async run(range: { firstDirtyOffset: Offset; endOffset: Offset }): Promise<CompactionResult> {
    const map = await this.readKeys(range.firstDirtyOffset, range.endOffset);
    const end = map.latestOffset + 1n;
    const transactions = new CleanedTransactions(this.cursor);
    const filter = new BatchFilter({
      map,
      transactions,
      lastOfProducers: this.lastOfProducers(),
      cursor: this.cursor,
      nowMs: this.context.clock.now(),
      deleteRetentionMs: this.log.config.deleteRetentionMs,
    });
    let bytesBefore = 0;
    let bytesAfter = 0;
    for (const group of this.groups(end)) {
      bytesBefore += group.reduce((bytes, segment) => bytes + segment.sizeInBytes, 0);
      bytesAfter += await this.rewrite(group, filter, transactions);
    }
    return { cleanedTo: highest(end, range.firstDirtyOffset), bytesBefore, bytesAfter };
  }

  /** Yields now and then; afterwards the given segments must still be the log's. */
  private async step(bytes: number, segments: readonly LogSegment[]): Promise<void> {
    this.stepBytes += bytes;
    if (this.stepBytes < STEP_BYTES) return;
    await yieldToLoop();
    await this.keepPace();
    this.stepBytes = 0;
    this.checkUnchanged(segments);
  }

  /** Waits as long as the bytes of this step should have taken. */
  private async keepPace(): Promise<void> {
    const { clock } = this.context;
    const endMs = this.steppedMs + (this.stepBytes * 1000) / this.options.maxBytesPerSecond;
    for (let left = endMs - clock.now(); left > 0 && !this.isStopped(); left = endMs - clock.now()) {
      const pauseMs = Math.min(left, LONGEST_PAUSE_MS);
      await new Promise<void>((resolve) => void clock.after(pauseMs, resolve));
    }
    this.steppedMs = clock.now();
  }

  private checkUnchanged(segments: readonly LogSegment[]): void {
    const { all } = this.log.segments;
    if (this.isStopped() || this.log.isOffline || this.log.isDeleted) throw new CompactionAborted(this.log.name);
    if (!segments.every((segment) => all.includes(segment))) throw new CompactionAborted(this.log.name);
  }

  /** Latest offsets of the keys from `from` on; stops early when the map is full, which leaves the rest dirty. */
  private async readKeys(from: Offset, end: Offset): Promise<OffsetMap> {
    const map = new OffsetMap(Number(end - from), this.options.dedupeBufferBytes);
    const transactions = new CleanedTransactions(this.cursor);
    transactions.add(this.log.segments.abortedTransactions(from, end));
    const { segments } = this.log;
    for (const segment of segments.all.slice(segments.floorIndex(from))) {
      if (segment.baseOffset >= end) break;
      const reader = segment.reader(segment.indexes.positionBefore(from));
      for (let batch = reader.next(); batch !== null; batch = reader.next()) {
        if (batch.lastOffset < from) continue;
        if (batch.baseOffset >= end) break;
        const isDropped = transactions.mayDiscard(batch) || batch.isControl;
        if (!isDropped) {
          this.cursor.reset(batch);
          while (this.cursor.next()) {
            const key = this.cursor.key();
            const offset = this.cursor.offset();
            if (key === null || offset < from) continue;
            if (map.isFull) return map;
            map.put(key, offset);
          }
        }
        map.latestOffset = batch.lastOffset;
        await this.step(batch.sizeInBytes, [segment]);
      }
    }
    return map;
  }

  private lastOfProducers(): Map<ProducerId, LastOfProducer> {
    const last = new Map<ProducerId, LastOfProducer>();
    for (const { producerId, producerEpoch } of this.log.activeProducers()) {
      const lastDataOffset = this.log.producers.get(producerId)?.lastBatch?.lastOffset ?? null;
      last.set(producerId, { lastDataOffset, producerEpoch });
    }
    return last;
  }

  /** Neighbouring segments below `end` that fit into one (kafka 4.x Cleaner.groupSegmentsBySize). */
  private groups(end: Offset): LogSegment[][] {
    const { segmentBytes, segmentIndexBytes } = this.log.config;
    const candidates = this.log.segments.all.slice(0, -1).filter((segment) => segment.baseOffset < end);
    const groups: LogSegment[][] = [];
    let bytes = 0;
    let indexBytes = 0;
    for (const [index, segment] of candidates.entries()) {
      const group = groups.at(-1);
      const nextBase = this.log.segments.all[index + 1]?.baseOffset ?? end;
      bytes += segment.sizeInBytes;
      indexBytes += segment.indexes.largestFileBytes;
      const fits = bytes <= segmentBytes && indexBytes <= segmentIndexBytes;
      if (group && fits && nextBase - 1n - (group[0] as LogSegment).baseOffset <= MAX_SPAN) {
        group.push(segment);
        continue;
      }
      groups.push([segment]);
      bytes = segment.sizeInBytes;
      indexBytes = segment.indexes.largestFileBytes;
    }
    return groups;
  }

  /** Writes a group anew and puts the result in its place; answers its size. */
  private async rewrite(
    group: readonly LogSegment[],
    filter: BatchFilter,
    transactions: CleanedTransactions,
  ): Promise<number> {
    this.checkUnchanged(group);
    const [first, newest] = [group[0] as LogSegment, group.at(-1) as LogSegment];
    const cleaned = new LogSegment(this.context, this.log.segments.owner, {
      directory: this.log.path,
      baseOffset: first.baseOffset,
      existing: new Set(),
      state: SUFFIX.cleaned,
    });
    try {
      transactions.writeTo(cleaned.indexes.transactions);
      for (const segment of group) {
        const segmentEnd = segment.nextOffset();
        transactions.add(this.log.segments.abortedTransactions(segment.baseOffset, segmentEnd));
        const reader = segment.reader();
        for (let batch = reader.next(); batch !== null; batch = reader.next()) {
          // The end of the offsets stays on disk: a swap cut short must know which segments it covers.
          const mustStay = segment === newest && batch.nextOffset === segmentEnd;
          const bytes = filter.apply(batch, mustStay);
          if (bytes !== null) cleaned.append(bytes, bytes.length);
          await this.step(batch.sizeInBytes + (bytes?.length ?? 0), group);
        }
      }
      this.checkUnchanged(group);
      cleaned.becomeInactive();
      cleaned.setLastModified(newest.lastModifiedMs);
      this.log.replaceSegments(cleaned, group);
      return cleaned.sizeInBytes;
    } catch (error) {
      if (error instanceof CompactionAborted && !this.log.isOffline) cleaned.remove();
      else cleaned.abandon();
      throw error;
    }
  }
}
