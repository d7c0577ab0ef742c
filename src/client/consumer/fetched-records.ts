import { ERRORS, KafkaError } from '../../protocol/errors.ts';
import { MalformedBytesError, type Offset, type ProducerId } from '../../protocol/primitives.ts';
import { RecordBatch as Batch, MAGIC, type RecordBatch, wholeBatchBytes } from '../../protocol/records/batch.ts';
import { readControlType } from '../../protocol/records/control-types.ts';
import { type RecordCursor } from '../../protocol/records/record-cursor.ts';
import { JavaError } from '../../util/java-error.ts';
import { type AssignedPartition, partitionName } from './assigned-partition.ts';

export interface AbortedTransaction {
  readonly producerId: ProducerId;
  readonly firstOffset: Offset;
}

export interface FetchedRecordsOptions {
  readonly partition: AssignedPartition;
  /** Whole batches, perhaps with a cut tail; a view on the answer's frame. */
  readonly records: Buffer;
  readonly fetchOffset: Offset;
  /** Null: read_uncommitted. */
  readonly abortedTransactions: readonly AbortedTransaction[] | null;
  readonly checkCrcs: boolean;
  /** Shared by all: only one FetchedRecords is walked at a time. */
  readonly cursor: RecordCursor;
}

/**
 * The records of one partition out of one fetch answer. Walk: `while (records.next()) use(records.cursor)`; no object is made per
 * record. Control records, records below the fetch offset and aborted ones are passed over (protocol guide: control batches).
 * The partition's position follows when `settle` is called.
 */
export class FetchedRecords {
  readonly partition: AssignedPartition;
  readonly cursor: RecordCursor;
  readonly sizeInBytes: number;
  /** How often `next` has said yes. */
  handedOut = 0;
  private readonly buffer: Buffer;
  private readonly checkCrcs: boolean;
  private readonly fetchOffset: Offset;
  private readonly aborted: AbortedTransaction[] | null;
  private readonly abortedProducers = new Set<ProducerId>();
  private at = 0;
  private batch: RecordBatch | null = null;
  private firstDelta = 0;
  /** Offset behind the last batch that was walked to its end. */
  private behind: Offset;

  constructor(options: FetchedRecordsOptions) {
    this.partition = options.partition;
    this.buffer = options.records;
    this.sizeInBytes = options.records.length;
    this.fetchOffset = options.fetchOffset;
    this.behind = options.fetchOffset;
    this.checkCrcs = options.checkCrcs;
    this.cursor = options.cursor;
    this.aborted = options.abortedTransactions
      ? [...options.abortedTransactions].sort((a, b) => (a.firstOffset < b.firstOffset ? -1 : 1))
      : null;
  }

  /** The batch the cursor stands in: for timestamp type and leader epoch. */
  get currentBatch(): RecordBatch {
    return this.batch as RecordBatch;
  }

  /** Steps to the next record a consumer may see. False at the end, and once the partition is given up. Throws JavaError. */
  next(): boolean {
    for (;;) {
      if (this.partition.isRevoked) return false;
      if (this.batch !== null) {
        try {
          while (this.cursor.next()) {
            if (this.cursor.offsetDelta < this.firstDelta) continue;
            this.handedOut++;
            return true;
          }
        } catch (error) {
          throw this.unreadable(error);
        }
        this.leaveBatch(this.batch);
      }
      if (!this.openBatch()) return false;
    }
  }

  /** Offset behind the record the cursor stands on: everything before it has been handed out. */
  private get position(): Offset {
    return this.batch === null ? this.behind : this.cursor.offset() + 1n;
  }

  /** Moves the partition's position to where the walk stands. Whoever called `next` has done its work with the record. */
  settle(): void {
    const { partition, batch } = this;
    if (partition.isRevoked) return;
    partition.position = this.position;
    if (batch !== null) partition.positionLeaderEpoch = batch.partitionLeaderEpoch;
  }

  private openBatch(): boolean {
    for (;;) {
      const size = wholeBatchBytes(this.buffer, this.at);
      if (size === 0) return false;
      const batch = new Batch(this.buffer, this.at);
      this.at += size;
      this.checkBatch(batch);
      if (this.isVisible(batch)) {
        try {
          this.cursor.reset(batch);
        } catch (error) {
          throw this.unreadable(error);
        }
        const { baseOffset } = batch;
        this.firstDelta = baseOffset < this.fetchOffset ? Number(this.fetchOffset - baseOffset) : 0;
        this.batch = batch;
        return true;
      }
      this.leaveBatch(batch);
    }
  }

  private leaveBatch(batch: RecordBatch): void {
    const { nextOffset } = batch;
    if (nextOffset > this.behind) this.behind = nextOffset;
    this.partition.positionLeaderEpoch = batch.partitionLeaderEpoch;
    this.batch = null;
  }

  /** Source: Java's CompletedFetch.nextFetchedRecord. */
  private isVisible(batch: RecordBatch): boolean {
    const { aborted, abortedProducers } = this;
    if (aborted !== null && batch.producerId >= 0n) {
      const { lastOffset, producerId } = batch;
      for (let first = aborted[0]; first && first.firstOffset <= lastOffset; first = aborted[0]) {
        abortedProducers.add(first.producerId);
        aborted.shift();
      }
      if (batch.isControl) {
        if (this.isAbortMarker(batch)) abortedProducers.delete(producerId);
      } else if (batch.isTransactional && abortedProducers.has(producerId)) return false;
    }
    return !batch.isControl;
  }

  private isAbortMarker(batch: RecordBatch): boolean {
    try {
      this.cursor.reset(batch);
      if (!this.cursor.next()) return false;
      const key = this.cursor.key();
      return key !== null && readControlType(key) === 'abort';
    } catch (error) {
      throw this.unreadable(error);
    }
  }

  private checkBatch(batch: RecordBatch): void {
    if (batch.magic !== MAGIC) {
      throw new KafkaError('UNSUPPORTED_FOR_MESSAGE_FORMAT', ERRORS.UNSUPPORTED_FOR_MESSAGE_FORMAT.text);
    }
    if (!this.checkCrcs || batch.isCrcValid()) return;
    throw new JavaError(
      'org.apache.kafka.common.KafkaException',
      `Record batch for partition ${partitionName(this.partition)} at offset ${batch.baseOffset} is invalid, cause: Record is corrupt (stored crc = ${batch.crc})`,
    );
  }

  private unreadable(error: unknown): unknown {
    if (!(error instanceof MalformedBytesError)) return error;
    return new JavaError(
      'org.apache.kafka.common.KafkaException',
      `Received exception when fetching the next record from ${partitionName(this.partition)}. If needed, please seek past the record to continue consumption.`,
      new JavaError('org.apache.kafka.common.errors.CorruptRecordException', error.message),
    );
  }
}

/** The last whole batch; null when there is none. Throws MalformedBytesError. */
export function lastWholeBatch(records: Buffer): RecordBatch | null {
  let last = -1;
  for (let at = 0; ; ) {
    const size = wholeBatchBytes(records, at);
    if (size === 0) break;
    last = at;
    at += size;
  }
  return last < 0 ? null : new Batch(records, last);
}
