import { type Offset, type ProducerId, type TimestampMs } from '../../protocol/primitives.ts';

export interface BatchEvent {
  readonly kind: 'batch';
  readonly baseOffset: Offset;
  readonly lastOffset: Offset;
  readonly count: number;
  readonly baseSequence: number;
  readonly lastSequence: number;
  readonly producerId: ProducerId;
  readonly producerEpoch: number;
  readonly partitionLeaderEpoch: number;
  readonly isTransactional: boolean;
  readonly isControl: boolean;
  readonly deleteHorizonMs: TimestampMs | null;
  readonly position: number;
  readonly timestampType: 'CreateTime' | 'LogAppendTime';
  readonly maxTimestampMs: TimestampMs;
  readonly sizeBytes: number;
  readonly magic: number;
  readonly compression: string;
  readonly crc: number;
  readonly isValid: boolean;
}

/** What of a record is not asked for is null: its place and sizes (`metadata`), key and payload. */
export interface RecordEvent {
  readonly kind: 'record';
  readonly metadata: RecordMetadata | null;
  readonly key: string | null;
  readonly payload: string | null;
}

export interface RecordMetadata {
  readonly offset: Offset;
  readonly timestampType: 'CreateTime' | 'LogAppendTime';
  readonly timestampMs: TimestampMs;
  /** -1: null. */
  readonly keySize: number;
  readonly valueSize: number;
  readonly sequence: number;
  readonly headerKeys: readonly string[];
  /** What a control record says. */
  readonly control: ControlFacts | null;
}

/** `json`: the record as Kafka's converter gives it; a marker has a coordinator's epoch instead. */
export interface ControlFacts {
  readonly type: string;
  readonly typeId: number;
  readonly coordinatorEpoch: number | null;
  readonly json: string | null;
}

/** Complaints that Kafka's tool collects; `found` is what stands in the log, or came before. */
export interface Complaint {
  readonly kind: 'complaint';
  readonly about:
    | 'index mismatch'
    | 'timestamp mismatch'
    | 'timestamps out of order'
    | 'offset not found'
    | 'offsets not consecutive';
  readonly file: string;
  readonly entries: readonly { readonly expected: bigint; readonly found: bigint }[];
}

export type DumpEvent =
  | { readonly kind: 'file'; readonly file: string }
  | { readonly kind: 'ignored'; readonly file: string }
  | { readonly kind: 'log'; readonly startOffset: Offset }
  | { readonly kind: 'bootstrap snapshot' }
  | { readonly kind: 'metadata snapshot'; readonly endOffset: Offset; readonly epoch: number }
  | BatchEvent
  | RecordEvent
  /** Its contents end the tool. */
  | { readonly kind: 'unreadable record'; readonly metadata: RecordMetadata }
  | { readonly kind: 'trailing bytes'; readonly file: string; readonly bytes: number }
  | { readonly kind: 'empty index'; readonly file: string }
  | { readonly kind: 'sane index'; readonly file: string }
  | { readonly kind: 'offset index entry'; readonly offset: Offset; readonly position: number }
  | { readonly kind: 'time index entry'; readonly timestampMs: TimestampMs; readonly offset: Offset }
  | {
      readonly kind: 'aborted transaction';
      readonly version: number;
      readonly producerId: ProducerId;
      readonly firstOffset: Offset;
      readonly lastOffset: Offset;
      readonly lastStableOffset: Offset;
    }
  | ProducerEvent
  | { readonly kind: 'corrupt snapshot'; readonly reason: string }
  | Complaint;

export interface ProducerEvent {
  readonly kind: 'producer';
  readonly producerId: ProducerId;
  readonly producerEpoch: number;
  readonly coordinatorEpoch: number;
  readonly transactionFirstOffset: Offset | null;
  readonly lastTimestampMs: TimestampMs;
  readonly lastBatch: {
    readonly firstSequence: number;
    readonly lastSequence: number;
    readonly lastOffset: Offset;
    readonly offsetDelta: number;
    readonly timestampMs: TimestampMs;
  } | null;
}
