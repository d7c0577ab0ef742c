import { KafkaError } from '../../protocol/errors.ts';
import { MalformedBytesError, type Offset, type ProducerId, type TimestampMs } from '../../protocol/primitives.ts';
import { addToSequence, NO_PRODUCER_EPOCH, NO_SEQUENCE, type RecordBatch } from '../../protocol/records/batch.ts';
import { readControlType, readCoordinatorEpoch } from '../../protocol/records/control-records.ts';
import { type RecordCursor } from '../../protocol/records/record-cursor.ts';
import { ProducerEntry } from './producer-entry.ts';
import { type AppendOrigin } from './types.ts';

/** A transaction that a marker ended in this partition. */
export interface CompletedTransaction {
  readonly producerId: ProducerId;
  readonly firstOffset: Offset;
  /** Of the marker. */
  readonly lastOffset: Offset;
  readonly isAborted: boolean;
}

interface Marker {
  readonly isAborted: boolean;
  readonly coordinatorEpoch: number;
  readonly timestampMs: TimestampMs;
}

/**
 * One producer's part of an append: works on a copy of the producer's entry, which the caller stores once the bytes are
 * written. Source: kafka 4.x ProducerAppendInfo, KIP-98, KIP-360.
 */
export class ProducerAppend {
  readonly entry: ProducerEntry;
  /** First offset of the transaction that these batches began. */
  readonly startedTransactions: Offset[] = [];
  private readonly before: ProducerEntry | undefined;
  private readonly origin: AppendOrigin;
  private readonly cursor: RecordCursor;

  constructor(producerId: ProducerId, before: ProducerEntry | undefined, origin: AppendOrigin, cursor: RecordCursor) {
    this.before = before;
    this.entry = before?.copy() ?? new ProducerEntry(producerId);
    this.origin = origin;
    this.cursor = cursor;
  }

  /**
   * Takes in a batch with its final offsets; answers the transaction it ended. Throws KafkaError
   * OUT_OF_ORDER_SEQUENCE_NUMBER, INVALID_PRODUCER_EPOCH, INVALID_TXN_STATE, TRANSACTION_COORDINATOR_FENCED.
   */
  add(batch: RecordBatch): CompletedTransaction | null {
    if (!batch.isControl) {
      this.addData(batch);
      return null;
    }
    const marker = this.readMarker(batch);
    return marker && this.addMarker(marker, batch.producerEpoch, batch.baseOffset);
  }

  /** Null for a control batch that compaction emptied, and for control records that end no transaction. */
  private readMarker(batch: RecordBatch): Marker | null {
    this.cursor.reset(batch);
    if (!this.cursor.next()) return null;
    const [key, value] = [this.cursor.key(), this.cursor.value()];
    if (key === null || value === null) throw new MalformedBytesError('transaction marker without key or value');
    const type = readControlType(key);
    if (type !== 'abort' && type !== 'commit') return null;
    return {
      isAborted: type === 'abort',
      coordinatorEpoch: readCoordinatorEpoch(value),
      timestampMs: this.cursor.timestamp(),
    };
  }

  private addData(batch: RecordBatch): void {
    const { producerEpoch, baseSequence, lastSequence, baseOffset, lastOffset, isTransactional } = batch;
    this.checkEpoch(producerEpoch);
    if (this.origin === 'client') this.checkSequence(producerEpoch, baseSequence);
    const timestampMs = batch.maxTimestamp;
    const cached = { firstSequence: baseSequence, lastSequence, firstOffset: baseOffset, lastOffset, timestampMs };
    this.entry.addBatch(producerEpoch, cached);
    const isOpen = this.entry.transactionFirstOffset !== null;
    if (isOpen && !isTransactional && this.origin !== 'replication') {
      throw new KafkaError('INVALID_TXN_STATE', `plain batch of producer ${batch.producerId} inside its transaction`);
    }
    if (!isOpen && isTransactional) {
      this.entry.transactionFirstOffset = baseOffset;
      this.startedTransactions.push(baseOffset);
    }
  }

  private addMarker(marker: Marker, producerEpoch: number, offset: Offset): CompletedTransaction | null {
    const { entry } = this;
    this.checkEpoch(producerEpoch);
    if (entry.coordinatorEpoch > marker.coordinatorEpoch && this.origin !== 'replication') {
      const epochs = `${marker.coordinatorEpoch}, ${entry.coordinatorEpoch} was seen`;
      throw new KafkaError('TRANSACTION_COORDINATOR_FENCED', `marker of coordinator epoch ${epochs}`);
    }
    const firstOffset = entry.transactionFirstOffset;
    entry.setEpoch(producerEpoch);
    entry.transactionFirstOffset = null;
    entry.coordinatorEpoch = marker.coordinatorEpoch;
    entry.lastTimestampMs = marker.timestampMs;
    // A marker without data leaves no trace: neither the last stable offset nor readers depend on it.
    if (firstOffset === null) return null;
    return { producerId: entry.producerId, firstOffset, lastOffset: offset, isAborted: marker.isAborted };
  }

  private checkEpoch(producerEpoch: number): void {
    // What the leader has accepted is not for a follower or a replay to judge.
    if (producerEpoch >= this.entry.producerEpoch || this.origin === 'replication') return;
    const text = `epoch ${producerEpoch} of producer ${this.entry.producerId}, ${this.entry.producerEpoch} was seen`;
    throw new KafkaError('INVALID_PRODUCER_EPOCH', text);
  }

  private checkSequence(producerEpoch: number, firstSequence: number): void {
    const { entry, before } = this;
    if (producerEpoch !== entry.producerEpoch) {
      // A producer nobody knows may go on anywhere: its records may be gone by retention (KIP-360).
      if (firstSequence === 0 || entry.producerEpoch === NO_PRODUCER_EPOCH) return;
      this.outOfOrder(`sequence ${firstSequence} at the start of epoch ${producerEpoch}`);
    }
    if (before === undefined || before.producerEpoch === NO_PRODUCER_EPOCH) return;
    const last = entry.lastSequence;
    const expected = last === NO_SEQUENCE ? 0 : addToSequence(last, 1);
    if (firstSequence !== expected) this.outOfOrder(`sequence ${firstSequence}, ${expected} expected`);
  }

  private outOfOrder(detail: string): never {
    throw new KafkaError('OUT_OF_ORDER_SEQUENCE_NUMBER', `${detail} of producer ${this.entry.producerId}`);
  }
}
